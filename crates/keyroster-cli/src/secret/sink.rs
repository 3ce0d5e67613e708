//! Sinks: where a new secret is written.
//!
//! A sink is checked before the key is created, as far as possible: everything about its file is tried, and its
//! command is looked up. A secret that cannot be delivered after all is written to a separate file that only the
//! user can read, never to the screen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyroster::Secret;
use keyroster_files::{FileEdit, FileError, FileErrorKind, Place};

use crate::exit::Failure;
use crate::platform;
use crate::platform::env;
use crate::platform::process::Commands;

/// Maximum number of attempts to edit a file that other programs change at the same time.
const MAX_ATTEMPTS: usize = 5;

const KINDS: &str = "use stdout, file:PATH, dotenv:PATH#NAME or command:LINE";

/// A sink that was checked and is ready for the secret.
#[derive(Debug)]
pub(crate) enum Sink {
    Stdout,
    /// A file of its own.
    File {
        place: Place,
        overwrite: bool,
    },
    /// One line of a file. The others stay.
    Dotenv {
        place: Place,
        name: String,
        overwrite: bool,
    },
    /// The standard input of a command.
    Command(String),
}

impl Sink {
    /// Parses and checks what the user wrote. Changes nothing that exists.
    pub(crate) fn open(text: &str, overwrite: bool) -> Result<Self, Failure> {
        if text == "stdout" {
            return if platform::is_stdout_read() {
                Ok(Self::Stdout)
            } else {
                Err(Failure::usage(
                    "standard output is closed or /dev/null: the secret would be lost",
                ))
            };
        }
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "file" if !rest.is_empty() => file(Path::new(rest), overwrite),
            "dotenv" => {
                let named = rest.rsplit_once('#').filter(|(path, _)| !path.is_empty());
                let (path, name) = named.ok_or_else(|| {
                    Failure::usage("`dotenv:` expects PATH#NAME")
                        .with_hint("for example dotenv:.env#API_KEY")
                })?;
                dotenv(Path::new(path), name, overwrite)
            }
            "command" if !rest.trim().is_empty() => command(rest),
            _ => Err(Failure::usage("--secret-to is not a valid sink").with_hint(KINDS)),
        }
    }

    /// Delivers the secret, and returns where it went.
    pub(crate) async fn deliver(self, secret: &Secret, commands: &Commands) -> io::Result<String> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", secret.expose())?;
                out.flush()?;
                Ok("standard output".to_owned())
            }
            Self::File { place, overwrite } => {
                let line = line_of(secret);
                edited(&place, |edit| {
                    if edit.exists() && !overwrite {
                        return Err(exists("the file was created in the meantime"));
                    }
                    Ok(line.clone())
                })?;
                Ok(place.shown().display().to_string())
            }
            Self::Dotenv { place, name, overwrite } => {
                if !secret.expose().chars().all(is_plain) || secret.is_empty() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the secret has characters that programs read differently in such a file",
                    ));
                }
                edited(&place, |edit| {
                    let old = text_of(edit)?;
                    if let Some((problem, _)) = obstacle(&old, &name, overwrite) {
                        return Err(exists(&format!("meanwhile the file {problem}")));
                    }
                    Ok(with_line(&old, &name, secret))
                })?;
                Ok(format!("{name} in {}", place.shown().display()))
            }
            Self::Command(line) => {
                commands.deliver(&line, secret).await?;
                Ok("the command".to_owned())
            }
        }
    }
}

/// Edits a file, again if another program changed it meanwhile.
fn edited(place: &Place, content: impl Fn(&mut FileEdit) -> io::Result<Secret>) -> io::Result<()> {
    for attempt in 1.. {
        let mut edit = place.edit()?;
        let content = content(&mut edit)?;
        match edit.write(content.expose().as_bytes()) {
            Err(error) if error.kind() == FileErrorKind::Changed && attempt < MAX_ATTEMPTS => {}
            outcome => return Ok(outcome?),
        }
    }
    Ok(())
}

fn exists(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

/// The secret as a line, in a buffer that is wiped.
fn line_of(secret: &Secret) -> Secret {
    let mut line = String::with_capacity(secret.expose().len() + 1);
    line.push_str(secret.expose());
    line.push('\n');
    Secret::new(line)
}

/// Writes a secret that could not be delivered to a file, and returns its path.
pub(crate) fn rescue(secret: &Secret) -> io::Result<PathBuf> {
    let line = line_of(secret);
    let mut outcome = Err(io::Error::other("there is no folder to write it to"));
    for folder in env::rescue_folders() {
        outcome = keyroster_files::keep(&folder, "keyroster-rescued-", line.expose().as_bytes());
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Checks a file, and tries whether it can be written.
fn checked(path: &Path) -> Result<Place, Failure> {
    Place::check(path).map_err(|error| refused(&error))
}

fn refused(error: &FileError) -> Failure {
    Failure::usage(error.to_string()).with_hint(error.help())
}

fn file(path: &Path, overwrite: bool) -> Result<Sink, Failure> {
    // A link exists, too, wherever it leads.
    if !overwrite && path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        return Err(Failure::usage(format!("{} already exists", path.display()))
            .with_hint("choose another file, or pass --overwrite"));
    }
    Ok(Sink::File { place: checked(path)?, overwrite })
}

fn dotenv(path: &Path, name: &str, overwrite: bool) -> Result<Sink, Failure> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(valid) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(Failure::usage(format!("`{name}` is not a valid variable name"))
            .with_hint("use letters, digits and `_`"));
    }
    let place = checked(path)?;
    let mut edit = place.edit().map_err(|error| refused(&error))?;
    let shown = path.display();
    let old = text_of(&mut edit)
        .map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    if let Some((problem, hint)) = obstacle(&old, name, overwrite) {
        return Err(Failure::usage(format!("{shown} {problem}")).with_hint(hint));
    }
    Ok(Sink::Dotenv { place, name: name.to_owned(), overwrite })
}

