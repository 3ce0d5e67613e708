//! Finds the keys that a command line selects.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use glob::Pattern;
use keyroster::{
    ApiKey, Error, ErrorKind, Fact, KeyId, KeyList, ListKeys, Provider, Roster, Warning,
};

use crate::accounts::Accounts;
use crate::exit::Failure;
use crate::output::{format, text};

/// Maximum number of keys that an ambiguous id lists.
const CANDIDATES: usize = 5;

/// A selected key, and its account.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) account: String,
    pub(crate) key: ApiKey,
}

impl Target {
    /// How to refer to the key on the command line.
    pub(crate) fn reference(&self) -> String {
        format!("{}/{}", self.account, self.key.id)
    }
}

/// Splits `ACCOUNT/KEY-ID`.
pub(crate) fn split(reference: &str) -> Result<(&str, &str), Failure> {
    let parts = reference.split_once('/');
    parts.filter(|(account, id)| !account.is_empty() && !id.is_empty()).ok_or_else(|| {
        let message = format!("`{}` is not of the form ACCOUNT/KEY-ID", text::clean(reference));
        Failure::usage(message).with_hint("run `keyroster list -o ids` to see the keys")
    })
}

/// Finds the key with this id, or the only key whose id starts with it. While the list may lack keys, only a whole
/// id is found: a beginning that is unique in it may be that of another key.
pub(crate) async fn one(
    accounts: &Accounts,
    reference: &str,
    purpose: Purpose,
) -> Result<Target, Failure> {
    let (account, id) = split(reference)?;
    let provider = accounts.open(account).await?;
    let target = |key| Target { provider: provider.clone(), account: account.to_owned(), key };
    if let Some(key) = unlisted(&provider, id).await? {
        return Ok(target(key));
    }
    let list = provider.list(ListKeys::all()).await?;
    Ok(target(pick(account, &list, id, purpose)?.clone()))
}

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Show,
    Change,
}

/// The selected keys, and the warnings about the search.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) targets: Vec<Target>,
    /// References to keys that do not exist.
    pub(crate) missing: Vec<String>,
    /// What is uncertain about the search.
    pub(crate) warnings: Vec<String>,
    /// Whether keys may be missing from the selection.
    pub(crate) is_partial: bool,
}

impl Selection {
    fn warn(&mut self, account: &str, list: &KeyList) {
        let warnings = list.warnings.iter().map(|warning| format!("{account}: {warning}"));
        self.warnings.extend(warnings);
        self.is_partial |= partial(list).is_some();
    }
}

/// Returns the first reason why keys may be missing from a list.
fn partial(list: &KeyList) -> Option<&Warning> {
    list.warnings.iter().find(|warning| warning.kind.is_partial())
}

/// Finds the keys of several references, with one listing per account.
///
/// A key that does not exist is an error, or with `skip_missing` is returned as missing.
pub(crate) async fn several(
    accounts: &Accounts,
    references: &[String],
    skip_missing: bool,
) -> Result<Selection, Failure> {
    let mut named = HashSet::new();
    for reference in references {
        let (account, _) = split(reference)?;
        accounts.definition(account)?;
        named.insert(account);
    }
    let mut roster = accounts.roster().clone();
    roster.retain(|name| named.contains(name));
    let mut selection = Selection::default();
    let mut listed = HashMap::new();
    for (account, answer) in list(&roster).await {
        let (provider, list) = answer?;
        selection.warn(&account, &list);
        listed.insert(account, (provider, list));
    }
    for reference in references {
        let (account, id) = split(reference)?;
        let Some((provider, list)) = listed.get(account) else { continue };
        let target = |key| Target { provider: provider.clone(), account: account.to_owned(), key };
        let is_whole = list.keys.iter().any(|key| key.id.as_str() == id);
        let is_listed = list.keys.iter().any(|key| key.id.as_str().starts_with(id));
        let may_be_unlisted = !is_whole && (!is_listed || partial(list).is_some());
        let unlisted = if may_be_unlisted { unlisted(provider, id).await? } else { None };
        let target = if let Some(key) = unlisted {
            target(key)
        } else if skip_missing && !is_listed {
            selection.missing.push(reference.clone());
            continue;
        } else {
            target(pick(account, list, id, Purpose::Change)?.clone())
        };
        let same = |other: &Target| other.account == account && other.key.id == target.key.id;
        if !selection.targets.iter().any(same) {
            selection.targets.push(target);
        }
    }
    Ok(selection)
}

/// Lists the keys of every account.
async fn list(roster: &Roster) -> Vec<(Arc<str>, Result<(Provider, KeyList), Error>)> {
    let ask = |provider: Provider| async move {
        let list = provider.list(ListKeys::all()).await?;
        Ok((provider, list))
    };
    roster.ask(ask).await
}

