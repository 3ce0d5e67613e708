//! Creates a key for CI at OpenRouter, and stores its secret in a new file.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use create_and_store::{Advice, Failure, advice, create_and_store};
use keyroster::openrouter::OpenRouter;
use keyroster::{Amount, CreateKey, Provider, Reset, Timestamp, Unit};

const TIME_LIMIT: Duration = Duration::from_secs(30);
const LIFETIME: Duration = Duration::from_hours(90 * 24);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(name), Some(path), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: create-and-store NAME FILE");
        return ExitCode::from(2);
    };
    let account = match account_from_env() {
        Ok(account) => account,
        Err(error) => return fail(&Failure::NotCreated(error)),
    };

    let request = CreateKey::new(name)
        .limit(Amount::new(25, Unit::USD))
        .reset(Reset::Monthly)
        .expires_at(Timestamp::from(SystemTime::now() + LIFETIME));
    let path = PathBuf::from(path);
    match create_and_store(&account, &request, &path, interrupted_or_late()).await {
        Ok(key) => {
            println!("created key {}; its secret is in {}", key.id, path.display());
            ExitCode::SUCCESS
        }
        Err(failure) => fail(&failure),
    }
}

fn account_from_env() -> keyroster::Result<Provider> {
    let mut builder = OpenRouter::builder();
    if let Ok(key) = env::var("OPENROUTER_MANAGEMENT_KEY") {
        builder = builder.management_key(key);
    }
    if let Ok(url) = env::var("OPENROUTER_BASE_URL") {
        builder = builder.base_url(url);
    }
    Ok(Provider::new(builder.build()?))
}

async fn interrupted_or_late() {
    tokio::select! {
        // Without a signal handler, only the time counts.
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = tokio::time::sleep(TIME_LIMIT) => {}
    }
}

/// Prints what went wrong and what to do about it.
fn fail(failure: &Failure) -> ExitCode {
    eprintln!("error: {failure}");
    match failure {
        Failure::File(_) => eprintln!("hint: nothing was created; choose another file"),
        Failure::NotCreated(error) => {
            eprintln!("hint: {}", error.help());
            if let Advice::TryLater(Some(wait)) = advice(error) {
                eprintln!("hint: the vendor asks to wait {} seconds", wait.as_secs());
            }
        }
        Failure::NotStored { revoked: Ok(_), .. } => eprintln!("hint: free the disk, then retry"),
        Failure::NotStored { id, revoked: Err(_), .. } => eprintln!("hint: revoke key {id}"),
        Failure::InDoubt { orphan, found: Ok(found) } => {
            for suspect in &found.suspects {
                let age = if suspect.made_since { "new" } else { "perhaps older" };
                eprintln!("hint: revoke key {}, if it is the one ({age})", suspect.key.id);
            }
            if found.suspects.is_empty() {
                eprintln!("hint: no such key is listed yet; look again in a minute");
            }
            for warning in &found.warnings {
                eprintln!("warning: {warning}");
            }
            eprintln!("hint: the request was sent at {}", orphan.sent_at);
        }
        Failure::InDoubt { orphan, found: Err(error) } => {
            eprintln!("hint: look for a key named `{}`, sent at {}", orphan.name, orphan.sent_at);
            eprintln!("warning: looking for it failed: {error}");
        }
    }
    ExitCode::FAILURE
}
