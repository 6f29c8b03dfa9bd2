//! Revocation (RFC 7009). Either token ends the whole session.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::{HeaderMap, StatusCode};

use super::token::{TokenError, authenticated_form};
use super::tokens;
use crate::site::{Shared, Site};
use crate::store::{StoreError, sessions};

/// `POST /oidc/revoke`
pub(super) async fn revoke(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    match end(&site, &headers, body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    }
}

/// A token that nobody knows is as good as revoked (§2.2).
async fn end(site: &Site, headers: &HeaderMap, body: Body) -> Result<(), TokenError> {
    let (client, form) = authenticated_form(site, headers, body).await?;
    let Some(token) = form.get("token") else {
        return Err(TokenError::InvalidRequest("token is missing"));
    };
    let Some((owner, session)) = session_of(site, token).await? else {
        return Ok(());
    };
    if owner != client.id() {
        return Err(TokenError::UnauthorizedClient);
    }
    let now = Utc::now();
    Ok(site
        .store
        .call(move |db| sessions::revoke(db, &session, now))
        .await?)
}

/// The client and the session that a token of either kind belongs to; `None` where nobody knows it.
pub(crate) async fn session_of(
    site: &Site,
    token: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let hash = tokens::hash(token);
    let known = site
        .store
        .call(move |db| sessions::of_refresh_token(db, &hash))
        .await?;
    Ok(match known {
        Some(session) => Some((session.client_id, session.id)),
        None => tokens::read_access_token(site, token, false)
            .map(|claims| (claims.client_id, claims.sid)),
    })
}
