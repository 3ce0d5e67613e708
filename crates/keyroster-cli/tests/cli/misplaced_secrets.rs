//! Secrets in the wrong place are not shown in errors.

use crate::support::binary::{keyroster, run};
use crate::support::settings::Settings;

/// An OpenRouter account whose key is where the line says.
fn lab(credential: &str) -> Settings {
    Settings::new(&format!(
        "[accounts.lab]\nprovider = \"openrouter\"\nmanagement-key = {{ {credential} }}\n"
    ))
}

#[tokio::test]
async fn only_the_program_of_a_command_is_shown() {
    for (line, shown) in [
        ("command = \"KEY=fa4efa4e false --flag fa4efa4e\"", "command false"),
        ("command = \"A=1 KEY=fa4efa4e /usr/bin/false\"", "command false"),
        ("command = \"KEY='two fa4efa4e' false\"", "command"),
        ("command = \"KEY=$(echo x fa4efa4e) false\"", "command"),
        ("command = \"'fa4efa4e' | false\"", "command"),
        ("command = \"false;fa4efa4e=1\"", "command false"),
        ("command = \"sk-or-v1-fa4efa4efa4efa4efa4efa4efa4efa4efa4efa4e\"", "command"),
        ("command = [\"false\", \"fa4efa4e\"]", "command false"),
    ] {
        let settings = lab(line);
        let listed = settings.run(&["accounts", "list", "-o", "json"]).await.ok();
        assert_eq!(listed.json()["accounts"][0]["credential"][0], shown, "{line}");
        let config = settings.run(&["config", "show"]).await.ok();
        let mut list = settings.command(&["list"]);
        list.env("PATH", "/usr/bin:/bin");
        let failed = run(list).await;
        assert_eq!(failed.code, 4, "{line}: {failed:?}");
        // The shell's own message about an invalid line is ignored.
        let own = failed.stderr.lines().filter(|line| line.starts_with("error"));
        let own: String = own.collect();
        assert!(own.contains("command"), "{line}: {own}");
        for text in [&listed.stdout, &config.stdout, &own] {
            assert!(!text.contains("fa4efa4e"), "{line}: {text}");
        }
    }
}

#[tokio::test]
async fn a_secret_as_a_name_is_not_shown() {
    let long = "sk-or-v1-fa4efa4efa4efa4efa4efa4efa4efa4efa4efa4e";
    for text in [
        "[accounts.lab]\nprovider = \"openrouter\"\nmanagement-key = { env = \"sk-or-v1-fa4efa4e\" }\n"
            .to_owned(),
        format!("[accounts.lab]\nprovider = \"pinata\"\njwt = {{ env = \"{}\" }}\n", "fa4e".repeat(16)),
        format!("[accounts.lab]\nprovider = \"openrouter\"\nmanagement-key = {{ {long} = true }}\n"),
        format!("[accounts.lab]\nprovider = \"openrouter\"\n{long} = true\n"),
        format!("{long} = true\n"),
        "[accounts.\"fa4efa4e:x\"]\nprovider = \"openrouter\"\n".to_owned(),
    ] {
        let said = Settings::new(&text).run(&["config", "check"]).await;
        assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{text}: {said:?}");
        assert!(said.stderr.contains("keyroster.toml:"), "{text}: {}", said.stderr);
        assert!(!said.stderr.contains("fa4efa4e"), "{text}: {}", said.stderr);
    }
}

#[tokio::test]
async fn a_secret_argument_is_not_repeated() {
    let settings = Settings::new("");
    let add = ["accounts", "add", "lab", "--provider", "pinata"];
    let long = "fa4efa4e.fa4efa4efa4efa4efa4efa4efa4efa4efa4e=x";
    for arguments in [
        ["--credential", "fa4efa4efa4efa4e"],
        ["--set", "fa4efa4efa4efa4e"],
        ["--credential", long],
        ["--set", long],
        ["--credential", "jwt=fa4efa4e"],
        ["--credential", "jwt=env:fa4efa4e.fa4efa4e"],
    ] {
        let said = settings.run(&[&add[..], &arguments].concat()).await;
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
        assert!(!said.stderr.contains("fa4efa4e"), "{arguments:?}: {}", said.stderr);
        assert_eq!(std::fs::read_to_string(&settings.file).unwrap(), "");
    }
}

/// The sandbox's accounts are in no file: the real configuration is neither shown nor changed.
#[tokio::test]
async fn a_sandbox_has_no_configuration() {
    let settings = lab("env = \"A\"");
    let before = std::fs::read_to_string(&settings.file).unwrap();
    for arguments in [
        &["accounts", "add", "b", "--provider", "pinata", "--credential", "jwt=env:A"][..],
        &["accounts", "remove", "lab", "--yes"],
        &["config", "show"],
        &["config", "check"],
        &["config", "path"],
    ] {
        let said = settings.run(&[&["--sandbox"], arguments].concat()).await;
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments:?}: {said:?}");
        assert!(said.stderr.contains("leave out --sandbox"), "{}", said.stderr);
        assert_eq!(std::fs::read_to_string(&settings.file).unwrap(), before);
    }
    run(keyroster(&["--sandbox", "accounts", "list"])).await.ok();
}

#[tokio::test]
async fn quiet_prints_no_confirmations() {
    let settings = Settings::new("");
    let add = ["accounts", "add", "lab", "--provider", "pinata", "--credential", "jwt=env:A"];
    let remove = ["accounts", "remove", "lab", "--yes"];
    for arguments in [&add[..], &["config", "check"], &remove] {
        let said = settings.run(&[&["-q"], arguments].concat()).await.ok();
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""), "{arguments:?}");
    }
    assert!(!settings.run(&add).await.ok().stderr.is_empty());
}
