//! Dry runs: what would be done, for people and for programs.

use keyroster_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::binary::keyroster_at;
use crate::support::changes::{at, reading};
use crate::support::schema::Schema;

async fn plan(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let before = sandbox.truth();
    let dry = at(sandbox, &[arguments, &["--dry-run", "-o", "json"]].concat()).await.ok();
    let plan = dry.json();
    Schema::published("plan").await.hold(&plan);
    assert_eq!(plan["act"], arguments[0]);
    assert_eq!(sandbox.truth(), before);
    plan
}

#[tokio::test]
async fn create_prints_the_whole_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let create = ["create", "openrouter", "bot", "--limit", "25", "--reset", "weekly"];
    let expires = ["--expires", "2099-01-31", "--secret-to", "file:/tmp/none-such"];
    let create = [&create[..], &expires].concat();
    let planned = plan(&sandbox, &create).await;
    let changes = json!([
        { "field": "limit", "old": null, "new": "25 USD" },
        { "field": "resets", "old": null, "new": "weekly" },
        { "field": "expires", "old": null, "new": "2099-01-31T00:00:00Z" },
    ]);
    assert_eq!(planned["keys"][0]["changes"], changes, "{planned:#}");
    assert_eq!(planned["secret_to"], "file:/tmp/none-such");
    let said = at(&sandbox, &[&create[..], &["--dry-run"]].concat()).await.ok();
    assert_eq!(
        said.stderr,
        "would create the key `bot` in openrouter:\n  limit: 25 USD\n  resets: weekly\n  \
         expires: 2099-01-31T00:00:00Z\n  secret to: file:/tmp/none-such\n"
    );
    let scoped = ["create", "pinata", "x", "--scope", "pinning:unpin", "--secret-to", "stdout"];
    let planned = plan(&sandbox, &scoped).await;
    assert_eq!(planned["keys"][0]["changes"][0]["new"], "pinning:unpin");
}

#[tokio::test]
async fn update_prints_changes_only() {
    let sandbox = Sandbox::start().await.unwrap();
    let made = ["create", "openrouter", "bot", "--limit", "25", "--reset", "weekly"];
    at(&sandbox, &[&made[..], &["--secret-to", "stdout"]].concat()).await.ok();
    let key = crate::support::changes::named(&sandbox, "openrouter", "bot").unwrap();
    let reference = format!("openrouter/{}", key["hash"].as_str().unwrap());
    let same = ["update", &reference, "--limit", "25.00", "--name", "bot", "--reset", "weekly"];
    let planned = plan(&sandbox, &same).await;
    assert_eq!(planned["keys"][0]["outcome"], "unchanged");
    assert_eq!(planned["keys"][0]["changes"], json!([]));
    let said = at(&sandbox, &[&same[..], &["--dry-run"]].concat()).await.ok();
    assert!(said.stderr.starts_with("nothing would change: "), "{}", said.stderr);
    let other = ["update", &reference, "--no-limit", "--name", "bot"];
    let planned = plan(&sandbox, &other).await;
    let changes = json!([{ "field": "quota", "old": "0/25 USD", "new": "unlimited" }]);
    assert_eq!(planned["keys"][0]["changes"], changes);
    assert_eq!(planned["keys"][0]["outcome"], "planned");
}

#[tokio::test]
async fn revoke_prints_each_key() {
    let sandbox = Sandbox::start().await.unwrap();
    for act in ["disable", "enable", "revoke"] {
        let ids = at(&sandbox, &["list", "--provider", "openrouter", "-o", "ids"]).await.ok();
        let disabled = at(&sandbox, &["list", "--status", "disabled", "-o", "ids"]).await.ok();
        let arguments = [act, "--from", "-", "--dry-run", "-o", "json"];
        let text = format!("{}openrouter/none-such\n", ids.stdout);
        let run = reading(keyroster_at(&sandbox, &arguments), &text).await.ok();
        let planned = run.json();
        Schema::published("plan").await.hold(&planned);
        let of = |outcome: &str| -> Vec<&str> {
            let keys = planned["keys"].as_array().unwrap().iter();
            keys.filter(|k| k["outcome"] == outcome).map(|k| k["id"].as_str().unwrap()).collect()
        };
        assert_eq!(of("not-found"), ["none-such"], "{act}");
        assert_eq!(of("planned").len() + of("unchanged").len(), 30, "{act}");
        if act == "disable" {
            let first = disabled.stdout.lines().next().unwrap();
            assert!(of("unchanged").contains(&first.split_once('/').unwrap().1));
        }
    }
}
