//! Listings: every key once, and an end however the vendor misbehaves.

use std::sync::Mutex;

use futures_util::{FutureExt, TryStreamExt};
use keyroster_core::{
    ApiKey, Container, Cursor, ErrorKind, KeyList, ListKeys, Page, PageSize, Paging, Provider,
    Result,
};
use proptest::prelude::*;

use crate::vendor::{TEN, by_cursor, by_offset, key, keys, slice, vendor, with_containers};

/// The whole listing; these vendors answer at once.
fn list(provider: &Provider) -> Result<KeyList> {
    provider.list(ListKeys::all()).now_or_never().unwrap()
}

fn ids(list: &KeyList) -> Vec<&str> {
    list.keys.iter().map(|key| key.id.as_str()).collect()
}

fn names(all: &[ApiKey]) -> Vec<&str> {
    all.iter().map(|key| key.id.as_str()).collect()
}

#[test]
fn a_cursor_leads_through_all_pages_an_empty_one_among_them() {
    let all = keys(25);
    let of_vendor = all.clone();
    let provider = vendor(Paging::Cursor, move |request, before| {
        // An empty page that leads on: filters at the vendor make such.
        if before == 1 {
            return Page::default().with_next(Some(Cursor::new("010")));
        }
        by_cursor(&of_vendor, request, 10)
    });
    assert_eq!(ids(&list(&provider).unwrap()), names(&all));
}

#[test]
fn a_repeated_cursor_is_an_error_and_not_for_ever() {
    let provider = vendor(Paging::Cursor, |_, before| {
        Page::new(vec![key(format!("k{before}"))]).with_next(Some(Cursor::new("same")))
    });
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("same page cursor twice"), "{error}");
}

#[test]
fn a_page_of_only_seen_keys_is_an_error_and_not_for_ever() {
    let provider = vendor(Paging::Cursor, |_, before| {
        Page::new(keys(3)).with_next(Some(Cursor::new(before.to_string())))
    });
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("only keys of earlier pages"), "{error}");
}

#[test]
fn a_vendor_that_ignores_the_offset_is_found_out() {
    let provider = vendor(TEN, |_, _| Page::new(keys(10)).with_total(Some(37)));
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "ten of 37 keys must not pass for all");
}

#[test]
fn a_list_that_ends_short_of_the_vendors_count_says_so() {
    let all = keys(10);
    let provider =
        vendor(TEN, move |request, _| Page::new(slice(&all, request, 10)).with_total(Some(25)));
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 10);
    assert_eq!(listed.warnings.len(), 1);
    assert!(listed.warnings[0].message.contains("counts 25"), "{:?}", listed.warnings);
}

#[test]
fn what_came_before_an_error_is_kept() {
    let provider = vendor(Paging::Cursor, |_, before| {
        Page::new(vec![key(format!("k{before}"))]).with_next(Some(Cursor::new("same")))
    });
    let mut found = KeyList::default();
    let listing = provider.keys(ListKeys::all());
    listing.collect_into(&mut found).now_or_never().unwrap().unwrap_err();
    assert_eq!(ids(&found), ["k0"]);
}

#[test]
fn a_stream_ends_after_its_error() {
    let provider =
        vendor(Paging::Cursor, |_, _| Page::new(keys(3)).with_next(Some(Cursor::new("same"))));
    let mut listing = provider.keys(ListKeys::all());
    let mut answers = Vec::new();
    while let Some(answer) = listing.try_next().now_or_never().unwrap().transpose() {
        answers.push(answer.is_ok());
        assert!(answers.len() < 10);
    }
    assert_eq!(answers, [true, true, true, false]);
}

#[test]
fn a_dropped_listing_starts_afresh() {
    let all = keys(25);
    let of_vendor = all.clone();
    let provider = vendor(Paging::Cursor, move |request, _| by_cursor(&of_vendor, request, 10));
    let mut listing = provider.keys(ListKeys::all());
    for _ in 0..13 {
        listing.try_next().now_or_never().unwrap().unwrap();
    }
    drop(listing);
    assert_eq!(ids(&list(&provider).unwrap()), names(&all));
}

#[test]
fn a_key_in_two_containers_appears_once() {
    let projects = [("p1", 3), ("p2", 5)].map(|(id, _)| Some(Container::new("project", id)));
    let provider = with_containers(Paging::Single, projects.to_vec(), |request, _| {
        let project = &request.container.as_ref().unwrap().id;
        Page::new(if project == "p1" { keys(3) } else { keys(5) })
    });
    assert_eq!(ids(&list(&provider).unwrap()), names(&keys(5)));
}

#[test]
fn containers_that_cannot_be_listed_leave_the_default_and_a_warning() {
    let provider = with_containers(Paging::Single, vec![None], |request, _| {
        assert!(request.container.is_none());
        Page::new(keys(2))
    });
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 2);
    assert_eq!(listed.warnings.len(), 1);
}

#[test]
fn a_listing_is_static_and_can_be_sent() {
    fn assert_sendable<T: Send + 'static>(_: &T) {}
    assert_sendable(&vendor(TEN, |_, _| Page::new(Vec::new())).keys(ListKeys::all()));
}

/// Between two pages, one of these happens to the list.
#[derive(Clone, Debug)]
enum Event {
    Create,
    Revoke(usize),
}

fn events() -> impl Strategy<Value = Vec<Vec<Event>>> {
    let event = prop_oneof![Just(Event::Create), any::<usize>().prop_map(Event::Revoke)];
    prop::collection::vec(prop::collection::vec(event, 0..4), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    /// A key that is there from before the listing until after it appears exactly once, whatever is
    /// created and revoked meanwhile.
    #[test]
    fn no_key_is_missed_while_the_list_moves(
        count in 0usize..60, size in 2usize..12, fixed in any::<bool>(), total in any::<bool>(),
        newest_first in any::<bool>(), events in events(),
    ) {
        let list_at_start = keys(count);
        let state = Mutex::new((list_at_start.clone(), 0usize));
        let revoked = std::sync::Arc::new(Mutex::new(Vec::<String>::new()));
        let gone = std::sync::Arc::clone(&revoked);
        let page_size = u32::try_from(size).unwrap();
        let page_size =
            if fixed { PageSize::Fixed(page_size) } else { PageSize::Usual(page_size) };
        let provider = vendor(by_offset(page_size), move |request, before| {
            let (all, made) = &mut *state.lock().unwrap();
            let happening: &[Event] = before.checked_sub(1).and_then(|at| events.get(at)).map_or(&[], Vec::as_slice);
            for event in happening {
                match event {
                    Event::Create => {
                        *made += 1;
                        let at = if newest_first { 0 } else { all.len() };
                        all.insert(at, key(format!("new{made}")));
                    }
                    Event::Revoke(which) if !all.is_empty() => {
                        let key = all.remove(which % all.len());
                        gone.lock().unwrap().push(key.id.to_string());
                    }
                    Event::Revoke(_) => {}
                }
            }
            Page::new(slice(all, request, size)).with_total(total.then_some(all.len() as u64))
        });
        let listed = list(&provider).unwrap();
        let mut found = ids(&listed);
        let appearances = found.len();
        found.sort_unstable();
        found.dedup();
        prop_assert_eq!(found.len(), appearances, "a key appears twice");
        let revoked = revoked.lock().unwrap();
        for key in &list_at_start {
            let id = key.id.to_string();
            prop_assert!(
                revoked.contains(&id) || found.binary_search(&id.as_str()).is_ok(),
                "{} is missing", id
            );
        }
    }
}
