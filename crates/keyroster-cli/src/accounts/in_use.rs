//! Finds which selected keys are themselves the credentials of configured accounts.

use std::collections::HashSet;
use std::sync::Arc;

use keyroster::{Principal, ProviderId};

use crate::accounts::Accounts;
use crate::accounts::find_key::Target;
use crate::exit::Failure;
use crate::output::text;
use crate::terminal::Terminal;

/// The credential of one account.
#[derive(Debug)]
struct Credential {
    account: Arc<str>,
    provider: ProviderId,
    principal: Principal,
}

/// Whether a key is the credential of a configured account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InUse {
    No,
    /// It is that of this account.
    By(Arc<str>),
    /// It may be that of its own account, whose id the vendor does not report.
    Unknown,
}

/// The credentials of the accounts whose keys are to be changed, and of all other accounts at the same vendors.
#[derive(Debug)]
pub(crate) struct Credentials(Vec<Credential>);

impl Credentials {
    /// Asks the vendor of each target about the credentials of all its accounts.
    ///
    /// An account whose own keys are to be changed must answer, unless `include_own` allows that credential to be
    /// changed as well. If another account does not answer, a warning says that its credential is unknown.
    pub(crate) async fn of(
        accounts: &Accounts,
        targets: &[Target],
        include_own: bool,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let able = || targets.iter().filter(|it| it.provider.info().capabilities.whoami);
        let vendors: HashSet<&str> = able().map(|it| it.provider.info().id.as_str()).collect();
        let own: HashSet<&str> = able().map(|it| it.account.as_str()).collect();
        let asked: HashSet<&str> = accounts
            .definitions()
            .filter(|it| vendors.contains(it.provider.as_str()))
            .map(|it| it.name.as_str())
            .filter(|name| !include_own || own.contains(name))
            .collect();
        let mut roster = accounts.roster().clone();
        roster.retain(|name| asked.contains(name));
        let answers = roster.ask(|provider| async move {
            let principal = provider.whoami().await?;
            Ok((provider.info().id.clone(), principal))
        });
        let mut known = Vec::new();
        for (account, answer) in answers.await {
            match answer {
                Ok((provider, principal)) => {
                    known.push(Credential { account, provider, principal });
                }
                // If it may be changed as well, it does not matter which it is.
                Err(_) if include_own => {}
                Err(error) if own.contains(&*account) => return Err(error.into()),
                Err(error) => terminal.warning(&format!(
                    "cannot tell whether a selected key is the credential of the account `{}`: {error}",
                    text::clean(&account)
                )),
            }
        }
        Ok(Self(known))
    }

    /// Whether a key is one of the credentials.
    pub(crate) fn find(&self, target: &Target) -> InUse {
        let vendor = &target.provider.info().id;
        let mut unknown = false;
        for credential in self.0.iter().filter(|it| it.provider == *vendor) {
            match is_of(&credential.principal, target) {
                Some(true) => return InUse::By(Arc::clone(&credential.account)),
                Some(false) => {}
                None => unknown |= *credential.account == *target.account,
            }
        }
        if unknown { InUse::Unknown } else { InUse::No }
    }
}

/// Whether a key is this credential. `None` if that is unknown.
fn is_of(credential: &Principal, target: &Target) -> Option<bool> {
    match (&credential.key_id, &credential.hint) {
        (Some(id), _) => Some(*id == target.key.id),
        (None, Some(hint)) => Some(target.key.hint.as_ref() == Some(hint)),
        (None, None) => None,
    }
}
