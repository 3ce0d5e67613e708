//! What a listing has counted and noticed so far.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::warning::Warning;

/// Counts and warnings of a listing, shared between the stream and its reader.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedProgress(Arc<Mutex<Progress>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) pages: u64,
    /// Answers of any kind: pages of keys, pages of containers, and errors.
    pub(crate) answers: u64,
    pub(crate) warnings: Vec<Warning>,
}

impl SharedProgress {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Progress> {
        // A poisoned lock only means that a reader panicked. The counts behind it are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// Adds warnings that are not there yet: a list that is read twice may give each of them twice.
    pub(crate) fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}
