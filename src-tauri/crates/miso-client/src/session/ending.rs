//! How a session ends: somebody signs out, or its time is over and nothing can renew it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Notify;

use super::{Session, lock};
use crate::nap::nap;
use crate::signin::Provider;
use crate::vault::{Credential, CredentialKind};
use crate::{Code, Event, Failure};

/// Discovery, revocation and the end of the provider's session together; the session here is over
/// before.
const PROVIDER_LIMIT: Duration = Duration::from_secs(10);
/// As long as another process may take that works with the session.
const PATIENCE: Duration = Duration::from_secs(5);

impl Session {
    /// Signs out: here at once, then in the keyring. Where the provider can, the refresh token is
    /// revoked and its session ended, on a task of its own: nobody waits for a provider that does
    /// not answer. One that could not be told is announced by [`Event::SignOutNotTold`].
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<(), Failure> {
        let id_token = self.change(|machine| {
            let id_token = machine.id_token();
            machine.call_off();
            machine.sign_out(None);
            id_token
        });
        let _turn = self.turn_if_any(PATIENCE).await;
        let _replacing = self.credential.lock().await;
        self.let_go();
        let vault = &self.around.vault;
        let loaded = vault.load(&self.connection).await;
        let deleted = vault.delete(&self.connection).await.map_err(Failure::from);
        let (credential, unread) = match loaded {
            Ok(credential) => (credential, None),
            Err(error) => {
                tracing::warn!(%error, "the refresh token cannot be read, and is not revoked");
                (None, Some(Failure::from(error)))
            }
        };
        let credential = credential.filter(|kept| kept.kind == CredentialKind::RefreshToken);
        tokio::spawn(self.clone().tell_provider(credential, id_token, unread));
        deleted
    }

    /// Ends the session at the provider, and announces where that could not be done.
    pub(super) async fn tell_provider(
        self: Arc<Self>,
        credential: Option<Credential>,
        id_token: Option<SecretString>,
        unread: Option<Failure>,
    ) {
        let issuer = credential.as_ref().map(|kept| kept.issuer.clone());
        let issuer = issuer.or_else(|| self.settings().issuer.clone());
        let told = match (&credential, &id_token) {
            (None, None) => Ok(()),
            (Some(_), _) | (_, Some(_)) => self.clone().end_there(credential, id_token).await,
        };
        if let Some(failure) = told.err().or(unread) {
            self.around.publish.publish(Event::SignOutNotTold {
                connection: self.connection.clone(),
                provider: issuer.unwrap_or_else(|| self.instance.to_string()),
                failure,
            });
        }
    }

    /// Ends the session when its time is over, where nothing can renew it. The wall clock decides,
    /// which goes on while the machine sleeps.
    pub(super) fn end_when_it_is_over(self: &Arc<Self>) {
        let generation = lock(&self.machine).generation();
        let session = Arc::downgrade(self);
        tokio::spawn(async move {
            let wake = Notify::new();
            while let Some(session) = session.upgrade() {
                let clock = session.around.clock.clone();
                let left = {
                    let machine = lock(&session.machine);
                    let access = machine
                        .access()
                        .filter(|_| machine.generation() == generation);
                    let Some(access) = access else { return };
                    access.ends - clock.now()
                };
                let Ok(left) = left.to_std() else {
                    let over = Failure::new(Code::Unauthorized);
                    session.change(|machine| machine.end(generation, over));
                    return;
                };
                drop(session);
                nap(clock.as_ref(), left.max(Duration::from_millis(100)), &wake).await;
            }
        });
    }

    /// Revokes the refresh token at the provider (RFC 7009) and ends its session (OpenID Connect
    /// RP-Initiated Logout), where it can; why one of them could not be done.
    pub(super) async fn end_there(
        self: Arc<Self>,
        credential: Option<Credential>,
        hint: Option<SecretString>,
    ) -> Result<(), Failure> {
        let ending = async {
            let provider = self.provider_at_the_end(credential.as_ref()).await?;
            let revoked = match &credential {
                Some(Credential {
                    client_id, secret, ..
                }) => provider.revoke(client_id, secret).await,
                None => Ok(()),
            };
            let client_id = match &credential {
                Some(credential) => credential.client_id.clone(),
                None => self.settings().client_id.clone(),
            };
            let ended = match &hint {
                Some(hint) => provider.end_session(&client_id, hint).await,
                None => Ok(()),
            };
            log("the refresh token could not be revoked", &revoked);
            log("the provider did not end its session", &ended);
            revoked.and(ended)
        };
        let told = tokio::time::timeout(PROVIDER_LIMIT, ending).await;
        let told = told.unwrap_or_else(|_| Err(Failure::new(Code::Timeout)));
        log("the provider could not be told of all of it", &told);
        told
    }

    /// The one that gave the credential; where there is only an ID token, the one that gave that.
    async fn provider_at_the_end(
        &self,
        credential: Option<&Credential>,
    ) -> Result<Arc<Provider>, Failure> {
        let Some(credential) = credential else {
            return self.provider().await;
        };
        match self.provider_of(credential).await {
            // Another one is asked for sign-ins by now; this one gave what is to end.
            Err(failure) if failure.code == Code::IssuerMismatch => {
                let network = &self.around.network;
                let gave = Some(credential.issuer.as_str());
                let provider = Provider::discover(&self.instance, gave, network).await?;
                Ok(Arc::new(provider))
            }
            provider => provider,
        }
    }
}

fn log(what: &str, outcome: &Result<(), Failure>) {
    if let Err(failure) = outcome {
        tracing::warn!(?failure, "{what}");
    }
}
