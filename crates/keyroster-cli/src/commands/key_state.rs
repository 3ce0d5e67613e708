//! `keyroster disable`, `enable` and `revoke`: changes the state of one key or many.

use std::io::{self, Write};

use keyroster::{Error, ErrorKind, Operation, Revocation, UpdateKey};
use serde::Serialize;

use crate::accounts::find_key::{Selection, Target};
use crate::accounts::in_use::{Credentials, InUse};
use crate::accounts::recheck::Recheck;
use crate::accounts::{Accounts, Source, find_key};
use crate::args::KeyStateArgs;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::dry_run::{Outcome, Plan, Planned};
use crate::output::{Document, ListFormat, format, print_json, raw_stdout, schema, stdout, text};
use crate::terminal::interrupt::{Interrupt, Waited};
use crate::terminal::{Terminal, prompt};

/// What to do with each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyAction {
    Disable,
    Enable,
    Revoke,
}

impl KeyAction {
    fn verb(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Revoke => "revoke",
        }
    }

    fn outcome(self) -> KeyOutcome {
        match self {
            Self::Disable => KeyOutcome::Disabled,
            Self::Enable => KeyOutcome::Enabled,
            Self::Revoke => KeyOutcome::Revoked,
        }
    }

    fn done(self) -> &'static str {
        self.outcome().as_str()
    }

    fn operation(self) -> Operation {
        match self {
            Self::Disable | Self::Enable => Operation::UpdateKey,
            Self::Revoke => Operation::RevokeKey,
        }
    }
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum KeyOutcome {
    Disabled,
    Enabled,
    Revoked,
    /// It was gone before, or went at the same time.
    AlreadyGone,
    /// It was in the wanted state already.
    Unchanged,
    NotFound,
    Failed,
    /// The command was interrupted before this key.
    NotStarted,
}

impl KeyOutcome {
    /// The same text as in JSON.
    fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Revoked => "revoked",
            Self::AlreadyGone => "already-gone",
            Self::Unchanged => "unchanged",
            Self::NotFound => "not-found",
            Self::Failed => "failed",
            Self::NotStarted => "not-started",
        }
    }
}

/// The result for one key.
#[derive(Debug, Serialize)]
struct KeyResult {
    account: String,
    id: String,
    name: Option<String>,
    outcome: KeyOutcome,
    error: Option<String>,
    /// What to do about the error.
    help: Option<String>,
}

impl KeyResult {
    fn new(target: Target, outcome: KeyOutcome) -> Self {
        Self {
            account: target.account,
            id: target.key.id.to_string(),
            name: target.key.name,
            outcome,
            error: None,
            help: None,
        }
    }
}

pub(crate) async fn run(
    accounts: &Source<'_>,
    action: KeyAction,
    args: &KeyStateArgs,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let mut selection = select(&accounts, args).await?;
    for warning in &selection.warnings {
        terminal.warning(warning);
    }
    let unchanged: Vec<Target> =
        selection.targets.extract_if(.., |target| is_done(action, target)).collect();
    for target in &selection.targets {
        check_support(action, target)?;
    }
    guard(&accounts, action, args, &mut selection.targets, terminal).await?;
    if args.dry_run {
        dry_run(action, args, &selection, &unchanged, terminal)?;
        return Ok(Exit::Done);
    }
    if !args.yes && !selection.targets.is_empty() {
        terminal.plan(&plan(action, args, &selection.targets));
        confirm(action, selection.targets.len(), args, terminal)?;
    }
    carry_out(action, args, selection, unchanged, terminal).await
}

async fn select(accounts: &Accounts, args: &KeyStateArgs) -> Result<Selection, Failure> {
    let ways = [!args.keys.is_empty(), args.name.is_some(), args.from.is_some()];
    if ways.iter().filter(|way| **way).count() != 1 {
        let message = "select keys in exactly one way: ACCOUNT/KEY-ID, --name GLOB or --from FILE";
        return Err(Failure::usage(message));
    }
    if let Some(pattern) = &args.name {
        let selection = find_key::by_name(accounts, args.account.as_deref(), pattern).await?;
        if selection.targets.is_empty() {
            let message = format!("no key name matches `{}`", text::clean(pattern));
            return Err(Failure::usage(message));
        }
        return Ok(selection);
    }
    if let Some(file) = &args.from {
        return find_key::several(accounts, &find_key::read(file)?, true).await;
    }
    find_key::several(accounts, &args.keys, false).await
}

/// Whether a key is in the wanted state already, so that an interrupted command can be repeated.
fn is_done(action: KeyAction, target: &Target) -> bool {
    let state = target.key.state;
    match action {
        KeyAction::Disable => state.disabled == Some(true) || state.revoked == Some(true),
        KeyAction::Enable => {
            state.disabled == Some(false)
                && target.provider.check_update(&UpdateKey::new().disabled(false)).is_ok()
        }
        KeyAction::Revoke => state.revoked == Some(true),
    }
}

