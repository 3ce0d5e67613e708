//! Values for scenarios that depend on the vendor.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use keyroster_core::{Access, CreateKey, Field};
use serde_json::Value;

type Text<T> = Arc<dyn Fn(T) -> String + Send + Sync>;

/// Values for scenarios that depend on the vendor: names of scopes, and formats of ids and secrets.
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
    container: Option<String>,
    scopes: Option<[String; 2]>,
    expiry_step: Option<Duration>,
    options: BTreeMap<String, [Value; 2]>,
    id: Option<Arc<dyn Fn(usize) -> String + Send + Sync>>,
    secret: Option<Text<String>>,
}

impl Samples {
    /// The access of a new key in scenarios that do not need a certain one, for a vendor that requires it. With
    /// [`Access::Admin`], a key that asks for nothing may be an admin key, too.
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = Some(access);
        self
    }

    /// The container of a new key, for a vendor whose create must name one. It is the first container of the
    /// imitated vendor.
    pub fn with_container(mut self, id: impl Into<String>) -> Self {
        self.container = Some(id.into());
        self
    }

    /// Two of the vendor's scopes, for a provider that declares [`Field::Scopes`]. Each works alone.
    pub fn with_scopes<S: Into<String>>(mut self, scopes: [S; 2]) -> Self {
        self.scopes = Some(scopes.map(Into::into));
        self
    }

    /// The step in which the vendor counts expiries, such as a day. By default, it is a second.
    pub fn with_expiry_step(mut self, step: Duration) -> Self {
        self.expiry_step = Some(step);
        self
    }

    /// Two values of one of the vendor's options, for a provider that declares it.
    pub fn with_option(mut self, name: impl Into<String>, values: [Value; 2]) -> Self {
        self.options.insert(name.into(), values);
        self
    }

    /// The id of the key with this number, for a vendor whose ids have a certain format. Number zero is the
    /// account's own credential. By default, ids look like `key-0001`.
    pub fn with_id(mut self, id: impl Fn(usize) -> String + Send + Sync + 'static) -> Self {
        self.id = Some(Arc::new(id));
        self
    }

    /// A secret in the vendor's format that contains the given canary unchanged.
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

    /// The id of the container with this number, from 1.
    pub(crate) fn container_id(&self, number: usize) -> String {
        let first = self.container.clone().filter(|_| number == 1);
        first.unwrap_or_else(|| format!("container-{number}"))
    }

    /// A create with only a name, and the access and the container that the vendor requires.
    pub(crate) fn new_key(&self, name: &str) -> CreateKey {
        let mut request = CreateKey::new(name);
        request.access = self.access.clone().unwrap_or_default();
        request.container.clone_from(&self.container);
        request
    }

    /// How far an expiry may be from the one that was asked for.
    pub(crate) fn expiry_slack(&self) -> Duration {
        // A relative expiry is counted from the moment at which the request arrives.
        Duration::from_secs(10) + self.expiry_step.unwrap_or_default()
    }

    pub(crate) fn needs_no_admin_request(&self) -> bool {
        self.access == Some(Access::Admin)
    }

    pub(crate) fn scopes(&self) -> Option<&[String; 2]> {
        self.scopes.as_ref()
    }

    pub(crate) fn option(&self, name: &str) -> Option<&[Value; 2]> {
        self.options.get(name)
    }

    /// Which samples are missing for a declared argument.
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
            .field("container", &self.container)
            .field("scopes", &self.scopes)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
