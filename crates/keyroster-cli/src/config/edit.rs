//! Edits `keyroster.toml`, preserving comments and order. Writes are atomic.

use std::io;
use std::path::Path;

use keyroster::Registry;
use keyroster_files::{FileEdit, FileError, Place};
use toml_edit::{Array, DocumentMut, InlineTable, Item, RawString, Table, Value as Toml, value};

use super::credential::CommandLine;
use super::{
    Config, CredentialSource, Definition, Diagnostic, Origin, Value, check_name, diagnostic,
    folder_of, overrides, read,
};
use crate::exit::Failure;
use crate::platform;
use crate::platform::env;

/// An account to add to the file.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) tags: Vec<String>,
    pub(crate) settings: Vec<(String, Value)>,
}

/// Adds an account to the file, and creates the file if there is none.
pub(crate) fn add(path: &Path, account: &NewAccount, registry: &Registry) -> Result<(), Failure> {
    let mut draft = Draft::open(path)?;
    let document = &mut draft.document;
    // Comments at the end of the file stay before the new account.
    let end = document.trailing().as_str().unwrap_or("").to_owned();
    let accounts = document.entry("accounts").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(accounts) = accounts.as_table_like_mut() else {
        let message = format!("`accounts` in {} is not a table", path.display());
        return Err(Failure::configuration(message).with_hint("run `keyroster config check`"));
    };
    if accounts.contains_key(&account.name) {
        return Err(taken(&account.name));
    }
    let mut table = Table::new();
    table.set_position(Some(isize::MAX));
    table.insert("provider", value(&account.provider));
    if !account.tags.is_empty() {
        table.insert("tags", value(account.tags.iter().collect::<Array>()));
    }
    for (name, setting) in &account.settings {
        table.insert(name, item(setting));
    }
    let has_comment = end.contains('#');
    if has_comment {
        table.decor_mut().set_prefix(format!("{}\n\n", end.trim_end()));
    }
    accounts.insert(&account.name, Item::Table(table));
    if has_comment {
        document.set_trailing("");
    }
    let text = document.to_string();
    let known = diagnostics(&draft.before, registry);
    let mut fresh = diagnostics(&text, registry);
    fresh.retain(|wrong| !known.iter().any(|old| old.is_like(wrong)));
    if !fresh.is_empty() {
        return Err(diagnostic::invalid(Some(path), &fresh));
    }
    draft.write(&text)
}

/// Removes an account from the file, and returns the mistakes in the rest.
pub(crate) fn remove(
    path: &Path,
    name: &str,
    registry: &Registry,
) -> Result<Vec<Diagnostic>, Failure> {
    let mut draft = Draft::open(path)?;
    let accounts = draft.document.get_mut("accounts").and_then(Item::as_table_like_mut);
    let Some(removed) = accounts.and_then(|accounts| accounts.remove(name)) else {
        return Err(Failure::usage(format!("account `{name}` does not exist anymore")));
    };
    if let Some(table) = removed.as_table() {
        keep_comments(&mut draft.document, &draft.before, table);
    }
    let text = draft.document.to_string();
    draft.write(&text)?;
    Ok(diagnostics(&text, registry))
}

/// Returns the name, if a new account can have it.
pub(crate) fn new_name(name: &str, config: &Config) -> Result<String, Failure> {
    check_name(name).map_err(Diagnostic::into_usage)?;
    // An account that only the environment defines can be added to the file.
    let in_file = |known: &&Definition| matches!(known.origin, Origin::Line(_));
    let mut names = config.accounts.iter().filter(in_file).map(|known| &known.name);
    if names.any(|known| known == name) || config.broken.iter().any(|known| known == name) {
        return Err(taken(name));
    }
    Ok(name.to_owned())
}

/// Parses the source of a secret.
pub(crate) fn new_credential(
    account: &str,
    setting: &keyroster::Setting,
    source: &str,
) -> Result<Value, Failure> {
    let entry = format!("{account}/{}", setting.name);
    CredentialSource::parse(source, &entry)
        .map(Value::Credential)
        .map_err(|diagnostic| diagnostic.of(&format!("`{}`", setting.name)).into_usage())
}

/// The failure to add an account whose name is taken.
fn taken(name: &str) -> Failure {
    Failure::usage(format!("account `{name}` already exists")).with_hint(format!(
        "choose another name, or remove it first with `keyroster accounts remove {name}`"
    ))
}

