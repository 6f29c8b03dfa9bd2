//! An OpenID Connect provider: discovery, authorization address, exchange, refresh, revocation.

use std::time::Duration;

use oauth2::{ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, IssuerUrl, Nonce, ProviderMetadata,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::named_issuer::issuer_named_by;
use super::sender::{ProviderError, sender};
use super::token_endpoint::{Answer, NotAnswered, Refreshed, send};
use super::verify::{Expected, verify};
use super::{SignInParameters, SignInSettings};
use crate::address::is_loopback;
use crate::{Account, Clock, Code, Failure, Network};

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// A provider as discovery described it.
pub(crate) struct Provider {
    pub(super) network: Network,
    instance: Url,
    metadata: Metadata,
}

never_serialized!(SecretString, Authorization);

/// Why nothing came back for a refresh token.
pub(crate) struct NotRefreshed {
    pub failure: Failure,
    /// Whether the answer was lost after the token may have been sent: it may be spent.
    pub answer_lost: bool,
}

/// Where the browser is sent, and what must come back.
pub(crate) struct Authorization {
    pub address: Url,
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Members of the discovery document beyond OpenID Connect Discovery 1.0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Extra {
    /// RFC 9207 §3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    /// RFC 8414 §2.
    #[serde(default)]
    revocation_endpoint: Option<Url>,
    /// OpenID Connect RP-Initiated Logout §2.1.
    #[serde(default)]
    end_session_endpoint: Option<Url>,
    /// RFC 8628 §4.
    #[serde(default)]
    device_authorization_endpoint: Option<Url>,
}

impl AdditionalProviderMetadata for Extra {}

impl Provider {
    /// Finds the provider of an instance: the issuer that was given, or the one that the
    /// instance's discovery document names.
    pub(crate) async fn discover(
        instance: &Url,
        given: Option<&str>,
        network: &Network,
    ) -> Result<Self, Failure> {
        let named = match given {
            Some(issuer) => issuer.to_owned(),
            None => issuer_named_by(instance, network).await?,
        };
        let failed = |reason: String| {
            Failure::new(Code::DiscoveryFailed)
                .with("url", instance)
                .with("reason", reason)
        };
        let issuer = IssuerUrl::new(named.clone()).map_err(|error| failed(error.to_string()))?;
        let metadata = Metadata::discover_async(issuer, &sender(network.clone()))
            .await
            .map_err(|error| match error {
                DiscoveryError::Request(ProviderError(failure)) => failure,
                other => failed(chain(&other)),
            })?;
        let provider = Self {
            network: network.clone(),
            instance: instance.clone(),
            metadata,
        };
        provider.refuse_plain_endpoints()?;
        Ok(provider)
    }

    pub(crate) fn issuer(&self) -> &str {
        self.metadata.issuer().as_str()
    }

    /// Whether the answer to the redirect must carry `iss` (RFC 9207 §2.4).
    pub(crate) fn promises_iss(&self) -> bool {
        self.metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported
    }

    /// Scopes this provider does not know, which are therefore not asked for.
    pub(crate) fn scopes_left_out(&self, settings: &SignInSettings) -> Vec<String> {
        let scopes = settings.scopes.iter();
        scopes.filter(|scope| !self.knows(scope)).cloned().collect()
    }

    /// Where a sign-in on another device begins (RFC 8628 §4).
    pub(super) fn device_endpoint(&self) -> Option<&Url> {
        let extra = self.metadata.additional_metadata();
        extra.device_authorization_endpoint.as_ref()
    }

    /// A fresh authorization request with PKCE S256, `state` and `nonce`.
    pub(crate) fn authorization(
        &self,
        settings: &SignInSettings,
        redirect: &Url,
        parameters: Option<&SignInParameters>,
    ) -> Authorization {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let parameters = parameters.map(|make| make(challenge.as_str()));
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(settings.client_id.clone()),
            None,
        )
        .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in settings.scopes.iter().filter(|scope| self.knows(scope)) {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if let Some(prompt) = settings.prompt {
            request = request.add_extra_param("prompt", prompt.as_str());
        }
        for (name, value) in parameters.unwrap_or_default() {
            request = request.add_extra_param(name, value.expose_secret().to_owned());
        }
        let (address, state, nonce) = request.url();
        Authorization {
            address,
            state,
            nonce,
            verifier,
        }
    }

    /// Exchanges a code and verifies the ID token in full.
    pub(crate) async fn exchange(
        &self,
        client_id: &str,
        redirect: &Url,
        code: &str,
        authorization: &Authorization,
        clock: &dyn Clock,
    ) -> Result<(Refreshed, Account), Failure> {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", authorization.verifier.secret()),
            ("client_id", client_id),
        ];
        let tokens = self.ask_for_tokens(&grant).await?.tokens()?;
        let nonce = authorization.nonce.secret();
        let account = self.account(client_id, &tokens, Some(nonce), clock).await?;
        Ok((tokens, account))
    }

    /// Exchanges a refresh token. Only a well-formed `invalid_grant` with the status that belongs
    /// to it is [`Code::SignedOut`]. What comes back is to be verified with
    /// [`Self::verify_refreshed`] before it is used.
    pub(crate) async fn refresh(
        &self,
        client_id: &str,
        refresh_token: &SecretString,
    ) -> Result<Refreshed, NotRefreshed> {
        let grant = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
            ("client_id", client_id),
        ];
        let failure = match self.ask_for_tokens(&grant).await {
            Ok(Answer::Tokens(tokens)) => return Ok(tokens),
            Ok(Answer::Refused(refusal)) if refusal.error == "invalid_grant" => {
                Failure::new(Code::SignedOut)
            }
            Ok(Answer::Refused(refusal)) => refusal.into(),
            Err(NotAnswered { failure, lost }) => {
                return Err(NotRefreshed {
                    failure,
                    answer_lost: lost,
                });
            }
        };
        Err(NotRefreshed {
            failure,
            answer_lost: false,
        })
    }

    /// Verifies the ID token that may have come with a refresh: it must be of the same subject
    /// (OpenID Connect Core 1.0 §12.2).
    pub(crate) fn verify_refreshed(
        &self,
        client_id: &str,
        refreshed: &Refreshed,
        subject: &str,
        clock: &dyn Clock,
    ) -> Result<(), Failure> {
        let Some(token) = &refreshed.id_token else {
            return Ok(());
        };
        let expected = Expected {
            subject: Some(subject),
            ..self.expected(client_id, refreshed, None, clock)
        };
        verify(token.expose_secret(), self.metadata.jwks(), &expected).map(drop)
    }

    /// Revokes a refresh token (RFC 7009), where the provider can.
    pub(crate) async fn revoke(
        &self,
        client_id: &str,
        token: &SecretString,
    ) -> Result<(), Failure> {
        let Some(endpoint) = &self.metadata.additional_metadata().revocation_endpoint else {
            return Ok(());
        };
        let form = [
            ("token", token.expose_secret()),
            ("token_type_hint", "refresh_token"),
            ("client_id", client_id),
        ];
        self.post(endpoint, &form).await
    }

    /// Ends the provider's session of an ID token (OpenID Connect RP-Initiated Logout §2), where
    /// it can. Sent by POST, so that the token stands in no address.
    pub(crate) async fn end_session(
        &self,
        client_id: &str,
        id_token: &SecretString,
    ) -> Result<(), Failure> {
        let Some(endpoint) = &self.metadata.additional_metadata().end_session_endpoint else {
            return Ok(());
        };
        let form = [
            ("id_token_hint", id_token.expose_secret()),
            ("client_id", client_id),
        ];
        self.post(endpoint, &form).await
    }

    async fn post(&self, endpoint: &Url, form: &[(&str, &str)]) -> Result<(), Failure> {
        let http = self.network.client_for(endpoint).await?;
        let response = http
            .post(endpoint.clone())
            .timeout(REVOCATION_LIMIT)
            .form(form)
            .send()
            .await
            .map_err(|error| self.network.failure_of(&error, endpoint))?;
        if !response.status().is_success() {
            return Err(Failure::new(Code::SignInRefused).with("error", response.status()));
        }
        Ok(())
    }

    pub(super) async fn ask_for_tokens(
        &self,
        grant: &[(&str, &str)],
    ) -> Result<Answer, NotAnswered> {
        let Some(endpoint) = self.metadata.token_endpoint() else {
            return Err(self.failed("no token endpoint").into());
        };
        send(&self.network, endpoint.url(), grant).await
    }

    /// Who signed in. The provider may have exchanged its keys since it was discovered, while
    /// somebody was busy in the browser: then once more with the new ones.
    pub(super) async fn account(
        &self,
        client_id: &str,
        tokens: &Refreshed,
        nonce: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Account, Failure> {
        let Some(token) = &tokens.id_token else {
            return Err(Failure::new(Code::IdTokenInvalid).with("reason", "missing"));
        };
        let expected = self.expected(client_id, tokens, nonce, clock);
        let known = self.metadata.jwks();
        let refused = match verify(token.expose_secret(), known, &expected) {
            Err(failure) if failure.code == Code::IdTokenInvalid => failure,
            other => return other,
        };
        let address = self.metadata.jwks_uri();
        match CoreJsonWebKeySet::fetch_async(address, &sender(self.network.clone())).await {
            Ok(keys) if keys != *known => verify(token.expose_secret(), &keys, &expected),
            Ok(_) | Err(_) => Err(refused),
        }
    }

    fn expected<'a>(
        &'a self,
        client_id: &'a str,
        tokens: &'a Refreshed,
        nonce: Option<&'a str>,
        clock: &dyn Clock,
    ) -> Expected<'a> {
        Expected {
            issuer: self.issuer(),
            client_id,
            nonce,
            subject: None,
            access_token: tokens.access_token.expose_secret(),
            now: clock.now(),
        }
    }

    pub(super) fn knows(&self, scope: &str) -> bool {
        self.metadata
            .scopes_supported()
            .is_none_or(|known| known.iter().any(|known| known.as_str() == scope))
    }

    /// An issuer reached by TLS must not send anybody to plain HTTP.
    fn refuse_plain_endpoints(&self) -> Result<(), Failure> {
        let metadata = &self.metadata;
        let extra = metadata.additional_metadata();
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(|endpoint| endpoint.url()),
            Some(metadata.jwks_uri().url()),
            extra.revocation_endpoint.as_ref(),
            extra.end_session_endpoint.as_ref(),
            extra.device_authorization_endpoint.as_ref(),
        ];
        let mut endpoints = endpoints.into_iter().flatten();
        endpoints.try_for_each(|endpoint| self.refuse_plain(endpoint))
    }

    pub(super) fn refuse_plain(&self, address: &Url) -> Result<(), Failure> {
        let from_here = || is_loopback(address) && is_loopback(self.metadata.issuer().url());
        if address.scheme() == "https" || (address.scheme() == "http" && from_here()) {
            return Ok(());
        }
        Err(Failure::new(Code::DiscoveryFailed)
            .with("url", &self.instance)
            .with("reason", format!("{address} is not https")))
    }

    fn failed(&self, error: impl std::fmt::Display) -> Failure {
        Failure::new(Code::DiscoveryFailed)
            .with("url", self.issuer())
            .with("reason", error)
    }
}

