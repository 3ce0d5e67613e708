//! `keyroster.toml` and the environment: mistakes, precedence and defaults.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::binary::{keyroster, run};
use crate::support::settings::Settings;

/// Whether this is one error, with at most one hint.
fn is_one_mistake(stderr: &str) -> bool {
    let lines: Vec<&str> = stderr.lines().collect();
    match lines[..] {
        [error] => error.starts_with("error: "),
        [error, hint] => error.starts_with("error: ") && hint.starts_with("hint: "),
        _ => false,
    }
}

/// Each has its place and a hint, and none shows a value that may be a secret.
#[tokio::test]
async fn mistakes_have_a_place_and_a_hint() {
    let of = |line: &str| format!("[accounts.prod]\nprovider = \"pinata\"\n{line}\n");
    for (text, place, words) in [
        ("[accounts.prod]\nprovider = pinata\n".to_owned(), ":2:12", "invalid TOML"),
        ("[acounts.prod]\nprovider = \"pinata\"\n".to_owned(), ":1:2", "did you mean `accounts`?"),
        ("[pinata]\njwt = 1\n".to_owned(), ":1:2", "`[accounts.pinata]`"),
        ("[accounts]\nprod = \"pinata\"\n".to_owned(), ":2:1", "`[accounts.prod]`"),
        (
            "[accounts.\"a/b\"]\nprovider = \"pinata\"\n".to_owned(),
            ":1:11",
            "use only letters, digits",
        ),
        ("[accounts.prod]\njwt = { env = \"A\" }\n".to_owned(), ":1:11", "`provider = \"…\"`"),
        ("[accounts.prod]\nprovider = \"pinatta\"\n".to_owned(), ":2:12", "did you mean `pinata`?"),
        ("[accounts.prod]\nprovder = \"pinata\"\n".to_owned(), ":2:1", "did you mean `provider`?"),
        ("[accounts.prod]\nprovider = 7\n".to_owned(), ":2:12", "must be a string, not an integer"),
        (of("jwtt = { env = \"A\" }"), ":3:1", "did you mean `jwt`?"),
        (of("base_url = \"https://x.example\""), ":3:1", "did you mean `base-url`?"),
        (of("jwt = \"fa4efa4e.fa4efa4e.fa4efa4e\""), ":3:7", "`jwt = { env = \"PINATA_JWT\" }`"),
        (of("jwt = fa4efa4efa4e"), ":3:7", "invalid TOML"),
        (of("jwt = 12"), ":3:7", "is an integer, but must say where the secret is"),
        (of("jwt = {}"), ":3:7", "does not say where the secret is"),
        (of("jwt = { vault = \"A\" }"), ":3:9", "known: `env`, `file`, `command`, `keychain`"),
        (of("jwt = { env = \"A\", file = \"b\" }"), ":3:20", "keep one of them"),
        (of("jwt = { command = [] }"), ":3:19", "`command = [\"pass\", \"show\", \"pinata\"]`"),
        (of("jwt = { env = \"A\", timeout = \"1s\" }"), ":3:20", "applies only to `command`"),
        (of("jwt = { command = \"x\", timeout = 5 }"), ":3:34", "`timeout = \"10s\"`"),
        (of("jwt = { env = \"A\" }\nbase-url = [\"x\"]"), ":4:12", "not an array"),
        (of("jwt = { env = \"A\" }\nbase-url = \"fa4efa4e\""), ":4:12", "is not a URL"),
        (
            of("jwt = { env = \"A\" }\nbase-url = \"https://me:fa4efa4e@x.example\""),
            ":4:12",
            "a user",
        ),
        (
            of("jwt = { env = \"A\" }\nrequests-per-minute = \"fast\""),
            ":4:23",
            "REQUESTS_PER_MINUTE",
        ),
        (of("jwt = { env = \"A\" }\ngeneration = \"v9\""), ":4:14", "must be `legacy`"),
        (of("jwt = { env = \"A\" }\ntags = \"prod\""), ":4:8", "`tags = [\"prod\"]`"),
        (of("jwt = { env = \"A\" }\njwt = { env = \"B\" }"), ":4:1", "invalid TOML: duplicate key"),
        (of("jwt = { env = \"A\" }\n[accounts.prod]"), ":4:", "invalid TOML: duplicate key"),
        (
            of("base-url = \"https://x.example\""),
            ":1:1",
            "`jwt = { env = \"KEYROSTER_PROD__JWT\" }`",
        ),
    ] {
        let settings = Settings::new(&text);
        for command in [&["list"][..], &["config", "check"], &["accounts", "list"]] {
            let said = settings.run(command).await;
            assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{text}: {said:?}");
            let place = format!("keyroster.toml{place}");
            assert!(said.stderr.contains(&place), "{text}: {}", said.stderr);
            assert!(said.stderr.contains(words), "{text}: {}", said.stderr);
            assert!(!said.stderr.contains("fa4efa4e"), "{text}: {}", said.stderr);
            assert!(is_one_mistake(&said.stderr), "{text}: {}", said.stderr);
        }
    }
}

