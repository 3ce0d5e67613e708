//! Where a new secret goes.
//!
//! A sink is checked before the key is made, as far as it can be: its file is created beside the target,
//! its command is looked for. A secret that then cannot be delivered is put into a file of its own that
//! nobody else can read, never on the screen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyroster::Secret;
use tempfile::NamedTempFile;

use crate::platform;

const HELP: &str = "use `stdout`, `file:PATH`, `dotenv:PATH#NAME` or `command:…`";

/// A sink that was checked and waits for the secret.
#[derive(Debug)]
pub(crate) enum Sink {
    Stdout,
    /// A file of its own, written beside its place.
    File {
        path: PathBuf,
        draft: NamedTempFile,
        overwrite: bool,
    },
    /// One line of a file; the others stay.
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
    /// Reads and checks what the user wrote; nothing that exists is changed.
    pub(crate) fn open(text: &str, overwrite: bool) -> Result<Self, String> {
        if text == "stdout" {
            return if platform::is_stdout_read() {
                Ok(Self::Stdout)
            } else {
                Err("standard output is closed or thrown away, and the secret with it".to_owned())
            };
        }
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "file" if !rest.is_empty() => file(Path::new(rest), overwrite),
            "dotenv" => {
                let named = rest.rsplit_once('#').filter(|(path, _)| !path.is_empty());
                let (path, name) = named.ok_or("`dotenv:` takes PATH#NAME, as `.env#API_KEY`")?;
                dotenv(Path::new(path), name, overwrite)
            }
            "command" if !rest.trim().is_empty() => command(rest),
            _ => Err(format!("`--secret-to` names no sink; {HELP}")),
        }
    }

    /// Gives the secret away, and tells where it went.
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
                    let message = format!("{name} was set there in the meantime");
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

/// Keeps a secret that could not be delivered, and tells where.
pub(crate) fn rescue(secret: &Secret) -> io::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("keyroster-rescued-").tempfile()?;
    file.write_all(secret.expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}

fn file(path: &Path, overwrite: bool) -> Result<Sink, String> {
    let shown = path.display();
    if path.is_dir() {
        return Err(format!("{shown} is a folder; name a file"));
    }
    // A link that leads nowhere is something that exists, too.
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(format!("{shown} exists; name another file, or add --overwrite"));
    }
    let path = resolve(path);
    let draft = draft_beside(&path)?;
    Ok(Sink::File { path, draft, overwrite })
}

fn dotenv(path: &Path, name: &str, overwrite: bool) -> Result<Sink, String> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(valid) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(format!("`{name}` is no name of a variable: use letters, digits and `_`"));
    }
    let path = resolve(path);
    let shown = path.display();
    let old = read_dotenv(&path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    if old.lines().filter(|line| sets(line, name)).count() > 1 {
        return Err(format!("{shown} sets {name} more than once; leave one line of it"));
    }
    if old.lines().any(|line| sets(line, name) && opens_quote(line)) {
        return Err(format!("{shown} gives {name} a value of several lines; put it on one first"));
    }
    if !overwrite && holds(&old, name) {
        return Err(format!(
            "{shown} sets {name} already; name another variable, or add --overwrite"
        ));
    }
    let draft = draft_beside(&path)?;
    Ok(Sink::Dotenv { path, name: name.to_owned(), draft, overwrite })
}

fn command(line: &str) -> Result<Sink, String> {
    // What stands before the command sets variables for it.
    let mut words = line.split_whitespace().skip_while(|word| word.contains('='));
    let word = words.next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+".contains(c);
    if word.is_empty() || !word.chars().all(plain) {
        // Only a shell can tell what this runs.
        return Ok(Sink::Command(line.to_owned()));
    }
    let mut check = Command::new("sh");
    check.args(["-c", "command -v -- \"$1\" >/dev/null", "sh", word]).stdin(Stdio::null());
    match check.status() {
        Ok(status) if status.success() => Ok(Sink::Command(line.to_owned())),
        Ok(_) => Err(format!("there is no command `{word}`")),
        Err(error) => Err(format!("no shell to run the command: {error}")),
    }
}

/// The file itself where the path is a link, so that the link stays one.
fn resolve(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// An empty file in the same folder, which nobody else can read; gone again if it is not used.
fn draft_beside(path: &Path) -> Result<NamedTempFile, String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new()
        .prefix(".keyroster-")
        .tempfile_in(folder)
        .map_err(|error| format!("{} cannot be written: {}", path.display(), cause(&error)))
}

/// The cause without the draft's name, which means nothing to anybody.
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

/// Whether a file gives the variable a value that is worth something.
fn holds(text: &str, name: &str) -> bool {
    let value = |line: &str| line.split_once('=').map(|(_, value)| value.trim().to_owned());
    let mut values = text.lines().filter(|line| sets(line, name)).filter_map(value);
    values.any(|value| !value.trim_matches(['"', '\'', '`']).is_empty())
}

/// What follows `export` on a line that begins with it.
fn exported(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']))
}

/// Whether the value of a line begins with a quote that the line does not close.
fn opens_quote(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value.trim_start());
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    quote.is_some_and(|quote| value.matches(quote).count() < 2)
}

/// The file with one line set: in its place if it is there, else at the end.
fn with_line(old: &str, name: &str, secret: &Secret) -> Secret {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+=:@".contains(c);
    let quote = if secret.expose().chars().all(plain) { "" } else { "'" };
    let line = |export: &str| format!("{export}{name}={quote}{}{quote}", secret.expose());
    // Room for all of it, so that no copy is left behind by growing.
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
