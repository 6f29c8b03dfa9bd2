//! The keyring: one entry for each connection, replaced whole (in pieces where the store's entries
//! are small). Its calls block and may hang, so
//! they run on a thread of their own with time limits, and the store is built anew when the
//! service behind it went away (SECURITY.md). There is no plain-text fallback.

mod credential;
mod entries;
mod owed;
mod platform;
mod turn;
mod worker;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use zeroize::Zeroizing;

use crate::lock::lock;
use crate::{Cache, Code, ConnectionId, Failure};

pub use credential::{Credential, CredentialKind};
use credential::{encode, newest};
use owed::Owed;
pub use platform::PlatformStore;
pub(crate) use turn::Turn;
use turn::Turns;
pub use worker::MakeStore;
use worker::Worker;

/// A person may have to unlock the keyring first.
const UNLOCK_LIMIT: Duration = Duration::from_secs(120);
/// What is not worth waiting for.
const PROBE_LIMIT: Duration = Duration::from_secs(3);

/// Why the keyring did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is none, or it does not answer.
    #[error("the keyring is not available: {0}")]
    Unavailable(String),
    /// It is locked and was not unlocked.
    #[error("the keyring is locked: {0}")]
    Locked(String),
    /// The entry is not one of ours.
    #[error("the keyring's entry cannot be read")]
    Corrupt,
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unavailable(reason) => {
                Self::new(Code::KeyringUnavailable).with("reason", reason)
            }
            VaultError::Locked(reason) => Self::new(Code::KeyringLocked).with("reason", reason),
            VaultError::Corrupt => Self::new(Code::KeyringCorrupt),
        }
    }
}

/// A keyring as the vault needs it: entries of bytes by name. Blocking.
pub trait CredentialStore: Send {
    /// The entry's bytes; `None` if there is none.
    ///
    /// # Errors
    /// Where the store cannot be used.
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;
    /// The entry's bytes, of each where the store has come to hold it more than once.
    ///
    /// # Errors
    /// Where the store cannot be used.
    fn get_all(&mut self, name: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.get(name)?.into_iter().collect())
    }
    /// Replaces the entry.
    ///
    /// # Errors
    /// Where the store cannot be used; the old entry is then still there.
    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError>;
    /// Removes the entry, if there is one.
    ///
    /// # Errors
    /// Where the store cannot be used.
    fn delete(&mut self, name: &str) -> Result<(), VaultError>;
    /// The most bytes that an entry takes; `None` where any real token fits.
    fn limit(&self) -> Option<usize> {
        None
    }
}

/// The keyring with a thread and time limits, and what is kept in memory only.
pub struct Vault {
    worker: Worker,
    turns: Turns,
    in_memory: Mutex<HashMap<ConnectionId, Credential>>,
    owed: Owed,
}

impl Vault {
    /// A vault over the operating system's keyring. Processes that work on the same entries take
    /// turns by means of files in this folder.
    pub fn platform(turns: PathBuf) -> Self {
        Self::over(Arc::new(|| Box::new(PlatformStore::default()))).taking_turns_in(turns)
    }

    /// A vault over a store of the caller's, which no other process uses.
    pub fn over(make: MakeStore) -> Self {
        Self {
            worker: Worker::new(make),
            turns: Turns::default(),
            in_memory: Mutex::default(),
            owed: Owed::default(),
        }
    }

    /// The same over a store that other processes use too.
    #[must_use]
    pub fn taking_turns_in(self, folder: PathBuf) -> Self {
        Self {
            turns: Turns::in_folder(folder),
            ..self
        }
    }

    /// Remembers in the cache's file which entries could not be deleted, so that they do not come
    /// back with the next start.
    pub(crate) fn remember_in(&self, ledger: Arc<Cache>) {
        self.owed.remember_in(ledger);
    }

    /// Takes the turn at the connection's entry, among all processes. Whoever spends what is in it
    /// takes the turn first, then reads it, and lets go when what came instead is kept.
    ///
    /// # Errors
    /// [`Code::SessionBusy`].
    pub(crate) async fn turn(
        &self,
        connection: &ConnectionId,
        patience: Duration,
    ) -> Result<Turn, Failure> {
        self.turns.take(connection.as_str(), patience).await
    }

