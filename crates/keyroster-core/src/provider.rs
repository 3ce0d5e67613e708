//! What users call.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;

use crate::backend::Backend;
use crate::check;
use crate::clock::now;
use crate::error::{Error, ErrorKind, Result};
use crate::identity::{Identification, Principal};
use crate::info::{Operation, ProviderInfo};
use crate::key_provider::KeyProvider;
use crate::listing::{KeyList, Listing};
use crate::outcome::{CreatedKey, Orphan, Reconciliation, Revocation, Suspect};
use crate::page::{ContainerPage, Page, PageRequest};
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey};
use crate::record::time::Timestamp;
use crate::request::{CreateKey, ListKeys, RotateKey, UpdateKey};
use crate::secret::Secret;
use crate::traffic::Traffic;
use crate::warning::Warning;

/// So far may the vendor's clock be behind ours when an orphan is looked for.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// One account at one provider, ready to be asked; cheap to clone.
///
/// A handle adds what every vendor needs alike: it walks all pages, drops duplicates, checks arguments
/// before anything is sent, and names provider, account and operation in each error.
///
/// Every operation may fail with [`Unauthenticated`](ErrorKind::Unauthenticated) and
/// [`PermissionDenied`](ErrorKind::PermissionDenied) (the account's credential),
/// [`RateLimited`](ErrorKind::RateLimited), [`Unavailable`](ErrorKind::Unavailable),
/// [`Transport`](ErrorKind::Transport) and [`Decode`](ErrorKind::Decode) (the vendor, or the way there); what
/// else it may fail with is said there. One that the provider does not declare is
/// [`Unsupported`](ErrorKind::Unsupported), and nothing is sent.
///
/// ```
/// # use keyroster_core::{ErrorKind, KeyId, Provider, Result, Revocation, UpdateKey};
/// # async fn example(account: Provider, id: KeyId) -> Result<()> {
/// // Off for now, where the vendor can; otherwise for good.
/// match account.update(&id, &UpdateKey::disabled(true)).await {
///     Ok(key) => println!("{} is off: {:?}", key.id, key.state),
///     Err(error) if error.kind() == ErrorKind::Unsupported => {
///         if account.revoke(&id).await? != Revocation::Revoked {
///             println!("{id} was gone already");
///         }
///     }
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Provider {
    backend: Backend,
}

impl Provider {
    /// Wraps a vendor's implementation.
    #[must_use]
    pub fn new(provider: impl KeyProvider) -> Self {
        Self::from_arc(Arc::new(provider))
    }

    /// Wraps an implementation that is shared, or of which only the trait is known.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use keyroster_core::{KeyProvider, Provider};
    /// # fn example(vendor: Box<dyn KeyProvider>) {
    /// let shared: Arc<dyn KeyProvider> = Arc::from(vendor);
    /// let (one, other) = (Provider::from_arc(Arc::clone(&shared)), Provider::from_arc(shared));
    /// # }
    /// ```
    #[must_use]
    pub fn from_arc(provider: Arc<dyn KeyProvider>) -> Self {
        Self { backend: Backend { implementation: provider, account: None } }
    }