/// Refuses what the vendor does not support, before anything is changed.
fn check_support(action: KeyAction, target: &Target) -> Result<(), Failure> {
    match action {
        KeyAction::Disable => {
            let checked = target.provider.check_update(&UpdateKey::new().disabled(true));
            checked.map_err(|error| cannot_be_disabled(target, error))
        }
        KeyAction::Enable => Ok(target.provider.check_update(&UpdateKey::new().disabled(false))?),
        KeyAction::Revoke if target.provider.info().capabilities.revoke => Ok(()),
        KeyAction::Revoke => {
            Err(Error::unsupported(target.provider.info(), action.operation()).into())
        }
    }
}

/// The failure to disable a key. If it can be revoked instead, it says so.
fn cannot_be_disabled(target: &Target, error: Error) -> Failure {
    let info = target.provider.info();
    if error.kind() != ErrorKind::Unsupported || !info.capabilities.revoke {
        return error.into();
    }
    let reference = target.reference();
    let message = format!(
        "cannot disable {} ({}): {} keys cannot be disabled, only revoked",
        text::clean(&reference),
        format::name(&target.key),
        info.display_name
    );
    let hint = format!("to revoke it instead: keyroster revoke {}", text::quoted(&reference));
    Failure::usage(message).with_hint(hint)
}

/// Refuses to change too many keys at once, or a credential in use.
///
/// With `--include-own`, credentials come last: the other keys cannot be changed without them.
async fn guard(
    accounts: &Accounts,
    action: KeyAction,
    args: &KeyStateArgs,
    targets: &mut [Target],
    terminal: &Terminal,
) -> Result<(), Failure> {
    if let Some(most) = args.max_changes
        && targets.len() > most
    {
        return Err(Failure::guard(format!(
            "{} keys would be {}, but --max-changes allows {most}; nothing was changed",
            targets.len(),
            action.done()
        )));
    }
    if action == KeyAction::Enable {
        return Ok(());
    }
    let credentials = Credentials::of(accounts, targets, args.include_own, terminal).await?;
    if args.include_own {
        targets.sort_by_key(|target| matches!(credentials.find(target), InUse::By(_)));
        return Ok(());
    }
    for target in targets.iter() {
        let reason = match credentials.find(target) {
            InUse::No => continue,
            InUse::By(account) if *account == *target.account => {
                "it is the credential in use".to_owned()
            }
            InUse::By(account) => {
                format!("it is the credential of the account `{}`", text::clean(&account))
            }
            InUse::Unknown => {
                "it may be the credential in use, whose id the vendor does not report".to_owned()
            }
        };
        let reference = text::clean(&target.reference());
        let name = format::name(&target.key);
        let verb = action.verb();
        let message = format!("cannot {verb} {reference} ({name}): {reason}; nothing was changed");
        return Err(
            Failure::guard(message).with_hint(format!("pass --include-own to {verb} it anyway"))
        );
    }
    Ok(())
}

/// What is about to be done, or would be, in words.
fn plan(action: KeyAction, args: &KeyStateArgs, targets: &[Target]) -> String {
    let would = if args.dry_run { "would " } else { "" };
    let keys = if targets.len() == 1 {
        "this key".to_owned()
    } else {
        format!("these {} keys", targets.len())
    };
    let mut plan = format!("{would}{} {keys}:", action.verb());
    let now = clock::now();
    for target in targets {
        let name = format::name(&target.key);
        let status = target.key.status_at(now);
        plan += &format!("\n  {}  {name}  ({status})", text::clean(&target.reference()));
    }
    plan
}

/// Prints what would be done.
fn dry_run(
    action: KeyAction,
    args: &KeyStateArgs,
    selection: &Selection,
    unchanged: &[Target],
    terminal: &Terminal,
) -> Result<(), Failure> {
    let now = clock::now();
    let of = |outcome| {
        move |target: &Target| Planned::of(&target.account, &target.key, outcome, Vec::new(), now)
    };
    let mut keys = Vec::new();
    for reference in &selection.missing {
        terminal.warning(&format!("{} is not in any list", text::clean(reference)));
        let (account, id) = find_key::split(reference)?;
        keys.push(Planned {
            account: account.to_owned(),
            id: Some(id.to_owned()),
            name: None,
            status: None,
            outcome: Outcome::NotFound,
            changes: Vec::new(),
        });
    }
    keys.extend(unchanged.iter().map(of(Outcome::Unchanged)));
    keys.extend(selection.targets.iter().map(of(Outcome::Planned)));
    let words = if selection.targets.is_empty() {
        format!("nothing to {}", action.verb())
    } else {
        plan(action, args, &selection.targets)
    };
    Plan { act: action.verb(), keys, secret_to: None }.print(args.output, &words)
}

