//! Several accounts that are used together: [`Roster`].

pub(crate) mod account;
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
use crate::roster::account::{Account, AccountState, ProviderSlot};
use crate::roster::account_stream::AccountStream;
use crate::roster::deadline::{TimeLimit, Timer};
use crate::roster::lazy::LazyProvider;
use crate::roster::overlap::OverlapFinder;
use crate::roster::report::{RosterEvent, RosterReport};
use crate::withhold::KnownSecrets;

/// Number of accounts that are asked at the same time by default.
const DEFAULT_CONCURRENCY: usize = 64;

/// Several accounts, each with a name, that are used together.
///
/// Accounts do not affect each other. If one fails, is slow or hits its rate limit, the others still answer. It
/// delays them only if as many accounts hang as are asked at the same time, and a deadline limits that.
///
/// ```
/// # use keyroster_core::{ListKeys, Provider, Result, Roster};
/// # async fn example(prod: Provider, lab: Provider) -> Result<()> {
/// let mut roster = Roster::new();
/// roster.add("prod", Ok(prod))?;
/// roster.add("lab", Ok(lab))?;
/// let report = roster.list(ListKeys::all()).await;
/// println!("{} keys", report.keys.len());
/// for failure in &report.failures {
///     eprintln!("error: {}\nhint: {}", failure.error, failure.error.help());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Roster {
    accounts: Vec<Account>,
    concurrency: usize,
    time_limit: Option<TimeLimit>,
    /// The secrets of all accounts: none may be in what another one answers.
    known: KnownSecrets,
}

impl Default for Roster {
    fn default() -> Self {
        Self::new()
    }
}

