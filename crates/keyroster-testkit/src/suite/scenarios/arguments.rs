//! Arguments: each one reaches the vendor or is refused. None is ignored.

use std::time::Duration;

use keyroster_core::{
    Access, Amount, Change, CreateKey, ErrorKind, Field, Operation, Reset, RotateKey, Timestamp,
    Unit, UpdateKey,
};

use super::scenarios;
use crate::fake::{Effect, FakeKey, FakeVendor, now};
use crate::samples::Samples;
use crate::suite::bench::{Applies, Bench, Check, Facts, World, said};

const DAY: Duration = Duration::from_hours(24);

scenarios! {
    refuses_undeclared_arguments: Capabilities, false, |facts| facts.needs(Operation::CreateKey),
        "An argument that is not declared is `Unsupported`, and nothing is sent.";
    honors_an_expiry: Capabilities, false, |facts| takes(facts, "an expiry", |field| {
        matches!(field, Field::Expiry)
    }), "An expiry reaches the vendor, or is refused before anything is sent.";
    honors_a_limit: Capabilities, false, |facts| takes(facts, "a limit", |field| {
        matches!(field, Field::Limit(_) | Field::Reset)
    }), "A limit and its reset reach the vendor, or are refused before anything is sent.";
    honors_scopes: Capabilities, false, |facts| takes(facts, "access", |field| {
        matches!(field, Field::Scopes | Field::Admin)
    }), "Scopes and admin access reach the vendor, or are refused before anything is sent.";
    sends_every_scope: Capabilities, false, |facts| takes(facts, "scopes", |field| {
        matches!(field, Field::Scopes)
    }), "Each of several scopes reaches the vendor.";
    sends_admin_access: Capabilities, false, admin,
        "A create of an admin key asks for more than one that asks for no access.";
    sends_an_expiry_unchanged: Capabilities, false, expires,
        "The vendor gets the expiry that was asked for: not rounded, not moved, not in another unit.";
    honors_every_other_argument: Capabilities, false, |facts| takes(facts, "further arguments", |field| {
        matches!(field, Field::Container | Field::Owner | Field::Disabled | Field::Extra(_))
    }), "A container, an owner and options reach the vendor, or are refused before anything is sent.";
    honors_every_change: Capabilities, false, |facts| facts.needs(Operation::UpdateKey),
        "Every declared change reaches the vendor, or is refused before anything is sent.";
    honors_every_rotation_argument: Capabilities, false, rotates_with_arguments,
        "Every declared argument of a rotation reaches the vendor, or is refused before anything is sent.";
}

fn takes(facts: &Facts, what: &str, is: fn(&Field) -> bool) -> Applies {
    facts.needs(Operation::CreateKey)?;
    if facts.can().create.unwrap_or_default().iter().any(is) {
        Ok(())
    } else {
        Err(format!("a create does not declare {what}"))
    }
}

fn admin(facts: &Facts) -> Applies {
    takes(facts, "admin access", |field| matches!(field, Field::Admin))?;
    if facts.samples.needs_no_admin_request() {
        return Err("new keys are admin keys unless they ask for less".to_owned());
    }
    Ok(())
}

fn expires(facts: &Facts) -> Applies {
    let has = |fields: Option<&[Field]>| fields.unwrap_or_default().contains(&Field::Expiry);
    if has(facts.can().create) || has(facts.can().update) {
        return Ok(());
    }
    Err("neither a create nor a change declares an expiry".to_owned())
}

fn rotates_with_arguments(facts: &Facts) -> Applies {
    facts.needs(Operation::RotateKey)?;
    match facts.can().rotate {
        Some([_, ..]) => Ok(()),
        _ => Err("a rotation declares no argument".to_owned()),
    }
}

async fn refuses_undeclared_arguments(bench: &Bench) -> Check {
    let declared = bench.facts.can().create.unwrap_or_default();
    let fields = [
        Field::Admin,
        Field::Scopes,
        Field::Limit(Unit::from_static("zz-unit")),
        Field::Expiry,
        Field::Container,
        Field::Owner,
        Field::extra("zz_option"),
    ];
    let samples = Samples::default()
        .with_scopes(["zz:read", "zz:write"])
        .with_option("zz_option", [1.into(), 2.into()]);
    for field in fields.iter().filter(|field| !declared.contains(field)) {
        let world = bench.start(1)?;
        let base = bench.facts.samples.new_key("created by the suite");
        let Some(request) = asking(base, field, bench, &samples, 0) else { continue };
        let expected = format!("Unsupported for {field}, which a create does not declare");
        match world.handle.create(&request).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => return bench.fail(expected, said(&error)),
            Ok(_) => return bench.fail(expected, "it created a key without it"),
        }
        if !world.vendor.log().is_empty() {
            return bench.fail(expected, "it sent a request first");
        }
    }
    Ok(())
}

