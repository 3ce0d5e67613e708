//! Changing `keyroster.toml`: comments and order stay, and a file is written whole or not at all.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use keyroster::Registry;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value as Toml, value};

use super::credential::CommandLine;
use super::{CredentialSource, Value, folder_of, mistake, read};
use crate::failure::Failure;

/// An account to be written down.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) tags: Vec<String>,
    pub(crate) settings: Vec<(String, Value)>,
}

/// Writes an account into the file, which is made if there is none.
pub(crate) fn add(path: &Path, account: &NewAccount, registry: &Registry) -> Result<(), Failure> {
    let mut document = open(path)?;
    let accounts = document.entry("accounts").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(accounts) = accounts.as_table_like_mut() else {
        return Err(Failure::Configuration(format!(
            "`accounts` in {} is no table; correct it first (`keyroster config check`)",
            path.display()
        )));
    };
    if accounts.contains_key(&account.name) {
        return Err(Failure::Usage(format!(
            "there is an account `{}` already; choose another name, or remove it first: keyroster \
             accounts remove {}",
            account.name, account.name
        )));
    }
    let mut table = Table::new();
    table.insert("provider", value(&account.provider));
    if !account.tags.is_empty() {
        table.insert("tags", value(account.tags.iter().collect::<Array>()));
    }
    for (name, setting) in &account.settings {
        table.insert(name, item(setting));
    }
    accounts.insert(&account.name, Item::Table(table));
    write(path, &document.to_string(), registry)
}

/// Removes an account from the file; false if there is none of that name.
pub(crate) fn remove(path: &Path, name: &str, registry: &Registry) -> Result<bool, Failure> {
    let mut document = open(path)?;
    let accounts = document.get_mut("accounts").and_then(Item::as_table_like_mut);
    if accounts.and_then(|accounts| accounts.remove(name)).is_none() {
        return Ok(false);
    }
    write(path, &document.to_string(), registry)?;
    Ok(true)
}

fn item(setting: &Value) -> Item {
    match setting {
        Value::Plain(text) => match text.parse::<i64>() {
            Ok(number) => value(number),
            Err(_) => value(text),
        },
        Value::Credential(source) => {
            let mut table = InlineTable::new();
            let (kind, place): (_, Toml) = match source {
                CredentialSource::Env(name) => ("env", name.into()),
                CredentialSource::File(path) => ("file", path.display().to_string().into()),
                CredentialSource::Keychain(name) => ("keychain", name.into()),
                CredentialSource::Command(command) => match &command.line {
                    CommandLine::Shell(line) => ("command", line.into()),
                    CommandLine::Words(words) => {
                        ("command", words.iter().collect::<Array>().into())
                    }
                },
            };
            table.insert(kind, place);
            value(table)
        }
        // A made-up secret is of this process, and stands in no file.
        Value::MadeUp(_) => Item::None,
    }
}

fn open(path: &Path) -> Result<DocumentMut, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let shown = path.display();
            return Err(Failure::Configuration(format!("{shown} cannot be read: {error}")));
        }
    };
    text.parse().map_err(|_| {
        let shown = path.display();
        Failure::Configuration(format!(
            "{shown} is not TOML, and is left as it is; see `keyroster config check`"
        ))
    })
}

/// Puts the text in the file's place, once it is known that it can be read again.
fn write(path: &Path, text: &str, registry: &Registry) -> Result<(), Failure> {
    let (_, mistakes) = read::accounts(text, registry, &BTreeMap::new());
    if !mistakes.is_empty() {
        let report = mistake::report(Some(path), &mistakes);
        return Err(Failure::Configuration(format!("nothing was written: {report}")));
    }
    let failed = |error: std::io::Error| {
        let shown = path.display();
        Failure::Configuration(format!("{shown} cannot be written: {error}; nothing was changed"))
    };
    // A file that is kept elsewhere and linked here stays linked.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target);
    make_folder(folder).map_err(failed)?;
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    draft.write_all(text.as_bytes()).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    draft.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Makes the folder, which nobody else may look into.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
