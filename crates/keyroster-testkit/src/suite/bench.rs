//! The context of a scenario: a vendor, a provider for one of its accounts, and helpers that report a failure.

use std::sync::Arc;

use keyroster_core::{
    ApiKey, Capabilities, Container, Error, ErrorKind, KeyId, KeyList, KeyProvider, ListKeys,
    Operation, PageRequest, Paging, Provider, ProviderInfo, Result,
};
use serde_json::Value;

use super::bounded_provider::{BoundedProvider, NEVER_ENDS};
use super::verdict::{Failure, Section};
use crate::fake::{FakeContainer, FakeKey, FakeVendor, Quirk, Rows, Setup, page_size};
use crate::harness::Harness;
use crate::samples::Samples;

/// The result of a scenario: success, or what was expected and what the provider did.
pub(crate) type Check = std::result::Result<(), Failure>;

/// Whether a scenario applies, or why it does not.
pub(crate) type Applies = std::result::Result<(), String>;

/// What is known about a provider and its harness before a scenario runs.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) info: ProviderInfo,
    pub(crate) http: bool,
    pub(crate) faults: bool,
    pub(crate) rows: bool,
    /// The status for a credential that the vendor does not know.
    pub(crate) bad_credential: u16,
    pub(crate) samples: Samples,
}

impl Facts {
    pub(crate) fn can(&self) -> &Capabilities {
        &self.info.capabilities
    }

    pub(crate) fn needs(&self, operation: Operation) -> Applies {
        let declared = match operation {
            Operation::GetKey => self.can().get,
            other => self.can().can(other),
        };
        if declared { Ok(()) } else { Err(format!("`{}` is not declared", operation.as_str())) }
    }

    /// Whether an error says that the vendor does not know the credential. A vendor that answers 403 to that does
    /// not always say why.
    pub(crate) fn is_bad_credential(&self, error: &Error) -> bool {
        error.kind() == ErrorKind::Unauthenticated
            || (self.bad_credential == 403 && error.kind() == ErrorKind::PermissionDenied)
    }

    pub(crate) fn needs_rows(&self) -> Applies {
        if self.rows { Ok(()) } else { Err("the harness has no rows as JSON".to_owned()) }
    }

    pub(crate) fn needs_faults(&self) -> Applies {
        if self.faults { Ok(()) } else { Err("the harness does not imitate faults".to_owned()) }
    }

    pub(crate) fn needs_http(&self) -> Applies {
        if self.http { Ok(()) } else { Err("the provider does not speak HTTP".to_owned()) }
    }

    pub(crate) fn needs_cursor(&self) -> Applies {
        match self.info.paging {
            Paging::Cursor => Ok(()),
            _ => Err("the vendor does not page by cursor".to_owned()),
        }
    }
}

/// Sets up vendors for scenarios.
pub(crate) struct Bench {
    pub(crate) harness: Arc<dyn Harness>,
    pub(crate) facts: Facts,
    pub(crate) section: Section,
}

/// Makes rows with a harness.
struct HarnessRows(Arc<dyn Harness>);

impl Rows for HarnessRows {
    fn key(&self, key: &FakeKey) -> Value {
        self.0.row(key)
    }

    fn container(&self, container: &FakeContainer) -> Value {
        self.0.container(container)
    }
}

impl Bench {
    /// Reads what a provider declares. Its vendor is not called.
    pub(crate) fn facts(harness: &Arc<dyn Harness>) -> Result<Facts> {
        let none = ProviderInfo::new(
            keyroster_core::ProviderId::from_static("unknown"),
            "",
            "",
            Paging::Single,
            Capabilities::LIST_ONLY,
        );
        let world = World::start(harness, Setup::new(none, 1))?;
        let row = world.vendor.keys().first().map(|key| world.vendor.row(key));
        Ok(Facts {
            info: world.inner.info().clone(),
            http: harness.speaks_http(),
            faults: harness.imitates_faults(),
            rows: row.is_some_and(|row| row.is_object()),
            bad_credential: harness.bad_credential_status(),
            samples: harness.samples(),
        })
    }

    pub(crate) fn setup(&self, keys: usize) -> Setup {
        Setup::new(self.facts.info.clone(), keys)
    }

    /// A vendor with this number of keys, and a provider of its account.
    pub(crate) fn start(&self, keys: usize) -> std::result::Result<World, Failure> {
        self.start_with(self.setup(keys))
    }

