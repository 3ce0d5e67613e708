//! Clients that leave, and a service that is stopped.

use std::sync::Arc;

use keyroster::{
    Capabilities, KeyProvider, Page, PageRequest, Paging, Provider, ProviderId, ProviderInfo,
    Result, Roster, async_trait,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

use crate::client::{body, send, serve};

static INFO: ProviderInfo = ProviderInfo::new(
    ProviderId::from_static("held"),
    "Held",
    "https://held.example",
    Paging::Single,
    Capabilities::LIST_ONLY,
);

/// A vendor that holds its answer back until it is released. It signals when it is asked, and when the request
/// ends or is dropped.
#[derive(Clone, Debug, Default)]
struct Held(Arc<Signals>);

#[derive(Debug, Default)]
struct Signals {
    asked: Notify,
    release: Notify,
    done: Notify,
}

#[async_trait]
impl KeyProvider for Held {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        let _done = Done(&self.0.done);
        self.0.asked.notify_one();
        self.0.release.notified().await;
        Ok(Page::default())
    }
}

/// Notifies when it is dropped.
struct Done<'a>(&'a Notify);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn roster(vendor: &Held) -> Roster {
    let mut roster = Roster::new();
    roster.add("held", Ok(Provider::new(vendor.clone()))).unwrap();
    roster
}

#[tokio::test]
async fn a_client_that_leaves_stops_what_was_asked_for_it() {
    let vendor = Held::default();
    let address = serve(roster(&vendor)).await;
    let client = send(address, "/keys").await;
    vendor.0.asked.notified().await;
    drop(client);
    // The vendor was never released, so its request was dropped.
    vendor.0.done.notified().await;
}

#[tokio::test]
async fn a_stopped_service_finishes_the_answers_under_way() {
    let vendor = Held::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async { stopped.await.unwrap() };
    let service = tokio::spawn(service::serve(listener, roster(&vendor), stopped));

    let client = send(address, "/keys").await;
    vendor.0.asked.notified().await;
    stop.send(()).unwrap();
    vendor.0.release.notify_one();

    assert!(body(client).await.contains("\"held\""));
    service.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
}
