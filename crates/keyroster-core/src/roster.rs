//! Several accounts, used as one.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::future::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Serialize;

use crate::opening::Opening;
use crate::samples::Samples;
use crate::wait::{Limit, Wait};
use crate::walk::Walk;
use crate::{ApiKey, Error, ErrorKind, ListKeys, Provider, ProviderId, Result, Traffic, Warning};

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
    limit: Option<Limit>,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: Arc<str>,
    pub(crate) way: Way,
}

/// The way to an account's provider.
#[derive(Clone)]
pub(crate) enum Way {
    Made(Result<Provider>),
    Lazy(Arc<Opening>),
}

impl Way {
    pub(crate) async fn open(&self) -> Result<Provider> {
        match self {
            Self::Made(provider) => provider.clone(),
            Self::Lazy(opening) => opening.open().await,
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(provider) => provider.fmt(f),
            Self::Lazy(opening) => write!(f, "Lazy({:?})", opening.opened()),
        }
    }
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
        Self { accounts: Vec::new(), concurrency: CONCURRENCY, limit: None }
    }

    /// Adds an account; one that could not be made is a failure in each answer.
    pub fn add(&mut self, name: impl Into<Arc<str>>, provider: Result<Provider>) {
        let name = name.into();
        let provider = match provider {
            Ok(provider) => Ok(provider.with_account(Arc::clone(&name))),
            Err(error) => Err(error.with_account(name.as_ref())),
        };
        self.accounts.push(Account { name, way: Way::Made(provider) });
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
        let opening = Opening::new(move || {
            let (name, provider) = (Arc::clone(&account), open());
            let named = async move {
                match provider.await {
                    Ok(provider) => Ok(provider.with_account(name)),
                    Err(error) => Err(error.with_account(name.as_ref())),
                }
            };
            named.boxed()
        });
        self.accounts.push(Account { name, way: Way::Lazy(Arc::new(opening)) });
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
        self.within(time, false, sleep)
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
        self.within(time, true, sleep)
    }

    fn within<F, S>(mut self, time: Duration, renewed: bool, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.limit = Some(Limit::new(time, renewed, sleep));
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
            let provider = match &account.way {
                Way::Made(provider) => provider.clone(),
                Way::Lazy(opening) => opening.opened().cloned().ok_or_else(|| {
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
            let answer = async { ask(account.way.open().await?).await };
            let answer = match &self.limit {
                None => answer.await,
                Some(limit) => limit.bound(answer).await,
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
        let samples = Arc::new(Samples::default());
        let walks: Vec<_> = self
            .accounts
            .iter()
            .map(|account| {
                let wait = Wait::new(self.limit.clone());
                Walk::start(account.clone(), request.clone(), wait, Arc::clone(&samples))
            })
            .collect();
        let events = stream::iter(walks).flatten_unordered(self.concurrency);
        RosterListing(events.fuse().boxed())
    }

    /// Every key of every account, collected: account by account in their order here, each account's keys
    /// in the vendor's order.
    pub async fn list(&self, request: ListKeys) -> RosterReport {
        let mut events = self.keys(&request);
        let mut report = RosterReport::default();
        while let Some(event) = events.next().await {
            report.take(event);
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

/// Something that an account answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RosterEvent {
    /// A key.
    Key(Box<AccountKey>),
    /// Something to know about an account's answer.
    Warning(AccountWarning),
    /// An account has answered in full.
    Finished(AccountReport),
    /// An account has failed; the keys before it are good.
    Failed(AccountReport, AccountFailure),
}

/// A key and the account that it was found in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccountKey {
    /// The account's name.
    pub account: Arc<str>,
    /// The key.
    pub key: ApiKey,
}

/// A warning and the account that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountWarning {
    /// The account's name.
    pub account: Arc<str>,
    /// The warning.
    #[serde(flatten)]
    pub warning: Warning,
}

/// An error and the account that it struck.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountFailure {
    /// The account's name.
    pub account: Arc<str>,
    /// The error.
    pub error: Error,
}

/// What asking one account came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountReport {
    /// The account's name.
    pub account: Arc<str>,
    /// Its provider; none if the account could not be made or opened.
    pub provider: Option<ProviderId>,
    /// The keys that it answered.
    pub keys: u64,
    /// The pages that were read.
    pub pages: u64,
    /// What it cost the vendor.
    pub traffic: Traffic,
    /// From when it was first asked, its opening included, to the last answer, in milliseconds.
    pub elapsed_ms: u64,
    /// Another account that finished before and shares keys with this one: both reach the same account at
    /// the vendor. All keys of an account that has at most 512 are compared, and of a larger one 512: an
    /// account that sees a small part of a large one's keys may go unnoticed.
    pub same_as: Option<Arc<str>>,
}

/// Everything that a roster's accounts answered.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RosterReport {
    /// The keys.
    pub keys: Vec<AccountKey>,
    /// What to know about the answers.
    pub warnings: Vec<AccountWarning>,
    /// The accounts that failed, and why.
    pub failures: Vec<AccountFailure>,
    /// Figures for each account.
    pub accounts: Vec<AccountReport>,
}

impl RosterReport {
    /// How many keys the accounts answered, whether they were collected or not.
    #[must_use]
    pub fn keys_answered(&self) -> u64 {
        self.accounts.iter().map(|account| account.keys).sum()
    }

    /// Adds what an event tells.
    pub fn take(&mut self, event: RosterEvent) {
        match event {
            RosterEvent::Key(key) => self.keys.push(*key),
            RosterEvent::Warning(warning) => self.warnings.push(warning),
            RosterEvent::Finished(report) => self.accounts.push(report),
            RosterEvent::Failed(report, failure) => {
                self.accounts.push(report);
                self.failures.push(failure);
            }
        }
    }
}