async fn sends_every_scope(bench: &Bench) -> Check {
    let samples = &bench.facts.samples;
    let Some([first, second]) = samples.scopes() else {
        return bench.fail("values for scopes", "`Samples::with_scopes` is not set");
    };
    let mut both = samples.new_key("created by the suite");
    both.access = Access::scoped([first.clone(), second.clone()]);
    let Some(sent_both) = sent(bench, &both, &Field::Scopes).await? else { return Ok(()) };
    for scope in [first, second] {
        let mut one = both.clone();
        one.access = Access::scoped([scope.clone()]);
        if sent(bench, &one, &Field::Scopes).await?.as_ref() == Some(&sent_both) {
            return bench.fail(
                format!("both of the scopes `{first}` and `{second}` reach the vendor"),
                format!("it sent the same as for `{scope}` alone: `{sent_both}`"),
            );
        }
    }
    Ok(())
}

async fn sends_admin_access(bench: &Bench) -> Check {
    let plain = bench.facts.samples.new_key("created by the suite");
    let mut admin = plain.clone();
    admin.access = Access::Admin;
    let Some(sent_admin) = sent(bench, &admin, &Field::Admin).await? else { return Ok(()) };
    if sent(bench, &plain, &Field::Admin).await?.as_ref() != Some(&sent_admin) {
        return Ok(());
    }
    bench.fail(
        "admin access reaches the vendor; if every new key has it, say so with \
         `Samples::with_access(Access::Admin)`",
        format!("it sent `{sent_admin}` with and without it"),
    )
}

async fn sends_an_expiry_unchanged(bench: &Bench) -> Check {
    let declares = |fields: Option<&[Field]>| fields.unwrap_or_default().contains(&Field::Expiry);
    // Neither a midnight nor a full hour or minute, so that rounding shows.
    let wanted = Timestamp::from_seconds(expiry(0).as_millis() / 86_400_000 * 86_400 + 49_271);
    let wanted = wanted.unwrap_or(expiry(0));
    if declares(bench.facts.can().create) {
        let world = bench.start(1)?;
        let mut request = bench.facts.samples.new_key("created by the suite");
        request.expires_at = Some(wanted);
        match world.handle.create(&request).await {
            Ok(_) => stored(bench, &world, world.vendor.keys().last(), wanted)?,
            Err(error) if world.vendor.log().is_empty() && refuses(error.kind()) => {}
            Err(error) => {
                return bench.fail(format!("a key that expires at {wanted}"), said(&error));
            }
        }
    }
    if declares(bench.facts.can().update) {
        let world = bench.start(1)?;
        let id = bench.key_id(&world.vendor.keys()[0]);
        let mut change = UpdateKey::default();
        change.expires_at = Change::Set(wanted);
        match world.handle.update(&id, &change).await {
            Ok(_) => stored(bench, &world, world.vendor.keys().first(), wanted)?,
            Err(error) if world.vendor.log().is_empty() && refuses(error.kind()) => {}
            Err(error) => {
                return bench.fail(format!("a key that expires at {wanted}"), said(&error));
            }
        }
    }
    Ok(())
}

/// Checks that the vendor's key expires when it should.
fn stored(bench: &Bench, world: &World, key: Option<&FakeKey>, wanted: Timestamp) -> Check {
    let Some(key) = key else { return bench.fail("one key", "the vendor has none") };
    let expected = format!("the vendor's key expires at {wanted}");
    let call = world.vendor.log().into_iter().rfind(|call| !call.effects.is_empty());
    let call = call.map(|call| call.text).unwrap_or_default();
    let (at, asked) = (key.expires_at.as_millis(), wanted.as_millis());
    if key.expires_at == FakeVendor::never_expires() {
        return bench.fail(
            format!("{expected}; the imitated vendor sets `expires_at` to what it is sent"),
            format!("it set no expiry after `{call}`"),
        );
    }
    if Duration::from_millis(at.abs_diff(asked)) <= bench.facts.samples.expiry_slack() {
        return Ok(());
    }
    bench.fail(expected, format!("it expires at {} after `{call}`", key.expires_at))
}

