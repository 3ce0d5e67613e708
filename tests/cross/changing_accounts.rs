//! Listings while someone else creates, revokes, disables and moves keys: every key that stays is listed, and
//! only once. The sandbox's hook changes the account after each page, so that every run is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use keyroster::{
    Access, Container, CreateKey, KeyId, KeyList, ListKeys, PageRequest, PageStart, Provider,
    UpdateKey, Warning,
};
use keyroster_sandbox::{OpenRouterQuirks, PinataQuirks, Sandbox};

use crate::support::{openrouter, pinata, sandbox};

/// Shorter pages than usual, so that a few keys are many pages.
const PAGE: u32 = 5;

/// The ids of the keys at OpenRouter.
fn key_ids(sandbox: &Sandbox) -> BTreeSet<String> {
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

/// Changes one key after the other.
struct Mutator {
    provider: Provider,
    keys: Vec<String>,
    workspaces: Vec<String>,
    /// The keys that were moved, in the order in which their moves began.
    moved: Arc<Mutex<Vec<String>>>,
    step: usize,
}

impl Mutator {
    /// Changes the next key after each page of keys that someone reads.
    fn start(self, sandbox: &Sandbox) {
        let mutator = Arc::new(tokio::sync::Mutex::new(self));
        sandbox.on_request(move |request| {
            let mutator = Arc::clone(&mutator);
            async move {
                // The changes are requests themselves.
                if request.method == "GET" && request.path.ends_with("/keys") {
                    mutator.lock().await.change_one().await;
                }
            }
        });
    }

    async fn change_one(&mut self) {
        self.step += 1;
        let step = self.step;
        let at = step * 7919 % self.keys.len();
        let id = KeyId::from(self.keys[at].as_str());
        match step % 6 {
            0 | 3 => {
                let mut create = CreateKey::new(format!("made {step}"));
                create.container = Some(self.workspaces[step / 6 % self.workspaces.len()].clone());
                let made = self.provider.create_without_record(&create).await.unwrap();
                self.keys.push(made.key.id.to_string());
            }
            1 | 4 => {
                self.provider.revoke(&id).await.unwrap();
                self.keys.swap_remove(at);
            }
            2 => {
                let disabled = step.is_multiple_of(4);
                drop(
                    self.provider.update(&id, &UpdateKey::new().disabled(disabled)).await.unwrap(),
                );
            }
            _ => {
                self.moved.lock().unwrap().push(id.to_string());
                let mut change = UpdateKey::default();
                change.container = Some(self.workspaces[step % self.workspaces.len()].clone());
                // One user's keys may not leave their workspace.
                drop(self.provider.update(&id, &change).await);
            }
        }
    }
}

/// Lists as other clients do: adds page lengths to the offset, and drops keys that come again.
async fn list_by_page_lengths(provider: &Provider, workspaces: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for workspace in workspaces {
        let container = Some(Container::new("workspace", workspace));
        let mut offset = 0;
        loop {
            let request = PageRequest::new(PageStart::Offset(offset));
            let page = provider.page(&request.with_container(container.clone())).await.unwrap();
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

async fn list(provider: &Provider) -> KeyList {
    let list = provider.list(ListKeys::all()).await.unwrap();
    // A key that moves behind the last one of its new workspace looks like a page that was cut short.
    let is_cut = |warning: &Warning| warning.message.contains("with more keys behind it");
    assert!(list.warnings.iter().all(is_cut), "{:?}", list.warnings);
    list
}

fn ids(list: &KeyList) -> Vec<String> {
    list.keys.iter().map(|key| key.id.to_string()).collect()
}

/// Returns how many listings miss a key that stayed throughout and moved at most once, and how many have a warning. No
/// listing may show a key twice.
async fn misses(
    listings: usize,
    keys: usize,
    spaces: usize,
    by_page_lengths: bool,
) -> (usize, usize) {
    let quirks = OpenRouterQuirks::with(|it| it.page_size = PAGE);
    let builder = sandbox().openrouter_keys(keys).openrouter_workspaces(spaces);
    let sandbox = builder.openrouter_quirks(quirks).start().await.unwrap();
    let workspaces = workspaces(&sandbox);
    let moved = Arc::new(Mutex::new(Vec::new()));
    let mutator = Mutator {
        provider: openrouter(&sandbox),
        keys: key_ids(&sandbox).into_iter().collect(),
        workspaces: workspaces.clone(),
        moved: Arc::clone(&moved),
        step: 0,
    };
    mutator.start(&sandbox);
    let provider = openrouter(&sandbox);
    let (mut missed, mut warned) = (0, 0);
    for _ in 0..listings {
        // A page that was asked for ahead may still be answered, and the last move be under way.
        let first_move = moved.lock().unwrap().len().saturating_sub(1);
        let before = key_ids(&sandbox);
        let found = if by_page_lengths {
            list_by_page_lengths(&provider, &workspaces).await
        } else {
            let list = list(&provider).await;
            warned += usize::from(!list.warnings.is_empty());
            ids(&list)
        };
        let after = key_ids(&sandbox);
        let mut counts = BTreeMap::new();
        for id in &moved.lock().unwrap()[first_move..] {
            *counts.entry(id.clone()).or_insert(0) += 1;
        }
        let unique: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(unique.len(), found.len(), "a key is listed twice");
        let mut stayed = before.intersection(&after).filter(|id| counts.get(*id) < Some(&2));
        missed += usize::from(stayed.any(|id| !unique.contains(id)));
    }
    (missed, warned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_listings_of_a_changing_account_miss_nothing() {
    let (missed, warned) = misses(750, 18, 1, false).await;
    assert_eq!(missed, 0, "one workspace");
    assert!(warned < 10, "{warned} of 750 listings have a warning");
    let (missed, warned) = misses(250, 12, 3, false).await;
    assert_eq!(missed, 0, "three workspaces");
    assert!(warned < 10, "{warned} of 250 listings have a warning");
}

/// The control of the test above: it would notice a listing that misses keys.
#[tokio::test]
async fn adding_page_lengths_misses_keys_of_the_same_account() {
    let (missed, _) = misses(100, 18, 1, true).await;
    assert!(missed > 25, "{missed} of 100 listings missed a key");
    assert_eq!(misses(100, 18, 1, true).await.0, missed, "each run is the same");
}

/// Pinata's total grows with each new key. A listing that began before must not warn because of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_growing_account_with_a_total_misses_nothing_and_warns_of_nothing() {
    let quirks = PinataQuirks::with(|it| it.page_size = PAGE);
    let sandbox = sandbox().pinata_keys(23).pinata_quirks(quirks).start().await.unwrap();
    let key_ids = || {
        let truth = sandbox.truth();
        let rows = truth["pinata"].as_array().unwrap().clone();
        rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let mutator = Arc::new(tokio::sync::Mutex::new((pinata(&sandbox), 0)));
    sandbox.on_request(move |request| {
        let mutator = Arc::clone(&mutator);
        async move {
            if request.method != "GET" {
                return;
            }
            let (provider, step) = &mut *mutator.lock().await;
            *step += 1;
            // With a key for each page, the account would grow faster than it is read.
            if *step % 4 != 0 {
                return;
            }
            let mut create = CreateKey::new(format!("made {step}"));
            create.access = Access::Admin;
            let made = provider.create_without_record(&create).await.unwrap();
            if *step % 8 == 0 {
                provider.revoke(&made.key.id).await.unwrap();
            }
        }
    });
    let provider = pinata(&sandbox);
    for _ in 0..40 {
        let before = key_ids();
        let list = list(&provider).await;
        assert_eq!(list.warnings, []);
        let found = ids(&list);
        let unique: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(unique.len(), found.len(), "a key is listed twice");
        assert!(before.is_subset(&unique), "Pinata lists revoked keys, too");
    }
}
