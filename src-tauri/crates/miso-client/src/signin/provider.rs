//! An OpenID Connect provider: discovery, authorization address, exchange, refresh, revocation.

use std::time::Duration;

use http::StatusCode;
use oauth2::basic::BasicErrorResponseType;
use oauth2::{AuthorizationCode, ClientId, CsrfToken, PkceCodeChallenge};
use oauth2::{
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse,
};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse,
};
use openidconnect::{
    AdditionalProviderMetadata, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    ProviderMetadata, TokenResponse as _,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::sender::{ANSWER_LIMIT, ProviderError, bounded, sender, token_sender};
use super::verify::{Expected, verify};
use crate::address::is_loopback;
use crate::http::{excerpt, failure_of};
use crate::{Account, Clock, Code, Failure, Network};

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);
/// API.md, "Sign-in"; `openid` is added by the library.
const SCOPES: [&str; 4] = ["profile", "email", "offline_access", "api"];

/// A provider as discovery described it.
pub(crate) struct Provider {
    network: Network,
    instance: Url,
    metadata: Metadata,
}

/// What came back for a code or a refresh token.
pub(crate) struct Refreshed {
    pub access_token: SecretString,
    /// Seconds the access token lasts, where the provider says.
    pub expires_in: Option<Duration>,
    /// A new refresh token; `None` where the old one stays or there is none.
    pub refresh_token: Option<SecretString>,
    response: CoreTokenResponse,
}

impl Refreshed {
    /// The ID token that came with it.
    pub(crate) fn id_token(&self) -> Option<SecretString> {
        let token = self.response.id_token()?;
        Some(SecretString::from(token.to_string()))
    }
}

never_serialized!(SecretString, Refreshed, Authorization);

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

type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
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
}

impl AdditionalProviderMetadata for Extra {}

