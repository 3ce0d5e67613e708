//! Reads `keyroster.toml`, and reports every mistake in it with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use keyroster::{ProviderFactory, Registry, Suggestion};
use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::credential::{Command, CommandLine};
use super::overrides::provider_of;
use super::{
    CredentialSource, Definition, Diagnostic, Origin, Setting, Value, check_name, quoted,
    wrong_value,
};
use crate::clock::duration;

const PROVIDER: &str = "provider";
const TAGS: &str = "tags";
const SOURCES: [&str; 4] = ["env", "file", "command", "keychain"];
const TIMEOUT: &str = "timeout";
const COMMAND_TIMEOUT: &str = "command-timeout";

/// The content of a file.
pub(super) struct Found {
    pub(super) accounts: Vec<Definition>,
    /// The names of accounts that are too broken to be among the others.
    pub(super) broken: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How long a command may take, if the file says so.
    pub(super) command_timeout: Option<Duration>,
}

/// Returns the accounts of a file, and its mistakes. `providers` are those that the environment sets.
pub(super) fn accounts(
    text: &str,
    registry: &Registry,
    providers: &BTreeMap<String, String>,
) -> Found {
    let mut reader = Reader {
        text,
        breaks: text.match_indices('\n').map(|(at, _)| at).collect(),
        registry,
        providers,
        broken: Vec::new(),
        diagnostics: Vec::new(),
        command_timeout: None,
    };
    let accounts = match Document::parse(text) {
        Ok(document) => reader.document(document.as_table()),
        Err(error) => {
            let message = error.message().trim().replace('\n', ", ");
            let diagnostic = Diagnostic::new(format!("invalid TOML: {message}"))
                .with_hint("see https://toml.io");
            reader.add(error.span(), diagnostic);
            Vec::new()
        }
    };
    Found {
        accounts,
        broken: reader.broken,
        diagnostics: reader.diagnostics,
        command_timeout: reader.command_timeout,
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Where each line ends, in ascending order.
    breaks: Vec<usize>,
    registry: &'a Registry,
    providers: &'a BTreeMap<String, String>,
    broken: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    command_timeout: Option<Duration>,
}

impl<'a> Reader<'a> {
    /// The line on which a span begins, from 1.
    fn line(&self, span: Option<&Range<usize>>) -> usize {
        let start = span.map_or(0, |span| span.start);
        self.breaks.partition_point(|at| *at < start) + 1
    }

    fn add(&mut self, span: Option<Range<usize>>, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.within(self.text, span));
    }

    fn document(&mut self, table: &dyn TableLike) -> Vec<Definition> {
        let mut found = Vec::new();
        for (name, item) in table.iter() {
            if name == COMMAND_TIMEOUT {
                self.command_timeout = self.timeout(COMMAND_TIMEOUT, item);
                continue;
            }
            if name != "accounts" {
                let hint = match self.registry.factory(name) {
                    Ok(_) => format!("an account is a table: `[accounts.{name}]`"),
                    Err(_) => Suggestion::for_name(name, ["accounts", COMMAND_TIMEOUT]).to_string(),
                };
                let diagnostic = Diagnostic::new(format!("unknown setting {}", quoted(name)));
                self.add(key_span(table, name), diagnostic.with_hint(hint));
                continue;
            }
            let Some(accounts) = item.as_table_like() else {
                let diagnostic =
                    Diagnostic::new(format!("`accounts` must be a table, not {}", kind(item)))
                        .with_hint("write `[accounts.prod]`");
                self.add(item.span(), diagnostic);
                continue;
            };
            for (name, item) in accounts.iter() {
                let span = key_span(accounts, name);
                if let Err(diagnostic) = check_name(name) {
                    self.broken.push(name.to_owned());
                    self.add(span, diagnostic);
                    continue;
                }
                let Some(table) = item.as_table_like() else {
                    self.broken.push(name.to_owned());
                    let message = format!("account `{name}` must be a table, not {}", kind(item));
                    let diagnostic =
                        Diagnostic::new(message).with_hint(format!("write `[accounts.{name}]`"));
                    self.add(span, diagnostic);
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
        let line = self.line(span.as_ref());
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
            let line = self.line(at.as_ref());
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
                        let diagnostic =
                            Diagnostic::new(format!("unknown setting {}", quoted(key)));
                        let hint = Suggestion::for_name(key, names).to_string();
                        self.add(at, diagnostic.with_hint(hint));
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
            // If it is wrong, the variable has its own diagnostic.
            return super::provider(self.registry, id).ok();
        }
        let (id, at) = if let Some(item) = named {
            let Some(id) = item.as_str() else {
                let message = format!("`provider` must be a string, not {}", kind(item));
                self.add(item.span(), Diagnostic::new(message));
                return None;
            };
            (id, item.span())
        } else if let Some((key, _)) = table.iter().find(|(key, _)| is_nearly(key, PROVIDER)) {
            let diagnostic = Diagnostic::new(format!("unknown setting `{key}`"))
                .with_hint(format!("did you mean `{PROVIDER}`?"));
            self.add(key_span(table, key), diagnostic);
            return None;
        } else {
            let known = self.registry.factories().map(|factory| factory.info().id.to_string());
            let known: Vec<String> = known.collect();
            let hint = match Suggestion::for_name(name, known.iter().map(String::as_str)).nearest()
            {
                Some(id) => format!("add `provider = \"{id}\"`"),
                None => format!("add `provider = \"…\"`: {}", known.join(", ")),
            };
            let diagnostic = Diagnostic::new(format!("account `{name}` has no provider"));
            self.add(span, diagnostic.with_hint(hint));
            return None;
        };
        let factory = super::provider(self.registry, id);
        factory.map_err(|diagnostic| self.add(at, diagnostic)).ok()
    }

    fn tags(&mut self, item: &Item) -> Vec<String> {
        let text = |value: &Toml| value.as_str().map(str::to_owned);
        let tags = item.as_array().map(|tags| tags.iter().map(text).collect::<Option<Vec<_>>>());
        let Some(Some(tags)) = tags else {
            let message = format!("`tags` must be a list of strings, not {}", kind(item));
            let diagnostic = Diagnostic::new(message).with_hint("write `tags = [\"prod\"]`");
            self.add(item.span(), diagnostic);
            return Vec::new();
        };
        tags
    }

    /// Reads a setting that may be shown. A number is read as its digits.
    fn plain(
        &mut self,
        factory: &dyn ProviderFactory,
        setting: &keyroster::Setting,
        item: &Item,
    ) -> Option<Value> {
        let number = item.as_integer().map(|number| number.to_string());
        let text = item.as_str().map(str::to_owned).or(number);
        if text.is_none() {
            let message = format!(
                "`{}` must be a string or a whole number, not {}",
                setting.name,
                kind(item)
            );
            self.add(item.span(), Diagnostic::new(message));
        }
        let diagnostic = text.as_deref().and_then(|text| wrong_value(factory, setting.name, text));
        if let Some(diagnostic) = diagnostic {
            self.add(item.span(), diagnostic);
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
            // The text may be the secret. It is neither shown nor used.
            let diagnostic = if item.is_str() {
                Diagnostic::new(format!("`{name}` must say where the secret is, not contain it"))
                    .with_hint(format!(
                        "write {example} (or `file`, `command`, `keychain`); if this was a secret, replace \
                         the key, because others may have read the file"
                    ))
            } else {
                Diagnostic::new(format!(
                    "`{name}` is {}, but must say where the secret is",
                    kind(item)
                ))
                .with_hint(format!("write {example}"))
            };
            self.add(item.span(), diagnostic);
            return None;
        };
        let mut source = None;
        let mut timeout = None;
        for (kind_of, item) in table.iter() {
            let found = match kind_of {
                TIMEOUT => {
                    timeout = self.timeout(TIMEOUT, item);
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
                    .map(|line| CredentialSource::Command(Command { line, timeout: None })),
                other => {
                    let hint = Suggestion::for_name(other, SOURCES).to_string();
                    let diagnostic =
                        Diagnostic::new(format!("unknown source of a secret {}", quoted(other)));
                    self.add(key_span(table, other), diagnostic.with_hint(hint));
                    return None;
                }
            };
            if source.is_some() {
                let diagnostic = Diagnostic::new(format!("`{name}` has two sources"));
                self.add(key_span(table, kind_of), diagnostic.with_hint("keep one of them"));
                return None;
            }
            source = Some(found?);
        }
        if let Some(CredentialSource::Command(command)) = &mut source {
            command.timeout = timeout;
        } else if timeout.is_some() {
            let diagnostic = Diagnostic::new("`timeout` applies only to `command`");
            self.add(key_span(table, TIMEOUT), diagnostic.with_hint("remove it"));
        }
        if source.is_none() {
            let diagnostic = Diagnostic::new(format!("`{name}` does not say where the secret is"));
            self.add(item.span(), diagnostic.with_hint(format!("write {example}")));
        }
        source.map(Value::Credential)
    }

    fn text(&mut self, name: &str, item: &Item) -> Option<String> {
        let text = item.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            let diagnostic = Diagnostic::new(format!("`{name}` must be a non-empty string"));
            self.add(item.span(), diagnostic);
        }
        text.map(str::to_owned)
    }

    fn variable(&mut self, name: &str, item: &Item) -> Option<CredentialSource> {
        CredentialSource::variable(name)
            .map_err(|diagnostic| self.add(item.span(), diagnostic))
            .ok()
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
                let diagnostic = Diagnostic::new(
                    "`command` must be a list of a program and its arguments, or a line for the shell",
                );
                let hint = "write `command = [\"pass\", \"show\", \"pinata\"]`";
                self.add(item.span(), diagnostic.with_hint(hint));
                None
            }
        }
    }

    fn timeout(&mut self, name: &str, item: &Item) -> Option<Duration> {
        let time = item.as_str().and_then(|text| duration(text).ok());
        if time.is_none() {
            let diagnostic = Diagnostic::new(format!("`{name}` must be a duration"));
            self.add(item.span(), diagnostic.with_hint(format!("write `{name} = \"10s\"`")));
        }
        time
    }
}

/// Whether a name is a mistyped form of another one.
fn is_nearly(name: &str, other: &str) -> bool {
    Suggestion::for_name(name, [other]).nearest().is_some()
}

fn key_span(table: &dyn TableLike, name: &str) -> Option<Range<usize>> {
    table.key(name).and_then(toml_edit::Key::span)
}

/// The type of an item, with its article.
fn kind(item: &Item) -> String {
    let name = item.type_name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
