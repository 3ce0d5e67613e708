//! A provider that only lists, does not speak HTTP, and passes: the minimum that an author writes.

use std::sync::Arc;

use keyroster_core::{
    ApiKey, Capabilities, Cursor, Error, ErrorKind, KeyProvider, Page, PageRequest, Paging,
    Provider, ProviderId, ProviderInfo, Result, async_trait,
};
use keyroster_testkit::{FakeKey, FakeVendor, Harness, Suite};
use serde_json::{Value, json};

const LEDGER: ProviderInfo = ProviderInfo::new(
    ProviderId::from_static("ledger"),
    "Ledger",
    "https://ledger.example",
    Paging::Cursor,
    Capabilities::LIST_ONLY,
);

/// Keys that a program prints, page by page.
#[derive(Debug)]
struct Ledger {
    info: ProviderInfo,
    program: Arc<FakeVendor>,
}

#[async_trait]
impl KeyProvider for Ledger {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let after = request.start.cursor();
        let page =
            self.program.call(format!("ledger keys --after {after:?}"), |keys| keys.after(after));
        let page = page.map_err(|fault| {
            Error::new(ErrorKind::Transport, format!("the program failed: {fault:?}"))
        })?;
        let keys = page.rows.iter().map(|row| {
            let mut row = row.as_object().cloned().unwrap_or_default();
            let Some(Value::String(id)) = row.remove("id") else {
                return Err(Error::new(ErrorKind::Decode, "the program printed a key without id"));
            };
            let mut key = ApiKey::new(self.info.id.clone(), id);
            if let Some(name) = row.get("name").and_then(Value::as_str).map(str::to_owned) {
                row.remove("name");
                key.name = Some(name);
            }
            key.extras = row.into_iter().collect();
            Ok(key)
        });
        Ok(Page::new(keys.collect::<Result<_>>()?).with_next(page.next.map(Cursor::new)))
    }
}

struct LedgerHarness;

impl Harness for LedgerHarness {
    fn provider(&self, program: Arc<FakeVendor>) -> Result<Provider> {
        Ok(Provider::new(Ledger { info: LEDGER, program }))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({ "id": key.id, "name": key.name, "made": key.created_at })
    }
}

keyroster_testkit::conformance!(
    Suite::new(LedgerHarness)
        .skip("continues_after_an_empty_page", "the cursor is the id of a page's last key")
);

pub(crate) fn suite_without_skips() -> Suite {
    Suite::new(LedgerHarness)
}
