//! Reads a secret from where it is: a variable, a file, a command or the keychain.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use keyroster::Secret;
use tokio::io::AsyncReadExt;

use super::{Diagnostic, Keychain};
use crate::platform;
use crate::platform::env;
use crate::platform::process::{Commands, shell};

/// Maximum length of a secret, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Maximum length of a program's name. Anything longer may be a secret.
const LONGEST_PROGRAM: usize = 32;

/// Maximum length of a variable's name without `_`. Anything longer may be a secret.
const LONGEST_WORD: usize = 32;

/// The forms of a source on the command line.
pub(crate) const KINDS: &str =
    "`env:NAME`, `file:PATH`, `command:LINE` or `keychain` (or `keychain:NAME`)";

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialSource {
    /// In an environment variable.
    Env(String),
    /// In a file that only its owner can read.
    File(PathBuf),
    /// In the output of a command.
    Command(Command),
    /// In the system's credential store, under this name.
    Keychain(String),
}

/// Why a secret could not be read, and what to do. Contains nothing of the secret.
#[derive(Debug)]
pub(crate) struct CredentialError {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl CredentialError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A command that prints a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) line: CommandLine,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
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
            // Only the program, because an argument may be a secret.
            Self::Command(command) => match command.program() {
                "" => f.write_str("command"),
                program => write!(f, "command {program}"),
            },
            Self::Keychain(name) => write!(f, "keychain {name}"),
        }
    }
}

impl Command {
    /// The program's name, or nothing if it may be something else.
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

/// The word of a shell line that names the program, after the variables that are set for it. Returns nothing
/// if a value may have several words, because a part of the value would be shown.
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

/// Whether this is a valid name of an environment variable.
pub(crate) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl CredentialSource {
    /// The environment variable with this name. An invalid name is not shown, because it may be the secret.
    pub(crate) fn variable(name: &str) -> Result<Self, Diagnostic> {
        // Keys are long and contain no `_`. Long names of variables do.
        if is_variable(name) && (name.len() <= LONGEST_WORD || name.contains('_')) {
            return Ok(Self::Env(name.to_owned()));
        }
        let message = "`env` must be the name of an environment variable, not the secret itself";
        Err(Diagnostic::new(message)
            .with_hint("write a name such as `PINATA_JWT`; if this was a secret, replace the key"))
    }

    /// Parses a source from the command line. `default` is the keychain entry if the text names none.
    ///
    /// The error does not show the text, because it may be the secret itself.
    pub(crate) fn parse(text: &str, default: &str) -> Result<Self, Diagnostic> {
        let wrong = || {
            Diagnostic::new("expected where the secret is, not the secret itself")
                .with_hint(format!("write {KINDS}"))
        };
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("keychain", "") => Ok(Self::Keychain(default.to_owned())),
            (_, "") => Err(wrong()),
            ("keychain", name) => Ok(Self::Keychain(name.to_owned())),
            ("env", name) => Self::variable(name),
            ("file", path) => Ok(Self::File(PathBuf::from(path))),
            ("command", line) => {
                let line = CommandLine::Shell(line.to_owned());
                Ok(Self::Command(Command { line, timeout: None }))
            }
            _ => Err(wrong()),
        }
    }

    /// Reads the secret. Relative paths start at the folder.
    pub(crate) async fn fetch(
        &self,
        folder: &Path,
        commands: &Commands,
    ) -> Result<Secret, CredentialError> {
        let secret = match self {
            Self::Env(name) if env::is_garbled(name) => {
                let message = format!("the environment variable {name} is not valid UTF-8");
                return Err(CredentialError::new(message, "correct it"));
            }
            Self::Env(name) => env::secret(name).ok_or_else(|| {
                CredentialError::new(
                    format!("the environment variable {name} is not set"),
                    format!("set {name}"),
                )
            })?,
            Self::File(path) => read_file(&folder.join(env::expand_home(path)))?,
            Self::Command(command) => command.run(folder, commands).await?,
            Self::Keychain(name) => Keychain::get(name).await?,
        };
        // A file or the output of a command usually ends with a line break.
        let trimmed = Secret::from(secret.expose().trim_end_matches(['\r', '\n']));
        if trimmed.is_empty() {
            return Err(CredentialError::new(
                format!("the secret is empty ({self})"),
                "put the secret there",
            ));
        }
        Ok(trimmed)
    }
}

fn read_file(path: &Path) -> Result<Secret, CredentialError> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let message = format!("cannot read the file {shown}: {error}");
        CredentialError::new(message, "check its path and permissions")
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if platform::is_open_to_others(&metadata) {
        let message = format!("other users can access the file {shown}");
        return Err(CredentialError::new(message, format!("run `chmod 600 {shown}`")));
    }
    std::fs::read_to_string(path).map(Secret::new).map_err(unreadable)
}

impl Command {
    /// Returns what the command prints. It is killed after its timeout.
    async fn run(&self, folder: &Path, commands: &Commands) -> Result<Secret, CredentialError> {
        let program = match self.program() {
            "" => String::new(),
            program => format!(" `{program}`"),
        };
        let error = |message: &str, hint: &str| {
            CredentialError::new(format!("the command{program} {message}"), hint)
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
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
        // It may print to standard error, unless the user is in the middle of a line.
        if env::is_completing() {
            command.stderr(Stdio::null());
        }
        let mut running = commands.start(command).map_err(|cause| {
            error(&format!("cannot be started: {cause}"), "check that it is installed")
        })?;
        let out = running.child.stdout.take();
        let work = async { (read_all(out).await, running.end().await) };
        let timeout = self.timeout.unwrap_or(commands.timeout);
        let (out, status) = tokio::time::timeout(timeout, work).await.map_err(|_| {
            error(
                &format!("printed no secret within {timeout:?}"),
                "run it by hand to see what it waits for, or increase its `timeout`",
            )
        })?;
        match status {
            Ok(status) if status.success() => out.ok_or_else(|| {
                error("printed something that is not text", "make it print only the secret")
            }),
            Ok(status) => Err(error(&format!("failed with {status}"), by_hand)),
            Err(cause) => Err(error(&format!("failed: {cause}"), by_hand)),
        }
    }
}

/// Reads a stream to its end, if it is text.
async fn read_all(stream: Option<impl tokio::io::AsyncRead + Unpin>) -> Option<Secret> {
    // A buffer that grows would leave copies of the secret behind.
    let mut bytes = Vec::with_capacity(usize::try_from(MAX_BYTES).ok()?);
    stream?.take(MAX_BYTES).read_to_end(&mut bytes).await.ok()?;
    String::from_utf8(bytes).map(Secret::new).ok()
}
