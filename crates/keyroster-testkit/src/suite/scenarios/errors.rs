//! Errors: each failure has the right kind, and no failure becomes an empty list.

use std::time::Duration;

use keyroster_core::{Error, ErrorKind, KeyProvider, Operation, PageStart, Paging};

use super::scenarios;
use crate::fake::Fault;
use crate::fake::page_size;
use crate::suite::bench::{Bench, Check, said};

/// A longer wait than a provider makes itself, so that its error must report it.
const WAIT: Duration = Duration::from_hours(2);

/// Number of calls with a fault: more than any provider makes for one operation.
const ALWAYS: usize = 1_000;

scenarios! {
    maps_401_to_unauthenticated: Errors, false, |facts| facts.needs_faults(),
        "401 is `Unauthenticated`.";
    maps_403_to_permission_denied: Errors, false, |facts| facts.needs_faults(),
        "403 is `PermissionDenied`.";
    maps_404_to_not_found: Errors, false, |facts| facts.needs_faults(), "404 is `NotFound`.";
    maps_409_to_conflict: Errors, false, |facts| facts.needs_faults(), "409 is `Conflict`.";
    maps_429_to_rate_limited: Errors, false, |facts| facts.needs_faults(),
        "429 is `RateLimited`, with the wait that the vendor asks for.";
    maps_500_to_unavailable: Errors, false, |facts| facts.needs_faults(), "500 is `Unavailable`.";
    maps_a_cut_connection_to_transport: Errors, false, |facts| facts.needs_faults(),
        "A missing or incomplete response is `Transport`.";
    refuses_an_html_page: Errors, false, |facts| facts.needs_faults(),
        "An HTML page with status 200 is `Decode`, not an empty list.";
    refuses_an_empty_body: Errors, false, |facts| facts.needs_faults(),
        "An empty body with status 200 is `Decode`, not an empty list.";
    refuses_a_truncated_body: Errors, false, |facts| facts.needs_faults(),
        "Truncated JSON is `Decode`, not an empty list.";
    refuses_other_json: Errors, false, |facts| facts.needs_faults(),
        "JSON with another structure is `Decode`, not an empty list.";
    refuses_an_error_on_a_later_page: Errors, false, |facts| match facts.info.paging {
        Paging::Single => Err("the vendor does not page".to_owned()),
        _ => facts.needs_faults(),
    }, "A failure on a later page is an error, not the end of the list.";
    does_not_find_an_unknown_key: Errors, false, |facts| facts.needs(Operation::GetKey),
        "Getting a key that does not exist is `NotFound`.";
    rejects_a_bad_credential: Errors, false, |facts| facts.needs_http(),
        "A credential that the vendor does not know is `Unauthenticated`.";
}

async fn maps_401_to_unauthenticated(bench: &Bench) -> Check {
    maps(bench, 401, ErrorKind::Unauthenticated).await
}

async fn maps_403_to_permission_denied(bench: &Bench) -> Check {
    maps(bench, 403, ErrorKind::PermissionDenied).await
}

async fn maps_404_to_not_found(bench: &Bench) -> Check {
    maps(bench, 404, ErrorKind::NotFound).await
}

async fn maps_409_to_conflict(bench: &Bench) -> Check {
    maps(bench, 409, ErrorKind::Conflict).await
}

async fn maps_500_to_unavailable(bench: &Bench) -> Check {
    maps(bench, 500, ErrorKind::Unavailable).await
}

/// Checks the kind of a page, and of a create if it is declared, that the vendor refuses with this status.
async fn maps(bench: &Bench, status: u16, kind: ErrorKind) -> Check {
    let error =
        refused(bench, Fault::Status(status), &format!("{kind:?} for status {status}")).await?;
    is(bench, &error, &[kind], &format!("status {status}"))?;
    if let Some(other) = error.status().filter(|other| *other != status) {
        return bench
            .fail(format!("the error carries the status {status}"), format!("it carries {other}"));
    }
    if bench.facts.can().create.is_none() {
        return Ok(());
    }
    let world = bench.start(1)?;
    world.vendor.arm(Fault::Status(status), false, ALWAYS);
    let request = bench.facts.samples.new_key("refused");
    match world.handle.create(&request).await {
        Ok(_) => {
            bench.fail(format!("{kind:?} for a create that got {status}"), "it returned a key")
        }
        // After a 5xx, the key may exist.
        Err(error) if status >= 500 => {
            is(bench, &error, &[ErrorKind::Indeterminate], "a create that got 500")
        }
        Err(error) => is(bench, &error, &[kind], &format!("a create that got {status}")),
    }
}

async fn maps_429_to_rate_limited(bench: &Bench) -> Check {
    let expected = "RateLimited for status 429";
    let error = refused(bench, Fault::Throttled(WAIT), expected).await?;
    is(bench, &error, &[ErrorKind::RateLimited], "status 429")?;
    match error.retry_after() {
        Some(wait) if wait.abs_diff(WAIT) <= Duration::from_mins(1) => Ok(()),
        wait => bench.fail(
            format!("the error reports the wait of {WAIT:?} that the vendor asked for"),
            format!("it reports {wait:?}"),
        ),
    }
}

