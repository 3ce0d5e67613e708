//! What connects a provider to an imitated vendor.

use std::sync::Arc;

use keyroster_core::{KeyId, KeyProvider, Result};
use serde_json::Value;

use crate::fake::{FakeContainer, FakeKey, FakeVendor};
use crate::samples::Samples;

/// Connects a provider to an imitated vendor.
///
/// A provider that speaks HTTP is connected by [`VendorApi`](crate::VendorApi), which takes less. This
/// trait is for all others: those that run a program, read a file, or speak another protocol.
///
/// ```
/// use std::sync::Arc;
///
/// use keyroster_core::{
///     ApiKey, Capabilities, KeyProvider, Page, PageRequest, Paging, ProviderId, ProviderInfo, Result,
///     async_trait,
/// };
/// use keyroster_testkit::{FakeKey, FakeVendor, Harness, Suite};
/// use serde_json::{Value, json};
///
/// #[derive(Debug)]
/// struct Ledger(ProviderInfo, Arc<FakeVendor>);
///
/// #[async_trait]
/// impl KeyProvider for Ledger {
///     fn info(&self) -> &ProviderInfo {
///         &self.0
///     }
///
///     async fn list_page(&self, _: &PageRequest) -> Result<Page> {
///         let rows = self.1.call("list", |keys| keys.all().rows).unwrap_or_default();
///         let key = |row: Value| {
///             ApiKey::new(self.0.id.clone(), row["id"].as_str().unwrap_or_default())
///         };
///         Ok(Page::new(rows.into_iter().map(key).collect()))
///     }
/// }
///
/// struct LedgerHarness;
///
/// impl Harness for LedgerHarness {
///     fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Box<dyn KeyProvider>> {
///         let id = ProviderId::from_static("ledger");
///         let docs = "https://ledger.example";
///         let info =
///             ProviderInfo::new(id, "Ledger", docs, Paging::Single, Capabilities::LIST_ONLY);
///         Ok(Box::new(Ledger(info, vendor)))
///     }
///
///     fn row(&self, key: &FakeKey) -> Value {
///         json!({ "id": key.id })
///     }
/// }
///
/// let verdict = Suite::new(LedgerHarness).run("lists_many_keys");
/// assert!(verdict.is_good(), "{verdict}");
/// ```
pub trait Harness: Send + Sync + 'static {
    /// The provider, as an account at this vendor whose credential is
    /// [`FakeVendor::secret`].
    fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Box<dyn KeyProvider>>;

    /// A key as the vendor shows it, with every field that the provider reads; null where the vendor does
    /// not show keys as JSON.
    fn row(&self, key: &FakeKey) -> Value {
        let _ = key;
        Value::Null
    }

    /// A container as the vendor shows it.
    fn container(&self, container: &FakeContainer) -> Value {
        let _ = container;
        Value::Null
    }

    /// What the provider's operations name a key by, where that is not the key's own id.
    fn key_id(&self, key: &FakeKey) -> KeyId {
        KeyId::from(key.id.as_str())
    }

    /// What scenarios ask for.
    fn samples(&self) -> Samples {
        Samples::default()
    }

    /// Whether the harness imitates each [`Fault`](crate::Fault) that [`FakeVendor::call`] tells of.
    fn imitates_faults(&self) -> bool {
        false
    }

    /// Whether it speaks HTTP.
    #[doc(hidden)]
    fn speaks_http(&self) -> bool {
        false
    }
}