    /// Whether the keyring answers, within `limit`.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn probe(&self, limit: Duration) -> Result<(), VaultError> {
        let probe = |store: &mut dyn CredentialStore| store.get("probe").map(drop);
        self.worker.call(limit, probe).await
    }

    /// The connection's credential, from memory or the keyring. One that could not be deleted
    /// when it should have been is as good as none, and is deleted now.
    ///
    /// # Errors
    /// Where the keyring cannot be read.
    pub async fn load(&self, connection: &ConnectionId) -> Result<Option<Credential>, VaultError> {
        if let Some(credential) = lock(&self.in_memory).get(connection) {
            return Ok(Some(credential.clone()));
        }
        self.pay().await;
        if self.owed.contains(connection.as_str()) {
            return Ok(None);
        }
        let name = connection.to_string();
        let reading = move |store: &mut dyn CredentialStore| entries::get(store, &name);
        newest(&self.worker.call(UNLOCK_LIMIT, reading).await?)
    }

    /// Replaces the connection's credential: in the keyring, or (a choice of the user's) in
    /// memory until the process ends.
    ///
    /// # Errors
    /// Where the keyring cannot be written; what was there before still is.
    pub async fn save(
        &self,
        connection: &ConnectionId,
        credential: Credential,
        remember: bool,
    ) -> Result<(), VaultError> {
        if !remember {
            self.hold(connection, credential);
            self.forget_older(connection).await;
            return Ok(());
        }
        let name = connection.to_string();
        let bytes = encode(&credential, Utc::now())?;
        self.set_entry(UNLOCK_LIMIT, name, bytes).await?;
        lock(&self.in_memory).remove(connection);
        self.owed.done(connection.as_str());
        Ok(())
    }

    /// Keeps the connection's credential in memory, and gives what was there before.
    pub(crate) fn hold(
        &self,
        connection: &ConnectionId,
        credential: Credential,
    ) -> Option<Credential> {
        lock(&self.in_memory).insert(connection.clone(), credential)
    }

    /// Puts back what [`Self::hold`] gave.
    pub(crate) fn hold_again(&self, connection: &ConnectionId, older: Option<Credential>) {
        let mut in_memory = lock(&self.in_memory);
        match older {
            Some(older) => in_memory.insert(connection.clone(), older),
            None => in_memory.remove(connection),
        };
    }

    /// Removes an older entry from the keyring, which must not come back at the next start; what
    /// is in memory stays.
    pub(crate) async fn forget_older(&self, connection: &ConnectionId) {
        if let Err(error) = self.delete_entry(connection, PROBE_LIMIT).await {
            tracing::info!(%error, "an older entry of the keyring could not be removed");
        }
    }

    /// Whether the connection's credential is in memory only.
    pub fn is_memory_only(&self, connection: &ConnectionId) -> bool {
        lock(&self.in_memory).contains_key(connection)
    }

    /// Removes the connection's credential from memory and the keyring. Where the keyring does not
    /// let it go now, that is remembered and tried again.
    ///
    /// # Errors
    /// Where the keyring cannot be written; the credential is given to nobody any more all the
    /// same.
    pub async fn delete(&self, connection: &ConnectionId) -> Result<(), VaultError> {
        let was_memory_only = lock(&self.in_memory).remove(connection).is_some();
        match self.delete_entry(connection, UNLOCK_LIMIT).await {
            Err(_) if was_memory_only => Ok(()),
            other => other,
        }
    }

    /// Writes an entry. One that is written after the time limit was given up by who asked for it,
    /// and may stand in the place of a newer one: it is taken away again.
    async fn set_entry(
        &self,
        limit: Duration,
        name: String,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<(), VaultError> {
        let entry = name.clone();
        let late = move |store: &mut dyn CredentialStore| {
            if let Err(error) = entries::delete(store, &entry) {
                tracing::warn!(%error, "an entry that came late could not be taken away");
            }
        };
        let writing = move |store: &mut dyn CredentialStore| entries::set(store, &name, &bytes);
        self.worker.call_or(limit, writing, late).await
    }

    async fn delete_entry(
        &self,
        connection: &ConnectionId,
        limit: Duration,
    ) -> Result<(), VaultError> {
        let name = connection.to_string();
        self.owed.add(&name);
        let deleting = move |store: &mut dyn CredentialStore| entries::delete(store, &name);
        let deleted = self.worker.call(limit, deleting).await;
        if deleted.is_ok() {
            self.owed.done(connection.as_str());
        }
        deleted
    }

    /// Deletes what could not be deleted before.
    async fn pay(&self) {
        for name in self.owed.names() {
            let entry = name.clone();
            let deleting = move |store: &mut dyn CredentialStore| entries::delete(store, &entry);
            let deleted = self.worker.call(PROBE_LIMIT, deleting).await;
            if let Err(error) = deleted {
                tracing::info!(%error, "an entry of the keyring could still not be removed");
                return;
            }
            self.owed.done(&name);
        }
    }
}

#[cfg(test)]
mod tests;
