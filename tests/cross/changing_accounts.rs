//! Real listings while somebody else creates, revokes, disables and moves keys: every key that stays is
//! there, and once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyroster::{
    Access, Container, CreateKey, KeyId, ListKeys, PageRequest, PageStart, Provider, UpdateKey,
};
use keyroster_sandbox::{OpenRouterQuirks, PinataQuirks, Sandbox};

use crate::support::{openrouter, pinata};

/// Shorter pages than usual, so that a few keys are many pages.
const PAGE: u32 = 5;

/// The keys at the vendor.
fn there(sandbox: &Sandbox) -> BTreeSet<String> {
    let truth = sandbox.truth();
    let rows = truth["openrouter"].as_array().unwrap();
    rows.iter().map(|row| row["hash"].as_str().unwrap().to_owned()).collect()
}

fn workspaces(sandbox: &Sandbox) -> Vec<String> {
    let truth = sandbox.truth();
    let rows = truth["openrouter"].as_array().unwrap();
    let ids = rows.iter().map(|row| row["workspace_id"].as_str().unwrap().to_owned());
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Somebody who changes one key after the other until told to stop.
struct Mutator {
    provider: Provider,
    keys: Vec<String>,
    workspaces: Vec<String>,
    /// The keys that were moved, in the order in which their moves began.
    moved: Arc<Mutex<Vec<String>>>,
}

impl Mutator {
    async fn run(mut self, stop: Arc<AtomicBool>) {
        for step in 1_usize.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let at = step * 7919 % self.keys.len();
            let id = KeyId::from(self.keys[at].as_str());
            match step % 6 {
                0 | 3 => {
                    let mut create = CreateKey::new(format!("made {step}"));
                    create.container =
                        Some(self.workspaces[step / 6 % self.workspaces.len()].clone());
                    let made = self.provider.create_without_record(&create).await.unwrap();
                    self.keys.push(made.key.id.to_string());
                }
                1 | 4 => {
                    self.provider.revoke(&id).await.unwrap();
                    self.keys.swap_remove(at);
                }
                2 => {
                    let off = step % 4 == 0;
                    self.provider.update(&id, &UpdateKey::disabled(off)).await.unwrap();
                }
                _ => {
                    self.moved.lock().unwrap().push(id.to_string());
                    let mut change = UpdateKey::default();
                    let to = self.workspaces[step % self.workspaces.len()].clone();
                    change.container = Some(to);
                    // One user's keys may not leave their workspace.
                    drop(self.provider.update(&id, &change).await);
                }
            }
        }
    }
}

/// What other clients do: page lengths are added, and keys that come again are dropped.
async fn naive(provider: &Provider, workspaces: &[String]) -> Vec<String> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for workspace in workspaces {
        let container = Some(Container::new("workspace", workspace));
        let mut offset = 0;
        loop {
            let request = PageRequest::new(PageStart::Offset(offset));
            let page = provider.page(&request.in_container(container.clone())).await.unwrap();
            if page.keys.is_empty() {
                break;
            }
            offset += page.keys.len() as u64;
            let ids = page.keys.iter().map(|key| key.id.to_string());
            found.extend(ids.filter(|id| seen.insert(id.clone())));
        }
    }
    found
}

async fn ours(provider: &Provider) -> Vec<String> {
    let list = provider.list(ListKeys::all()).await.unwrap();
    assert_eq!(list.warnings, []);
    list.keys.iter().map(|key| key.id.to_string()).collect()
}

/// How many of so many listings miss a key that stayed throughout and moved at most once. No listing may
/// show a key twice.
async fn misses(listings: usize, keys: usize, spaces: usize, is_naive: bool) -> usize {
    let quirks = OpenRouterQuirks::with(|it| it.page_size = PAGE);
    let builder = Sandbox::builder().openrouter_keys(keys).openrouter_workspaces(spaces);
    let sandbox = builder.openrouter_quirks(quirks).start().await.unwrap();
    let (workspaces, moved) = (workspaces(&sandbox), Arc::new(Mutex::new(Vec::new())));
    let stop = Arc::new(AtomicBool::new(false));
    let mutator = Mutator {
        provider: openrouter(&sandbox),
        keys: there(&sandbox).into_iter().collect(),
        workspaces: workspaces.clone(),
        moved: Arc::clone(&moved),
    };
    let mutator = tokio::spawn(mutator.run(Arc::clone(&stop)));
    let provider = openrouter(&sandbox);
    let mut missed = 0;
    for _ in 0..listings {
        // The move that began last may take place now.
        let first_move = moved.lock().unwrap().len().saturating_sub(1);
        let before = there(&sandbox);
        let found =
            if is_naive { naive(&provider, &workspaces).await } else { ours(&provider).await };
        let after = there(&sandbox);
        let mut times = BTreeMap::new();
        for id in &moved.lock().unwrap()[first_move..] {
            *times.entry(id.clone()).or_insert(0) += 1;
        }
        let unique: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(unique.len(), found.len(), "a key is listed twice");
        let mut stayed = before.intersection(&after).filter(|id| times.get(*id) < Some(&2));
        missed += usize::from(stayed.any(|id| !unique.contains(id)));
    }
    stop.store(true, Ordering::Relaxed);
    mutator.await.unwrap();
    missed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_listings_of_a_moving_account_miss_nothing() {
    assert_eq!(misses(750, 18, 1, false).await, 0, "one workspace");
    assert_eq!(misses(250, 12, 3, false).await, 0, "three workspaces");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_account_misleads_whoever_adds_page_lengths() {
    let missed = misses(100, 18, 1, true).await;
    assert!(missed > 5, "{missed} of 100 listings missed a key");
}

/// Pinata's total grows with each key that is made, and is no reason to doubt a listing that began before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_growing_account_with_a_total_misses_nothing_and_warns_of_nothing() {
    let quirks = PinataQuirks::with(|it| it.page_size = PAGE);
    let builder = Sandbox::builder().pinata_keys(23).pinata_quirks(quirks);
    let sandbox = builder.start().await.unwrap();
    let keys = || {
        let truth = sandbox.truth();
        let rows = truth["pinata"].as_array().unwrap().clone();
        rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let stop = Arc::new(AtomicBool::new(false));
    let mutator = tokio::spawn({
        let (stop, provider) = (Arc::clone(&stop), pinata(&sandbox));
        async move {
            for step in 1_usize.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let mut create = CreateKey::new(format!("made {step}"));
                create.access = Access::Admin;
                let made = provider.create_without_record(&create).await.unwrap();
                if step % 2 == 0 {
                    provider.revoke(&made.key.id).await.unwrap();
                }
            }
        }
    });
    let provider = pinata(&sandbox);
    for _ in 0..40 {
        let before = keys();
        let found = ours(&provider).await;
        let unique: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(unique.len(), found.len(), "a key is listed twice");
        assert!(before.is_subset(&unique), "Pinata shows revoked keys, too");
    }
    stop.store(true, Ordering::Relaxed);
    mutator.await.unwrap();
}
