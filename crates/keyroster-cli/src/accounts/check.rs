//! Checks accounts: whether their credentials are valid, and whether they list keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keyroster::{Error, PageRequest, PageStart, Principal, Provider, Roster};

/// Maximum time to wait for an account.
const DEADLINE: Duration = Duration::from_mins(1);

/// The result of checking an account.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) provider: Provider,
    /// `None` if the vendor cannot be asked whose credential it is.
    pub(crate) principal: Option<Result<Principal, Error>>,
    /// The first page of keys.
    pub(crate) page: Result<(), Error>,
    pub(crate) elapsed: Duration,
}

/// Asks every account whose credential it uses, and for its first page of keys.
pub(crate) async fn check(roster: &Roster) -> Vec<(Arc<str>, Result<Answer, Error>)> {
    let roster = roster.clone().with_deadline(DEADLINE, tokio::time::sleep);
    roster.ask(|provider| async move { Ok(ask(provider).await) }).await
}

async fn ask(provider: Provider) -> Answer {
    let started = Instant::now();
    let own = async {
        if provider.info().capabilities.whoami { Some(provider.whoami().await) } else { None }
    };
    let first = PageRequest::new(PageStart::First);
    let (principal, page) = tokio::join!(own, provider.page(&first));
    Answer { principal, page: page.map(drop), elapsed: started.elapsed(), provider }
}