fn confirm(
    action: KeyAction,
    count: usize,
    args: &KeyStateArgs,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let keys = if count == 1 { "it".to_owned() } else { format!("the {count} keys") };
    let question = format!("{} {keys}", action.verb());
    // Standard input is the list of keys.
    if args.from.as_deref() == Some("-") {
        let message =
            "cannot ask for confirmation: standard input is the list of keys; nothing was changed";
        return Err(Failure::guard(message).with_hint("pass --yes to proceed"));
    }
    prompt::confirm(&question, terminal)
}

/// Changes key by key, and prints each result as soon as it is known.
///
/// A reader that stops reading the results does not stop the work.
async fn carry_out(
    action: KeyAction,
    args: &KeyStateArgs,
    selection: Selection,
    unchanged: Vec<Target>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut results = Results::new(args);
    for reference in selection.missing {
        let (account, id) = find_key::split(&reference)?;
        let account = account.to_owned();
        let id = id.to_owned();
        results.add(KeyResult {
            account,
            id,
            name: None,
            outcome: KeyOutcome::NotFound,
            error: None,
            help: None,
        });
    }
    for target in unchanged {
        results.add(KeyResult::new(target, KeyOutcome::Unchanged));
    }
    let count = selection.targets.len();
    let mut interrupt = Interrupt::listen_once()?;
    let mut interrupted = None;
    let mut first_failure = None;
    let mut begun = 0;
    // Only a person saw a plan that may be out of date.
    let mut recheck = (!args.yes).then(Recheck::default);
    let mut targets = selection.targets.into_iter();
    loop {
        interrupted = interrupted.or_else(|| interrupt.pending());
        if interrupted.is_some() {
            break;
        }
        let Some(target) = targets.next() else { break };
        begun += 1;
        if count > 1 {
            terminal.progress(&format!("{} {begun} of {count}", action.verb()));
        }
        // The request may have been carried out, so its answer is waited for. A second interruption ends the
        // program, so there is always a result.
        let waited = interrupt.wait_for(apply(action, &target, recheck.as_mut()), || {
            terminal.progress("");
            terminal.warning(&format!(
                "interrupted: waiting for the response about {}; interrupt again to stop at once",
                text::clean(&target.reference())
            ));
        });
        let Waited { result, interrupted: first } = waited.await;
        interrupted = first;
        let Some(done) = result else { break };
        if count > 1 {
            terminal.progress("");
        }
        let result = match done {
            Ok(outcome) => KeyResult::new(target, outcome),
            Err(NotDone { exit, message, help }) => {
                terminal.error(&format!("{}: {message}", text::clean(&target.reference())));
                terminal.hint(&help);
                first_failure.get_or_insert(exit);
                KeyResult {
                    error: Some(message),
                    help: Some(help),
                    ..KeyResult::new(target, KeyOutcome::Failed)
                }
            }
        };
        results.add(result);
    }
    for target in targets {
        results.add(KeyResult::new(target, KeyOutcome::NotStarted));
    }
    if interrupted.is_some() {
        terminal.warning(&results.interruption(action));
    }
    let missing = results.count(KeyOutcome::NotFound);
    if missing > 0 {
        let why = if selection.is_partial {
            "it cannot be said whether they exist, because the list may be incomplete"
        } else {
            "already gone, or never existed"
        };
        terminal.warning_with_hint(
            &format!("{} not found: {why}", text::plural(missing as u64, "key")),
            "check the ids, or pass --missing-ok",
        );
    } else if results.all.is_empty() {
        terminal.hint("no keys were selected; nothing was changed");
    }
    let failed = results.count(KeyOutcome::Failed);
    let all = results.all.len();
    results.finish()?;
    if let Some(exit) = interrupted {
        return Ok(exit);
    }
    Ok(match first_failure {
        Some(exit) if failed == all => exit,
        Some(_) => Exit::Partial,
        None if missing > 0 && !args.missing_ok => Exit::Partial,
        None if selection.is_partial => Exit::Partial,
        None => Exit::Done,
    })
}

/// Why a key was not changed, or not for certain.
#[derive(Debug)]
struct NotDone {
    exit: Exit,
    message: String,
    help: String,
}

impl From<Error> for NotDone {
    fn from(error: Error) -> Self {
        let help = error.help().to_owned();
        Self { exit: Exit::from(error.kind()), message: error.to_string(), help }
    }
}

