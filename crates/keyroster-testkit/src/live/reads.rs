//! Scenarios that only read.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use keyroster_core::{
    ApiKey, CreateKey, ErrorKind, KeyId, KeyList, ListKeys, Liveness, Operation, RotateKey, Unit,
};

use super::{Outcome, Stop, Trial};
use crate::log_capture::logged;

/// Number of keys that are fetched one by one.
const LOOK_UPS: usize = 3;

/// Runs the scenario with this name; none if it is not one of these.
pub(super) async fn run(trial: &Trial<'_>, name: &str) -> Option<Outcome> {
    Some(match name {
        "lists_many_keys" => lists_many_keys(trial).await,
        "restarts_after_a_dropped_listing" => restarts(trial).await,
        "lists_every_container" => lists_every_container(trial).await,
        "get_returns_the_listed_record" => get_returns_the_listed_record(trial).await,
        "does_not_find_an_unknown_key" => does_not_find(trial).await,
        "whoami_checks_the_credential" => whoami(trial).await,
        "identify_separates_live_from_dead" => identify(trial).await,
        "refuses_undeclared_operations" => refuses_undeclared_operations(trial).await,
        "refuses_undeclared_arguments" => refuses_undeclared_arguments(trial).await,
        "shows_no_secret_in_records" => shows_no_secret(trial).await,
        "logs_no_secret" => logs_no_secret(trial).await,
        _ => return None,
    })
}

async fn list(trial: &Trial<'_>) -> Result<KeyList, Stop> {
    trial.works("a listing of all keys", trial.provider().list(ListKeys::all()).await)
}

async fn lists_many_keys(trial: &Trial<'_>) -> Outcome {
    let list = list(trial).await?;
    let ids: BTreeSet<&KeyId> = list.keys.iter().map(|key| &key.id).collect();
    if ids.len() != list.keys.len() {
        return trial.fail("each key once", "it listed a key twice");
    }
    match list.keys.iter().find(|key| key.id.as_str().is_empty()) {
        Some(key) => trial.fail("an id for each key", format!("`{:?}` has none", key.name)),
        None => Ok(()),
    }
}

async fn restarts(trial: &Trial<'_>) -> Outcome {
    let mut listing = trial.provider().keys(ListKeys::all());
    if trial.works("a first key", listing.try_next().await)?.is_none() {
        return Trial::skip("the account has no key");
    }
    drop(listing);
    lists_many_keys(trial).await
}

async fn lists_every_container(trial: &Trial<'_>) -> Outcome {
    if trial.provider().info().containers.is_none() {
        return Trial::skip("no containers are declared");
    }
    let keys = list(trial).await?.keys;
    let Some(container) = keys.iter().find_map(|key| key.container.clone()) else {
        return Trial::skip("no key of the account names a container");
    };
    let of = |keys: &[ApiKey]| -> BTreeSet<KeyId> {
        let here = |key: &&ApiKey| key.container.as_ref().is_some_and(|it| it.id == container.id);
        keys.iter().filter(here).map(|key| key.id.clone()).collect()
    };
    let request = ListKeys::all().container(container.id.as_str());
    let alone = trial.works("the keys of a container", trial.provider().list(request).await)?;
    if of(&keys) == of(&alone.keys) && alone.keys.len() == of(&alone.keys).len() {
        return Ok(());
    }
    trial.fail(
        format!("the keys of the container `{}`, as the whole listing shows them", container.id),
        "it showed others, or not all of them",
    )
}

async fn get_returns_the_listed_record(trial: &Trial<'_>) -> Outcome {
    let keys = list(trial).await?.keys;
    if keys.is_empty() {
        return Trial::skip("the account has no key");
    }
    for listed in keys.iter().take(LOOK_UPS) {
        let found = trial.provider().get(&listed.id).await;
        let found = trial.works("the record of a listed key", found)?;
        if (&found.id, &found.name) != (&listed.id, &listed.name) {
            return trial.fail(
                format!("the record of `{}`", listed.id),
                format!("it returned the record of `{}`", found.id),
            );
        }
    }
    Ok(())
}

