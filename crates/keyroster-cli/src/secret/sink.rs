//! Sinks: where a new secret is written.
//!
//! A sink is checked before the key is created, as far as possible: its file is created next to the target,
//! and its command is looked up. A secret that cannot be delivered after all is written to a separate file that
//! only the user can read, never to the screen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyroster::Secret;
use tempfile::NamedTempFile;

use crate::exit::Failure;
use crate::platform;

const KINDS: &str = "use stdout, file:PATH, dotenv:PATH#NAME or command:LINE";

/// A sink that was checked and is ready for the secret.
#[derive(Debug)]
pub(crate) enum Sink {
    Stdout,
    /// A new file, written next to its target.
    File {
        path: PathBuf,
        draft: NamedTempFile,
        overwrite: bool,
    },
    /// One line of a file. The others stay.
    Dotenv {
        path: PathBuf,
        name: String,
        draft: NamedTempFile,
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
            _ => Err(Failure::usage("--secret-to has an unknown kind of sink").with_hint(KINDS)),
        }
    }

    /// Delivers the secret, and returns where it went.
    pub(crate) fn deliver(self, secret: &Secret) -> io::Result<String> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", secret.expose())?;
                out.flush()?;
                Ok("standard output".to_owned())
            }
            Self::File { path, mut draft, overwrite } => {
                draft.write_all(secret.expose().as_bytes())?;
                draft.write_all(b"\n")?;
                draft.as_file().sync_all()?;
                let placed =
                    if overwrite { draft.persist(&path) } else { draft.persist_noclobber(&path) };
                placed.map_err(|error| error.error)?;
                Ok(path.display().to_string())
            }
            Self::Dotenv { path, name, mut draft, overwrite } => {
                let old = read_dotenv(&path)?;
                if !overwrite && holds(&old, &name) {
                    let message = format!("{name} was set in the meantime");
                    return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
                }
                draft.write_all(with_line(&old, &name, secret).expose().as_bytes())?;
                draft.as_file().sync_all()?;
                draft.persist(&path).map_err(|error| error.error)?;
                Ok(format!("{name} in {}", path.display()))
            }
            Self::Command(line) => {
                let mut child =
                    Command::new("sh").arg("-c").arg(&line).stdin(Stdio::piped()).spawn()?;
                let input = child.stdin.take();
                let written =
                    input.map_or(Ok(()), |mut input| input.write_all(secret.expose().as_bytes()));
                let status = child.wait()?;
                written?;
                if !status.success() {
                    return Err(io::Error::other(format!("the command ended with {status}")));
                }
                Ok("the command".to_owned())
            }
        }
    }
}

/// Writes a secret that could not be delivered to a file, and returns its path.
pub(crate) fn rescue(secret: &Secret) -> io::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("keyroster-rescued-").tempfile()?;
    file.write_all(secret.expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}

fn file(path: &Path, overwrite: bool) -> Result<Sink, Failure> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::usage(format!("{shown} is a folder")).with_hint("name a file"));
    }
    // A dangling link exists, too.
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{shown} already exists"))
            .with_hint("choose another file, or pass --overwrite"));
    }
    let path = resolve(path);
    let draft = draft_beside(&path)?;
    Ok(Sink::File { path, draft, overwrite })
}

fn dotenv(path: &Path, name: &str, overwrite: bool) -> Result<Sink, Failure> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(valid) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(Failure::usage(format!("`{name}` is not a valid variable name"))
            .with_hint("use letters, digits and `_`"));
    }
    let path = resolve(path);
    let shown = path.display();
    let old = read_dotenv(&path)
        .map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    if old.lines().filter(|line| sets(line, name)).count() > 1 {
        return Err(Failure::usage(format!("{shown} sets {name} more than once"))
            .with_hint("remove all lines but one"));
    }
    if old.lines().any(|line| sets(line, name) && opens_quote(line)) {
        return Err(Failure::usage(format!("{shown} sets {name} to a value of several lines"))
            .with_hint("put the value on one line first"));
    }
    if !overwrite && holds(&old, name) {
        return Err(Failure::usage(format!("{shown} already sets {name}"))
            .with_hint("name another variable, or pass --overwrite"));
    }
    let draft = draft_beside(&path)?;
    Ok(Sink::Dotenv { path, name: name.to_owned(), draft, overwrite })
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

/// The target of a link, so that the link itself is not replaced.
fn resolve(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// An empty file in the same folder, which only the user can read. It is removed if it is not used.
fn draft_beside(path: &Path) -> Result<NamedTempFile, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new().prefix(".keyroster-").tempfile_in(folder).map_err(|error| {
        Failure::usage(format!("cannot write {}: {}", path.display(), cause(&error)))
    })
}

/// The cause without the draft's name, which the user does not know.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" at path").next().unwrap_or(&text).to_owned()
}

fn read_dotenv(path: &Path) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
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
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+=:@".contains(c);
    let quote = if secret.expose().chars().all(plain) { "" } else { "'" };
    let line = |export: &str| format!("{export}{name}={quote}{}{quote}", secret.expose());
    // Room for all of it, because growing would leave copies of the secret behind.
    let room = old.len() + name.len() + secret.expose().len() + 32;
    let mut text = String::with_capacity(room);
    let mut placed = false;
    for old in old.split_inclusive('\n') {
        if sets(old, name) {
            let export = if exported(old).is_some() { "export " } else { "" };
            text.push_str(&line(export));
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
        text.push_str(&line(""));
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
        assert_eq!(with_line("", "K", &Secret::from("a b")).expose(), "K='a b'\n");
    }
}
