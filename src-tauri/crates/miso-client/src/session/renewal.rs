//! Renewing the access token: one at a time, whoever asks, and signed out only on proof.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use secrecy::{ExposeSecret, SecretString};

use super::machine::{Access, Generation};
use super::state::{Happening, SessionState};
use super::{Discovered, Session, lock};
use crate::signin::{Controller, NotRefreshed, Provider, Refreshed, service_token};
use crate::vault::{Credential, CredentialKind, Turn};
use crate::{Code, Failure, Speaks};

/// A token is renewed this long before it ends.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
/// How long a token lasts where the provider does not say (RFC 6749 §5.1 only recommends it).
const UNSAID: Duration = Duration::from_secs(300);
/// As long as another process may take to renew the session.
const PATIENCE: Duration = Duration::from_secs(10);
/// A refresh token whose answer was lost is sent once more within this time: providers that allow
/// for it do so for seconds (SECURITY.md, "one refresh").
const REPEATED_WITHIN: Duration = Duration::from_secs(10);
/// A network that just broke is given this long.
const REPEATED_AFTER: Duration = Duration::from_millis(500);

/// A renewal that is under way, for all who wait for it.
pub(super) type Renewal = Shared<BoxFuture<'static, Result<SecretString, Failure>>>;

impl Session {
    /// Renews the access token, unless somebody else just did. All who ask while one renewal is
    /// under way share its outcome, its failure too. It runs on a task of its own: who gives up
    /// waiting does not cut it off between the provider's answer and the keyring.
    pub(super) async fn renew(
        self: &Arc<Self>,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, Failure> {
        let renewal = {
            let mut under_way = lock(&self.renewal);
            match under_way.as_ref() {
                Some(renewal) => renewal.clone(),
                None => {
                    if let Some(token) = self.good_token(refused) {
                        return Ok(token);
                    }
                    let renewal = self.begin_renewal();
                    *under_way = Some(renewal.clone());
                    renewal
                }
            }
        };
        renewal.await
    }

    /// Waits for a renewal that is under way: what the provider gave is kept by then.
    pub(crate) async fn settled(&self) {
        let under_way = lock(&self.renewal).clone();
        if let Some(renewal) = under_way
            && let Err(failure) = renewal.await
        {
            tracing::debug!(?failure, "the last renewal failed");
        }
    }

    /// The provider of a credential. Its secret goes to the issuer that gave it and to no other,
    /// whatever discovery names today.
    pub(super) async fn provider_of(
        &self,
        credential: &Credential,
    ) -> Result<Arc<Provider>, Failure> {
        let provider = self.provider().await?;
        let moved = lock(&self.known).issuer.clone();
        let expected = moved.as_ref().unwrap_or(&credential.issuer);
        if provider.issuer() != expected {
            *self.provider.lock().await = None;
            return Err(Failure::new(Code::IssuerMismatch)
                .with("expected", expected)
                .with("found", provider.issuer()));
        }
        Ok(provider)
    }

    pub(super) fn access_of(&self, token: SecretString, lasts: Option<Duration>) -> Access {
        let lasts = TimeDelta::from_std(lasts.unwrap_or(UNSAID)).unwrap_or(TimeDelta::hours(1));
        let ends = self.around.clock.now() + lasts.min(TimeDelta::days(1));
        Access {
            token,
            ends,
            id_token: None,
            is_an_applications: false,
        }
    }

    /// What a service account's id and secret bring, as the instance speaks.
    pub(super) async fn access_by_secret(
        &self,
        id: &str,
        secret: &SecretString,
    ) -> Result<Access, Failure> {
        let token = match self.speaks() {
            Speaks::Documented => {
                service_token(&self.instance, &self.around.network, id, secret).await?
            }
            Speaks::V1 => self.controller().client_token(id, secret).await?,
        };
        Ok(Access {
            is_an_applications: true,
            ..self.access_of(token.access_token, token.expires_in)
        })
    }

    fn controller(&self) -> Controller<'_> {
        Controller {
            instance: &self.instance,
            network: &self.around.network,
            clock: self.around.clock.as_ref(),
        }
    }

    /// The token in memory, if it lasts and is not the one that was refused.
    pub(super) fn good_token(&self, refused: Option<&SecretString>) -> Option<SecretString> {
        let machine = lock(&self.machine);
        let access = machine.access()?;
        let is_refused =
            refused.is_some_and(|refused| refused.expose_secret() == access.token.expose_secret());
        // One that cannot be renewed is used to its end.
        let ahead = if machine.ends_by_itself() {
            TimeDelta::zero()
        } else {
            AHEAD
        };
        let lasts = access.ends - ahead > self.around.clock.now();
        (lasts && !is_refused).then(|| access.token.clone())
    }