async fn honors_an_expiry(bench: &Bench) -> Check {
    honors(bench, |field| matches!(field, Field::Expiry)).await
}

async fn honors_a_limit(bench: &Bench) -> Check {
    honors(bench, |field| matches!(field, Field::Limit(_) | Field::Reset)).await
}

async fn honors_scopes(bench: &Bench) -> Check {
    honors(bench, |field| matches!(field, Field::Scopes | Field::Admin)).await
}

async fn honors_every_other_argument(bench: &Bench) -> Check {
    honors(bench, |field| {
        matches!(field, Field::Container | Field::Owner | Field::Disabled | Field::Extra(_))
    })
    .await
}

/// Checks that two creates that differ in one argument differ on the wire.
async fn honors(bench: &Bench, is: fn(&Field) -> bool) -> Check {
    let samples = &bench.facts.samples;
    for field in bench.facts.can().create.unwrap_or_default().iter().filter(|field| is(field)) {
        if let Some(missing) = samples.missing(field) {
            return bench.fail(format!("values for {field}"), format!("{missing} is not set"));
        }
        let plain = samples.new_key("created by the suite");
        let requests = [0, 1].map(|nth| asking(plain.clone(), field, bench, samples, nth));
        let mut calls = Vec::new();
        for request in requests.into_iter().flatten() {
            calls.extend(sent(bench, &request, field).await?);
        }
        if let [first, second] = &calls[..]
            && first == second
        {
            return bench.fail(
                format!("{field} reaches the vendor, or is refused"),
                format!("it sent `{first}` for both values"),
            );
        }
    }
    Ok(())
}

/// Returns what a create sends; none if it is refused before anything is sent.
async fn sent(
    bench: &Bench,
    request: &CreateKey,
    field: &Field,
) -> Result<Option<String>, crate::suite::verdict::Failure> {
    let expected = format!("a key with {field}, or a refusal before anything is sent");
    let world = bench.start(1)?;
    match world.handle.create(request).await {
        Ok(_) => {
            let log = world.vendor.log();
            match log.into_iter().find(|call| call.had(Effect::Created)) {
                Some(call) => Ok(Some(call.text)),
                None => bench.fail(expected, "it returned a key, and the vendor created none"),
            }
        }
        Err(error) if world.vendor.log().is_empty() => match error.kind() {
            ErrorKind::InvalidRequest | ErrorKind::Unsupported => Ok(None),
            _ => bench.fail(expected, said(&error)),
        },
        Err(error) => bench.fail(expected, said(&error)),
    }
}

/// The create with this argument; none if the samples have no value for it.
fn asking(
    mut request: CreateKey,
    field: &Field,
    bench: &Bench,
    samples: &Samples,
    nth: usize,
) -> Option<CreateKey> {
    let unit = bench.facts.can().create.unwrap_or_default().iter().find_map(|field| match field {
        Field::Limit(unit) => Some(unit),
        _ => None,
    });
    match field {
        Field::Admin => {
            // Compared with a key that has other access.
            let scopes = samples.scopes().map(|scopes| Access::scoped(scopes.iter().cloned()));
            let plain = Some(request.access).filter(|access| *access != Access::Admin);
            request.access = if nth == 0 { Access::Admin } else { scopes.or(plain)? };
        }
        Field::Scopes => request.access = Access::scoped([samples.scopes()?[nth].clone()]),
        Field::Limit(unit) => request.limit = Some(limit(unit, nth)),
        Field::Reset => {
            request.limit = Some(limit(unit?, 0));
            request.reset = Some(reset(nth));
        }
        Field::Expiry => request.expires_at = Some(expiry(nth)),
        Field::Container => request.container = Some(samples.container_id(nth + 1)),
        Field::Owner => request.owner = Some(format!("owner-{}", nth + 1)),
        Field::Extra(name) => {
            request.extras.insert(name.as_ref(), samples.option(name)?[nth].clone());
        }
        _ => return None,
    }
    Some(request)
}

