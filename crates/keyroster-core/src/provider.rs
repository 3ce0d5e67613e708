//! The handle of one account, which programs use: [`Provider`].

use std::any::Any;
use std::sync::Arc;

use futures_util::TryStreamExt;

use crate::answer;
use crate::backend::Backend;
use crate::check;
use crate::clock::now;
use crate::error::{Error, ErrorKind, Result};
use crate::identity::{Identification, Principal};
use crate::info::{Operation, ProviderInfo};
use crate::key_provider::KeyProvider;
use crate::listing::{KeyList, Listing};
use crate::orphan::{Orphan, Reconciliation};
use crate::outcome::{CreatedKey, Revocation, UpdatedKey};
use crate::page::{ContainerPage, Page, PageRequest};
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey};
use crate::request::{CreateKey, ListKeys, RotateKey, UpdateKey};
use crate::secret::Secret;
use crate::traffic::Traffic;
use crate::warning::Warning;
use crate::withhold::{KnownSecrets, check_id};

/// One account at one provider. It is cheap to clone.
///
/// A `Provider` does what all vendors need: it reads all pages of a list, drops duplicates, checks arguments
/// before anything is sent, and names the provider, the account and the operation in each error.
///
/// # Errors
///
/// Every operation may fail because of the account's credential
/// ([`Unauthenticated`](ErrorKind::Unauthenticated), [`PermissionDenied`](ErrorKind::PermissionDenied)), or
/// because of the vendor or the network ([`RateLimited`](ErrorKind::RateLimited),
/// [`Unavailable`](ErrorKind::Unavailable), [`Transport`](ErrorKind::Transport),
/// [`Decode`](ErrorKind::Decode)). Further kinds are listed at the operation. An operation that the provider
/// does not declare is [`Unsupported`](ErrorKind::Unsupported), and nothing is sent.
///
/// ```
/// # use keyroster_core::{ErrorKind, KeyId, Provider, Result, Revocation, UpdateKey};
/// # async fn example(account: Provider, id: KeyId) -> Result<()> {
/// // Disable the key if the vendor can do that; otherwise revoke it.
/// match account.update(&id, &UpdateKey::new().disabled(true)).await {
///     Ok(updated) => println!("{} is disabled", updated.key.id),
///     Err(error) if error.kind() == ErrorKind::Unsupported => {
///         if account.revoke(&id).await? != Revocation::Revoked {
///             println!("{id} was already gone");
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

    /// Wraps an implementation that is shared or behind a trait object.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use keyroster_core::{KeyProvider, Provider};
    /// # fn example(vendor: Box<dyn KeyProvider>) {
    /// let shared: Arc<dyn KeyProvider> = Arc::from(vendor);
    /// let one = Provider::from_arc(Arc::clone(&shared));
    /// let other = Provider::from_arc(shared);
    /// # }
    /// ```
    #[must_use]
    pub fn from_arc(provider: Arc<dyn KeyProvider>) -> Self {
        Self { backend: Backend::new(provider, None, KnownSecrets::new()) }
    }

    /// Names the account. Its errors and spans carry the name.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<Arc<str>>) -> Self {
        self.backend.account = Some(account.into());
        self
    }

    /// Adds the secrets of a set, and shares the set from now on: a secret of another account that shares it does
    /// not reach a record or an error of this one, either. [`Roster`](crate::Roster) does it for its accounts.
    #[must_use]
    pub fn with_known_secrets(mut self, known: &KnownSecrets) -> Self {
        known.add_all(&self.backend.known);
        self.backend.known = known.clone();
        self
    }

    /// Returns the secrets that no answer of this account may contain: its credentials, and what the vendor
    /// returned.
    #[must_use]
    pub fn known_secrets(&self) -> &KnownSecrets {
        &self.backend.known
    }

    /// Puts a decorator, e.g. a cache or an audit log, around the implementation. The account's name stays.
    ///
    /// The decorator implements every method of [`KeyProvider`] and calls the inner implementation.
    ///
    /// ```
    /// use std::any::Any;
    /// use std::sync::Arc;
    ///
    /// use keyroster_core::{
    ///     KeyId, KeyProvider, Page, PageRequest, Provider, ProviderInfo, Result, Revocation, async_trait,
    /// };
    ///
    /// /// Prints which keys are revoked.
    /// #[derive(Debug)]
    /// struct Audited {
    ///     inner: Arc<dyn KeyProvider>,
    /// }
    ///
    /// impl Audited {
    ///     /// The vendor's own type behind the decorator.
    ///     fn inner<T: KeyProvider>(&self) -> Option<&T> {
    ///         let inner: &dyn Any = &*self.inner;
    ///         inner.downcast_ref()
    ///     }
    /// }
    ///
    /// #[async_trait]
    /// impl KeyProvider for Audited {
    ///     fn info(&self) -> &ProviderInfo {
    ///         self.inner.info()
    ///     }
    ///
    ///     async fn list_page(&self, request: &PageRequest) -> Result<Page> {
    ///         self.inner.list_page(request).await
    ///     }
    ///
    ///     async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
    ///         println!("revoking {id}");
    ///         self.inner.revoke(id).await
    ///     }
    ///     // The other methods call `self.inner` in the same way.
    /// }
    ///
    /// # fn example<Acme: KeyProvider>(account: Provider) {
    /// let account = account.with_account("prod").wrap(|inner| Audited { inner });
    /// assert_eq!(account.account(), Some("prod"));
    /// let acme = account.downcast_ref::<Audited>().and_then(|audited| audited.inner::<Acme>());
    /// # }
    /// ```
    #[must_use]
    pub fn wrap<P: KeyProvider>(self, decorate: impl FnOnce(Arc<dyn KeyProvider>) -> P) -> Self {
        let Backend { implementation, account, known } = self.backend;
        let implementation = Arc::new(decorate(implementation));
        Self { backend: Backend::new(implementation, account, known) }
    }

    /// Returns the implementation, without the account's name.
    #[must_use]
    pub fn into_inner(self) -> Arc<dyn KeyProvider> {
        self.backend.implementation
    }

    /// Returns what the provider is and can do.
    #[must_use]
    pub fn info(&self) -> &ProviderInfo {
        self.backend.info()
    }

    /// Returns the account's name, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.backend.account()
    }

    /// Returns what was sent to the vendor and received from it for this account so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.implementation().traffic()
    }

    /// Returns the vendor's own type, for what only this vendor can do. `None` if the type is another one or
    /// is [wrapped](Provider::wrap).
    #[must_use]
    pub fn downcast_ref<T: KeyProvider>(&self) -> Option<&T> {
        let implementation: &dyn Any = self.implementation();
        implementation.downcast_ref()
    }

    /// Lists every key, as a stream.
    ///
    /// If the request names a container and the provider has none, the stream's only item is an
    /// [`Unsupported`](ErrorKind::Unsupported) error.
    pub fn keys(&self, request: ListKeys) -> Listing {
        Listing::new(self.backend.clone(), request)
    }

    /// Lists every key, and returns them together. After an error, no key is returned;
    /// [`Listing::collect_into`] keeps those before the error.
    pub async fn list(&self, request: ListKeys) -> Result<KeyList> {
        self.keys(request).collect_all().await
    }

    /// Requests one page of keys and returns it exactly as the vendor answers it, for tests and diagnosis.
    pub async fn page(&self, request: &PageRequest) -> Result<Page> {
        self.backend.run(Operation::ListKeys, self.backend.page(request)).await
    }

    /// Requests one page of containers and returns it exactly as the vendor answers it, for tests and
    /// diagnosis.
    pub async fn container_page(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.backend.container_page(request).await
    }

    /// Returns one key. If the vendor cannot look up a key, it is found by listing.
    ///
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    pub async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.check_id(Operation::GetKey, id)?;
        self.backend.run(Operation::GetKey, self.find(id)).await
    }

    async fn find(&self, id: &KeyId) -> Result<ApiKey> {
        if self.info().capabilities.get {
            let key = self.implementation().get(id).await?;
            self.expect_key(Operation::GetKey, id, &key)?;
            return Ok(key);
        }
        let mut listing = self.keys(ListKeys::all());
        while let Some(key) = listing.try_next().await? {
            if key.id == *id {
                return Ok(key);
            }
        }
        Err(Error::new(ErrorKind::NotFound, format!("the account has no key `{id}`")))
    }

    /// Checks whether a create could be sent, without sending it.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): an argument cannot be right.
    /// - [`Unsupported`](ErrorKind::Unsupported): the vendor does not support an argument, or does not create
    ///   keys.
    pub fn check_create(&self, request: &CreateKey) -> Result<()> {
        self.check(Operation::CreateKey, || {
            check::create(request, self.info(), now())?;
            self.implementation().check_create(request)
        })
    }

    /// Checks whether an update could be sent, without sending it.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): nothing is to be changed, or a value cannot be right.
    /// - [`Unsupported`](ErrorKind::Unsupported): the vendor does not support a change, or does not update
    ///   keys.
    pub fn check_update(&self, change: &UpdateKey) -> Result<()> {
        self.check(Operation::UpdateKey, || {
            check::update(change, self.info(), now())?;
            self.implementation().check_update(change)
        })
    }

    /// Checks whether a rotation could be sent, without sending it.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): an argument cannot be right.
    /// - [`Unsupported`](ErrorKind::Unsupported): the vendor does not support an argument, or does not rotate
    ///   keys.
    pub fn check_rotate(&self, request: &RotateKey) -> Result<()> {
        self.check(Operation::RotateKey, || {
            check::rotate(request, self.info(), now())?;
            self.implementation().check_rotate(request)
        })
    }

    /// Creates a key.
    ///
    /// If the vendor's response does not contain the record, further requests fetch it. To store the secret
    /// before that, use [`create_without_record`](Provider::create_without_record).
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): an argument
    ///   cannot be right, or the vendor does not support it. Nothing was sent.
    /// - [`Indeterminate`](ErrorKind::Indeterminate): the key may have been created.
    ///   [`reconcile`](Provider::reconcile) searches for the [`Error::orphan`].
    ///
    /// # Cancellation
    ///
    /// A create that is dropped, e.g. by a timeout or because a client disconnects, may still create the key,
    /// and its secret is lost. No error says so. If a create may be dropped, note the time before it starts,
    /// and search for the key afterwards:
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// # use keyroster_core::{CreateKey, Orphan, Provider, Result, Timestamp};
    /// # async fn example(account: Provider) -> Result<()> {
    /// let request = CreateKey::new("ci-deploy");
    /// let sent_at = Timestamp::from(SystemTime::now());
    /// match tokio::time::timeout(Duration::from_secs(10), account.create(&request)).await {
    ///     Ok(created) => println!("created {}", created?.key.id),
    ///     Err(_) => {
    ///         let found = account.reconcile(&Orphan::new(&request, sent_at)).await?;
    ///         for suspect in found.suspects.iter().filter(|suspect| suspect.made_since) {
    ///             println!("{} was probably created; its secret is lost", suspect.key.id);
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let mut created = self.create_without_record(request).await?;
        self.fetch_record(&mut created).await;
        self.compare_created(request, &mut created);
        Ok(created)
    }

    /// Creates a key and returns as soon as there is a secret. The record may not be
    /// [`complete`](CreatedKey::complete); [`fetch_record`](Provider::fetch_record) completes it.
    ///
    /// The errors are those of [`create`](Provider::create).
    pub async fn create_without_record(&self, request: &CreateKey) -> Result<CreatedKey> {
        self.check_create(request)?;
        let sent_at = now();
        let created = self.backend.run(Operation::CreateKey, self.implementation().create(request));
        created.await.map_err(|error| {
            if error.kind() == ErrorKind::Indeterminate {
                error.with_orphan(Orphan::new(request, sent_at))
            } else {
                error
            }
        })
    }

    /// Fetches the record of a new key, unless it is already complete. If that fails, `created` keeps its secret and
    /// gets a warning.
    pub async fn fetch_record(&self, created: &mut CreatedKey) {
        if created.complete {
            return;
        }
        match self.get(&created.key.id).await {
            Ok(key) => {
                created.key = key;
                created.complete = true;
            }
            Err(error) => created.warnings.push(Warning::unconfirmed(format!(
                "the secret is new, but the key's record could not be fetched: {error}"
            ))),
        }
    }

    /// Compares the record of a new key with the request, once it is [`complete`](CreatedKey::complete), and adds a
    /// warning for each requested field that the record contradicts or does not mention.
    ///
    /// [`create`](Provider::create) does that. After
    /// [`create_without_record`](Provider::create_without_record) and [`fetch_record`](Provider::fetch_record), call
    /// it once.
    pub fn compare_created(&self, request: &CreateKey, created: &mut CreatedKey) {
        if created.complete {
            let differences = answer::created(request, &created.key);
            created.warnings.extend(differences.iter().map(answer::Difference::warning));
        }
    }

    /// Searches for a key that a create without a response may have left behind. Nothing is changed.
    ///
    /// The suspects are the keys with the requested name that were created since the request was sent, or
    /// whose creation time is unknown.
    ///
    /// ```
    /// # use keyroster_core::{CreateKey, Provider, Result};
    /// # async fn example(account: Provider) -> Result<()> {
    /// match account.create(&CreateKey::new("ci-deploy")).await {
    ///     Ok(created) => println!("created {}", created.key.id),
    ///     Err(error) => {
    ///         let Some(orphan) = error.orphan() else { return Err(error) };
    ///         for suspect in account.reconcile(orphan).await?.suspects {
    ///             println!("{} may be it; created since: {}", suspect.key.id, suspect.made_since);
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Names are not unique, so a person decides which suspect is the orphan. A vendor's list may lag behind
    /// its creates, so finding nothing soon after proves nothing.
    pub async fn reconcile(&self, orphan: &Orphan) -> Result<Reconciliation> {
        let request = ListKeys { container: orphan.container.clone(), ..ListKeys::all() };
        let list = self.list(request).await?;
        let suspects = orphan.suspects(list.keys);
        Ok(Reconciliation { suspects, warnings: list.warnings })
    }

    /// Updates a key and returns its new record.
    ///
    /// The record is compared with the change. Fields that it contradicts or does not mention are warnings,
    /// except for `disabled`, on which safety depends. If the answer does not say whether the key is disabled, the
    /// record is fetched again.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): a change
    ///   cannot be right, or the vendor does not support it. Nothing was sent.
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    /// - [`Decode`](ErrorKind::Decode): the vendor answered with another key, or the key is not disabled or enabled
    ///   as requested, or it cannot be determined whether it is.
    pub async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<UpdatedKey> {
        self.check_id(Operation::UpdateKey, id)?;
        self.check_update(change)?;
        let updated = self.implementation().update(id, change);
        let mut key = self.backend.run(Operation::UpdateKey, updated).await?;
        self.expect_key(Operation::UpdateKey, id, &key)?;
        if let Some(disabled) = change.disabled {
            if key.state.disabled.is_none()
                && let Ok(record) = self.get(id).await
            {
                key = record;
            }
            self.expect_disabled(disabled, &key)?;
        }
        let differences = answer::updated(change, &key);
        let warnings = differences.iter().map(answer::Difference::warning).collect();
        Ok(UpdatedKey { key, warnings })
    }

    /// Returns an error unless the record is that of the requested key.
    fn expect_key(&self, operation: Operation, id: &KeyId, key: &ApiKey) -> Result<()> {
        let Some(message) = answer::other_key(id, key) else { return Ok(()) };
        let error = Error::new(ErrorKind::Decode, message).with_help(
            "check at the vendor which key was changed, and report this to the provider's authors",
        );
        Err(self.with_context(operation, error))
    }

    /// Returns an error unless the record says that the key is disabled or enabled as requested.
    fn expect_disabled(&self, requested: bool, key: &ApiKey) -> Result<()> {
        let (done, undone) =
            if requested { ("disabled", "enabled") } else { ("enabled", "disabled") };
        let message = match key.state.disabled {
            Some(disabled) if disabled == requested => return Ok(()),
            Some(_) => {
                format!("the vendor reported success, but the key `{}` is still {undone}", key.id)
            }
            None => format!(
                "the vendor reported success, but its record does not say whether the key `{}` is {done}",
                key.id
            ),
        };
        let error = Error::new(ErrorKind::Decode, message)
            .with_help("check the key at the vendor; to stop a leaked key for certain, revoke it");
        Err(self.with_context(Operation::UpdateKey, error))
    }

    /// Replaces the secret of a key.
    ///
    /// The vendor decides when the old secret stops working, unless the request says so and the vendor
    /// supports that. If the vendor's response does not contain the record, further requests fetch it. To
    /// store the secret before that, use [`rotate_without_record`](Provider::rotate_without_record).
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest), [`Unsupported`](ErrorKind::Unsupported): an argument
    ///   cannot be right, or the vendor does not support it. Nothing was sent.
    /// - [`NotFound`](ErrorKind::NotFound): the account has no such key.
    /// - [`Indeterminate`](ErrorKind::Indeterminate): the response was lost, and perhaps a new secret with it.
    ///   The key is still the same, so rotating it once more returns a secret.
    pub async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let mut rotated = self.rotate_without_record(id, request).await?;
        self.fetch_record(&mut rotated).await;
        Ok(rotated)
    }

    /// Replaces the secret of a key and returns as soon as there is a new one. The record may not be
    /// [`complete`](CreatedKey::complete); [`fetch_record`](Provider::fetch_record) completes it.
    ///
    /// The errors are those of [`rotate`](Provider::rotate).
    pub async fn rotate_without_record(
        &self,
        id: &KeyId,
        request: &RotateKey,
    ) -> Result<CreatedKey> {
        self.check_id(Operation::RotateKey, id)?;
        self.check_rotate(request)?;
        let rotated =
            self.backend.run(Operation::RotateKey, self.implementation().rotate(id, request));
        let mut rotated = rotated.await.map_err(|error| {
            if error.kind() == ErrorKind::Indeterminate {
                error.with_help(
                    "rotate the key once more: the vendor may have issued a new secret that did not arrive",
                )
            } else {
                error
            }
        })?;
        // The secret is kept: it may be that of the requested key nevertheless.
        if let Some(message) = answer::other_key(id, &rotated.key) {
            rotated.warnings.push(Warning::mismatch(message));
        }
        Ok(rotated)
    }

    /// Revokes a key permanently, and returns whether it still existed. It is not an error if the key is
    /// already gone.
    pub async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        self.require(Operation::RevokeKey)?;
        self.check_id(Operation::RevokeKey, id)?;
        self.backend.run(Operation::RevokeKey, self.implementation().revoke(id)).await
    }

    /// Checks the account's own credential, and returns what it may do.
    ///
    /// What the vendor does not report about a credential is read from its record, if the account may list
    /// keys and the credential's own key is among them.
    ///
    /// - [`Unauthenticated`](ErrorKind::Unauthenticated): the vendor does not accept the credential.
    pub async fn whoami(&self) -> Result<Principal> {
        self.require(Operation::WhoAmI)?;
        let principal = self.backend.run(Operation::WhoAmI, self.implementation().whoami());
        let mut principal = principal.await?;
        if let Some(id) = &principal.key_id
            && principal.access == Access::Unknown
        {
            // If the record cannot be fetched, its facts stay unknown. The credential itself works.
            if let Ok(record) = self.get(id).await {
                principal.add_record(record);
            }
        }
        Ok(principal)
    }

    /// Returns whether a secret looks like one of this vendor's. No request is sent.
    #[must_use]
    pub fn recognizes(&self, secret: &Secret) -> bool {
        self.implementation().recognizes(secret)
    }

    /// Finds the key that a secret belongs to.
    ///
    /// No key is changed, but trying a key with a limited number of uses takes one of them. The provider says
    /// what the secret is. Then the account's records are searched for it, by id if that is known, otherwise
    /// by masked form, owner and usage.
    ///
    /// A secret that the vendor refuses is a result, [`Dead`](crate::Liveness::Dead). An error means that the
    /// vendor could not be asked, or that the records could not be searched.
    pub async fn identify(&self, secret: &Secret) -> Result<Identification> {
        self.require(Operation::Identify)?;
        self.backend.known.receive(secret);
        let found = self.backend.run(Operation::Identify, self.implementation().identify(secret));
        let mut found = found.await?;
        let is_traceable = found.principal.key_id.is_some() || found.principal.hint.is_some();
        if found.keys.is_empty() && is_traceable {
            let records = self.list(ListKeys::all()).await?;
            found.keys = found.principal.matching_records(records.keys);
            if let [record] = &found.keys[..]
                && found.principal.access == Access::Unknown
            {
                found.principal.add_record(record.clone());
            }
            found.evidence.push(match found.keys.len() {
                0 => "no record of this account matches".to_owned(),
                1 => "one record of this account matches".to_owned(),
                several => format!("{several} records of this account match"),
            });
            found.evidence.extend(records.warnings.into_iter().map(|warning| warning.message));
        }
        Ok(found)
    }

    fn implementation(&self) -> &dyn KeyProvider {
        self.backend.implementation.as_ref()
    }

    fn check(&self, operation: Operation, check: impl FnOnce() -> Result<()>) -> Result<()> {
        self.require(operation)?;
        check().map_err(|error| self.with_context(operation, error))
    }

    fn check_id(&self, operation: Operation, id: &KeyId) -> Result<()> {
        check_id(id).map_err(|error| self.with_context(operation, error))
    }

    fn require(&self, operation: Operation) -> Result<()> {
        if self.info().capabilities.can(operation) {
            return Ok(());
        }
        Err(self.with_context(operation, Error::unsupported(self.info(), operation)))
    }

    pub(crate) fn with_context(&self, operation: Operation, error: Error) -> Error {
        self.backend.with_context(operation, error)
    }
}
