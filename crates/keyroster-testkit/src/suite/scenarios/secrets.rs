//! Secrets: never in a record, an error, a log or a URL.

use std::error::Error as StdError;
use std::fmt::Debug;

use keyroster_core::{ApiKey, Error, KeyProvider, ListKeys, Operation, RotateKey};
use serde::Serialize;

use super::scenarios;
use crate::fake::{CANARY, Fault};
use crate::log_capture::logged;
use crate::suite::bench::{Bench, Check, World};

/// What the safety net of `keyroster-http` leaves in place of a secret.
const HIDDEN: &str = "[hidden]";

scenarios! {
    shows_no_secret_in_records: Secrets, false, |_| Ok(()),
        "No secret is in a record, in its JSON, in any `Debug` output, or in a warning.";
    shows_no_secret_in_errors: Secrets, false, |facts| facts.needs_faults(),
        "No secret is in an error or its causes, even if the vendor's message contains it.";
    shows_no_secret_in_evidence: Secrets, false, |facts| facts.needs(Operation::Identify),
        "The evidence about a dead secret does not contain it, even if the vendor repeats it.";
    discards_secret_fields: Secrets, false, |_| Ok(()),
        "The field that contains a key's secret is discarded, and leaves no trace in `extras`.";
    logs_no_secret: Secrets, false, |_| Ok(()), "No secret is in a span or event at any level.";
    sends_no_secret_in_addresses: Secrets, false, |facts| facts.needs_http(),
        "No secret is in the URL of a request, which proxies and vendors log.";
}

/// Calls each operation once, and returns everything that can be shown of the results. The handle would take out the
/// secrets that a provider leaves in.
async fn call_everything(world: &World, bench: &Bench) -> Vec<(&'static str, String)> {
    let mut shown =
        vec![("Debug of the provider", format!("{:?} {:?}", world.inner, world.handle))];
    let mut show = |what, text| shown.push((what, text));
    let can = *bench.facts.can();
    let mut listing = world.handle.keys(ListKeys::all());
    let first = futures_util::TryStreamExt::try_next(&mut listing).await;
    show("Debug of a listing", format!("{listing:?} {first:?}"));
    let list = world.handle.list(ListKeys::all()).await;
    let records = list.as_ref().ok().map(|list| json(&list.keys));
    show("a record", format!("{list:?} {records:?}"));
    let keys = world.vendor.keys();
    let id = bench.key_id(&keys[0]);
    if can.get {
        show("a record from get", both(&world.inner.get(&id).await));
    }
    if can.create.is_some() {
        let request = bench.facts.samples.new_key("created by the suite");
        let created = world.inner.create(&request).await;
        let record = created.as_ref().ok().map(|created| json(&created.key));
        show("a new key", format!("{created:?} {record:?}"));
    }
    if can.update.is_some()
        && let Some(change) = super::operations::sample_change(bench)
    {
        show("a changed record", both(&world.inner.update(&id, &change).await));
    }
    if can.rotate.is_some() {
        let rotated = world.inner.rotate(&id, &RotateKey::default()).await;
        let record = rotated.as_ref().ok().map(|rotated| json(&rotated.key));
        show("a rotated key", format!("{rotated:?} {record:?}"));
    }
    if can.can(Operation::WhoAmI) {
        show("the account's own record", both(&world.inner.whoami().await));
    }
    if can.can(Operation::Identify) {
        for key in &world.vendor.keys() {
            show("an identification", both(&world.inner.identify(&key.secret).await));
        }
    }
    if can.revoke {
        show("a revocation", both(&world.inner.revoke(&id).await));
    }
    shown
}

async fn shows_no_secret_in_records(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    check(bench, &call_everything(&world, bench).await)
}

async fn shows_no_secret_in_errors(bench: &Bench) -> Check {
    let mut shown = Vec::new();
    for status in [400, 401, 403, 404, 409, 422, 500] {
        let world = bench.start(2)?;
        let secret = world.vendor.keys()[0].secret.expose().to_owned();
        world.vendor.arm(Fault::Echo(status, secret), false, 1_000);
        shown.extend(failures(&world, bench).await);
    }
    // A parser's own message would quote the unexpected value.
    let secret = bench.start(1)?.vendor.keys()[0].secret.expose().to_owned();
    let text = serde_json::Value::from(secret.as_str());
    let row = bench.start(1)?.vendor.row(&bench.start(1)?.vendor.keys()[0]);
    let mut bodies = vec![format!("{text}"), format!("[{text}]"), secret.clone()];
    for name in row.as_object().into_iter().flat_map(|row| row.keys()).chain(&names()) {
        let name = serde_json::Value::from(name.as_str());
        bodies.push(format!("{{{name}:{text}}}"));
        bodies.push(format!("{{{name}:[{text}]}}"));
    }
    for body in bodies {
        let world = bench.start(2)?;
        world.vendor.arm(Fault::Json(body), false, 1_000);
        shown.extend(failures(&world, bench).await);
    }
    check(bench, &shown)
}

