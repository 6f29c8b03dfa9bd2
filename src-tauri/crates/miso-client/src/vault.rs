//! The keyring: one entry for each connection, replaced whole. Its calls block and may hang, so
//! they run on a thread of their own with time limits, and the store is built anew when the
//! service behind it went away (SECURITY.md). There is no plain-text fallback.

mod platform;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{Account, Cache, Code, ConnectionId, Failure};

pub use platform::PlatformStore;

/// A person may have to unlock the keyring first.
const UNLOCK_LIMIT: Duration = Duration::from_secs(120);
/// What is not worth waiting for.
const PROBE_LIMIT: Duration = Duration::from_secs(3);

/// What is kept of a session. The secret is the refresh token or the service account's secret.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What the secret is.
    pub kind: CredentialKind,
    /// The secret.
    pub secret: SecretString,
    /// The issuer it is good for.
    pub issuer: String,
    /// The OAuth client it was given to.
    pub client_id: String,
    /// Who it stands for.
    pub account: Account,
}

/// What a credential's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An OAuth refresh token.
    RefreshToken,
    /// A service account's client secret.
    ClientSecret,
}

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
}

/// Makes a store; called again where the one before hung.
pub type MakeStore = Arc<dyn Fn() -> Box<dyn CredentialStore> + Send + Sync>;

/// The keyring with a thread and time limits, and what is kept in memory only.
pub struct Vault {
    make: MakeStore,
    worker: Mutex<Worker>,
    in_memory: Mutex<HashMap<ConnectionId, Credential>>,
    /// Entries that are to be gone but could not be deleted yet.
    owed: Mutex<Owed>,
}

type Job = Box<dyn FnOnce(&mut dyn CredentialStore) + Send>;

/// The thread that works with the store, and which one it is: a job that hung in an older thread
/// says nothing about this one.
#[derive(Default)]
struct Worker {
    generation: u64,
    jobs: Option<mpsc::Sender<Job>>,
}

#[derive(Default)]
struct Owed {
    names: HashSet<String>,
    /// Where they are remembered beyond this run.
    ledger: Option<Arc<Cache>>,
}

impl Vault {
    /// A vault over the operating system's keyring.
    pub fn platform() -> Self {
        Self::over(Arc::new(|| Box::new(PlatformStore::default())))
    }

    /// A vault over a store of the caller's.
    pub fn over(make: MakeStore) -> Self {
        Self {
            make,
            worker: Mutex::default(),
            in_memory: Mutex::default(),
            owed: Mutex::default(),
        }
    }

    /// Remembers in the cache's file which entries could not be deleted, so that they do not come
    /// back with the next start.
    pub(crate) fn remember_in(&self, ledger: Arc<Cache>) {
        let mut owed = lock(&self.owed);
        match ledger.owed_deletions() {
            Ok(names) => owed.names.extend(names),
            Err(failure) => tracing::warn!(?failure, "what is still to be deleted is not known"),
        }
        owed.ledger = Some(ledger);
    }

