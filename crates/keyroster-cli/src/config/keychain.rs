//! Reads and writes the system's credential store: the macOS keychain, the Windows credential manager, or the
//! Secret Service of a Linux desktop.
//!
//! A missing store is an error. Nothing else is tried instead.

use keyroster::Secret;

use super::CredentialError;

/// The entries of keyroster in the system's credential store.
#[derive(Debug)]
pub(crate) struct Keychain;

#[cfg(feature = "keychain")]
impl Keychain {
    /// Returns the secret with this name.
    pub(crate) async fn get(name: &str) -> Result<Secret, CredentialError> {
        with_entry(name, |entry| entry.get_password().map(Secret::new)).await
    }

    /// Returns whether there is a secret with this name.
    pub(crate) async fn holds(name: &str) -> Result<bool, CredentialError> {
        with_entry(name, |entry| match entry.get_password().map(Secret::new) {
            Err(keyring::v1::Error::NoEntry) => Ok(false),
            outcome => outcome.map(|_| true),
        })
        .await
    }

    /// Stores a secret under this name, replacing an earlier one.
    pub(crate) async fn set(name: &str, secret: Secret) -> Result<(), CredentialError> {
        with_entry(name, move |entry| entry.set_password(secret.expose())).await
    }

    /// Removes the secret with this name, if there is one.
    pub(crate) async fn delete(name: &str) -> Result<(), CredentialError> {
        with_entry(name, |entry| match entry.delete_credential() {
            Err(keyring::v1::Error::NoEntry) => Ok(()),
            outcome => outcome,
        })
        .await
    }
}

#[cfg(feature = "keychain")]
async fn with_entry<T: Send + 'static>(
    name: &str,
    act: impl FnOnce(&keyring::v1::Entry) -> keyring::v1::Result<T> + Send + 'static,
) -> Result<T, CredentialError> {
    let owned = name.to_owned();
    // The stores block, some until the user unlocks them.
    let done = tokio::task::spawn_blocking(move || {
        if let Err(error) = keyring::v1::Entry::store_status() {
            return Err(explain(&owned, error));
        }
        let entry = keyring::v1::Entry::new("keyroster", &owned);
        entry.and_then(|entry| act(&entry)).map_err(|error| explain(&owned, &error))
    });
    let no_response = || CredentialError::new("the keychain did not respond", "retry the command");
    done.await.unwrap_or_else(|_| Err(no_response()))
}

/// Explains an error. The store's own message may contain the secret, so it is left out.
#[cfg(feature = "keychain")]
fn explain(name: &str, error: &keyring::v1::Error) -> CredentialError {
    use keyring::v1::Error;
    match error {
        Error::NoEntry => CredentialError::new(
            format!("the keychain has no entry `{name}` for keyroster"),
            "store it with `keyroster accounts add`",
        ),
        Error::NoStorageAccess(_) => CredentialError::new(
            "the keychain cannot be opened",
            "unlock it and allow keyroster to read it",
        ),
        _ => CredentialError::new(
            "no keychain is available",
            "start one, or use `env`, `file` or `command` instead",
        ),
    }
}

#[cfg(not(feature = "keychain"))]
fn unsupported() -> CredentialError {
    CredentialError::new(
        "this build of keyroster does not support the keychain",
        "build it with the feature `keychain`, or use `env`, `file` or `command` instead",
    )
}

#[cfg(not(feature = "keychain"))]
#[expect(clippy::unused_async, reason = "the same signatures as with the feature")]
impl Keychain {
    pub(crate) async fn get(_: &str) -> Result<Secret, CredentialError> {
        Err(unsupported())
    }

    pub(crate) async fn holds(_: &str) -> Result<bool, CredentialError> {
        Err(unsupported())
    }

    pub(crate) async fn set(_: &str, _: Secret) -> Result<(), CredentialError> {
        Err(unsupported())
    }

    pub(crate) async fn delete(_: &str) -> Result<(), CredentialError> {
        Err(unsupported())
    }
}