async fn does_not_find(trial: &Trial<'_>) -> Outcome {
    let unknown = KeyId::from(trial.live.samples.id(9_999_999));
    match trial.provider().get(&unknown).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        // The vendor's ids have another form.
        Err(error) if error.kind() == ErrorKind::InvalidRequest => Ok(()),
        Err(error) => {
            trial.fail("NotFound for a key that does not exist", crate::suite::said(&error))
        }
        Ok(key) => trial
            .fail("NotFound for a key that does not exist", format!("it returned `{}`", key.id)),
    }
}

async fn whoami(trial: &Trial<'_>) -> Outcome {
    needs(trial, Operation::WhoAmI)?;
    trial.works("the account's own credential is valid", trial.provider().whoami().await).map(drop)
}

async fn identify(trial: &Trial<'_>) -> Outcome {
    needs(trial, Operation::Identify)?;
    let known = |secret: &&keyroster_core::Secret| trial.provider().recognizes(secret);
    let recognized = trial.live.secrets.iter().find(known);
    // The account's own secret goes to its own vendor, even if its shape proves nothing.
    let Some(secret) = recognized.or(trial.live.secrets.first()) else {
        return Trial::skip("no secret of the account is known");
    };
    let found = trial.works("a live secret", trial.provider().identify(secret).await)?;
    match found.liveness {
        Liveness::Live => Ok(()),
        Liveness::Unknown if recognized.is_none() => {
            Trial::skip("the vendor does not say what the account's own secret is")
        }
        other => trial.fail("Live for the account's own secret", format!("it returned {other:?}")),
    }
}

fn needs(trial: &Trial<'_>, operation: Operation) -> Outcome {
    if trial.provider().info().capabilities.can(operation) {
        return Ok(());
    }
    Trial::skip(&format!("`{}` is not declared", operation.as_str()))
}

async fn refuses_undeclared_operations(trial: &Trial<'_>) -> Outcome {
    let provider = trial.provider();
    let before = provider.traffic().requests;
    let unknown = KeyId::from(trial.live.samples.id(9_999_999));
    for operation in Operation::ALL {
        if provider.info().capabilities.can(operation) {
            continue;
        }
        let answer = match operation {
            Operation::CreateKey => provider.create(&CreateKey::new("refused")).await.map(drop),
            Operation::RotateKey => {
                provider.rotate(&unknown, &RotateKey::default()).await.map(drop)
            }
            Operation::RevokeKey => provider.revoke(&unknown).await.map(drop),
            Operation::WhoAmI => provider.whoami().await.map(drop),
            _ => continue,
        };
        refused(trial, operation.as_str(), answer)?;
    }
    nothing_sent(trial, before)
}

async fn refuses_undeclared_arguments(trial: &Trial<'_>) -> Outcome {
    needs(trial, Operation::CreateKey)?;
    let before = trial.provider().traffic().requests;
    let mut request = trial.live.samples.new_key("refused");
    request.limit = Some(keyroster_core::Amount::new(1, Unit::from_static("zz-unit")));
    let answer = trial.provider().create(&request).await.map(drop);
    refused(trial, "a limit in a unit that is not declared", answer)?;
    nothing_sent(trial, before)
}

fn refused(trial: &Trial<'_>, what: &str, answer: keyroster_core::Result<()>) -> Outcome {
    match answer {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
        Err(error) => trial.fail(format!("Unsupported for {what}"), crate::suite::said(&error)),
        Ok(()) => trial.fail(format!("Unsupported for {what}"), "it did it anyway"),
    }
}

fn nothing_sent(trial: &Trial<'_>, before: u64) -> Outcome {
    match trial.provider().traffic().requests - before {
        0 => Ok(()),
        sent => trial.fail("a refusal before anything is sent", format!("it sent {sent} requests")),
    }
}

async fn shows_no_secret(trial: &Trial<'_>) -> Outcome {
    let list = list(trial).await?;
    let records = serde_json::to_string(&list.keys).unwrap_or_default();
    hides(trial, &format!("{:?} {list:?} {records}", trial.provider()))
}

async fn logs_no_secret(trial: &Trial<'_>) -> Outcome {
    let (list, text) = logged(list(trial)).await;
    drop(list?);
    hides(trial, &text)
}

fn hides(trial: &Trial<'_>, text: &str) -> Outcome {
    if trial.live.secrets.is_empty() {
        return Trial::skip("no secret of the account is known");
    }
    match trial.live.secrets.iter().find(|secret| text.contains(secret.expose())) {
        Some(_) => trial.fail("no secret is shown", "the account's own secret is shown"),
        None => Ok(()),
    }
}