async fn maps_a_cut_connection_to_transport(bench: &Bench) -> Check {
    for fault in [Fault::Cut, Fault::BrokenOff] {
        let what = format!("{fault:?}");
        let error = refused(bench, fault, "Transport for a lost response").await?;
        is(bench, &error, &[ErrorKind::Transport], &what)?;
    }
    Ok(())
}

async fn refuses_an_html_page(bench: &Bench) -> Check {
    undecodable(bench, Fault::Html(200), "an HTML page").await
}

async fn refuses_an_empty_body(bench: &Bench) -> Check {
    undecodable(bench, Fault::Empty, "an empty body").await
}

async fn refuses_a_truncated_body(bench: &Bench) -> Check {
    undecodable(bench, Fault::HalfJson, "truncated JSON").await
}

async fn refuses_other_json(bench: &Bench) -> Check {
    for body in ["{}", "[[]]", "null", r#""ok""#, r#"{"message":"welcome"}"#] {
        undecodable(bench, Fault::Json(body.to_owned()), &format!("`{body}`")).await?;
    }
    Ok(())
}

async fn undecodable(bench: &Bench, fault: Fault, what: &str) -> Check {
    let error = refused(bench, fault, &format!("Decode for {what}")).await?;
    is(bench, &error, &[ErrorKind::Decode], what)
}

/// Returns the error of a page with a fault.
async fn refused(
    bench: &Bench,
    fault: Fault,
    expected: &str,
) -> Result<Error, crate::suite::verdict::Failure> {
    let world = bench.start(2)?;
    world.vendor.arm(fault, true, ALWAYS);
    match world.inner.list_page(&world.first_page()).await {
        Err(error) => Ok(error),
        Ok(page) => bench.fail(expected, format!("it returned a page of {} keys", page.keys.len())),
    }
}

async fn refuses_an_error_on_a_later_page(bench: &Bench) -> Check {
    for (fault, kind) in [
        (Fault::Status(401), ErrorKind::Unauthenticated),
        (Fault::Status(403), ErrorKind::PermissionDenied),
        (Fault::Status(404), ErrorKind::NotFound),
        (Fault::Throttled(WAIT), ErrorKind::RateLimited),
        (Fault::Status(500), ErrorKind::Unavailable),
        (Fault::Cut, ErrorKind::Transport),
        (Fault::BrokenOff, ErrorKind::Transport),
        (Fault::Html(200), ErrorKind::Decode),
        (Fault::Empty, ErrorKind::Decode),
        (Fault::HalfJson, ErrorKind::Decode),
        (Fault::Json("{}".to_owned()), ErrorKind::Decode),
    ] {
        let what = format!("{fault:?} on the second page");
        let world = bench.start_with(bench.several_pages())?;
        let mut request = world.first_page();
        let first = bench.works("a first page", world.inner.list_page(&request).await)?;
        request.start = match (first.next, page_size(bench.facts.info.paging)) {
            (Some(next), _) => PageStart::Cursor(next),
            (None, Some(size)) => PageStart::Offset(size as u64),
            (None, None) => {
                return bench.fail("a first page that names the second", "it names none");
            }
        };
        world.vendor.arm(fault, true, ALWAYS);
        match world.inner.list_page(&request).await {
            Err(error) => is(bench, &error, &[kind], &what)?,
            Ok(page) => {
                let did = format!("it returned a page of {} keys", page.keys.len());
                return bench.fail(format!("{kind:?} for {what}"), did);
            }
        }
    }
    Ok(())
}

fn is(bench: &Bench, error: &Error, kinds: &[ErrorKind], what: &str) -> Check {
    if kinds.contains(&error.kind()) {
        return Ok(());
    }
    bench.fail(format!("an error of kind {kinds:?} for {what}"), said(error))
}

async fn does_not_find_an_unknown_key(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    match world.inner.get(&bench.unknown_id(&world)).await {
        Err(error) => is(bench, &error, &[ErrorKind::NotFound], "a key that does not exist"),
        Ok(key) => {
            bench.fail("NotFound for a key that does not exist", format!("it found `{}`", key.id))
        }
    }
}

async fn rejects_a_bad_credential(bench: &Bench) -> Check {
    let world = bench.start(1)?;
    world.vendor.change_credential();
    match world.inner.list_page(&world.first_page()).await {
        Err(error) if bench.facts.is_bad_credential(&error) => Ok(()),
        Err(error) => is(bench, &error, &[ErrorKind::Unauthenticated], "a revoked credential"),
        Ok(_) => bench.fail(
            "each request is authenticated with the account's secret",
            "it got a response without it",
        ),
    }
}
