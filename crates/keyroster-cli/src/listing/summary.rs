//! What a listing prints besides its keys, and its exit code.

use std::collections::HashMap;

use keyroster::{AccountReport, AccountWarning, ProviderId, Roster};

use crate::exit::Exit;
use crate::listing::collect::Collected;
use crate::listing::filter::{AccessKind, Filter};
use crate::output::text;
use crate::terminal::Terminal;

/// Maximum number of unanswered accounts that are named.
const MAX_NAMES: usize = 5;

/// The result of a listing.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// Whether the exit code reports whether a key was found.
    pub(crate) exit_code: bool,
    /// Whether it may explain the `?` of a table.
    pub(crate) legend: bool,
    pub(crate) filter: &'a Filter,
    pub(crate) roster: &'a Roster,
    pub(crate) collected: &'a Collected,
    /// Number of matching keys.
    pub(crate) found: u64,
    /// Number of columns that the table had no room for.
    pub(crate) hidden: usize,
}

impl Summary<'_> {
    /// Prints the summary, and returns the exit code.
    pub(crate) fn print(&self, terminal: &Terminal) -> Exit {
        self.note_unlisted(terminal);
        let names = self.provider_names();
        let display =
            |id: &ProviderId| names.get(id).cloned().unwrap_or_else(|| text::clean(id.as_str()));
        if let Some(undecided) = self.filter.explain(display) {
            // A check must not pass because something is unknown, so it says so even with `--quiet`.
            if self.exit_code {
                terminal.warning_with_hint(&undecided, "pass --or-unknown to count them");
            } else {
                terminal.hint(&format!("{undecided}. Add --or-unknown to include them"));
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

    /// The display names of the providers that were asked.
    fn provider_names(&self) -> HashMap<ProviderId, String> {
        let providers = self.roster.accounts().filter_map(|(_, state)| state.provider().cloned());
        let info = providers.map(|provider| provider.info().clone());
        info.map(|info| (info.id, info.display_name.to_string())).collect()
    }

    /// Says which admin keys are missing because their vendors do not list them.
    fn note_unlisted(&self, terminal: &Terminal) {
        if self.filter.criteria().access != Some(AccessKind::Admin) {
            return;
        }
        let mut seen = Vec::new();
        for provider in self.roster.accounts().filter_map(|(_, state)| state.provider().cloned()) {
            let info = provider.info();
            let Some(unlisted) = info.unlisted else { continue };
            if !seen.contains(&info.id) {
                seen.push(info.id.clone());
                let name = &info.display_name;
                terminal.hint(&format!(
                    "{name} does not list {unlisted}. Look for them on its website"
                ));
            }
        }
    }

    fn conclude(&self, terminal: &Terminal) -> Exit {
        let report = &self.collected.report;
        // An account that failed has no complete list anyway.
        let failed =
            |account: &str| report.failures.iter().any(|failure| *failure.account == *account);
        for warning in report.warnings.iter().filter(|warning| !failed(&warning.account)) {
            terminal.warning(&format!("{}: {}", warning.account, warning.warning));
        }
        for account in &report.accounts {
            if let Some(same) = &account.same_as {
                let name = &account.account;
                terminal.warning(&format!(
                    "`{name}` and `{same}` are the same account at the vendor, so its keys are listed twice"
                ));
            }
        }
        for failure in &report.failures {
            terminal.failure(&failure.error);
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
        let partial = |w: &AccountWarning| w.warning.kind.is_partial();
        if !report.failures.is_empty() || report.warnings.iter().any(partial) {
            terminal.note(&self.line(terminal));
            return Exit::Partial;
        }
        if report.keys_answered() == 0 {
            terminal.hint(
                "no keys: every account answered, and none has a key. Create one with `keyroster create`",
            );
        } else {
            terminal.note(&self.line(terminal));
        }
        Exit::Done
    }

    /// The result in one line.
    fn line(&self, terminal: &Terminal) -> String {
        let found = self.found;
        let report = &self.collected.report;
        // An interrupted account has no report.
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
            1 => text += " (1 retry)",
            retries => text += &format!(" ({retries} retries)"),
        }
        let elapsed = self.collected.elapsed;
        text += &match elapsed.as_secs() {
            0 => format!(", {} ms", elapsed.as_millis()),
            _ => format!(", {:.1} s", elapsed.as_secs_f64()),
        };
        if self.hidden > 0 {
            let columns = text::plural(self.hidden as u64, "column");
            text += &format!("; {columns} hidden (--wide shows all)");
        }
        let legend = "; `?` means not reported";
        let fits = terminal.width.is_none_or(|width| text.len() + legend.len() < width);
        if self.legend && fits && found > 0 {
            text += legend;
        }
        text
    }
}

/// What an interrupted listing may lack.
fn interruption(unanswered: &[String]) -> String {
    let names = unanswered.iter().take(MAX_NAMES).map(|name| format!("`{}`", text::clean(name)));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match unanswered.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if unanswered.is_empty() {
        return "interrupted after every account had answered".to_owned();
    }
    format!("interrupted: keys may be missing from {names}{more}")
}
