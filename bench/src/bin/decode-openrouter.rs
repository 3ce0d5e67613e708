//! OpenRouter's pages to records: the provider's own files, compiled into this program.
//!
//! Why so is told in `decode-pinata.rs`.
#![expect(dead_code, reason = "the files say more than how to read a page")]

#[path = "../../../crates/provider-openrouter/src/normalize.rs"]
mod normalize;
#[path = "../../../crates/provider-openrouter/src/wire.rs"]
mod wire;

use bench::decode::{self, Reads};
use bench::job::Vendor;
use keyroster_core::ApiKey;
use keyroster_http::json::Object;
use provider_openrouter::ID;
use serde::Deserialize;

/// The provider's own name for it.
const BYOK_IN_LIMIT: &str = "include_byok_in_limit";

/// The same fields, as one would declare them who trusts the vendor.
#[derive(Deserialize)]
struct BarePage {
    data: Vec<BareKey>,
}

#[derive(Deserialize)]
struct BareKey {
    hash: String,
    name: Option<String>,
    label: Option<String>,
    disabled: Option<bool>,
    limit: Option<f64>,
    limit_remaining: Option<f64>,
    limit_reset: Option<String>,
    include_byok_in_limit: Option<bool>,
    usage: Option<f64>,
    usage_daily: Option<f64>,
    usage_weekly: Option<f64>,
    usage_monthly: Option<f64>,
    byok_usage: Option<f64>,
    byok_usage_daily: Option<f64>,
    byok_usage_weekly: Option<f64>,
    byok_usage_monthly: Option<f64>,
    created_at: Option<String>,
    updated_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    creator_user_id: Option<String>,
    external_user: Option<String>,
    workspace_id: Option<String>,
    is_management_key: Option<bool>,
    is_provisioning_key: Option<bool>,
}

struct OpenRouter;

impl Reads for OpenRouter {
    const VENDOR: Vendor = Vendor::OpenRouter;
    type Bare = BarePage;

    fn records(body: &[u8]) -> Vec<ApiKey> {
        let Ok(Object(page)) =
            serde_json::from_slice::<Object<wire::Data<Vec<wire::KeyRow>>>>(body)
        else {
            return Vec::new();
        };
        page.data.into_iter().filter_map(|key| normalize::key(key, None)).collect()
    }
}

fn main() -> std::io::Result<()> {
    decode::main::<OpenRouter>(|work| {
        let count = allocation_counter::measure(work);
        (count.count_total, count.bytes_total)
    })
}
