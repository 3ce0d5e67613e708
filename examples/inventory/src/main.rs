//! Prints which keys of an OpenRouter account are admin, never expire, or are unused.

mod questions;

use std::env;

use keyroster::{ListKeys, Provider, Result, Settings};

use crate::questions::QUESTIONS;

const PROVIDER: &str = "openrouter";

// Returning keyroster's error from `main` prints what happened and what to do about it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let account = account_from_env()?;
    let list = account.list(ListKeys::all()).await?;
    println!("{} keys", list.keys.len());

    for question in QUESTIONS {
        let answers = question.ask(&list.keys);
        println!("\n{}: {}", question.title, answers.yes.len());
        for key in answers.yes {
            println!("  {}  {}", key.id, key.name.as_deref().unwrap_or("(no name)"));
        }
        if answers.unknown > 0 {
            println!("  not reported for {} keys", answers.unknown);
        }
    }

    if let Some(kind) = account.info().unlisted {
        eprintln!("warning: {} does not list its {kind}", account.info().display_name);
    }
    for warning in list.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

/// Builds the account from the environment variables that the provider documents.
fn account_from_env() -> Result<Provider> {
    let registry = keyroster::registry();
    let mut settings = Settings::new();
    for setting in registry.factory(PROVIDER)?.settings() {
        if let Ok(value) = env::var(setting.env) {
            settings = settings.with(setting.name, value);
        }
    }
    registry.build(PROVIDER, &settings)
}
