//! Renewing the access token: one at a time, whoever asks, and signed out only on proof.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::state::{Happening, SessionState};
use super::{Access, Session, lock};
use crate::signin::{Provider, Refreshed, service_token};
use crate::vault::{Credential, CredentialKind};
use crate::{Code, Failure};

/// A token is renewed this long before it ends.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
/// How long a token lasts where the provider does not say (RFC 6749 §5.1 only recommends it).
const UNSAID: Duration = Duration::from_secs(300);

impl Session {
    /// Renews the access token, unless somebody else just did.
    pub(super) async fn renew(
        &self,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, Failure> {
        let _renewal = self.renewal.lock().await;
        if let Some(token) = self.good_token(refused) {
            return Ok(token);
        }
        let Some(credential) = self.around.vault.load(&self.connection).await? else {
            let failure = Failure::new(Code::SignedOut);
            if let SessionState::SignedIn { .. } = self.state() {
                self.enter(Happening::Ended(Some(failure.clone())));
            }
            return Err(failure);
        };
        let renewed = match credential.kind {
            CredentialKind::RefreshToken => self.refresh(credential).await,
            CredentialKind::ClientSecret => {
                service_token(&self.instance, &credential.client_id, &credential.secret)
                    .await
                    .map(|token| self.take_access(token.access_token, token.expires_in))
            }
        };
        if let Err(failure) = &renewed
            && failure.code == Code::SignedOut
        {
            self.proven_out(failure).await;
        }
        renewed
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

    pub(super) fn take_access(&self, token: SecretString, lasts: Option<Duration>) -> SecretString {
        let lasts = TimeDelta::from_std(lasts.unwrap_or(UNSAID)).unwrap_or(TimeDelta::hours(1));
        let ends = self.around.clock.now() + lasts.min(TimeDelta::days(1));
        *lock(&self.access) = Some(Access {
            token: token.clone(),
            ends,
        });
        token
    }

    /// The token in memory, if it lasts and is not the one that was refused.
    pub(super) fn good_token(&self, refused: Option<&SecretString>) -> Option<SecretString> {
        let access = lock(&self.access);
        let access = access.as_ref()?;
        let is_refused =
            refused.is_some_and(|refused| refused.expose_secret() == access.token.expose_secret());
        let lasts = access.ends - AHEAD > self.around.clock.now();
        (lasts && !is_refused).then(|| access.token.clone())
    }

    async fn refresh(&self, mut credential: Credential) -> Result<SecretString, Failure> {
        let tokens = self.exchange(&mut credential).await?;
        let subject = credential.account.subject.clone();
        let provider = self.provider_of(&credential).await?;
        let clock = self.around.clock.as_ref();
        if provider
            .verify_refreshed(&credential.client_id, &tokens, &subject, clock)
            .is_ok()
        {
            return Ok(self.take_access(tokens.access_token, tokens.expires_in));
        }
        // The provider's key may have been exchanged since it was discovered: once more with the
        // new one, and the refresh token that came with the first answer.
        *self.provider.lock().await = None;
        let tokens = self.exchange(&mut credential).await?;
        let provider = self.provider_of(&credential).await?;
        provider.verify_refreshed(&credential.client_id, &tokens, &subject, clock)?;
        Ok(self.take_access(tokens.access_token, tokens.expires_in))
    }

    /// Spends the credential's refresh token, and keeps the one that came in its place before
    /// anything else can fail.
    async fn exchange(&self, credential: &mut Credential) -> Result<Refreshed, Failure> {
        let provider = self.provider_of(credential).await?;
        let tokens = provider
            .refresh(&credential.client_id, &credential.secret)
            .await?;
        let Some(secret) = &tokens.refresh_token else {
            return Ok(tokens);
        };
        credential.secret = secret.clone();
        let remember = match self.state() {
            SessionState::SignedIn { remembered, .. } => remembered,
            SessionState::SignedOut { .. }
            | SessionState::SigningIn { .. }
            | SessionState::Restoring => !self.around.vault.is_memory_only(&self.connection),
        };
        let vault = &self.around.vault;
        if let Err(error) = vault
            .save(&self.connection, credential.clone(), remember)
            .await
        {
            // The keyring may be back at the next refresh; until then memory holds the only copy.
            vault
                .save(&self.connection, credential.clone(), false)
                .await?;
            self.enter(Happening::Noticed(error.into()));
        } else {
            self.enter(Happening::Unnoticed);
        }
        Ok(tokens)
    }

    /// The provider said `invalid_grant`: only now is the credential worth nothing.
    async fn proven_out(&self, failure: &Failure) {
        *lock(&self.access) = None;
        if let Err(error) = self.around.vault.delete(&self.connection).await {
            tracing::warn!(%error, "a spent credential could not be deleted");
        }
        self.enter(Happening::Ended(Some(failure.clone())));
    }

    async fn provider(&self) -> Result<Arc<Provider>, Failure> {
        let mut known = self.provider.lock().await;
        if let Some(provider) = known.as_ref() {
            return Ok(provider.clone());
        }
        let provider = Arc::new(Provider::discover(&self.instance).await?);
        *known = Some(provider.clone());
        Ok(provider)
    }
}
