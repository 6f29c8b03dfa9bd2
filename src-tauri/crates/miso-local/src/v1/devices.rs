//! Signing in a person on another device (API-V1.md §2.2): the provider's own, in v1's form.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::StatusCode;
use miso_api::ErrorCode;
use serde_json::{Map, Value, json};

use super::auth::{named, text};
use super::extract::Sent;
use super::form::single;
use super::problem;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::oidc::device;
use crate::oidc::token::{TokenError, for_device, for_refresh_token, forbid_keeping};
use crate::site::Shared;

/// What is asked for where a client names no scopes.
const SCOPES: &str = "openid profile email offline_access";
/// The scope that the API itself asks for; v1's clients do not know it.
const API: &str = "api";

/// `POST /auth/login`: a device begins to wait. The environment may stand in the query or the body,
/// and is only looked at: a person is the same in all of them.
pub(super) async fn begin(
    State(site): State<Shared>,
    query: Query,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    named(query.get("environment").or(text(&body, "environment")))?;
    let scopes = text(&body, "scope").unwrap_or(SCOPES);
    let begun = device::start(&site, &format!("{scopes} {API}"))?;
    let answer = single(json!({
        "deviceCode": begun.device_code,
        "userCode": begun.user_code,
        "verificationUri": begun.page,
        "verificationUriComplete": begun.page_with_code,
        "expiresIn": begun.expires_in,
        "interval": begun.interval,
    }));
    Ok(unkept(answer.into_response()))
}

/// `POST /auth/login/device/token`: a device asks what became of it. As long as nothing has, the
/// answer is 202: a 400 ends the wait of a shipped client.
pub(super) async fn poll(
    State(site): State<Shared>,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let code =
        text(&body, "deviceCode").ok_or_else(|| ApiError::field("deviceCode", "is required"))?;
    match for_device(&site, code, Utc::now()).await {
        Ok(tokens) => Ok(unkept(single(tokens_of(&tokens)).into_response())),
        Err(error) => refused(error),
    }
}

/// `POST /auth/login/device/refresh`, and `/auth/refresh` of older clients. Without a token in the
/// body there is nothing to renew: no cookie holds a session here.
pub(super) async fn refresh(
    State(site): State<Shared>,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let sent = text(&body, "refreshToken").or_else(|| text(&body, "refresh_token"));
    let Some(token) = sent else {
        return Err(ApiError::unauthorized(
            "There is no session to renew: refreshToken is missing.",
        ));
    };
    match for_refresh_token(&site, token, None, Utc::now()).await {
        Ok(tokens) => Ok(unkept(single(tokens_of(&tokens)).into_response())),
        // Shipped clients look for the word.
        Err(TokenError::InvalidGrant(why)) => Err(ApiError::unauthorized(&format!(
            "The refresh token is invalid: {why}."
        ))),
        Err(error) => refused(error),
    }
}

fn tokens_of(tokens: &Map<String, Value>) -> Value {
    let mut answer = Map::new();
    for (name, known) in [
        ("accessToken", "access_token"),
        ("refreshToken", "refresh_token"),
        ("expiresIn", "expires_in"),
    ] {
        if let Some(value) = tokens.get(known) {
            answer.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(answer)
}

fn refused(error: TokenError) -> Result<Response, ApiError> {
    let bad = |why: &str| Err(ApiError::new(ErrorCode::ValidationError, why));
    match error {
        TokenError::AuthorizationPending => {
            Ok(waiting("authorization_pending", "Nobody has answered yet."))
        }
        TokenError::SlowDown => Ok(waiting(
            "slow_down",
            "Ask 5 seconds less often from now on.",
        )),
        TokenError::AccessDenied => Err(ApiError::new(
            ErrorCode::Forbidden,
            "The sign-in was refused.",
        )),
        TokenError::ExpiredToken => Ok(problem::refusal(
            StatusCode::GONE,
            "Nobody answered in time: the code has expired. Begin again.",
        )),
        TokenError::InvalidGrant(_) => bad("The device code does not count, or not any more."),
        TokenError::InvalidRequest(why) => bad(why),
        TokenError::InvalidScope => bad("The scope is wider than what was granted."),
        TokenError::InvalidClient
        | TokenError::UnauthorizedClient
        | TokenError::UnsupportedGrantType => bad("The client may not do that."),
        TokenError::Internal(error) => Err(error),
    }
}

fn waiting(error: &str, description: &str) -> Response {
    let body = json!({"error": error, "errorDescription": description});
    unkept((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// Nobody on the way keeps an answer with a token.
fn unkept(mut response: Response) -> Response {
    forbid_keeping(&mut response);
    response
}
