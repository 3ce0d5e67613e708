//! Operations: declared ones work, and the others are refused.

use keyroster_core::{
    ApiKey, Change, CreateKey, ErrorKind, KeyProvider, KeyStatus, Liveness, Operation, Revocation,
    RotateKey, Secret, UpdateKey,
};

use super::scenarios;
use crate::fake::{Effect, Setup};
use crate::fake::{FakeVendor, Fault};
use crate::suite::bench::{Applies, Bench, Check, Facts, World, said};
use crate::suite::verdict::Failure;

scenarios! {
    get_returns_the_listed_record: Capabilities, false, |facts| facts.needs(Operation::GetKey),
        "Getting a key returns the same record as the listing.";
    create_returns_the_new_key: Capabilities, false, |facts| facts.needs(Operation::CreateKey),
        "A create creates one key and returns its secret, and the key is listed.";
    update_changes_a_key: Capabilities, false, |facts| facts.needs(Operation::UpdateKey),
        "A change reaches the vendor, and the changed record is returned.";
    rotate_gives_a_new_secret: Capabilities, false, |facts| facts.needs(Operation::RotateKey),
        "Rotating gives the same key a new secret.";
    revoke_turns_a_key_off: Capabilities, false, |facts| facts.needs(Operation::RevokeKey),
        "Only the revoked key leaves the listing or is listed as revoked.";
    revoking_twice_is_not_an_error: Capabilities, false, |facts| facts.needs(Operation::RevokeKey),
        "Revoking a key that is already gone is `Revoked` or `AlreadyGone`, not an error.";
    refuses_a_revocation_by_a_gateway: Errors, false, revocation_and_faults,
        "Only the vendor's own response confirms that a key is revoked.";
    takes_only_the_vendors_404_for_gone: Errors, false, revocation_and_faults,
        "A 404 says that a key is gone only in the vendor's own words: a proxy answers JSON, too.";
    whoami_checks_the_credential: Capabilities, false, |facts| facts.needs(Operation::WhoAmI),
        "The account's own credential is valid, and one that was replaced is `Unauthenticated`.";
    identify_separates_live_from_dead: Capabilities, false, |facts| facts.needs(Operation::Identify),
        "A secret in use is live, and a revoked one is dead. Neither is an error.";
    takes_only_the_vendors_word_for_live_and_dead: Errors, false, |facts| {
        facts.needs(Operation::Identify).and(facts.needs_faults())
    }, "Only the vendor's own words say that a secret is live or dead; otherwise, it is unknown or an error.";
    refuses_undeclared_operations: Capabilities, false, undeclared,
        "An operation that is not declared is `Unsupported`, and nothing is sent.";
    escapes_ids: Capabilities, true, names_keys,
        "An id with slashes, spaces and ampersands selects its own key and no other.";
}

fn revocation_and_faults(facts: &Facts) -> Applies {
    facts.needs(Operation::RevokeKey).and(facts.needs_faults())
}

fn undeclared(facts: &Facts) -> Applies {
    let can = facts.can();
    let all = can.get && Operation::ALL.iter().all(|operation| can.can(*operation));
    if all { Err("every operation is declared".to_owned()) } else { Ok(()) }
}

fn names_keys(facts: &Facts) -> Applies {
    let can = facts.can();
    let any = can.get || can.revoke || can.rotate.is_some() || can.update.is_some();
    if any { Ok(()) } else { Err("no declared operation takes a key's id".to_owned()) }
}

async fn get_returns_the_listed_record(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    for listed in bench.list(&world).await?.keys {
        let found = bench.works("the record of a listed key", world.inner.get(&listed.id).await)?;
        if strip(&found) != strip(&listed) {
            return bench.fail(
                format!("the record of the listing: {listed:?}"),
                format!("it returned {found:?}"),
            );
        }
    }
    Ok(())
}

