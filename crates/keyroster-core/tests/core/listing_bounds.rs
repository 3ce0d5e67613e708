//! What a listing costs at most, and that it ends and waits for its reader, whatever the vendor does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{FutureExt, StreamExt, TryStreamExt, future};
use keyroster_core::{
    ApiKey, Capabilities, Container, Cursor, Error, ErrorKind, KeyList, KeyProvider, ListKeys,
    Order, Page, PageRequest, PageSize, Paging, Provider, ProviderId, ProviderInfo, Result,
    async_trait,
};

use crate::support::vendor::{TEN, by_offset, failing, key, keys, slice, vendor, with_containers};

const HUNDRED: Paging = by_offset(PageSize::Usual(100));

/// A counter, and a second handle to it.
fn counter() -> (Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    (Arc::clone(&count), count)
}

fn list(provider: &Provider) -> Result<KeyList> {
    provider.list(ListKeys::all()).now_or_never().unwrap()
}

/// The keys in a different order for each request.
fn shuffled(all: &[ApiKey], before: usize) -> Vec<ApiKey> {
    let step = [1, 7, 3, 11, 13, 17, 19, 23][before % 8];
    (0..all.len()).map(|at| all[(before * 5 + at * step) % all.len()].clone()).collect()
}

#[test]
fn a_list_costs_few_requests() {
    // Ten per page with the vendor's total, ten without, and a hundred without.
    let expected = [
        (0, [1, 1, 1]),
        (1, [2, 2, 2]),
        (9, [3, 3, 3]),
        (10, [3, 3, 3]),
        (11, [2, 3, 3]),
        (100, [12, 17, 3]),
        (101, [12, 17, 3]),
        (1000, [112, 113, 17]),
    ];
    for (count, requests) in expected {
        let settings = [(TEN, 10, true), (TEN, 10, false), (HUNDRED, 100, false)];
        for ((paging, size, total), requests) in settings.into_iter().zip(requests) {
            let (counted, count_of) = counter();
            let all = keys(count);
            let provider = vendor(paging, move |request, _| {
                counted.fetch_add(1, Ordering::Relaxed);
                let total = total.then_some(all.len() as u64);
                Page::new(slice(&all, request, size)).with_total(total)
            });
            assert_eq!(list(&provider).unwrap().keys.len(), count);
            let asked = count_of.load(Ordering::Relaxed);
            assert_eq!(asked, requests, "{count} keys, {size} a page, total: {total}");
        }
    }
}

#[test]
fn several_containers_are_read_twice_and_one_once() {
    for (containers, requests) in [(1, 3), (2, 12), (5, 30)] {
        let (counted, count_of) = counter();
        let all: Vec<_> = (0..containers)
            .map(|number| Some(Container::new("project", format!("p{number}"))))
            .collect();
        let provider = with_containers(TEN, all, move |request, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            let project = &request.container.as_ref().unwrap().id;
            let keys: Vec<_> = (0..3).map(|number| key(format!("{project}-{number}"))).collect();
            Page::new(slice(&keys, request, 10))
        });
        assert_eq!(list(&provider).unwrap().keys.len(), containers * 3);
        assert_eq!(count_of.load(Ordering::Relaxed), requests);
    }
}

#[test]
fn reading_one_key_sends_at_most_a_window_of_requests() {
    let (counted, count_of) = counter();
    let all = keys(5000);
    let provider = vendor(TEN, move |request, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Page::new(slice(&all, request, 10)).with_total(Some(5000))
    });
    let mut listing = provider.keys(ListKeys::all());
    assert_eq!(count_of.load(Ordering::Relaxed), 0, "nothing is asked before it is read");
    for read in 1..=200 {
        listing.try_next().now_or_never().unwrap().unwrap().unwrap();
        // Each page after the first overlaps the one before it by a key.
        let finished = (read - 1) / 9;
        let asked = count_of.load(Ordering::Relaxed);
        assert!((16..=finished + 16).contains(&asked), "{asked} requests for {read} keys");
    }
}

#[test]
fn an_ignored_offset_costs_few_requests() {
    for total in [None, Some(37), Some(1_000_000)] {
        let (counted, count_of) = counter();
        let provider = vendor(TEN, move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            Page::new(keys(10)).with_total(total)
        });
        assert_eq!(list(&provider).unwrap_err().kind(), ErrorKind::Decode);
        let asked = count_of.load(Ordering::Relaxed);
        assert!(asked <= 18 + 16, "{asked} requests with a total of {total:?}");
    }
}

