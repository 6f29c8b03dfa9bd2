//! Renewing the access token: one at a time, whoever asks, and signed out only on proof.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use secrecy::{ExposeSecret, SecretString};

use super::machine::{Access, Generation};
use super::state::{Happening, SessionState};
use super::{Session, lock};
use crate::signin::{Provider, Refreshed, service_token};
use crate::vault::{Credential, CredentialKind};
use crate::{Code, Failure};

/// A token is renewed this long before it ends.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
/// How long a token lasts where the provider does not say (RFC 6749 §5.1 only recommends it).
const UNSAID: Duration = Duration::from_secs(300);

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
        Access { token, ends }
    }

    /// The token in memory, if it lasts and is not the one that was refused.
    pub(super) fn good_token(&self, refused: Option<&SecretString>) -> Option<SecretString> {
        let machine = lock(&self.machine);
        let access = machine.access()?;
        let is_refused =
            refused.is_some_and(|refused| refused.expose_secret() == access.token.expose_secret());
        let lasts = access.ends - AHEAD > self.around.clock.now();
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

    async fn renew_now(&self) -> Result<SecretString, Failure> {
        let (credential, generation) = {
            let _replacing = self.credential.lock().await;
            let generation = lock(&self.machine).generation();
            match self.around.vault.load(&self.connection).await? {
                Some(credential) => (credential, generation),
                None => {
                    let failure = Failure::new(Code::SignedOut);
                    self.change(|machine| machine.end(generation, failure.clone()));
                    return Err(failure);
                }
            }
        };
        let renewed = match credential.kind {
            CredentialKind::RefreshToken => self.refresh(credential, generation).await,
            CredentialKind::ClientSecret => {
                service_token(&self.instance, &credential.client_id, &credential.secret)
                    .await
                    .map(|token| self.access_of(token.access_token, token.expires_in))
            }
        };
        match renewed {
            Ok(access) => {
                let token = access.token.clone();
                if self.change(|machine| machine.take_access(generation, access)) {
                    return Ok(token);
                }
                self.superseded()
            }
            Err(failure) => {
                if failure.code == Code::SignedOut {
                    self.proven_out(generation, &failure).await;
                }
                Err(failure)
            }
        }
    }

    async fn refresh(
        &self,
        mut credential: Credential,
        generation: Generation,
    ) -> Result<Access, Failure> {
        let provider = self.provider_of(&credential).await?;
        let tokens = provider
            .refresh(&credential.client_id, &credential.secret)
            .await?;
        if let Some(secret) = &tokens.refresh_token {
            credential.secret = secret.clone();
            self.keep_rotated(&credential, generation).await?;
        }
        self.verified(&provider, &credential, &tokens).await?;
        Ok(self.access_of(tokens.access_token, tokens.expires_in))
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
        &self,
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
            return self.superseded().map(drop);
        }
        let remember = match session {
            SessionState::SignedIn { remembered, .. } => remembered,
            SessionState::SignedOut { .. }
            | SessionState::SigningIn { .. }
            | SessionState::Restoring => !self.around.vault.is_memory_only(&self.connection),
        };
        let vault = &self.around.vault;
        let happening = match vault
            .save(&self.connection, credential.clone(), remember)
            .await
        {
            Ok(()) => Happening::Unnoticed,
            Err(error) => {
                // The keyring may be back at the next refresh; until then memory holds the only
                // copy.
                vault.hold(&self.connection, credential.clone());
                Happening::Noticed(error.into())
            }
        };
        self.change(|machine| machine.settle(happening));
        Ok(())
    }

    /// What a renewal answers whose session was replaced meanwhile.
    fn superseded(&self) -> Result<SecretString, Failure> {
        let signed_out = || Failure::new(Code::SignedOut);
        self.good_token(None).ok_or_else(signed_out)
    }

    /// The provider said `invalid_grant`: only now is the credential worth nothing.
    async fn proven_out(&self, generation: Generation, failure: &Failure) {
        let _replacing = self.credential.lock().await;
        if lock(&self.machine).generation() != generation {
            return;
        }
        self.change(|machine| machine.end(generation, failure.clone()));
        if let Err(error) = self.around.vault.delete(&self.connection).await {
            tracing::warn!(%error, "a spent credential could not be deleted");
        }
    }

    async fn provider(&self) -> Result<Arc<Provider>, Failure> {
        let mut known = self.provider.lock().await;
        if let Some(provider) = known.as_ref() {
            return Ok(provider.clone());
        }
        let provider =
            Arc::new(Provider::discover(&self.instance, self.settings.issuer.as_deref()).await?);
        *known = Some(provider.clone());
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
