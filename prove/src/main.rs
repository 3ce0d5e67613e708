//! `prove`: tries keyroster's promises at random. `cargo xtask prove` builds and runs it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to the person who runs it"
)]

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use prove::proofs::{PROOFS, Proof};
use prove::setup::{Setup, Size};

const USAGE: &str = "usage: prove [NAME…] [--sample] [--seed NUMBER]

  --sample  Try a sample of each, at most a minute
  --seed    Repeat a run: the random numbers depend on it alone. The default is 1";

/// Maximum number of broken promises that are printed.
const SHOWN: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((proofs, size, seed)) = read(&arguments) else {
        eprintln!("{USAGE}\n");
        for proof in PROOFS {
            eprintln!("  {:<12} {}", proof.name, proof.promise);
        }
        return ExitCode::from(2);
    };
    match Setup::new(size, seed).and_then(|setup| run(&proofs, &setup)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("prove: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: &[String]) -> Option<(Vec<Proof>, Size, u64)> {
    let (mut named, mut size, mut seed) = (Vec::new(), Size::Full, 1);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--sample" => size = Size::Sample,
            "--seed" => seed = arguments.next()?.parse().ok()?,
            name => named.push(*PROOFS.iter().find(|proof| proof.name == name)?),
        }
    }
    Some((if named.is_empty() { PROOFS.to_vec() } else { named }, size, seed))
}

/// Runs the proofs, and returns whether every promise was kept.
fn run(proofs: &[Proof], setup: &Setup) -> io::Result<bool> {
    let mut kept = true;
    for proof in proofs {
        eprintln!("prove: {} (seed {}) …", proof.name, setup.seed);
        let start = Instant::now();
        let verdict = (proof.run)(setup)
            .map_err(|error| io::Error::other(format!("{}: {error}", proof.name)))?;
        let word = if verdict.is_kept() { "kept" } else { "BROKEN" };
        println!("{}: {word}: {}", proof.name, proof.promise);
        for (what, number) in &verdict.counts {
            println!("{number:>12}  {what}");
        }
        println!("{:>11.1}s  time", start.elapsed().as_secs_f64());
        for broken in verdict.broken.iter().take(SHOWN) {
            println!("      broken: {broken}");
        }
        if verdict.broken.len() > SHOWN {
            println!("      and {} more", verdict.broken.len() - SHOWN);
        }
        kept &= verdict.is_kept();
    }
    Ok(kept)
}