#[test]
fn empty_pages_are_followed_up_to_a_maximum() {
    // A vendor that filters after cutting its pages, and one that forgets where its list ends.
    for (empty, ends) in [(99, true), (usize::MAX, false)] {
        let (counted, count_of) = counter();
        let provider = vendor(Paging::Cursor, move |_, before| {
            counted.fetch_add(1, Ordering::Relaxed);
            let keys = match before {
                0 => keys(3),
                // The first run of empty pages does not count towards the second.
                50 => vec![key("in-between")],
                before if before > 50 && before - 50 > empty => {
                    return Page::new(vec![key("last")]);
                }
                _ => Vec::new(),
            };
            Page::new(keys).with_next(Some(Cursor::new(before.to_string())))
        });
        let mut listed = KeyList::default();
        let listing = provider.keys(ListKeys::all());
        let outcome = listing.collect_into(&mut listed).now_or_never().unwrap();
        let asked = count_of.load(Ordering::Relaxed);
        if ends {
            outcome.unwrap();
            assert_eq!((listed.keys.len(), asked), (5, 151));
        } else {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.to_string().contains("100 empty pages in a row"), "{error}");
            assert_eq!((listed.keys.len(), asked), (4, 151));
        }
    }
}

#[test]
fn a_wrong_total_hides_no_key() {
    // Far too high, far too low, the length of the page, and one that falls with each response.
    let totals: [fn(usize, usize) -> u64; 4] = [
        |_, _| 1_000_000,
        |_, _| 3,
        |length, _| length as u64,
        |_, before| 100_u64.saturating_sub(20 * before as u64),
    ];
    for (number, total) in totals.into_iter().enumerate() {
        let (counted, count_of) = counter();
        let all = keys(57);
        let provider = vendor(TEN, move |request, before| {
            counted.fetch_add(1, Ordering::Relaxed);
            let page = slice(&all, request, 10);
            let total = total(page.len(), before);
            Page::new(page).with_total(Some(total))
        });
        let listed = list(&provider).unwrap();
        assert_eq!(listed.keys.len(), 57);
        assert_eq!(listed.warnings.len(), usize::from(number == 0), "{:?}", listed.warnings);
        let asked = count_of.load(Ordering::Relaxed);
        // A total that is never reached causes one more pass.
        let readings = 1 + usize::from(number == 0);
        assert!(asked <= readings * (7 + 16 + 3), "{asked} requests with total {number}");
    }
}

#[test]
fn an_unordered_list_is_read_until_it_agrees() {
    let all = keys(37);
    let paging = Paging::Offset { size: PageSize::Usual(10), order: Order::Unstable };
    let (counted, count_of) = counter();
    let provider = vendor(paging, move |request, before| {
        counted.fetch_add(1, Ordering::Relaxed);
        Page::new(slice(&shuffled(&all, before), request, 10)).with_total(Some(37))
    });
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 37);
    assert_eq!(listed.warnings, []);
    assert!(count_of.load(Ordering::Relaxed) <= 8 * 6);
}

#[test]
fn an_unordered_list_that_never_agrees_has_a_warning() {
    // One key is counted and never returned.
    let all = keys(37);
    let paging = Paging::Offset { size: PageSize::Usual(10), order: Order::Unstable };
    let (counted, count_of) = counter();
    let provider = vendor(paging, move |request, before| {
        counted.fetch_add(1, Ordering::Relaxed);
        Page::new(slice(&shuffled(&all, before), request, 10)).with_total(Some(38))
    });
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 37);
    let warnings: Vec<_> = listed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("no stable order, and 8 passes"), "{warnings:?}");
    assert!(warnings[1].contains("counts 38"), "{warnings:?}");
    assert!(count_of.load(Ordering::Relaxed) <= 8 * 7);
}

#[test]
fn a_broken_promise_of_order_is_found_out() {
    for total in [Some(97), None] {
        let all = keys(97);
        let (counted, count_of) = counter();
        let provider = vendor(TEN, move |request, before| {
            counted.fetch_add(1, Ordering::Relaxed);
            Page::new(slice(&shuffled(&all, before), request, 10)).with_total(total)
        });
        let listed = list(&provider).unwrap();
        let once: BTreeSet<_> = listed.keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(once.len(), listed.keys.len());
        let warnings: Vec<_> = listed.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings[0].contains("changed its order while it was read"), "{warnings:?}");
        let asked = count_of.load(Ordering::Relaxed);
        assert!(asked <= 8 * 14 + 64, "{asked} requests");
    }
}

#[test]
fn a_list_that_never_overlaps_ends_with_a_warning() {
    let (counted, count_of) = counter();
    let provider = vendor(TEN, move |request, before| {
        counted.fetch_add(1, Ordering::Relaxed);
        let all: Vec<_> = (0..35).map(|number| key(format!("{before}-{number}"))).collect();
        Page::new(slice(&all, request, 10))
    });
    let listed = list(&provider).unwrap();
    let warnings: Vec<_> = listed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("faster than it could be read"), "{warnings:?}");
    let asked = count_of.load(Ordering::Relaxed);
    assert!(asked < 200, "{asked} requests");
}

