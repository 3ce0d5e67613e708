//! What a vendor's secrets look like: [`SecretShape`].

/// What a vendor's secrets look like: a prefix, and the characters after it.
///
/// A provider declares its shapes in [`ProviderInfo`](crate::ProviderInfo). A text of that shape never reaches
/// a record or an error, even if the secret itself is not known. Declare only shapes with a prefix that
/// nothing else has: ids and hashes of the same length are not secrets.
///
/// ```
/// use keyroster_core::SecretShape;
///
/// const SHAPES: &[SecretShape] = &[SecretShape::new("acme_sk_", 24)];
/// assert_eq!(SHAPES[0].prefix, "acme_sk_");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretShape {
    /// The text that every such secret starts with.
    pub prefix: &'static str,
    /// Minimum number of characters after the prefix.
    pub min_len: usize,
    /// The characters after the prefix.
    pub charset: Charset,
}

/// The characters of a secret after its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charset {
    /// Hexadecimal digits.
    Hex,
    /// ASCII letters and digits.
    Alphanumeric,
    /// ASCII letters, digits, `-` and `_`.
    Base64Url,
    /// ASCII letters, digits, `-`, `_`, `+`, `/` and `=`.
    Base64,
}

impl SecretShape {
    /// Creates a shape of letters, digits, `-` and `_` after the prefix. `min_len` counts those.
    ///
    /// # Panics
    ///
    /// If the prefix is shorter than three characters, or fewer than twelve follow it. In a constant, this is
    /// a compile error.
    #[must_use]
    pub const fn new(prefix: &'static str, min_len: usize) -> Self {
        assert!(prefix.len() >= 3, "a prefix of a secret has three characters or more");
        assert!(min_len >= 12, "a secret has twelve characters or more after its prefix");
        Self { prefix, min_len, charset: Charset::Base64Url }
    }

    /// Sets the characters after the prefix.
    #[must_use]
    pub const fn with_charset(mut self, charset: Charset) -> Self {
        self.charset = charset;
        self
    }
}

impl Charset {
    /// Returns whether a character may follow the prefix.
    #[must_use]
    pub const fn contains(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Base64 => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=')
            }
        }
    }
}
