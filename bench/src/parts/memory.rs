//! The memory of a streamed listing, compared with one of few keys.

use std::io;

use super::{Size, complete};
use crate::job::{List, Serve, Vendor, Way};
use crate::measure::per;
use crate::process::{self, Server};
use crate::report::{Table, grouped, mib, three, time};

const COLUMNS: [&str; 6] = ["streamed", "keys", "peak", "of that by listing", "a key", "time"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("memory", "Memory of a streamed listing", &COLUMNS).note(
        "one run each. *peak* is the peak resident memory (`VmHWM`) of a process that lists and keeps no \
         key; the next column is what listing added to it. *a key* is what each key adds beyond the small \
         listing. What grows are the fingerprints that detect duplicate keys: 12 bytes each, in tables \
         that are partly empty. The sequential reader keeps nothing and detects no duplicates",
    );
    let (few, many) = size.pick((100, 2_000), (10_000, 1_000_000));
    for (vendor, way) in [
        (Vendor::OpenRouter, Way::Library),
        (Vendor::OpenRouter, Way::Sequential),
        (Vendor::Pinata, Way::Library),
    ] {
        let mut base = 0;
        for keys in [few, many] {
            let mut job = Serve::keys(1);
            match vendor {
                Vendor::Pinata => job.pinata_keys = keys,
                Vendor::OpenRouter => job.openrouter_keys = keys,
            }
            let server = Server::start(job)?;
            let account = server.first()?.account(vendor);
            let listed = complete(process::list(List { account, way, rate: None })?, keys)?;
            let grown = listed.peak_kib.saturating_sub(listed.idle_kib);
            let each = if keys == few {
                base = grown;
                "–".to_owned()
            } else {
                format!("{} bytes", three(per((grown.saturating_sub(base)) << 10, many - few)))
            };
            let way = if way == Way::Library { "keyroster" } else { "sequential" };
            table.row([
                format!("{}, {way}", vendor.name()),
                grouped(keys),
                mib(listed.peak_kib),
                mib(grown),
                each,
                time(listed.elapsed),
            ]);
        }
    }
    Ok(table)
}
