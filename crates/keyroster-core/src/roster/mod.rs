//! Several accounts, used as one.

mod account_stream;
mod deadline;
mod lazy;
mod overlap;
pub(crate) mod report;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::future::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::error::{Error, ErrorKind, Result};
use crate::provider::Provider;
use crate::request::ListKeys;
use crate::roster::account_stream::{Account, AccountStream};
use crate::roster::deadline::{TimeLimit, Timer};
use crate::roster::lazy::{LazyProvider, ProviderSlot};
use crate::roster::overlap::OverlapFinder;
use crate::roster::report::{RosterEvent, RosterReport};

/// So many accounts are asked at once unless another number is set.
const CONCURRENCY: usize = 64;

/// Named accounts, asked as one.
///
/// One account's failure, slowness or rate limit never hides or fails another's, and delays it only when
/// as many others are unanswered as are asked at once; a deadline bounds that.
///
/// ```
/// # use keyroster_core::{ListKeys, Provider, Roster};
/// # async fn example(prod: Provider, lab: Provider) {
/// let mut roster = Roster::new();
/// roster.add("prod", Ok(prod));
/// roster.add("lab", Ok(lab));
/// let report = roster.list(ListKeys::all()).await;
/// println!("{} keys", report.keys.len());
/// for failure in &report.failures {
///     eprintln!("{}: {}", failure.account, failure.error);
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Roster {
    accounts: Vec<Account>,
    concurrency: usize,
    time_limit: Option<TimeLimit>,
}

impl Default for Roster {
    fn default() -> Self {
        Self::new()
    }
}

impl Roster {
    /// No accounts.
    #[must_use]
    pub fn new() -> Self {
        Self { accounts: Vec::new(), concurrency: CONCURRENCY, time_limit: None }
    }

    /// Adds an account; one that could not be made is a failure in each answer.
    pub fn add(&mut self, name: impl Into<Arc<str>>, provider: Result<Provider>) {
        let name = name.into();
        let provider = match provider {
            Ok(provider) => Ok(provider.with_account(Arc::clone(&name))),
            Err(error) => Err(error.with_account(name.as_ref())),
        };
        self.accounts.push(Account { name, slot: ProviderSlot::Ready(provider) });
    }

    /// Adds an account that is opened when it is first asked: one whose credential comes from a command, a
    /// key store or the network.
    ///
    /// A slow opening delays no other account, and a failing one is that account's failure. It counts as the
    /// account's own time, for its deadline as for its patience. Whoever lists while it is being opened waits
    /// for the same opening, and one that succeeded is kept, by this roster and its clones; one that failed,
    /// or that nobody waits for any more, is begun anew by the next listing.
    ///
    /// ```
    /// # use keyroster_core::{KeyProvider, Provider, Result, Roster};
    /// # fn example<V: KeyProvider>(vendor: fn(String) -> V) {
    /// # async fn ask_the_key_store() -> Result<String> { Ok(String::new()) }
    /// let mut roster = Roster::new();
    /// roster.add_lazily("prod", move || async move {
    ///     let secret = ask_the_key_store().await?;
    ///     Ok(Provider::new(vendor(secret)))
    /// });
    /// # }
    /// ```
    pub fn add_lazily<F, O>(&mut self, name: impl Into<Arc<str>>, open: F)
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Future<Output = Result<Provider>> + Send + 'static,
    {
        let name = name.into();
        let account = Arc::clone(&name);
        let lazy = LazyProvider::new(move || {
            let (name, provider) = (Arc::clone(&account), open());
            let named = async move {
                match provider.await {
                    Ok(provider) => Ok(provider.with_account(name)),
                    Err(error) => Err(error.with_account(name.as_ref())),
                }
            };
            named.boxed()
        });
        self.accounts.push(Account { name, slot: ProviderSlot::Lazy(Arc::new(lazy)) });
    }

    /// So many accounts are asked at once; at least one.
    #[must_use]
    pub fn with_concurrency(mut self, accounts: usize) -> Self {
        self.concurrency = accounts.max(1);
        self
    }

    /// An account that has not answered in full by then has failed; what it had answered stays.
    ///
    /// It is the whole time since the account was first asked, that in which the events wait for their
    /// reader included. The function waits, as the program's runtime does it (`tokio::time::sleep`).
    #[must_use]
    pub fn with_deadline<F, S>(self, time: Duration, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.with_time_limit(time, false, sleep)
    }

