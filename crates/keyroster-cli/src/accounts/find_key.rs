//! Which keys the user means.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use glob::Pattern;
use keyroster::{ApiKey, Error, ErrorKind, KeyId, KeyList, ListKeys, Provider, Roster};

use crate::accounts::Accounts;
use crate::exit::Failure;
use crate::output::{format, text};

/// So many keys are named when a beginning fits several.
const CANDIDATES: usize = 5;

/// A key that the user means, and its account.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) account: String,
    pub(crate) key: ApiKey,
}

impl Target {
    /// What the user would write for this key.
    pub(crate) fn reference(&self) -> String {
        format!("{}/{}", self.account, self.key.id)
    }
}

/// `ACCOUNT/KEY-ID` in its parts.
pub(crate) fn split(reference: &str) -> Result<(&str, &str), Failure> {
    let parts = reference.split_once('/');
    parts.filter(|(account, id)| !account.is_empty() && !id.is_empty()).ok_or_else(|| {
        Failure::usage(format!(
            "`{}` names no key: write ACCOUNT/KEY-ID, as `keyroster list` shows both",
            text::clean(reference)
        ))
    })
}

/// The key of that id, or the only one whose id begins so.
pub(crate) async fn one(accounts: &Accounts, reference: &str) -> Result<Target, Failure> {
    let (account, id) = split(reference)?;
    let provider = accounts.open(account).await?;
    let target = |key| Target { provider: provider.clone(), account: account.to_owned(), key };
    if let Some(key) = unlisted(&provider, id).await? {
        return Ok(target(key));
    }
    let keys = provider.list(ListKeys::all()).await?.keys;
    Ok(target(pick(account, &keys, id)?.clone()))
}

/// Keys that the user means, and what is to be said about how they were found.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) targets: Vec<Target>,
    /// References of a file that are in no list.
    pub(crate) missing: Vec<String>,
    /// Why keys may have been overlooked.
    pub(crate) warnings: Vec<String>,
}

impl Selection {
    fn warn(&mut self, account: &str, list: &KeyList) {
        let warnings = list.warnings.iter().map(|warning| format!("{account}: {warning}"));
        self.warnings.extend(warnings);
    }
}

/// All keys that several references name; a listing an account serves them all.
///
/// One that is in no list is an error, or, where the caller says so, is left out and named in the answer.
pub(crate) async fn several(
    accounts: &Accounts,
    references: &[String],
    pass_over_missing: bool,
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
        listed.insert(account, (provider, list.keys));
    }
    for reference in references {
        let (account, id) = split(reference)?;
        let Some((provider, keys)) = listed.get(account) else { continue };
        let target = |key| Target { provider: provider.clone(), account: account.to_owned(), key };
        let target = if keys.iter().any(|key| key.id.as_str().starts_with(id)) {
            target(pick(account, keys, id)?.clone())
        } else if let Some(key) = unlisted(provider, id).await? {
            target(key)
        } else if pass_over_missing {
            selection.missing.push(reference.clone());
            continue;
        } else {
            pick(account, keys, id).map(|key| target(key.clone()))?
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

/// A key that no list shows, where the vendor can be asked for it.
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

/// All keys whose name fits a pattern.
pub(crate) async fn by_name(
    accounts: &Accounts,
    account: Option<&str>,
    pattern: &str,
) -> Result<Selection, Failure> {
    let pattern = Pattern::new(pattern)
        .map_err(|error| Failure::usage(format!("`--name` is no pattern: {}", error.msg)))?;
    let mut selection = Selection::default();
    let mut roster = accounts.roster().clone();
    if let Some(account) = account {
        accounts.definition(account)?;
        roster.retain(|name| name == account);
    }
    for (name, answer) in list(&roster).await {
        let (provider, list) = answer.map_err(|error| elsewhere(error, account))?;
        selection.warn(&name, &list);
        for key in list.keys {
            if key.name.as_deref().is_some_and(|name| pattern.matches(name)) {
                let provider = provider.clone();
                selection.targets.push(Target { provider, account: name.to_string(), key });
            }
        }
    }
    Ok(selection)
}

/// An account in which keys of a name cannot be looked for; unless it is the one that was named, it may be
/// passed over.
fn elsewhere(error: Error, named: Option<&str>) -> Failure {
    if named.is_some() {
        return error.into();
    }
    let help = format!(
        "nothing was done, as keys of that name may be there, too: {}; or look in one account alone, with \
         --account NAME",
        error.help()
    );
    error.with_help(help).into()
}

/// The references of a file, the first word of each line; blank lines and comments are passed over.
pub(crate) fn read(file: &str) -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().lock().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("{file} cannot be read: {error}")))?;
    }
    // What follows the reference is for people, as `keyroster` itself prints a key's name there.
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    Ok(words.filter(|word| !word.starts_with('#')).map(str::to_owned).collect())
}

fn pick<'a>(account: &str, keys: &'a [ApiKey], id: &str) -> Result<&'a ApiKey, Failure> {
    if let Some(key) = keys.iter().find(|key| key.id.as_str() == id) {
        return Ok(key);
    }
    let fitting: Vec<&ApiKey> = keys.iter().filter(|key| key.id.as_str().starts_with(id)).collect();
    let id = text::clean(id);
    match fitting[..] {
        [key] => Ok(key),
        [] => Err(Failure::usage(format!(
            "`{account}` has no key whose id is `{id}` or begins so; `keyroster list` shows them all"
        ))),
        _ => {
            let line = |key: &&ApiKey| {
                format!("\n  {}  {}", text::clean(key.id.as_str()), format::name(key))
            };
            let some: String = fitting.iter().take(CANDIDATES).map(line).collect();
            let more = if fitting.len() > CANDIDATES { "\n  …" } else { "" };
            let count = fitting.len();
            Err(Failure::usage(format!(
                "{count} keys of `{account}` begin with `{id}`:{some}{more}"
            )))
        }
    }
}