/// The text of a file that is edited.
fn text_of(edit: &mut FileEdit) -> io::Result<String> {
    String::from_utf8(edit.read()?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// What keeps a variable from being set in a file, and what to do.
fn obstacle(old: &str, name: &str, overwrite: bool) -> Option<(String, &'static str)> {
    if old.lines().filter(|line| sets(line, name)).count() > 1 {
        return Some((format!("sets {name} more than once"), "remove all lines but one"));
    }
    if old.lines().any(|line| sets(line, name) && opens_quote(line)) {
        let problem = format!("sets {name} to a value of several lines");
        return Some((problem, "put the value on one line first"));
    }
    if !overwrite && holds(old, name) {
        return Some((
            format!("already sets {name}"),
            "name another variable, or pass --overwrite",
        ));
    }
    None
}

/// Whether a character without quotes means itself to `sh`, to the libraries that read dotenv files, and to
/// `docker --env-file`, which keeps quotes as part of the value.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./+=:@,%^".contains(c)
}

fn command(line: &str) -> Result<Sink, Failure> {
    // Words with `=` before the command set variables for it.
    let mut words = line.split_whitespace().skip_while(|word| word.contains('='));
    let word = words.next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+".contains(c);
    if word.is_empty() || !word.chars().all(plain) {
        // Only a shell knows what this runs.
        return Ok(Sink::Command(line.to_owned()));
    }
    let mut check = Command::new("sh");
    check.args(["-c", "command -v -- \"$1\" >/dev/null", "sh", word]).stdin(Stdio::null());
    match check.status() {
        Ok(status) if status.success() => Ok(Sink::Command(line.to_owned())),
        Ok(_) => Err(Failure::usage(format!("command `{word}` not found"))),
        Err(error) => Err(Failure::usage(format!("cannot run a shell: {error}"))),
    }
}

/// Whether a line gives the variable a value.
fn sets(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = exported(line).unwrap_or(line).trim_start();
    line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Whether a file gives the variable a value that is not empty.
fn holds(text: &str, name: &str) -> bool {
    let value = |line: &str| line.split_once('=').map(|(_, value)| value.trim().to_owned());
    let mut values = text.lines().filter(|line| sets(line, name)).filter_map(value);
    values.any(|value| !value.trim_matches(['"', '\'', '`']).is_empty())
}

/// The rest of a line that begins with `export`.
fn exported(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']))
}

/// Whether the value of a line begins with a quote that is not closed on the line.
fn opens_quote(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value.trim_start());
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    quote.is_some_and(|quote| value.matches(quote).count() < 2)
}

/// The file with the variable set: on its line if there is one, or else at the end.
fn with_line(old: &str, name: &str, secret: &Secret) -> Secret {
    // Room for all of it, because growing would leave copies of the secret behind.
    let room = old.len() + name.len() + secret.expose().len() + 32;
    let mut text = String::with_capacity(room);
    let mut placed = false;
    for old in old.split_inclusive('\n') {
        if sets(old, name) {
            let export = if exported(old).is_some() { "export " } else { "" };
            for part in [export, name, "=", secret.expose()] {
                text.push_str(part);
            }
            text.push_str(if old.ends_with("\r\n") { "\r\n" } else { "\n" });
            placed = true;
        } else {
            text.push_str(old);
        }
    }
    if !placed {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for part in [name, "=", secret.expose()] {
            text.push_str(part);
        }
        text.push('\n');
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use keyroster::Secret;

    use super::with_line;

    #[test]
    fn a_line_is_set_in_its_place_and_the_others_stay() {
        let secret = Secret::from("sk-or-v1-fa4e");
        for (old, new) in [
            ("", "KEY=sk-or-v1-fa4e\n"),
            ("A=1\n# KEY=no\nB=2", "A=1\n# KEY=no\nB=2\nKEY=sk-or-v1-fa4e\n"),
            ("A=1\nKEY=old\nKEY2=x\n", "A=1\nKEY=sk-or-v1-fa4e\nKEY2=x\n"),
            ("export\tKEY=old\n", "export KEY=sk-or-v1-fa4e\n"),
            ("exported=1\n", "exported=1\nKEY=sk-or-v1-fa4e\n"),
            ("  export KEY = old\r\nB=2\r\n", "export KEY=sk-or-v1-fa4e\r\nB=2\r\n"),
        ] {
            assert_eq!(with_line(old, "KEY", &secret).expose(), new);
        }
    }
}
