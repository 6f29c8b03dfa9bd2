//! The token endpoint (RFC 6749 §3.2), for codes, refresh tokens and the service account.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use miso_api::ErrorCode;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::client::{DESKTOP, has_scope};
use super::devices::Polled;
use super::pending::Redeemed;
use super::pkce;
use super::service_account;
use super::tokens::{self, ACCESS_SECONDS, SESSION_TIME};
use crate::http::body;
use crate::http::envelope::ApiError;
use crate::http::form::Parameters;
use crate::people;
use crate::random;
use crate::site::{Shared, Site};
use crate::store::sessions::{self, Rotated, Rotation, Session};

/// The grant of a device (RFC 8628 §3.4).
pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An error of RFC 6749 §5.2.
#[derive(Debug)]
pub(crate) enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant(&'static str),
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    /// RFC 8628 §3.5: a device asks again later, less often, or not at all.
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    Internal(ApiError),
}

impl From<ApiError> for TokenError {
    fn from(error: ApiError) -> Self {
        Self::Internal(error)
    }
}

impl From<crate::store::StoreError> for TokenError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<random::NoRandomness> for TokenError {
    fn from(error: random::NoRandomness) -> Self {
        Self::Internal(error.into())
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (error, description) = match self {
            Self::Internal(error) => return rfc_error(&error),
            Self::InvalidRequest(why) => ("invalid_request", why),
            Self::InvalidClient => ("invalid_client", "the client or its secret is wrong"),
            Self::InvalidGrant(why) => ("invalid_grant", why),
            Self::UnauthorizedClient => ("unauthorized_client", "the client may not use this"),
            Self::UnsupportedGrantType => ("unsupported_grant_type", "there is no such grant here"),
            Self::AuthorizationPending => ("authorization_pending", "nobody has answered yet"),
            Self::SlowDown => ("slow_down", "ask 5 seconds less often from now on"),
            Self::AccessDenied => ("access_denied", "the sign-in was refused"),
            Self::ExpiredToken => ("expired_token", "nobody answered in time; begin again"),
            Self::InvalidScope => ("invalid_scope", "the scope is wider than what was granted"),
        };
        let body = Json(json!({"error": error, "error_description": description}));
        let mut response = if error == "invalid_client" {
            let challenge = HeaderValue::from_static("Basic realm=\"token\"");
            (
                StatusCode::UNAUTHORIZED,
                [(header::WWW_AUTHENTICATE, challenge)],
                body,
            )
                .into_response()
        } else {
            (StatusCode::BAD_REQUEST, body).into_response()
        };
        forbid_keeping(&mut response);
        response
    }
}

/// What the API would answer with its envelope, in the form of RFC 6749 §5.2.
pub(super) fn rfc_error(error: &ApiError) -> Response {
    let (status, word) = match error.code() {
        ErrorCode::PayloadTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
        ErrorCode::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
        ErrorCode::InternalError => {
            error.note_cause("none, the provider's");
            (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
        }
        ErrorCode::ValidationError
        | ErrorCode::Unauthorized
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::Conflict
        | ErrorCode::RateLimited
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
    };
    let body = json!({"error": word, "error_description": error.message()});
    let mut response = (status, Json(body)).into_response();
    forbid_keeping(&mut response);
    response
}

/// A client that authenticated itself, or is public.
pub(super) enum Client {
    Desktop,
    ServiceAccount(String),
}

impl Client {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Desktop => DESKTOP,
            Self::ServiceAccount(id) => id,
        }
    }
}

/// `POST /oidc/token`
pub(super) async fn token(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    match grant(&site, &headers, body).await {
        Ok(answer) => {
            let mut response = Json(Value::Object(answer)).into_response();
            forbid_keeping(&mut response);
            response
        }
        Err(error) => error.into_response(),
    }
}

