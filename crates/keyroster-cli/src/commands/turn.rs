//! `keyroster disable`, `enable` and `revoke`: turns keys off and on, one or many.

use std::collections::HashMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use keyroster::{Error, KeyStatus, Operation, Principal, Revocation, UpdateKey};
use serde::Serialize;

use crate::accounts::{Accounts, Source};
use crate::args::{ListFormat, Turn};
use crate::failure::{self, Failure};
use crate::output::{Terminal, print_json, stdout};
use crate::select::{self, Target};
use crate::view;

/// What is done to each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Disable,
    Enable,
    Revoke,
}

impl Act {
    fn verb(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Revoke => "revoke",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Disable => "disabled",
            Self::Enable => "enabled",
            Self::Revoke => "revoked",
        }
    }

    fn operation(self) -> Operation {
        match self {
            Self::Disable | Self::Enable => Operation::UpdateKey,
            Self::Revoke => Operation::RevokeKey,
        }
    }
}

/// What became of one key.
#[derive(Debug, Serialize)]
struct KeyResult {
    account: String,
    id: String,
    name: Option<String>,
    /// `disabled`, `enabled`, `revoked`, `already-gone` or `failed`.
    outcome: &'static str,
    error: Option<String>,
}

pub(crate) async fn run(
    accounts: &Source<'_>,
    act: Act,
    turn: &Turn,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let accounts = accounts.open().await?;
    let (targets, gone) = targets(&accounts, turn).await?;
    let targets: Vec<Target> =
        targets.into_iter().filter(|target| needs(act, target, turn)).collect();
    for target in &targets {
        check_support(act, target)?;
    }
    guard(act, turn, &targets).await?;
    if !targets.is_empty() && (turn.dry_run || !turn.yes) {
        show_plan(act, turn, &targets, terminal);
    }
    if turn.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !turn.yes && act != Act::Enable && !targets.is_empty() {
        confirm(act, targets.len(), turn, terminal)?;
    }
    carry_out(act, turn, targets, gone, terminal).await
}

async fn targets(accounts: &Accounts, turn: &Turn) -> Result<(Vec<Target>, Vec<String>), Failure> {
    let ways = [!turn.keys.is_empty(), turn.name.is_some(), turn.from.is_some()];
    if ways.iter().filter(|way| **way).count() != 1 {
        let message = "name the keys in one way: ACCOUNT/KEY-ID, --name GLOB, or --from FILE";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(pattern) = &turn.name {
        let targets = select::by_name(accounts, turn.account.as_deref(), pattern).await?;
        if targets.is_empty() {
            let message = format!("no key has a name like `{}`", view::clean(pattern));
            return Err(Failure::Usage(message));
        }
        return Ok((targets, Vec::new()));
    }
    if let Some(file) = &turn.from {
        return select::several(accounts, &select::read(file)?, true).await;
    }
    select::several(accounts, &turn.keys, false).await
}

/// Whether there is something to do. Of keys that were chosen in bulk, those that are in the wanted state
/// are passed over, so that an interrupted run can be run again.
fn needs(act: Act, target: &Target, turn: &Turn) -> bool {
    if !turn.keys.is_empty() {
        return true;
    }
    let state = target.key.state;
    match act {
        Act::Disable => state.disabled != Some(true) && state.revoked != Some(true),
        Act::Enable => state.disabled != Some(false) && state.revoked != Some(true),
        Act::Revoke => target.key.status_at(view::now()) != KeyStatus::Revoked,
    }
}

/// Refuses before anything is done what the vendor does not offer.
fn check_support(act: Act, target: &Target) -> Result<(), Failure> {
    match act {
        Act::Disable => Ok(target.provider.check_update(&UpdateKey::disabled(true))?),
        Act::Enable => Ok(target.provider.check_update(&UpdateKey::disabled(false))?),
        Act::Revoke if target.provider.info().capabilities.revoke => Ok(()),
        Act::Revoke => {
            let id = target.provider.info().id.clone();
            Err(Error::unsupported(id, act.operation()).into())
        }
    }
}

/// The guards: not too many at once, and not the credential in use.
async fn guard(act: Act, turn: &Turn, targets: &[Target]) -> Result<(), Failure> {
    if let Some(most) = turn.max_changes
        && targets.len() > most
    {
        return Err(Failure::Guard(format!(
            "{} keys would be {}, and --max-changes allows {most}; nothing was done",
            targets.len(),
            act.done()
        )));
    }
    if turn.even_own || act == Act::Enable {
        return Ok(());
    }
    let mut owns: HashMap<&str, Principal> = HashMap::new();
    for target in targets.iter().filter(|target| target.provider.info().capabilities.whoami) {
        if !owns.contains_key(target.account.as_str()) {
            owns.insert(&target.account, target.provider.whoami().await?);
        }
        if owns.get(target.account.as_str()).is_some_and(|own| is_own(own, target)) {
            return Err(Failure::Guard(format!(
                "{} ({}) is the credential in use; nothing was done; add --even-own to {} it all the \
                 same",
                target.reference(),
                view::name(&target.key),
                act.verb()
            )));
        }
    }
    Ok(())
}

fn is_own(own: &Principal, target: &Target) -> bool {
    match &own.key_id {
        Some(id) => *id == target.key.id,
        None => own.hint.is_some() && own.hint == target.key.hint,
    }
}

fn show_plan(act: Act, turn: &Turn, targets: &[Target], terminal: &Terminal) {
    let would = if turn.dry_run { "would " } else { "" };
    let mut plan = format!("{would}{} {} of these keys:", act.verb(), targets.len());
    if targets.len() == 1 {
        plan = format!("{would}{} this key:", act.verb());
    }
    let now = view::now();
    for target in targets {
        let (name, status) = (view::name(&target.key), target.key.status_at(now));
        plan += &format!("\n  {}  {name}  ({status})", view::clean(&target.reference()));
    }
    terminal.plan(&plan);
}

fn confirm(act: Act, count: usize, turn: &Turn, terminal: &Terminal) -> Result<(), Failure> {
    let reads_keys = turn.from.as_deref() == Some("-");
    if reads_keys || !io::stdin().is_terminal() || !terminal.attended {
        return Err(Failure::Guard(format!(
            "nobody is here to be asked whether to {} {count} of them; nothing was done; add --yes",
            act.verb()
        )));
    }
    terminal.ask(&format!("{} them? Type `yes`: ", act.verb()));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::Guard("not confirmed; nothing was done".to_owned()))
}

