//! An imitation of Pinata that answers listings.

use keyroster::Provider;
use keyroster::pinata::Pinata;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Number of keys on a page of Pinata's list.
const PAGE_SIZE: usize = 10;

/// Answers one page of these keys, from the `offset` that the request names.
///
/// If it ignored the offset, the listing would notice that later pages only repeat earlier keys, and fail.
struct Pages(Vec<Value>);

impl Respond for Pages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let offset = offset(request);
        let page: Vec<&Value> = self.0.iter().skip(offset).take(PAGE_SIZE).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "keys": page, "count": self.0.len() }))
    }
}

/// Returns the `offset` of a request, or 0 without one.
pub(crate) fn offset(request: &Request) -> usize {
    let mut query = request.url.query_pairs();
    let offset = query.find(|(name, _)| name == "offset");
    offset.map_or(0, |(_, value)| value.parse().unwrap())
}

/// Starts a vendor with these keys.
pub(crate) async fn start(keys: Vec<Value>) -> MockServer {
    let server = MockServer::start().await;
    let list = Mock::given(method("GET")).and(path("/users/apiKeys"));
    list.respond_with(Pages(keys)).mount(&server).await;
    server
}

/// Returns an account at the vendor. The JWT has the shape of one and signs nothing.
pub(crate) fn account(server: &MockServer) -> Provider {
    let pinata = Pinata::builder().jwt("fa4efa4e.fa4efa4e.fa4efa4e").base_url(server.uri());
    Provider::new(pinata.build().unwrap())
}
