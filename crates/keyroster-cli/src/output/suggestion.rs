//! What to suggest in place of a name that is not known.

use std::fmt;

/// A letter or two away from this, two names are taken to be meant as one.
const ALIKE: f64 = 0.8;

/// What to suggest in place of a name that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Suggestion<'a> {
    /// This one is nearly the same.
    DidYouMean(&'a str),
    /// None is nearly the same; these are known.
    Known(Vec<&'a str>),
}

impl<'a> Suggestion<'a> {
    /// The suggestion for a name, of those that are known.
    pub(crate) fn new(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let name = name.to_lowercase();
        let nearest = known
            .iter()
            .map(|known| (likeness(&name, &known.to_lowercase()), *known))
            .filter(|(likeness, _)| *likeness > ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        match nearest {
            Some((_, known)) => Self::DidYouMean(known),
            None => Self::Known(known),
        }
    }

    /// The name that was probably meant.
    pub(crate) fn name(&self) -> Option<&'a str> {
        match self {
            Self::DidYouMean(name) => Some(name),
            Self::Known(_) => None,
        }
    }
}

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DidYouMean(name) => write!(f, "did you mean `{name}`?"),
            Self::Known(names) if names.is_empty() => f.write_str("there are none"),
            Self::Known(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "known: {}", names.join(", "))
            }
        }
    }
}

/// From 0 to 1. High for names that begin alike, or differ in one letter or two swapped letters.
fn likeness(one: &str, other: &str) -> f64 {
    let letters = strsim::damerau_levenshtein(one, other);
    let close = if letters <= 1 && one.len() > 2 { 0.9 } else { 0.0 };
    strsim::jaro_winkler(one, other).max(close)
}

#[cfg(test)]
mod tests {
    use super::Suggestion;

    #[test]
    fn similar_names_are_suggested() {
        let known = ["openrouter", "pinata"];
        assert_eq!(Suggestion::new("Pinatta", known), Suggestion::DidYouMean("pinata"));
        assert_eq!(Suggestion::new("vault", known), Suggestion::Known(known.to_vec()));
    }
}
