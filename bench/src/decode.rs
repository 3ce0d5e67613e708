//! From a page's bytes to records: processor time and allocations a key, against `serde_json` alone.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use keyroster_core::ApiKey;
use keyroster_sandbox::Sandbox;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::measure::thread_cpu;
use crate::naive::Source;

/// A vendor whose pages are read.
pub trait Vendor {
    /// A page, declared by one who trusts the vendor: strings and options, and none of the fields lenient.
    type Bare: DeserializeOwned;

    /// A page as the provider reads it.
    fn records(body: &[u8]) -> Vec<ApiKey>;
}

/// What is measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    pub vendor: String,
    pub keys: usize,
    /// The readers are measured in turn, so often.
    pub rounds: usize,
}

impl Spec {
    /// The first argument, as JSON; without one, a few keys.
    pub fn from_arguments(vendor: &str) -> io::Result<Self> {
        match std::env::args().nth(1) {
            Some(text) => Ok(serde_json::from_str(&text)?),
            None => Ok(Self { vendor: vendor.to_owned(), keys: 1000, rounds: 31 }),
        }
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

/// Measures, and prints the outcome as a line of JSON.
#[expect(clippy::print_stdout, reason = "the line is what the program is for")]
pub fn main<V: Vendor>(spec: Spec) -> io::Result<()> {
    let pages = pages(&spec)?;
    let keys: usize = pages.iter().map(|body| V::records(body).len()).sum();
    if keys != spec.keys {
        return Err(io::Error::other(format!("{keys} of {} keys were read", spec.keys)));
    }
    let ours = || pages.iter().for_each(|body| drop(black_box(V::records(body))));
    let bare = || pages.iter().for_each(|body| read::<V::Bare>(body));
    let value = || pages.iter().for_each(|body| read::<Value>(body));
    let readers: [&dyn Fn(); 3] = [&ours, &bare, &value];
    let mut measured = readers.map(|reader| counted(reader, keys));
    for _ in 0..spec.rounds {
        for (reader, measured) in readers.iter().zip(&mut measured) {
            measured.nanos.push(per_key(timed(reader), keys));
        }
    }
    let [ours, bare, value] = measured;
    let length = pages.iter().map(Vec::len).sum::<usize>() as f64 / keys as f64;
    let outcome = Outcome { length, ours, bare, value };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

fn read<T: DeserializeOwned>(body: &[u8]) {
    drop(black_box(serde_json::from_slice::<T>(body)));
}

/// The pages as they are on the wire.
fn pages(spec: &Spec) -> io::Result<Vec<Vec<u8>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let builder = Sandbox::builder().pinata_keys(spec.keys).openrouter_keys(spec.keys);
        let sandbox = builder.start().await?;
        let source = match spec.vendor.as_str() {
            "pinata" => Source::pinata(&sandbox.pinata()),
            _ => Source::openrouter(&sandbox.openrouter()),
        };
        let mut pages = Vec::new();
        source?.pages(|body| pages.push(body.to_vec())).await?;
        Ok(pages)
    })
}

/// Runs it until it has taken long enough for the clock to tell.
fn timed(reader: &dyn Fn()) -> Duration {
    let start = thread_cpu();
    reader();
    thread_cpu() - start
}

fn per_key(time: Duration, keys: usize) -> f64 {
    time.as_secs_f64() * 1e9 / keys as f64
}

fn counted(reader: &dyn Fn(), keys: usize) -> Reader {
    let count = allocation_counter::measure(reader);
    Reader {
        nanos: Vec::new(),
        allocations: count.count_total as f64 / keys as f64,
        bytes: count.bytes_total as f64 / keys as f64,
    }
}
