//! The session of one connection: an explicit state machine, the access token in memory, one
//! refresh at a time, signed out only on proof.

mod attempt;
mod device;
mod ending;
mod keyring_back;
mod machine;
mod renewal;
mod state;
mod turns;

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::lock::lock;
use crate::signin::{Browser, Provider, SignInParameters, SignInSettings};
use crate::transport::Tokens;
use crate::vault::{Credential, CredentialKind, Vault, VaultError};
use crate::{Clock, Code, ConnectionId, Event, Failure, Network, Publish, Speaks};

use machine::{Generation, Machine};
use renewal::Renewal;
use state::Happening;
pub use state::{SessionState, SignInStep, StampedSession};
use turns::Turns;

/// Longer than a person may take to unlock the keyring.
const RESTORE_LIMIT: Duration = Duration::from_secs(150);

/// What a session needs from outside; the network is that of its connection.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub vault: Arc<Vault>,
    pub browser: Arc<dyn Browser>,
    pub clock: Arc<dyn Clock>,
    pub publish: Arc<dyn Publish>,
    pub network: Network,
}

/// The session of one connection.
pub(crate) struct Session {
    connection: ConnectionId,
    instance: Url,
    settings: Mutex<Arc<SignInSettings>>,
    around: Surroundings,
    machine: Mutex<Machine>,
    states: watch::Sender<StampedSession>,
    provider: tokio::sync::Mutex<Option<Discovered>>,
    /// Held by whoever takes the credential out of the vault or replaces it.
    credential: tokio::sync::Mutex<()>,
    /// The same among processes; taken first.
    turns: Turns,
    /// Whose credential waits in memory for a keyring that is away.
    to_save: Mutex<Option<Generation>>,
    /// Calls the waiting for the keyring at the start off.
    restoring: Mutex<CancellationToken>,
    renewal: Mutex<Option<Renewal>>,
    known: Mutex<Known>,
    speaks: Mutex<Speaks>,
}

/// A provider, and the issuer that was given to find it.
struct Discovered {
    given: Option<String>,
    provider: Arc<Provider>,
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

never_serialized!(Known);

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
            settings: Mutex::new(Arc::new(settings)),
            around,
            machine: Mutex::new(machine),
            states,
            provider: tokio::sync::Mutex::new(None),
            credential: tokio::sync::Mutex::new(()),
            turns: Turns::default(),
            to_save: Mutex::default(),
            restoring: Mutex::default(),
            renewal: Mutex::new(None),
            known: Mutex::new(Known::default()),
            speaks: Mutex::default(),
        }
    }

    /// As which reading of the API the instance is read: people sign in otherwise at each.
    pub(crate) fn set_speaks(&self, speaks: Speaks) {
        *lock(&self.speaks) = speaks;
    }

    fn speaks(&self) -> Speaks {
        *lock(&self.speaks)
    }

    /// How one signs in from now on.
    pub(crate) fn settings(&self) -> Arc<SignInSettings> {
        lock(&self.settings).clone()
    }

    /// Has one sign in in another way; an attempt under way is called off. A session that another
    /// provider or client gave is not one of these settings: it ends here, and what the keyring
    /// holds stays, for who comes back to it. Whether it has ended; [`Self::restore_for_settings`]
    /// then sees what there is for them.
    pub(crate) fn set_settings(&self, settings: SignInSettings) -> bool {
        let settings = Arc::new(settings);
        let before = std::mem::replace(&mut *lock(&self.settings), settings.clone());
        let is_other = before.given_by() != settings.given_by();
        self.change(|machine| {
            machine.cancel();
            if is_other {
                machine.sign_out(Some(Failure::new(Code::SignInChanged)));
                machine.settle(Happening::RestoreBegun);
            }
        });
        is_other
    }

    /// Lets nobody sign in any more.
    pub(crate) fn close(&self) {
        self.change(Machine::close);
    }

    /// Takes up what the keyring holds for the settings, once what ran for those before is over.
    pub(crate) async fn restore_for_settings(&self) {
        self.settled().await;
        drop(self.credential.lock().await);
        self.restore().await;
    }

    /// Whether a credential is one that these settings could have brought. Which issuer an instance
    /// names is seen when the credential is used.
    pub(super) fn is_of_settings(&self, credential: &Credential) -> bool {
        let settings = self.settings();
        let mut issuer = settings.issuer.iter();
        match credential.kind {
            CredentialKind::ClientSecret => true,
            // It came from the instance itself, and only there it is good for anything.
            CredentialKind::ControllerToken => self.speaks() == Speaks::V1,
            CredentialKind::RefreshToken => {
                credential.client_id == settings.client_id
                    && issuer.all(|issuer| *issuer == credential.issuer)
            }
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

    /// Takes up the session that the keyring holds. Where it takes long, or there is no keyring
    /// yet, that is said, and it is waited for until it comes, somebody signs in, or calls it off.
    pub(crate) async fn restore(&self) {
        let called_off = CancellationToken::new();
        *lock(&self.restoring) = called_off.clone();
        tokio::select! {
            biased;
            () = called_off.cancelled() => {
                let reason = Failure::new(Code::KeyringLocked).with("reason", "called off");
                self.change(|machine| machine.settle(Happening::NotRestored(reason)));
            }
            () = self.restore_when_it_can_be() => {}
        }
    }

    async fn restore_when_it_can_be(&self) {
        loop {
            let loaded = self.load_and_say_if_slow().await;
            let absent = matches!(loaded, Err(VaultError::Unavailable(_)));
            let happening = match loaded {
                Ok(Some(credential)) if !self.is_of_settings(&credential) => {
                    Happening::NotRestored(Failure::new(Code::SignInChanged))
                }
                Ok(Some(credential)) => Happening::Restored {
                    account: credential.account,
                    remembered: !self.around.vault.is_memory_only(&self.connection),
                },
                Ok(None) => Happening::NothingToRestore,
                Err(error) => Happening::NotRestored(error.into()),
            };
            self.change(|machine| machine.settle(happening));
            if !absent {
                return;
            }
            tokio::time::sleep(keyring_back::PAUSE).await;
            if !lock(&self.machine).beneath().waits_for_the_keyring() {
                return;
            }
        }
    }

    async fn load_and_say_if_slow(&self) -> Result<Option<Credential>, VaultError> {
        let mut loading = pin!(self.around.vault.load(&self.connection));
        match tokio::time::timeout(keyring_back::LIMIT, &mut loading).await {
            Ok(loaded) => loaded,
            Err(_) => {
                self.change(|machine| machine.settle(Happening::RestoreIsSlow));
                loading.await
            }
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
        let restored = states.wait_for(|now| !matches!(now.state, SessionState::Restoring { .. }));
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

    fn stand_for_an_application(&self) -> bool {
        let machine = lock(&self.0.machine);
        machine
            .access()
            .is_some_and(|access| access.is_an_applications)
    }
}

fn stamped(state: SessionState) -> StampedSession {
    StampedSession {
        state,
        revision: REVISION.fetch_add(1, Ordering::SeqCst),
    }
}
