//! What a scenario asks a provider for, where that is the vendor's matter.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use keyroster_core::{Access, CreateKey, Field};
use serde_json::Value;

type Text<T> = Arc<dyn Fn(T) -> String + Send + Sync>;

/// What a scenario asks a provider for, where that is the vendor's matter: names of scopes, shapes of ids
/// and secrets.
///
/// ```
/// use keyroster_testkit::Samples;
///
/// let samples = Samples::default()
///     .with_scopes(["keys:read", "keys:write"])
///     .with_secret(|canary| format!("acme_{canary}"));
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Samples {
    access: Option<Access>,
    scopes: Option<[String; 2]>,
    options: BTreeMap<String, [Value; 2]>,
    id: Option<Arc<dyn Fn(usize) -> String + Send + Sync>>,
    secret: Option<Text<String>>,
}

impl Samples {
    /// What a new key may do when a scenario does not care, for a vendor that has to be told.
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = Some(access);
        self
    }

    /// Two scopes that the vendor knows, for a provider that declares [`Field::Scopes`].
    pub fn with_scopes<S: Into<String>>(mut self, scopes: [S; 2]) -> Self {
        self.scopes = Some(scopes.map(Into::into));
        self
    }

    /// Two values of an option of the vendor's own, for a provider that declares it.
    pub fn with_option(mut self, name: impl Into<String>, values: [Value; 2]) -> Self {
        self.options.insert(name.into(), values);
        self
    }

    /// The id of the key of this number, for a vendor whose ids have a shape that matters; nought is the
    /// account's own credential. Without it, ids are texts as `key-0001`.
    pub fn with_id(mut self, id: impl Fn(usize) -> String + Send + Sync + 'static) -> Self {
        self.id = Some(Arc::new(id));
        self
    }

    /// A secret of the vendor's shape around a canary, which has to stand in it as it is.
    pub fn with_secret(
        mut self,
        secret: impl Fn(String) -> String + Send + Sync + 'static,
    ) -> Self {
        self.secret = Some(Arc::new(secret));
        self
    }

    pub(crate) fn id(&self, number: usize) -> String {
        self.id.as_ref().map_or_else(|| format!("key-{number:04}"), |id| id(number))
    }

    pub(crate) fn secret(&self, canary: &str) -> String {
        self.secret.as_ref().map_or_else(|| canary.to_owned(), |secret| secret(canary.to_owned()))
    }

    /// A create that asks for nothing but a name.
    pub(crate) fn new_key(&self, name: &str) -> CreateKey {
        let mut request = CreateKey::new(name);
        request.access = self.access.clone().unwrap_or_default();
        request
    }

    pub(crate) fn scopes(&self) -> Option<&[String; 2]> {
        self.scopes.as_ref()
    }

    pub(crate) fn option(&self, name: &str) -> Option<&[Value; 2]> {
        self.options.get(name)
    }

    /// What is missing to try a declared argument.
    pub(crate) fn missing(&self, field: &Field) -> Option<String> {
        match field {
            Field::Scopes if self.scopes.is_none() => Some("`Samples::with_scopes`".to_owned()),
            Field::Extra(name) if !self.options.contains_key(name.as_ref()) => {
                Some(format!("`Samples::with_option({name:?}, …)`"))
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples")
            .field("access", &self.access)
            .field("scopes", &self.scopes)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
