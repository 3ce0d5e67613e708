//! Asks through the library, and puts what it says into one form.

use std::net::SocketAddr;
use std::time::Duration;

use keyroster::http::{HttpOptions, RetryPolicy};
use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{
    Access, Amount, CreateKey, Error, KeyId, ListKeys, Provider, Result, Secret, Unit, UpdateKey,
    Warning,
};
use serde_json::Value;

use super::check::{Ask, LIMIT, Outcome, Statement};
use super::vendor::{Vendor, World};

/// Asks for one thing.
pub(crate) async fn ask(world: &World, at: SocketAddr, ask: Ask, id: &str) -> Outcome {
    match account(world, at) {
        Ok(provider) => run(&provider, world, ask, &KeyId::from(id)).await,
        Err(error) => failed(&error),
    }
}

fn account(world: &World, at: SocketAddr) -> Result<Provider> {
    // Retries cost no time here, and whatever asks for a longer wait is given up.
    let retry = RetryPolicy::default()
        .with_base(Duration::ZERO)
        .with_max_attempts(3)
        .with_deadline(Duration::from_millis(400));
    let options = HttpOptions::default().retry(retry);
    let credential = Secret::from(world.credential.as_str());
    Ok(match world.vendor {
        Vendor::OpenRouter => {
            let options = options.base_url(format!("http://{at}/api/v1"));
            Provider::new(OpenRouter::builder().management_key(credential).http(options).build()?)
        }
        Vendor::Pinata => {
            let options = options.base_url(format!("http://{at}"));
            Provider::new(Pinata::builder().jwt(credential).http(options).build()?)
        }
    })
}

async fn run(provider: &Provider, world: &World, ask: Ask, id: &KeyId) -> Outcome {
    match ask {
        Ask::List => match provider.list(ListKeys::all()).await {
            Ok(list) => {
                let keys: Vec<Value> = list.keys.iter().filter_map(to_json).collect();
                let shown = format!("{:?}{}", list.keys, json_text(&list.keys));
                outcome(Statement::Keys(keys), &list.warnings, &shown)
            }
            Err(error) => failed(&error),
        },
        Ask::Get => match provider.get(id).await {
            Ok(key) => {
                let shown = format!("{key:?}{}", json_text(&key));
                outcome(Statement::Key(to_json(&key).unwrap_or_default()), &[], &shown)
            }
            Err(error) => failed(&error),
        },
        Ask::Create => {
            let mut request = CreateKey::new("odd-create");
            if world.vendor == Vendor::Pinata {
                request = request.access(Access::Admin);
            }
            match provider.create(&request).await {
                Ok(created) => {
                    let key = to_json(&created.key).unwrap_or_default();
                    let shown = format!("{created:?}{}", json_text(&created.key));
                    let secret = created.secret.expose().to_owned();
                    outcome(Statement::Created { key, secret }, &created.warnings, &shown)
                }
                Err(error) => failed(&error),
            }
        }
        Ask::Disable => update(provider, id, &UpdateKey::new().disabled(true)).await,
        Ask::Limit => {
            let limit = Amount::new(LIMIT.parse::<i32>().unwrap_or_default(), Unit::USD);
            update(provider, id, &UpdateKey::new().limit(limit)).await
        }
        Ask::Revoke => match provider.revoke(id).await {
            Ok(revocation) => {
                let text = to_json(&revocation).and_then(|it| it.as_str().map(str::to_owned));
                outcome(Statement::Done(text.unwrap_or_default()), &[], "")
            }
            Err(error) => failed(&error),
        },
        Ask::WhoAmI => match provider.whoami().await {
            Ok(principal) => {
                let shown = format!("{principal:?}{}", json_text(&principal));
                outcome(Statement::Works(to_json(&principal).unwrap_or_default()), &[], &shown)
            }
            Err(error) => failed(&error),
        },
        Ask::Identify => match provider.identify(&Secret::from(world.secret.as_str())).await {
            Ok(found) => {
                let shown = format!("{found:?}{}", json_text(&found));
                let keys = found.keys.iter().filter_map(to_json).collect();
                let liveness = to_json(&found.liveness);
                let liveness = liveness.and_then(|it| it.as_str().map(str::to_owned));
                let liveness = liveness.unwrap_or_default();
                outcome(Statement::Verdict { liveness, keys }, &[], &shown)
            }
            Err(error) => failed(&error),
        },
    }
}

async fn update(provider: &Provider, id: &KeyId, change: &UpdateKey) -> Outcome {
    match provider.update(id, change).await {
        Ok(updated) => {
            let shown = format!("{updated:?}{}", json_text(&updated));
            let key = to_json(&updated.key).unwrap_or_default();
            outcome(Statement::Key(key), &updated.warnings, &shown)
        }
        Err(error) => failed(&error),
    }
}

fn outcome(statement: Statement, warnings: &[Warning], shown: &str) -> Outcome {
    let partial = warnings.iter().any(|warning| warning.kind.is_partial());
    Outcome { statement, partial, shown: format!("{shown}{warnings:?}") }
}

fn failed(error: &Error) -> Outcome {
    let mut shown = format!("{error}{error:?}{}{}", error.help(), json_text(error.kind()));
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        shown += &format!("{error}{error:?}");
        source = error.source();
    }
    let kind = error.kind().as_str().to_owned();
    Outcome { statement: Statement::Failed { kind }, partial: false, shown }
}

fn to_json(value: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()
}

fn json_text(value: impl serde::Serialize) -> String {
    serde_json::to_string(&value).unwrap_or_default()
}
