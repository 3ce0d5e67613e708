//! The secrets that a program knows: [`KnownSecrets`].

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::fold::Folded;
use super::index::{Index, MIN_LEN};
use super::shapes::Shapes;
use crate::secret::Secret;
use crate::secret_shape::SecretShape;

/// What is shown instead of a secret.
pub(crate) const PLACEHOLDER: &str = "[hidden]";

/// The start of what is shown instead of an id that holds a secret.
const ID_PLACEHOLDER: &str = "[hidden-";

/// Number of received secrets that are surely remembered: between one and two times as many.
const RECEIVED: usize = 512;

/// Maximum number of secrets that are replaced in one text. A text with more is withheld as a whole.
const MAX_REPLACEMENTS: usize = 64;

/// The secrets that a program knows, and what secrets look like. Clones share one set.
///
/// A [`Provider`](crate::Provider) has a set of its own, and the accounts of a [`Roster`](crate::Roster) share
/// one. It holds each account's credential as long as the account or the roster exists, and the last secrets
/// that vendors returned. They are wiped when it is dropped. There is no global set: what two rosters know
/// stays apart.
///
/// A text is checked for each secret as it is, percent-, HTML- or JSON-escaped, in base64 or hexadecimal, and
/// split by white space, quotes or invisible characters, and for the declared [shapes](SecretShape). Secrets of
/// fewer than eight characters cannot be distinguished from words and are not looked for.
///
/// ```
/// use keyroster_core::{KnownSecrets, Secret};
///
/// let known = KnownSecrets::new();
/// known.add(&Secret::from("fa4efa4e-hunter2"));
/// assert_eq!(known.redact("no key fa4efa4e%2Dhunter2!"), "no key [hidden]!");
/// assert_eq!(known.redact("no key k-17"), "no key k-17");
/// ```
#[derive(Clone, Default)]
pub struct KnownSecrets(Arc<RwLock<Inner>>);

#[derive(Default)]
struct Inner {
    /// Kept as long as the set.
    credentials: Vec<Secret>,
    credential_index: Index,
    /// Secrets that vendors returned: the latest, and those before them.
    latest: Index,
    earlier: Index,
    shapes: Shapes,
    hasher: RandomState,
}

impl KnownSecrets {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret, e.g. an account's credential.
    pub fn add(&self, secret: &Secret) {
        if is_hidden(secret) {
            return;
        }
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if inner.credential_index.add(secret.expose()) {
            inner.credentials.push(secret.clone());
        }
    }

    /// Adds a shape of secrets.
    pub fn add_shape(&self, shape: SecretShape) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).shapes.add(shape);
    }

    /// Adds a secret that a vendor returned. It is forgotten after hundreds of others.
    pub(crate) fn receive(&self, secret: &Secret) {
        if is_hidden(secret) {
            return;
        }
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if inner.latest.len() >= RECEIVED {
            inner.earlier = std::mem::take(&mut inner.latest);
        }
        inner.latest.add(secret.expose());
    }

    /// Adds the credentials and shapes of another set.
    pub(crate) fn add_all(&self, other: &Self) {
        if Arc::ptr_eq(&self.0, &other.0) {
            return;
        }
        let (credentials, shapes) = {
            let other = other.0.read().unwrap_or_else(PoisonError::into_inner);
            (other.credentials.clone(), other.shapes.iter().copied().collect::<Vec<_>>())
        };
        for secret in &credentials {
            self.add(secret);
        }
        for shape in shapes {
            self.add_shape(shape);
        }
    }

    /// Returns the text with `[hidden]` in place of every secret.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.check().redacted(text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Returns whether a text contains a secret.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.check().contains(text)
    }

    /// Holds the set while an answer is checked.
    pub(crate) fn check(&self) -> Check<'_> {
        Check(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for KnownSecrets {
    /// Leaves out the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("KnownSecrets")
            .field("credentials", &inner.credentials.len())
            .finish_non_exhaustive()
    }
}

/// A set that is held while an answer is checked.
pub(crate) struct Check<'a>(RwLockReadGuard<'a, Inner>);

impl Check<'_> {
    /// Returns whether a text contains a secret.
    pub(crate) fn contains(&self, text: &str) -> bool {
        text.len() >= MIN_LEN && self.first_secret(text).is_some()
    }

    /// Returns the text without its secrets, or `None` if it has none.
    pub(crate) fn redacted(&self, text: &str) -> Option<String> {
        if text.len() < MIN_LEN {
            return None;
        }
        let mut place = self.first_secret(text)?;
        let mut clean = text.to_owned();
        for _ in 0..MAX_REPLACEMENTS {
            clean.replace_range(place, PLACEHOLDER);
            match self.first_secret(&clean) {
                None => return Some(clean),
                Some(next) => place = next,
            }
        }
        Some(PLACEHOLDER.to_owned())
    }

    /// Returns what is shown instead of an id that contains a secret: the same text for the same id.
    pub(crate) fn placeholder(&self, id: &str) -> String {
        let number = self.0.hasher.hash_one(id);
        format!("{ID_PLACEHOLDER}{number:016x}]")
    }

    /// Returns where the first secret is in the text.
    fn first_secret(&self, text: &str) -> Option<Range<usize>> {
        let inner = &*self.0;
        let folded = Folded::new(text);
        for index in [&inner.credential_index, &inner.latest, &inner.earlier] {
            if let Some(found) = index.find(folded.bytes(), 0) {
                let range =
                    if found.encoded { widened(folded.bytes(), found.range) } else { found.range };
                return Some(on_characters(text, folded.original(range)));
            }
        }
        if let Some(range) = inner.shapes.find(text.as_bytes(), 0, false) {
            return Some(on_characters(text, range));
        }
        if !folded.is_changed() {
            return None;
        }
        let range = inner.shapes.find(folded.bytes(), 0, true)?;
        Some(on_characters(text, folded.original(range)))
    }
}

