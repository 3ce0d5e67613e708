//! The questions, each answered from a record alone.

use keyroster::{Access, ApiKey, Expiry, LastUsed};

/// A question about a key.
pub struct Question {
    /// What it finds.
    pub title: &'static str,
    /// `None` means that the vendor does not say, which is not a no.
    answer: fn(&ApiKey) -> Option<bool>,
}

/// What a list of keys answers.
pub struct Answers<'a> {
    /// The keys for which the answer is yes.
    pub yes: Vec<&'a ApiKey>,
    /// Number of keys whose vendor does not say.
    pub unknown: usize,
}

/// Everything that this program asks.
pub const QUESTIONS: [Question; 3] = [
    Question { title: "admin", answer: is_admin },
    Question { title: "never expire", answer: never_expires },
    Question { title: "unused", answer: is_unused },
];

impl Question {
    /// Asks the question about each key.
    pub fn ask<'a>(&self, keys: &'a [ApiKey]) -> Answers<'a> {
        let mut answers = Answers { yes: Vec::new(), unknown: 0 };
        for key in keys {
            match (self.answer)(key) {
                Some(true) => answers.yes.push(key),
                Some(false) => {}
                None => answers.unknown += 1,
            }
        }
        answers
    }
}

// A later version of keyroster may add variants. What this program does not know is unknown, too.

fn is_admin(key: &ApiKey) -> Option<bool> {
    match key.access {
        Access::Admin => Some(true),
        Access::Scoped { .. } => Some(false),
        _ => None,
    }
}

fn never_expires(key: &ApiKey) -> Option<bool> {
    match key.expiry {
        Expiry::Never => Some(true),
        Expiry::At { .. } => Some(false),
        _ => None,
    }
}

fn is_unused(key: &ApiKey) -> Option<bool> {
    match key.last_used {
        LastUsed::Never => Some(true),
        LastUsed::At { .. } => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use keyroster::ProviderId;

    use super::*;

    #[test]
    fn unknown_is_not_no() {
        let key = ApiKey::new(ProviderId::from_static("openrouter"), "k-1");
        for question in QUESTIONS {
            assert_eq!((question.answer)(&key), None, "{}", question.title);
        }
    }
}
