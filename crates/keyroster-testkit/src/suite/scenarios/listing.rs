//! Listing: every key once, however the vendor pages.

use std::time::Duration;

use futures_util::TryStreamExt;
use keyroster_core::{ErrorKind, KeyProvider, KeyStatus, ListKeys};

use super::scenarios;
use crate::fake::FakeKey;
use crate::fake::{Quirk, Setup, container_page_size, now, page_size};
use crate::suite::bench::{Bench, Check, World, said};
use crate::suite::bounded_provider::NEVER_ENDS;

scenarios! {
    lists_one_page: Trait, false, |_| Ok(()), "A few keys are listed, each once and with its id.";
    lists_many_keys: Paging, false, |_| Ok(()), "Every key of several pages is listed once.";
    lists_nothing_from_an_empty_account: Paging, false, |_| Ok(()),
        "An account without keys is an empty list, not an error.";
    continues_after_an_empty_page: Paging, true, |facts| facts.needs_cursor(),
        "An empty page that names a next page does not end the listing.";
    ends_on_a_repeated_cursor: Paging, false, |facts| facts.needs_cursor(),
        "A cursor that the vendor repeats ends the listing with an error, instead of looping.";
    ends_when_pages_repeat: Paging, false, |facts| match page_size(facts.info.paging) {
        Some(_) => Ok(()),
        None => Err("the vendor does not page by offset".to_owned()),
    }, "A vendor that ignores the offset ends the listing with an error, instead of looping.";
    shows_a_repeated_key_once: Paging, false, |facts| facts.needs_cursor(),
        "A page that repeats earlier keys adds no duplicates and does not make the listing loop.";
    escapes_cursors: Paging, true, |facts| facts.needs_cursor(),
        "A cursor (or last id) with slashes, spaces and ampersands is sent back unchanged.";
    restarts_after_a_dropped_listing: Paging, false, |_| Ok(()),
        "A listing that is dropped halfway leaves no state behind: the next one is complete.";
    sends_one_request_for_a_page: Trait, false, |_| Ok(()), "One page is one request.";
    lists_every_container: Containers, false, |facts| match facts.info.containers {
        Some(_) => Ok(()),
        None => Err("no containers are declared".to_owned()),
    }, "The keys of every container are listed, and only those of one container on request.";
    lists_every_page_of_containers: Containers, false, |facts| match &facts.info.containers {
        Some(_) => Ok(()),
        None => Err("no containers are declared".to_owned()),
    }, "The keys of every container are listed, whether or not the containers take several pages.";
    names_the_container_of_each_key: Containers, false, |facts| match facts.info.containers {
        Some(_) => Ok(()),
        None => Err("no containers are declared".to_owned()),
    }, "The record of a key in a container names that container.";
    continues_when_a_container_vanishes: Containers, false, |facts| match facts.info.containers {
        Some(_) => facts.needs_http(),
        None => Err("no containers are declared".to_owned()),
    }, "A container that is deleted while keys are listed does not end the listing: its list is `NotFound`.";
    lists_disabled_and_revoked_keys: Trait, false, |_| Ok(()),
        "Disabled, revoked and expired keys are listed, with their state if the vendor reports it.";
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

async fn continues_after_an_empty_page(bench: &Bench) -> Check {
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

/// Checks that a list without an end becomes an error.
async fn ends(bench: &Bench, quirk: Quirk) -> Check {
    let expected = "an error of kind Decode when the vendor's pages repeat";
    let world = bench.start_with(bench.quirky(quirk))?;
    match world.handle.list(ListKeys::all()).await {
        Err(error) if error.kind() == ErrorKind::Decode => Ok(()),
        Err(error) if error.to_string().contains(NEVER_ENDS) => {
            bench.fail(expected, "it kept asking for pages")
        }
        Err(error) => bench.fail(expected, said(&error)),
        Ok(list) => bench.fail(
            expected,
            format!("it returned {} of {} keys as if they were all", list.keys.len(), {
                world.vendor.keys().len()
            }),
        ),
    }
}

async fn shows_a_repeated_key_once(bench: &Bench) -> Check {
    let world = bench.start_with(bench.quirky(Quirk::RepeatedPage))?;
    let mut list = keyroster_core::KeyList::default();
    let outcome = world.handle.keys(ListKeys::all()).collect_into(&mut list).await;
    match outcome {
        // It may continue or end with an error.
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

async fn sends_one_request_for_a_page(bench: &Bench) -> Check {
    let world = bench.start_with(bench.several_pages())?;
    let page = world.inner.list_page(&world.first_page()).await;
    bench.works("a first page", page)?;
    match world.vendor.log().len() {
        1 => Ok(()),
        calls => bench.fail(
            "one request for a page; the listing engine asks for the others",
            format!("it sent {calls} requests for one page"),
        ),
    }
}

async fn lists_every_container(bench: &Bench) -> Check {
    let world = bench.start(5)?;
    let list = bench.list(&world).await?;
    bench.same_keys(&world, &list.keys)?;
    for container in world.vendor.containers() {
        let request = ListKeys::all().container(container.id.as_str());
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

async fn names_the_container_of_each_key(bench: &Bench) -> Check {
    let world = bench.start(4)?;
    let list = bench.list(&world).await?;
    for key in world.vendor.keys() {
        let (id, wanted) = (bench.key_id(&key), key.container.as_deref());
        let record = list.keys.iter().find(|record| record.id == id);
        let named = record.and_then(|record| record.container.as_ref());
        let named = named.map(|container| container.id.as_str());
        if named != wanted {
            return bench.fail(
                format!("the record of `{id}` names its container {wanted:?}"),
                format!("it names {named:?}"),
            );
        }
    }
    Ok(())
}

async fn continues_when_a_container_vanishes(bench: &Bench) -> Check {
    let world = bench.start_with(Setup { vanishing: true, ..bench.setup(4) })?;
    let list = bench.list(&world).await?;
    if world.vendor.containers().len() != 1 {
        return bench.fail(
            "the keys of each container are asked for",
            "the imitated vendor does not say which container a call is about (`in_container`)",
        );
    }
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
                format!("{state} key is listed, even if the vendor hides it by default"),
                "it left out the key",
            );
        };
        let status = record.status_at(now());
        let fine = matches!(status, KeyStatus::Active | KeyStatus::Unknown);
        if fine && state != AN_ACTIVE && reports_state(&world, &key) {
            return bench.fail(
                format!("{state} key is reported as such"),
                format!("its status is {status:?}"),
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

/// Whether the vendor's row reports the key's state, i.e. differs from the row of an active key.
fn reports_state(world: &World, key: &FakeKey) -> bool {
    let mut active = FakeKey { disabled: false, revoked: false, ..key.clone() };
    if key.has_expired() {
        active.expires_at = key.expires_at.saturating_add(A_CENTURY);
    }
    world.vendor.row(key) != world.vendor.row(&active)
}
