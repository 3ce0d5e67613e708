//! Requests that create: sent once, with an error that says if the key may exist.

use keyroster_core::{ErrorKind, KeyProvider, Operation, RotateKey};

use super::scenarios;
use crate::fake::mutation::{self, Mutation};
use crate::fake::{Effect, Fault, Setup};
use crate::suite::bench::{Applies, Bench, Check, Facts, World, said};

/// Number of calls with a fault: more than any provider makes for one operation.
const ALWAYS: usize = 1_000;

scenarios! {
    does_not_repeat_a_create_after_5xx: Creates, false, create_and_faults,
        "A create is not retried after a 5xx: it is `Indeterminate`.";
    does_not_repeat_a_create_after_a_cut: Creates, false, create_and_faults,
        "A create is not retried after a lost response: it is `Indeterminate`.";
    does_not_trust_an_odd_reply_to_a_create: Creates, false, create_and_faults,
        "A create whose response is not a new key is `Indeterminate`.";
    keeps_the_secret_of_an_odd_answer: Creates, false, |facts| {
        facts.needs(Operation::CreateKey).and(facts.needs_rows())
    }, "A create returns the secret even if another field of the response has an unexpected type.";
    finds_the_key_of_a_lost_create: Creates, true, create_and_faults,
        "The error of a lost create leads to the key that it created.";
    does_not_repeat_a_rotation: Creates, false, rotate_and_faults,
        "A rotation is not retried after a lost response: it is `Indeterminate`.";
}

fn create_and_faults(facts: &Facts) -> Applies {
    facts.needs(Operation::CreateKey).and(facts.needs_faults())
}

fn rotate_and_faults(facts: &Facts) -> Applies {
    facts.needs(Operation::RotateKey).and(facts.needs_faults())
}

async fn does_not_repeat_a_create_after_5xx(bench: &Bench) -> Check {
    for status in [500, 502, 503, 504] {
        once(bench, Fault::Status(status), &format!("a create that got {status}")).await?;
    }
    Ok(())
}

async fn does_not_repeat_a_create_after_a_cut(bench: &Bench) -> Check {
    once(bench, Fault::Cut, "a create whose connection was cut").await?;
    once(bench, Fault::BrokenOff, "a create with a truncated response").await
}

async fn does_not_trust_an_odd_reply_to_a_create(bench: &Bench) -> Check {
    for (fault, what) in [
        (Fault::Html(200), "a create that got an HTML page"),
        (Fault::Empty, "a create that got an empty body"),
        (Fault::HalfJson, "a create that got half of its response"),
        (Fault::Json("{}".to_owned()), "a create that got `{}`"),
    ] {
        once(bench, fault, what).await?;
    }
    Ok(())
}

/// Checks that the vendor created one key, and that the error says that it may exist.
async fn once(bench: &Bench, fault: Fault, what: &str) -> Check {
    let world = bench.start(1)?;
    world.vendor.arm(fault, true, ALWAYS);
    let request = bench.facts.samples.new_key("created once");
    let answer = world.handle.create(&request).await.map(drop);
    indeterminate(bench, &world, Effect::Created, answer, what)
}

async fn keeps_the_secret_of_an_odd_answer(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    let key = world.vendor.keys().swap_remove(0);
    let row = world.vendor.row(&key);
    let id = bench.key_id(&key);
    let parts = [key.id.as_str(), key.secret.expose()];
    let paths = mutation::members(&row, &parts).into_iter();
    // A part of an id, such as the container's, is needed to name the key.
    let named = |path: &mutation::Path| {
        mutation::at(&row, path).and_then(|value| value.as_str()).is_some_and(|text| {
            id.as_str() != key.id && !text.is_empty() && id.as_str().contains(text)
        })
    };
    for path in paths.filter(|path| !named(path)) {
        let odd = Some(Mutation::Replace(path.clone(), mutation::odd()));
        let world = bench.start_with(Setup { mutation: odd, ..bench.setup(1) })?;
        let request = bench.facts.samples.new_key("created by the suite");
        let what = format!("the secret of a new key whose `{}` has another type", path.join("."));
        let created = bench.works(&what, world.inner.create(&request).await)?;
        let made = world.vendor.keys();
        if made.last().is_none_or(|made| made.secret.expose() != created.secret.expose()) {
            return bench.fail(what, "it returned another text");
        }
    }
    Ok(())
}

async fn does_not_repeat_a_rotation(bench: &Bench) -> Check {
    for fault in [Fault::Status(502), Fault::Cut, Fault::BrokenOff] {
        let world = bench.start(1)?;
        let what = format!("a rotation with the fault {fault:?}");
        world.vendor.arm(fault, true, ALWAYS);
        let id = bench.key_id(&world.vendor.keys()[0]);
        let answer = world.inner.rotate(&id, &RotateKey::default()).await.map(drop);
        indeterminate(bench, &world, Effect::Rotated, answer, &what)?;
    }
    Ok(())
}

fn indeterminate(
    bench: &Bench,
    world: &World,
    effect: Effect,
    answer: keyroster_core::Result<()>,
    what: &str,
) -> Check {
    let times = world.vendor.count(effect);
    if times != 1 {
        return bench
            .fail(format!("{what} is sent once"), format!("it was carried out {times} times"));
    }
    match answer {
        Err(error) if error.kind() == ErrorKind::Indeterminate => Ok(()),
        Err(error) => bench.fail(format!("Indeterminate for {what}"), said(&error)),
        Ok(()) => bench.fail(format!("Indeterminate for {what}"), "it returned a key"),
    }
}

async fn finds_the_key_of_a_lost_create(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    world.vendor.arm(Fault::Cut, true, 1);
    let request = bench.facts.samples.new_key("lost and found");
    let Err(error) = world.handle.create(&request).await else {
        return bench.fail("Indeterminate for a lost create", "it returned a key");
    };
    world.vendor.disarm();
    let Some(orphan) = error.orphan() else {
        return bench.fail("Indeterminate for a lost create", said(&error));
    };
    let found = bench.works("the search for the key", world.handle.reconcile(orphan).await)?;
    let made: Vec<_> = world.vendor.keys().into_iter().skip(2).collect();
    let ids: Vec<_> = found.suspects.iter().map(|suspect| suspect.key.id.clone()).collect();
    let wanted: Vec<_> = made.iter().map(|key| bench.key_id(key)).collect();
    if ids == wanted {
        return Ok(());
    }
    bench.fail(
        format!("the key {wanted:?} is found by its name and creation time"),
        format!("it found {ids:?}; records need `name` and `created_at`"),
    )
}
