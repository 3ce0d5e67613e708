//! Every operation with every fault, on both providers: the result is that of the documented retry table, no key
//! is created twice, and no lost secret goes unreported.

mod cell;
mod docs_table;
mod expected;

use std::net::TcpListener;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use keyroster::{ErrorKind, ListKeys, Provider};
use keyroster_sandbox::{Fault, OpenRouterQuirks, Sandbox, Vendor};

use crate::support::docs::assert_fresh;
use crate::support::{openrouter, pinata};

/// Number of cells at a time. Most of them wait.
const AT_ONCE: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_have_the_documented_results() {
    // The other host of the redirects, which must get no connection.
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}/elsewhere?a=1", elsewhere.local_addr().unwrap());

    let cells = docs_table::cells();
    let runs = cells.iter().map(|cell| {
        let (cell, address) = (*cell, address.clone());
        // Each on a clock of its own.
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(cell.run(&address))
        };
        async move { tokio::task::spawn_blocking(run).await.unwrap() }
    });
    let classes: Vec<_> = stream::iter(runs).buffered(AT_ONCE).collect().await;

    let mut wrong = Vec::new();
    for (cell, class) in cells.iter().zip(&classes) {
        let expected = expected::expected(cell.vendor, cell.task, cell.trouble, cell.times);
        if *class != expected {
            wrong.push(format!("{cell:?}: {class}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(elsewhere.accept().is_err(), "a redirect was followed to another host");
    let tables = docs_table::tables(&classes);
    assert_fresh("docs/faults.md", "faults", &tables, "faults");
}

#[tokio::test]
async fn a_502_after_the_commit_leads_to_the_new_key() {
    for vendor in [Vendor::Pinata, Vendor::OpenRouter] {
        let sandbox = cell::sandbox().await;
        let provider = cell::provider(&sandbox, vendor, cell::REQUEST_TIMEOUT);
        // An older key with the same name is not a suspect.
        let older = provider.list(ListKeys::all()).await.unwrap().keys.swap_remove(0);
        let name = older.name.unwrap();
        let before = cell::ids(&sandbox, vendor);
        let fault = Fault::respond(502).body("<html>Bad gateway</html>").commit();
        sandbox.add_fault(fault.vendor(vendor).method("POST"));
        let error = provider.create(&cell::request(vendor, &name)).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Indeterminate, Some(502)));
        assert!(error.help().contains(&format!("`{name}`")), "{error:?}");
        assert!(!error.is_transient(), "a retry is not suggested");

        let posts = sandbox.requests().into_iter().filter(|request| request.method == "POST");
        assert_eq!(posts.count(), 1);
        let after = cell::ids(&sandbox, vendor);
        let made: Vec<_> = after.difference(&before).collect();
        let suspects = provider.reconcile(error.orphan().unwrap()).await.unwrap();
        let suspects: Vec<_> =
            suspects.suspects.iter().map(|suspect| suspect.key.id.as_str()).collect();
        assert_eq!((made.len(), suspects), (1, vec![made[0].as_str()]));
        assert_eq!(cell::ids(&sandbox, vendor), after, "reconciling changes nothing");
    }
}

/// Lists with many refusals, and compares the number of requests with that of a listing without any.
async fn compare_requests(
    sandbox: &Sandbox,
    calm: &Provider,
    troubled: &Provider,
    retry_after: &str,
) {
    let list = calm.list(ListKeys::all()).await.unwrap();
    assert_eq!(list.keys.len(), 1000);
    let fault = Fault::respond(429).share(0.1).header("retry-after", retry_after);
    sandbox.add_fault(fault);
    let list = troubled.list(ListKeys::all()).await.unwrap();
    assert_eq!((list.keys.len(), list.warnings.len()), (1000, 0));
    let (calm, troubled) = (calm.traffic(), troubled.traffic());
    assert_eq!(calm.retries, 0);
    assert!(troubled.retries >= calm.requests / 20, "{troubled:?}: too few refusals");
    let most = calm.requests * 13 / 10;
    assert!(troubled.requests <= most, "{troubled:?} after {calm:?}");
}

#[tokio::test]
async fn refusals_cost_few_requests_at_openrouter() {
    // Shorter pages than usual, so that there are enough requests.
    let quirks = OpenRouterQuirks::with(|quirks| quirks.page_size = 50);
    let builder = Sandbox::builder().openrouter_keys(1000).openrouter_quirks(quirks);
    let sandbox = builder.start().await.unwrap();
    let started = std::time::Instant::now();
    let (calm, troubled) = (openrouter(&sandbox), openrouter(&sandbox));
    compare_requests(&sandbox, &calm, &troubled, "1").await;
    // Concurrent requests may be refused together, and then wait together.
    let refusals = u32::try_from(troubled.traffic().retries).unwrap().div_ceil(16);
    let least = refusals * Duration::from_secs(1);
    assert!(started.elapsed() >= least, "refusals are waited for");
}

#[tokio::test]
async fn refusals_cost_few_requests_at_pinata() {
    let sandbox = Sandbox::builder().pinata_keys(1000).start().await.unwrap();
    compare_requests(&sandbox, &pinata(&sandbox), &pinata(&sandbox), "0.1").await;
}