/// Whether a secret is only what is shown instead of one, as in a recording.
fn is_hidden(secret: &Secret) -> bool {
    secret.expose() == PLACEHOLDER
}

/// Returns whether an id is what is shown instead of one that holds a secret.
pub(crate) fn is_placeholder(id: &str) -> bool {
    id.starts_with(ID_PLACEHOLDER) && id.ends_with(']')
}

/// The whole word of base64 around a found part.
fn widened(text: &[u8], found: Range<usize>) -> Range<usize> {
    let is_base64 =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'/' | b'-' | b'_');
    let before = text.get(..found.start).unwrap_or_default();
    let after = text.get(found.end..).unwrap_or_default();
    let before = before.iter().rev().take_while(is_base64).count();
    let after = after.iter().take_while(is_base64).count();
    found.start - before..found.end + after
}

/// The range extended to whole characters.
fn on_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let mut range = range.start.min(text.len())..range.end.min(text.len());
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
    range
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::KnownSecrets;
    use crate::secret::Secret;
    use crate::secret_shape::SecretShape;

    const SECRET: &str = "fa4efa4e5f1c/0b2d+77aa~31.0c9e";

    /// The secret in every form in which it may be repeated.
    fn forms(secret: &str) -> Vec<String> {
        let join =
            |between: &str| secret.chars().map(String::from).collect::<Vec<_>>().join(between);
        let each = |form: &dyn Fn(char) -> String| secret.chars().map(form).collect::<String>();
        let code = |c: char| u32::from(c);
        let mut forms = vec![
            secret.to_owned(),
            format!("Bearer {secret}!"),
            format!("prefix{secret}suffix"),
            join(" "),
            join("\n"),
            join("\" \""),
            join("\u{200b}"),
            join("\u{2060}\u{feff}"),
            each(&|c| format!("%{:02x}", code(c))),
            each(&|c| format!("%25{:02X}", code(c))),
            each(&|c| format!("&#{};", code(c))),
            each(&|c| format!("&#x{:x};", code(c))),
            each(&|c| format!("\\u{:04x}", code(c))),
            each(&|c| format!("\\x{:02x}", code(c))),
            each(&|c| format!("{:02x}", code(c))),
            each(&|c| format!("{:02X}", code(c))),
        ];
        for before in ["", "a", "ab", "user:"] {
            for after in ["", "!", ":x"] {
                let text = format!("{before}{secret}{after}");
                forms.push(format!("see {} here", STANDARD.encode(&text)));
                forms.push(URL_SAFE_NO_PAD.encode(&text));
            }
        }
        forms
    }

    #[test]
    fn a_known_secret_is_found_in_every_form() {
        for others in [0, 1_000] {
            let known = KnownSecrets::new();
            for other in 0..others {
                known.add(&Secret::new(format!("other-{other:030}")));
            }
            known.add(&Secret::from(SECRET));
            for form in forms(SECRET) {
                for text in [form.clone(), format!("é {form}"), format!("1234567 {form} and")] {
                    let clean = known.redact(&text);
                    assert_ne!(clean, text, "{text:?}");
                    assert!(!known.is_in(&clean), "{clean:?}");
                    assert!(clean.len() <= text.len() + 8, "{clean:?}");
                }
            }
        }
    }

    #[test]
    fn only_the_secret_is_replaced() {
        let known = KnownSecrets::new();
        known.add(&Secret::from(SECRET));
        known.add_shape(SecretShape::new("acme_", 16));
        let text = format!("a {SECRET} b {SECRET}, c acme_0123456789abcdef d");
        assert_eq!(known.redact(&text), "a [hidden] b [hidden], c [hidden] d");
        for text in ["", "fa4efa4e", "acme_0123", "é", &SECRET[1..], &"ab12".repeat(16)] {
            assert_eq!(known.redact(text), text);
        }
        assert!(!format!("{known:?}").contains("fa4e"));
    }

    #[test]
    fn short_secrets_of_eight_characters_are_found() {
        let known = KnownSecrets::new();
        known.add(&Secret::from("pass-123"));
        known.add(&Secret::from("short"));
        for before in 0..20 {
            let text = format!("{} pass-123 {before}", "x".repeat(before));
            assert!(known.is_in(&text), "{text}");
        }
        assert!(!known.is_in("a short text"));
    }

    #[test]
    fn a_received_secret_is_remembered_for_hundreds_of_others() {
        let known = KnownSecrets::new();
        known.receive(&Secret::from(SECRET));
        for other in 0..500 {
            known.receive(&Secret::new(format!("other-{other:030}")));
        }
        assert!(known.is_in(SECRET));
    }
}
