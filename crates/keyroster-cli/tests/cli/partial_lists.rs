//! What a list that may lack keys is good for.

use keyroster_sandbox::{Fault, OpenRouterQuirks, Sandbox, Vendor};
use serde_json::json;

use crate::support::binary::keyroster_at;
use crate::support::changes::{at, reading};

/// A sandbox that lists only the keys of OpenRouter's default workspace, and the id of one of them.
async fn one_workspace() -> (Sandbox, String) {
    let quirks = OpenRouterQuirks::with(|it| it.workspaces_forbidden = true);
    let sandbox =
        Sandbox::builder().openrouter_quirks(quirks).pinata_keys(6).start().await.unwrap();
    let listed = at(&sandbox, &["list", "--account", "openrouter", "-o", "ids"]).await;
    assert_eq!(listed.code, 3, "{listed:?}");
    let reference = listed.stdout.lines().next().unwrap().to_owned();
    (sandbox, reference)
}

/// A sandbox with a Pinata, which cannot look up a single key, and the reference of one of its keys.
async fn pinata() -> (Sandbox, String) {
    let sandbox = Sandbox::builder().pinata_keys(6).start().await.unwrap();
    let reference = format!("pinata/{}", sandbox.truth()["pinata"][0]["key"].as_str().unwrap());
    (sandbox, reference)
}

/// Lets the next list of Pinata begin with a page that has a row without an id.
fn hide_a_row(sandbox: &Sandbox) {
    let mut rows = sandbox.truth()["pinata"].as_array().unwrap().clone();
    rows[5].as_object_mut().unwrap().remove("key");
    let page = Fault::respond(200).body(json!({ "keys": rows, "count": 6 }));
    sandbox.clear_faults();
    sandbox.add_fault(page.vendor(Vendor::Pinata).path("/users/apiKeys").nth([1]));
}

#[tokio::test]
async fn only_whole_ids_are_acted_on_while_keys_may_be_missing() {
    for (sandbox, reference) in [one_workspace().await, pinata().await] {
        let before = sandbox.truth();
        let start = &reference[..reference.len() - 4];
        let (account, _) = reference.split_once('/').unwrap();
        for arguments in [
            vec!["revoke", start, "--yes"],
            vec!["revoke", start, "--dry-run"],
            vec!["disable", start, "--yes"],
            vec!["update", start, "--name", "other"],
            vec!["rotate", start, "--secret-to", "stdout"],
            vec!["show", start],
            vec!["revoke", "--name", "*", "--account", account, "--yes"],
        ] {
            hide_a_row(&sandbox);
            let run = at(&sandbox, &arguments).await;
            // What the vendor cannot do is refused before its list is read.
            let unsupported =
                arguments[0] == "rotate" || (account, arguments[0]) == ("pinata", "update");
            let is_change = arguments[0] != "show";
            let code = match (unsupported, is_change) {
                (true, _) => 2,
                (false, true) => 6,
                (false, false) => 3,
            };
            assert_eq!(run.code, code, "{arguments:?}: {run:?}");
            assert_eq!(run.stdout, "", "{arguments:?}");
            if !unsupported {
                for words in ["may be incomplete", "whole id"] {
                    assert!(run.stderr.contains(words), "{words}, {arguments:?}: {}", run.stderr);
                }
                let says_so = run.stderr.contains("nothing was changed");
                assert_eq!(says_so, is_change, "{arguments:?}: {}", run.stderr);
            }
            assert_eq!(sandbox.truth(), before, "{arguments:?}");
        }
        let from = ["revoke", "--from", "-", "--yes"];
        hide_a_row(&sandbox);
        let run = reading(keyroster_at(&sandbox, &from), start).await;
        assert_eq!(run.code, 6, "{run:?}");
        assert_eq!(sandbox.truth(), before);
        hide_a_row(&sandbox);
        let shown = at(&sandbox, &["show", &reference]).await;
        assert_eq!(shown.code, 0, "{shown:?}");
        hide_a_row(&sandbox);
        let revoked = at(&sandbox, &["revoke", &reference, "--yes"]).await;
        assert_eq!(revoked.code, 3, "{revoked:?}");
        assert!(revoked.stdout.starts_with("revoked "), "{revoked:?}");
        assert_ne!(sandbox.truth(), before);
    }
}

#[tokio::test]
async fn a_key_that_may_be_unlisted_is_not_called_gone() {
    let (sandbox, _) = pinata().await;
    hide_a_row(&sandbox);
    let unknown = "pinata/fa4efa4efa4efa4efa4e";
    let run = at(&sandbox, &["revoke", unknown, "--yes"]).await;
    assert_eq!(run.code, 6, "{run:?}");
    assert!(run.stderr.contains("may be incomplete"), "{run:?}");
    hide_a_row(&sandbox);
    let from = ["revoke", "--from", "-", "--yes", "--missing-ok"];
    let run = reading(keyroster_at(&sandbox, &from), unknown).await;
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.starts_with("not-found "), "{run:?}");
    assert!(!run.stderr.contains("already gone"), "{run:?}");
}

#[tokio::test]
async fn a_beginning_counts_the_keys_of_all_pages() {
    // Of 1,000 keys in pages of 10, the two that share the longest beginning are far apart.
    let sandbox = Sandbox::builder().pinata_keys(1000).start().await.unwrap();
    let truth = sandbox.truth();
    let mut ids: Vec<&str> = truth["pinata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["key"].as_str().unwrap())
        .collect();
    let position = |id: &str| {
        let all = truth["pinata"].as_array().unwrap();
        all.iter().position(|key| key["key"] == id).unwrap()
    };
    ids.sort_unstable();
    let shared =
        |pair: &[&str]| pair[0].bytes().zip(pair[1].bytes()).take_while(|(a, b)| a == b).count();
    let pair = ids.windows(2).filter(|pair| position(pair[0]).abs_diff(position(pair[1])) > 100);
    let pair = pair.max_by_key(|pair| shared(pair)).unwrap();
    let start = format!("pinata/{}", &pair[0][..shared(pair)]);
    let run = at(&sandbox, &["revoke", &start, "--yes"]).await;
    assert_eq!(run.code, 2, "{run:?}");
    for id in pair {
        assert!(run.stderr.contains(*id), "{}", run.stderr);
    }
    assert_eq!(sandbox.truth(), truth);
}
