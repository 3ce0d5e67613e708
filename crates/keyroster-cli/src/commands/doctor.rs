//! `keyroster doctor`: finds problems with the setup, and says how to fix them.

use std::io::Write;
use std::path::Path;

use keyroster::{Access, Error};
use serde::Serialize;

use crate::accounts::Source;
use crate::accounts::check::{self, Answer};
use crate::args::{self, Doctor};
use crate::config::{Config, writable_by_group};
use crate::exit::{Exit, Failure};
use crate::output::{BAD, DIM, Document, GOOD, ListFormat, WARN, print_json, schema, stdout, text};
use crate::platform::env;
use crate::terminal::Terminal;

/// Minimum width of a message, in columns.
const MIN_WIDTH: usize = 30;

/// How far the clock may be off, in seconds.
const MAX_CLOCK_SKEW: u64 = 30;

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
        findings.push(Finding::ok("config", "not read: these are the sandbox's accounts"));
    } else {
        findings.extend(config(accounts));
    }
    // Without a configuration there are no accounts to test.
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
    let problems = count(Verdict::Problem);
    let warnings = count(Verdict::Warning);
    terminal.note(&format!(
        "{}, {}",
        text::plural(problems as u64, "problem"),
        text::plural(warnings as u64, "warning")
    ));
    Ok(if problems > 0 { Exit::Found } else { Exit::Done })
}

fn versions(accounts: &Source<'_>) -> Finding {
    let version = args::version(accounts.registry).replace('\n', "; ");
    let system = std::env::consts::OS;
    let machine = std::env::consts::ARCH;
    Finding::ok("version", format!("keyroster {version}; {system} {machine}"))
}

/// Proxies see which vendors are asked, but not what is said.
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
                "check the path with `keyroster config path`",
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
                diagnostic.hint().unwrap_or("correct it, then run `keyroster config check`"),
            )
        });
        return wrong.collect();
    }
    if config.accounts.is_empty() {
        return vec![Finding::wrong(
            Verdict::Problem,
            "config",
            "no account is defined, neither in a file nor in the environment",
            "run `keyroster accounts add`",
        )];
    }
    let count = text::plural(config.accounts.len() as u64, "account");
    if !config.exists {
        return vec![Finding::ok("config", format!("no file; {count} from the environment"))];
    }
    let mut findings = vec![Finding::ok("config", format!("{}: {count}", file.display()))];
    findings.extend(writable_by_group(file).map(|fix| {
        let message = format!("your group can write {}", file.display());
        Finding::wrong(Verdict::Warning, "permissions", message, fix)
    }));
    findings
}

async fn try_accounts(accounts: &Source<'_>) -> Result<Vec<Finding>, Failure> {
    let accounts = accounts.open().await?;
    let answers = check::check(accounts.roster()).await;
    let mut findings: Vec<Finding> = answers
        .iter()
        .map(|(account, answer)| match answer {
            Ok(answer) => judge(account, answer),
            Err(error) => problem(account, error),
        })
        .collect();
    let answered = answers.iter().filter_map(|(account, answer)| {
        let answer = answer.as_ref().ok()?;
        Some((&**account, answer.provider.traffic().clock_ahead?))
    });
    findings.extend(clock(answered));
    Ok(findings)
}

fn problem(account: &str, error: &Error) -> Finding {
    Finding::wrong(Verdict::Problem, account, error.to_string(), error.help())
}

fn judge(name: &str, answer: &Answer) -> Finding {
    let error = match (&answer.principal, &answer.page) {
        (Some(Err(error)), _) | (_, Err(error)) => error,
        (principal, Ok(())) => {
            let id = &answer.provider.info().id;
            if let Some(Ok(principal)) = principal
                && matches!(principal.access, Access::Scoped { .. })
            {
                return Finding::wrong(
                    Verdict::Warning,
                    name,
                    format!(
                        "{id}: the credential has limited access; it may not be able to create or revoke keys"
                    ),
                    "to change keys, use an admin credential",
                );
            }
            let elapsed = answer.elapsed.as_millis();
            let good = format!("{id}: the credential is valid, and keys are listed ({elapsed} ms)");
            return Finding::ok(name, good);
        }
    };
    problem(name, error)
}

/// This machine's clock compared with the vendors', if they date their answers.
fn clock<'a>(ahead: impl Iterator<Item = (&'a str, i64)>) -> Option<Finding> {
    let (name, ahead) = ahead.max_by_key(|(_, ahead)| ahead.unsigned_abs())?;
    let seconds = ahead.unsigned_abs();
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    if seconds <= MAX_CLOCK_SKEW {
        return Some(Finding::ok(
            "clock",
            format!("within {MAX_CLOCK_SKEW} s of the vendors' clocks"),
        ));
    }
    Some(Finding::wrong(
        Verdict::Warning,
        "clock",
        format!("this machine's clock is {seconds} s {side} the clock of `{name}`'s vendor"),
        "set the clock, for example with `timedatectl set-ntp true`: expiry times depend on it",
    ))
}

fn print(findings: &[Finding], terminal: &Terminal, out: &mut impl Write) -> Result<(), Failure> {
    let widest = findings.iter().map(|finding| finding.check.len()).max().unwrap_or(0);
    let indent = 7 + 2 + widest + 2;
    let room =
        terminal.width.map_or(usize::MAX, |width| width.saturating_sub(indent)).max(MIN_WIDTH);
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

/// A wrapped text whose following lines are indented like the first.
fn indented(text: &str, room: usize, indent: usize) -> String {
    text::wrapped(text, room).join(&format!("\n{:indent$}", ""))
}
