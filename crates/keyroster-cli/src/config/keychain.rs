//! The credential store of the system: the macOS keychain, the Windows credential manager, the Secret
//! Service of a Linux desktop.
//!
//! Where none runs, that is an error. Nothing stands in for it.

use keyroster::Secret;

use super::CredentialError;

/// The entries of this program in the system's credential store.
#[derive(Debug)]
pub(crate) struct Keychain;

#[cfg(feature = "keychain")]
impl Keychain {
    /// The secret of that name.
    pub(crate) async fn get(name: &str) -> Result<Secret, CredentialError> {
        with_entry(name, |entry| entry.get_password().map(Secret::new)).await
    }

    /// Whether there is a secret of that name; an error where no keychain runs.
    pub(crate) async fn holds(name: &str) -> Result<bool, CredentialError> {
        with_entry(name, |entry| match entry.get_password().map(Secret::new) {
            Err(keyring::v1::Error::NoEntry) => Ok(false),
            outcome => outcome.map(|_| true),
        })
        .await
    }

    /// Keeps a secret under that name, in place of an earlier one.
    pub(crate) async fn set(name: &str, secret: Secret) -> Result<(), CredentialError> {
        with_entry(name, move |entry| entry.set_password(secret.expose())).await
    }

    /// Removes the secret of that name; one that is not there is no error.
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
    // The stores block, some until a person has unlocked them.
    let done = tokio::task::spawn_blocking(move || {
        if let Err(error) = keyring::v1::Entry::store_status() {
            return Err(explain(&owned, error));
        }
        let entry = keyring::v1::Entry::new("keyroster", &owned);
        entry.and_then(|entry| act(&entry)).map_err(|error| explain(&owned, &error))
    });
    let silent = || CredentialError::new("the keychain gave no answer", "try again");
    done.await.unwrap_or_else(|_| Err(silent()))
}

/// What is wrong and what to do. The store's own words may hold what was asked for, and stay away.
#[cfg(feature = "keychain")]
fn explain(name: &str, error: &keyring::v1::Error) -> CredentialError {
    use keyring::v1::Error;
    match error {
        Error::NoEntry => CredentialError::new(
            format!("the keychain has no entry `{name}` of keyroster's"),
            "store it with `keyroster accounts add`",
        ),
        Error::NoStorageAccess(_) => CredentialError::new(
            "the keychain cannot be opened",
            "unlock it, and let keyroster read it",
        ),
        _ => CredentialError::new(
            "no keychain runs here that keyroster could use",
            "start one, or keep the secret elsewhere (`env`, `file` or `command`)",
        ),
    }
}

#[cfg(not(feature = "keychain"))]
fn left_out() -> CredentialError {
    CredentialError::new(
        "this program was built without the keychain",
        "build it with the feature `keychain`, or keep the secret elsewhere (`env`, `file` or \
         `command`)",
    )
}

#[cfg(not(feature = "keychain"))]
#[expect(clippy::unused_async, reason = "the same as with the feature")]
impl Keychain {
    pub(crate) async fn get(_: &str) -> Result<Secret, CredentialError> {
        Err(left_out())
    }

    pub(crate) async fn holds(_: &str) -> Result<bool, CredentialError> {
        Err(left_out())
    }

    pub(crate) async fn set(_: &str, _: Secret) -> Result<(), CredentialError> {
        Err(left_out())
    }

    pub(crate) async fn delete(_: &str) -> Result<(), CredentialError> {
        Err(left_out())
    }
}
