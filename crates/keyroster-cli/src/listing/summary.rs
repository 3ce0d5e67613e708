//! What a listing says beside its keys, and its exit code.

use keyroster::{AccountReport, AccountWarning, Roster, WarningKind};

use crate::exit::Exit;
use crate::listing::collect::Collected;
use crate::listing::filter::{AccessKind, Filter};
use crate::output::text;
use crate::terminal::Terminal;

/// So many of the accounts that had not answered are named.
const NAMED: usize = 5;

/// What a listing came to.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// Whether the exit code says whether a key was found.
    pub(crate) exit_code: bool,
    /// Whether it may say what `?` means.
    pub(crate) legend: bool,
    pub(crate) filter: &'a Filter,
    pub(crate) roster: &'a Roster,
    pub(crate) collected: &'a Collected,
    /// How many keys fitted.
    pub(crate) found: u64,
    /// How many columns the table had no room for.
    pub(crate) hidden: usize,
}

impl Summary<'_> {
    /// Says what is to be said, and tells the exit code.
    pub(crate) fn print(&self, terminal: &Terminal) -> Exit {
        self.note_unlisted(terminal);
        if let Some(undecided) = self.filter.explain() {
            // Whoever checks for keys must not take what is not known for a good answer.
            if self.exit_code {
                terminal.warning(&undecided);
            } else {
                terminal.hint(&undecided);
            }
        }
        let exit = self.conclude(terminal);
        match (exit, self.found) {
            // Keys that were found are certain, whatever else is missing.
            (Exit::Done | Exit::Partial, 1..) if self.exit_code => Exit::Found,
            (Exit::Done, 0) if self.exit_code && self.filter.undecided() > 0 => Exit::Partial,
            (exit, _) => exit,
        }
    }

    /// Says whose admin keys cannot be here, as their vendors list them nowhere.
    fn note_unlisted(&self, terminal: &Terminal) {
        if self.filter.criteria().access != Some(AccessKind::Admin) {
            return;
        }
        let mut told = Vec::new();
        for provider in self.roster.accounts().filter_map(|(_, provider)| provider.clone().ok()) {
            let info = provider.info();
            let Some(unlisted) = info.unlisted else { continue };
            if !told.contains(&info.id) {
                told.push(info.id.clone());
                let name = &info.display_name;
                terminal.hint(&format!("{name} lists no {unlisted}; look for them at the vendor"));
            }
        }
    }

    fn conclude(&self, terminal: &Terminal) -> Exit {
        let report = &self.collected.report;
        // What an account that failed would have left out is no matter.
        let failed =
            |account: &str| report.failures.iter().any(|failure| *failure.account == *account);
        for warning in report.warnings.iter().filter(|warning| !failed(&warning.account)) {
            terminal.warning(&format!("{}: {}", warning.account, warning.warning));
        }
        for account in &report.accounts {
            if let Some(same) = &account.same_as {
                let name = &account.account;
                terminal.warning(&format!(
                    "`{name}` and `{same}` reach the same account at the vendor, so its keys are here twice"
                ));
            }
        }
        for failure in &report.failures {
            terminal.error(&failure.error.to_string());
        }
        if let Some((exit, unanswered)) = &self.collected.stopped {
            terminal.warning(&interruption(unanswered));
            terminal.note(&self.line(terminal));
            return *exit;
        }
        if self.collected.is_unanswered() {
            return report
                .failures
                .first()
                .map_or(Exit::Done, |failure| failure.error.kind().into());
        }
        let incomplete = |w: &AccountWarning| w.warning.kind == WarningKind::Incomplete;
        if !report.failures.is_empty() || report.warnings.iter().any(incomplete) {
            terminal.note(&self.line(terminal));
            return Exit::Partial;
        }
        if report.keys_answered() == 0 {
            terminal.hint(
                "no keys: every account answered, and none has issued a key; make one with `keyroster \
                 create`, or at the vendor",
            );
        } else {
            terminal.note(&self.line(terminal));
        }
        Exit::Done
    }

    /// What it came to, on a line.
    fn line(&self, terminal: &Terminal) -> String {
        let (found, report) = (self.found, &self.collected.report);
        // An interrupted account has no report of its keys.
        let keys = report.keys_answered().max(found);
        let sum =
            |figure: fn(&AccountReport) -> u64| -> u64 { report.accounts.iter().map(figure).sum() };
        let unanswered = self.collected.stopped.as_ref().map_or(0, |(_, accounts)| accounts.len());
        let accounts = text::plural((report.accounts.len() + unanswered) as u64, "account");
        let keys = if found == keys {
            text::plural(keys, "key")
        } else {
            format!("{found} of {}", text::plural(keys, "key"))
        };
        let mut text = format!("{keys} in {accounts}");
        if !report.failures.is_empty() {
            text += &format!(", {} failed", report.failures.len());
        }
        text += &format!("; {}", text::plural(sum(|a| a.traffic.requests), "request"));
        match sum(|account| account.traffic.retries) {
            0 => {}
            1 => text += ", 1 of them again",
            retries => text += &format!(", {retries} of them again"),
        }
        let elapsed = self.collected.elapsed;
        text += &match elapsed.as_secs() {
            0 => format!(", {} ms", elapsed.as_millis()),
            _ => format!(", {:.1} s", elapsed.as_secs_f64()),
        };
        if self.hidden > 0 {
            let columns = text::plural(self.hidden as u64, "column");
            text += &format!("; {columns} hidden, --wide shows all");
        }
        let legend = "; `?` is what the vendor does not say";
        let fits = terminal.width.is_none_or(|width| text.len() + legend.len() < width);
        if self.legend && fits && found > 0 {
            text += legend;
        }
        text
    }
}

/// Says what is missing of an interrupted listing.
fn interruption(unanswered: &[String]) -> String {
    let names = unanswered.iter().take(NAMED).map(|name| format!("`{}`", text::clean(name)));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match unanswered.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if unanswered.is_empty() {
        return "interrupted when every account had answered".to_owned();
    }
    format!("interrupted, so keys are missing: no full answer yet from {names}{more}")
}
