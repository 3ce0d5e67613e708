//! Scenarios that create a key, and revoke it at the end.

use keyroster_core::{
    CreateKey, CreatedKey, Field, KeyId, KeyStatus, Liveness, Operation, Revocation, RotateKey,
    UpdateKey,
};

use super::{Outcome, Stop, Trial};
use crate::fake::now;

/// The prefix of the names of created keys.
const NAME: &str = "keyroster-conformance";

/// Runs the scenario with this name; none if it is not one of these.
pub(super) async fn run(trial: &Trial<'_>, name: &str) -> Option<Outcome> {
    let also = match name {
        "create_returns_the_new_key"
        | "revoke_turns_a_key_off"
        | "revoking_twice_is_not_an_error" => None,
        "update_changes_a_key" => Some(Operation::UpdateKey),
        "rotate_gives_a_new_secret" => Some(Operation::RotateKey),
        _ => return None,
    };
    Some(with_a_key(trial, name, also).await)
}

/// Runs a scenario with a new key, which is revoked even if the scenario fails.
async fn with_a_key(trial: &Trial<'_>, name: &str, also: Option<Operation>) -> Outcome {
    let can = trial.provider().info().capabilities;
    let needed = [Some(Operation::CreateKey), Some(Operation::RevokeKey), also];
    if let Some(missing) = needed.into_iter().flatten().find(|needed| !can.can(*needed)) {
        return Trial::skip(&format!("`{}` is not declared", missing.as_str()));
    }
    if !trial.live.writes {
        return Trial::skip("writes are not allowed (`KEYROSTER_LIVE_WRITES`)");
    }
    let request = trial.live.samples.new_key(&format!("{NAME}-{}", now().as_millis()));
    let created = trial.works("a new key", trial.provider().create(&request).await)?;
    let id = created.key.id.clone();
    let outcome = match name {
        "create_returns_the_new_key" => created_well(trial, &request, &created).await,
        "revoke_turns_a_key_off" => revoke(trial, &id).await,
        "revoking_twice_is_not_an_error" => revoke_twice(trial, &id).await,
        "update_changes_a_key" => update(trial, &id).await,
        _ => rotate(trial, &created).await,
    };
    let cleaned = trial.provider().revoke(&id).await;
    outcome?;
    trial.works(&format!("the key `{id}` is revoked at the end"), cleaned).map(drop)
}

async fn created_well(trial: &Trial<'_>, asked: &CreateKey, created: &CreatedKey) -> Outcome {
    if created.secret.is_empty() {
        return trial.fail("a secret", "it is empty");
    }
    let record = trial.provider().get(&created.key.id).await;
    let record = trial.works("the record of the new key", record)?;
    if record.name.as_deref() != Some(asked.name.as_str()) {
        return trial.fail(
            format!("a key named `{}`", asked.name),
            format!("its name is {:?}", record.name),
        );
    }
    if trial.provider().info().capabilities.identify {
        let found = trial.provider().identify(&created.secret).await;
        let found = trial.works("the new secret is identified", found)?;
        if found.liveness == Liveness::Dead {
            return trial.fail("a valid secret", "the vendor refuses it");
        }
    }
    Ok(())
}

async fn revoke(trial: &Trial<'_>, id: &KeyId) -> Outcome {
    match trial.works("a revocation", trial.provider().revoke(id).await)? {
        Revocation::Revoked => {}
        other => return trial.fail("Revoked", format!("it returned {other:?}")),
    }
    match trial.provider().get(id).await {
        Ok(key) if key.status_at(now()) != KeyStatus::Revoked => trial.fail(
            "a revoked key is gone or has the status revoked",
            format!("its state is {:?}", key.state),
        ),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == keyroster_core::ErrorKind::NotFound => Ok(()),
        Err(error) => trial.fail("the record of a revoked key", crate::suite::said(&error)),
    }
}

async fn revoke_twice(trial: &Trial<'_>, id: &KeyId) -> Outcome {
    trial.works("a revocation", trial.provider().revoke(id).await)?;
    match trial.works("a second revocation", trial.provider().revoke(id).await)? {
        Revocation::Revoked | Revocation::AlreadyGone => Ok(()),
        other => trial.fail("Revoked or AlreadyGone", format!("it returned {other:?}")),
    }
}

async fn update(trial: &Trial<'_>, id: &KeyId) -> Outcome {
    let fields = trial.provider().info().capabilities.update.unwrap_or_default();
    let mut change = UpdateKey::default();
    if fields.contains(&Field::Name) {
        change.name = Some(format!("{NAME}-renamed"));
    } else if fields.contains(&Field::Disabled) {
        change.disabled = Some(true);
    } else {
        return Trial::skip("neither a name nor disabling can be changed");
    }
    let updated = trial.works("the changed record", trial.provider().update(id, &change).await)?;
    let record = updated.key;
    if change.name.is_some() && record.name != change.name
        || change.disabled.is_some() && record.state.disabled != change.disabled
    {
        return trial.fail("the changed record", format!("it returned {record:?}"));
    }
    Ok(())
}

async fn rotate(trial: &Trial<'_>, created: &CreatedKey) -> Result<(), Stop> {
    let rotated = trial.provider().rotate(&created.key.id, &RotateKey::default()).await;
    let rotated = trial.works("a new secret", rotated)?;
    if rotated.key.id != created.key.id || rotated.secret.expose() == created.secret.expose() {
        return trial
            .fail("the same key with another secret", "the id changed, or the secret did not");
    }
    Ok(())
}
