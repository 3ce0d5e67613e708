//! Listing: every key, once, whatever the pages are like.

use std::time::Duration;

use futures_util::TryStreamExt;
use keyroster_core::{ErrorKind, KeyProvider, KeyStatus, ListKeys, Paging};

use super::scenarios;
use crate::fake::FakeKey;
use crate::fake::{Quirk, Setup, container_page_size, now, page_size};
use crate::suite::bench::{Bench, Check, World, said};
use crate::suite::bounded_provider::NEVER_ENDS;

scenarios! {
    lists_one_page: Trait, false, |_| Ok(()), "A few keys are listed, each once and under its id.";
    lists_many_keys: Paging, false, |_| Ok(()), "Every key of several pages is listed once.";
    lists_nothing_from_an_empty_account: Paging, false, |_| Ok(()),
        "An account without keys is an empty list, not an error.";
    passes_an_empty_middle_page: Paging, true, |facts| facts.needs_cursor(),
        "A page without keys that leads to another does not end the list.";
    ends_on_a_repeated_cursor: Paging, false, |facts| facts.needs_cursor(),
        "A vendor that gives a cursor twice ends the listing with an error, not never.";
    ends_when_pages_repeat: Paging, false, |facts| match page_size(facts.info.paging) {
        Some(_) => Ok(()),
        None => Err("the vendor does not page by offset".to_owned()),
    }, "A vendor that ignores the offset ends the listing with an error, not never.";
    shows_a_key_once_that_two_pages_have: Paging, false, |facts| facts.needs_cursor(),
        "A page of keys that were seen before adds none, and is no reason to go on for ever.";
    escapes_cursors: Paging, true, |facts| facts.needs_cursor(),
        "A cursor (or last id) that holds slashes, spaces and ampersands comes back unchanged.";
    restarts_after_a_dropped_listing: Paging, false, |_| Ok(()),
        "A listing that is dropped half-way leaves nothing behind: the next one is whole.";
    asks_once_for_a_page: Trait, false, |_| Ok(()), "One page is one request.";
    lists_every_container: Paging, false, |facts| match facts.info.containers {
        Some(_) => Ok(()),
        None => Err("no containers are declared".to_owned()),
    }, "The keys of every container are listed, and those of one when one is asked for.";
    lists_every_page_of_containers: Paging, false, |facts| match &facts.info.containers {
        Some(containers) if containers.paging != Paging::Single => Ok(()),
        Some(_) => Err("the vendor does not page its containers".to_owned()),
        None => Err("no containers are declared".to_owned()),
    }, "Of more containers than a page has, the keys of each are listed.";
    lists_disabled_and_revoked_keys: Trait, false, |_| Ok(()),
        "Keys that are disabled, revoked or expired are listed too, and as what they are where it is told.";
}

async fn lists_one_page(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)?;
    let wrong = list.keys.iter().find(|key| key.provider != bench.facts.info.id);
    match wrong {
        Some(key) => bench.fail(
            format!("each record names the provider `{}`", bench.facts.info.id),
            format!("a record names `{}`", key.provider),
        ),
        None => Ok(()),
    }
}

async fn lists_many_keys(bench: &Bench) -> Check {
    let world = bench.start_with(bench.several_pages())?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)?;
    match list.warnings.first() {
        Some(warning) => bench.fail(
            "a listing that has every key carries no warning",
            format!("it warned `{warning}`"),
        ),
        None => Ok(()),
    }
}

