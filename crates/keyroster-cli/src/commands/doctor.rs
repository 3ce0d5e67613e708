//! `keyroster doctor`: what keeps keyroster from working here, and what to do about it.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use keyroster::{Access, Provider};
use serde::Serialize;

use crate::accounts::Source;
use crate::accounts::check::{self, Answer};
use crate::args::{self, Doctor};
use crate::config::{Config, writable_by_group};
use crate::env;
use crate::exit::{Exit, Failure};
use crate::output::{BAD, DIM, Document, GOOD, ListFormat, WARN, print_json, schema, stdout, text};
use crate::terminal::Terminal;

/// A message is not squeezed into fewer columns than this.
const LEAST: usize = 30;

/// A clock may be off by so many seconds.
const BEARABLE: u64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Problem,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    verdict: Verdict,
    message: String,
    /// What to do about it.
    fix: Option<String>,
}

impl Finding {
    fn ok(check: &str, message: impl Into<String>) -> Self {
        Self { check: check.to_owned(), verdict: Verdict::Ok, message: message.into(), fix: None }
    }

    fn wrong(
        verdict: Verdict,
        check: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { verdict, fix: Some(fix.into()), ..Self::ok(check, message) }
    }
}

pub(crate) async fn run(
    accounts: &Source<'_>,
    doctor: &Doctor,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut findings = vec![versions(accounts)];
    findings.extend(proxies());
    if accounts.sandbox {
        findings.push(Finding::ok("config", "none is read: these are the sandbox's accounts"));
    } else {
        findings.extend(config(accounts));
    }
    // Without a configuration there are no accounts to try.
    if findings.iter().all(|finding| finding.verdict != Verdict::Problem) {
        terminal.progress("asking the accounts");
        let found = try_accounts(accounts).await;
        terminal.progress("");
        findings.extend(found?);
    }
    let mut out = stdout();
    match doctor.output {
        ListFormat::Json => {
            let json = serde_json::json!({ "findings": findings });
            print_json(&Document::new(schema::FINDINGS, json), &mut out)?;
        }
        ListFormat::Table => print(&findings, terminal, &mut out)?,
    }
    out.flush()?;
    drop(out);
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (problems, warnings) = (count(Verdict::Problem), count(Verdict::Warning));
    terminal.note(&format!("{problems} problems, {warnings} warnings"));
    Ok(if problems > 0 { Exit::Found } else { Exit::Done })
}

fn versions(accounts: &Source<'_>) -> Finding {
    let version = args::version(accounts.registry).replace('\n', "; ");
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    Finding::ok("version", format!("keyroster {version}; on {system} {machine}"))
}

/// Proxies see which vendors are asked, and nothing of what is said.
fn proxies() -> Option<Finding> {
    let proxies = env::proxies();
    let named: Vec<String> = proxies
        .iter()
        .map(|(name, address)| format!("{name} = {}", text::clean(address)))
        .collect();
    (!named.is_empty())
        .then(|| Finding::ok("proxy", format!("requests go through a proxy: {}", named.join(", "))))
}

fn config(accounts: &Source<'_>) -> Vec<Finding> {
    let inspected = Config::inspect(accounts.config, accounts.registry);
    let (config, diagnostics) = match inspected {
        Ok(inspected) => inspected,
        Err(failure) => {
            return vec![Finding::wrong(
                Verdict::Problem,
                "config",
                failure.message(),
                "see `keyroster config path`",
            )];
        }
    };
    let file = config.file.as_deref().unwrap_or(Path::new(""));
    if !diagnostics.is_empty() {
        let wrong = diagnostics.iter().map(|diagnostic| {
            Finding::wrong(
                Verdict::Problem,
                "config",
                diagnostic.in_file(file),
                "correct it; `keyroster config check` tells whether all is right",
            )
        });
        return wrong.collect();
    }
    if config.accounts.is_empty() {
        return vec![Finding::wrong(
            Verdict::Problem,
            "config",
            "no account is described, in a file or in the environment",
            "keyroster accounts add",
        )];
    }
    let count = match config.accounts.len() {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    };
    if !config.exists {
        return vec![Finding::ok("config", format!("no file; {count} in the environment"))];
    }
    let mut findings = vec![Finding::ok("config", format!("{}: {count}", file.display()))];
    findings.extend(writable_by_group(file).map(|fix| {
        let message = format!("{} can be written by your group", file.display());
        Finding::wrong(Verdict::Warning, "permissions", message, fix)
    }));
    findings
}

