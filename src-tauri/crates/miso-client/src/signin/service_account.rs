//! A service account's token: `POST /auth/token`, the platform's own (API.md, "Sign-in").

use std::time::Duration;

use http::StatusCode;
use miso_api::{ErrorCode, ErrorEnvelope, TokenRequest, TokenResponse};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::http::{ReadError, excerpt, failure_of, read_bounded};
use crate::wire::documented::TOKEN_PATH;
use crate::{Code, Failure, Network};

const LIMIT: usize = 1024 * 1024;
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A service account's access token.
pub(crate) struct ServiceToken {
    pub access_token: SecretString,
    pub expires_in: Option<Duration>,
}

never_serialized!(ServiceToken);

/// Asks for a token. A wrong id or secret is [`Code::SignedOut`].
pub(crate) async fn service_token(
    instance: &Url,
    network: &Network,
    client_id: &str,
    client_secret: &SecretString,
) -> Result<ServiceToken, Failure> {
    let mut address = instance.clone();
    address.set_path(&format!(
        "{}{TOKEN_PATH}",
        instance.path().trim_end_matches('/')
    ));
    let request = TokenRequest {
        client_id: client_id.to_owned(),
        client_secret: client_secret.expose_secret().to_owned(),
        grant_type: "client_credentials".to_owned(),
        scope: Some("api".to_owned()),
    };
    let response = network
        .client_for(instance)
        .await?
        .post(address)
        .timeout(ANSWER_LIMIT)
        .json(&request)
        .send()
        .await
        .map_err(|error| network.failure_of(&error, instance))?;
    let status = response.status();
    let body = read_bounded(response, LIMIT)
        .await
        .map_err(|error| match error {
            ReadError::TooLarge => Failure::new(Code::TooLarge).with("limit", LIMIT),
            ReadError::Broken(error) => failure_of(&error, instance),
        })?;
    if status.is_success() {
        let token: TokenResponse =
            serde_json::from_slice(&body).map_err(|_| not_miso(status.as_u16(), &body))?;
        return Ok(ServiceToken {
            access_token: SecretString::from(token.access_token),
            expires_in: token.expires_in.map(Duration::from_secs),
        });
    }
    let Ok(envelope) = serde_json::from_slice::<ErrorEnvelope>(&body) else {
        return Err(not_miso(status.as_u16(), &body));
    };
    // Only the platform's own word says that the secret is worth nothing: a proxy has its 401 too.
    let code = match &envelope.error.code {
        ErrorCode::Unauthorized if status == StatusCode::UNAUTHORIZED => Code::SignedOut,
        ErrorCode::RateLimited => Code::RateLimited,
        ErrorCode::InternalError => Code::ServerError,
        ErrorCode::Unauthorized
        | ErrorCode::ValidationError
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::Conflict
        | ErrorCode::MethodNotAllowed
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => Code::SignInRefused,
    };
    let failure = Failure::new(code)
        .with("error", envelope.error.code)
        .with("status", status.as_u16())
        .saying(envelope.error.message);
    Err(match code {
        Code::RateLimited => failure.with("seconds", 60),
        _ => failure,
    })
}

fn not_miso(status: u16, body: &[u8]) -> Failure {
    Failure::new(Code::NotMiso)
        .with("status", status)
        .with("excerpt", excerpt(body))
}
