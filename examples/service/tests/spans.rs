//! Every request in the log belongs to a provider and an account.
//!
//! The one test of this file: it installs the log of the whole process.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use keyroster::pinata::Pinata;
use keyroster::{Access, CreateKey, ListKeys, Provider};
use keyroster_sandbox::Sandbox;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_request_names_its_account_and_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(service::LOG_FILTER)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    let sandbox = Sandbox::start().await.unwrap();
    let access = sandbox.pinata();
    let pinata = Pinata::builder().jwt(access.jwt).base_url(access.base_url).build().unwrap();
    let account = Provider::new(pinata).with_account("team-01");
    let list = account.list(ListKeys::all()).await.unwrap();
    assert!(list.warnings.is_empty(), "{:?}", list.warnings);
    account.whoami().await.unwrap();
    let request = CreateKey::new("ci").access(Access::scoped(["data:pinList"]));
    let created = account.create(&request).await.unwrap();
    account.revoke(&created.key.id).await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let requests: Vec<&str> = log.lines().filter(|line| line.contains("attempt ended")).collect();
    assert_eq!(requests.len(), sandbox.requests().len(), "{log}");
    for line in requests {
        assert!(line.contains("provider=pinata") && line.contains("account=\"team-01\""), "{line}");
    }
    for secret in sandbox.secrets() {
        assert!(!log.contains(&secret));
    }
}
