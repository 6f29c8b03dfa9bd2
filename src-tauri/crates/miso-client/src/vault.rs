//! The keyring: one entry for each connection, replaced whole. Its calls block and may hang, so
//! they run on a thread of their own with time limits, and the store is built anew when the
//! service behind it went away (SECURITY.md). There is no plain-text fallback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{Account, Code, ConnectionId, Failure};

const SERVICE: &str = "ai.aifabrix.miso-desktop";
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
    worker: Mutex<Option<mpsc::Sender<Job>>>,
    in_memory: Mutex<HashMap<ConnectionId, Credential>>,
}

type Job = Box<dyn FnOnce(&mut dyn CredentialStore) + Send>;

impl Vault {
    /// A vault over the operating system's keyring.
    pub fn platform() -> Self {
        Self::over(Arc::new(|| Box::new(PlatformStore::default())))
    }

    /// A vault over a store of the caller's.
    pub fn over(make: MakeStore) -> Self {
        Self {
            make,
            worker: Mutex::new(None),
            in_memory: Mutex::new(HashMap::new()),
        }
    }

    /// Whether the keyring answers, within `limit`.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn probe(&self, limit: Duration) -> Result<(), VaultError> {
        self.call(limit, |store| store.get("probe").map(drop)).await
    }

    /// The connection's credential, from memory or the keyring.
    ///
    /// # Errors
    /// Where the keyring cannot be read.
    pub async fn load(&self, connection: &ConnectionId) -> Result<Option<Credential>, VaultError> {
        if let Some(credential) = lock(&self.in_memory).get(connection) {
            return Ok(Some(credential.clone()));
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
            lock(&self.in_memory).insert(connection.clone(), credential);
            // An older entry must not come back at the next start; without a keyring there is none.
            let name = connection.to_string();
            if let Err(error) = self
                .call(PROBE_LIMIT, move |store| store.delete(&name))
                .await
            {
                tracing::info!(%error, "an older entry of the keyring could not be removed");
            }
            return Ok(());
        }
        let name = connection.to_string();
        let bytes = encode(&credential)?;
        self.call(UNLOCK_LIMIT, move |store| store.set(&name, &bytes))
            .await?;
        lock(&self.in_memory).remove(connection);
        Ok(())
    }

    /// Whether the connection's credential is in memory only.
    pub fn is_memory_only(&self, connection: &ConnectionId) -> bool {
        lock(&self.in_memory).contains_key(connection)
    }

    /// Removes the connection's credential from memory and the keyring.
    ///
    /// # Errors
    /// Where the keyring cannot be written; what is in memory is gone all the same.
    pub async fn delete(&self, connection: &ConnectionId) -> Result<(), VaultError> {
        let was_memory_only = lock(&self.in_memory).remove(connection).is_some();
        let name = connection.to_string();
        match self
            .call(UNLOCK_LIMIT, move |store| store.delete(&name))
            .await
        {
            Err(_) if was_memory_only => Ok(()),
            other => other,
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut dyn CredentialStore) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (answer, answered) = oneshot::channel();
        self.hand_over(Box::new(move |store| {
            // Nobody waits any more: the time limit has passed, or it was called off.
            if answer.is_closed() {
                return;
            }
            if answer.send(work(store)).is_err() {
                tracing::debug!("the keyring answered when nobody waited any more");
            }
        }))?;
        match tokio::time::timeout(limit, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError::Unavailable(
                "the keyring's thread ended".to_owned(),
            )),
            Err(_) => {
                // The thread hangs in the store: leave it behind and begin with a new one.
                *lock(&self.worker) = None;
                Err(VaultError::Unavailable(format!(
                    "no answer within {} s",
                    limit.as_secs()
                )))
            }
        }
    }

    fn hand_over(&self, job: Job) -> Result<(), VaultError> {
        let mut worker = lock(&self.worker);
        let job = match worker.as_ref() {
            Some(sender) => match sender.send(job) {
                Ok(()) => return Ok(()),
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
        *worker = Some(sender);
        Ok(())
    }
}

/// The operating system's keyring: Secret Service, Keychain or Credential Manager.
#[derive(Default)]
pub struct PlatformStore {
    store: Option<Arc<keyring_core::CredentialStore>>,
}

impl PlatformStore {
    /// Does `work` with an entry; where the service went away, once more with a store built anew.
    fn with<T>(
        &mut self,
        name: &str,
        work: impl Fn(&keyring::v1::Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, VaultError> {
        let fresh = self.store.is_none();
        match self.try_with(name, &work) {
            Ok(value) => Ok(Some(value)),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) if fresh => {
                self.store = None;
                Err(translate(error))
            }
            Err(error) => {
                tracing::debug!(%error, "the keyring is asked again through a new store");
                self.store = None;
                match self.try_with(name, &work) {
                    Ok(value) => Ok(Some(value)),
                    Err(keyring_core::Error::NoEntry) => Ok(None),
                    Err(error) => {
                        self.store = None;
                        Err(translate(error))
                    }
                }
            }
        }
    }

    fn try_with<T>(
        &mut self,
        name: &str,
        work: impl Fn(&keyring::v1::Entry) -> keyring_core::Result<T>,
    ) -> keyring_core::Result<T> {
        let store = match &self.store {
            Some(store) => store.clone(),
            None => {
                let store = native_store()?;
                self.store = Some(store.clone());
                store
            }
        };
        keyring_core::set_default_store(store);
        let inner = keyring_core::Entry::new(SERVICE, name)?;
        work(&keyring::v1::Entry { inner })
    }
}

impl CredentialStore for PlatformStore {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self
            .with(name, |entry| entry.get_secret())?
            .map(Zeroizing::new))
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.with(name, |entry| entry.set_secret(value))?;
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.with(name, |entry| entry.delete_credential())?;
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

fn translate(error: keyring_core::Error) -> VaultError {
    match error {
        keyring_core::Error::NoStorageAccess(reason) => VaultError::Locked(reason.to_string()),
        keyring_core::Error::BadEncoding(_)
        | keyring_core::Error::BadDataFormat(..)
        | keyring_core::Error::Ambiguous(_) => VaultError::Corrupt,
        other => VaultError::Unavailable(other.to_string()),
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
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shelf(Arc<Mutex<HashMap<String, Vec<u8>>>>);

    impl CredentialStore for Shelf {
        fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            Ok(lock(&self.0).get(name).cloned().map(Zeroizing::new))
        }
        fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
            lock(&self.0).insert(name.to_owned(), value.to_vec());
            Ok(())
        }
        fn delete(&mut self, name: &str) -> Result<(), VaultError> {
            lock(&self.0).remove(name);
            Ok(())
        }
    }

    fn credential(secret: &str) -> Credential {
        Credential {
            kind: CredentialKind::RefreshToken,
            secret: SecretString::from(secret),
            issuer: "https://issuer.example".to_owned(),
            client_id: "miso-desktop".to_owned(),
            account: Account {
                subject: "1".to_owned(),
                username: "aino".to_owned(),
                display_name: None,
                email: None,
            },
        }
    }

    #[tokio::test]
    async fn tokens_of_any_real_size_come_back_whole() {
        let shelf = Shelf::default();
        let inside = shelf.clone();
        let vault = Vault::over(Arc::new(move || Box::new(inside.clone())));
        let id = ConnectionId::random();
        for size in [512, 2_560, 4_096, 16_384] {
            let secret = "t".repeat(size);
            vault.save(&id, credential(&secret), true).await.unwrap();
            let loaded = vault.load(&id).await.unwrap().unwrap();
            assert_eq!(loaded.secret.expose_secret(), secret);
            assert_eq!(lock(&shelf.0).len(), 1);
        }
        vault.delete(&id).await.unwrap();
        assert!(lock(&shelf.0).is_empty());
    }

    #[tokio::test]
    async fn memory_only_touches_no_store() {
        let shelf = Shelf::default();
        let inside = shelf.clone();
        let vault = Vault::over(Arc::new(move || Box::new(inside.clone())));
        let id = ConnectionId::random();
        vault.save(&id, credential("secret"), false).await.unwrap();
        assert!(vault.is_memory_only(&id));
        assert!(lock(&shelf.0).is_empty());
        assert!(vault.load(&id).await.unwrap().is_some());
    }

    struct Hung;

    impl CredentialStore for Hung {
        fn get(&mut self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            loop {
                std::thread::park();
            }
        }
        fn set(&mut self, _: &str, _: &[u8]) -> Result<(), VaultError> {
            Ok(())
        }
        fn delete(&mut self, _: &str) -> Result<(), VaultError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_hung_store_is_left_behind() {
        let vault = Vault::over(Arc::new(|| Box::new(Hung)));
        let limit = Duration::from_millis(50);
        assert!(matches!(
            vault.probe(limit).await,
            Err(VaultError::Unavailable(_))
        ));
        let id = ConnectionId::random();
        assert_eq!(vault.save(&id, credential("x"), true).await, Ok(()));
    }

    #[test]
    fn a_credential_never_shows_its_secret() {
        let text = format!("{:?}", credential("canary-secret"));
        assert!(!text.contains("canary"), "{text}");
    }

    #[test]
    fn a_foreign_entry_is_said_to_be_corrupt() {
        for bytes in [&b"not base64!"[..], b"", b"e30="] {
            assert_eq!(decode(bytes).map(drop), Err(VaultError::Corrupt));
        }
    }
}
