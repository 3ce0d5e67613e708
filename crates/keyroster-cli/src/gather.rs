//! Every key of every account, as they come.

use futures_util::future::join_all;
use keyroster::{ApiKey, Error, KeyList, ListKeys, Warning};

use crate::accounts::Accounts;

/// What the accounts answered.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Keys with the account's name, account by account, each in the vendor's order.
    pub(crate) keys: Vec<(String, ApiKey)>,
    pub(crate) warnings: Vec<(String, Warning)>,
    pub(crate) failures: Vec<(String, Error)>,
    /// How many accounts were asked.
    pub(crate) accounts: usize,
}

/// Asks all accounts at once. One that fails hides nothing of the others, nor what it had answered
/// before it failed.
pub(crate) async fn gather(accounts: Accounts) -> Gathered {
    let listings = accounts.all.iter().map(|account| async {
        let mut list = KeyList::default();
        let outcome = match &account.provider {
            Ok(provider) => provider.keys(ListKeys::all()).collect_into(&mut list).await,
            Err(_) => Ok(()),
        };
        (list, outcome.err())
    });
    let answers = join_all(listings).await;
    let mut gathered = Gathered { accounts: accounts.all.len(), ..Gathered::default() };
    for (account, (list, failure)) in accounts.all.into_iter().zip(answers) {
        let name = &account.name;
        gathered.keys.extend(list.keys.into_iter().map(|key| (name.clone(), key)));
        gathered.warnings.extend(list.warnings.into_iter().map(|warning| (name.clone(), warning)));
        let failure = failure.or(account.provider.err());
        gathered.failures.extend(failure.map(|error| (name.clone(), error)));
    }
    gathered
}
