//! What a proof gets: how much to try, its random numbers, and the program under test.

use std::io;
use std::path::PathBuf;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// At most a minute for each proof, as CI runs it.
    Sample,
    /// What the promise says.
    Full,
}

/// What a proof gets.
#[derive(Clone, Debug)]
pub struct Setup {
    pub size: Size,
    /// Decides all that is random, apart from the operating system's own timing.
    pub seed: u64,
    /// The program `keyroster`.
    pub keyroster: PathBuf,
}

impl Setup {
    /// Finds the program next to this one.
    pub fn new(size: Size, seed: u64) -> io::Result<Self> {
        let keyroster = std::env::current_exe()?.with_file_name("keyroster");
        if keyroster.is_file() {
            return Ok(Self { size, seed, keyroster });
        }
        let shown = keyroster.display();
        Err(io::Error::other(format!("{shown} does not exist: build it with `cargo xtask prove`")))
    }

    /// Picks a value by size.
    #[must_use]
    pub fn pick<T>(&self, sample: T, full: T) -> T {
        match self.size {
            Size::Sample => sample,
            Size::Full => full,
        }
    }

    /// The random numbers of one part of a proof. Each part has its own.
    #[must_use]
    pub fn random(&self, part: u64) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(part))
    }
}
