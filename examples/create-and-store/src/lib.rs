//! Creates an API key and stores its secret, whatever goes wrong on the way.
//!
//! A vendor shows a secret once. So the file is ready before the key is created, and the secret is in it before
//! anything else is asked. A key whose secret was lost is looked for or revoked.

mod advice;
mod file;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use keyroster::{
    ApiKey, CreateKey, Error, KeyId, Orphan, Provider, Reconciliation, Revocation, Timestamp,
};

pub use crate::advice::{Advice, advice};
pub use crate::file::SecretFile;

/// Why there is no key with a stored secret.
#[derive(Debug)]
pub enum Failure {
    /// The file cannot be used. Nothing was sent.
    File(io::Error),
    /// The key was not created.
    NotCreated(Error),
    /// The key was created, and its secret could not be stored. So the key was revoked, if possible.
    NotStored {
        /// The key.
        id: KeyId,
        /// What is wrong with the file.
        error: io::Error,
        /// What became of revoking the key.
        revoked: keyroster::Result<Revocation>,
    },
    /// The key may have been created, and no one has its secret.
    InDoubt {
        /// What to look for.
        orphan: Orphan,
        /// The keys that it may be. A person decides which one it is.
        found: keyroster::Result<Reconciliation>,
    },
}

/// Creates a key, stores its secret in a new file, and returns its record.
///
/// If `give_up` ends first, the create is cancelled. The vendor may still have created the key.
pub async fn create_and_store(
    account: &Provider,
    request: &CreateKey,
    path: &Path,
    give_up: impl Future<Output = ()>,
) -> Result<ApiKey, Failure> {
    let file = SecretFile::prepare(path).map_err(Failure::File)?;

    let sent_at = Timestamp::from(SystemTime::now());
    let outcome = tokio::select! {
        // `biased`: if both are ready, the answer is not thrown away.
        biased;
        created = account.create_without_record(request) => created,
        () = give_up => return Err(look_for(account, Orphan::new(request, sent_at)).await),
    };
    let mut created = match outcome {
        Ok(created) => created,
        Err(error) => match error.orphan() {
            Some(orphan) => return Err(look_for(account, orphan.clone()).await),
            None => return Err(Failure::NotCreated(error)),
        },
    };

    if let Err(error) = file.store(&created.secret) {
        let id = created.key.id;
        let revoked = account.revoke(&id).await;
        return Err(Failure::NotStored { id, error, revoked });
    }
    // The secret is safe. Now there is time to ask for the rest of the record.
    account.fetch_record(&mut created).await;
    Ok(created.key)
}

async fn look_for(account: &Provider, orphan: Orphan) -> Failure {
    let found = account.reconcile(&orphan).await;
    Failure::InDoubt { orphan, found }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "cannot use the file for the secret: {error}"),
            Self::NotCreated(error) => write!(f, "{error}"),
            Self::NotStored { id, error, revoked: Ok(_) } => {
                write!(f, "cannot store the secret of key {id}, so the key was revoked: {error}")
            }
            Self::NotStored { id, error, revoked: Err(why) } => {
                write!(f, "cannot store the secret of key {id}: {error}; cannot revoke it: {why}")
            }
            Self::InDoubt { orphan, .. } => {
                write!(f, "a key named `{}` may exist, and no one has its secret", orphan.name)
            }
        }
    }
}

impl std::error::Error for Failure {}