async fn try_accounts(accounts: &Source<'_>) -> Result<Vec<Finding>, Failure> {
    let accounts = accounts.open().await?;
    let (selected, failures) = accounts.select_each(None).await?;
    let mut findings: Vec<Finding> = failures
        .iter()
        .map(|error| {
            let account = error.account().unwrap_or("account");
            Finding::wrong(Verdict::Problem, account, error.what(), error.help())
        })
        .collect();
    let tried = selected.iter().map(|(name, provider)| async move {
        let started = Instant::now();
        let answer = check::ask(provider).await;
        judge(name, provider, &answer, started.elapsed().as_millis())
    });
    findings.extend(check::together(tried).await);
    findings.extend(clock(&selected));
    Ok(findings)
}

fn judge(name: &str, provider: &Provider, answer: &Answer, elapsed: u128) -> Finding {
    let error = match (&answer.principal, &answer.page) {
        (Some(Err(error)), _) | (_, Err(error)) => error,
        (principal, Ok(())) => {
            let id = &provider.info().id;
            if let Some(Ok(principal)) = principal
                && matches!(principal.access, Access::Scoped { .. })
            {
                return Finding::wrong(
                    Verdict::Warning,
                    name,
                    format!("{id}: the credential is no admin's; it may not create or revoke keys"),
                    "use an admin's, unless looking is enough",
                );
            }
            let good = format!("{id}: the credential is good, and keys are listed ({elapsed} ms)");
            return Finding::ok(name, good);
        }
    };
    Finding::wrong(Verdict::Problem, name, error.what(), error.help())
}

/// This machine's clock against the vendors', where they date their answers.
fn clock(asked: &[(String, Provider)]) -> Option<Finding> {
    let ahead =
        asked.iter().filter_map(|(name, provider)| Some((name, provider.traffic().clock_ahead?)));
    let (name, ahead) = ahead.max_by_key(|(_, ahead)| ahead.unsigned_abs())?;
    let (seconds, side) = (ahead.unsigned_abs(), if ahead > 0 { "behind" } else { "ahead of" });
    if seconds <= BEARABLE {
        return Some(Finding::ok("clock", format!("within {BEARABLE} s of the vendors'")));
    }
    Some(Finding::wrong(
        Verdict::Warning,
        "clock",
        format!("this machine's clock is {seconds} s {side} that of `{name}`'s vendor"),
        "set it, as with `timedatectl set-ntp true`: expiries are judged by it",
    ))
}

fn print(findings: &[Finding], terminal: &Terminal, out: &mut impl Write) -> Result<(), Failure> {
    let widest = findings.iter().map(|finding| finding.check.len()).max().unwrap_or(0);
    let indent = 7 + 2 + widest + 2;
    let room = terminal.width.map_or(usize::MAX, |width| width.saturating_sub(indent)).max(LEAST);
    for Finding { check, verdict, message, fix } in findings {
        let (word, style) = match verdict {
            Verdict::Ok => ("ok", GOOD),
            Verdict::Warning => ("warning", WARN),
            Verdict::Problem => ("problem", BAD),
        };
        write!(out, "{style}{word:<7}{style:#}  {check:<widest$}  ")?;
        writeln!(out, "{}", indented(&text::clean(message), room, indent))?;
        if let Some(fix) = fix {
            let fix = indented(&format!("fix: {}", text::clean(fix)), room, indent);
            writeln!(out, "{:indent$}{DIM}{fix}{DIM:#}", "")?;
        }
    }
    Ok(())
}

/// A text whose lines after the first begin where the first does.
fn indented(text: &str, room: usize, indent: usize) -> String {
    text::wrapped(text, room).join(&format!("\n{:indent$}", ""))
}