async fn shows_no_secret_in_evidence(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    let key = world.vendor.keys().swap_remove(0);
    world.vendor.retire(&key.id);
    let mut shown = vec![("an identification", both(&world.inner.identify(&key.secret).await))];
    if bench.facts.faults {
        for status in [400, 401, 403, 404, bench.facts.bad_credential] {
            let world = bench.start(1)?;
            let secret = world.vendor.keys()[0].secret.clone();
            let said = Fault::Echo(status, secret.expose().to_owned());
            world.vendor.arm(said, false, 1_000);
            shown.push(("an identification", both(&world.inner.identify(&secret).await)));
        }
    }
    check(bench, &shown)
}

async fn discards_secret_fields(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    let list = bench.list(&world).await?;
    let row = world.vendor.row(&world.vendor.keys()[0]);
    let mut listed = Vec::new();
    for record in &list.keys {
        for name in hidden(record) {
            // A name that only looks like a secret's may be withheld.
            if row.get(&name).is_some_and(|value| value.to_string().contains(CANARY)) {
                return trace(bench, "a listed record", &name);
            }
            listed.push(name);
        }
    }
    let can = *bench.facts.can();
    if can.create.is_some() {
        let request = bench.facts.samples.new_key("created by the suite");
        let created = bench.works("a new key", world.inner.create(&request).await)?;
        if let Some(name) = hidden(&created.key).into_iter().find(|it| !listed.contains(it)) {
            return trace(bench, "the record of a new key", &name);
        }
    }
    if can.rotate.is_some() {
        let id = bench.key_id(&world.vendor.keys()[0]);
        let rotated = world.inner.rotate(&id, &RotateKey::default()).await;
        let rotated = bench.works("a new secret", rotated)?;
        if let Some(name) = hidden(&rotated.key).into_iter().find(|it| !listed.contains(it)) {
            return trace(bench, "the record of a rotated key", &name);
        }
    }
    Ok(())
}

/// The extras that were withheld, or that contain something withheld.
fn hidden(record: &ApiKey) -> Vec<String> {
    let withheld = record.extras.iter().filter(|(_, value)| value.to_string().contains(HIDDEN));
    withheld.map(|(name, _)| name.to_owned()).collect()
}

fn trace(bench: &Bench, what: &str, name: &str) -> Check {
    bench.fail(
        format!("the field `{name}` contains a secret, and is declared as `Discarded`"),
        format!("{what} has `{HIDDEN}` there"),
    )
}

/// The members in which most vendors wrap lists and errors.
fn names() -> [String; 6] {
    ["data", "keys", "items", "result", "error", "errors"].map(str::to_owned)
}

/// Returns each operation's error with its causes.
async fn failures(world: &World, bench: &Bench) -> Vec<(&'static str, String)> {
    let can = *bench.facts.can();
    let id = bench.key_id(&world.vendor.keys()[0]);
    let mut errors: Vec<Option<Error>> = Vec::new();
    errors.push(world.inner.list_page(&world.first_page()).await.err());
    errors.push(world.handle.list(ListKeys::all()).await.err());
    if can.get {
        errors.push(world.inner.get(&id).await.err());
    }
    if can.create.is_some() {
        let request = bench.facts.samples.new_key("created by the suite");
        errors.push(world.inner.create(&request).await.err());
    }
    if can.rotate.is_some() {
        errors.push(world.inner.rotate(&id, &RotateKey::default()).await.err());
    }
    if can.revoke {
        errors.push(world.inner.revoke(&id).await.err());
    }
    if can.whoami {
        errors.push(world.inner.whoami().await.err());
    }
    let shown = errors.into_iter().flatten().map(|error| ("an error", chain(&error)));
    shown.collect()
}

fn chain(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" {error} {error:?}");
        cause = error.source();
    }
    text
}

async fn logs_no_secret(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    let (_, mut text) = logged(call_everything(&world, bench)).await;
    if bench.facts.faults {
        let world = bench.start(2)?;
        let secret = world.vendor.keys()[0].secret.expose().to_owned();
        world.vendor.arm(Fault::Echo(403, secret), false, 1_000);
        text += &logged(failures(&world, bench)).await.1;
    }
    if text.is_empty() {
        return bench.fail("the listing engine's span `keys.list_page`", "nothing was logged");
    }
    let line = text.lines().find(|line| line.contains(CANARY)).unwrap_or_default();
    check(bench, &[("a log", line.to_owned())])
}

async fn sends_no_secret_in_addresses(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    call_everything(&world, bench).await;
    let urls = world.vendor.log().into_iter().map(|call| ("a URL", call.url));
    check(bench, &urls.collect::<Vec<_>>())
}

fn check(bench: &Bench, shown: &[(&'static str, String)]) -> Check {
    match shown.iter().find(|(_, text)| text.contains(CANARY)) {
        None => Ok(()),
        Some((what, text)) => {
            let at = text.find(CANARY).unwrap_or_default();
            let before: String =
                text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            bench.fail("no secret is shown", format!("{what} shows one, after `{before}`"))
        }
    }
}

fn both<T: Debug + Serialize>(answer: &keyroster_core::Result<T>) -> String {
    format!("{answer:?} {}", answer.as_ref().map(json).unwrap_or_default())
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