/// Changes one key, and returns the outcome. A key that is no longer as it was in the plan is not changed.
async fn apply(
    action: KeyAction,
    target: &Target,
    recheck: Option<&mut Recheck>,
) -> Result<KeyOutcome, NotDone> {
    if let Some(recheck) = recheck
        && let Some(difference) = recheck.difference(target).await?
    {
        return Err(NotDone {
            exit: Exit::Guard,
            message: format!("not {}: {difference}", action.done()),
            help: "run the command again to see the key as it is now".to_owned(),
        });
    }
    match action {
        KeyAction::Revoke => match target.provider.revoke(&target.key.id).await? {
            Revocation::AlreadyGone => expect_gone(target, KeyOutcome::AlreadyGone).await,
            Revocation::Gone => expect_gone(target, KeyOutcome::Revoked).await,
            _ => Ok(KeyOutcome::Revoked),
        },
        KeyAction::Disable | KeyAction::Enable => {
            let change = UpdateKey::new().disabled(action == KeyAction::Disable);
            // A record that does not confirm `disabled` is an error, and nothing else was requested.
            target.provider.update(&target.key.id, &change).await.map(drop)?;
            Ok(action.outcome())
        }
    }
}

/// Refuses to believe that a key is gone if the vendor still returns its record. It was listed a moment ago.
async fn expect_gone(target: &Target, outcome: KeyOutcome) -> Result<KeyOutcome, NotDone> {
    match target.provider.get(&target.key.id).await {
        Ok(key) if key.state.revoked != Some(true) => Err(NotDone {
            exit: Exit::Vendor,
            message: "the vendor says that it does not know the key, but still returns its record"
                .to_owned(),
            help: "the key may still work: revoke it again, or check it at the vendor".to_owned(),
        }),
        // Without a record, nothing contradicts the vendor's answer.
        Ok(_) | Err(_) => Ok(outcome),
    }
}

/// The results so far. The first error of printing them is kept for the end.
struct Results<'a> {
    args: &'a KeyStateArgs,
    all: Vec<KeyResult>,
    printed: Result<(), Failure>,
}

impl<'a> Results<'a> {
    fn new(args: &'a KeyStateArgs) -> Self {
        Self { args, all: Vec::new(), printed: Ok(()) }
    }

    fn add(&mut self, result: KeyResult) {
        if self.args.output == ListFormat::Table && self.printed.is_ok() {
            let first = self.count(KeyOutcome::NotStarted) == 0;
            self.printed = print(&result, first);
        }
        self.all.push(result);
    }

    fn count(&self, outcome: KeyOutcome) -> usize {
        self.all.iter().filter(|result| result.outcome == outcome).count()
    }

    /// How far an interrupted command came.
    fn interruption(&self, action: KeyAction) -> String {
        let failed = self.count(KeyOutcome::Failed);
        let left = self.count(KeyOutcome::NotStarted);
        let done = self.all.len()
            - failed
            - left
            - self.count(KeyOutcome::NotFound)
            - self.count(KeyOutcome::Unchanged);
        let mut text =
            format!("interrupted: {} {}", text::plural(done as u64, "key"), action.done());
        if failed > 0 {
            text += &format!(", {failed} failed (check whether it was {})", action.done());
        }
        text += &format!(", {left} not started");
        if left > 0 && self.args.output == ListFormat::Table {
            text +=
                ". Standard output lists them after `# not started`, in the form that --from reads";
        }
        text
    }

    /// Prints what comes at the end. A reader that has left is an error: it does not know what was done.
    fn finish(self) -> Result<(), Failure> {
        let printed = self.printed.and_then(|()| match self.args.output {
            ListFormat::Json => {
                let body = serde_json::json!({ "results": self.all });
                print_json(&Document::new(schema::RESULTS, body), &mut raw_stdout())
            }
            ListFormat::Table => Ok(()),
        });
        printed.map_err(|failure| match failure {
            Failure::Io(error) => {
                let message =
                    format!("the changes were made, but the results could not be printed: {error}");
                Failure::Io(io::Error::other(message))
            }
            other => other,
        })
    }
}

/// Prints one line per result. Keys that were not started have the form that `--from` reads.
fn print(result: &KeyResult, first: bool) -> Result<(), Failure> {
    let name = result.name.as_deref().map(text::clean).unwrap_or_default();
    let account = text::clean(&result.account);
    let id = text::clean(&result.id);
    let line = match (result.outcome, first) {
        (KeyOutcome::NotStarted, true) => format!("# not started:\n{account}/{id}  {name}"),
        (KeyOutcome::NotStarted, false) => format!("{account}/{id}  {name}"),
        (outcome, _) => format!("{:<12}  {account}/{id}  {name}", outcome.as_str()),
    };
    let mut out = stdout();
    writeln!(out, "{}", line.trim_end())?;
    Ok(out.flush()?)
}
