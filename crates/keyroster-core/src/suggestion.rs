//! What to suggest in place of an unknown name.

use std::fmt;

/// Minimum likeness, from 0 to 1, of a name that is suggested.
const MIN_LIKENESS: f64 = 0.8;

/// What to suggest in place of an unknown name: the nearest known one, or all known ones.
///
/// `Display` writes a hint: a question with the nearest name, or the list of known names.
///
/// ```
/// use keyroster_core::Suggestion;
///
/// let suggestion = Suggestion::for_name("base_url", ["base-url", "jwt"]);
/// assert_eq!(suggestion.nearest(), Some("base-url"));
/// assert_eq!(suggestion.to_string(), "did you mean `base-url`?");
///
/// let suggestion = Suggestion::for_name("color", ["base-url", "jwt"]);
/// assert_eq!(suggestion.nearest(), None);
/// assert_eq!(suggestion.to_string(), "known: `base-url`, `jwt`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suggestion {
    /// The known name that is nearest to the unknown one.
    Nearest(String),
    /// All known names, because none of them is near.
    OneOf(Vec<String>),
}

impl Suggestion {
    /// Finds what to suggest in place of `name`.
    #[must_use]
    pub fn for_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let name = name.to_lowercase();
        let nearest = known
            .iter()
            .map(|known| (likeness(&name, &known.to_lowercase()), *known))
            .filter(|(likeness, _)| *likeness > MIN_LIKENESS)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        match nearest {
            Some((_, nearest)) => Self::Nearest(nearest.to_owned()),
            None => Self::OneOf(known.into_iter().map(str::to_owned).collect()),
        }
    }

    /// Returns the nearest name, if there is one.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        match self {
            Self::Nearest(name) => Some(name),
            Self::OneOf(_) => None,
        }
    }
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nearest(name) => write!(f, "did you mean `{name}`?"),
            Self::OneOf(known) if known.is_empty() => f.write_str("there are none"),
            Self::OneOf(known) => {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "known: {}", known.join(", "))
            }
        }
    }
}

/// Returns how alike two names are, from 0 to 1. Names with the same beginning are alike, and so are those
/// that differ by one letter or by two swapped ones.
fn likeness(one: &str, other: &str) -> f64 {
    let typos = strsim::damerau_levenshtein(one, other);
    let one_typo = if typos <= 1 && one.len() > 2 { 0.9 } else { 0.0 };
    strsim::jaro_winkler(one, other).max(one_typo)
}

#[cfg(test)]
mod tests {
    use super::Suggestion;

    #[test]
    fn similar_names_are_suggested() {
        let known = ["globex", "initech"];
        for typo in ["initechh", "Initech", "intiech", "inite"] {
            assert_eq!(Suggestion::for_name(typo, known).nearest(), Some("initech"), "{typo}");
        }
        assert_eq!(Suggestion::for_name("vault", known).nearest(), None);
        assert_eq!(Suggestion::for_name("vault", []).to_string(), "there are none");
    }
}
