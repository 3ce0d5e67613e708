//! `keyroster accounts remove`: forgets an account.

use std::process::ExitCode;

use crate::accounts::Source;
use crate::args::AccountsRemove;
use crate::config::{self, Config, CredentialSource, Keychain, Origin, Value, nearest};
use crate::failure::Failure;
use crate::output::Terminal;
use crate::{prompt, view};

pub(super) async fn run(
    accounts: &Source<'_>,
    remove: &AccountsRemove,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let (config, _) = Config::inspect(accounts.config, accounts.registry)?;
    let name = view::clean(&remove.account);
    let Some(account) = config.accounts.iter().find(|known| known.name == remove.account) else {
        let hint = nearest(&name, config.accounts.iter().map(|known| known.name.as_str()));
        return Err(Failure::Usage(format!("there is no account `{name}`; {hint}")));
    };
    let (Origin::Line(_), Some(file)) = (&account.origin, &config.file) else {
        return Err(Failure::Usage(format!(
            "`{name}` stands in no file; it comes from {}: unset that",
            account.origin
        )));
    };
    if !remove.yes {
        let question = format!("remove the account `{name}` from {}", file.display());
        prompt::confirm(&question, terminal)?;
    }
    config::remove(file, &remove.account, accounts.registry)?;
    terminal.done(&format!("removed `{name}` from {}; its keys stay as they are", file.display()));
    for setting in account.settings.values() {
        // Another account may use an entry that has another name than ours.
        if let Value::Credential(CredentialSource::Keychain(entry)) = &setting.value
            && entry.starts_with(&format!("{}/", account.name))
        {
            match Keychain::delete(entry).await {
                Ok(()) => terminal.done(&format!("removed `{entry}` from the keychain")),
                Err(trouble) => terminal.warning(&format!("`{entry}` stays: {trouble}")),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