    /// An account from which nothing comes for so long has failed; what it had answered stays.
    ///
    /// Unlike [`with_deadline`](Self::with_deadline), it lets a large account with a strict rate limit take
    /// its time: each page starts it anew, of keys or of containers, and whatever it holds. While the events
    /// wait for their reader, no account is taken to be silent.
    #[must_use]
    pub fn with_patience<F, S>(self, time: Duration, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.with_time_limit(time, true, sleep)
    }

    fn with_time_limit<F, S>(mut self, time: Duration, renewed: bool, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.time_limit = Some(TimeLimit::new(time, renewed, sleep));
        self
    }

    /// How many accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The accounts' names, and what each is asked through.
    ///
    /// For one that is added lazily and was not opened yet, the error says so.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, Result<Provider>)> {
        self.accounts.iter().map(|account| {
            let provider = match &account.slot {
                ProviderSlot::Ready(provider) => provider.clone(),
                ProviderSlot::Lazy(lazy) => lazy.opened().cloned().ok_or_else(|| {
                    Error::new(ErrorKind::Configuration, "the account was not opened yet")
                        .with_account(account.name.as_ref())
                        .with_help("list it first")
                }),
            };
            (account.name.as_ref(), provider)
        })
    }

    /// Keeps the accounts that are wanted, by their names.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.accounts.retain(|account| wanted(&account.name));
    }

    /// Asks each account something, as many at once as are listed at once; the answers come in the accounts'
    /// order, and one that fails is its account's alone.
    ///
    /// With a deadline or patience, an account that has not answered by then has failed.
    ///
    /// ```
    /// # async fn example(roster: keyroster_core::Roster) {
    /// for (account, answer) in roster.ask(|provider| async move { provider.whoami().await }).await {
    ///     println!("{account}: {}", answer.is_ok());
    /// }
    /// # }
    /// ```
    pub async fn ask<T, F, A>(&self, ask: F) -> Vec<(Arc<str>, Result<T>)>
    where
        F: Fn(Provider) -> A,
        A: Future<Output = Result<T>>,
    {
        let ask = &ask;
        let answers = self.accounts.iter().map(|account| async move {
            let answer = async { ask(account.slot.open().await?).await };
            let answer = match &self.time_limit {
                None => answer.await,
                Some(limit) => limit.apply(answer).await,
            };
            let name = Arc::clone(&account.name);
            (name, answer.map_err(|error| error.with_account(account.name.as_ref())))
        });
        stream::iter(answers).buffered(self.concurrency).collect().await
    }

    /// Every key of every account, as they come; each account ends with [`Finished`] or [`Failed`].
    ///
    /// [`Finished`]: RosterEvent::Finished
    /// [`Failed`]: RosterEvent::Failed
    pub fn keys(&self, request: &ListKeys) -> RosterListing {
        let finder = Arc::new(OverlapFinder::default());
        let accounts: Vec<_> = self
            .accounts
            .iter()
            .map(|account| {
                let timer = Timer::new(self.time_limit.clone());
                AccountStream::start(account.clone(), request.clone(), timer, Arc::clone(&finder))
            })
            .collect();
        let events = stream::iter(accounts).flatten_unordered(self.concurrency);
        RosterListing(events.fuse().boxed())
    }

    /// Every key of every account, collected: account by account in their order here, each account's keys
    /// in the vendor's order.
    pub async fn list(&self, request: ListKeys) -> RosterReport {
        let mut events = self.keys(&request);
        let mut report = RosterReport::default();
        while let Some(event) = events.next().await {
            report.record(event);
        }
        let place = |name: &str| self.accounts.iter().position(|other| other.name.as_ref() == name);
        report.keys.sort_by_cached_key(|key| place(&key.account));
        report.warnings.sort_by_cached_key(|warning| place(&warning.account));
        report.failures.sort_by_cached_key(|failure| place(&failure.account));
        report.accounts.sort_by_cached_key(|account| place(&account.account));
        report
    }
}

/// The events of a roster's listing; it stops when it is dropped, and stays ended once it has ended.
#[must_use = "a listing does nothing until it is read"]
pub struct RosterListing(BoxStream<'static, RosterEvent>);

impl Stream for RosterListing {
    type Item = RosterEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for RosterListing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RosterListing")
    }
}
