//! The service account: `POST /auth/token`, the platform's own (API.md, "Sign-in").

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, header};
use miso_api::{ErrorDetail, TokenRequest, TokenResponse};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::tokens::{self, ACCESS_SECONDS};
use crate::http::body::JsonObject;
use crate::http::envelope::ApiError;
use crate::http::query;
use crate::random;
use crate::site::{Shared, Site};
use crate::store::sessions::{self, Session};

const SCOPE: &str = "api";

/// Signs a service account in.
#[utoipa::path(
    post,
    path = "/auth/token",
    operation_id = "createToken",
    tag = "Sign-in",
    security(()),
    request_body = TokenRequest,
    responses((status = 200, description = "The token.", body = TokenResponse))
)]
pub(super) async fn token(
    State(site): State<Shared>,
    JsonObject(body): JsonObject,
) -> Result<([(header::HeaderName, HeaderValue); 1], Json<TokenResponse>), ApiError> {
    let mut wrong = Vec::new();
    let id = text(&body, "client_id", &mut wrong);
    let secret = text(&body, "client_secret", &mut wrong);
    let kind = text(&body, "grant_type", &mut wrong);
    if !kind.is_empty() && kind != "client_credentials" {
        wrong.push(detail("grant_type", "must be client_credentials"));
    }
    match body.get("scope") {
        None | Some(Value::Null) => {}
        Some(Value::String(scope))
            if scope.split_ascii_whitespace().all(|scope| scope == SCOPE) => {}
        Some(_) => wrong.push(detail("scope", "must be api")),
    }
    query::refuse(wrong)?;
    if !is_right(&site, id, secret) {
        return Err(ApiError::unauthorized("The client or its secret is wrong."));
    }
    let (access_token, session) = begin(&site, id, Utc::now()).await?;
    let answer = TokenResponse {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: Some(ACCESS_SECONDS as u64),
        scope: Some(session.scope),
    };
    Ok((
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Json(answer),
    ))
}

/// Whether these are the account's id and secret. What is compared are hashes, so that the time it
/// takes tells nothing about length or content.
pub(crate) fn is_right(site: &Site, id: &str, secret: &str) -> bool {
    let Some(account) = &site.service_account else {
        return false;
    };
    let same_id = tokens::hash(id).ct_eq(&tokens::hash(&account.client_id));
    let same_secret =
        tokens::hash(secret).ct_eq(&tokens::hash(account.client_secret.expose_secret()));
    (same_id & same_secret).into()
}

/// Begins a session of a client that has a secret; it lasts as long as its one token.
pub(crate) async fn begin(
    site: &Site,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(String, Session), ApiError> {
    let session = Session {
        id: random::token()?,
        client_id: id.to_owned(),
        subject: id.to_owned(),
        scope: SCOPE.to_owned(),
        signed_in_at: now,
        expires_at: now + TimeDelta::seconds(ACCESS_SECONDS),
    };
    let stored = session.clone();
    site.store
        .call(move |db| {
            sessions::forget_ended(db, now)?;
            sessions::begin(db, &stored)
        })
        .await?;
    Ok((tokens::access_token(site, &session, now)?, session))
}

fn text<'a>(body: &'a Map<String, Value>, field: &str, wrong: &mut Vec<ErrorDetail>) -> &'a str {
    match body.get(field) {
        Some(Value::String(text)) if !text.is_empty() => text,
        None | Some(Value::Null) => {
            wrong.push(detail(field, "is required"));
            ""
        }
        Some(_) => {
            wrong.push(detail(field, "must be a text"));
            ""
        }
    }
}

fn detail(field: &str, message: &str) -> ErrorDetail {
    ErrorDetail {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
