//! Tokens of clients, and what a token says about who has it (API-V1.md §2.2).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::clients;
use super::extract::Sent;
use super::form::{both_ways, object, single};
use super::names::{self, Environment};
use super::principal::{self, Principal};
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::oidc::access;
use crate::oidc::revoke::session_of;
use crate::oidc::service_account;
use crate::oidc::token::forbid_keeping;
use crate::oidc::tokens::{self, ACCESS_SECONDS};
use crate::site::{Shared, Site};
use crate::store::{self, sessions};

/// `POST /auth/token`: a token for the id and the secret in the headers.
pub(super) async fn token(
    State(site): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    issued(&site, &headers).await
}

/// `GET` and `POST /auth/client-token`. Front ends call it without a secret, from an origin that
/// their application was registered with; here no origin but the instance's own may call at all, so
/// it takes a secret too.
pub(super) async fn client_token(
    State(site): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    issued(&site, &headers).await
}

async fn issued(site: &Site, headers: &HeaderMap) -> Result<Response, ApiError> {
    let (id, secret) = clients::of_headers(headers)
        .ok_or_else(|| ApiError::unauthorized("x-client-id and x-client-secret are needed."))?;
    clients::must_be_right(site, &id, &secret).await?;
    let (token, session) = service_account::begin(site, &id, Utc::now()).await?;
    let issued = json!({
        "token": token,
        "expiresIn": ACCESS_SECONDS,
        "expiresAt": moment(session.expires_at),
    });
    let mut response = both_ways(object(issued)).into_response();
    forbid_keeping(&mut response);
    Ok(response)
}

/// `POST /auth/validate-client-token`: whose a client's token is.
pub(super) async fn validate_client_token(
    State(site): State<Shared>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    let sent = text(&body, "token").or_else(|| principal::client_token(&headers));
    let token = sent.ok_or_else(|| ApiError::field("token", "is required"))?;
    let refused = || ApiError::unauthorized("The token does not count, or not any more.");
    let client = principal::by_token(&site, token).await?;
    // A person's token is no application's.
    if client.caller.client_id != client.caller.id {
        return Err(refused());
    }
    let own = client.own.as_ref();
    let environment = own.map(|place| names::of_key(&place.environment));
    let application = own.map(|place| {
        json!({
            "id": place.application,
            "key": place.application,
            "environmentId": environment,
            "environmentKey": environment,
        })
    });
    Ok(single(json!({
        "authenticated": true,
        "application": application,
        "environment": environment,
        "applicationKey": own.map(|place| &place.application),
        "expiresAt": expiry(&site, token),
    })))
}

/// `POST /auth/token/exchange`. The only provider is the instance's own, whose tokens count as they
/// are.
pub(super) async fn exchange(
    State(site): State<Shared>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let foreign = text(&body, "token").or_else(|| access::bearer(&headers));
    let token = foreign.ok_or_else(|| ApiError::field("token", "is required"))?;
    principal::by_token(&site, token).await?;
    let exchanged = json!({"accessToken": token, "tokenExchanged": false});
    let mut response = both_ways(object(exchanged)).into_response();
    forbid_keeping(&mut response);
    Ok(response)
}

/// `POST /auth/validate`: whether a token counts, and whose it is.
pub(super) async fn validate(
    State(site): State<Shared>,
    _: Principal,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    let token = text(&body, "token").ok_or_else(|| ApiError::field("token", "is required"))?;
    let environment = named(text(&body, "environment"))?.map(|environment| environment.name);
    let application = text(&body, "application");
    let answer = match principal::by_token(&site, token).await {
        Ok(whose) => json!({
            "authenticated": true,
            "user": user_of(&whose),
            "expiresAt": expiry(&site, token),
            "environment": environment,
            "application": application,
        }),
        Err(_) => json!({"authenticated": false}),
    };
    Ok(single(answer))
}

/// `GET /auth/user`. Some clients look beside `data`.
pub(super) async fn user(whose: Principal) -> Result<Json<Value>, ApiError> {
    whose.must("auth:read", None, None)?;
    let answer = json!({"authenticated": true, "user": user_of(&whose)});
    Ok(both_ways(object(answer)))
}

/// `GET /auth/roles` and `/auth/roles/refresh`: nothing is kept here that would have to be renewed.
pub(super) async fn roles(whose: Principal, query: Query) -> Result<Json<Value>, ApiError> {
    whose.must("auth:read", None, None)?;
    let environment = named(query.get("environment"))?;
    let roles = whose.roles(query.get("application"), environment);
    Ok(single(json!({ "roles": roles })))
}

/// `GET /auth/permissions` and `/auth/permissions/refresh`.
pub(super) async fn permissions(whose: Principal, query: Query) -> Result<Json<Value>, ApiError> {
    whose.must("auth:read", None, None)?;
    let environment = named(query.get("environment"))?;
    let permissions = whose.permissions(query.get("application"), environment);
    Ok(single(json!({ "permissions": permissions })))
}

/// `POST /auth/logout`: ends the session of the token in the body, else that of the caller's.
pub(super) async fn logout(
    State(site): State<Shared>,
    headers: HeaderMap,
    whose: Principal,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    let token = text(&body, "token").or_else(|| access::bearer(&headers));
    let found = match token {
        Some(token) => session_of(&site, token).await?,
        None => None,
    };
    let (_, session) = found.ok_or_else(|| {
        ApiError::new(
            miso_api::ErrorCode::ValidationError,
            "There is no session to end.",
        )
    })?;
    let now = Utc::now();
    let ended = site
        .store
        .call(move |db| {
            let live = sessions::live(db, &session, now)?;
            sessions::revoke(db, &session, now)?;
            Ok(live.is_some())
        })
        .await?;
    tracing::debug!(by = whose.caller.username, ended, "a session was ended");
    Ok(Json(json!({
        "success": true,
        "message": "Logged out",
        "data": null,
        "timestamp": store::now(),
    })))
}

/// The environment of that name, where one is given; one that does not exist is 404.
pub(super) fn named(name: Option<&str>) -> Result<Option<Environment>, ApiError> {
    let found =
        name.map(|name| names::find(name).ok_or_else(|| ApiError::no_such("environment", name)));
    found.transpose()
}

/// A text of a body that is not empty.
pub(super) fn text<'a>(body: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    let text = body.get(field).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

/// A time as a text.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn user_of(whose: &Principal) -> Value {
    let caller = &whose.caller;
    let (first, last) = match caller.display_name.split_once(' ') {
        Some((first, last)) => (first, Some(last)),
        None => (caller.display_name.as_str(), None),
    };
    json!({
        "id": caller.id,
        "username": caller.username,
        "email": caller.email,
        "firstName": first,
        "lastName": last,
        "roles": whose.roles(None, None),
    })
}

/// When a token of this instance ends.
fn expiry(site: &Site, token: &str) -> Option<String> {
    let claims = tokens::read_access_token(site, token, true)?;
    DateTime::from_timestamp(claims.exp, 0).map(moment)
}
