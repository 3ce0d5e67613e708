//! Listings: every key appears once, and the listing ends even if the vendor misbehaves.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use keyroster_core::{
    ApiKey, Container, Cursor, ErrorKind, Fact, KeyList, ListKeys, Page, Paging, Provider, Result,
    WarningKind,
};

use crate::support::vendor::{TEN, by_cursor, key, keys, slice, vendor, with_containers};

/// The whole listing. These vendors answer immediately.
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
fn cursors_lead_through_empty_pages() {
    let all = keys(25);
    let of_vendor = all.clone();
    let provider = vendor(Paging::Cursor, move |request, before| {
        // An empty page with a next cursor, as a vendor's filters cause it.
        if before == 1 {
            return Page::default().with_next(Some(Cursor::new("010")));
        }
        by_cursor(&of_vendor, request, 10)
    });
    assert_eq!(ids(&list(&provider).unwrap()), names(&all));
}

#[test]
fn a_repeated_cursor_is_an_error() {
    let provider = vendor(Paging::Cursor, |_, before| {
        Page::new(vec![key(format!("k{before}"))]).with_next(Some(Cursor::new("same")))
    });
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("same page cursor twice"), "{error}");
}

#[test]
fn a_page_of_only_known_keys_is_an_error() {
    let provider = vendor(Paging::Cursor, |_, before| {
        Page::new(keys(3)).with_next(Some(Cursor::new(before.to_string())))
    });
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("only keys of earlier pages"), "{error}");
}

#[test]
fn an_ignored_offset_is_an_error() {
    let provider = vendor(TEN, |_, _| Page::new(keys(10)).with_total(Some(37)));
    let error = list(&provider).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "ten of 37 keys must not pass for all");
}

#[test]
fn a_list_shorter_than_its_total_has_a_warning() {
    let all = keys(10);
    let provider =
        vendor(TEN, move |request, _| Page::new(slice(&all, request, 10)).with_total(Some(25)));
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 10);
    assert_eq!(listed.warnings.len(), 1);
    assert!(listed.warnings[0].message.contains("counts 25"), "{:?}", listed.warnings);
}

#[test]
fn keys_before_an_error_are_kept() {
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
fn a_listing_that_has_ended_stays_ended() {
    let whole = vendor(Paging::Cursor, |request, _| by_cursor(&keys(25), request, 10));
    let broken =
        vendor(Paging::Cursor, |_, _| Page::new(keys(3)).with_next(Some(Cursor::new("same"))));
    for (provider, answers) in [(whole, 25), (broken, 4)] {
        let mut listing = provider.keys(ListKeys::all());
        let mut came = 0;
        while listing.next().now_or_never().unwrap().is_some() {
            came += 1;
        }
        assert_eq!(came, answers);
        for _ in 0..3 {
            assert!(listing.next().now_or_never().unwrap().is_none());
        }
    }
}

#[test]
fn a_new_listing_starts_from_the_beginning() {
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
fn hidden_containers_leave_the_default_and_a_warning() {
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

#[test]
fn each_unreadable_fact_is_reported_once_with_its_number_of_keys() {
    let mut all = keys(25);
    for (at, fact) in
        [(3, Fact::Expiry), (12, Fact::Expiry), (12, Fact::Access), (24, Fact::Expiry)]
    {
        all[at].unreadable.insert(fact);
    }
    let provider = vendor(Paging::Cursor, move |request, _| by_cursor(&all, request, 10));
    let list = list(&provider).unwrap();
    assert_eq!(list.keys.len(), 25);
    let said: Vec<(WarningKind, &str)> =
        list.warnings.iter().map(|it| (it.kind, it.message.as_str())).collect();
    assert_eq!(
        said,
        [
            (
                WarningKind::Unreadable,
                "`access` of the key `k12` cannot be read in the vendor's answer and is unknown"
            ),
            (
                WarningKind::Unreadable,
                "`expiry` of 3 keys, the first of them `k3`, cannot be read in the vendor's answer and is \
                 unknown"
            ),
        ]
    );
}