    /// Whether the keyring answers, within `limit`.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn probe(&self, limit: Duration) -> Result<(), VaultError> {
        self.call(limit, |store| store.get("probe").map(drop)).await
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
        if lock(&self.owed).names.contains(connection.as_str()) {
            return Ok(None);
        }
        let name = connection.to_string();
        let bytes = self
            .call(UNLOCK_LIMIT, move |store| store.get(&name))
            .await?;
        bytes.map(|bytes| decode(&bytes)).transpose()
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
        let bytes = encode(&credential)?;
        self.set_entry(UNLOCK_LIMIT, name, bytes).await?;
        lock(&self.in_memory).remove(connection);
        self.paid(connection.as_str());
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
            if let Err(error) = store.delete(&entry) {
                tracing::warn!(%error, "an entry that came late could not be taken away");
            }
        };
        self.call_or(limit, move |store| store.set(&name, &bytes), late)
            .await
    }

    async fn delete_entry(
        &self,
        connection: &ConnectionId,
        limit: Duration,
    ) -> Result<(), VaultError> {
        let name = connection.to_string();
        self.owe(&name);
        let deleted = self.call(limit, move |store| store.delete(&name)).await;
        if deleted.is_ok() {
            self.paid(connection.as_str());
        }
        deleted
    }

    /// Deletes what could not be deleted before.
    async fn pay(&self) {
        let names: Vec<String> = lock(&self.owed).names.iter().cloned().collect();
        for name in names {
            let entry = name.clone();
            let deleted = self.call(PROBE_LIMIT, move |store| store.delete(&entry));
            if let Err(error) = deleted.await {
                tracing::info!(%error, "an entry of the keyring could still not be removed");
                return;
            }
            self.paid(&name);
        }
    }

    fn owe(&self, name: &str) {
        let mut owed = lock(&self.owed);
        owed.names.insert(name.to_owned());
        if let Some(ledger) = &owed.ledger
            && let Err(failure) = ledger.owe_deletion(name)
        {
            tracing::warn!(?failure, "what is to be deleted could not be remembered");
        }
    }

    fn paid(&self, name: &str) {
        let mut owed = lock(&self.owed);
        if !owed.names.remove(name) {
            return;
        }
        if let Some(ledger) = &owed.ledger
            && let Err(failure) = ledger.deletion_done(name)
        {
            tracing::warn!(?failure, "what was deleted could not be remembered");
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut dyn CredentialStore) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.call_or(limit, work, |_| {}).await
    }

    /// The same, with what follows where the work was done when nobody waited any more.
    async fn call_or<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut dyn CredentialStore) -> Result<T, VaultError> + Send + 'static,
        late: impl FnOnce(&mut dyn CredentialStore) + Send + 'static,
    ) -> Result<T, VaultError> {
        let (answer, answered) = oneshot::channel();
        let generation = self.hand_over(Box::new(move |store| {
            // Nobody waits any more: the time limit has passed, or it was called off.
            if answer.is_closed() {
                return;
            }
            if let Err(Ok(_)) = answer.send(work(store)) {
                tracing::debug!("the keyring answered when nobody waited any more");
                late(store);
            }
        }))?;
        match tokio::time::timeout(limit, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError::Unavailable(
                "the keyring's thread ended".to_owned(),
            )),
            Err(_) => {
                // The thread hangs in the store: leave it behind and begin with a new one.
                let mut worker = lock(&self.worker);
                if worker.generation == generation {
                    worker.jobs = None;
                }
                Err(VaultError::Unavailable(format!(
                    "no answer within {} s",
                    limit.as_secs()
                )))
            }
        }
    }

    /// Gives a job to the thread, a new one where there is none; which thread it is.
    fn hand_over(&self, job: Job) -> Result<u64, VaultError> {
        let mut worker = lock(&self.worker);
        let job = match worker.jobs.as_ref() {
            Some(jobs) => match jobs.send(job) {
                Ok(()) => return Ok(worker.generation),
                Err(mpsc::SendError(job)) => job,
            },
            None => job,
        };
        let (sender, jobs) = mpsc::channel::<Job>();
        let make = self.make.clone();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let mut store = make();
                for job in jobs {
                    job(store.as_mut());
                }
            })
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        sender
            .send(job)
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        worker.generation += 1;
        worker.jobs = Some(sender);
        Ok(worker.generation)
    }
}

/// What stands in the entry: JSON as base64 text, since some stores take text only.
#[derive(Serialize, Deserialize)]
struct Kept {
    v: u8,
    kind: CredentialKind,
    secret: Zeroizing<String>,
    issuer: String,
    client_id: String,
    account: Account,
}

fn encode(credential: &Credential) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let kept = Kept {
        v: 1,
        kind: credential.kind,
        secret: Zeroizing::new(credential.secret.expose_secret().to_owned()),
        issuer: credential.issuer.clone(),
        client_id: credential.client_id.clone(),
        account: credential.account.clone(),
    };
    let json = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| VaultError::Corrupt)?);
    Ok(Zeroizing::new(STANDARD.encode(&json).into_bytes()))
}

fn decode(bytes: &[u8]) -> Result<Credential, VaultError> {
    let json = Zeroizing::new(STANDARD.decode(bytes).map_err(|_| VaultError::Corrupt)?);
    let kept: Kept = serde_json::from_slice(&json).map_err(|_| VaultError::Corrupt)?;
    Ok(Credential {
        kind: kept.kind,
        secret: SecretString::from(kept.secret.as_str()),
        issuer: kept.issuer,
        client_id: kept.client_id,
        account: kept.account,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