async fn honors_every_change(bench: &Bench) -> Check {
    let samples = &bench.facts.samples;
    for field in bench.facts.can().update.unwrap_or_default() {
        if let Some(missing) = samples.missing(field) {
            return bench
                .fail(format!("values for a change of {field}"), format!("{missing} is not set"));
        }
        let mut calls = Vec::new();
        for nth in [0, 1] {
            let world = bench.start(1)?;
            let id = bench.key_id(&world.vendor.keys()[0]);
            let Some(change) = change(field, samples, nth) else { continue };
            match world.handle.update(&id, &change).await {
                Ok(_) => calls
                    .extend(world.vendor.log().into_iter().find(|call| call.had(Effect::Updated))),
                Err(error) if world.vendor.log().is_empty() && refuses(error.kind()) => {}
                Err(error) => {
                    return bench.fail(format!("a key with {field}, or a refusal"), said(&error));
                }
            }
        }
        if let [first, second] = &calls[..]
            && first.text == second.text
        {
            return bench.fail(
                format!("{field} reaches the vendor, or is refused"),
                format!("it sent `{}` for both values", first.text),
            );
        }
    }
    Ok(())
}

async fn honors_every_rotation_argument(bench: &Bench) -> Check {
    let samples = &bench.facts.samples;
    for field in bench.facts.can().rotate.unwrap_or_default() {
        if let Some(missing) = samples.missing(field) {
            return bench.fail(
                format!("values for a rotation with {field}"),
                format!("{missing} is not set"),
            );
        }
        let mut calls = Vec::new();
        for nth in [0, 1] {
            let world = bench.start(1)?;
            let id = bench.key_id(&world.vendor.keys()[0]);
            let Some(request) = rotation(field, samples, nth) else { continue };
            match world.handle.rotate(&id, &request).await {
                Ok(_) => {
                    let log = world.vendor.log().into_iter();
                    calls.extend(log.filter(|call| call.had(Effect::Rotated)));
                }
                Err(error) if world.vendor.log().is_empty() && refuses(error.kind()) => {}
                Err(error) => {
                    return bench
                        .fail(format!("a new secret with {field}, or a refusal"), said(&error));
                }
            }
        }
        if let [first, second] = &calls[..]
            && first.text == second.text
        {
            return bench.fail(
                format!("{field} reaches the vendor, or is refused"),
                format!("it sent `{}` for both values", first.text),
            );
        }
    }
    Ok(())
}

/// A rotation with only this argument; none if the samples have no value for it.
fn rotation(field: &Field, samples: &Samples, nth: usize) -> Option<RotateKey> {
    let mut request = RotateKey::default();
    match field {
        Field::KeepOld => request.keep_old_until = Some(expiry(nth)),
        Field::Expiry => request.expires_at = Some(expiry(nth)),
        Field::Extra(name) => {
            request.extras.insert(name.as_ref(), samples.option(name)?[nth].clone());
        }
        _ => return None,
    }
    Some(request)
}

fn refuses(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidRequest | ErrorKind::Unsupported)
}

/// A change of only this field; none if the samples have no value for it.
pub(crate) fn change(field: &Field, samples: &Samples, nth: usize) -> Option<UpdateKey> {
    let mut change = UpdateKey::default();
    match field {
        Field::Name => change.name = Some(format!("renamed {nth}")),
        Field::Disabled => change.disabled = Some(nth == 0),
        Field::Limit(unit) => change.limit = Change::Set(limit(unit, nth)),
        Field::Reset => change.reset = Change::Set(reset(nth)),
        Field::Expiry => change.expires_at = Change::Set(expiry(nth)),
        Field::Admin => change.access = Some(Access::Admin),
        Field::Scopes => change.access = Some(Access::scoped([samples.scopes()?[nth].clone()])),
        Field::Container => change.container = Some(samples.container_id(nth + 1)),
        Field::Extra(name) => {
            change.extras.insert(name.as_ref(), samples.option(name)?[nth].clone());
        }
        _ => return None,
    }
    Some(change)
}

fn limit(unit: &Unit, nth: usize) -> Amount {
    Amount::new([17_u64, 23][nth], unit.clone())
}

fn reset(nth: usize) -> Reset {
    [Reset::Monthly, Reset::Daily][nth].clone()
}

/// Days apart, so that no vendor rounds two expiries to the same one.
fn expiry(nth: usize) -> Timestamp {
    now().saturating_add(DAY * [30, 60][nth])
}
