//! Lists that move while they are read: every key that stays is found once.

use std::collections::BTreeSet;

use keyroster_core::{ApiKey, Container, ListKeys, PageRequest, PageStart, Provider};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::support::simulation::{History, run};

fn histories() -> impl Strategy<Value = History> {
    let list = (any::<u64>(), 0usize..60, 1u64..40, 1usize..4, 2usize..12);
    let vendor = (any::<bool>(), any::<bool>(), 1usize..9, 0usize..60, 1u64..100);
    (list, vendor).prop_map(|(list, vendor)| {
        let (seed, keys, instants, containers, page) = list;
        let (fixed, total, window, changes, haste) = vendor;
        History { seed, keys, instants, containers, page, fixed, total, window, changes, haste }
    })
}

async fn ours(provider: Provider, _: History) -> Vec<ApiKey> {
    provider.list(ListKeys::all()).await.unwrap().keys
}

/// What other clients do: they add up page lengths and drop duplicate keys.
async fn naive(provider: Provider, history: History) -> Vec<ApiKey> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for container in 0..history.containers {
        let container = Container::new("project", container.to_string());
        let container = (history.containers > 1).then_some(container);
        let mut offset = 0;
        loop {
            let request = PageRequest::new(PageStart::Offset(offset));
            let page = provider.page(&request.with_container(container.clone())).await.unwrap();
            offset += page.keys.len() as u64;
            let last = page.keys.len() < history.page;
            found.extend(page.keys.into_iter().filter(|key| seen.insert(key.id.clone())));
            if last {
                break;
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_history_hides_a_key(history in histories()) {
        let outcome = run(&history, ours);
        prop_assert!(outcome.missing.is_empty() && outcome.twice == 0, "{:?}", outcome);
        // A list that moves is read again, but the number of requests is limited.
        let pages = history.containers * 2 + (history.keys + history.changes) / (history.page - 1);
        let most = 2 * pages + 4 * history.changes + 4 * history.window + 8;
        prop_assert!(outcome.requests <= most, "{} requests for {pages} pages", outcome.requests);
    }
}

#[test]
fn the_same_histories_mislead_a_client_that_adds_page_lengths() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = histories();
    let misled = (0..1000).filter(|_| {
        let history = strategy.new_tree(&mut runner).unwrap().current();
        !run(&history, naive).missing.is_empty()
    });
    let misled = misled.count();
    assert!(misled > 200, "{misled} of 1000");
}
