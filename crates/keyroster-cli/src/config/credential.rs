//! Where a secret is, and fetching it from there.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use keyroster::Secret;
use tokio::io::AsyncReadExt;

use super::Keychain;
use crate::env;
use crate::platform;

/// A command that does not answer for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// No secret is longer than this; more is a diagnostic.
const MAX_BYTES: u64 = 64 * 1024;

/// A program's name is not longer; what is may be a secret in its place.
const LONGEST_PROGRAM: usize = 32;

/// A variable's name of one word is not longer.
const LONGEST_WORD: usize = 32;

/// What a person may write.
pub(crate) const KINDS: &str =
    "`env:NAME`, `file:PATH`, `command:LINE` or `keychain` (or `keychain:NAME`)";

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialSource {
    /// In an environment variable.
    Env(String),
    /// In a file that nobody else may read.
    File(PathBuf),
    /// What a command prints.
    Command(Command),
    /// In the system's credential store, under this name.
    Keychain(String),
}

/// Why a secret could not be fetched, and what to do; nothing of the secret.
#[derive(Debug)]
pub(crate) struct CredentialError {
    pub(crate) what: String,
    pub(crate) fix: String,
}

impl CredentialError {
    pub(crate) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.fix)
    }
}

/// A command that prints a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) line: CommandLine,
    pub(crate) patience: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CommandLine {
    /// A program and its arguments.
    Words(Vec<String>),
    /// A line for the shell.
    Shell(String),
}

impl fmt::Display for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            // Only the program: an argument may be more than others should see.
            Self::Command(command) => match command.program() {
                "" => f.write_str("command"),
                program => write!(f, "command {program}"),
            },
            Self::Keychain(name) => write!(f, "keychain {name}"),
        }
    }
}

impl Command {
    /// The program's name as it may be shown; nothing of what may be anything else.
    fn program(&self) -> &str {
        let first = match &self.line {
            CommandLine::Words(words) => words.first().map_or("", String::as_str),
            CommandLine::Shell(line) => first_of(line),
        };
        let starts = |c: char| c.is_ascii_alphanumeric() || "/.~_".contains(c);
        let inside = |c: char| starts(c) || "-+".contains(c);
        if !first.starts_with(starts) {
            return "";
        }
        let name = Path::new(first).file_name().and_then(OsStr::to_str).unwrap_or("");
        let name = &name[..name.find(|c| !inside(c)).unwrap_or(name.len())];
        if name.len() <= LONGEST_PROGRAM { name } else { "" }
    }
}

/// The word of a shell's line that names the program, after the variables that are set for it. Where a
/// value may have several words, none is taken: a part of the value would be shown.
fn first_of(line: &str) -> &str {
    for word in line.split_whitespace() {
        match word.split_once('=') {
            Some((name, value)) if is_variable(name) => {
                if value.contains(['\'', '"', '`', '$', '\\']) {
                    return "";
                }
            }
            _ => return word,
        }
    }
    ""
}

