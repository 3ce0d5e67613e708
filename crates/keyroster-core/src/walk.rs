//! The walk over one account of a roster: its events, in their order, and within its time.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;
use std::vec;

use futures_util::stream::{self, BoxStream, StreamExt};

use crate::roster::{
    Account, AccountFailure, AccountKey, AccountReport, AccountWarning, RosterEvent,
};
use crate::samples::{Sample, Samples};
use crate::wait::Wait;
use crate::{ApiKey, Error, ListKeys, Listing, Operation, Provider, Result, Traffic, Warning};

/// A walk, which begins when it is first asked.
pub(crate) struct Walk {
    account: Account,
    request: ListKeys,
    wait: Wait,
    samples: Arc<Samples>,
    sample: Sample,
    started: Option<Instant>,
    asked: Option<Asked>,
    keys: u64,
}

/// An account that is being asked.
struct Asked {
    provider: Provider,
    /// What it had cost before.
    before: Traffic,
    listing: Listing,
    /// The warnings that were not told yet, when the listing has ended.
    warnings: Option<vec::IntoIter<Warning>>,
}

impl Walk {
    pub(crate) fn start(
        account: Account,
        request: ListKeys,
        wait: Wait,
        samples: Arc<Samples>,
    ) -> BoxStream<'static, RosterEvent> {
        let walk = Self {
            account,
            request,
            wait,
            samples,
            sample: Sample::default(),
            started: None,
            asked: None,
            keys: 0,
        };
        stream::unfold(Some(walk), |walk| async move {
            let mut walk = walk?;
            Some(match walk.next().await {
                Ok(Some(event)) => (event, Some(walk)),
                Ok(None) => (walk.finished(), None),
                Err(error) => (walk.failed(error), None),
            })
        })
        .boxed()
    }

    /// The next key or warning; none when the account has answered in full.
    async fn next(&mut self) -> Result<Option<RosterEvent>> {
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.wait.begin();
            let provider = self.open().await?;
            self.asked = Some(Asked {
                before: provider.traffic(),
                listing: provider.keys(self.request.clone()),
                provider,
                warnings: None,
            });
        }
        let key = self.next_key().await?;
        let Some(asked) = &mut self.asked else { return Ok(None) };
        if let Some(key) = key {
            self.keys += 1;
            self.samples.add(&mut self.sample, &asked.provider.info().id, &key.id);
            let account = Arc::clone(&self.account.name);
            return Ok(Some(RosterEvent::Key(Box::new(AccountKey { account, key }))));
        }
        let warnings = asked.warnings.get_or_insert_with(|| asked.listing.warnings().into_iter());
        let account = Arc::clone(&self.account.name);
        let warned = |warning| RosterEvent::Warning(AccountWarning { account, warning });
        Ok(warnings.next().map(warned))
    }

    async fn open(&mut self) -> Result<Provider> {
        let (account, wait) = (&self.account, &mut self.wait);
        let mut opened = pin!(account.way.open());
        let provider = poll_fn(|cx| match opened.as_mut().poll(cx) {
            Poll::Ready(provider) => Poll::Ready(provider),
            Poll::Pending => wait
                .poll_over(0, cx)
                .map(|()| Err(wait.late_to_open().with_account(account.name.as_ref()))),
        });
        provider.await
    }

    async fn next_key(&mut self) -> Result<Option<ApiKey>> {
        let Some(Asked { provider, listing, warnings: None, .. }) = &mut self.asked else {
            return Ok(None);
        };
        let wait = &mut self.wait;
        let key = poll_fn(|cx| match listing.poll_next_unpin(cx) {
            Poll::Ready(key) => Poll::Ready(key.transpose()),
            Poll::Pending => wait
                // To be opened was the first thing to come.
                .poll_over(1 + listing.arrived(), cx)
                .map(|()| Err(provider.blame(Operation::ListKeys, wait.late()))),
        });
        key.await
    }

    fn finished(&mut self) -> RosterEvent {
        let mut report = self.report();
        let sample = std::mem::take(&mut self.sample);
        report.same_as = self.samples.finish(&self.account.name, sample);
        RosterEvent::Finished(report)
    }

    fn failed(&self, error: Error) -> RosterEvent {
        let account = Arc::clone(&self.account.name);
        RosterEvent::Failed(self.report(), AccountFailure { account, error })
    }

    fn report(&self) -> AccountReport {
        let asked = self.asked.as_ref();
        let traffic = asked.map(|asked| {
            let mut traffic = asked.provider.traffic();
            traffic.requests -= asked.before.requests;
            traffic.retries -= asked.before.retries;
            traffic.bytes_received -= asked.before.bytes_received;
            traffic
        });
        let elapsed = self.started.map(|started| started.elapsed()).unwrap_or_default();
        AccountReport {
            account: Arc::clone(&self.account.name),
            provider: asked.map(|asked| asked.provider.info().id.clone()),
            keys: self.keys,
            pages: asked.map_or(0, |asked| asked.listing.pages()),
            traffic: traffic.unwrap_or_default(),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            same_as: None,
        }
    }
}