    fn begin_renewal(self: &Arc<Self>) -> Renewal {
        let session = self.clone();
        let task = tokio::spawn(async move {
            let _under_way = UnderWay(&session);
            session.renew_now().await
        });
        let outcome = async move {
            task.await
                .unwrap_or_else(|error| Err(Failure::new(Code::SignInRefused).with("error", error)))
        };
        outcome.boxed().shared()
    }

    async fn renew_now(self: &Arc<Self>) -> Result<SecretString, Failure> {
        if lock(&self.machine).ends_by_itself() {
            return Err(self.over());
        }
        // Taken before the keyring is read: another process may have just replaced what is there.
        let turn = self.turn(PATIENCE).await?;
        let (credential, generation) = self.take_credential().await?;
        match self.renew_with(&turn, credential.clone(), generation).await {
            Err(failure) if failure.code == Code::SignedOut => {
                if !self.proven_out(generation, &credential, &failure).await {
                    return Err(failure);
                }
                // Who wins without taking turns is not one of ours; what it kept counts all the
                // same.
                let (credential, generation) = self.take_credential().await?;
                self.renew_with(&turn, credential, generation).await
            }
            other => other,
        }
    }

    async fn renew_with(
        self: &Arc<Self>,
        turn: &Arc<Turn>,
        credential: Credential,
        generation: Generation,
    ) -> Result<SecretString, Failure> {
        let access = match credential.kind {
            CredentialKind::RefreshToken => self.refresh(turn, credential, generation).await?,
            CredentialKind::ClientSecret => {
                let (id, secret) = (&credential.client_id, &credential.secret);
                let access = self.access_by_secret(id, secret).await?;
                self.nothing_to_keep();
                access
            }
            CredentialKind::ControllerToken => {
                let send = || self.controller().refresh(&credential.secret);
                let tokens = self.spend(turn, send).await?;
                let mut credential = credential.clone();
                match &tokens.refresh_token {
                    Some(secret) => {
                        credential.secret = secret.clone();
                        self.keep_rotated(turn, &credential, generation).await?;
                    }
                    None => self.nothing_to_keep(),
                }
                self.access_of(tokens.access_token, tokens.expires_in)
            }
        };
        let token = access.token.clone();
        if self.change(|machine| machine.take_access(generation, access)) {
            return Ok(token);
        }
        self.superseded()
    }

    /// The credential as it is in the keyring now. One that is not there, or cannot be had, proves
    /// nothing: that is said, and the keyring asked again with the next renewal.
    async fn take_credential(&self) -> Result<(Credential, Generation), Failure> {
        let _replacing = self.credential.lock().await;
        let generation = lock(&self.machine).generation();
        let failure = match self.around.vault.load(&self.connection).await {
            Ok(Some(credential)) => {
                self.change(|machine| machine.found(generation, &credential.account));
                return Ok((credential, generation));
            }
            Ok(None) => Failure::new(Code::KeyringEmpty),
            Err(error) => error.into(),
        };
        self.change(|machine| machine.notice(generation, failure.clone()));
        Err(failure)
    }

    async fn refresh(
        self: &Arc<Self>,
        turn: &Arc<Turn>,
        mut credential: Credential,
        generation: Generation,
    ) -> Result<Access, Failure> {
        let provider = match self.provider_of(&credential).await {
            Err(failure) if failure.code == Code::IssuerMismatch => {
                // It may be a moment's disguise: only who is asked can tell, by signing in.
                self.change(|machine| machine.notice(generation, failure.clone()));
                return Err(failure);
            }
            provider => provider?,
        };
        let send = || provider.refresh(&credential.client_id, &credential.secret);
        let tokens = self.spend(turn, send).await?;
        match &tokens.refresh_token {
            Some(secret) => {
                credential.secret = secret.clone();
                self.keep_rotated(turn, &credential, generation).await?;
            }
            None => self.nothing_to_keep(),
        }
        self.verified(&provider, &credential, &tokens).await?;
        let id_token = tokens.id_token();
        let access = self.access_of(tokens.access_token, tokens.expires_in);
        Ok(Access { id_token, ..access })
    }

    /// Sends the refresh token; once more where the answer was lost. Where that is lost too, the
    /// turn is kept: until it is known what became of the token, no other process may send it.
    async fn spend<F>(&self, turn: &Arc<Turn>, send: impl Fn() -> F) -> Result<Refreshed, Failure>
    where
        F: Future<Output = Result<Refreshed, NotRefreshed>>,
    {
        let clock = self.around.clock.as_ref();
        let began = clock.monotonic();
        let mut outcome = send().await;
        if let Err(NotRefreshed {
            answer_lost: true, ..
        }) = outcome
        {
            self.hold_on(turn);
            tokio::time::sleep(REPEATED_AFTER).await;
            if clock.monotonic().saturating_sub(began) < REPEATED_WITHIN {
                tracing::info!("the answer to a refresh was lost: it is sent once more");
                outcome = send().await;
            }
        }
        outcome.map_err(|not| not.failure)
    }

