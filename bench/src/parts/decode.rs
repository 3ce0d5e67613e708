//! Decoding and normalising, against `serde_json` alone.

use std::io;

use super::Size;
use crate::decode::{Outcome, Reader, Spec};
use crate::measure::median;
use crate::process::{beside, outcome_of};
use crate::report::{Table, three, times};

const COLUMNS: [&str; 5] = ["a key", "CPU", "of the bare struct", "allocations", "allocated"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let spec = Spec { keys: size.pick(100, 1_000), rounds: size.pick(3, 301) };
    let mut table = Table::new("decode", "From a page's bytes to records", &COLUMNS).note(format!(
        "processor time, medians of {} rounds. In each round the three read the same pages of {} keys one \
         after the other. *keyroster* decodes and normalizes with the provider's own code. *bare struct* \
         is `serde_json` into a derived struct of the same fields (`String`, `f64`, `bool`, and Pinata's \
         scopes as `Value`, each in an `Option`). *value* is `serde_json::Value`",
        spec.rounds, spec.keys,
    ));
    for (vendor, program) in [("Pinata", "decode-pinata"), ("OpenRouter", "decode-openrouter")] {
        let outcome: Outcome = outcome_of(&beside(program)?, &serde_json::to_string(&spec)?)?;
        let name = format!("{vendor} ({} bytes)", three(outcome.length));
        for (way, reader) in [
            ("keyroster", &outcome.ours),
            ("bare struct", &outcome.bare),
            ("value", &outcome.value),
        ] {
            let ratio = against(reader, &outcome.bare);
            table.row([
                format!("{name}, {way}"),
                format!("{} µs", three(median(reader.nanos.iter().copied()) / 1e3)),
                times(ratio),
                three(reader.allocations),
                format!("{} bytes", three(reader.bytes)),
            ]);
            if way == "keyroster" {
                table.bar(format!("{vendor}: of the bare struct"), ratio);
            }
        }
    }
    Ok(table)
}

/// The ratio of each round, and of these the one in the middle: what disturbs a round disturbs both.
fn against(reader: &Reader, reference: &Reader) -> f64 {
    median(reader.nanos.iter().zip(&reference.nanos).map(|(one, other)| one / other))
}