/// Fetches a key that is in no list, if the vendor supports it.
async fn unlisted(provider: &Provider, id: &str) -> Result<Option<ApiKey>, Failure> {
    if !provider.info().capabilities.get {
        return Ok(None);
    }
    match provider.get(&KeyId::from(id)).await {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidRequest) => {
            Ok(None)
        }
        found => Ok(Some(found?)),
    }
}

/// Finds all keys whose name matches a pattern. A list that may lack keys is not searched.
pub(crate) async fn by_name(
    accounts: &Accounts,
    account: Option<&str>,
    pattern: &str,
) -> Result<Selection, Failure> {
    let pattern = Pattern::new(pattern)
        .map_err(|error| Failure::usage(format!("invalid pattern for --name: {}", error.msg)))?;
    let mut selection = Selection::default();
    let mut roster = accounts.roster().clone();
    if let Some(account) = account {
        accounts.definition(account)?;
        roster.retain(|name| name == account);
    }
    for (name, answer) in list(&roster).await {
        let (provider, list) = answer.map_err(|error| elsewhere(error, account))?;
        if let Some(warning) = partial(&list) {
            let name = text::clean(&name);
            let message = format!(
                "cannot select keys of `{name}` by name: its list may be incomplete ({warning}); nothing was changed"
            );
            return Err(Failure::guard(message).with_hint(whole_ids(&name)));
        }
        selection.warn(&name, &list);
        for key in list.keys {
            // A name that cannot be read may match.
            selection.is_partial |= key.name.is_none() && key.unreadable.contains(&Fact::Name);
            if key.name.as_deref().is_some_and(|name| pattern.matches(name)) {
                let provider = provider.clone();
                selection.targets.push(Target { provider, account: name.to_string(), key });
            }
        }
    }
    Ok(selection)
}

/// The failure to search an account for a name. If the user did not choose the account, the hint says how to
/// leave it out.
fn elsewhere(error: Error, named: Option<&str>) -> Failure {
    if named.is_some() {
        return error.into();
    }
    let help = format!(
        "{}, or search only one account with --account; nothing was changed, because this account may have \
         matching keys too",
        error.help()
    );
    error.with_help(help).into()
}

/// Reads references from a file: the first word of each line. Skips blank lines and comments.
pub(crate) fn read(file: &str) -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().lock().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("cannot read {file}: {error}")))?;
    }
    // The rest of a line is for people. `keyroster` itself prints the key's name there.
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    Ok(words.filter(|word| !word.starts_with('#')).map(str::to_owned).collect())
}

/// What to do while keys may be missing from a list.
fn whole_ids(account: &str) -> String {
    format!(
        "pass whole ids: `keyroster list --account {account} -o ids` prints those that are known"
    )
}

fn pick<'a>(
    account: &str,
    list: &'a KeyList,
    id: &str,
    purpose: Purpose,
) -> Result<&'a ApiKey, Failure> {
    let keys = &list.keys;
    if let Some(key) = keys.iter().find(|key| key.id.as_str() == id) {
        return Ok(key);
    }
    if let Some(warning) = partial(list) {
        let (id, account) = (text::clean(id), text::clean(account));
        let message = format!(
            "`{id}` is not the whole id of a listed key of `{account}`, and the list may be incomplete ({warning})"
        );
        let failure = match purpose {
            Purpose::Show => Failure::cannot_tell(message),
            Purpose::Change => Failure::guard(message + "; nothing was changed"),
        };
        return Err(failure.with_hint(whole_ids(&account)));
    }
    let matching: Vec<&ApiKey> =
        keys.iter().filter(|key| key.id.as_str().starts_with(id)).collect();
    let id = text::clean(id);
    match matching[..] {
        [key] => Ok(key),
        [] => {
            let message = format!("no key of `{account}` has an id that starts with `{id}`");
            let hint = format!("run `keyroster list --account {account}` to see its keys");
            Err(Failure::usage(message).with_hint(hint))
        }
        _ => {
            let line = |key: &&ApiKey| {
                format!("\n  {}  {}", text::clean(key.id.as_str()), format::name(key))
            };
            let some: String = matching.iter().take(CANDIDATES).map(line).collect();
            let more = if matching.len() > CANDIDATES { "\n  …" } else { "" };
            let count = matching.len();
            let message = format!(
                "{count} keys of `{account}` have an id that starts with `{id}`:{some}{more}"
            );
            Err(Failure::usage(message).with_hint("write more of the id"))
        }
    }
}
