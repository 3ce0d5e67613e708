//! Reading `keyroster.toml`: all that is wrong with it is told at once, each with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use keyroster::{ProviderFactory, Registry};
use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::credential::{Command, CommandLine};
use super::diagnostic::position;
use super::overrides::provider_of;
use super::{
    CredentialSource, Definition, Diagnostic, Origin, Setting, Value, check_name, quoted,
    wrong_value,
};
use crate::clock::duration;
use crate::output::suggestion::Suggestion;

const PROVIDER: &str = "provider";
const TAGS: &str = "tags";
const SOURCES: [&str; 4] = ["env", "file", "command", "keychain"];
const TIMEOUT: &str = "timeout";

/// What a file holds.
pub(super) struct Found {
    pub(super) accounts: Vec<Definition>,
    /// The names of accounts that are so wrong that they are left out.
    pub(super) broken: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The accounts of a file, and all that is wrong with it. The environment may say of which provider an
/// account is.
pub(super) fn accounts(
    text: &str,
    registry: &Registry,
    providers: &BTreeMap<String, String>,
) -> Found {
    let mut reader =
        Reader { text, registry, providers, broken: Vec::new(), diagnostics: Vec::new() };
    let accounts = match Document::parse(text) {
        Ok(document) => reader.document(document.as_table()),
        Err(error) => {
            let message = error.message().trim().replace('\n', ", ");
            let what = if message.contains("duplicate key") {
                "this name is given twice; keep one".to_owned()
            } else {
                format!("not TOML: {message}; see https://toml.io")
            };
            reader.wrong(error.span(), what);
            Vec::new()
        }
    };
    Found { accounts, broken: reader.broken, diagnostics: reader.diagnostics }
}

struct Reader<'a> {
    text: &'a str,
    registry: &'a Registry,
    providers: &'a BTreeMap<String, String>,
    broken: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::within(self.text, span, message));
    }

    fn document(&mut self, table: &dyn TableLike) -> Vec<Definition> {
        let mut found = Vec::new();
        for (name, item) in table.iter() {
            if name != "accounts" {
                let hint = match self.registry.factory(name) {
                    Ok(_) => format!("an account is a table `[accounts.{name}]`"),
                    Err(_) => Suggestion::new(name, ["accounts"]).to_string(),
                };
                self.wrong(
                    key_span(table, name),
                    format!("unknown setting {}; {hint}", quoted(name)),
                );
                continue;
            }
            let Some(accounts) = item.as_table_like() else {
                let what = kind(item);
                self.wrong(
                    item.span(),
                    format!("`accounts` holds tables, as `[accounts.prod]`, and not {what}"),
                );
                continue;
            };
            for (name, item) in accounts.iter() {
                let span = key_span(accounts, name);
                if let Err(wrong) = check_name(name) {
                    self.broken.push(name.to_owned());
                    self.wrong(span, format!("{}: {wrong}", quoted(name)));
                    continue;
                }
                let Some(table) = item.as_table_like() else {
                    self.broken.push(name.to_owned());
                    let what = kind(item);
                    self.wrong(
                        span,
                        format!(
                            "`{name}` is an account, and so a table, and not {what}; write \
                             `[accounts.{name}]`"
                        ),
                    );
                    continue;
                };
                match self.account(name, table, span) {
                    Some(account) => found.push(account),
                    None => self.broken.push(name.to_owned()),
                }
            }
        }
        found
    }

    fn account(
        &mut self,
        name: &str,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
    ) -> Option<Definition> {
        let line = position(self.text, span.clone().map_or(0, |span| span.start)).0;
        let factory = self.provider(name, table, span)?;
        let mut account = Definition {
            name: name.to_owned(),
            provider: factory.info().id.to_string(),
            provider_by: Origin::Line(line),
            tags: Vec::new(),
            tags_by: None,
            settings: BTreeMap::new(),
            origin: Origin::Line(line),
        };
        for (key, item) in table.iter() {
            let at = key_span(table, key);
            let line = position(self.text, at.clone().map_or(0, |span| span.start)).0;
            let value = match key {
                PROVIDER => {
                    account.provider_by = Origin::Line(line);
                    continue;
                }
                TAGS => {
                    account.tags = self.tags(item);
                    account.tags_by = Some(Origin::Line(line));
                    continue;
                }
                _ => match factory.settings().iter().find(|setting| setting.name == key) {
                    None => {
                        let names = factory.settings().iter().map(|setting| setting.name);
                        let names = names.chain([PROVIDER, TAGS]);
                        let hint = Suggestion::new(key, names);
                        let message = format!("unknown setting {}; {hint}", quoted(key));
                        self.wrong(at, message);
                        continue;
                    }
                    Some(setting) if setting.secret => {
                        self.credential(&account, setting, item).map(|source| (setting, source))
                    }
                    Some(setting) => self.plain(factory, setting, item).map(|text| (setting, text)),
                },
            };
            if let Some((setting, value)) = value {
                let origin = Origin::Line(line);
                account.settings.insert(setting.name, Setting { value, origin });
            }
        }
        Some(account)
    }

    fn provider(
        &mut self,
        name: &str,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
    ) -> Option<&'a dyn ProviderFactory> {
        let named = table.get(PROVIDER);
        if let Some(id) = provider_of(self.providers, name) {
            // A wrong one is told of the variable.
            return super::provider(self.registry, id).ok();
        }
        let (id, at) = if let Some(item) = named {
            let Some(id) = item.as_str() else {
                self.wrong(item.span(), format!("`provider` is a text, and not {}", kind(item)));
                return None;
            };
            (id, item.span())
        } else if let Some((key, _)) = table.iter().find(|(key, _)| is_nearly(key, PROVIDER)) {
            let message = format!("unknown setting `{key}`; did you mean `{PROVIDER}`?");
            self.wrong(key_span(table, key), message);
            return None;
        } else {
            let known = self.registry.factories().map(|factory| factory.info().id.to_string());
            let known: Vec<String> = known.collect();
            let hint = Suggestion::new(name, known.iter().map(String::as_str));
            let message =
                format!("account `{name}` names no provider; write `provider = \"…\"`; {hint}");
            self.wrong(span, message);
            return None;
        };
        let factory = super::provider(self.registry, id);
        factory.map_err(|wrong| self.wrong(at, wrong)).ok()
    }

    fn tags(&mut self, item: &Item) -> Vec<String> {
        let text = |value: &Toml| value.as_str().map(str::to_owned);
        let tags = item.as_array().map(|tags| tags.iter().map(text).collect::<Option<Vec<_>>>());
        let Some(Some(tags)) = tags else {
            let what = kind(item);
            self.wrong(
                item.span(),
                format!("`tags` is a list of texts, as `[\"prod\"]`, and not {what}"),
            );
            return Vec::new();
        };
        tags
    }

    /// A setting that may be shown; a number stands for its digits.
    fn plain(
        &mut self,
        factory: &dyn ProviderFactory,
        setting: &keyroster::Setting,
        item: &Item,
    ) -> Option<Value> {
        let number = item.as_integer().map(|number| number.to_string());
        let text = item.as_str().map(str::to_owned).or(number);
        if text.is_none() {
            let (name, what) = (setting.name, kind(item));
            self.wrong(
                item.span(),
                format!("`{name}` is a text or a whole number, and not {what}"),
            );
        }
        let wrong = text.as_deref().and_then(|text| wrong_value(factory, setting.name, text));
        if let Some(wrong) = wrong {
            self.wrong(item.span(), wrong);
        }
        text.map(Value::Plain)
    }

    fn credential(
        &mut self,
        account: &Definition,
        setting: &keyroster::Setting,
        item: &Item,
    ) -> Option<Value> {
        let name = setting.name;
        let example = format!("`{name} = {{ env = \"{}\" }}`", setting.env);
        let Some(table) = item.as_table_like() else {
            // The text itself is not shown, nor tried.
            let what = if item.is_str() {
                format!(
                    "a secret may not stand in this file; move it, say where it is ({example}, or \
                     `file`, `command`, `keychain`), and replace the key, as the file may have been read"
                )
            } else {
                format!(
                    "`{name}` says where the secret is, as {example}, and is not {}",
                    kind(item)
                )
            };
            self.wrong(item.span(), what);
            return None;
        };
        let (mut source, mut patience) = (None, None);
        for (kind_of, item) in table.iter() {
            let found = match kind_of {
                TIMEOUT => {
                    patience = self.timeout(item);
                    continue;
                }
                "env" => self.text(kind_of, item).and_then(|name| self.variable(&name, item)),
                "file" => {
                    self.text(kind_of, item).map(|path| CredentialSource::File(PathBuf::from(path)))
                }
                "keychain" => match item.as_bool() {
                    Some(true) => {
                        Some(CredentialSource::Keychain(format!("{}/{name}", account.name)))
                    }
                    _ => self.text(kind_of, item).map(CredentialSource::Keychain),
                },
                "command" => self
                    .command(item)
                    .map(|line| CredentialSource::Command(Command { line, patience: None })),
                other => {
                    let hint = Suggestion::new(other, SOURCES);
                    let message = format!("{} is no place of a secret; {hint}", quoted(other));
                    self.wrong(key_span(table, other), message);
                    return None;
                }
            };
            if source.is_some() {
                self.wrong(
                    key_span(table, kind_of),
                    format!("`{name}` says twice where the secret is; keep one"),
                );
                return None;
            }
            source = Some(found?);
        }
        if let Some(CredentialSource::Command(command)) = &mut source {
            command.patience = patience;
        } else if patience.is_some() {
            self.wrong(
                key_span(table, TIMEOUT),
                "`timeout` is for a `command` alone; leave it out",
            );
        }
        if source.is_none() {
            self.wrong(
                item.span(),
                format!("`{name}` does not say where the secret is; write {example}"),
            );
        }
        source.map(Value::Credential)
    }

    fn text(&mut self, name: &str, item: &Item) -> Option<String> {
        let text = item.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(item.span(), format!("`{name}` is a text that is not empty"));
        }
        text.map(str::to_owned)
    }

    fn variable(&mut self, name: &str, item: &Item) -> Option<CredentialSource> {
        CredentialSource::variable(name).map_err(|wrong| self.wrong(item.span(), wrong)).ok()
    }

    fn command(&mut self, item: &Item) -> Option<CommandLine> {
        if let Some(line) = item.as_str().filter(|line| !line.trim().is_empty()) {
            return Some(CommandLine::Shell(line.to_owned()));
        }
        let text = |value: &Toml| value.as_str().map(str::to_owned);
        let words =
            item.as_array().and_then(|words| words.iter().map(text).collect::<Option<Vec<_>>>());
        match words {
            Some(words) if words.first().is_some_and(|program| !program.is_empty()) => {
                Some(CommandLine::Words(words))
            }
            _ => {
                self.wrong(
                    item.span(),
                    "`command` is a program and its arguments, as `[\"pass\", \"show\", \"pinata\"]`, or \
                     a line for the shell",
                );
                None
            }
        }
    }

    fn timeout(&mut self, item: &Item) -> Option<Duration> {
        let time = item.as_str().and_then(|text| duration(text).ok());
        if time.is_none() {
            self.wrong(item.span(), "`timeout` is a time, as `\"10s\"`");
        }
        time
    }
}

/// Whether a name is another one that was mistyped.
fn is_nearly(name: &str, other: &str) -> bool {
    Suggestion::new(name, [other]).name().is_some()
}

fn key_span(table: &dyn TableLike, name: &str) -> Option<Range<usize>> {
    table.key(name).and_then(toml_edit::Key::span)
}

/// What stands there, with its article.
fn kind(item: &Item) -> String {
    let name = item.type_name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