async fn lists_nothing_from_an_empty_account(bench: &Bench) -> Check {
    let world = bench.start(0)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn passes_an_empty_middle_page(bench: &Bench) -> Check {
    let world = bench.start_with(bench.quirky(Quirk::EmptyMiddle))?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn ends_on_a_repeated_cursor(bench: &Bench) -> Check {
    ends(bench, Quirk::RepeatedCursor).await
}

async fn ends_when_pages_repeat(bench: &Bench) -> Check {
    ends(bench, Quirk::RepeatPages).await
}

/// A list that never ends is an error that says so.
async fn ends(bench: &Bench, quirk: Quirk) -> Check {
    let expected = "an error of kind Decode, once the vendor's pages lead in a circle";
    let world = bench.start_with(bench.quirky(quirk))?;
    match world.handle.list(ListKeys::all()).await {
        Err(error) if error.kind() == ErrorKind::Decode => Ok(()),
        Err(error) if error.to_string().contains(NEVER_ENDS) => {
            bench.fail(expected, "it went round without an end")
        }
        Err(error) => bench.fail(expected, said(&error)),
        Ok(list) => bench.fail(
            expected,
            format!("it answered {} of {} keys as if they were all", list.keys.len(), {
                world.vendor.keys().len()
            }),
        ),
    }
}

async fn shows_a_key_once_that_two_pages_have(bench: &Bench) -> Check {
    let world = bench.start_with(bench.quirky(Quirk::RepeatedPage))?;
    let mut list = keyroster_core::KeyList::default();
    let outcome = world.handle.keys(ListKeys::all()).collect_into(&mut list).await;
    match outcome {
        // Going on, and ending with an error, are both honest.
        Ok(()) => bench.same_keys(&world, &list.keys),
        Err(error) if error.kind() == ErrorKind::Decode => {
            let mut ids: Vec<_> = list.keys.iter().map(|key| &key.id).collect();
            ids.sort();
            ids.dedup();
            if ids.len() == list.keys.len() {
                return Ok(());
            }
            bench.fail("each key once", "it listed a key twice")
        }
        Err(error) => bench.fail("each key once, or an error of kind Decode", said(&error)),
    }
}

async fn escapes_cursors(bench: &Bench) -> Check {
    let setup = Setup { odd_texts: true, ..bench.several_pages() };
    let world = bench.start_with(setup)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn restarts_after_a_dropped_listing(bench: &Bench) -> Check {
    let world = bench.start_with(bench.several_pages())?;
    let mut listing = world.handle.keys(ListKeys::all());
    bench.works("a listing's first key", listing.try_next().await)?;
    drop(listing);
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn asks_once_for_a_page(bench: &Bench) -> Check {
    let world = bench.start_with(bench.several_pages())?;
    let page = world.inner.list_page(&world.first_page()).await;
    bench.works("a first page", page)?;
    match world.vendor.log().len() {
        1 => Ok(()),
        calls => bench.fail(
            "one page is one request; the engine walks the pages",
            format!("it sent {calls} for a page"),
        ),
    }
}

async fn lists_every_container(bench: &Bench) -> Check {
    let world = bench.start(5)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)?;
    for container in world.vendor.containers() {
        let request = ListKeys::in_container(container.id.as_str());
        let list = bench.works("a container's keys", world.handle.list(request).await)?;
        let here = |key: &&FakeKey| key.container.as_ref() == Some(&container.id);
        let wanted = world.vendor.keys().iter().filter(here).count();
        if list.keys.len() != wanted {
            return bench.fail(
                format!("the {wanted} keys of the container `{}`", container.id),
                format!("it listed {}", list.keys.len()),
            );
        }
    }
    Ok(())
}

async fn lists_every_page_of_containers(bench: &Bench) -> Check {
    let containers = container_page_size(&bench.facts.info).map_or(8, |size| size + size / 2 + 1);
    let setup = Setup { containers, ..bench.setup(containers) };
    let world = bench.start_with(setup)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)
}

async fn lists_disabled_and_revoked_keys(bench: &Bench) -> Check {
    let world = bench.start(8)?;
    world.vendor.vary_states();
    let list = bench.list(&world).await?;
    for key in world.vendor.keys() {
        let state = state(&key);
        let id = bench.key_id(&key);
        let Some(record) = list.keys.iter().find(|record| record.id == id) else {
            return bench.fail(
                format!("{state} key is listed; what the vendor's default hides is asked for"),
                "it left the key out",
            );
        };
        let status = record.status_at(now());
        let fine = matches!(status, KeyStatus::Active | KeyStatus::Unknown);
        if fine && state != AN_ACTIVE && tells(&world, &key) {
            return bench.fail(
                format!("{state} key is shown as one"),
                format!("it shows it as {status:?}"),
            );
        }
    }
    bench.same_keys(&world, &list.keys)
}

const AN_ACTIVE: &str = "an active";

const A_CENTURY: Duration = Duration::from_hours(876_000);

fn state(key: &FakeKey) -> &'static str {
    match key {
        FakeKey { revoked: true, .. } => "a revoked",
        FakeKey { disabled: true, .. } => "a disabled",
        key if key.has_expired() => "an expired",
        _ => AN_ACTIVE,
    }
}

/// Whether the vendor's row shows the key's state: without that state, it would be another.
fn tells(world: &World, key: &FakeKey) -> bool {
    let mut active = FakeKey { disabled: false, revoked: false, ..key.clone() };
    if key.has_expired() {
        active.expires_at = key.expires_at.saturating_add(A_CENTURY);
    }
    world.vendor.row(key) != world.vendor.row(&active)
}
