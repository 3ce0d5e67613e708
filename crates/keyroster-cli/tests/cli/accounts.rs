//! `keyroster accounts`, and where credentials come from.

use keyroster_sandbox::Sandbox;

use crate::support::binary::{keyroster, run};
use crate::support::changes::reading;
use crate::support::settings::Settings;

/// A file with one account of the sandbox's OpenRouter, with this source of its key.
fn openrouter(sandbox: &Sandbox, credential: &str) -> Settings {
    let base_url = sandbox.openrouter().base_url;
    Settings::new(&format!(
        "[accounts.lab]\nprovider = \"openrouter\"\nbase-url = \"{base_url}\"\n\
         management-key = {{ {credential} }}\n"
    ))
}

#[tokio::test]
async fn credentials_come_from_every_source() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = sandbox.openrouter().management_key;
    for credential in [
        "env = \"LAB_KEY\"".to_owned(),
        "file = \"key.txt\"".to_owned(),
        "command = [\"cat\", \"key.txt\"]".to_owned(),
        "command = \"cat key.txt | tr -d '\\r'\", timeout = \"20s\"".to_owned(),
    ] {
        let settings = openrouter(&sandbox, &credential);
        let path = settings.folder.path().join("key.txt");
        std::fs::write(&path, format!("{key}\n")).unwrap();
        make_private(&path);
        let mut command = settings.command(&["list", "-o", "json"]);
        command.env("LAB_KEY", format!("{key}\r\n")).env("PATH", "/usr/bin:/bin");
        let listed = run(command).await.ok();
        assert_eq!(listed.json()["keys"][0]["account"], "lab", "{credential}");
        assert!(!listed.stderr.contains(&key), "{}", listed.stderr);
    }
}

/// Relative paths in a configuration file start at its folder.
#[tokio::test]
async fn a_relative_config_path_starts_at_the_working_directory() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = openrouter(&sandbox, "command = [\"cat\", \"key.txt\"]");
    std::fs::write(settings.folder.path().join("key.txt"), sandbox.openrouter().management_key)
        .unwrap();
    for (arguments, variable) in
        [(&["--config", "keyroster.toml", "whoami"][..], ""), (&["whoami"], "keyroster.toml")]
    {
        let mut command = keyroster(arguments);
        command.env("PATH", "/usr/bin:/bin").current_dir(settings.folder.path());
        command.env("KEYROSTER_CONFIG", variable);
        run(command).await.ok();
    }
}

#[cfg(unix)]
fn make_private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn missing_credentials_say_what_to_do() {
    let sandbox = Sandbox::start().await.unwrap();
    for (credential, words) in [
        ("env = \"LAB_KEY\"", "LAB_KEY is not set\nhint: set LAB_KEY (see "),
        ("file = \"none.txt\"", "cannot read the file"),
        ("file = \"open.txt\"", "run `chmod 600 "),
        ("file = \"empty.txt\"", "is empty"),
        ("command = [\"no-such-program\"]", "cannot be started"),
        ("command = \"exit 3\"", "failed with exit status: 3\nhint: run it by hand"),
        ("command = \"true\"", "is empty"),
        ("command = \"printf '\\\\377'\"", "not text"),
        ("command = \"cat\"", "is empty"),
        ("command = [\"sleep\", \"60\"], timeout = \"50ms\"", "within 50ms"),
        ("keychain = \"lab\"", "no keychain is available"),
    ] {
        let settings = openrouter(&sandbox, credential);
        std::fs::write(settings.folder.path().join("open.txt"), "fa4efa4e").unwrap();
        let empty = settings.folder.path().join("empty.txt");
        std::fs::write(&empty, "\n").unwrap();
        make_private(&empty);
        let mut command = settings.command(&["list"]);
        command.env("PATH", "/usr/bin:/bin");
        let said = run(command).await;
        assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{credential}: {said:?}");
        assert!(said.stderr.contains(words), "{credential}: {}", said.stderr);
        assert!(
            said.stderr.contains("account `lab`: cannot get `management-key`"),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains("keyroster.toml:1"), "{}", said.stderr);
    }
    assert!(sandbox.requests().is_empty(), "no vendor was contacted");
}

#[tokio::test]
async fn other_accounts_are_still_listed() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = openrouter(&sandbox, "env = \"LAB_KEY\"");
    let text = std::fs::read_to_string(&settings.file).unwrap();
    let other = "[accounts.other]\nprovider = \"pinata\"\njwt = { env = \"NONE\" }\n";
    std::fs::write(&settings.file, text + other).unwrap();
    let mut command = settings.command(&["list", "-o", "json"]);
    command.env("LAB_KEY", sandbox.openrouter().management_key);
    let listed = run(command).await;
    assert_eq!(listed.code, 3, "{listed:?}");
    assert_eq!(listed.json()["failures"][0]["account"], "other");
    assert!(!listed.json()["keys"].as_array().unwrap().is_empty());
    // An account that is not asked for is not opened: its command is not run, its absence no failure.
    let mut command = settings.command(&["list", "--account", "lab"]);
    command.env("LAB_KEY", sandbox.openrouter().management_key);
    run(command).await.ok();
}

