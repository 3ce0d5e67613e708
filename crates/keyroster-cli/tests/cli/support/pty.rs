//! The binary on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};

use pty_process::{Size, blocking};

/// A terminal on which the binary runs.
pub(crate) struct Terminal {
    pub(crate) child: Child,
    file: File,
    pub(crate) shown: String,
    /// The beginning of a character whose rest is still to come.
    begun: Vec<u8>,
    columns: u16,
}

/// More than anything shown here has.
const LINES: u16 = 90;

impl Terminal {
    /// Runs a command on a terminal of this width. Its standard output may go elsewhere.
    pub(crate) fn start(command: &Command, columns: u16, stdout: Option<Stdio>) -> Self {
        let (pty, inside) = blocking::open().unwrap();
        pty.resize(Size::new(LINES, columns)).unwrap();
        let mut on_it = blocking::Command::new(command.get_program())
            .args(command.get_args())
            .env_clear()
            .env("TERM", "xterm-256color");
        for (name, value) in command.get_envs() {
            on_it = on_it.env(name, value.unwrap_or_default());
        }
        if let Some(stdout) = stdout {
            on_it = on_it.stdout(stdout);
        }
        let child = on_it.spawn(inside).unwrap();
        Self {
            child,
            file: File::from(OwnedFd::from(pty)),
            shown: String::new(),
            begun: Vec::new(),
            columns,
        }
    }

    /// Reads on until it shows this.
    pub(crate) fn until(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read(), "it ended without {text:?}: {}", self.shown);
        }
    }

    /// What a person sees.
    pub(crate) fn screen(&self) -> String {
        let mut screen = vt100::Parser::new(LINES, self.columns, 0);
        screen.process(self.shown.as_bytes());
        screen.screen().contents()
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.file.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads on to the end, and answers with the exit code.
    pub(crate) fn end(&mut self) -> i32 {
        while self.read() {}
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // A terminal whose last program has ended cannot be read.
        let count = self.file.read(&mut bytes).unwrap_or(0);
        self.begun.extend_from_slice(&bytes[..count]);
        // A character may come in two parts.
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = self.begun.split_off(whole);
        self.shown += std::str::from_utf8(&std::mem::replace(&mut self.begun, rest)).unwrap();
        count > 0
    }
}