impl Roster {
    /// Creates a roster without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            accounts: Vec::new(),
            concurrency: DEFAULT_CONCURRENCY,
            time_limit: None,
            known: KnownSecrets::new(),
        }
    }

    /// Adds an account. If it could not be created, its error is its result in every report.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the roster already has an account of that name. It is
    ///   unchanged.
    pub fn add(&mut self, name: impl Into<Arc<str>>, provider: Result<Provider>) -> Result<()> {
        let name = name.into();
        let provider = match provider {
            Ok(provider) => {
                Ok(provider.with_account(Arc::clone(&name)).with_known_secrets(&self.known))
            }
            Err(error) => Err(error.with_account(name.as_ref())),
        };
        self.insert(Account { name, slot: ProviderSlot::Ready(provider) })
    }

    /// Adds an account that is opened when it is first used, e.g. because its credential comes from a command,
    /// a key store or the network.
    ///
    /// A slow opening does not delay other accounts, and a failed one fails only this account. Opening counts
    /// towards the account's deadline and patience. Callers that use the account while it is being opened share
    /// one attempt. This roster and its clones keep the opened provider. If the attempt fails, or if no one
    /// waits for it anymore, the next use starts another one.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the roster already has an account of that name. It is
    ///   unchanged.
    ///
    /// ```
    /// # use keyroster_core::{KeyProvider, Provider, Result, Roster};
    /// # fn example<V: KeyProvider>(vendor: fn(String) -> V) -> Result<()> {
    /// # async fn read_from_key_store() -> Result<String> { Ok(String::new()) }
    /// let mut roster = Roster::new();
    /// roster.add_lazily("prod", move || async move {
    ///     let secret = read_from_key_store().await?;
    ///     Ok(Provider::new(vendor(secret)))
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_lazily<F, O>(&mut self, name: impl Into<Arc<str>>, open: F) -> Result<()>
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Future<Output = Result<Provider>> + Send + 'static,
    {
        let name = name.into();
        let account = Arc::clone(&name);
        let known = self.known.clone();
        let lazy = LazyProvider::new(move || {
            let name = Arc::clone(&account);
            let known = known.clone();
            let provider = open();
            let named = async move {
                match provider.await {
                    Ok(provider) => Ok(provider.with_account(name).with_known_secrets(&known)),
                    Err(error) => Err(error.with_account(name.as_ref())),
                }
            };
            named.boxed()
        });
        self.insert(Account { name, slot: ProviderSlot::Lazy(Arc::new(lazy)) })
    }

    fn insert(&mut self, account: Account) -> Result<()> {
        if self.account(&account.name).is_some() {
            let message = format!("the roster already has an account `{}`", account.name);
            let error = Error::new(ErrorKind::Configuration, message);
            return Err(error.with_help("give each account a name of its own"));
        }
        self.accounts.push(account);
        Ok(())
    }

    /// Sets how many accounts are asked at the same time, at least one.
    #[must_use]
    pub fn with_concurrency(mut self, accounts: usize) -> Self {
        self.concurrency = accounts.max(1);
        self
    }

    /// Sets the time in which an account must answer in full. After that it has failed, and the keys that it
    /// has returned stay.
    ///
    /// The time starts when the account is first asked, and includes the time in which events wait for their
    /// reader. `sleep` waits in the way of the program's runtime, e.g. `tokio::time::sleep`.
    ///
    /// The account's error is of the kind [`Transport`](ErrorKind::Transport), like that of a connection that
    /// breaks off.
    #[must_use]
    pub fn with_deadline<F, S>(self, time: Duration, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.with_time_limit(time, false, sleep)
    }

    /// Sets the time that an account may be silent. After that it has failed, and the keys that it has returned
    /// stay.
    ///
    /// Unlike [`with_deadline`](Self::with_deadline), it gives a large account with a strict rate limit as much
    /// time as it needs: every page of keys or containers, even an empty one, starts the time again. While
    /// events wait for their reader, the account does not count as silent. The error is of the kind
    /// [`Transport`](ErrorKind::Transport) here too.
    #[must_use]
    pub fn with_patience<F, S>(self, time: Duration, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.with_time_limit(time, true, sleep)
    }

    fn with_time_limit<F, S>(mut self, time: Duration, restarts: bool, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.time_limit = Some(TimeLimit::new(time, restarts, sleep));
        self
    }

    /// Returns the secrets that no account's answers may contain: the credentials of all accounts that were
    /// opened, what their vendors returned, and what the caller adds.
    #[must_use]
    pub fn known_secrets(&self) -> &KnownSecrets {
        &self.known
    }

    /// Returns the number of accounts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Returns whether there are no accounts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Returns the accounts' names and states, in the order in which they were added.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, AccountState)> {
        self.accounts.iter().map(|account| (account.name.as_ref(), account.state()))
    }

    /// Returns the state of an account, or `None` if the roster has no account of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<AccountState> {
        self.account(name).map(Account::state)
    }

    /// Returns the provider of an account, and opens it first if necessary.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the roster has no account of that name.
    pub async fn open(&self, name: &str) -> Result<Provider> {
        let Some(account) = self.account(name) else {
            let message = format!("the roster has no account `{name}`");
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        let opened = self.within_time_limit(account.open()).await;
        opened.map_err(|error| error.with_account(name))
    }

    fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name.as_ref() == name)
    }

    /// Keeps only the accounts whose names satisfy the predicate.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.accounts.retain(|account| keep(&account.name));
    }

    /// Calls a function with the provider of each account, and returns the results in the accounts' order.
    ///
    /// As many accounts are asked at the same time as in a listing. If one fails, the others still answer. With
    /// a deadline or patience, an account that has not answered by then has failed.
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
        let answer = |account: &Account| {
            let account = account.clone();
            async move {
                let answer = async { ask(account.open().await?).await };
                let answer = self.within_time_limit(answer).await;
                let answer = answer.map_err(|error| error.with_account(account.name.as_ref()));
                (account.name, answer)
            }
        };
        // Collected first: a stream that maps references lazily is not `Send`.
        let answers: Vec<_> = self.accounts.iter().map(answer).collect();
        stream::iter(answers).buffered(self.concurrency).collect().await
    }

    async fn within_time_limit<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        match &self.time_limit {
            None => answer.await,
            Some(limit) => limit.apply(answer).await,
        }
    }

    /// Lists every key of every account as they arrive. Each account ends with [`Finished`] or [`Failed`].
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

    /// Lists every key of every account, and returns them together: account by account in their order here, and
    /// each account's keys in the vendor's order.
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

/// The events of a roster's listing. Dropping it stops the listing.
///
/// It is `Send` and `Unpin`, but not `Sync`. After its end, it stays ended.
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
