//! The trait that a vendor's crate implements: [`KeyProvider`].

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

/// One account at one vendor, as the vendor's crate implements it.
///
/// Programs use a [`Provider`](crate::Provider), which wraps an implementation. It does what all vendors
/// need: it requests the pages of a list, drops duplicates, checks arguments, and looks keys up by listing.
/// An implementation must not repeat that.
///
/// # Contract
///
/// - One page is one request. Several pages may be requested at once, in any order, and past the end of the
///   list, where a page is empty. `list_page` never loops and hides nothing: it sets no filter and overrides
///   vendor defaults that leave keys out.
/// - What `info` declares works. Everything else returns [`Unsupported`](crate::ErrorKind::Unsupported).
///   `Provider` refuses undeclared arguments before it calls the implementation.
/// - Normalizing is a pure function of the vendor's response: it reads no clock and sends no request.
/// - A request that may have created something is sent once. If it gets no response, the error's kind is
///   [`Indeterminate`](crate::ErrorKind::Indeterminate).
/// - No error, `Debug` output or log holds a secret.
///
/// # Decorators
///
/// A provider that wraps another one implements every method, so that no default hides what the inner one can
/// do. `#[deny(clippy::missing_trait_methods)]` on the `impl` checks that.
/// [`Provider::wrap`](crate::Provider::wrap) has an example.
#[async_trait]
pub trait KeyProvider: Any + Debug + Send + Sync {
    /// Returns what this provider is and can do.
    fn info(&self) -> &ProviderInfo;

    /// Returns what was sent and received for this account so far. Zero if the implementation does not count.
    fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    /// Returns the account's credentials, and what can be computed from them. [`Provider`](crate::Provider) takes
    /// them out of everything that the vendor says. A part that is the id of the credential's key is not among
    /// them. By default, there are none.
    ///
    /// Secret settings are known without this, if a [`Registry`](crate::Registry) builds the account.
    fn credentials(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// Returns the window of a listing: how many of its requests may be in flight at once. It is read before
    /// each request.
    ///
    /// At most this many pages of the current list are held or in flight, and twice as many together with the
    /// containers behind it. A provider that limits its own requests returns what its limit lets through now.
    fn window(&self) -> usize {
        16
    }

    /// Requests one page of keys.
    ///
    /// The start of the page fits the declared [`Paging`](crate::Paging), and a container is named only if the
    /// provider declares containers.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): the response cannot be read as a page of keys, or a key has no id.
    ///   Anything else that is unexpected about a key is kept and is not an error.
    async fn list_page(&self, request: &PageRequest) -> Result<Page>;

    /// Requests one page of the containers whose keys must be requested one container at a time.
    ///
    /// If the credential may not list them, return [`ContainerPage::default_only`] with a warning instead of
    /// an error.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): the response cannot be read as a page of containers, or a
    ///   container has no id.
    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let _ = request;
        Err(Error::unsupported(self.info(), Operation::ListContainers))
    }

    /// Requests one key.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): the account has no such key.
    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let _ = id;
        Err(Error::unsupported(self.info(), Operation::GetKey))
    }

    /// Checks a create for what the vendor would refuse, e.g. a name that is too long or an unknown scope,
    /// without a request. `Provider` calls it before [`create`](KeyProvider::create), and has checked the
    /// declared fields by then.
    ///
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): an argument, which the message names, cannot be
    ///   right.
    fn check_create(&self, request: &CreateKey) -> Result<()> {
        let _ = request;
        Ok(())
    }

    /// Checks an update in the same way, before [`update`](KeyProvider::update).
    fn check_update(&self, change: &UpdateKey) -> Result<()> {
        let _ = change;
        Ok(())
    }

    /// Checks a rotation in the same way, before [`rotate`](KeyProvider::rotate).
    fn check_rotate(&self, request: &RotateKey) -> Result<()> {
        let _ = request;
        Ok(())
    }

    /// Creates a key.
    ///
    /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): an argument cannot be right; nothing was created.
    /// - [`Indeterminate`](crate::ErrorKind::Indeterminate): the key may have been created, but the response
    ///   was lost.
    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let _ = request;
        Err(Error::unsupported(self.info(), Operation::CreateKey))
    }

    /// Updates a key and returns its new record.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): the account has no such key.
    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        let _ = (id, change);
        Err(Error::unsupported(self.info(), Operation::UpdateKey))
    }

    /// Replaces the secret of a key. The record stays, with its id, scopes and limits.
    ///
    /// Only for vendors that do it in one step. Do not imitate it by a create and a revoke: that may leave two
    /// keys or none. A request without a response is never sent again.
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): the account has no such key.
    /// - [`Indeterminate`](crate::ErrorKind::Indeterminate): the key may have a new secret that was lost.
    async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let _ = (id, request);
        Err(Error::unsupported(self.info(), Operation::RotateKey))
    }

    /// Revokes a key permanently. It is not an error if the key is already gone.
    ///
    /// Only the vendor's own response says that the key is revoked or does not exist. A response of another
    /// shape comes from something in front of the vendor, e.g. a proxy, and is
    /// [`Decode`](crate::ErrorKind::Decode).
    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let _ = id;
        Err(Error::unsupported(self.info(), Operation::RevokeKey))
    }

    /// Checks the account's own credential, and returns what the vendor reports about it. `Provider` adds the
    /// key's record if the id is known.
    ///
    /// - [`Unauthenticated`](crate::ErrorKind::Unauthenticated): the vendor does not accept the credential.
    async fn whoami(&self) -> Result<Principal> {
        Err(Error::unsupported(self.info(), Operation::WhoAmI))
    }

    /// Returns whether a secret looks like one of this vendor's. No request is sent.
    ///
    /// A secret of unknown origin is sent only to vendors that recognize it. Otherwise another vendor would
    /// learn it.
    fn recognizes(&self, secret: &Secret) -> bool {
        let _ = secret;
        false
    }

    /// Finds the key that a secret belongs to, without changing anything at the vendor.
    ///
    /// A secret that the vendor refuses is a result (`Dead`), not an error, and so is one that cannot be tried
    /// (`Unknown`). `Provider` adds the records that it may belong to.
    ///
    /// - [`Decode`](crate::ErrorKind::Decode): it was refused, but not by the vendor's own response.
    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let _ = secret;
        Err(Error::unsupported(self.info(), Operation::Identify))
    }
}
