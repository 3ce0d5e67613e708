//! What connects a provider to an imitated vendor.

use std::sync::Arc;

use keyroster_core::{KeyId, Provider, Result};
use serde_json::Value;

use crate::fake::{FakeContainer, FakeKey, FakeVendor};
use crate::samples::Samples;

/// Connects a provider to an imitated vendor.
///
/// A provider that speaks HTTP is connected by [`VendorApi`](crate::VendorApi), which takes less code. This
/// trait is for the others, which run a program, read a file, or speak another protocol.
///
/// This provider passes the suite:
///
/// ```
/// use std::sync::Arc;
///
/// use keyroster_core::{
///     ApiKey, Capabilities, Error, ErrorKind, KeyProvider, Page, PageRequest, Paging, Provider, ProviderId,
///     ProviderInfo, Result, async_trait,
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
///             let mut row = row.as_object().cloned().unwrap_or_default();
///             let Some(Value::String(id)) = row.remove("id") else {
///                 return Err(Error::new(ErrorKind::Decode, "a key without id"));
///             };
///             let mut key = ApiKey::new(self.0.id.clone(), id);
///             // What has no place in the record is kept.
///             key.extras = row.into_iter().collect();
///             Ok(key)
///         };
///         Ok(Page::new(rows.into_iter().map(key).collect::<Result<_>>()?))
///     }
/// }
///
/// struct LedgerHarness;
///
/// impl Harness for LedgerHarness {
///     fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Provider> {
///         let id = ProviderId::from_static("ledger");
///         let docs = "https://ledger.example";
///         let info =
///             ProviderInfo::new(id, "Ledger", docs, Paging::Single, Capabilities::LIST_ONLY);
///         Ok(Provider::new(Ledger(info, vendor)))
///     }
///
///     fn row(&self, key: &FakeKey) -> Value {
///         json!({ "id": key.id })
///     }
/// }
///
/// for (scenario, verdict) in Suite::new(LedgerHarness).run_all() {
///     assert!(verdict.is_good(), "{}: {verdict}", scenario.name);
/// }
/// ```
pub trait Harness: Send + Sync + 'static {
    /// Builds the provider of an account at this vendor. Its credential is [`FakeVendor::secret`].
    fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Provider>;

    /// A key in the vendor's JSON, with every field that the provider reads; null if the vendor does not use
    /// JSON.
    fn row(&self, key: &FakeKey) -> Value {
        let _ = key;
        Value::Null
    }

    /// A container in the vendor's JSON.
    fn container(&self, container: &FakeContainer) -> Value {
        let _ = container;
        Value::Null
    }

    /// The id by which the provider's operations select a key, if that is not [`FakeKey::id`].
    fn key_id(&self, key: &FakeKey) -> KeyId {
        KeyId::from(key.id.as_str())
    }

    /// The values that scenarios use.
    fn samples(&self) -> Samples {
        Samples::default()
    }

    /// Whether the harness imitates each [`Fault`](crate::Fault) that [`FakeVendor::call`] returns.
    fn imitates_faults(&self) -> bool {
        false
    }

    /// The status that the vendor returns for a credential that it does not know.
    #[doc(hidden)]
    fn bad_credential_status(&self) -> u16 {
        401
    }

    /// Whether the provider speaks HTTP.
    #[doc(hidden)]
    fn speaks_http(&self) -> bool {
        false
    }
}