    /// Verifies what a refresh brought. The provider's key may have been exchanged since it was
    /// discovered: then once more with the new one.
    async fn verified(
        &self,
        provider: &Provider,
        credential: &Credential,
        tokens: &Refreshed,
    ) -> Result<(), Failure> {
        let (client_id, subject) = (&credential.client_id, &credential.account.subject);
        let clock = self.around.clock.as_ref();
        if provider
            .verify_refreshed(client_id, tokens, subject, clock)
            .is_ok()
        {
            return Ok(());
        }
        *self.provider.lock().await = None;
        let provider = self.provider_of(credential).await?;
        provider.verify_refreshed(client_id, tokens, subject, clock)
    }

    /// Keeps the refresh token that came in the place of a spent one, before anything else can
    /// fail.
    async fn keep_rotated(
        self: &Arc<Self>,
        turn: &Arc<Turn>,
        credential: &Credential,
        generation: Generation,
    ) -> Result<(), Failure> {
        let _replacing = self.credential.lock().await;
        let (current, session) = {
            let machine = lock(&self.machine);
            (machine.generation(), machine.beneath().clone())
        };
        if current != generation {
            // Signed out, or signed in anew: this token is nobody's any more.
            let newest = Some(credential.clone());
            match session {
                SessionState::SignedOut { .. } => {
                    tokio::spawn(self.clone().tell_provider(newest, None, None));
                }
                SessionState::SigningIn { .. }
                | SessionState::Restoring { .. }
                | SessionState::SignedIn { .. } => {
                    tokio::spawn(self.clone().end_there(newest, None));
                }
            }
            return self.superseded().map(drop);
        }
        let vault = &self.around.vault;
        let remember = match session {
            SessionState::SignedIn { remembered, .. } => remembered,
            SessionState::SignedOut { .. }
            | SessionState::SigningIn { .. }
            | SessionState::Restoring { .. } => !vault.is_memory_only(&self.connection),
        };
        let saving = vault.save(&self.connection, credential.clone(), remember);
        let happening = match saving.await {
            Ok(()) => {
                self.let_go();
                Happening::Unnoticed
            }
            Err(error) => {
                // Memory holds the only copy, and the keyring one that is spent: it is for nobody
                // else.
                vault.hold(&self.connection, credential.clone());
                self.hold_on(turn);
                self.save_when_the_keyring_is_back(generation, &error);
                Happening::Noticed(error.into())
            }
        };
        self.change(|machine| machine.settle(happening));
        Ok(())
    }

    /// What was sent counts on. Where the keyring has an older one of it, that stays nobody's.
    fn nothing_to_keep(&self) {
        let is_unsaved = self.around.vault.is_memory_only(&self.connection)
            && lock(&self.machine).is_to_be_remembered();
        if !is_unsaved {
            self.let_go();
            self.change(|machine| machine.settle(Happening::Unnoticed));
        }
    }

    /// What a renewal answers whose session was replaced meanwhile.
    fn superseded(&self) -> Result<SecretString, Failure> {
        let signed_out = || Failure::new(Code::SignedOut);
        self.good_token(None).ok_or_else(signed_out)
    }

    /// A session that cannot be renewed has come to its end.
    fn over(&self) -> Failure {
        let failure = Failure::new(Code::Unauthorized);
        self.change(|machine| machine.end(machine.generation(), failure.clone()));
        failure
    }

    /// The provider said `invalid_grant`: only now is the credential worth nothing, unless another
    /// one is in its place by now; whether it is.
    async fn proven_out(
        &self,
        generation: Generation,
        spent: &Credential,
        failure: &Failure,
    ) -> bool {
        let _replacing = self.credential.lock().await;
        if lock(&self.machine).generation() != generation {
            return false;
        }
        self.let_go();
        let vault = &self.around.vault;
        let kept = vault.load(&self.connection).await.ok().flatten();
        let is_another =
            |kept: Credential| kept.secret.expose_secret() != spent.secret.expose_secret();
        if kept.is_some_and(is_another) {
            return true;
        }
        self.change(|machine| machine.end(generation, failure.clone()));
        if let Err(error) = vault.delete(&self.connection).await {
            tracing::warn!(%error, "a spent credential could not be deleted");
        }
        false
    }

    pub(super) async fn provider(&self) -> Result<Arc<Provider>, Failure> {
        let mut known = self.provider.lock().await;
        let given = self.settings().issuer.clone();
        if let Some(found) = known.as_ref().filter(|found| found.given == given) {
            return Ok(found.provider.clone());
        }
        let network = &self.around.network;
        let found = Provider::discover(&self.instance, given.as_deref(), network).await?;
        let provider = Arc::new(found);
        *known = Some(Discovered {
            given,
            provider: provider.clone(),
        });
        Ok(provider)
    }
}

/// Who asks after a renewal's end, whichever it was, begins a new one.
struct UnderWay<'a>(&'a Session);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        *lock(&self.0.renewal) = None;
    }
}
