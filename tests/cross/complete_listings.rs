//! Every key, once: real listings held against the sandbox's truth.

use std::collections::BTreeSet;

use keyroster::pinata::Generation;
use keyroster::{ErrorKind, KeyList, ListKeys, PageRequest, PageStart, Provider, WarningKind};
use keyroster_sandbox::{ListOrder, OpenRouterQuirks, PinataQuirks, Sandbox};
use serde_json::Value;

use crate::support::{openrouter, pinata, pinata_of, sandbox};

/// The ids at the vendor, whatever their state.
fn truth(sandbox: &Sandbox, vendor: &str) -> BTreeSet<String> {
    let field = if vendor == "pinata" { "key" } else { "hash" };
    let truth = sandbox.truth();
    let keys = truth[vendor].as_array().unwrap();
    keys.iter().map(|key| key[field].as_str().unwrap().to_owned()).collect()
}

async fn listed(provider: &Provider) -> Vec<String> {
    let list = provider.list(ListKeys::all()).await.unwrap();
    assert_eq!(list.warnings, []);
    ids(&list)
}

fn ids(list: &KeyList) -> Vec<String> {
    list.keys.iter().map(|key| key.id.to_string()).collect()
}

fn assert_same(listed: Vec<String>, truth: &BTreeSet<String>) {
    let count = listed.len();
    let listed: BTreeSet<String> = listed.into_iter().collect();
    assert_eq!(listed.len(), count, "a key is listed twice");
    assert_eq!(&listed, truth);
}

#[tokio::test]
async fn pages_of_ten_are_complete_in_every_generation() {
    let sandbox = sandbox().pinata_keys(37).start().await.unwrap();
    for generation in [Generation::Legacy, Generation::V3, Generation::V3Sdk] {
        let provider = pinata_of(&sandbox, generation);
        assert_same(listed(&provider).await, &truth(&sandbox, "pinata"));
    }
}

#[tokio::test]
async fn every_workspace_is_listed() {
    let sandbox = sandbox().openrouter_keys(250).openrouter_workspaces(3).start().await.unwrap();
    assert_same(listed(&openrouter(&sandbox)).await, &truth(&sandbox, "openrouter"));
    // Without these the vendor's defaults would have hidden keys.
    let requests = sandbox.requests();
    let keys = requests.iter().filter(|request| request.path.ends_with("/keys"));
    for request in keys {
        assert!(request.query.contains("include_disabled=true"), "{}", request.query);
        assert!(request.query.contains("include_expired=true"), "{}", request.query);
        assert!(request.query.contains("workspace_id="), "{}", request.query);
    }
}

#[tokio::test]
async fn any_number_of_keys_around_a_page_is_complete() {
    for count in [1, 2, 9, 10, 11, 19, 20, 21, 30] {
        let sandbox = sandbox().pinata_keys(count).start().await.unwrap();
        assert_same(listed(&pinata(&sandbox)).await, &truth(&sandbox, "pinata"));
    }
    for count in [1, 99, 100, 101, 200] {
        let builder = sandbox().openrouter_keys(count).openrouter_workspaces(1);
        let sandbox = builder.start().await.unwrap();
        assert_same(listed(&openrouter(&sandbox)).await, &truth(&sandbox, "openrouter"));
    }
}

#[tokio::test]
async fn undocumented_behavior_of_pinata_loses_nothing() {
    // The order, what `count` counts, and how long a page is.
    let mut variants = Vec::new();
    for order in [ListOrder::NewestFirst, ListOrder::OldestFirst] {
        for count_is_page_length in [false, true] {
            for page_size in [3, 7, 10, 25] {
                let mut quirks = PinataQuirks::default();
                quirks.order = order;
                quirks.count_is_page_length = count_is_page_length;
                quirks.page_size = page_size;
                variants.push(quirks);
            }
        }
    }
    for quirks in variants {
        let shown = format!("{quirks:?}");
        let builder = sandbox().pinata_keys(37).pinata_quirks(quirks);
        let sandbox = builder.start().await.unwrap();
        let listed = listed(&pinata(&sandbox)).await;
        assert_eq!(listed.len(), 37, "{shown}");
        assert_same(listed, &truth(&sandbox, "pinata"));
    }
}

#[tokio::test]
async fn shorter_pages_at_openrouter_lose_nothing() {
    let mut quirks = OpenRouterQuirks::default();
    quirks.page_size = 20;
    let builder = sandbox().openrouter_keys(130).openrouter_quirks(quirks);
    let sandbox = builder.start().await.unwrap();
    assert_same(listed(&openrouter(&sandbox)).await, &truth(&sandbox, "openrouter"));
}

