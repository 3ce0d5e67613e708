//! Whether an account can be asked: its credential, and the first page of its keys.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use keyroster::{Error, ErrorKind, PageRequest, PageStart, Principal, Provider};

/// An account that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// What one account answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) principal: Option<Result<Principal, Error>>,
    pub(crate) page: Result<(), Error>,
}

/// So many accounts are asked at once.
const AT_ONCE: usize = 64;

/// All answers, in the order of the questions, of which so many are asked at once.
pub(crate) async fn together<T>(questions: impl IntoIterator<Item: Future<Output = T>>) -> Vec<T> {
    stream::iter(questions).buffered(AT_ONCE).collect().await
}

/// Asks whose credential it is, and for the first page of keys.
pub(crate) async fn ask(provider: &Provider) -> Answer {
    let own = async {
        if provider.info().capabilities.whoami { Some(provider.whoami().await) } else { None }
    };
    let first = PageRequest::new(PageStart::First);
    let both = async { tokio::join!(own, provider.page(&first)) };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok((principal, page)) => Answer { principal, page: page.map(drop) },
        Err(_) => Answer { principal: None, page: Err(silent(provider)) },
    }
}

fn silent(provider: &Provider) -> Error {
    let message = format!("no answer within {PATIENCE:?}");
    let error = Error::new(ErrorKind::Transport, message);
    let error = error.with_provider(provider.info().id.clone());
    match provider.account() {
        Some(account) => error.with_account(account),
        None => error,
    }
}
