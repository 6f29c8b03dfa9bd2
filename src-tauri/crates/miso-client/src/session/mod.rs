//! The session of one connection: an explicit state machine, the access token in memory, one
//! refresh at a time, signed out only on proof.

mod attempt;
mod renewal;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::watch;
use url::Url;

use crate::signin::{Browser, Provider};
use crate::transport::Tokens;
use crate::vault::{CredentialKind, Vault, VaultError};
use crate::{Clock, Code, ConnectionId, Event, Failure, Publish};

use attempt::Running;
use state::Happening;
pub use state::{SessionState, SignInStep};

/// A keyring that is not there may come yet; it is asked again this often.
const KEYRING_PAUSE: Duration = Duration::from_secs(5);
/// Longer than a person may take to unlock the keyring.
const RESTORE_LIMIT: Duration = Duration::from_secs(150);

/// What a session needs from outside.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub vault: Arc<Vault>,
    pub browser: Arc<dyn Browser>,
    pub clock: Arc<dyn Clock>,
    pub publish: Arc<dyn Publish>,
}

/// The session of one connection.
pub(crate) struct Session {
    connection: ConnectionId,
    instance: Url,
    client_id: String,
    around: Surroundings,
    state: watch::Sender<SessionState>,
    access: Mutex<Option<Access>>,
    provider: tokio::sync::Mutex<Option<Arc<Provider>>>,
    /// Held by whoever renews the access token or replaces the credential.
    renewal: tokio::sync::Mutex<()>,
    attempt: Mutex<Option<Running>>,
    known: Mutex<Known>,
}

/// What is known of an instance from elsewhere than the network.
#[derive(Clone, Default)]
pub(crate) struct Known {
    /// The issuer, where that of the credential may have moved.
    pub issuer: Option<String>,
    /// Further parameters of the authorization request, such as the launch key.
    pub parameters: Vec<(String, SecretString)>,
}

struct Access {
    token: SecretString,
    ends: DateTime<Utc>,
}

impl Session {
    pub(crate) fn new(
        connection: ConnectionId,
        instance: Url,
        client_id: String,
        around: Surroundings,
    ) -> Self {
        Self {
            connection,
            instance,
            client_id,
            around,
            state: watch::Sender::new(SessionState::SignedOut { reason: None }),
            access: Mutex::new(None),
            provider: tokio::sync::Mutex::new(None),
            renewal: tokio::sync::Mutex::new(()),
            attempt: Mutex::new(None),
            known: Mutex::new(Known::default()),
        }
    }

    pub(crate) fn state(&self) -> SessionState {
        self.state.borrow().clone()
    }

    /// Takes what is known of the instance from elsewhere than the network.
    pub(crate) fn set_known(&self, known: Known) {
        *lock(&self.known) = known;
    }

    /// Says that the keyring is about to be read; called before the first window shows anything.
    pub(crate) fn begin_restoring(&self) {
        self.enter(Happening::RestoreBegun);
    }

    /// Takes up the session that the keyring holds. Where there is no keyring yet, that is said,
    /// and it is asked again until it comes or somebody signs in.
    pub(crate) async fn restore(&self) {
        loop {
            let loaded = self.around.vault.load(&self.connection).await;
            let absent = matches!(loaded, Err(VaultError::Unavailable(_)));
            self.enter(match loaded {
                Ok(Some(credential)) => Happening::Restored(credential.account),
                Ok(None) => Happening::NothingToRestore,
                Err(error) => Happening::Failed(error.into()),
            });
            if !absent {
                return;
            }
            tokio::time::sleep(KEYRING_PAUSE).await;
            if !self.state().waits_for_the_keyring() {
                return;
            }
        }
    }

    /// Signs out: revokes where the provider can, forgets here in any case.
    pub(crate) async fn sign_out(&self) -> Result<(), Failure> {
        self.call_off();
        let _renewal = self.renewal.lock().await;
        let vault = &self.around.vault;
        let credential = vault.load(&self.connection).await.ok().flatten();
        if let Some(credential) =
            credential.filter(|kept| kept.kind == CredentialKind::RefreshToken)
        {
            let revoked = match self.provider_of(&credential).await {
                Ok(provider) => {
                    let client_id = &credential.client_id;
                    provider.revoke(client_id, &credential.secret).await
                }
                Err(failure) => Err(failure),
            };
            if let Err(failure) = revoked {
                tracing::info!(?failure, "the refresh token could not be revoked");
            }
        }
        *lock(&self.access) = None;
        let deleted = vault.delete(&self.connection).await.map_err(Failure::from);
        self.enter(Happening::Ended(deleted.clone().err()));
        deleted
    }

    fn enter(&self, happening: Happening) {
        let mut entered = None;
        self.state.send_if_modified(|state| {
            entered = state.after(happening).filter(|next| next != state);
            if let Some(next) = &entered {
                *state = next.clone();
            }
            entered.is_some()
        });
        if let Some(session) = entered {
            let connection = self.connection.clone();
            let event = Event::SessionChanged {
                connection,
                session,
            };
            self.around.publish.publish(event);
        }
    }
}

#[async_trait]
impl Tokens for Session {
    async fn bearer(&self) -> Result<SecretString, Failure> {
        // What is read before the keyring has answered waits for it.
        let mut states = self.state.subscribe();
        let restored = states.wait_for(|state| *state != SessionState::Restoring);
        let state = match tokio::time::timeout(RESTORE_LIMIT, restored).await {
            Ok(Ok(state)) => state.clone(),
            Ok(Err(_)) | Err(_) => return Err(Failure::new(Code::KeyringUnavailable)),
        };
        if let SessionState::SignedOut { .. } = state {
            return Err(Failure::new(Code::SignedOut));
        }
        match self.good_token(None) {
            Some(token) => Ok(token),
            None => self.renew(None).await,
        }
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, Failure> {
        self.renew(Some(refused)).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
