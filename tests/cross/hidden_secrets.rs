//! Nothing that a listing produces contains a secret.

use keyroster::ListKeys;
use keyroster_sandbox::Fault;

use crate::support::{openrouter, pinata, sandbox};

#[tokio::test]
async fn no_secret_in_records_debug_or_errors() {
    let sandbox = sandbox().start().await.unwrap();
    let mut shown = String::new();
    for provider in [pinata(&sandbox), openrouter(&sandbox)] {
        sandbox.clear_faults();
        let list = provider.list(ListKeys::all()).await.unwrap();
        shown += &format!("{provider:?} {list:?} {}", serde_json::to_string(&list.keys).unwrap());
        let mut listing = provider.keys(ListKeys::all());
        shown += &format!("{listing:?}");
        let first = futures_util::TryStreamExt::try_next(&mut listing).await.unwrap();
        shown += &format!("{listing:?} {first:?}");
        // A vendor, or a proxy in front of it, that repeats what it was sent.
        for secret in sandbox.secrets() {
            for status in [400, 401, 403, 409, 500] {
                let echo = format!("Bearer {secret} is not accepted");
                for body in [
                    serde_json::json!({ "error": { "message": echo, "code": status } }),
                    serde_json::json!({ "error": { "reason": secret, "details": echo } }),
                    serde_json::json!({ "error": echo }),
                    serde_json::Value::String(echo.clone()),
                ] {
                    sandbox.clear_faults();
                    sandbox.add_fault(Fault::respond(status).body(body));
                    if let Err(error) = once(&provider).await {
                        shown += &format!("{error} {error:?}\n");
                    }
                }
            }
            // A parser's own message would quote the unexpected value.
            for body in [
                serde_json::json!({ "keys": secret, "data": secret }),
                serde_json::json!({ "keys": [secret], "data": [secret] }),
            ] {
                sandbox.clear_faults();
                sandbox.add_fault(Fault::respond(200).body(body));
                match once(&provider).await {
                    Ok(page) => {
                        assert!(page.keys.is_empty() && !page.warnings.is_empty());
                        shown += &format!("{page:?}\n");
                    }
                    Err(error) => shown += &format!("{error} {error:?}\n"),
                }
            }
        }
    }
    for secret in sandbox.secrets() {
        assert!(!shown.contains(&secret), "a secret is shown");
    }
    assert!(!shown.contains("fa4efa4e"), "part of a secret is shown");
    assert!(shown.contains("[hidden]"), "the vendor's message is shown without it");
}

/// Fetches one page, without the listing engine.
async fn once(provider: &keyroster::Provider) -> keyroster::Result<keyroster::Page> {
    provider.page(&keyroster::PageRequest::default()).await
}
