//! The time to start the binary, compared with an empty process.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Size, median_time, ratio};
use crate::job::{Serve, Vendor};
use crate::measure::per;
use crate::process::{Server, sibling};
use crate::report::{Table, three, time, times};

const COLUMNS: [&str; 4] = ["program", "from start to end", "of the empty one", "more than it"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let rounds = size.pick(3, 101);
    let server = Server::start(Serve::keys(1))?;
    let account = server.first()?.account(Vendor::Pinata);
    let keyroster = sibling("keyroster")?;
    let bytes = std::fs::metadata(&keyroster)?.len();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&keyroster);
        command.args(arguments);
        command.env("PINATA_JWT", &account.secret);
        command.env("PINATA_BASE_URL", &account.base_url);
        command.env_remove("OPENROUTER_MANAGEMENT_KEY");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut programs = vec![
        ("an empty `main`", Command::new(sibling("empty")?)),
        ("`keyroster --version`", command(&["--version"])),
        ("`keyroster list`, one key at this machine", command(&["list", "--provider", "pinata"])),
    ];
    let mut completions = command(&["completions", "bash"]);
    if completions.status()?.success() {
        programs.push(("`keyroster completions bash`", completions));
    }
    let mut times_of = vec![Vec::new(); programs.len()];
    for _ in 0..rounds {
        for ((name, program), times) in programs.iter_mut().zip(&mut times_of) {
            let start = Instant::now();
            let status = program.status()?;
            times.push(start.elapsed());
            if !status.success() {
                return Err(io::Error::other(format!("{name} failed: {status}")));
            }
        }
    }
    let mut table = Table::new("startup", "Starting the binary", &COLUMNS).note(format!(
        "medians of {rounds} runs in turn. The binary has {} MB",
        three(per(bytes, 1_000_000))
    ));
    let medians: Vec<Duration> = times_of.into_iter().map(median_time).collect();
    let empty = medians.first().copied().unwrap_or_default();
    for ((name, _), median) in programs.iter().zip(medians) {
        let more = median.saturating_sub(empty);
        table.row([(*name).to_owned(), time(median), times(ratio(median, empty)), time(more)]);
    }
    Ok(table)
}
