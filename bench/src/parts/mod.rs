//! The parts of the benchmarks.

mod build;
mod decode;
mod jsonl;
mod limit;
mod listing;
mod memory;
mod roster;
mod startup;

use std::io;
use std::time::{Duration, Instant};

use crate::job::Listed;
use crate::report::Table;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Only checks that everything runs. The figures are meaningless.
    Smoke,
    Full,
}

impl Size {
    /// Picks a value by size.
    pub(crate) fn pick<T>(self, smoke: T, full: T) -> T {
        match self {
            Self::Smoke => smoke,
            Self::Full => full,
        }
    }
}

/// A part with its name, which is also the mark of its table.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub name: &'static str,
    pub measure: fn(Size) -> io::Result<Table>,
    /// Whether a smoke test runs it.
    pub smokes: bool,
}

pub const PARTS: [Part; 8] = [
    Part { name: "listing", measure: listing::measure, smokes: true },
    Part { name: "limit", measure: limit::measure, smokes: true },
    Part { name: "decode", measure: decode::measure, smokes: true },
    Part { name: "memory", measure: memory::measure, smokes: true },
    Part { name: "roster", measure: roster::measure, smokes: true },
    Part { name: "jsonl", measure: jsonl::measure, smokes: true },
    Part { name: "startup", measure: startup::measure, smokes: true },
    // Building takes minutes.
    Part { name: "build", measure: build::measure, smokes: false },
];

/// Measures two in turn, at least once, and up to five times within `budget`.
fn in_turn<T>(
    size: Size,
    budget: Duration,
    mut one: impl FnMut() -> io::Result<T>,
    mut other: impl FnMut() -> io::Result<T>,
) -> io::Result<(Vec<T>, Vec<T>)> {
    let start = Instant::now();
    let mut ones = Vec::new();
    let mut others = Vec::new();
    for _ in 0..size.pick(1, 5) {
        ones.push(one()?);
        others.push(other()?);
        if start.elapsed() > budget {
            break;
        }
    }
    Ok((ones, others))
}

/// The median time.
fn median_time(times: impl IntoIterator<Item = Duration>) -> Duration {
    let seconds = times.into_iter().map(|time| time.as_secs_f64());
    Duration::from_secs_f64(crate::measure::median(seconds))
}

/// Returns the listing if it is complete, since its time would be meaningless otherwise.
fn complete(listed: Listed, keys: usize) -> io::Result<Listed> {
    if listed.keys == keys {
        Ok(listed)
    } else {
        Err(io::Error::other(format!("{} of {keys} keys were listed", listed.keys)))
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
