//! However a hidden question ends, the terminal shows again what is typed.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;

use pty_process::blocking;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::env;
use crate::terminal::Terminal;
use crate::terminal::prompt::secrets;

const NAME: &str = "platform::terminal_tests::the_terminal_shows_again_what_is_typed";

/// Set in the process that asks.
const ASKING: &str = "KEYROSTER_TEST_ASKING";

/// How a person stops it, and the signal that it dies of.
type Ending = (fn(&mut File, Pid), i32);

#[tokio::test]
async fn the_terminal_shows_again_what_is_typed() {
    if env::is_set(ASKING) {
        let terminal = Terminal { width: None, message_width: Some(80), quiet: false };
        let _ = secrets(&["secret: ".to_owned()], &terminal).await;
        return;
    }
    let endings: [Ending; 2] = [
        (|typed, _| typed.write_all(b"fa4e\x03").unwrap(), SIGINT),
        (|_, process| kill_process(process, Signal::TERM).unwrap(), SIGTERM),
    ];
    for (end, signal) in endings {
        let (pty, inside) = blocking::open().unwrap();
        let program = std::env::current_exe().unwrap();
        let command = blocking::Command::new(program).args(["--exact", NAME, "--nocapture"]);
        let mut child = command.env(ASKING, "1").spawn(inside).unwrap();
        let mut file = File::from(OwnedFd::from(pty));
        let echoes = |file: &File| tcgetattr(file).unwrap().local_modes.contains(LocalModes::ECHO);
        let mut shown = String::new();
        while !shown.contains("secret: ") {
            let mut bytes = [0; 256];
            let count = file.read(&mut bytes).unwrap();
            shown += &String::from_utf8_lossy(&bytes[..count]);
        }
        while echoes(&file) {
            std::thread::yield_now();
        }
        end(&mut file, Pid::from_child(&child));
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert!(echoes(&file), "what is typed stays unseen after {signal}");
    }
}
