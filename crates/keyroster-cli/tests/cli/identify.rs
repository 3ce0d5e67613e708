//! `keyroster identify` with many accounts: who is opened, who is asked, and what is made of the input.

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::changes::reading;
use crate::support::settings::Settings;

/// An OpenRouter account of that sandbox; its key is where the line says.
fn account(name: &str, sandbox: &Sandbox, credential: &str) -> String {
    let base_url = sandbox.openrouter().base_url;
    format!(
        "[accounts.{name}]\nprovider = \"openrouter\"\nbase-url = \"{base_url}\"\n\
         management-key = {{ {credential} }}\n"
    )
}

/// A secret of one of the sandbox's OpenRouter keys.
fn secret(sandbox: &Sandbox) -> String {
    let own = sandbox.openrouter().management_key;
    sandbox.secrets().into_iter().find(|s| s.starts_with("sk-or-") && *s != own).unwrap()
}

async fn identify(
    settings: &Settings,
    sandbox: &Sandbox,
    input: &str,
    more: &[&str],
) -> crate::support::binary::Run {
    let mut command = settings.command(&[&["identify", "-", "-o", "json"], more].concat());
    command.env("KEY", sandbox.openrouter().management_key).env("PATH", "/usr/bin:/bin");
    reading(command, input).await
}

#[tokio::test]
async fn only_the_named_account_is_opened() {
    let sandbox = Sandbox::start().await.unwrap();
    let other = account("other", &sandbox, "command = \"touch opened; echo fa4efa4e\"");
    let settings = Settings::new(&(account("lab", &sandbox, "env = \"KEY\"") + &other));
    let named = ["--account", "lab"];
    identify(&settings, &sandbox, &secret(&sandbox), &named).await.ok();
    let foreign = identify(&settings, &sandbox, "ghp_fa4efa4e", &named).await;
    assert!(
        foreign.stderr.contains("does not look like a secret of `lab`'s vendor"),
        "{foreign:?}"
    );
    assert!(!settings.folder.path().join("opened").exists());
    identify(&settings, &sandbox, &secret(&sandbox), &[]).await;
    assert!(settings.folder.path().join("opened").exists());
}

#[tokio::test]
async fn broken_accounts_are_reported_with_the_answer() {
    let sandbox = Sandbox::start().await.unwrap();
    let broken = account("broken", &sandbox, "env = \"NONE\"")
        + "[accounts.foreign]\nprovider = \"pinata\"\njwt = { env = \"NONE\" }\n";
    let settings = Settings::new(&(broken.clone() + &account("lab", &sandbox, "env = \"KEY\"")));
    let found = identify(&settings, &sandbox, &secret(&sandbox), &[]).await;
    assert_eq!(found.code, 3, "{found:?}");
    assert_eq!(found.json()["account"], "lab");
    assert_eq!(found.json()["keys"].as_array().unwrap().len(), 1);
    for name in ["broken", "foreign"] {
        assert!(found.stderr.contains(&format!("account `{name}`")), "{}", found.stderr);
    }
    let unknown = identify(&settings, &sandbox, "ghp_fa4efa4e", &[]).await;
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let none = identify(&Settings::new(&broken), &sandbox, &secret(&sandbox), &[]).await;
    assert_eq!(none.code, 4, "{none:?}");
}

/// One after the other, the first account would be waited for without end.
#[tokio::test]
async fn one_account_with_the_key_is_enough() {
    let silent = Sandbox::start().await.unwrap();
    silent.add_fault(Fault::delay(3_600_000));
    let sandbox = Sandbox::start().await.unwrap();
    let accounts =
        [account("a", &silent, "env = \"KEY\""), account("b", &sandbox, "env = \"KEY\"")];
    let settings = Settings::new(&accounts.concat());
    let found = identify(&settings, &sandbox, &secret(&sandbox), &[]).await.ok();
    assert_eq!(found.json()["account"], "b");
}

#[tokio::test]
async fn dotenv_lines_are_understood() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = Settings::new(&account("lab", &sandbox, "env = \"KEY\""));
    let secret = secret(&sandbox);
    for line in [
        format!("OPENROUTER_API_KEY={secret}\n"),
        format!("export KEY=\"{secret}\"\n"),
        format!("KEY = '{secret}'\n"),
    ] {
        for more in [&[][..], &["--account", "lab"]] {
            let found = identify(&settings, &sandbox, &line, more).await.ok();
            assert_eq!(found.json()["keys"].as_array().unwrap().len(), 1, "{line}");
            assert_eq!(found.stderr, "");
        }
    }
    let other = identify(&settings, &sandbox, &format!("a b={secret}"), &[]).await;
    assert_eq!(other.code, 2, "{other:?}");
}