/// Does it, key by key; each result is printed as soon as it is known.
async fn carry_out(
    act: Act,
    turn: &Turn,
    targets: Vec<Target>,
    gone: Vec<String>,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let mut outcomes = Vec::new();
    for reference in gone {
        let (account, id) = select::split(&reference)?;
        let (account, id) = (account.to_owned(), id.to_owned());
        record(
            turn,
            &mut outcomes,
            KeyResult { account, id, name: None, outcome: "already-gone", error: None },
        )?;
    }
    let count = targets.len();
    let mut first_failure = None;
    for (at, target) in targets.into_iter().enumerate() {
        if count > 1 {
            terminal.progress(&format!("{} {} of {count}", act.verb(), at + 1));
        }
        let done = match act {
            Act::Revoke => target.provider.revoke(&target.key.id).await.map(|revocation| {
                if revocation == Revocation::AlreadyGone { "already-gone" } else { act.done() }
            }),
            Act::Disable | Act::Enable => {
                let change = UpdateKey::disabled(act == Act::Disable);
                target.provider.update(&target.key.id, &change).await.map(|_| act.done())
            }
        };
        if count > 1 {
            terminal.progress("");
        }
        let (outcome, error) = match done {
            Ok(outcome) => (outcome, None),
            Err(error) => {
                terminal.error(&format!("{}: {error}", view::clean(&target.reference())));
                let message = error.to_string();
                first_failure.get_or_insert(error.kind());
                ("failed", Some(message))
            }
        };
        let (id, name) = (target.key.id.to_string(), target.key.name.clone());
        record(
            turn,
            &mut outcomes,
            KeyResult { account: target.account, id, name, outcome, error },
        )?;
    }
    if turn.output == ListFormat::Json {
        let mut out = stdout();
        print_json(&serde_json::json!({ "results": outcomes }), &mut out)?;
        out.flush()?;
    } else if outcomes.is_empty() {
        terminal.hint(&format!("nothing to do: every key is {} already", act.done()));
    }
    let failed = outcomes.iter().filter(|outcome| outcome.outcome == "failed").count();
    Ok(match first_failure {
        None => ExitCode::SUCCESS,
        Some(kind) if failed == outcomes.len() => ExitCode::from(failure::code(kind)),
        Some(_) => ExitCode::from(3),
    })
}

fn record(turn: &Turn, outcomes: &mut Vec<KeyResult>, result: KeyResult) -> Result<(), Failure> {
    if turn.output == ListFormat::Table {
        let name = result.name.as_deref().map(view::clean).unwrap_or_default();
        let (account, id) = (&result.account, view::clean(&result.id));
        let mut out = stdout();
        writeln!(out, "{:<12}  {account}/{id}  {name}", result.outcome)?;
        out.flush()?;
    }
    outcomes.push(result);
    Ok(())
}
