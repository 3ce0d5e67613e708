//! A provider that passes, of a vendor with numbered pages whose size the request chooses.

use std::sync::Arc;

use keyroster_core::{
    ApiKey, Capabilities, Error, ErrorKind, KeyProvider, NumberedPage, Order, Page, PageRequest,
    PageSize, Paging, Provider, ProviderId, ProviderInfo, Result, async_trait,
};
use keyroster_testkit::{FakeKey, FakeVendor, Harness, Suite};
use serde_json::{Value, json};

/// The vendor's maximum page size.
const MOST: u32 = 60;

const PAGING: Paging =
    Paging::Offset { size: PageSize::Usual(NumberedPage::items(MOST)), order: Order::Stable };

const ALMANAC: ProviderInfo = ProviderInfo::new(
    ProviderId::from_static("almanac"),
    "Almanac",
    "https://almanac.example",
    PAGING,
    Capabilities::LIST_ONLY,
);

/// Keys that a program prints, in numbered pages.
#[derive(Debug)]
struct Almanac {
    info: ProviderInfo,
    program: Arc<FakeVendor>,
}

#[async_trait]
impl KeyProvider for Almanac {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let page = request.start.numbered(MOST);
        let (number, size) = (page.number, page.size);
        let answer = self.program.call(format!("almanac --page {number} --of {size}"), |keys| {
            keys.by_number_of(number, size.into())
        });
        let answer = answer.map_err(|fault| {
            Error::new(ErrorKind::Transport, format!("the program failed: {fault:?}"))
        })?;
        assert!(answer.rows.len() <= size as usize, "the imitated vendor honors the page size");
        let keys = page.cut(answer.rows).into_iter().map(|row| {
            let mut row = row.as_object().cloned().unwrap_or_default();
            let Some(Value::String(id)) = row.remove("id") else {
                return Err(Error::new(ErrorKind::Decode, "the program printed a key without id"));
            };
            let mut key = ApiKey::new(self.info.id.clone(), id);
            key.extras = row.into_iter().collect();
            Ok(key)
        });
        Ok(Page::new(keys.collect::<Result<_>>()?))
    }
}

struct AlmanacHarness;

impl Harness for AlmanacHarness {
    fn provider(&self, program: Arc<FakeVendor>) -> Result<Provider> {
        Ok(Provider::new(Almanac { info: ALMANAC, program }))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({ "id": key.id, "name": key.name, "made": key.created_at })
    }
}

keyroster_testkit::conformance!(Suite::new(AlmanacHarness));
