//! A provider that runs a program instead of speaking HTTP, and that creates and revokes keys. Its harness
//! imitates the faults of programs.

use std::sync::Arc;

use keyroster_core::{
    ApiKey, Capabilities, CreateKey, CreatedKey, Cursor, Error, ErrorKind, KeyId, KeyProvider,
    Page, PageRequest, Paging, Provider, ProviderId, ProviderInfo, Result, Revocation, async_trait,
};
use keyroster_testkit::{FakeKey, FakeVendor, Fault, Harness, Keys, Suite};
use serde_json::{Value, json};

const VAULT: ProviderInfo = ProviderInfo::new(
    ProviderId::from_static("vault"),
    "Vault",
    "https://vault.example",
    Paging::Cursor,
    Capabilities::LIST_ONLY.with_create(&[]).with_revoke(),
);

#[derive(Debug)]
struct Vault {
    info: ProviderInfo,
    program: Arc<FakeVendor>,
}

impl Vault {
    /// Runs the program. After a fault in a run that creates a key, the key may exist.
    fn run<T>(
        &self,
        line: String,
        makes: bool,
        answer: impl FnOnce(&mut Keys<'_>) -> T,
    ) -> Result<T> {
        self.program.call(line, answer).map_err(|fault| {
            let (kind, wait) = match fault {
                Fault::Status(401) | Fault::Echo(401, _) => (ErrorKind::Unauthenticated, None),
                Fault::Status(403) | Fault::Echo(403, _) => (ErrorKind::PermissionDenied, None),
                Fault::Status(404) | Fault::Echo(404, _) => (ErrorKind::NotFound, None),
                Fault::Status(409) | Fault::Echo(409, _) => (ErrorKind::Conflict, None),
                Fault::Throttled(wait) => (ErrorKind::RateLimited, Some(wait)),
                _ if makes => (ErrorKind::Indeterminate, None),
                Fault::Cut | Fault::BrokenOff => (ErrorKind::Transport, None),
                Fault::Html(_) | Fault::Empty | Fault::HalfJson | Fault::Json(_) => {
                    (ErrorKind::Decode, None)
                }
                _ => (ErrorKind::Unavailable, None),
            };
            Error::new(kind, "the program failed").with_retry_after(wait)
        })
    }

    fn record(&self, row: &Value) -> Result<ApiKey> {
        let Some(id) = row["id"].as_str() else {
            return Err(Error::new(ErrorKind::Decode, "the program printed a key without id"));
        };
        let mut key = ApiKey::new(self.info.id.clone(), id);
        key.name = row["name"].as_str().map(str::to_owned);
        key.state.revoked = row["revoked"].as_bool();
        key.created_at = row["made"].as_str().and_then(|made| made.parse().ok());
        Ok(key)
    }
}

#[async_trait]
impl KeyProvider for Vault {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let cursor = request.start.cursor();
        let page = self.run(format!("list {cursor:?}"), false, |keys| keys.by_cursor(cursor))?;
        let keys = page.rows.iter().map(|row| self.record(row)).collect::<Result<_>>()?;
        Ok(Page::new(keys).with_next(page.next.map(Cursor::new)))
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let (row, secret) = self.run(format!("make {}", request.name), true, |keys| {
            let key = keys.create(&request.name);
            (keys.row(&key), key.secret)
        })?;
        Ok(CreatedKey::new(self.record(&row)?, secret))
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let known = self.run(format!("revoke {id}"), false, |keys| keys.revoke(id.as_str()))?;
        Ok(if known { Revocation::Revoked } else { Revocation::AlreadyGone })
    }
}

struct VaultHarness;

impl Harness for VaultHarness {
    fn provider(&self, program: Arc<FakeVendor>) -> Result<Provider> {
        Ok(Provider::new(Vault { info: VAULT, program }))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({ "id": key.id, "name": key.name, "made": key.created_at, "revoked": key.revoked })
    }

    fn imitates_faults(&self) -> bool {
        true
    }
}

keyroster_testkit::conformance!(
    Suite::new(VaultHarness)
        .xfail("keeps_unknown_fields", "this provider drops unknown fields, to show an `xfail`")
        .xfail(
            "reads_fields_of_another_type",
            "it drops fields that it cannot read, to show another `xfail`"
        )
);