impl Provider {
    /// Finds the provider of an instance: its discovery document names the issuer.
    pub(crate) async fn discover(instance: &Url, network: &Network) -> Result<Self, Failure> {
        let named = issuer_named_by(instance, network).await?;
        let failed = |reason: String| {
            Failure::new(Code::DiscoveryFailed)
                .with("url", instance)
                .with("reason", reason)
        };
        let issuer = IssuerUrl::new(named.clone()).map_err(|error| failed(error.to_string()))?;
        let metadata = Metadata::discover_async(issuer, &sender(network.clone()))
            .await
            .map_err(|error| match error {
                openidconnect::DiscoveryError::Request(error) => error.failure,
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

    pub(crate) fn scopes_left_out(&self) -> Vec<String> {
        SCOPES
            .iter()
            .filter(|scope| !self.knows(scope))
            .map(|scope| (*scope).to_owned())
            .collect()
    }

    /// A fresh authorization request with PKCE S256, `state` and `nonce`.
    pub(crate) fn authorization(
        &self,
        client_id: &str,
        redirect: &Url,
        extra: &[(String, SecretString)],
    ) -> Authorization {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self
            .client(client_id)
            .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in SCOPES.iter().filter(|scope| self.knows(scope)) {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        for (name, value) in extra {
            request = request.add_extra_param(name.clone(), value.expose_secret().to_owned());
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
        code: String,
        authorization: Authorization,
        clock: &dyn Clock,
    ) -> Result<(Refreshed, Account), Failure> {
        let client = self
            .client(client_id)
            .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
        let response = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| self.failed(&error))?
            .set_pkce_verifier(authorization.verifier)
            .request_async(&token_sender(self.network.clone()))
            .await
            .map_err(|error| self.refused(error))?;
        let Some(token) = response.id_token() else {
            return Err(Failure::new(Code::IdTokenInvalid).with("reason", "missing"));
        };
        let expected = Expected {
            nonce: Some(&authorization.nonce),
            subject: None,
        };
        let account = self.account(&client, token, &response, &expected, clock)?;
        Ok((refreshed(response), account))
    }

    /// Exchanges a refresh token. Only a well-formed `invalid_grant` with the status that belongs
    /// to it is [`Code::SignedOut`]. What comes back is to be verified with
    /// [`Self::verify_refreshed`] before it is used.
    pub(crate) async fn refresh(
        &self,
        client_id: &str,
        refresh_token: &SecretString,
    ) -> Result<Refreshed, NotRefreshed> {
        let client = self.client(client_id);
        let refresh_token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let request = client
            .exchange_refresh_token(&refresh_token)
            .map_err(|error| NotRefreshed {
                failure: self.failed(&error),
                answer_lost: false,
            })?;
        let send = token_sender(self.network.clone());
        let response = request.request_async(&send).await;
        response.map(refreshed).map_err(|error| NotRefreshed {
            answer_lost: matches!(&error, RequestTokenError::Request(error) if error.answer_lost),
            failure: match error {
                RequestTokenError::ServerResponse(response)
                    if *response.error() == BasicErrorResponseType::InvalidGrant =>
                {
                    Failure::new(Code::SignedOut)
                }
                other => self.refused(other),
            },
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
        let Some(token) = refreshed.response.id_token() else {
            return Ok(());
        };
        let expected = Expected {
            nonce: None,
            subject: Some(subject),
        };
        let client = self.client(client_id);
        self.account(&client, token, &refreshed.response, &expected, clock)
            .map(drop)
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
        let http = self.network.client_for(endpoint)?;
        let response = http
            .post(endpoint.clone())
            .timeout(REVOCATION_LIMIT)
            .form(form)
            .send()
            .await
            .map_err(|error| failure_of(&error, endpoint))?;
        // A redirect is the way back for a browser.
        if response.status().is_client_error() || response.status().is_server_error() {
            return Err(Failure::new(Code::SignInRefused).with("error", response.status()));
        }
        Ok(())
    }

    fn client(&self, client_id: &str) -> OidcClient {
        CoreClient::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(client_id.to_owned()),
            None,
        )
        .set_auth_type(oauth2::AuthType::RequestBody)
    }

    fn account(
        &self,
        client: &OidcClient,
        token: &CoreIdToken,
        response: &CoreTokenResponse,
        expected: &Expected<'_>,
        clock: &dyn Clock,
    ) -> Result<Account, Failure> {
        verify(
            token,
            client.id_token_verifier(),
            client.client_id(),
            response.access_token(),
            expected,
            clock,
        )
        .map_err(|reason| Failure::new(Code::IdTokenInvalid).with("reason", reason))
    }

    fn knows(&self, scope: &str) -> bool {
        self.metadata
            .scopes_supported()
            .is_none_or(|known| known.iter().any(|known| known.as_str() == scope))
    }

    /// An issuer reached by TLS must not send anybody to plain HTTP.
    fn refuse_plain_endpoints(&self) -> Result<(), Failure> {
        let metadata = &self.metadata;
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(|endpoint| endpoint.url()),
            Some(metadata.jwks_uri().url()),
            metadata.additional_metadata().revocation_endpoint.as_ref(),
            metadata.additional_metadata().end_session_endpoint.as_ref(),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            if endpoint.scheme() != "https"
                && !(is_loopback(endpoint) && is_loopback(metadata.issuer().url()))
            {
                return Err(Failure::new(Code::DiscoveryFailed)
                    .with("url", &self.instance)
                    .with("reason", format!("{endpoint} is not https")));
            }
        }
        Ok(())
    }

    fn refused(
        &self,
        error: RequestTokenError<
            ProviderError,
            oauth2::StandardErrorResponse<BasicErrorResponseType>,
        >,
    ) -> Failure {
        match error {
            RequestTokenError::ServerResponse(response) => {
                let failure =
                    Failure::new(Code::SignInRefused).with("error", response.error().as_ref());
                match response.error_description() {
                    Some(description) => failure.saying(description.clone()),
                    None => failure,
                }
            }
            RequestTokenError::Request(error) => error.failure,
            RequestTokenError::Parse(error, body) => {
                // What is JSON may hold a token, and is shown to nobody.
                let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
                let shown = if is_json {
                    String::new()
                } else {
                    excerpt(&body)
                };
                Failure::new(Code::NotMiso)
                    .with("status", StatusCode::OK.as_u16())
                    .with("excerpt", shown)
                    .saying(error.to_string())
            }
            RequestTokenError::Other(reason) => {
                Failure::new(Code::SignInRefused).with("error", reason)
            }
        }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(Code::DiscoveryFailed)
            .with("url", self.issuer())
            .with("reason", error)
    }
}

fn refreshed(response: CoreTokenResponse) -> Refreshed {
    Refreshed {
        access_token: SecretString::from(response.access_token().secret().as_str()),
        expires_in: response.expires_in(),
        refresh_token: response
            .refresh_token()
            .map(|token| SecretString::from(token.secret().as_str())),
        response,
    }
}

/// The issuer that the instance's own discovery document names.
async fn issuer_named_by(instance: &Url, network: &Network) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Named {
        issuer: String,
    }
    let failed = |reason: String| {
        Failure::new(Code::DiscoveryFailed)
            .with("url", instance)
            .with("reason", reason)
    };
    let address = instance
        .join(".well-known/openid-configuration")
        .map_err(|error| failed(error.to_string()))?;
    let client = network.client_for(instance)?;
    let response = client
        .get(address)
        .timeout(ANSWER_LIMIT)
        .send()
        .await
        .map_err(|error| failure_of(&error, instance))?;
    let status = response.status();
    let body = bounded(response, instance).await?;
    if !status.is_success() {
        return Err(failed(format!("HTTP {status}"))
            .with("status", status.as_u16())
            .with("excerpt", excerpt(&body)));
    }
    let named: Named = serde_json::from_slice(&body).map_err(|error| {
        failed(error.to_string())
            .with("status", status.as_u16())
            .with("excerpt", excerpt(&body))
    })?;
    let issuer = Url::parse(&named.issuer).map_err(|error| failed(error.to_string()))?;
    let plain = issuer.scheme() != "https" && !(is_loopback(&issuer) && is_loopback(instance));
    if plain {
        return Err(failed(format!("the issuer {issuer} is not https")));
    }
    Ok(named.issuer)
}

/// The innermost message of an error, which says what it was.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