#[test]
fn an_error_comes_after_the_keys_before_it() {
    let all = keys(100);
    let provider = failing(TEN, move |request, _| {
        if request.start.offset() == 27 {
            return Err(Error::new(ErrorKind::Unavailable, "no"));
        }
        Ok(Page::new(slice(&all, request, 10)).with_total(Some(100)))
    });
    let mut listing = provider.keys(ListKeys::all());
    let answers = listing.by_ref().collect::<Vec<_>>().now_or_never().unwrap();
    assert_eq!(answers.len(), 29, "keys 0 to 27 and the error");
    let found: Vec<_> = answers[..28].iter().map(|key| key.as_ref().unwrap().id.as_str()).collect();
    assert_eq!(found, keys(28).iter().map(|key| key.id.as_str()).collect::<Vec<_>>());
    assert_eq!(answers[28].as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
}

#[test]
fn refused_offsets_past_the_end_are_not_errors() {
    let all = keys(250);
    let provider = failing(HUNDRED, move |request, _| {
        if request.start.offset() >= 250 {
            return Err(Error::new(ErrorKind::InvalidRequest, "the offset is too large"));
        }
        Ok(Page::new(slice(&all, request, 100)))
    });
    assert_eq!(list(&provider).unwrap().keys.len(), 250);
}

/// A vendor that never answers for one page.
#[derive(Debug)]
struct Stuck(ProviderInfo, AtomicUsize);

#[async_trait]
impl KeyProvider for Stuck {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        if request.start.offset() == 27 {
            return future::pending().await;
        }
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(Page::new(slice(&keys(1000), request, 10)).with_total(Some(1000)))
    }
}

#[test]
fn a_hanging_page_does_not_delay_earlier_ones() {
    let (id, can) = (ProviderId::from_static("stuck"), Capabilities::LIST_ONLY);
    let info = ProviderInfo::new(id, "Stuck", "https://s.example", TEN, can);
    let provider = Provider::new(Stuck(info, AtomicUsize::new(0)));
    let mut listing = provider.keys(ListKeys::all());
    let mut found = 0;
    while let Some(key) = listing.try_next().now_or_never() {
        key.unwrap();
        found += 1;
    }
    assert_eq!(found, 28, "the keys before it are handed out");
    // Three pages before it, and those that the window allows behind it.
    let answered = provider.downcast_ref::<Stuck>().unwrap().1.load(Ordering::Relaxed);
    assert_eq!(answered, 3 + 15);
    assert_eq!(listing.pages(), 3 + 15);
}

#[test]
fn an_endless_list_stops_at_a_maximum() {
    let endless: [Paging; 3] =
        [TEN, Paging::Cursor, Paging::Offset { size: PageSize::Usual(10), order: Order::Unstable }];
    for paging in endless {
        let provider = vendor(paging, move |request, before| {
            let first =
                if paging == Paging::Cursor { before as u64 * 10 } else { request.start.offset() };
            let keys = (first..first + 10).map(|number| key(format!("k{number}"))).collect();
            Page::new(keys).with_next(Some(Cursor::new(before.to_string())))
        });
        let request = ListKeys::all().max_keys(1000);
        let listed = provider.list(request).now_or_never().unwrap().unwrap();
        assert_eq!(listed.keys.len(), 1000);
        let warnings: Vec<_> = listed.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("more than 1000 keys"), "{warnings:?}");
        assert!(listed.warnings[0].kind.is_partial());
    }
}

#[test]
fn rows_without_an_id_end_no_list() {
    // Every third row, every row of the second page, and the last row have no id.
    let hidden: [fn(usize) -> bool; 3] =
        [|at| at % 3 == 2, |at| (10..20).contains(&at), |at| at == 36];
    for (number, is_hidden) in hidden.into_iter().enumerate() {
        for total in [None, Some(37)] {
            let provider = vendor(TEN, move |request, _| {
                let from = usize::try_from(request.start.offset()).unwrap();
                let rows = (from..37.min(from + 10))
                    .map(|at| (!is_hidden(at)).then(|| key(format!("k{at}"))));
                Page::of_rows(rows.collect(), "id").with_total(total)
            });
            let listed = list(&provider).unwrap();
            let shown = (0..37).filter(|at| !is_hidden(*at)).count();
            assert_eq!(
                listed.keys.len(),
                shown,
                "vendor {number}, total {total:?}: {:?}",
                listed.warnings
            );
            assert!(listed.warnings.iter().any(|it| it.kind.is_partial()));
        }
    }
}

#[test]
fn a_refusal_behind_the_last_key_does_not_prove_the_end() {
    let all = keys(25);
    let provider = failing(TEN, move |request, _| {
        if request.start.offset() >= 25 {
            return Err(Error::new(ErrorKind::InvalidRequest, "the offset is too large"));
        }
        Ok(Page::new(slice(&all, request, 10)))
    });
    let listed = list(&provider).unwrap();
    assert_eq!(listed.keys.len(), 25);
    let warnings: Vec<_> = listed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("refused the page behind the last"), "{warnings:?}");
}
