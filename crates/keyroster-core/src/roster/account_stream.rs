//! The events of one account of a roster, in their order and within the account's time limit.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;
use std::vec;

use futures_util::stream::{self, BoxStream, StreamExt};

use crate::error::{Error, Result};
use crate::info::Operation;
use crate::listing::Listing;
use crate::provider::Provider;
use crate::record::key::ApiKey;
use crate::request::ListKeys;
use crate::roster::account::Account;
use crate::roster::deadline::Timer;
use crate::roster::overlap::{KeySample, OverlapFinder};
use crate::roster::report::{
    AccountFailure, AccountKey, AccountReport, AccountWarning, RosterEvent,
};
use crate::traffic::Traffic;
use crate::warning::Warning;

/// The stream of one account's events. It starts when it is first polled.
pub(crate) struct AccountStream {
    account: Account,
    request: ListKeys,
    timer: Timer,
    finder: Arc<OverlapFinder>,
    sample: KeySample,
    started: Option<Instant>,
    open: Option<OpenAccount>,
    keys: u64,
}

/// An account that is being listed.
struct OpenAccount {
    provider: Provider,
    /// The account's traffic before this listing.
    before: Traffic,
    listing: Listing,
    /// The warnings still to be reported, once the listing has ended.
    warnings: Option<vec::IntoIter<Warning>>,
}

impl AccountStream {
    pub(crate) fn start(
        account: Account,
        request: ListKeys,
        timer: Timer,
        finder: Arc<OverlapFinder>,
    ) -> BoxStream<'static, RosterEvent> {
        let stream = Self {
            account,
            request,
            timer,
            finder,
            sample: KeySample::default(),
            started: None,
            open: None,
            keys: 0,
        };
        stream::unfold(Some(stream), |stream| async move {
            let mut stream = stream?;
            Some(match stream.next().await {
                Ok(Some(event)) => (event, Some(stream)),
                Ok(None) => (stream.finished(), None),
                Err(error) => (stream.failed(error), None),
            })
        })
        .boxed()
    }

    /// Returns the next key or warning, or `None` once all results of the account have been returned.
    async fn next(&mut self) -> Result<Option<RosterEvent>> {
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.timer.begin();
            let provider = self.open_provider().await?;
            self.open = Some(OpenAccount {
                before: provider.traffic(),
                listing: provider.keys(self.request.clone()),
                provider,
                warnings: None,
            });
        }
        let key = self.next_key().await?;
        let Some(open) = &mut self.open else { return Ok(None) };
        if let Some(key) = key {
            self.keys += 1;
            self.finder.add(&mut self.sample, &open.provider.info().id, &key.id);
            let account = Arc::clone(&self.account.name);
            return Ok(Some(RosterEvent::Key(Box::new(AccountKey { account, key }))));
        }
        let warnings = open.warnings.get_or_insert_with(|| open.listing.warnings().into_iter());
        let account = Arc::clone(&self.account.name);
        let event = |warning| RosterEvent::Warning(AccountWarning { account, warning });
        Ok(warnings.next().map(event))
    }

    async fn open_provider(&mut self) -> Result<Provider> {
        let account = &self.account;
        let timer = &mut self.timer;
        let mut opening = pin!(account.open());
        let provider = poll_fn(|cx| match opening.as_mut().poll(cx) {
            Poll::Ready(provider) => Poll::Ready(provider),
            Poll::Pending => timer
                .poll_expired(0, cx)
                .map(|()| Err(timer.opening_timed_out().with_account(account.name.as_ref()))),
        });
        provider.await
    }

    async fn next_key(&mut self) -> Result<Option<ApiKey>> {
        let Some(OpenAccount { provider, listing, warnings: None, .. }) = &mut self.open else {
            return Ok(None);
        };
        let timer = &mut self.timer;
        let key = poll_fn(|cx| match listing.poll_next_unpin(cx) {
            Poll::Ready(key) => Poll::Ready(key.transpose()),
            Poll::Pending => timer
                // The opening counts as the first answer.
                .poll_expired(1 + listing.answers(), cx)
                .map(|()| Err(provider.with_context(Operation::ListKeys, timer.timed_out()))),
        });
        key.await
    }

    fn finished(&mut self) -> RosterEvent {
        let mut report = self.report();
        let sample = std::mem::take(&mut self.sample);
        report.same_as = self.finder.finish(&self.account.name, sample);
        RosterEvent::Finished(report)
    }

    fn failed(&self, error: Error) -> RosterEvent {
        let account = Arc::clone(&self.account.name);
        RosterEvent::Failed(self.report(), AccountFailure { account, error })
    }

    fn report(&self) -> AccountReport {
        let open = self.open.as_ref();
        let traffic = open.map(|open| {
            let mut traffic = open.provider.traffic();
            traffic.requests -= open.before.requests;
            traffic.retries -= open.before.retries;
            traffic.bytes_received -= open.before.bytes_received;
            traffic
        });
        let elapsed = self.started.map(|started| started.elapsed()).unwrap_or_default();
        AccountReport {
            account: Arc::clone(&self.account.name),
            provider: open.map(|open| open.provider.info().id.clone()),
            keys: self.keys,
            pages: open.map_or(0, |open| open.listing.pages()),
            traffic: traffic.unwrap_or_default(),
            elapsed,
            same_as: None,
        }
    }
}