    /// The same provider under the account's name, which its errors then carry.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<Arc<str>>) -> Self {
        self.backend.account = Some(account.into());
        self
    }

    /// What the provider is and can do.
    #[must_use]
    pub fn info(&self) -> &ProviderInfo {
        self.backend.info()
    }

    /// The account's name, if it was given one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.backend.account()
    }

    /// What this account has cost the vendor so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.implementation().traffic()
    }

    /// The vendor's own type, for what only that vendor can do; none if it is another's, or wrapped.
    #[must_use]
    pub fn downcast_ref<T: KeyProvider>(&self) -> Option<&T> {
        let implementation: &dyn Any = self.implementation();
        implementation.downcast_ref()
    }

    /// Every key, as a stream.
    ///
    /// Naming a container at a provider that has none gives a stream whose one item is an
    /// [`Unsupported`](ErrorKind::Unsupported) error.
    pub fn keys(&self, request: ListKeys) -> Listing {
        Listing::new(self.backend.clone(), request)
    }

    /// Every key, collected; after an error, none of them. [`Listing::collect_into`] keeps what came before
    /// it.
    pub async fn list(&self, request: ListKeys) -> Result<KeyList> {
        self.keys(request).collect_all().await
    }

    /// One page of keys, exactly as the vendor answers it: for tests and diagnoses.
    pub async fn page(&self, request: &PageRequest) -> Result<Page> {
        self.backend.page(request).await
    }

    /// One page of containers, exactly as the vendor answers it: for tests and diagnoses.
    pub async fn container_page(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.backend.container_page(request).await
    }

    /// One key, asked for by itself where the vendor offers that, otherwise found by listing.
    ///
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    pub async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.in_context(Operation::GetKey, self.find(id).await)
    }

    async fn find(&self, id: &KeyId) -> Result<ApiKey> {
        if self.info().capabilities.get {
            return self.implementation().get(id).await;
        }
        let mut listing = self.keys(ListKeys::all());
        while let Some(key) = listing.try_next().await? {
            if key.id == *id {
                return Ok(key);
            }
        }
        Err(Error::new(ErrorKind::NotFound, format!("the account has no key `{id}`")))
    }

    /// Whether a create could be sent; nothing is.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): an argument cannot be right.
    /// - [`Unsupported`](ErrorKind::Unsupported): the vendor cannot honour it, or makes no keys.
    pub fn check_create(&self, request: &CreateKey) -> Result<()> {
        self.require(Operation::CreateKey)?;
        let checked = check::create(request, &self.info().capabilities, now());
        self.in_context(
            Operation::CreateKey,
            checked.and_then(|()| self.implementation().check_create(request)),
        )
    }

    /// Whether a change could be sent; nothing is.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): no change is named, or one cannot be right.
    /// - [`Unsupported`](ErrorKind::Unsupported): the vendor cannot make it, or changes no keys.
    pub fn check_update(&self, change: &UpdateKey) -> Result<()> {
        self.require(Operation::UpdateKey)?;
        let checked = check::update(change, &self.info().capabilities, now());
        self.in_context(
            Operation::UpdateKey,
            checked.and_then(|()| self.implementation().check_update(change)),
        )
    }

    /// Makes a key.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): an
    ///   argument is wrong, or one that the vendor cannot honour; nothing was sent.
    /// - [`Indeterminate`](ErrorKind::Indeterminate): it may have been made; [`Error::orphan`] says what
    ///   to look for, and [`reconcile`](Provider::reconcile) looks.
    ///
    /// The record is looked up where the vendor's answer does not tell it, which takes further requests;
    /// whoever has to bring the secret to safety first calls [`create_without_record`](Provider::create_without_record).
    pub async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let mut created = self.create_without_record(request).await?;
        self.fetch_record(&mut created).await;
        Ok(created)
    }

    /// Makes a key, and answers as soon as there is a secret, with a record that may not be
    /// [`complete`](CreatedKey::complete).
    ///
    /// The errors are those of [`create`](Provider::create).
    pub async fn create_without_record(&self, request: &CreateKey) -> Result<CreatedKey> {
        self.check_create(request)?;
        let (operation, sent_at) = (Operation::CreateKey, now());
        let created = self.implementation().create(request).await.map_err(|error| {
            if error.kind() == ErrorKind::Indeterminate {
                error.with_orphan(Orphan::new(request, sent_at))
            } else {
                error
            }
        });
        self.in_context(operation, created)
    }

    /// Looks up the record of a new key where the vendor's answer to the create did not tell it. When that
    /// fails, the secret stays and a warning is added.
    pub async fn fetch_record(&self, created: &mut CreatedKey) {
        if created.complete {
            return;
        }
        match self.get(&created.key.id).await {
            Ok(key) => {
                created.key = key;
                created.complete = true;
            }
            Err(error) => created.warnings.push(Warning::incomplete(format!(
                "the secret is new, and the key's record could not be read back: {error}"
            ))),
        }
    }

    /// The keys that an unanswered create may have left behind: those of its name that were made since
    /// about when it was sent, or whose making the vendor does not date. Nothing is changed.
    ///
    /// ```
    /// # use keyroster_core::{CreateKey, Provider, Result};
    /// # async fn example(account: Provider) -> Result<()> {
    /// match account.create(&CreateKey::new("ci-deploy")).await {
    ///     Ok(created) => println!("made {}", created.key.id),
    ///     Err(error) => {
    ///         let Some(orphan) = error.orphan() else { return Err(error) };
    ///         for suspect in account.reconcile(orphan).await?.suspects {
    ///             println!("{} may be it; made since: {}", suspect.key.id, suspect.made_since);
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Names are not unique: which of them is the orphan, a person decides. A vendor's list may lag behind
    /// its creates; an empty answer soon after is no proof.
    pub async fn reconcile(&self, orphan: &Orphan) -> Result<Reconciliation> {
        let request = ListKeys { container: orphan.container.clone() };
        let list = self.list(request).await?;
        let since = orphan.sent_at.saturating_sub(CLOCK_SKEW);
        let namesakes = list.keys.into_iter().filter(|key| {
            key.name.as_deref() == Some(&orphan.name)
                && key.state.revoked != Some(true)
                && key.created_at.is_none_or(|created| created >= since)
        });
        // Some vendors date keys to the second, some to the millisecond.
        let made_since = |created: Timestamp| created >= orphan.sent_at.as_coarse_as(created);
        let suspect = |key: ApiKey| {
            let made_since = key.created_at.is_some_and(made_since);
            Suspect { key, made_since }
        };
        Ok(Reconciliation { suspects: namesakes.map(suspect).collect(), warnings: list.warnings })
    }

    /// Changes a key, and answers its new record.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): a change
    ///   is wrong, or one that the vendor cannot make; nothing was sent.
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    pub async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        self.check_update(change)?;
        self.in_context(Operation::UpdateKey, self.implementation().update(id, change).await)
    }

    /// Whether a rotation could be sent, likewise.
    pub fn check_rotate(&self, request: &RotateKey) -> Result<()> {
        self.require(Operation::RotateKey)?;
        let checked = check::rotate(request, &self.info().capabilities, now());
        self.in_context(
            Operation::RotateKey,
            checked.and_then(|()| self.implementation().check_rotate(request)),
        )
    }

    /// Gives a key a new secret in place of its old one; when the old one stops to work is the vendor's
    /// rule, unless the request says until when it shall and the vendor honours that.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): an
    ///   argument is wrong, or one that the vendor cannot honour; nothing was sent.
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    /// - [`Indeterminate`](ErrorKind::Indeterminate): the answer was lost, and with it perhaps the new
    ///   secret; the key is the same, so rotating it again gives one that is held.
    ///
    /// The record is looked up where the vendor's answer does not tell it, which takes further requests;
    /// whoever has to bring the secret to safety first calls [`rotate_without_record`](Provider::rotate_without_record).
    pub async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let mut rotated = self.rotate_without_record(id, request).await?;
        self.fetch_record(&mut rotated).await;
        Ok(rotated)
    }

    /// Gives a key a new secret, and answers as soon as there is one, with a record that may not be
    /// [`complete`](CreatedKey::complete).
    ///
    /// The errors are those of [`rotate`](Provider::rotate).
    pub async fn rotate_without_record(
        &self,
        id: &KeyId,
        request: &RotateKey,
    ) -> Result<CreatedKey> {
        self.check_rotate(request)?;
        let rotated = self.implementation().rotate(id, request).await.map_err(|error| {
            if error.kind() == ErrorKind::Indeterminate {
                error.with_help("rotate the key again: it may have a secret that nobody holds")
            } else {
                error
            }
        });
        self.in_context(Operation::RotateKey, rotated)
    }

    /// Turns a key off for good; the answer tells whether it was there, and a key that is gone already is no
    /// error.
    pub async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        self.require(Operation::RevokeKey)?;
        self.in_context(Operation::RevokeKey, self.implementation().revoke(id).await)
    }

    /// Whether the account's own credential is good, and what it may do.
    ///
    /// What the vendor does not tell of a credential is read from its record, where the account may list
    /// keys and the credential's own is among them.
    ///
    /// - [`Unauthenticated`](ErrorKind::Unauthenticated): it is not good.
    pub async fn whoami(&self) -> Result<Principal> {
        let operation = Operation::WhoAmI;
        self.require(operation)?;
        let mut principal = self.in_context(operation, self.implementation().whoami().await)?;
        if let Some(id) = &principal.key_id
            && principal.access == Access::Unknown
        {
            // What the look-up cannot tell stays unknown: the credential itself was found good.
            if let Ok(record) = self.find(id).await {
                principal.add_record(record);
            }
        }
        Ok(principal)
    }

    /// Whether a secret has the shape of this vendor's; nobody is asked.
    #[must_use]
    pub fn recognizes(&self, secret: &Secret) -> bool {
        self.implementation().recognizes(secret)
    }

    /// Whose key a secret belongs to; no key is changed, though trying one that has a limited number of
    /// uses takes one of them.
    ///
    /// The provider tells what the secret is; the account's records are then searched for it, by id
    /// where that is known, otherwise by its masked form, owner and usage.
    ///
    /// A secret that is refused is no error, but [`Dead`](crate::Liveness::Dead); an error is what went wrong
    /// while asking, or while the records were searched.
    pub async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let operation = Operation::Identify;
        self.require(operation)?;
        let mut found = self.in_context(operation, self.implementation().identify(secret).await)?;
        if found.keys.is_empty()
            && !(found.principal.key_id.is_none() && found.principal.hint.is_none())
        {
            let records = self.list(ListKeys::all()).await?;
            found.keys = found.principal.matching_records(records.keys);
            if let [record] = &found.keys[..]
                && found.principal.access == Access::Unknown
            {
                found.principal.add_record(record.clone());
            }
            found.evidence.push(match found.keys.len() {
                0 => "no record of this account fits".to_owned(),
                1 => "one record of this account fits".to_owned(),
                several => format!("{several} records of this account fit"),
            });
            found.evidence.extend(records.warnings.into_iter().map(|warning| warning.message));
        }
        Ok(found)
    }

    fn implementation(&self) -> &dyn KeyProvider {
        self.backend.implementation.as_ref()
    }

    fn require(&self, operation: Operation) -> Result<()> {
        if self.info().capabilities.can(operation) {
            return Ok(());
        }
        self.in_context(operation, Err(Error::unsupported(self.info().id.clone(), operation)))
    }

    fn in_context<T>(&self, operation: Operation, result: Result<T>) -> Result<T> {
        result.map_err(|error| self.with_context(operation, error))
    }

    pub(crate) fn with_context(&self, operation: Operation, error: Error) -> Error {
        self.backend.with_context(operation, error)
    }
}
