//! The session of one connection: an explicit state machine, the access token in memory, one
//! refresh at a time, signed out only on proof.

mod attempt;
mod device;
mod machine;
mod renewal;
mod state;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::watch;
use url::Url;

use crate::signin::{Browser, Provider, SignInParameters, SignInSettings};
use crate::transport::Tokens;
use crate::vault::{Credential, CredentialKind, Vault, VaultError};
use crate::{Clock, Code, ConnectionId, Event, Failure, Publish};

use machine::Machine;
use renewal::Renewal;
use state::Happening;
pub use state::{SessionState, SignInStep, StampedSession};

/// A keyring that is not there may come yet; it is asked again this often.
const KEYRING_PAUSE: Duration = Duration::from_secs(5);
/// Longer than a person may take to unlock the keyring.
const RESTORE_LIMIT: Duration = Duration::from_secs(150);
/// Discovery and revocation together; the session here is over before.
const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

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
    settings: SignInSettings,
    around: Surroundings,
    machine: Mutex<Machine>,
    states: watch::Sender<StampedSession>,
    provider: tokio::sync::Mutex<Option<Arc<Provider>>>,
    /// Held by whoever takes the credential out of the vault or replaces it.
    credential: tokio::sync::Mutex<()>,
    renewal: Mutex<Option<Renewal>>,
    known: Mutex<Known>,
}

/// Gives the transport the tokens of a session.
pub(crate) struct Bearer(pub Arc<Session>);

/// What is known of an instance from elsewhere than the network.
#[derive(Clone, Default)]
pub(crate) struct Known {
    /// The issuer, where that of the credential may have moved.
    pub issuer: Option<String>,
    /// Further parameters of the authorization request, such as the launch key.
    pub parameters: Option<SignInParameters>,
}

/// Grows with every state of every session, so that a connection whose client was replaced does
/// not begin anew.
static REVISION: AtomicU64 = AtomicU64::new(1);

impl Session {
    pub(crate) fn new(
        connection: ConnectionId,
        instance: Url,
        settings: SignInSettings,
        around: Surroundings,
    ) -> Self {
        let machine = Machine::new();
        let states = watch::Sender::new(stamped(machine.visible()));
        Self {
            connection,
            instance,
            settings,
            around,
            machine: Mutex::new(machine),
            states,
            provider: tokio::sync::Mutex::new(None),
            credential: tokio::sync::Mutex::new(()),
            renewal: Mutex::new(None),
            known: Mutex::new(Known::default()),
        }
    }

    pub(crate) fn state(&self) -> StampedSession {
        self.states.borrow().clone()
    }

    /// Takes what is known of the instance from elsewhere than the network.
    pub(crate) fn set_known(&self, known: Known) {
        *lock(&self.known) = known;
    }

    /// Says that the keyring is about to be read; called before the first window shows anything.
    pub(crate) fn begin_restoring(&self) {
        self.change(|machine| machine.settle(Happening::RestoreBegun));
    }

    /// Takes up the session that the keyring holds. Where there is no keyring yet, that is said,
    /// and it is asked again until it comes or somebody signs in.
    pub(crate) async fn restore(&self) {
        loop {
            let loaded = self.around.vault.load(&self.connection).await;
            let absent = matches!(loaded, Err(VaultError::Unavailable(_)));
            let happening = match loaded {
                Ok(Some(credential)) => Happening::Restored(credential.account),
                Ok(None) => Happening::NothingToRestore,
                Err(error) => Happening::NotRestored(error.into()),
            };
            self.change(|machine| machine.settle(happening));
            if !absent {
                return;
            }
            tokio::time::sleep(KEYRING_PAUSE).await;
            if !lock(&self.machine).beneath().waits_for_the_keyring() {
                return;
            }
        }
    }

    /// Signs out: here at once, then in the keyring. The refresh token is revoked where the
    /// provider can, on a task of its own: nobody waits for a provider that does not answer.
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<(), Failure> {
        self.change(|machine| {
            machine.call_off();
            machine.sign_out(None);
        });
        let _replacing = self.credential.lock().await;
        let vault = &self.around.vault;
        let credential = vault.load(&self.connection).await.ok().flatten();
        let deleted = vault.delete(&self.connection).await.map_err(Failure::from);
        if let Some(credential) =
            credential.filter(|kept| kept.kind == CredentialKind::RefreshToken)
        {
            tokio::spawn(self.clone().revoke(credential));
        }
        deleted
    }

    async fn revoke(self: Arc<Self>, credential: Credential) {
        let revoking = async {
            let provider = self.provider_of(&credential).await?;
            let client_id = &credential.client_id;
            provider.revoke(client_id, &credential.secret).await
        };
        match tokio::time::timeout(REVOCATION_LIMIT, revoking).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                tracing::info!(?failure, "the refresh token could not be revoked");
            }
            Err(_) => tracing::info!("the provider did not revoke the refresh token in time"),
        }
    }

    /// Changes the machine, and tells where that shows. Told outside of the lock: who hears it
    /// may wait for somebody who asks for the session; the revision says what is newer.
    fn change<T>(&self, change: impl FnOnce(&mut Machine) -> T) -> T {
        let mut entered = None;
        let result = {
            let mut machine = lock(&self.machine);
            let result = change(&mut machine);
            let visible = machine.visible();
            self.states.send_if_modified(|now| {
                if now.state == visible {
                    return false;
                }
                *now = stamped(visible);
                entered = Some(now.clone());
                true
            });
            result
        };
        if let Some(StampedSession { state, revision }) = entered {
            self.around.publish.publish(Event::SessionChanged {
                connection: self.connection.clone(),
                session: state,
                revision,
            });
        }
        result
    }
}

#[async_trait]
impl Tokens for Bearer {
    async fn bearer(&self) -> Result<SecretString, Failure> {
        let session = &self.0;
        // What is read before the keyring has answered waits for it.
        let mut states = session.states.subscribe();
        let restored = states.wait_for(|now| now.state != SessionState::Restoring);
        match tokio::time::timeout(RESTORE_LIMIT, restored).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return Err(Failure::new(Code::KeyringUnavailable)),
        }
        if !lock(&session.machine).has_session() {
            return Err(Failure::new(Code::SignedOut));
        }
        match session.good_token(None) {
            Some(token) => Ok(token),
            None => session.renew(None).await,
        }
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, Failure> {
        self.0.renew(Some(refused)).await
    }

    fn rejected(&self, token: &SecretString) {
        self.0.change(|machine| machine.rejected(token));
    }
}

fn stamped(state: SessionState) -> StampedSession {
    StampedSession {
        state,
        revision: REVISION.fetch_add(1, Ordering::SeqCst),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
