//! Who a token is for (OpenID Connect Core §5.3).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::access::bearer;
use super::client::{DESKTOP, has_scope};
use super::token::rfc_error;
use super::tokens;
use crate::people;
use crate::site::Shared;
use crate::store::sessions;

/// `GET` and `POST /oidc/userinfo`
pub(super) async fn userinfo(
    State(site): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Value>, Response> {
    let token = bearer(&headers).ok_or_else(|| refusal(StatusCode::UNAUTHORIZED, None))?;
    let invalid = || refusal(StatusCode::UNAUTHORIZED, Some("invalid_token"));
    let claims = tokens::read_access_token(&site, token, true).ok_or_else(invalid)?;
    let (session, now) = (claims.sid.clone(), Utc::now());
    let live = site
        .store
        .call(move |db| sessions::live(db, &session, now))
        .await
        .map_err(|error| rfc_error(&error.into()))?;
    live.ok_or_else(invalid)?;
    // A service account is nobody, whatever its name.
    let person = (claims.client_id == DESKTOP)
        .then(|| people::by_id(&claims.sub))
        .flatten()
        .ok_or_else(invalid)?;
    if !has_scope(&claims.scope, "openid") {
        return Err(refusal(StatusCode::FORBIDDEN, Some("insufficient_scope")));
    }
    Ok(Json(Value::Object(tokens::person_claims(
        person,
        &claims.scope,
    ))))
}

/// A refusal as RFC 6750 §3 writes it; without an error code where no token was sent.
fn refusal(status: StatusCode, error: Option<&str>) -> Response {
    let challenge = match error {
        Some(error) => format!("Bearer error=\"{error}\""),
        None => "Bearer".to_owned(),
    };
    let headers = [(header::WWW_AUTHENTICATE, challenge)];
    match error {
        Some(error) => (status, headers, Json(json!({"error": error}))).into_response(),
        None => (status, headers).into_response(),
    }
}
