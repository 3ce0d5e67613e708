//! A listing: every key of an account, as a stream that asks for pages within a window.

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

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use crate::backend::Backend;
use crate::error::Result;
use crate::listing::driver::Driver;
use crate::listing::progress::{Progress, SharedProgress};
use crate::record::key::ApiKey;
use crate::request::ListKeys;
use crate::warning::Warning;

/// Every key of an account, as a stream that walks the vendor's pages while it is read.
///
/// A key appears once. Disabled, expired and revoked keys appear, and those of every container. The
/// stream owns what it needs (`'static`), reads no further ahead than a window of pages
/// ([`KeyProvider::window`](crate::KeyProvider::window)), and ends after its first error; what came before
/// the error is good. One that has ended stays so, however often it is polled. Requests go on only while it
/// is read; what expires while a reader pauses is asked for again. Dropping it stops it; a new one starts
/// afresh.
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

/// A whole listing, collected.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct KeyList {
    /// Every key, once, in the vendor's order.
    pub keys: Vec<ApiKey>,
    /// What the caller should know; above all, why keys may be missing.
    pub warnings: Vec<Warning>,
    /// How many pages were read.
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

    /// The warnings so far; complete when the stream has ended.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.progress.lock().warnings.clone()
    }

    /// How many pages were read so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.progress.lock().pages
    }

    /// Returns the number of answers of any kind that have arrived from the vendor so far.
    pub(crate) fn answers(&self) -> u64 {
        self.progress.lock().answers
    }

    /// Reads on to the end.
    pub async fn collect_all(self) -> Result<KeyList> {
        let mut list = KeyList::default();
        self.collect_into(&mut list).await?;
        Ok(list)
    }

    /// Reads on to the end or the first error; what was read before it stays in the list.
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