/// The record without its container's name, which often only the list of containers reports.
fn strip(key: &ApiKey) -> ApiKey {
    let mut key = key.clone();
    key.container = key.container.map(|container| container.with_name(None::<String>));
    key
}

async fn create_returns_the_new_key(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let request = bench.facts.samples.new_key("created by the suite");
    let created = bench.works("a new key", world.handle.create(&request).await)?;
    let made: Vec<_> = world.vendor.keys().into_iter().skip(2).collect();
    let [made] = &made[..] else {
        return bench.fail("one new key at the vendor", format!("there are {}", made.len()));
    };
    if created.key.id != bench.key_id(made) {
        return bench.fail(
            format!("the new key's id `{}`", bench.key_id(made)),
            format!("it returned `{}`", created.key.id),
        );
    }
    if created.secret.expose() != made.secret.expose() {
        return bench.fail("the secret that the vendor returned", "it returned another text");
    }
    if let Some((part, _)) = created
        .parts
        .iter()
        .find(|(part, _)| !bench.facts.can().secret_parts.contains(&part.as_str()))
    {
        return bench.fail(
            format!("the part `{part}` of the secret is declared (`with_secret_parts`)"),
            "it returns the part without declaring it",
        );
    }
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn update_changes_a_key(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let Some(change) = sample_change(bench) else {
        return bench.fail(
            "a declared change that the suite can try",
            "only options are declared, and `Samples::with_option` has no values for them",
        );
    };
    let id = bench.key_id(&world.vendor.keys()[0]);
    let updated = bench.works("the changed record", world.handle.update(&id, &change).await)?;
    let record = updated.key;
    if world.vendor.count(Effect::Updated) == 0 {
        return bench.fail("the change reaches the vendor", "the vendor changed nothing");
    }
    if record.id != id {
        return bench.fail(format!("the record of `{id}`"), format!("it returned `{}`", record.id));
    }
    if change.name.is_some() && record.name != change.name {
        return bench.fail(
            format!("the record with the new name {:?}", change.name),
            format!("its name is {:?}", record.name),
        );
    }
    if change.disabled.is_some() && record.state.disabled != change.disabled {
        return bench
            .fail("the record of a disabled key", format!("its state is {:?}", record.state));
    }
    if let Some(warning) = updated.warnings.first() {
        return bench.fail("the record with the requested change", warning.message.clone());
    }
    Ok(())
}

/// Returns the first declared change that can be tried.
pub(crate) fn sample_change(bench: &Bench) -> Option<UpdateKey> {
    let fields = bench.facts.can().update.unwrap_or_default();
    fields.iter().find_map(|field| super::arguments::change(field, &bench.facts.samples, 0))
}

async fn rotate_gives_a_new_secret(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let before = world.vendor.keys().swap_remove(0);
    let id = bench.key_id(&before);
    let rotated =
        bench.works("a new secret", world.handle.rotate(&id, &RotateKey::default()).await)?;
    let after = world.vendor.keys().swap_remove(0);
    if rotated.key.id != id {
        return bench
            .fail(format!("the record of `{id}`"), format!("it returned `{}`", rotated.key.id));
    }
    if rotated.secret.expose() != after.secret.expose() {
        return bench.fail("the secret that the vendor returned", "it returned another text");
    }
    if rotated.secret.expose() == before.secret.expose() || world.vendor.keys().len() != 2 {
        return bench.fail("the same key with another secret", "the vendor rotated nothing");
    }
    Ok(())
}

async fn revoke_turns_a_key_off(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    let id = bench.key_id(&world.vendor.keys()[1]);
    match bench.works("a revocation", world.handle.revoke(&id).await)? {
        Revocation::Revoked => {}
        other => return bench.fail("Revoked", format!("it returned {other:?}")),
    }
    if world.vendor.count(Effect::Revoked) != 1 {
        return bench.fail("the vendor revokes the key", "the vendor revoked nothing");
    }
    for key in bench.list(&world).await?.keys {
        let revoked = key.status_at(FakeVendor::now()) == KeyStatus::Revoked;
        if revoked != (key.id == id) {
            return bench.fail(
                "only the revoked key is gone or listed as revoked",
                format!("`{}` has the state {:?}", key.id, key.state),
            );
        }
    }
    Ok(())
}

async fn revoking_twice_is_not_an_error(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let id = bench.key_id(&world.vendor.keys()[0]);
    bench.works("a revocation", world.handle.revoke(&id).await)?;
    let again = bench.works("a second revocation", world.handle.revoke(&id).await)?;
    if !matches!(again, Revocation::Revoked | Revocation::AlreadyGone) {
        return bench.fail("Revoked or AlreadyGone", format!("it returned {again:?}"));
    }
    let never = world.handle.revoke(&bench.unknown_id(&world)).await;
    bench.works("a revocation of a key that never existed", never).map(drop)
}

async fn refuses_a_revocation_by_a_gateway(bench: &Bench) -> Check {
    let other = Fault::Json(r#"{"zz":"welcome"}"#.to_owned());
    for (fault, what) in [
        (Fault::Html(200), "an HTML page with status 200"),
        (Fault::Html(404), "an HTML page with status 404"),
        (other, "JSON with another structure"),
    ] {
        let world = bench.start(2)?;
        let id = bench.key_id(&world.vendor.keys()[0]);
        world.vendor.arm(fault.clone(), false, 1_000);
        match world.handle.revoke(&id).await {
            Err(error) if error.kind() == ErrorKind::Decode => {}
            // Any kind will do, as long as the 404 of a gateway is an error.
            Err(_) if fault == Fault::Html(404) => {}
            Err(error) => return bench.fail(format!("Decode for {what}"), said(&error)),
            Ok(answer) => {
                return bench
                    .fail(format!("an error for {what}"), format!("it returned {answer:?}"));
            }
        }
    }
    Ok(())
}

async fn takes_only_the_vendors_404_for_gone(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let id = bench.key_id(&world.vendor.keys()[0]);
    world.vendor.arm(Fault::Foreign(404), false, 1_000);
    match world.inner.revoke(&id).await {
        Err(_) => Ok(()),
        Ok(answer) => bench.fail(
            "an error for a 404 with JSON that is not the vendor's",
            format!("it returned {answer:?}, and the key still works"),
        ),
    }
}

async fn takes_only_the_vendors_word_for_live_and_dead(bench: &Bench) -> Check {
    for (status, wrong) in
        [(200, Liveness::Live), (401, Liveness::Dead), (403, Liveness::Dead), (404, Liveness::Dead)]
    {
        let world = bench.start(1)?;
        let secret = world.vendor.keys()[0].secret.clone();
        world.vendor.arm(Fault::Foreign(status), false, 1_000);
        if let Ok(found) = world.inner.identify(&secret).await
            && found.liveness == wrong
        {
            return bench.fail(
                format!("Unknown or an error for a {status} with JSON that is not the vendor's"),
                format!("it returned {wrong:?}"),
            );
        }
    }
    Ok(())
}

async fn whoami_checks_the_credential(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    bench.works("the account's own credential is valid", world.handle.whoami().await)?;
    world.vendor.change_credential();
    match world.handle.whoami().await {
        Err(error) if bench.facts.is_bad_credential(&error) => Ok(()),
        Err(error) => bench.fail("Unauthenticated for an invalid credential", said(&error)),
        Ok(_) => bench.fail("Unauthenticated for an invalid credential", "it accepted it"),
    }
}

async fn identify_separates_live_from_dead(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let key = world.vendor.keys().swap_remove(0);
    let live = bench.works("a live secret", world.handle.identify(&key.secret).await)?;
    // Some secrets name their key, even if the vendor cannot be asked about them.
    let names_key = !live.keys.is_empty() || live.principal.key_id.is_some();
    if live.liveness != Liveness::Live && !(live.liveness == Liveness::Unknown && names_key) {
        return bench.fail("Live for a secret in use", format!("it returned {:?}", live.liveness));
    }
    if live.evidence.is_empty() {
        return bench.fail("evidence, as a sentence", "there is none");
    }
    world.vendor.retire(&key.id);
    let dead = bench.works(
        "a dead secret is a result, not an error",
        world.handle.identify(&key.secret).await,
    )?;
    if dead.liveness == Liveness::Live {
        return bench.fail("Dead for a revoked secret", "it returned Live");
    }
    Ok(())
}

async fn refuses_undeclared_operations(bench: &Bench) -> Check {
    let can = *bench.facts.can();
    let world = bench.start(2)?;
    let World { inner, vendor, .. } = &world;
    let id = bench.key_id(&vendor.keys()[0]);
    let create = CreateKey::new("made by the suite");
    let secret = Secret::from("not a secret");
    let mut change = UpdateKey::default();
    change.disabled = Some(true);
    change.limit = Change::Clear;
    for operation in Operation::ALL {
        let declared = match operation {
            Operation::GetKey => can.get,
            other => can.can(other),
        };
        if declared {
            continue;
        }
        vendor.forget_log();
        let answer = match operation {
            Operation::GetKey => inner.get(&id).await.map(drop),
            Operation::CreateKey => inner.create(&create).await.map(drop),
            Operation::UpdateKey => inner.update(&id, &change).await.map(drop),
            Operation::RotateKey => inner.rotate(&id, &RotateKey::default()).await.map(drop),
            Operation::RevokeKey => inner.revoke(&id).await.map(drop),
            Operation::WhoAmI => inner.whoami().await.map(drop),
            Operation::Identify => inner.identify(&secret).await.map(drop),
            _ => continue,
        };
        let expected = format!("Unsupported for `{}`, which is not declared", operation.as_str());
        match answer {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => return bench.fail(expected, said(&error)),
            Ok(()) => return bench.fail(expected, "it did it anyway"),
        }
        if !vendor.log().is_empty() {
            return bench.fail(expected, "it sent a request first");
        }
    }
    Ok(())
}

async fn escapes_ids(bench: &Bench) -> Check {
    let can = *bench.facts.can();
    let setup = || Setup { odd_texts: true, ..bench.setup(3) };
    let world = bench.start_with(setup())?;
    let keys = world.vendor.keys();
    let first = bench.key_id(&keys[0]);
    let second = bench.key_id(&keys[1]);
    let asked = |mut failure: Failure| {
        let last = world.vendor.log().pop().map(|call| call.text).unwrap_or_default();
        failure.did += &format!("; the last request was `{last}`");
        failure
    };
    if can.get {
        let found = world.inner.get(&first).await;
        let found = bench.works(&format!("the key `{first}`"), found).map_err(asked)?;
        if found.id != first {
            return bench.fail(format!("the key `{first}`"), format!("it returned `{}`", found.id));
        }
    }
    if can.update.is_some()
        && let Some(change) = sample_change(bench)
    {
        let changed = world.handle.update(&first, &change).await;
        drop(bench.works(&format!("the changed key `{first}`"), changed).map_err(asked)?);
    }
    if can.rotate.is_some() {
        let rotated = world.handle.rotate(&first, &RotateKey::default()).await;
        drop(bench.works(&format!("a new secret of `{first}`"), rotated).map_err(asked)?);
    }
    if can.revoke {
        let revoked = world.handle.revoke(&second).await;
        bench.works(&format!("the revoked key `{second}`"), revoked).map_err(asked)?;
        let left = world.vendor.keys();
        let gone = left.iter().find(|key| key.id == keys[1].id).is_none_or(|key| key.revoked);
        let others = left.iter().filter(|key| !key.revoked && key.id != keys[1].id).count();
        if !gone || others != 2 {
            return bench
                .fail(format!("only `{second}` is revoked"), "another key was revoked, or none");
        }
    }
    Ok(())
}
