//! Attempts to sign in: one at a time, called off at any moment.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::machine::{Access, Machine, Number, Success};
use super::state::SignInStep;
use super::{Discovered, Session, keyring_back, lock};
use crate::signin::{Attempt, Refreshed, SignInSettings, SignedIn, sign_in};
use crate::vault::{Credential, CredentialKind};
use crate::{Account, Code, Failure};

/// As long as another process may take that works with the session.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an attempt brought, not yet kept.
pub(super) struct Brought {
    access: Access,
    credential: Option<Credential>,
    account: Account,
}

impl Session {
    /// Signs in with the browser; an attempt before this one is called off.
    pub(crate) async fn sign_in(self: &Arc<Self>, remember: bool) {
        let (number, cancelled) = self.change(Machine::begin);
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => return,
            result = self.by_browser(number, remember) => result,
        };
        if let Err(failure) = result {
            self.change(|machine| machine.fail(number, failure));
        }
    }

    /// Calls the attempt off at once, however far it is; where there is none, the waiting for a
    /// keyring at the start.
    pub(crate) fn cancel(&self) {
        if !self.change(Machine::cancel) {
            lock(&self.restoring).cancel();
        }
    }

    /// The address the browser was sent to, while it is waited for.
    pub(crate) fn address(&self) -> Option<Url> {
        lock(&self.machine).address()
    }

    /// Signs in as a service account.
    pub(crate) async fn sign_in_as_service(
        self: &Arc<Self>,
        client_id: String,
        secret: SecretString,
        remember: bool,
    ) -> Result<(), Failure> {
        let (number, cancelled) = self.change(Machine::begin);
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => Err(Failure::new(Code::SignInCancelled)),
            result = self.by_secret(number, client_id, secret, remember) => result,
        };
        if let Err(failure) = &result {
            self.change(|machine| machine.fail(number, failure.clone()));
        }
        result
    }

    async fn by_browser(self: &Arc<Self>, number: Number, remember: bool) -> Result<(), Failure> {
        if remember && self.take_up_or_probe(number).await? {
            return Ok(());
        }
        let step = |step, address: Option<&Url>| {
            self.change(|machine| machine.step(number, step, address));
        };
        let parameters = lock(&self.known).parameters.clone();
        let settings = self.settings();
        let signed_in = sign_in(Attempt {
            instance: &self.instance,
            network: &self.around.network,
            settings: &settings,
            parameters: parameters.as_ref(),
            browser: self.around.browser.clone(),
            clock: self.around.clock.as_ref(),
            step: &step,
        })
        .await?;
        let brought = self.brought(signed_in, &settings).await;
        self.commit(number, brought, remember).await
    }

    /// What is kept of a sign-in.
    pub(super) async fn brought(&self, signed_in: SignedIn, settings: &SignInSettings) -> Brought {
        let SignedIn {
            provider,
            tokens,
            account,
        } = signed_in;
        let issuer = provider.issuer().to_owned();
        let id_token = tokens.id_token();
        *self.provider.lock().await = Some(Discovered {
            given: settings.issuer.clone(),
            provider: Arc::new(provider),
        });
        let credential = tokens.refresh_token.map(|secret| Credential {
            kind: CredentialKind::RefreshToken,
            secret,
            issuer,
            client_id: settings.client_id.clone(),
            account: account.clone(),
        });
        let access = self.access_of(tokens.access_token, tokens.expires_in);
        Brought {
            access: Access { id_token, ..access },
            credential,
            account,
        }
    }

    async fn by_secret(
        self: &Arc<Self>,
        number: Number,
        client_id: String,
        secret: SecretString,
        remember: bool,
    ) -> Result<(), Failure> {
        self.change(|machine| machine.step(number, SignInStep::CheckingSecret, None));
        let access = self.access_by_secret(&client_id, &secret).await?;
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
        let brought = Brought {
            access,
            credential: Some(credential),
            account,
        };
        self.commit(number, brought, remember).await
    }

    /// What the sign-in at a controller brought.
    pub(super) fn brought_by_controller(&self, tokens: Refreshed, account: Account) -> Brought {
        let credential = tokens.refresh_token.map(|secret| Credential {
            kind: CredentialKind::ControllerToken,
            secret,
            issuer: self.instance.to_string(),
            client_id: String::new(),
            account: account.clone(),
        });
        Brought {
            access: self.access_of(tokens.access_token, tokens.expires_in),
            credential,
            account,
        }
    }

    /// Asks the keyring before anybody is sent anywhere; whether it brought the session back.
    pub(super) async fn take_up_or_probe(&self, number: Number) -> Result<bool, Failure> {
        if self.take_up_locked(number).await? {
            return Ok(true);
        }
        self.around.vault.probe(keyring_back::LIMIT).await?;
        Ok(false)
    }

    /// Where the keyring was locked at the start, somebody who clicks is asked once more to unlock
    /// it, before anybody is sent to a browser; whether that brought the session back.
    async fn take_up_locked(&self, number: Number) -> Result<bool, Failure> {
        if !lock(&self.machine).beneath().waits_for_the_keyring() {
            return Ok(false);
        }
        let Some(kept) = self.around.vault.load(&self.connection).await? else {
            return Ok(false);
        };
        if !self.is_of_settings(&kept) {
            return Ok(false);
        }
        let remembered = !self.around.vault.is_memory_only(&self.connection);
        Ok(self.change(|machine| machine.take_up(number, kept.account, remembered)))
    }

    /// Keeps the credential, then sets the session: both or neither. On a task of its own, since
    /// what the keyring has begun must be brought to its end or taken back, whoever waits for it.
    pub(super) async fn commit(
        self: &Arc<Self>,
        number: Number,
        brought: Brought,
        remember: bool,
    ) -> Result<(), Failure> {
        self.change(|machine| machine.step(number, SignInStep::Saving, None));
        let session = self.clone();
        let keeping = async move { session.keep(number, brought, remember).await };
        tokio::spawn(keeping)
            .await
            .map_err(|error| Failure::new(Code::KeyringUnavailable).with("reason", error))
    }

    async fn keep(self: &Arc<Self>, number: Number, brought: Brought, remember: bool) {
        // One that hangs elsewhere does not keep anybody from signing in.
        let _turn = self.turn_if_any(PATIENCE).await;
        let _replacing = self.credential.lock().await;
        if !lock(&self.machine).is_current(number) {
            return;
        }
        let Brought {
            access,
            credential,
            account,
        } = brought;
        let ends_by_itself = credential.is_none();
        let success = |remembered, notice| Success {
            access,
            account,
            remembered,
            ends_by_itself,
            notice,
        };
        let (vault, id) = (&self.around.vault, &self.connection);
        let Some(credential) = credential else {
            let notice = Failure::new(Code::NoRefreshToken);
            if self.change(|machine| machine.succeed(number, success(false, Some(notice)))) {
                self.let_go();
                self.end_when_it_is_over();
                // Nothing of an older session may come back at the next start.
                if let Err(error) = vault.delete(id).await {
                    tracing::warn!(%error, "an older credential could not be deleted");
                }
            }
            return;
        };
        if !remember {
            let older = vault.hold(id, credential);
            if self.change(|machine| machine.succeed(number, success(false, None))) {
                self.let_go();
                vault.forget_older(id).await;
            } else {
                vault.hold_again(id, older);
            }
            return;
        }
        let was_held = vault.is_memory_only(id);
        let (older, saved) = match vault.load(id).await {
            Ok(older) => (older, vault.save(id, credential.clone(), true).await),
            // What cannot be read could not be put back either: it is left as it is.
            Err(error) => (None, Err(error)),
        };
        if saved.is_err() {
            // Where the keyring fails now, the session goes on in memory, and says so.
            vault.hold(id, credential);
        }
        let remembered = saved.is_ok();
        let notice = saved.clone().err().map(Failure::from);
        if self.change(|machine| machine.succeed(number, success(remembered, notice))) {
            self.let_go();
            if let Err(error) = saved {
                let generation = lock(&self.machine).generation();
                self.save_when_the_keyring_is_back(generation, &error);
            }
            return;
        }
        // Called off while the keyring worked: what was there before comes back.
        let undone = match older {
            Some(older) if was_held => {
                let deleted = vault.delete(id).await;
                vault.hold(id, older);
                deleted
            }
            Some(older) => {
                vault.hold_again(id, None);
                vault.save(id, older, true).await
            }
            None if remembered => vault.delete(id).await,
            None => {
                vault.hold_again(id, None);
                Ok(())
            }
        };
        if let Err(error) = undone {
            tracing::warn!(%error, "the credential of a cancelled sign-in could not be taken back");
        }
    }
}