/// The innermost message of an error, which says what it was.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A provider whose document has one member exchanged.
    fn provider(member: &str, address: &str) -> Provider {
        let mut document = json!({
            "issuer": "https://login.example",
            "authorization_endpoint": "https://login.example/authorize",
            "token_endpoint": "https://login.example/token",
            "jwks_uri": "https://login.example/jwks",
            "revocation_endpoint": "https://login.example/revoke",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        document[member] = address.into();
        let instance = Url::parse("https://miso.example").unwrap();
        Provider {
            network: Network::default(),
            instance,
            metadata: serde_json::from_value(document).unwrap(),
        }
    }

    #[test]
    fn an_http_endpoint_of_an_https_issuer_is_refused() {
        for member in [
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "revocation_endpoint",
            "end_session_endpoint",
            "device_authorization_endpoint",
        ] {
            for address in ["http://login.example/x", "http://127.0.0.1/x"] {
                let refused = provider(member, address).refuse_plain_endpoints();
                assert_eq!(
                    refused.unwrap_err().code,
                    Code::DiscoveryFailed,
                    "{member} {address}"
                );
            }
            let elsewhere = provider(member, "https://elsewhere.example/x");
            assert!(elsewhere.refuse_plain_endpoints().is_ok(), "{member}");
        }
        let local = provider("issuer", "http://127.0.0.1:1");
        assert!(
            local.refuse_plain_endpoints().is_ok(),
            "https from this machine"
        );
    }
}
