//! Decoding and normalizing, compared with `serde_json` alone.

use std::io;

use super::Size;
use crate::decode::{Outcome, Reader, Spec};
use crate::job::{Serve, Vendor};
use crate::measure::median;
use crate::process::{Server, outcome_of, sibling};
use crate::report::{Table, three, times};

const COLUMNS: [&str; 5] = ["a key", "CPU", "of the bare struct", "allocations", "allocated"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let keys: u32 = size.pick(100, 1_000);
    let rounds = size.pick(3, 301);
    let server = Server::start(Serve { page_size: Some(keys), ..Serve::keys(keys as usize) })?;
    let mut table = Table::new("decode", "From a page's bytes to records", &COLUMNS).note(format!(
        "processor time, medians of {rounds} rounds. In each round all read the same page of {keys} keys one \
         after the other, and what fetching the page takes is subtracted. *keyroster* decodes and \
         normalizes with the provider. *bare struct* is `serde_json` into a derived struct of the same \
         fields (`String`, `f64`, `bool`, and Pinata's scopes as `Value`, each in an `Option`). *value* is \
         `serde_json::Value`",
    ));
    for vendor in Vendor::ALL {
        let account = server.first()?.account(vendor);
        let spec = Spec { account, keys: keys as usize, rounds };
        let outcome: Outcome = outcome_of(&sibling("decode")?, &serde_json::to_string(&spec)?)?;
        let vendor = vendor.name();
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

/// The median of the ratios of the rounds, since what disturbs a round disturbs both readers.
fn against(reader: &Reader, reference: &Reader) -> f64 {
    median(reader.nanos.iter().zip(&reference.nanos).map(|(one, other)| one / other))
}
