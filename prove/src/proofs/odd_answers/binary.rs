//! Asks through the binary, and puts what it says into the same form.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::check::{Ask, LIMIT, Outcome, Statement};
use super::vendor::{Vendor, World};

/// Runs the binary for one request. `folder` is empty, and for this run alone.
pub(crate) fn ask(
    binary: &Path,
    folder: &Path,
    world: &World,
    at: SocketAddr,
    ask: Ask,
    id: &str,
) -> io::Result<Outcome> {
    let vendor = world.vendor.id();
    let key = format!("{vendor}/{id}");
    let secret = folder.join("secret");
    let tried = folder.join("tried");
    fs::write(&tried, &world.secret)?;
    let file = |path: &Path| format!("file:{}", path.display());
    let (to, from) = (file(&secret), file(&tried));
    let arguments: Vec<&str> = match (ask, world.vendor) {
        (Ask::List, _) => vec!["list"],
        (Ask::Get, _) => vec!["show", &key],
        (Ask::Create, Vendor::OpenRouter) => {
            vec!["create", vendor, "odd-create", "--secret-to", &to]
        }
        (Ask::Create, Vendor::Pinata) => {
            vec!["create", vendor, "odd-create", "--admin", "--secret-to", &to]
        }
        (Ask::Disable, _) => vec!["disable", &key, "--yes"],
        (Ask::Limit, _) => vec!["update", &key, "--limit", LIMIT],
        (Ask::Revoke, _) => vec!["revoke", &key, "--yes"],
        (Ask::WhoAmI, _) => vec!["whoami", vendor],
        (Ask::Identify, _) => vec!["identify", &from],
    };
    let mut command = Command::new(binary);
    command.args(arguments).args(["-o", "json"]).env_clear().env("HOME", folder);
    match world.vendor {
        Vendor::OpenRouter => {
            command.env("OPENROUTER_BASE_URL", format!("http://{at}/api/v1"));
            command.env("OPENROUTER_MANAGEMENT_KEY", &world.credential);
        }
        Vendor::Pinata => {
            command.env("PINATA_BASE_URL", format!("http://{at}"));
            command.env("PINATA_JWT", &world.credential);
        }
    }
    let output = command.stdin(Stdio::null()).output()?;
    // A file ends with a line break.
    let delivered = fs::read_to_string(&secret).ok();
    let delivered = delivered.map(|text| text.trim_end_matches('\n').to_owned());
    Ok(outcome(&output, ask, delivered))
}

fn outcome(output: &Output, ask: Ask, delivered: Option<String>) -> Outcome {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let document: Option<Value> = serde_json::from_str(&said).ok();
    let code = output.status.code();
    let statement = match (ask, document, delivered) {
        (Ask::Create, document, Some(secret)) => {
            Statement::Created { key: document.unwrap_or_default(), secret }
        }
        (Ask::Create, ..) => {
            // The name of a key that may exist is said.
            let named = errors.contains("odd-create") && errors.contains("may exist");
            failed(if named { "indeterminate" } else { "an error that names no key" })
        }
        (_, Some(document), _) if matches!(code, Some(0 | 3)) => read(ask, &document),
        _ => failed(&format!("exit {code:?}")),
    };
    Outcome { statement, partial: code == Some(3), shown: format!("{said}{errors}") }
}

fn read(ask: Ask, document: &Value) -> Statement {
    let list =
        |name: &str| document.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    match ask {
        Ask::List => Statement::Keys(list("keys")),
        Ask::Get | Ask::Limit | Ask::Create => Statement::Key(document.clone()),
        Ask::Disable | Ask::Revoke => {
            let results = list("results");
            let done = results.first().and_then(|result| result.get("outcome"));
            let failed_too = results.first().and_then(|result| result.get("error"));
            match (done.and_then(Value::as_str), failed_too) {
                (Some(outcome), None | Some(Value::Null)) => Statement::Done(outcome.to_owned()),
                _ => failed("a result with an error"),
            }
        }
        Ask::WhoAmI => match list("accounts").first() {
            Some(account) if account.get("error").is_none_or(Value::is_null) => {
                Statement::Works(account.clone())
            }
            _ => failed("an account with an error"),
        },
        Ask::Identify => {
            let liveness = document.get("liveness").and_then(Value::as_str).unwrap_or_default();
            Statement::Verdict { liveness: liveness.to_owned(), keys: list("keys") }
        }
    }
}

fn failed(kind: &str) -> Statement {
    Statement::Failed { kind: kind.to_owned() }
}
