//! Pinata's pages to records: the provider's own files, compiled into this program.
//!
//! Decoding and normalising are private to the provider, and stay so: a public function or a feature
//! that only a benchmark uses would be one to keep. What is compiled here is what the provider ships.
#![expect(dead_code, reason = "the files say more than how to read a page")]

#[path = "../../../crates/provider-pinata/src/normalize.rs"]
mod normalize;
#[path = "../../../crates/provider-pinata/src/scopes.rs"]
mod scopes;
#[path = "../../../crates/provider-pinata/src/wire.rs"]
mod wire;

use bench::decode::{self, Reads};
use bench::job::Vendor;
use keyroster_core::ApiKey;
use keyroster_http::json::Object;
use provider_pinata::{Generation, ID};
use serde::Deserialize;
use serde_json::Value;

/// The same fields, as one would declare them who trusts the vendor.
#[derive(Deserialize)]
struct BarePage {
    keys: Vec<BareKey>,
    count: Option<u64>,
}

#[derive(Deserialize)]
struct BareKey {
    id: Option<String>,
    name: Option<String>,
    key: String,
    secret: Option<String>,
    max_uses: Option<u64>,
    uses: Option<u64>,
    user_id: Option<String>,
    scopes: Option<Value>,
    revoked: Option<bool>,
    #[serde(rename = "createdAt")]
    created_at: Option<String>,
    #[serde(rename = "updatedAt")]
    updated_at: Option<String>,
}

struct Pinata;

impl Reads for Pinata {
    const VENDOR: Vendor = Vendor::Pinata;
    type Bare = BarePage;

    fn records(body: &[u8]) -> Vec<ApiKey> {
        let Ok(Object(page)) = serde_json::from_slice::<Object<wire::KeyPage>>(body) else {
            return Vec::new();
        };
        page.keys.into_iter().filter_map(normalize::key).collect()
    }
}

fn main() -> std::io::Result<()> {
    decode::main::<Pinata>(|work| {
        let count = allocation_counter::measure(work);
        (count.count_total, count.bytes_total)
    })
}