/// The mistakes in a file's text, given the environment.
fn diagnostics(text: &str, registry: &Registry) -> Vec<Diagnostic> {
    let found = read::accounts(text, registry, &overrides::providers(&env::overrides()));
    let mut diagnostics = found.diagnostics;
    diagnostics.extend(overrides::ambiguous(&found.accounts));
    diagnostics
}

/// Moves the comments before a removed table to what follows it, unless they belong to the table.
fn keep_comments(document: &mut DocumentMut, before: &str, removed: &Table) {
    let at = removed.position();
    let prefix = removed.decor().prefix().and_then(RawString::as_str).unwrap_or("");
    let others = document.get_mut("accounts").and_then(Item::as_table_like_mut);
    let mut others: Vec<&mut Table> = others
        .map(|accounts| accounts.iter_mut().filter_map(|(_, item)| item.as_table_mut()).collect())
        .unwrap_or_default();
    let first = before.starts_with(prefix) && others.iter().all(|other| other.position() > at);
    let kept = staying(prefix, first);
    others.retain(|other| other.position() > at);
    let joined = |rest: &str| {
        let parted = if kept.is_empty() { first } else { kept.ends_with("\n\n") };
        format!("{kept}{}", if parted { rest.trim_start_matches('\n') } else { rest })
    };
    if let Some(next) = others.into_iter().min_by_key(|other| other.position()) {
        let rest = next.decor().prefix().and_then(RawString::as_str).unwrap_or("");
        let whole = joined(rest);
        next.decor_mut().set_prefix(whole);
    } else {
        let rest = document.trailing().as_str().unwrap_or("");
        let whole = joined(rest);
        document.set_trailing(whole);
    }
}

/// The text before a table that does not belong to it: comments followed by an empty line, and all comments at
/// the beginning of the file.
fn staying(prefix: &str, first: bool) -> &str {
    let mut end = 0;
    let mut read = 0;
    for line in prefix.split_inclusive('\n') {
        read += line.len();
        if line.trim().is_empty() {
            end = read;
        }
    }
    let parted = &prefix[..end];
    match (parted.contains('#'), first) {
        (true, _) => parted,
        (false, true) if prefix.contains('#') => prefix,
        (false, _) => "",
    }
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
        // A made-up secret belongs to this process and is never written.
        Value::MadeUp(_) => Item::None,
    }
}

/// The file while it is edited. No other keyroster process edits it until this is dropped.
struct Draft {
    file: FileEdit,
    /// The text, with `\n` at the end of each line.
    before: String,
    crlf: bool,
    document: DocumentMut,
}

impl Draft {
    fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        // A link may lead to another folder, which is not made.
        if path.symlink_metadata().is_err() {
            make_folder(folder_of(path)).map_err(|error| unwritable(path, &error))?;
        }
        let place = Place::check(path).map_err(|error| refused(&error))?;
        let mut file = place.edit().map_err(|error| refused(&error))?;
        let text = file.read().map_err(|error| refused(&error))?;
        let text = String::from_utf8(text)
            .map_err(|_| Failure::configuration(format!("cannot read {shown}: it is not UTF-8")))?;
        let (before, crlf) = (text.replace("\r\n", "\n"), text.contains("\r\n"));
        let document = before.parse().map_err(|_| {
            Failure::configuration(format!("{shown} is not valid TOML; nothing was changed"))
                .with_hint("run `keyroster config check`")
        })?;
        Ok(Self { file, before, crlf, document })
    }

    /// Replaces the file, keeping its owner, permissions and line ends.
    fn write(self, text: &str) -> Result<(), Failure> {
        let text = if self.crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        self.file.write(text.as_bytes()).map_err(|error| refused(&error))
    }
}

fn refused(error: &FileError) -> Failure {
    Failure::configuration(format!("{error}; nothing was changed")).with_hint(error.help())
}

fn unwritable(path: &Path, error: &dyn std::error::Error) -> Failure {
    let shown = path.display();
    Failure::configuration(format!("cannot write {shown}: {error}; nothing was changed"))
}

/// Creates the folder, private to its owner.
fn make_folder(folder: &Path) -> io::Result<()> {
    platform::private_folder().recursive(true).create(folder)
}
