//! What a vendor implements.

use std::any::Any;
use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::identity::{Identification, Principal};
use crate::info::{Operation, ProviderInfo};
use crate::outcome::{CreatedKey, Revocation};
use crate::page::{ContainerPage, Page, PageRequest};
use crate::record::id::KeyId;
use crate::record::key::ApiKey;
use crate::request::{CreateKey, RotateKey, UpdateKey};
use crate::secret::Secret;
use crate::traffic::Traffic;

/// One account at one vendor, as the vendor's crate speaks to it.
///
/// Users call a [`Provider`](crate::Provider) handle; vendors implement this. What every vendor needs
/// alike (walking the pages, dropping duplicates, checking arguments, looking a key up by listing) is
/// in the handle and the engine behind it, and is not to be repeated here.
///
/// # Contract
///
/// - One page is one request. Several may be asked for at once, in any order, past the end of the list
///   too, where a page is empty. `list_page` never loops and hides nothing: no filter, no vendor default
///   that leaves keys out.
/// - What `info` declares works; what it does not declare answers
///   [`Unsupported`](crate::ErrorKind::Unsupported). The handle refuses undeclared arguments before it
///   calls.
/// - Normalising is a pure function of the vendor's answer: no clock, no further request.
/// - A request that may have created something is sent once. If it went unanswered, the error's kind is
///   [`Indeterminate`](crate::ErrorKind::Indeterminate).
/// - No secret in any error, `Debug` or log.
///
/// # Wrappers
///
/// A provider that wraps another implements every method, so that a default never hides what the inner
/// one can do (`#[deny(clippy::missing_trait_methods)]` on the `impl` checks it).
#[async_trait]
pub trait KeyProvider: Any + Debug + Send + Sync {
    /// What this provider is and can do.
    fn info(&self) -> &ProviderInfo;

    /// What this account has cost the vendor so far; nought where nobody counts.
    fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    /// How many requests the engine may have under way at once while it lists: the window. It asks anew
    /// before each request.
    ///
    /// At most so many pages are held or in flight of the list whose keys come out, and twice as many with
    /// those of the containers behind it. A provider that limits its own requests answers what its limit lets
    /// through now.
    fn window(&self) -> usize {
        16
    }

    /// One page of keys.
    ///
    /// The engine asks only for starts that fit the declared [`Paging`](crate::Paging), and names a
    /// container only if the provider declares containers.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): the answer is no page, or a key on it has no identifier.
    ///   Whatever else is odd about a key is kept, and no error.
    async fn list_page(&self, request: &PageRequest) -> Result<Page>;

    /// One page of the containers whose keys have to be asked for one by one.
    ///
    /// When the credential may not list them, answer [`ContainerPage::default_only`] with a warning
    /// rather than an error.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): the answer is no page, or a container has no identifier.
    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let _ = request;
        Err(unsupported(self.info(), Operation::ListContainers))
    }

    /// One key.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): there is no such key.
    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let _ = id;
        Err(unsupported(self.info(), Operation::GetKey))
    }

    /// What the vendor would refuse in a create, told without a request: a name that is too long, a scope
    /// that does not exist. The handle calls it before [`create`](KeyProvider::create), and has held the
    /// request against the declared fields by then.
    ///
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): the argument that the message names cannot be
    ///   right.
    fn check_create(&self, request: &CreateKey) -> Result<()> {
        let _ = request;
        Ok(())
    }

    /// What the vendor would refuse in a change, likewise, before [`update`](KeyProvider::update).
    ///
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): as above.
    fn check_update(&self, change: &UpdateKey) -> Result<()> {
        let _ = change;
        Ok(())
    }

    /// What the vendor would refuse in a rotation, likewise.
    fn check_rotate(&self, request: &RotateKey) -> Result<()> {
        let _ = request;
        Ok(())
    }

    /// Makes a key.
    ///
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): an argument cannot be right; nothing was
    ///   made.
    /// - [`Indeterminate`](crate::ErrorKind::Indeterminate): it may have been made, and the answer was
    ///   lost.
    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let _ = request;
        Err(unsupported(self.info(), Operation::CreateKey))
    }

    /// Changes a key, and answers its new record.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): there is no such key.
    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        let _ = (id, change);
        Err(unsupported(self.info(), Operation::UpdateKey))
    }

    /// Gives a key a new secret in place of its old one: the record stays, with its id, scopes and limits.
    ///
    /// For vendors that do it in one step; none is imitated by a create and a revoke, which could leave
    /// two keys or none. A request that went unanswered is never sent again.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): there is no such key.
    /// - [`Indeterminate`](crate::ErrorKind::Indeterminate): the key may have a secret that nobody holds.
    async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let _ = (id, request);
        Err(unsupported(self.info(), Operation::RotateKey))
    }

    /// Turns a key off for good; one that is gone already is no error.
    ///
    /// Only the vendor's own words say that it is revoked, or that there is no such key: an answer of
    /// another shape comes from something that stands before the vendor, and is
    /// [`Decode`](crate::ErrorKind::Decode).
    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let _ = id;
        Err(unsupported(self.info(), Operation::RevokeKey))
    }

    /// Whether this account's own credential is good, and what it may do, as far as the vendor tells that
    /// of a credential. The handle looks up the record of a credential whose id is told.
    ///
    /// - [`Unauthenticated`](crate::ErrorKind::Unauthenticated): it is not good.
    async fn whoami(&self) -> Result<Principal> {
        Err(unsupported(self.info(), Operation::WhoAmI))
    }

    /// Whether a secret has the shape of this vendor's, told without asking anybody.
    ///
    /// A secret of unknown origin is sent only to vendors that recognise it: another vendor would learn
    /// it.
    fn recognizes(&self, secret: &Secret) -> bool {
        let _ = secret;
        false
    }

    /// Whose key a secret belongs to, without changing anything at the vendor.
    ///
    /// A secret that the vendor refuses is an answer (dead), not an error; so is one that cannot be tried
    /// (unknown). The handle looks up the records that it can belong to.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): it was refused, and not in the vendor's own words.
    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let _ = secret;
        Err(unsupported(self.info(), Operation::Identify))
    }
}

fn unsupported(info: &ProviderInfo, operation: Operation) -> Error {
    Error::unsupported(info.id.clone(), operation)
}
