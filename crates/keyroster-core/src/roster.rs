//! Several accounts, used as one.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Serialize;

use crate::{
    ApiKey, Error, ErrorKind, ListKeys, Listing, Operation, Provider, ProviderId, Result, Traffic,
    Warning,
};

/// So many accounts are asked at once unless another number is set.
const CONCURRENCY: usize = 64;

/// So many of an account's keys stand for all of them when accounts are compared.
const SAMPLE: usize = 16;

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
    deadline: Option<Deadline>,
}

#[derive(Clone, Debug)]
struct Account {
    name: Arc<str>,
    provider: Result<Provider>,
}

/// A time for each account, and how to wait for it: core has no runtime of its own.
#[derive(Clone)]
struct Deadline {
    time: Duration,
    /// Whether each page that comes starts it anew.
    renewed: bool,
    sleep: Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline({:?})", self.time)
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
        Self { accounts: Vec::new(), concurrency: CONCURRENCY, deadline: None }
    }

    /// Adds an account; one that could not be made is a failure in each answer.
    pub fn add(&mut self, name: impl Into<Arc<str>>, provider: Result<Provider>) {
        let name = name.into();
        let provider = match provider {
            Ok(provider) => Ok(provider.with_account(Arc::clone(&name))),
            Err(error) => Err(error.with_account(name.as_ref())),
        };
        self.accounts.push(Account { name, provider });
    }

    /// So many accounts are asked at once; at least one.
    #[must_use]
    pub fn with_concurrency(mut self, accounts: usize) -> Self {
        self.concurrency = accounts.max(1);
        self
    }

    /// An account that has not answered in full by then has failed; what it had answered stays.
    ///
    /// The function waits, as the program's runtime does it (`tokio::time::sleep`).
    #[must_use]
    pub fn with_deadline<F, S>(self, time: Duration, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        self.within(time, false, sleep)
    }

    /// An account from which no further page comes for so long has failed; what it had answered stays.
    ///
    /// Unlike [`with_deadline`](Self::with_deadline), it lets a large account with a strict rate limit take
    /// its time.
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
        let sleep = move |time| -> BoxFuture<'static, ()> { Box::pin(sleep(time)) };
        self.deadline = Some(Deadline { time, renewed, sleep: Arc::new(sleep) });
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
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &Result<Provider>)> {
        self.accounts.iter().map(|account| (account.name.as_ref(), &account.provider))
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
                let request = request.clone();
                Walk::start(account, request, self.deadline.as_ref(), Arc::clone(&samples))
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
    /// Its provider; none if the account could not be made.
    pub provider: Option<ProviderId>,
    /// The keys that it answered.
    pub keys: u64,
    /// The pages that were read.
    pub pages: u64,
    /// What it cost the vendor.
    pub traffic: Traffic,
    /// From the first request to the last answer, in milliseconds.
    pub elapsed_ms: u64,
    /// Another account that finished before and shares keys with this one: both reach the same account at
    /// the vendor.
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

/// A few fingerprints of each account's keys, to tell accounts that reach the same vendor account.
#[derive(Default)]
struct Samples {
    hasher: RandomState,
    finished: Mutex<Vec<Sample>>,
}

struct Sample {
    provider: ProviderId,
    account: Arc<str>,
    keys: BTreeSet<u64>,
}

impl Samples {
    /// Keeps the smallest fingerprints: those of the same keys, whatever their order.
    fn add(&self, sample: &mut BTreeSet<u64>, key: &ApiKey) {
        sample.insert(self.hasher.hash_one(&key.id));
        if sample.len() > SAMPLE {
            sample.pop_last();
        }
    }

    /// The account that finished before and has the same keys.
    fn finish(&self, sample: Sample) -> Option<Arc<str>> {
        // A poisoned lock only means that a reader panicked; the samples behind it are whole.
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let same = finished.iter().find(|other| {
            other.provider == sample.provider && !other.keys.is_disjoint(&sample.keys)
        });
        let same = same.map(|other| Arc::clone(&other.account));
        finished.push(sample);
        same
    }
}

/// The walk over one account, which begins when it is first asked.
struct Walk {
    account: Account,
    request: Option<ListKeys>,
    samples: Arc<Samples>,
    sample: BTreeSet<u64>,
    listing: Option<Listing>,
    deadline: Option<Deadline>,
    over: Option<BoxFuture<'static, ()>>,
    /// How many pages had come when the wait began.
    pages_before: u64,
    started: Option<Instant>,
    before: Traffic,
    keys: u64,
    warned: usize,
}

impl Walk {
    fn start(
        account: &Account,
        request: ListKeys,
        deadline: Option<&Deadline>,
        samples: Arc<Samples>,
    ) -> BoxStream<'static, RosterEvent> {
        let walk = Self {
            account: account.clone(),
            request: Some(request),
            samples,
            sample: BTreeSet::new(),
            listing: None,
            deadline: deadline.cloned(),
            over: None,
            pages_before: 0,
            started: None,
            before: Traffic::default(),
            keys: 0,
            warned: 0,
        };
        stream::unfold(Some(walk), |walk| async move {
            let mut walk = walk?;
            let (event, more) = walk.next().await;
            Some((event, more.then_some(walk)))
        })
        .boxed()
    }

    /// The next event, and whether more will come.
    async fn next(&mut self) -> (RosterEvent, bool) {
        let provider = match &self.account.provider {
            Ok(provider) => provider.clone(),
            Err(error) => return (self.failed(error.clone()), false),
        };
        if let Some(request) = self.request.take() {
            self.started = Some(Instant::now());
            self.before = provider.traffic();
            self.listing = Some(provider.keys(request));
            self.wait_after(0);
        }
        let answer = loop {
            let Some(listing) = &mut self.listing else { return (self.finished(&provider), false) };
            let Some(over) = &mut self.over else { break listing.next().await };
            match select(listing.next(), over).await {
                Either::Left((answer, _)) => break answer,
                Either::Right(((), _)) => {}
            }
            // The page that was asked for last has not come.
            let came = listing.pages().saturating_sub(1);
            let renewed = self.deadline.as_ref().is_some_and(|deadline| deadline.renewed);
            if !renewed || came <= self.pages_before {
                return (self.failed(self.late(&provider)), false);
            }
            self.wait_after(came);
        };
        let Some(listing) = &self.listing else { return (self.finished(&provider), false) };
        match answer {
            Some(Ok(key)) => {
                let came = listing.pages();
                let renewed = self.deadline.as_ref().is_some_and(|deadline| deadline.renewed);
                if renewed && came > self.pages_before {
                    self.wait_after(came);
                }
                self.keys += 1;
                self.samples.add(&mut self.sample, &key);
                let account = Arc::clone(&self.account.name);
                (RosterEvent::Key(Box::new(AccountKey { account, key })), true)
            }
            Some(Err(error)) => (self.failed(error), false),
            None => {
                let warnings = listing.warnings();
                if let Some(warning) = warnings.get(self.warned) {
                    self.warned += 1;
                    let (account, warning) = (Arc::clone(&self.account.name), warning.clone());
                    return (RosterEvent::Warning(AccountWarning { account, warning }), true);
                }
                (self.finished(&provider), false)
            }
        }
    }

    /// Begins to wait anew, after so many pages.
    fn wait_after(&mut self, pages: u64) {
        self.pages_before = pages;
        self.over = self.deadline.as_ref().map(|deadline| (deadline.sleep)(deadline.time));
    }

    fn late(&self, provider: &Provider) -> Error {
        let deadline = self.deadline.as_ref();
        let time = deadline.map_or(Duration::ZERO, |deadline| deadline.time);
        let message = if deadline.is_some_and(|deadline| deadline.renewed) {
            format!("no further page came for {time:?}, which is the account's deadline")
        } else {
            format!("no full answer within the account's deadline of {time:?}")
        };
        provider.blame(Operation::ListKeys, Error::new(ErrorKind::Transport, message))
    }

    fn finished(&mut self, provider: &Provider) -> RosterEvent {
        let same = self.samples.finish(Sample {
            provider: provider.info().id.clone(),
            account: Arc::clone(&self.account.name),
            keys: std::mem::take(&mut self.sample),
        });
        let mut report = self.report();
        report.same_as = same;
        RosterEvent::Finished(report)
    }

    fn failed(&self, error: Error) -> RosterEvent {
        let account = Arc::clone(&self.account.name);
        RosterEvent::Failed(self.report(), AccountFailure { account, error })
    }

    fn report(&self) -> AccountReport {
        let provider = self.account.provider.as_ref().ok();
        let mut traffic = provider.map(Provider::traffic).unwrap_or_default();
        traffic.requests -= self.before.requests;
        traffic.retries -= self.before.retries;
        traffic.bytes_received -= self.before.bytes_received;
        let elapsed = self.started.map(|started| started.elapsed()).unwrap_or_default();
        AccountReport {
            account: Arc::clone(&self.account.name),
            provider: provider.map(|provider| provider.info().id.clone()),
            keys: self.keys,
            pages: self.listing.as_ref().map_or(0, Listing::pages),
            traffic,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            same_as: None,
        }
    }
}