/// Reads the form of a request to the token or the revocation endpoint, and who sends it.
pub(super) async fn authenticated_form(
    site: &Site,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Client, Parameters), TokenError> {
    if body::media_type(headers).as_deref() != Some("application/x-www-form-urlencoded") {
        return Err(TokenError::InvalidRequest(
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    let form = body::read_form(headers, body).await?;
    let form = Parameters::parse(&form)
        .map_err(|_| TokenError::InvalidRequest("a parameter must not be repeated"))?;
    let (id, secret) = match basic(headers)? {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => (
            form.get("client_id").map(str::to_owned),
            form.get("client_secret").map(str::to_owned),
        ),
    };
    let client = match (id, secret) {
        (Some(id), None) if id == DESKTOP => Client::Desktop,
        (Some(id), Some(secret)) if service_account::is_right(site, &id, &secret) => {
            Client::ServiceAccount(id)
        }
        (None, None) => return Err(TokenError::InvalidRequest("client_id is missing")),
        (Some(_), _) | (None, Some(_)) => return Err(TokenError::InvalidClient),
    };
    Ok((client, form))
}

async fn grant(
    site: &Site,
    headers: &HeaderMap,
    body: Body,
) -> Result<Map<String, Value>, TokenError> {
    let (client, form) = authenticated_form(site, headers, body).await?;
    let now = Utc::now();
    let Some(kind) = form.get("grant_type") else {
        return Err(TokenError::InvalidRequest("grant_type is missing"));
    };
    match (kind, client) {
        ("authorization_code", Client::Desktop) => by_code(site, &form, now).await,
        ("refresh_token", Client::Desktop) => by_refresh_token(site, &form, now).await,
        (DEVICE_GRANT, Client::Desktop) => by_device_code(site, &form, now).await,
        ("client_credentials", Client::ServiceAccount(id)) => {
            let (access_token, session) = service_account::begin(site, &id, now).await?;
            Ok(answer(&access_token, &session))
        }
        ("authorization_code" | "refresh_token" | "client_credentials" | DEVICE_GRANT, _) => {
            Err(TokenError::UnauthorizedClient)
        }
        (_, _) => Err(TokenError::UnsupportedGrantType),
    }
}

async fn by_code(
    site: &Site,
    form: &Parameters,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    let (Some(code), Some(redirect), Some(verifier)) = (
        form.get("code"),
        form.get("redirect_uri"),
        form.get("code_verifier"),
    ) else {
        return Err(TokenError::InvalidRequest(
            "code, redirect_uri and code_verifier are needed",
        ));
    };
    let grant = match site.pending.redeem(code, now) {
        Redeemed::Granted(grant) => grant,
        Redeemed::Reused { session } => {
            tracing::warn!("a code came twice; its session is revoked");
            site.store
                .call(move |db| sessions::revoke(db, &session, now))
                .await?;
            return Err(TokenError::InvalidGrant("the code was used before"));
        }
        Redeemed::Unknown => {
            return Err(TokenError::InvalidGrant(
                "the code does not count, or not any more",
            ));
        }
    };
    if grant.asked.redirect.as_str() != redirect {
        return Err(TokenError::InvalidGrant(
            "redirect_uri is not that of the request",
        ));
    }
    if !pkce::proves(verifier, &grant.asked.challenge) {
        return Err(TokenError::InvalidGrant(
            "code_verifier does not belong to the challenge",
        ));
    }
    let session = Session {
        id: grant.session.clone(),
        client_id: grant.asked.client_id.clone(),
        subject: grant.person.id.to_owned(),
        scope: grant.asked.scope.clone(),
        signed_in_at: grant.signed_in_at,
        expires_at: now + SESSION_TIME,
    };
    let refresh_token = begin(site, &session, now).await?;
    if site.pending.was_reused(code) {
        let id = session.id.clone();
        site.store
            .call(move |db| sessions::revoke(db, &id, now))
            .await?;
        return Err(TokenError::InvalidGrant("the code was used before"));
    }
    signed(
        site,
        &session,
        refresh_token,
        grant.asked.nonce.as_deref(),
        now,
    )
}

async fn by_device_code(
    site: &Site,
    form: &Parameters,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    match form.get("device_code") {
        Some(code) => for_device(site, code, now).await,
        None => Err(TokenError::InvalidRequest("device_code is missing")),
    }
}

/// The tokens of the device that has this code, once somebody answered for it.
pub(crate) async fn for_device(
    site: &Site,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    let session = match site.devices.poll(code, now) {
        Polled::Approved {
            person,
            scope,
            signed_in_at,
        } => Session {
            id: random::token()?,
            client_id: DESKTOP.to_owned(),
            subject: person.id.to_owned(),
            scope,
            signed_in_at,
            expires_at: now + SESSION_TIME,
        },
        Polled::Pending => return Err(TokenError::AuthorizationPending),
        Polled::SlowDown => return Err(TokenError::SlowDown),
        Polled::Denied => return Err(TokenError::AccessDenied),
        Polled::Expired => return Err(TokenError::ExpiredToken),
        Polled::Unknown => {
            return Err(TokenError::InvalidGrant(
                "the device code does not count, or not any more",
            ));
        }
    };
    let refresh_token = begin(site, &session, now).await?;
    signed(site, &session, refresh_token, None, now)
}

/// Keeps a session, and gives its first refresh token where it may have one.
async fn begin(
    site: &Site,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<Option<String>, TokenError> {
    let refresh_token = has_scope(&session.scope, "offline_access")
        .then(random::token)
        .transpose()?;
    let stored = session.clone();
    let hash = refresh_token.as_deref().map(tokens::hash);
    site.store
        .call(move |db| {
            let change = db.transaction()?;
            sessions::begin(&change, &stored)?;
            if let Some(hash) = hash {
                sessions::add_refresh_token(&change, &stored.id, &hash, now)?;
            }
            Ok(change.commit()?)
        })
        .await?;
    Ok(refresh_token)
}

async fn by_refresh_token(
    site: &Site,
    form: &Parameters,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    match form.get("refresh_token") {
        Some(spent) => for_refresh_token(site, spent, form.get("scope"), now).await,
        None => Err(TokenError::InvalidRequest("refresh_token is missing")),
    }
}

/// The tokens that take the place of a refresh token, with at most the scopes it has.
pub(crate) async fn for_refresh_token(
    site: &Site,
    spent: &str,
    scope: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    let successor = site.successors.of(spent);
    let rotation = Rotation {
        client_id: DESKTOP,
        spent: tokens::hash(spent),
        successor: tokens::hash(&successor),
        scope: scope.map(str::to_owned),
        now,
        expires_at: now + SESSION_TIME,
    };
    let rotated = site
        .store
        .call(move |db| sessions::rotate(db, &rotation))
        .await?;
    match rotated {
        Rotated::Spent(session) => signed(site, &session, Some(successor), None, now),
        Rotated::TooWide => Err(TokenError::InvalidScope),
        Rotated::Reused => {
            tracing::warn!("a refresh token came twice; its session is revoked");
            Err(TokenError::InvalidGrant(
                "the refresh token was used before",
            ))
        }
        Rotated::Refused => Err(TokenError::InvalidGrant(
            "the refresh token does not count, or not any more",
        )),
    }
}

/// The answer for a person's session.
fn signed(
    site: &Site,
    session: &Session,
    refresh_token: Option<String>,
    nonce: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TokenError> {
    let Some(person) = people::by_id(&session.subject) else {
        return Err(TokenError::InvalidGrant("the person is not here any more"));
    };
    let access_token = tokens::access_token(site, session, now)?;
    let mut answer = answer(&access_token, session);
    if let Some(refresh_token) = refresh_token {
        answer.insert("refresh_token".into(), json!(refresh_token));
    }
    if has_scope(&session.scope, "openid") {
        let id_token = tokens::id_token(site, session, person, nonce, &access_token, now)?;
        answer.insert("id_token".into(), json!(id_token));
    }
    Ok(answer)
}

fn answer(access_token: &str, session: &Session) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("access_token".into(), json!(access_token));
    answer.insert("token_type".into(), json!("Bearer"));
    answer.insert("expires_in".into(), json!(ACCESS_SECONDS));
    answer.insert("scope".into(), json!(session.scope));
    answer
}

/// The client of an `Authorization: Basic` header, its parts form-encoded (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, TokenError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let parts = value.to_str().ok().and_then(|value| {
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((form_decoded(id)?, form_decoded(secret)?))
    });
    parts.map(Some).ok_or(TokenError::InvalidClient)
}

fn form_decoded(text: &str) -> Option<String> {
    let encoded = format!("v={text}").into_bytes();
    let mut pairs = form_urlencoded::parse(&encoded);
    pairs.next().map(|(_, value)| value.into_owned())
}

/// RFC 6749 §5.1: nobody on the way keeps an answer.
pub(crate) fn forbid_keeping(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}
