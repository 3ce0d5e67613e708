//! A proxy never sees a credential in clear text.

use crate::support::server::{Server, fine};
use crate::support::{child_argument, client, get, naive, run_in_child};

/// A proxy would see everything in a plain http request, so requests to this machine do not use one. The test
/// needs environment variables, so a child process runs it.
#[tokio::test]
async fn requests_to_this_machine_use_no_proxy() {
    let Some(target) = child_argument() else {
        let (proxy, target) = (Server::start([fine()]).await, Server::start([fine()]).await);
        let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
        let url = proxy.url();
        let mut variables: Vec<(&str, &str)> =
            proxies.iter().map(|name| (*name, url.as_str())).collect();
        variables.extend([("NO_PROXY", ""), ("no_proxy", "")]);
        let test = "proxies::requests_to_this_machine_use_no_proxy";
        run_in_child(test, &target.url(), &variables).await;
        let ours: Vec<_> = target.seen().iter().map(|seen| seen.line().to_owned()).collect();
        assert_eq!(ours, ["GET /keys"]);
        // Only the default client used the proxy.
        let theirs: Vec<_> = proxy.seen().iter().map(|seen| seen.line().to_owned()).collect();
        assert_eq!(theirs, [format!("GET {}/naive", target.url())]);
        return;
    };
    client(&target).build().send(get()).await.unwrap();
    naive::client().get(format!("{target}/naive")).send().await.unwrap();
}
