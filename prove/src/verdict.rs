//! What a proof found out.

/// The counts of a proof, and the promises that were broken.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What was counted, in the order in which it is printed.
    pub counts: Vec<(String, u64)>,
    /// One sentence for each promise that was broken, with what it takes to see it again.
    pub broken: Vec<String>,
}

impl Verdict {
    /// Adds a count.
    pub fn count(&mut self, what: impl Into<String>, number: u64) {
        self.counts.push((what.into(), number));
    }

    /// Adds a broken promise.
    pub fn broken(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    /// Adds a broken promise if `holds` is false.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(what());
        }
    }

    /// Whether every promise was kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.broken.is_empty()
    }
}
