//! A proxy never sees a credential in clear text.

use keyroster_http::{Credential, HttpOptions, Limits};

use crate::support::server::{Server, fine};
use crate::support::tls::{Proxy, TlsServer, certificate};
use crate::support::{CANARY, TOKEN, child_argument, client, get, naive, quick, run_in_child};

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

#[tokio::test]
async fn the_proxy_option_is_used_and_sees_no_credential() {
    let behind = Server::start([fine()]).await;
    let (acceptor, root) = certificate("vendor.test", &["http/1.1"]);
    let vendor = TlsServer::start(acceptor, behind.address()).await;
    let mut proxy = Proxy::start(vendor.address).await;
    let options = HttpOptions::default()
        .proxy(format!("http://user:password@{}", proxy.address))
        .root_certificates_pem(root)
        .retry(quick());
    let credential = Credential::bearer(&TOKEN.into()).unwrap();
    let account = options.client(credential, "https://vendor.test", Limits::none()).unwrap();
    account.send(get()).await.unwrap();
    let head = proxy.next_head().await;
    assert!(head.starts_with("CONNECT vendor.test:443 HTTP/1.1\r\n"), "{head}");
    assert!(
        head.to_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnzd29yza=="),
        "{head}"
    );
    assert!(!head.contains(CANARY), "{head}");
    let seen = &behind.seen()[0];
    assert_eq!(seen.line(), "GET /keys");
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
}

#[tokio::test]
async fn the_proxy_option_does_not_apply_to_this_machine() {
    let (proxy, target) = (Server::start([fine()]).await, Server::start([fine()]).await);
    let options = HttpOptions::default().base_url(target.url()).proxy(proxy.url());
    let credential = Credential::bearer(&TOKEN.into()).unwrap();
    let account = options.client(credential, "https://vendor.test", Limits::none()).unwrap();
    account.send(get()).await.unwrap();
    assert_eq!((target.seen().len(), proxy.connections()), (1, 0));
}