#[tokio::test]
async fn pages_cut_short_lose_nothing_and_are_reported() {
    let (mut reported, mut misled) = (0, 0);
    for seed in 1..=20 {
        let builder = sandbox().seed(seed).pinata_keys(23).openrouter_keys(30);
        let pinata_quirks = PinataQuirks::with(|it| {
            it.cuts_pages = true;
            it.count_is_page_length = seed % 2 == 0;
        });
        let openrouter_quirks = OpenRouterQuirks::with(|it| {
            it.cuts_pages = true;
            it.page_size = 8;
        });
        let builder = builder.pinata_quirks(pinata_quirks).openrouter_quirks(openrouter_quirks);
        let sandbox = builder.start().await.unwrap();
        for (provider, vendor) in
            [(pinata(&sandbox), "pinata"), (openrouter(&sandbox), "openrouter")]
        {
            let list = provider.list(ListKeys::all()).await.unwrap();
            reported +=
                u32::from(list.warnings.iter().any(|it| it.kind == WarningKind::Incomplete));
            assert_same(ids(&list), &truth(&sandbox, vendor));
        }
        misled += u32::from(first_short_page(&pinata(&sandbox)).await < 23);
    }
    assert!(reported > 30, "{reported} of 40 listings saw a short page with keys behind it");
    assert!(
        misled > 15,
        "a client that stops at a short page misses keys in {misled} of 20 accounts"
    );
}

/// What other clients do: they stop at the first page that is shorter than the one before.
async fn first_short_page(provider: &Provider) -> u64 {
    let (mut found, mut longest) = (0, 0);
    loop {
        let request = PageRequest::new(PageStart::Offset(found));
        let len = provider.page(&request).await.unwrap().keys.len() as u64;
        found += len;
        if len < longest || len == 0 {
            return found;
        }
        longest = len;
    }
}

#[tokio::test]
async fn workspaces_that_are_counted_and_not_listed_are_a_warning() {
    let quirks = OpenRouterQuirks::with(|it| it.unlisted_workspaces = 97);
    let builder = sandbox().openrouter_keys(40).openrouter_quirks(quirks);
    let sandbox = builder.start().await.unwrap();
    let list = openrouter(&sandbox).list(ListKeys::all()).await.unwrap();
    assert_same(ids(&list), &truth(&sandbox, "openrouter"));
    let warnings: Vec<_> = list.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(list.warnings[0].kind, WarningKind::Incomplete, "{warnings:?}");
    assert!(warnings[0].contains("counts 100 containers but returned 3"), "{warnings:?}");
}

#[tokio::test]
async fn an_unreadable_list_of_workspaces_is_a_warning() {
    let mut quirks = OpenRouterQuirks::default();
    quirks.workspaces_forbidden = true;
    let builder = sandbox().openrouter_keys(40).openrouter_quirks(quirks);
    let sandbox = builder.start().await.unwrap();
    let list = openrouter(&sandbox).list(ListKeys::all()).await.unwrap();
    assert!(!list.keys.is_empty());
    assert!(list.keys.len() < 40, "the other workspaces' keys cannot be seen");
    let kinds: Vec<_> = list.warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [WarningKind::Incomplete]);
    assert!(list.warnings[0].message.contains("default workspace"), "{:?}", list.warnings);
}

#[tokio::test]
async fn one_workspace_can_be_listed() {
    let sandbox = sandbox().openrouter_keys(40).start().await.unwrap();
    let provider = openrouter(&sandbox);
    let truth = sandbox.truth();
    let all = truth["openrouter"].as_array().unwrap();
    let workspace = all[0]["workspace_id"].as_str().unwrap();
    let list = provider.list(ListKeys::all().container(workspace)).await.unwrap();
    let expected = all.iter().filter(|key| key["workspace_id"] == *workspace).count();
    assert_eq!(list.keys.len(), expected);
    let error = pinata(&sandbox).list(ListKeys::all().container("w")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(sandbox.requests().iter().all(|request| request.path.starts_with("/api/v1")));
}

#[tokio::test]
async fn a_key_has_the_name_of_its_workspace() {
    let sandbox = sandbox().start().await.unwrap();
    for key in openrouter(&sandbox).list(ListKeys::all()).await.unwrap().keys {
        let container = key.container.unwrap();
        assert!(container.name.is_some(), "{container:?}");
    }
}

#[tokio::test]
async fn the_key_pair_lists_the_same_as_the_jwt() {
    let sandbox = sandbox().start().await.unwrap();
    let access = sandbox.pinata();
    let builder = keyroster::pinata::Pinata::builder();
    let builder = builder.key_pair(access.api_key, access.api_secret).base_url(access.base_url);
    assert_same(listed(&Provider::new(builder.build().unwrap())).await, &truth(&sandbox, "pinata"));
}

#[tokio::test]
async fn usage_has_the_vendors_own_digits() {
    let sandbox = sandbox().start().await.unwrap();
    let keys = openrouter(&sandbox).list(ListKeys::all()).await.unwrap().keys;
    let truth = sandbox.truth();
    for key in keys {
        let of_vendor = |row: &&Value| row["hash"] == *key.id.as_str();
        let row = truth["openrouter"].as_array().unwrap().iter().find(of_vendor).unwrap();
        let total = key.usage[0].total.as_ref().unwrap().amount;
        assert_eq!(total, row["usage"].to_string().parse().unwrap(), "{row}");
    }
}
