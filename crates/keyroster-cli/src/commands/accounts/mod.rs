//! `keyroster accounts`: lists, adds, removes and tests accounts.

mod add;
mod list;
mod questions;
mod remove;
mod test;

use crate::accounts::Source;
use crate::args::AccountsCommand;
use crate::exit::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) async fn run(
    accounts: &Source<'_>,
    command: &AccountsCommand,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    if accounts.sandbox && matches!(command, AccountsCommand::Add(_) | AccountsCommand::Remove(_)) {
        return Err(Failure::usage("the sandbox's accounts are not in a file")
            .with_hint("leave out --sandbox"));
    }
    match command {
        AccountsCommand::List(list) => list::run(accounts, list, terminal).await,
        AccountsCommand::Add(add) => add::run(accounts, add, terminal).await,
        AccountsCommand::Remove(remove) => remove::run(accounts, remove, terminal).await,
        AccountsCommand::Test(test) => test::run(accounts, test, terminal).await,
    }
}
