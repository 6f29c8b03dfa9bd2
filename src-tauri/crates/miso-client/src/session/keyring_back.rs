//! What waits for a keyring that went away.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::machine::Generation;
use super::state::Happening;
use super::{Session, lock};
use crate::vault::VaultError;

/// A keyring that is not there may come yet; it is asked again this often, so that it is back here
/// within 5 s (SECURITY.md).
pub(super) const PAUSE: Duration = Duration::from_secs(2);
/// It must answer this soon to count as there; what takes longer is said.
pub(super) const LIMIT: Duration = Duration::from_secs(3);

impl Session {
    /// Keeps what memory alone holds as soon as the keyring is back. One that is locked is not
    /// asked by itself: that would ask a person over and over.
    pub(super) fn save_when_the_keyring_is_back(
        self: &Arc<Self>,
        generation: Generation,
        error: &VaultError,
    ) {
        if !matches!(error, VaultError::Unavailable(_)) {
            return;
        }
        let is_waited = lock(&self.to_save).replace(generation).is_some();
        if !is_waited {
            let session = Arc::downgrade(self);
            tokio::spawn(async move { while waits(&session).await {} });
        }
    }

    /// Saves what could not be; whether that is to be tried again.
    async fn save_held(&self) -> bool {
        let Some(generation) = *lock(&self.to_save) else {
            return false;
        };
        if self.could_not_save(generation).await {
            return true;
        }
        let mut to_save = lock(&self.to_save);
        if *to_save == Some(generation) {
            *to_save = None;
        }
        to_save.is_some()
    }

    async fn could_not_save(&self, generation: Generation) -> bool {
        let vault = &self.around.vault;
        if vault.probe(LIMIT).await.is_err() {
            return true;
        }
        let _replacing = self.credential.lock().await;
        let is_current = lock(&self.machine).generation() == generation;
        if !is_current || !vault.is_memory_only(&self.connection) {
            return false;
        }
        let Ok(Some(credential)) = vault.load(&self.connection).await else {
            return false;
        };
        match vault.save(&self.connection, credential, true).await {
            Ok(()) => {
                self.let_go();
                self.change(|machine| machine.settle(Happening::Saved));
                false
            }
            Err(error) => matches!(error, VaultError::Unavailable(_)),
        }
    }
}

/// Waits a while, then tries; whether it is to be tried again.
async fn waits(session: &Weak<Session>) -> bool {
    tokio::time::sleep(PAUSE).await;
    match session.upgrade() {
        Some(session) => session.save_held().await,
        None => false,
    }
}
