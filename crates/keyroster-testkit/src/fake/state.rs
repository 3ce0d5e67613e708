//! The state of a fake vendor.

use keyroster_core::{Secret, Timestamp};

use super::clock::now;
use super::fault::Fault;
use super::key::{FakeContainer, FakeKey};
use super::setup::Setup;
use crate::samples::Samples;

/// When the first key was created, in seconds since 1970. Each next one is a minute younger.
const FIRST_MADE: i64 = 1_767_225_600;

/// When keys expire, in seconds since 1970: long after any test.
const END: i64 = 4_102_444_800;

/// Contained in every imitated secret, and in nothing else.
pub(crate) const CANARY: &str = "fa4efa4ecanary";

/// What a call did to the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Created,
    Updated,
    Rotated,
    Revoked,
}

/// One call to the vendor.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// The call as a line of text: for HTTP, method, path, query and body.
    pub(crate) text: String,
    /// The part that proxies may log: for HTTP, path and query.
    pub(crate) url: String,
    /// What it did. One call may create a key and change it.
    pub(crate) effects: Vec<Effect>,
}

impl Exchange {
    pub(crate) fn had(&self, effect: Effect) -> bool {
        self.effects.contains(&effect)
    }
}

/// A fault, and whether the call is carried out anyway.
#[derive(Clone, Debug)]
pub(crate) struct Armed {
    pub(crate) fault: Fault,
    pub(crate) done: bool,
    /// Number of calls that still meet it.
    pub(crate) times: usize,
}

pub(crate) struct State {
    pub(crate) setup: Setup,
    pub(crate) samples: Samples,
    pub(crate) keys: Vec<FakeKey>,
    pub(crate) containers: Vec<FakeContainer>,
    pub(crate) account: FakeKey,
    pub(crate) caller: Option<String>,
    pub(crate) log: Vec<Exchange>,
    pub(crate) armed: Option<Armed>,
    /// Number of keys and secrets created so far.
    numbers: usize,
    secrets: usize,
}

impl State {
    pub(crate) fn new(setup: Setup, samples: Samples) -> Self {
        let mut state = Self {
            account: FakeKey {
                number: 0,
                id: samples.id(0),
                name: "the account's own".to_owned(),
                secret: Secret::from(""),
                container: None,
                created_at: seconds(FIRST_MADE),
                expires_at: seconds(END),
                disabled: false,
                revoked: false,
            },
            setup,
            samples,
            keys: Vec::new(),
            containers: Vec::new(),
            caller: None,
            log: Vec::new(),
            armed: None,
            numbers: 0,
            secrets: 0,
        };
        state.account.secret = state.new_secret();
        if state.setup.info.containers.is_some() {
            state.containers = (1..=state.setup.containers)
                .map(|number| FakeContainer {
                    id: state.samples.container_id(number),
                    name: format!("Container {number}"),
                })
                .collect();
        }
        for number in 1..=state.setup.keys {
            let places = state.containers.len().max(1);
            let container = state.containers.get((number - 1) % places).map(|it| it.id.clone());
            state.make(&format!("key {number}"), container);
        }
        for (key, minutes) in state.keys.iter_mut().zip(0_i64..) {
            key.created_at = seconds(FIRST_MADE + 60 * minutes);
        }
        state
    }

    pub(crate) fn make(&mut self, name: &str, container: Option<String>) -> FakeKey {
        self.numbers += 1;
        let mut id = self.samples.id(self.numbers);
        if self.setup.odd_texts {
            id = format!("a/b?c&d é+%41-{}", self.numbers);
        }
        let key = FakeKey {
            number: self.numbers,
            id,
            name: name.to_owned(),
            secret: self.new_secret(),
            container: container.or_else(|| self.containers.first().map(|first| first.id.clone())),
            created_at: now(),
            expires_at: seconds(END),
            disabled: false,
            revoked: false,
        };
        self.keys.push(key.clone());
        key
    }

    pub(crate) fn new_secret(&mut self) -> Secret {
        self.secrets += 1;
        let canary = format!("{}{:08x}", CANARY, self.secrets);
        Secret::new(self.samples.secret(&canary))
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.id == id)
    }

    /// Removes the second container and its keys, if its time has come.
    pub(crate) fn vanish(&mut self, asked: Option<&str>) {
        let second = self.containers.get(1).map(|it| it.id.clone());
        if self.setup.vanishing && asked.is_some() && asked == second.as_deref() {
            self.containers.remove(1);
            self.keys.retain(|key| key.container != second);
        }
    }

    pub(crate) fn note(&mut self, effect: Effect) {
        if let Some(last) = self.log.last_mut() {
            last.effects.push(effect);
        }
    }
}

/// When keys expire: long after any test.
pub(crate) fn end() -> Timestamp {
    seconds(END)
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MIN)
}