#[tokio::test]
async fn an_account_is_added_tested_and_removed() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = Settings::new(
        "# ours\n[accounts.old]\nprovider = \"pinata\" # keep\njwt = { env = \"A\" }\n",
    );
    let before = std::fs::read_to_string(&settings.file).unwrap();
    let base_url = format!("base-url={}", sandbox.openrouter().base_url);
    let add = ["accounts", "add", "lab", "--provider", "openrouter", "--tag", "dev"];
    let credential = ["--credential", "management-key=env:LAB_KEY", "--set", &base_url];
    let added = settings.run(&[&add[..], &credential].concat()).await.ok();
    assert!(added.stderr.contains("accounts test lab"), "{}", added.stderr);
    let text = std::fs::read_to_string(&settings.file).unwrap();
    assert!(text.starts_with(&before), "the old text is kept: {text}");
    let twice = settings.run(&[&add[..], &credential].concat()).await;
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("already"), "{}", twice.stderr);

    let mut command = settings.command(&["accounts", "test", "lab", "-o", "json"]);
    command.env("LAB_KEY", sandbox.openrouter().management_key);
    let tested = run(command).await.ok().json();
    assert_eq!(tested["accounts"][0]["credential"], true, "{tested}");
    assert_eq!(tested["accounts"][0]["lists_keys"], true, "{tested}");
    let mut command = settings.command(&["accounts", "test"]);
    command.env("LAB_KEY", sandbox.openrouter().management_key);
    let tested = run(command).await;
    assert_eq!(tested.code, 3, "the other has no credential: {tested:?}");

    let refused = settings.run(&["accounts", "remove", "lab"]).await;
    assert_eq!(refused.code, 6, "{refused:?}");
    settings.run(&["accounts", "remove", "lab", "--yes"]).await.ok();
    assert_eq!(std::fs::read_to_string(&settings.file).unwrap(), before);
    let gone = settings.run(&["accounts", "remove", "lba", "--yes"]).await;
    assert_eq!(gone.code, 2);
}

#[tokio::test]
async fn invalid_accounts_are_not_written() {
    let settings = Settings::new("");
    for (arguments, words) in [
        (
            &["a/b", "--provider", "pinata", "--credential", "jwt=env:A"][..],
            "use only letters, digits",
        ),
        (&["a", "--provider", "pinatta", "--credential", "jwt=env:A"], "did you mean `pinata`?"),
        (&["a", "--provider", "pinata", "--credential", "jtw=env:A"], "did you mean `jwt`?"),
        (&["a", "--provider", "pinata", "--credential", "jwt=fa4efa4e"], "where the secret is"),
        (&["a", "--provider", "pinata", "--credential", "base-url=env:A"], "--set base-url"),
        (&["a", "--provider", "pinata", "--set", "jwt=fa4efa4e"], "must not be an argument"),
        (&["a", "--provider", "pinata"], "--credential is missing"),
        (&["--credential", "jwt=env:A"], "--provider is missing"),
    ] {
        let said = settings.run(&[&["accounts", "add"], arguments].concat()).await;
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
        assert!(said.stderr.contains(words), "{arguments:?}: {}", said.stderr);
        assert!(!said.stderr.contains("fa4efa4e"), "{}", said.stderr);
        assert_eq!(std::fs::read_to_string(&settings.file).unwrap(), "");
    }
    // Without a keychain, the secret goes nowhere else, and the account is not added.
    let add = ["accounts", "add", "a", "--provider", "pinata", "--credential", "jwt=keychain"];
    let said = reading(settings.command(&add), "fa4efa4e.fa4efa4e.fa4efa4e").await;
    assert_eq!(said.code, 4, "{said:?}");
    assert!(
        said.stderr.contains("nothing was written: no keychain is available"),
        "{}",
        said.stderr
    );
    assert_eq!(std::fs::read_to_string(&settings.file).unwrap(), "");
}

#[tokio::test]
async fn new_config_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let add = ["accounts", "add", "a", "--provider", "pinata", "--credential", "jwt=env:A"];
    let mut command = keyroster(&add);
    command.env("XDG_CONFIG_HOME", folder.path()).env("PINATA_JWT", "fa4e.fa4e.fa4e");
    let added = run(command).await.ok();
    assert!(
        added.stderr.contains("hides accounts from the vendors' environment variables: `pinata`"),
        "{}",
        added.stderr
    );
    let file = folder.path().join("keyroster/keyroster.toml");
    assert!(file.exists());
    #[cfg(unix)]
    {
        assert_eq!(crate::support::changes::mode(&file), 0o600);
        assert_eq!(crate::support::changes::mode(file.parent().unwrap()), 0o700);
    }
}
