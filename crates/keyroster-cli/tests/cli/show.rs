//! `keyroster show` and `keyroster providers`.

use keyroster_sandbox::Sandbox;

use crate::support::binary::{keyroster, keyroster_at, run};

#[tokio::test]
async fn an_id_or_its_beginning_is_enough() {
    let sandbox = Sandbox::start().await.unwrap();
    let truth = sandbox.truth();
    for (vendor, field) in [("pinata", "key"), ("openrouter", "hash")] {
        for key in truth[vendor].as_array().unwrap().iter().take(3) {
            let id = key[field].as_str().unwrap();
            for given in [id, &id[..12]] {
                let name = format!("{vendor}/{given}");
                let shown = run(keyroster_at(&sandbox, &["show", &name, "-o", "json"])).await.ok();
                assert_eq!(shown.json()["id"], id);
                assert_eq!(shown.json()["name"], key["name"]);
            }
        }
    }
}

#[tokio::test]
async fn every_field_is_shown() {
    let sandbox = Sandbox::start().await.unwrap();
    let truth = sandbox.truth();
    let key = &truth["openrouter"][0];
    let name = format!("openrouter/{}", key["hash"].as_str().unwrap());
    let shown = run(keyroster_at(&sandbox, &["show", &name])).await.ok().stdout;
    for field in ["hash", "name", "label", "workspace_id", "creator_user_id"] {
        if let Some(text) = key[field].as_str() {
            assert!(shown.contains(text), "{field} {text} is missing:\n{shown}");
        }
    }
    assert!(shown.contains("include_byok_in_limit"));
}

#[tokio::test]
async fn unknown_names_get_suggestions() {
    let sandbox = Sandbox::builder().pinata_keys(40).start().await.unwrap();
    for (name, code, words) in [
        ("nonsense", 2, "ACCOUNT/KEY-ID"),
        ("pinata/", 2, "ACCOUNT/KEY-ID"),
        ("no-such/abc", 2, "`openrouter`, `pinata`"),
        ("pinata/zzzz", 2, "keyroster list"),
        ("openrouter/zzzz", 2, "keyroster list"),
        ("openrouter/..", 2, "`..`"),
    ] {
        let shown = run(keyroster_at(&sandbox, &["show", name])).await;
        assert_eq!(shown.code, code, "{name}: {shown:?}");
        assert!(shown.stderr.contains(words), "{name}: {}", shown.stderr);
        assert_eq!(shown.stdout, "");
    }
}

#[tokio::test]
async fn ambiguous_ids_list_the_candidates() {
    let sandbox = Sandbox::builder().pinata_keys(40).start().await.unwrap();
    // Of forty keys, two begin with the same of sixteen digits.
    let truth = sandbox.truth();
    let ids: Vec<&str> = truth["pinata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["key"].as_str().unwrap())
        .collect();
    let first = ids
        .iter()
        .map(|id| &id[..1])
        .find(|digit| ids.iter().filter(|id| id.starts_with(digit)).count() > 1);
    let name = format!("pinata/{}", first.unwrap());
    let shown = run(keyroster_at(&sandbox, &["show", &name])).await;
    assert_eq!(shown.code, 2);
    let named = ids.iter().filter(|id| shown.stderr.contains(**id)).count();
    assert!(named > 1, "{}", shown.stderr);
}

#[tokio::test]
async fn providers_need_no_account() {
    let text = run(keyroster(&["providers"])).await.ok().stdout;
    for word in ["pinata", "openrouter", "PINATA_JWT", "OPENROUTER_MANAGEMENT_KEY", "revoke"] {
        assert!(text.contains(word), "{word}");
    }
    let json = run(keyroster(&["providers", "-o", "json"])).await.ok().json();
    assert_eq!(json["providers"].as_array().unwrap().len(), 2);
}
