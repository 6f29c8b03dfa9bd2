//! Attempts to sign in: one at a time, called off at any moment.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::state::{Happening, SessionState, SignInStep};
use super::{Session, lock};
use crate::signin::{Attempt, SignedIn, service_token, sign_in};
use crate::vault::{Credential, CredentialKind};
use crate::{Account, Code, Failure};

/// The keyring must answer this soon before anybody is sent to the browser.
const KEYRING_LIMIT: Duration = Duration::from_secs(3);

/// The attempt that is under way.
pub(super) struct Running {
    cancelled: CancellationToken,
    address: Option<Url>,
    /// Where a failed attempt goes back to.
    before: SessionState,
}

impl Session {
    /// Signs in with the browser; an attempt before this one is called off.
    pub(crate) async fn sign_in(&self, remember: bool) {
        let cancelled = self.begin_attempt();
        let attempt = self.attempt_sign_in(remember, &cancelled);
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => return,
            result = attempt => result,
        };
        if let Err(failure) = result {
            self.give_up(failure);
        }
        lock(&self.attempt).take_if(|_| !cancelled.is_cancelled());
    }

    /// Calls the attempt off at once.
    pub(crate) fn cancel(&self) {
        if lock(&self.attempt).is_some() {
            self.give_up(Failure::new(Code::SignInCancelled));
            self.call_off();
        }
    }

    /// The address the browser was sent to, while it is waited for.
    pub(crate) fn address(&self) -> Option<Url> {
        lock(&self.attempt).as_ref()?.address.clone()
    }

    /// Signs in as a service account.
    pub(crate) async fn sign_in_as_service(
        &self,
        client_id: String,
        secret: SecretString,
        remember: bool,
    ) -> Result<(), Failure> {
        let cancelled = self.begin_attempt();
        let work = async {
            let token = service_token(&self.instance, &client_id, &secret).await?;
            let account = Account {
                subject: client_id.clone(),
                username: client_id.clone(),
                display_name: None,
                email: None,
            };
            let credential = Credential {
                kind: CredentialKind::ClientSecret,
                secret,
                issuer: self.instance.to_string(),
                client_id,
                account: account.clone(),
            };
            self.take_access(token.access_token, token.expires_in);
            self.keep(Some(credential), account, remember).await;
            Ok(())
        };
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => return Err(Failure::new(Code::SignInCancelled)),
            result = work => result,
        };
        if let Err(failure) = &result {
            let failure: &Failure = failure;
            self.give_up(failure.clone());
        }
        lock(&self.attempt).take_if(|_| !cancelled.is_cancelled());
        result
    }

    /// Ends the attempt without a word.
    pub(super) fn call_off(&self) {
        if let Some(running) = lock(&self.attempt).take() {
            running.cancelled.cancel();
        }
    }

    /// Ends the attempt with its reason: back to the session from before, if there was one.
    fn give_up(&self, failure: Failure) {
        let before = lock(&self.attempt)
            .as_ref()
            .map(|running| running.before.clone());
        self.enter(match before {
            Some(SessionState::SignedIn {
                account,
                remembered,
                ..
            }) => Happening::Resumed {
                account,
                remembered,
                notice: failure,
            },
            Some(
                SessionState::SignedOut { .. }
                | SessionState::SigningIn { .. }
                | SessionState::Restoring,
            )
            | None => Happening::Failed(failure),
        });
    }

    fn begin_attempt(&self) -> CancellationToken {
        let cancelled = CancellationToken::new();
        let mut attempt = lock(&self.attempt);
        let before = match attempt.take() {
            Some(older) => {
                older.cancelled.cancel();
                older.before
            }
            None => self.state(),
        };
        *attempt = Some(Running {
            cancelled: cancelled.clone(),
            address: None,
            before,
        });
        drop(attempt);
        self.enter(Happening::Started);
        cancelled
    }

    async fn attempt_sign_in(
        &self,
        remember: bool,
        mine: &CancellationToken,
    ) -> Result<(), Failure> {
        if remember {
            self.around.vault.probe(KEYRING_LIMIT).await?;
        }
        let step = |step, address: Option<&Url>| {
            if mine.is_cancelled() {
                return;
            }
            if let (Some(running), Some(address)) = (lock(&self.attempt).as_mut(), address) {
                running.address = Some(address.clone());
            }
            self.enter(Happening::Stepped(step));
        };
        let parameters = lock(&self.known).parameters.clone();
        let SignedIn {
            provider,
            tokens,
            account,
        } = sign_in(Attempt {
            instance: &self.instance,
            client_id: &self.client_id,
            extra: &parameters,
            browser: self.around.browser.clone(),
            clock: self.around.clock.as_ref(),
            step: &step,
        })
        .await?;
        let issuer = provider.issuer().to_owned();
        *self.provider.lock().await = Some(Arc::new(provider));
        let credential = tokens.refresh_token.map(|secret| Credential {
            kind: CredentialKind::RefreshToken,
            secret,
            issuer,
            client_id: self.client_id.clone(),
            account: account.clone(),
        });
        self.enter(Happening::Stepped(SignInStep::Saving));
        self.take_access(tokens.access_token, tokens.expires_in);
        self.keep(credential, account, remember).await;
        Ok(())
    }

    /// Keeps a new session in the place of any before it. Where the keyring fails now, or there is
    /// nothing to keep, the session goes on in memory, and says so.
    async fn keep(&self, credential: Option<Credential>, account: Account, remember: bool) {
        let _renewal = self.renewal.lock().await;
        let vault = &self.around.vault;
        let (remembered, notice) = match credential {
            None => {
                let forgotten = vault.delete(&self.connection).await;
                let notice = Failure::new(Code::NoRefreshToken);
                (false, Some(forgotten.err().map_or(notice, Failure::from)))
            }
            Some(credential) => {
                let saved = vault
                    .save(&self.connection, credential.clone(), remember)
                    .await;
                match saved {
                    Ok(()) => (remember, None),
                    Err(error) => {
                        let kept = vault.save(&self.connection, credential, false).await;
                        (false, Some(kept.err().unwrap_or(error).into()))
                    }
                }
            }
        };
        self.enter(Happening::Succeeded {
            account,
            remembered,
            notice,
        });
    }
}