/// Whether an environment variable can be called so.
pub(crate) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl CredentialSource {
    /// The environment variable of that name. What cannot be one is not shown: it may be the secret.
    pub(crate) fn variable(name: &str) -> Result<Self, String> {
        // Keys are long and have no `_` within, and names of such length do.
        if is_variable(name) && (name.len() <= LONGEST_WORD || name.contains('_')) {
            return Ok(Self::Env(name.to_owned()));
        }
        Err("`env` names an environment variable, as `PINATA_JWT`, and a secret may not stand here; if \
             this was one, replace the key"
            .to_owned())
    }

    /// Reads what a person wrote; a keychain entry without a name is called `usual`.
    ///
    /// What was written is not shown in the error: it may be the secret itself.
    pub(crate) fn parse(text: &str, usual: &str) -> Result<Self, String> {
        let wrong = || format!("a secret is not written here; say where it is: {KINDS}");
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("keychain", "") => Ok(Self::Keychain(usual.to_owned())),
            (_, "") => Err(wrong()),
            ("keychain", name) => Ok(Self::Keychain(name.to_owned())),
            ("env", name) => Self::variable(name),
            ("file", path) => Ok(Self::File(PathBuf::from(path))),
            ("command", line) => {
                let line = CommandLine::Shell(line.to_owned());
                Ok(Self::Command(Command { line, patience: None }))
            }
            _ => Err(wrong()),
        }
    }

    /// Fetches the secret; relative paths start at the folder.
    pub(crate) async fn fetch(&self, folder: &Path) -> Result<Secret, CredentialError> {
        let secret = match self {
            Self::Env(name) if env::is_garbled(name) => {
                let what = format!("the environment variable {name} holds what is no text");
                return Err(CredentialError::new(what, "set it anew"));
            }
            Self::Env(name) => env::secret(name).ok_or_else(|| {
                CredentialError::new(
                    format!("the environment variable {name} is not set"),
                    "set it",
                )
            })?,
            Self::File(path) => read_file(&folder.join(env::expand_home(path)))?,
            Self::Command(command) => command.run(folder).await?,
            Self::Keychain(name) => Keychain::get(name).await?,
        };
        // What is read from a file or a command brings its line break along.
        let trimmed = Secret::from(secret.expose().trim_end_matches(['\r', '\n']));
        if trimmed.is_empty() {
            return Err(CredentialError::new(
                format!("{self} holds nothing"),
                "put the secret there",
            ));
        }
        Ok(trimmed)
    }
}

fn read_file(path: &Path) -> Result<Secret, CredentialError> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let what = format!("the file {shown} cannot be read: {error}");
        CredentialError::new(what, "check its path and permissions")
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if platform::is_open_to_others(&metadata) {
        let what = format!("the file {shown} can be read by others");
        return Err(CredentialError::new(what, format!("run: chmod 600 {shown}")));
    }
    std::fs::read_to_string(path).map(Secret::new).map_err(unreadable)
}

impl Command {
    /// What the command prints; it is ended when it takes too long.
    async fn run(&self, folder: &Path) -> Result<Secret, CredentialError> {
        let program = match self.program() {
            "" => String::new(),
            program => format!(" `{program}`"),
        };
        let trouble = |what: &str, fix: &str| {
            CredentialError::new(format!("the command{program} {what}"), fix)
        };
        let by_hand = "run it by hand to see why";
        let mut command = match &self.line {
            CommandLine::Words(words) => {
                let mut command =
                    tokio::process::Command::new(words.first().map_or("", String::as_str));
                command.args(words.iter().skip(1));
                command
            }
            CommandLine::Shell(line) => shell(line),
        };
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        // What it has to say to a person goes to standard error, as it is, unless the person is in the
        // middle of a line.
        if env::is_completing() {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn().map_err(|error| {
            trouble(&format!("cannot be started: {error}"), "check that it is installed")
        })?;
        let out = child.stdout.take();
        let work = async { (read_all(out).await, child.wait().await) };
        let patience = self.patience.unwrap_or(PATIENCE);
        let (out, status) = tokio::time::timeout(patience, work).await.map_err(|_| {
            trouble(
                &format!("gave no secret within {patience:?}"),
                "run it by hand to see what it waits for, or give it longer with `timeout`",
            )
        })?;
        match status {
            Ok(status) if status.success() => out
                .ok_or_else(|| trouble("printed what is no text", "let it print the secret alone")),
            Ok(status) => Err(trouble(&format!("ended with {status}"), by_hand)),
            Err(error) => Err(trouble(&format!("was lost: {error}"), by_hand)),
        }
    }
}

fn shell(line: &str) -> tokio::process::Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = tokio::process::Command::new(program);
    command.arg(flag).arg(line);
    command
}

/// All of a stream, if it is text of a bearable length.
async fn read_all(stream: Option<impl tokio::io::AsyncRead + Unpin>) -> Option<Secret> {
    // Room for all from the beginning, so that growing leaves no copy behind.
    let mut bytes = Vec::with_capacity(usize::try_from(MAX_BYTES).ok()?);
    stream?.take(MAX_BYTES).read_to_end(&mut bytes).await.ok()?;
    String::from_utf8(bytes).map(Secret::new).ok()
}