#[tokio::test]
async fn all_mistakes_are_reported() {
    let settings = Settings::new(
        "[accounts.a]\nprovider = \"pinta\"\n[accounts.b]\nprovider = \"openrouter\"\nkey = 1\ntag = []\n",
    );
    let said = settings.run(&["config", "check"]).await;
    assert_eq!(said.code, 4);
    for words in ["3 mistakes", ":2:12: ", ":5:1: ", ":6:1: ", "did you mean `tags`?"] {
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
}

#[tokio::test]
async fn unusable_files_say_why() {
    let none = run(keyroster(&["list", "--config", "/nowhere/keyroster.toml"])).await;
    assert_eq!(none.code, 4);
    assert!(none.stderr.contains("accounts add"), "{none:?}");
    let mut by_variable = keyroster(&["list"]);
    by_variable.env("KEYROSTER_CONFIG", "/nowhere/keyroster.toml");
    assert_eq!(run(by_variable).await.code, 4);
    let empty = Settings::new("# nothing yet\n");
    let said = empty.run(&["list"]).await;
    assert_eq!(said.code, 4);
    assert!(said.stderr.contains("defines none\nhint: run `keyroster accounts add`"), "{said:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::Permissions::from_mode(0o666);
        std::fs::set_permissions(&empty.file, open).unwrap();
        let said = empty.run(&["list"]).await;
        assert_eq!(said.code, 4);
        assert!(said.stderr.contains("chmod go-w"), "{said:?}");
    }
}

#[tokio::test]
async fn environment_overrides_the_file() {
    let settings = Settings::new(
        "[accounts.pinata-prod]\nprovider = \"pinata\"\njwt = { env = \"A\" }\ntags = [\"prod\"]\n",
    );
    let mut command = settings.command(&["config", "show", "-o", "json"]);
    command
        .env("KEYROSTER_PINATA_PROD__BASE_URL", "https://pinata.example")
        .env("KEYROSTER_PINATA_PROD__JWT", "fa4efa4e.fa4efa4e.fa4efa4e")
        .env("KEYROSTER_PINATA_PROD__TAGS", "a, b")
        .env("KEYROSTER_LAB__PROVIDER", "openrouter")
        .env("KEYROSTER_LAB__MANAGEMENT_KEY", "sk-or-v1-fa4efa4e");
    let shown = run(command).await.ok();
    assert!(!shown.stdout.contains("fa4efa4e"), "{}", shown.stdout);
    let json = shown.json();
    let [lab, prod] = &json["accounts"].as_array().unwrap()[..] else { panic!("{json}") };
    assert_eq!((&lab["account"], &lab["provider"]), (&"lab".into(), &"openrouter".into()));
    assert_eq!(prod["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(prod["tags_set_by"], "KEYROSTER_PINATA_PROD__TAGS");
    assert_eq!(prod["provider_set_by"], "line 2");
    assert_eq!(lab["provider_set_by"], "KEYROSTER_LAB__PROVIDER");
    assert_eq!(lab["tags_set_by"], serde_json::Value::Null);
    let [base_url, jwt] = &prod["settings"].as_array().unwrap()[..] else { panic!("{prod}") };
    assert_eq!((&base_url["name"], &jwt["name"]), (&"base-url".into(), &"jwt".into()));
    assert_eq!(base_url["value"], "https://pinata.example");
    assert_eq!(base_url["set_by"], "KEYROSTER_PINATA_PROD__BASE_URL");
    assert_eq!(jwt["value"], "env KEYROSTER_PINATA_PROD__JWT");
    for (name, words) in [
        ("KEYROSTER_PINATA_PROD__JTW", "did you mean `JWT`?"),
        ("KEYROSTER_PINATA_PRD__JWT", "did you mean `pinata-prod`"),
        ("KEYROSTER_NEW__PROVIDER", "did you mean `pinata`?"),
    ] {
        let mut command = settings.command(&["config", "check"]);
        command.env(name, "pinatta");
        let said = run(command).await;
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.stderr.contains(name) && said.stderr.contains(words), "{}", said.stderr);
    }
}

/// Each mistake is reported once, with the name of the variable.
#[tokio::test]
async fn wrong_variables_are_named() {
    let account = "[accounts.a]\nprovider = \"pinata\"\njwt = { env = \"A\" }\ntags = [\"x\"]\n";
    let settings = Settings::new(account);
    let garbled = OsStr::from_bytes(b"https://\xff.example");
    for (name, value, words) in [
        ("KEYROSTER_A__PROVIDER", OsStr::new("pinta"), "did you mean `pinata`?"),
        ("KEYROSTER_A__BASE_URL", OsStr::new("fa4efa4e"), "is not a URL"),
        ("KEYROSTER_A__BASE_URL", garbled, "not valid UTF-8"),
        ("KEYROSTER_a__BASE_URL", OsStr::new("x"), "rename it to KEYROSTER_A__BASE_URL"),
        ("keyroster_a__base_url", OsStr::new("x"), "rename it to KEYROSTER_A__BASE_URL"),
    ] {
        let mut command = settings.command(&["config", "check"]);
        // A valid variable of the same account causes no second diagnostic.
        command.env(name, value).env("KEYROSTER_A__GENERATION", "v3");
        let said = run(command).await;
        assert_eq!(said.code, 4, "{name}: {said:?}");
        assert!(said.stderr.contains(&format!("{name}: ")), "{name}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{name}: {}", said.stderr);
        assert!(is_one_mistake(&said.stderr), "{name}: {}", said.stderr);
        assert!(!said.stderr.contains("fa4efa4e"), "{name}: {}", said.stderr);
    }
    for (name, value, words) in [
        ("KEYROSTER_PINATA__PROVIDER", OsStr::new("openrouter"), "environment variables define"),
        ("PINATA_BASE_URL", OsStr::new("nonsense"), "is not a URL"),
        ("PINATA_API_KEY", garbled, "not valid UTF-8"),
    ] {
        let mut command = keyroster(&["accounts", "list"]);
        command.env("PINATA_JWT", "fa4efa4e.fa4efa4e.fa4efa4e").env(name, value);
        let said = run(command).await;
        assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{name}: {said:?}");
        assert!(said.stderr.contains(&format!("{name}: ")), "{name}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{name}: {}", said.stderr);
    }
    let mut command = settings.command(&["config", "show", "-o", "json"]);
    command.env("KEYROSTER_A__TAGS", "");
    let shown = run(command).await.ok().json();
    assert_eq!(shown["accounts"][0]["tags"], serde_json::json!([]));
    assert_eq!(shown["accounts"][0]["tags_set_by"], "KEYROSTER_A__TAGS");
}

/// Of many accounts, only the first are named.
#[tokio::test]
async fn unknown_tag_lists_known_tags() {
    let accounts = (10..40).map(|number| {
        format!(
            "[accounts.a{number}]\nprovider = \"pinata\"\njwt = {{ env = \"A\" }}\ntags = [\"x\"]\n"
        )
    });
    let settings = Settings::new(&accounts.collect::<String>());
    let said = settings.run(&["list", "--tag", "nope"]).await;
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("; tags: `x`"), "{}", said.stderr);
    assert!(said.stderr.contains("`a19`, …") && !said.stderr.contains("`a20`"), "{}", said.stderr);
}

#[tokio::test]
async fn vendor_variables_are_ignored_with_a_file() {
    let settings = Settings::new("[accounts.a]\nprovider = \"pinata\"\njwt = { env = \"A\" }\n");
    let mut command = settings.command(&["accounts", "list", "-o", "json"]);
    command.env("PINATA_JWT", "fa4efa4e.fa4efa4e.fa4efa4e");
    let listed = run(command).await.ok().json();
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(listed["accounts"][0]["account"], "a");
    let mut command = keyroster(&["accounts", "list", "-o", "json"]);
    command.env("PINATA_JWT", "fa4efa4e.fa4efa4e.fa4efa4e");
    let listed = run(command).await.ok().json();
    assert_eq!(listed["accounts"][0]["described_in"], "the environment");
}

#[tokio::test]
async fn documented_config_is_valid() {
    let document = include_str!("../../../../docs/configuration.md");
    let (_, rest) = document.split_once("```toml\n").unwrap();
    let settings = Settings::new(rest.split_once("```").unwrap().0);
    settings.run(&["config", "check"]).await.ok();
    let listed = settings.run(&["accounts", "list", "-o", "json"]).await.ok().json();
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_default_file_is_in_the_users_config_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = keyroster(&["config", "path"]);
    command.env("XDG_CONFIG_HOME", folder.path());
    let said = run(command).await.ok();
    let expected = folder.path().join("keyroster/keyroster.toml");
    assert_eq!(said.stdout.trim(), expected.display().to_string());
    assert!(said.stderr.contains("accounts add"), "{}", said.stderr);
}
