//! Listing all keys of an account, completely, even while the list changes: [`Listing`].

mod containers;
mod driver;
mod fault;
mod offset;
mod progress;
mod scan;
mod scheduler;
mod seen;
#[cfg(test)]
mod tests;
mod unreadable;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::Serialize;

use crate::backend::Backend;
use crate::error::Result;
use crate::listing::driver::Driver;
use crate::listing::progress::{Progress, SharedProgress};
use crate::record::key::ApiKey;
use crate::request::ListKeys;
use crate::warning::Warning;

/// Every key of an account, as a stream that requests the vendor's pages while it is read.
///
/// Each key appears once. Disabled, expired and revoked keys appear, and those of every container. After an
/// error the stream ends, and the keys before the error are valid. After its end, it stays ended.
///
/// The stream owns what it needs (`'static`). It is `Send` and `Unpin`, but not `Sync`. It reads at most a
/// window of pages ahead ([`KeyProvider::window`](crate::KeyProvider::window)). Requests make progress only
/// while the stream is polled, and those that expire while its reader pauses are sent again.
///
/// # Cancellation
///
/// Dropping the stream cancels its requests, and no further ones are sent. A listing changes nothing at the
/// vendor, so it can be dropped at any time. Another one starts from the beginning.
///
/// ```
/// # use keyroster_core::{ListKeys, Provider, Result};
/// use futures_util::TryStreamExt;
///
/// # async fn example(provider: Provider) -> Result<()> {
/// let mut listing = provider.keys(ListKeys::all());
/// while let Some(key) = listing.try_next().await? {
///     println!("{} {:?}", key.id, key.name);
/// }
/// for warning in listing.warnings() {
///     eprintln!("warning: {warning}");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a listing does nothing until it is read"]
pub struct Listing {
    keys: BoxStream<'static, Result<ApiKey>>,
    progress: SharedProgress,
}

/// All keys of a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[must_use = "its warnings say whether keys may be missing"]
#[non_exhaustive]
pub struct KeyList {
    /// Every key, once, in the vendor's order.
    pub keys: Vec<ApiKey>,
    /// What the caller should know, above all why keys may be missing.
    pub warnings: Vec<Warning>,
    /// The number of pages read.
    pub pages: u64,
}

impl Listing {
    pub(crate) fn new(backend: Backend, request: ListKeys) -> Self {
        let progress = SharedProgress::default();
        let driver = Driver::new(backend, request, progress.clone());
        let keys = stream::unfold(driver, |mut driver| async move {
            let key = driver.next().await?;
            Some((key, driver))
        });
        Self { keys: keys.fuse().boxed(), progress }
    }

    /// Returns the warnings so far. They are complete when the stream has ended.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.progress.lock().warnings.clone()
    }

    /// Returns the number of pages read so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.progress.lock().pages
    }

    /// Returns the number of answers of any kind that have arrived from the vendor so far.
    pub(crate) fn answers(&self) -> u64 {
        self.progress.lock().answers
    }

    /// Reads the rest of the stream, and returns all its keys.
    pub async fn collect_all(self) -> Result<KeyList> {
        let mut list = KeyList::default();
        self.collect_into(&mut list).await?;
        Ok(list)
    }

    /// Reads the rest of the stream into a list. After an error, the keys before it stay in the list.
    pub async fn collect_into(mut self, list: &mut KeyList) -> Result<()> {
        let outcome = loop {
            match self.keys.try_next().await {
                Ok(Some(key)) => list.keys.push(key),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let Progress { pages, warnings, .. } = self.progress.lock().clone();
        list.pages += pages;
        list.warnings.extend(warnings);
        outcome
    }
}

impl Stream for Listing {
    type Item = Result<ApiKey>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.keys.poll_next_unpin(cx)
    }
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listing").field("progress", &*self.progress.lock()).finish_non_exhaustive()
    }
}