    pub(crate) fn start_with(&self, setup: Setup) -> std::result::Result<World, Failure> {
        World::start(&self.harness, setup).map_err(|error| {
            self.failure("the harness builds a provider", format!("it returned `{error}`"))
        })
    }

    /// A setup with keys for several pages.
    pub(crate) fn several_pages(&self) -> Setup {
        let size = page_size(self.facts.info.paging);
        self.setup(size.map_or(8, |size| size * 2 + size / 2 + 1))
    }

    pub(crate) fn quirky(&self, quirk: Quirk) -> Setup {
        Setup { quirk, ..self.several_pages() }
    }

    pub(crate) fn failure(&self, expected: impl Into<String>, did: impl Into<String>) -> Failure {
        Failure { expected: expected.into(), did: did.into(), section: self.section }
    }

    pub(crate) fn fail<T>(
        &self,
        expected: impl Into<String>,
        did: impl Into<String>,
    ) -> std::result::Result<T, Failure> {
        Err(self.failure(expected, did))
    }

    /// Returns the value of something that must work.
    pub(crate) fn works<T>(
        &self,
        expected: &str,
        result: Result<T>,
    ) -> std::result::Result<T, Failure> {
        result.map_err(|error| self.failure(expected, said(&error)))
    }

    /// Lists every key, which must work.
    pub(crate) async fn list(&self, world: &World) -> std::result::Result<KeyList, Failure> {
        let list = world.handle.list(ListKeys::all()).await;
        list.map_err(|error| {
            let did = if error.to_string().contains(NEVER_ENDS) {
                "it kept asking for pages of a list that has a few".to_owned()
            } else {
                said(&error)
            };
            self.failure("a listing of all keys", did)
        })
    }

    /// Checks that these are the vendor's keys, each once.
    pub(crate) fn same_keys(&self, world: &World, keys: &[ApiKey]) -> Check {
        let mut wanted: Vec<KeyId> =
            world.vendor.keys().iter().map(|key| self.key_id(key)).collect();
        let mut found: Vec<KeyId> = keys.iter().map(|key| key.id.clone()).collect();
        wanted.sort();
        found.sort();
        if wanted == found {
            return Ok(());
        }
        let missing = wanted.iter().filter(|id| !found.contains(id)).count();
        let strange = found.iter().find(|id| !wanted.contains(id));
        let mut did =
            format!("it listed {} keys; {missing} of the vendor's are missing", keys.len());
        if let Some(strange) = strange {
            did += &format!("; no key has the id `{strange}`");
        }
        self.fail(format!("each of the vendor's {} keys once, with its id", wanted.len()), did)
    }

    pub(crate) fn key_id(&self, key: &FakeKey) -> KeyId {
        self.harness.key_id(key)
    }

    /// The id of a key that the vendor never had.
    pub(crate) fn unknown_id(&self, world: &World) -> KeyId {
        self.key_id(&world.vendor.stranger())
    }
}

/// A vendor and a provider of an account there.
pub(crate) struct World {
    pub(crate) vendor: Arc<FakeVendor>,
    /// The provider itself, without the checks of the handle.
    pub(crate) inner: BoundedProvider,
    pub(crate) handle: Provider,
}

impl World {
    fn start(harness: &Arc<dyn Harness>, setup: Setup) -> Result<Self> {
        let rows = Box::new(HarnessRows(Arc::clone(harness)));
        let items = setup.keys + setup.containers;
        let vendor = Arc::new(FakeVendor::new(setup, harness.samples(), rows));
        let inner = BoundedProvider::new(harness.provider(Arc::clone(&vendor))?, items);
        Ok(Self { handle: Provider::new(inner.clone()), vendor, inner })
    }

    /// The first page of keys; if there are containers, of the first one.
    pub(crate) fn first_page(&self) -> PageRequest {
        let kind = self.inner.info().containers.as_ref().map(|containers| containers.kind);
        let containers = self.vendor.containers();
        let container = kind.zip(containers.first());
        PageRequest::default().with_container(container.map(|(kind, first)| {
            Container::new(kind, first.id.as_str()).with_name(Some(first.name.as_str()))
        }))
    }
}

/// Describes the error that a provider returned.
pub(crate) fn said(error: &Error) -> String {
    format!("it returned {:?}: `{error}`", error.kind())
}
