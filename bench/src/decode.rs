//! From a page's bytes to records: processor time and allocations a key, against `serde_json` alone.

use std::hint::black_box;
use std::io;

use keyroster_core::ApiKey;
use keyroster_sandbox::Sandbox;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::{Served, Vendor};
use crate::measure::{per, thread_cpu};
use crate::naive::Walk;

/// A vendor whose pages are read.
pub trait Reads {
    const VENDOR: Vendor;

    /// A page, declared by one who trusts the vendor: strings and options, and none of the fields lenient.
    type Bare: DeserializeOwned;

    /// A page as the provider reads it.
    fn records(body: &[u8]) -> Vec<ApiKey>;
}

/// What is measured.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Spec {
    pub keys: usize,
    /// The readers are measured in turn, so often.
    pub rounds: usize,
}

impl Spec {
    /// The first argument, as JSON.
    fn from_arguments() -> io::Result<Self> {
        Ok(serde_json::from_str(&std::env::args().nth(1).unwrap_or_default())?)
    }
}

/// One way to read a page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reader {
    /// Nanoseconds of the processor a key, one figure a round.
    pub nanos: Vec<f64>,
    pub allocations: f64,
    pub bytes: f64,
}

/// The three ways, measured in turn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The length of a key in the pages, in bytes.
    pub length: f64,
    pub ours: Reader,
    pub bare: Reader,
    pub value: Reader,
}

/// What some work allocates: how often, and how many bytes.
pub type Count = fn(&mut dyn FnMut()) -> (u64, u64);

/// Measures, and prints the outcome as a line of JSON.
///
/// The counter comes from the program: it is an allocator, and the other programs here do without it.
#[expect(clippy::print_stdout, reason = "the line is what the program is for")]
pub fn main<V: Reads>(count: Count) -> io::Result<()> {
    let spec = Spec::from_arguments()?;
    let pages = pages(V::VENDOR, spec.keys)?;
    let keys: usize = pages.iter().map(|body| V::records(body).len()).sum();
    if keys != spec.keys {
        return Err(io::Error::other(format!("{keys} of {} keys were read", spec.keys)));
    }
    // A reader that gives up is a fast one.
    for body in &pages {
        serde_json::from_slice::<V::Bare>(body)?;
    }
    let ours = || pages.iter().for_each(|body| drop(black_box(V::records(body))));
    let bare = || pages.iter().for_each(|body| read::<V::Bare>(body));
    let value = || pages.iter().for_each(|body| read::<Value>(body));
    let readers: [&dyn Fn(); 3] = [&ours, &bare, &value];
    let each = |total| per(total, keys);
    let mut measured = readers.map(|reader| {
        let (allocations, bytes) = count(&mut || reader());
        Reader { nanos: Vec::new(), allocations: each(allocations), bytes: each(bytes) }
    });
    for round in 0..spec.rounds {
        // Another one begins each time: what one frees, the next finds.
        for turn in 0..readers.len() {
            let turn = (round + turn) % readers.len();
            let start = thread_cpu();
            readers[turn]();
            let nanos = thread_cpu().saturating_sub(start).as_nanos();
            measured[turn].nanos.push(per(u64::try_from(nanos).unwrap_or(u64::MAX), keys));
        }
    }
    let [ours, bare, value] = measured;
    let length = each(pages.iter().map(|body| body.len() as u64).sum());
    let outcome = Outcome { length, ours, bare, value };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

fn read<T: DeserializeOwned>(body: &[u8]) {
    drop(black_box(serde_json::from_slice::<T>(body)));
}

/// The pages as they are on the wire.
fn pages(vendor: Vendor, keys: usize) -> io::Result<Vec<Vec<u8>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let sandbox = Sandbox::builder().pinata_keys(keys).openrouter_keys(keys).start().await?;
        let served: Served = serde_json::from_str(&sandbox.ready_line())?;
        let mut pages = Vec::new();
        Walk::new(served.account(vendor))?.pages(|body| pages.push(body.to_vec())).await?;
        Ok(pages)
    })
}
