//! Answers that are kept for a while.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyroster::Result;

/// Answers by question. They all expire together, so that a listing is not put together from old pages and
/// new ones.
#[derive(Debug)]
pub(crate) struct Answers<Q, A> {
    time_to_live: Duration,
    state: Mutex<State<Q, A>>,
}

#[derive(Debug)]
struct State<Q, A> {
    answers: HashMap<Q, A>,
    /// When everything was last dropped.
    since: Instant,
    /// Number of times that everything was dropped.
    generation: u64,
}

impl<Q: Clone + Eq + Hash, A: Clone> Answers<Q, A> {
    pub(crate) fn new(time_to_live: Duration) -> Self {
        let state = State { answers: HashMap::new(), since: Instant::now(), generation: 0 };
        Self { time_to_live, state: Mutex::new(state) }
    }

    /// Returns the answer that is kept, or asks and keeps it. An error is not kept.
    pub(crate) async fn get_or(
        &self,
        question: &Q,
        ask: impl Future<Output = Result<A>>,
    ) -> Result<A> {
        let generation = {
            let mut state = self.lock();
            if state.since.elapsed() >= self.time_to_live {
                state.clear();
            }
            if let Some(answer) = state.answers.get(question) {
                return Ok(answer.clone());
            }
            state.generation
        };
        let answer = ask.await?;
        let mut state = self.lock();
        // An answer that was asked for before a change may not show the change.
        if state.generation == generation {
            state.answers.insert(question.clone(), answer.clone());
        }
        Ok(answer)
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// A poisoned lock only means that another thread panicked. The answers are whole.
    fn lock(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> State<Q, A> {
    fn clear(&mut self) {
        self.answers.clear();
        self.since = Instant::now();
        self.generation += 1;
    }
}
