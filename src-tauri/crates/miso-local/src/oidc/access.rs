//! Who makes an API call.

use axum::extract::FromRequestParts;
use chrono::Utc;
use http::request::Parts;
use http::{HeaderMap, header};
use miso_api::{ErrorCode, Permission};

use super::client::{DESKTOP, has_scope};
use super::tokens;
use crate::http::envelope::ApiError;
use crate::people::{self, Role};
use crate::site::Site;
use crate::store::sessions;

/// The caller of an API call, known by its token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client_id: String,
    /// The subject.
    pub(crate) id: String,
    /// What the history names: a person's user name or a service account's client id.
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: Role,
}

impl Caller {
    /// Refuses a call for which the caller lacks the permission.
    pub(crate) fn must(
        &self,
        permission: &Permission,
        environment: Option<&str>,
    ) -> Result<(), ApiError> {
        if self.role.may(permission, environment) {
            return Ok(());
        }
        Err(ApiError::lacks(permission, environment))
    }
}

/// Finds out who calls. The access token must have been signed here, not have expired, and its
/// session must not have been revoked.
pub(crate) async fn authenticate(site: &Site, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let Some(token) = bearer(headers) else {
        return Err(ApiError::unauthorized("A bearer token is needed."));
    };
    let refused = || ApiError::unauthorized("The token does not count, or not any more.");
    let claims = tokens::read_access_token(site, token, true).ok_or_else(refused)?;
    let (session, now) = (claims.sid.clone(), Utc::now());
    let live = site
        .store
        .call(move |db| sessions::live(db, &session, now))
        .await?;
    live.ok_or_else(refused)?;
    if !has_scope(&claims.scope, "api") {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "The token lacks the scope api.",
        ));
    }
    // A service account may have a person's name and is not that person.
    let person = (claims.client_id == DESKTOP)
        .then(|| people::by_id(&claims.sub))
        .flatten();
    if let Some(person) = person {
        return Ok(Caller {
            client_id: claims.client_id,
            id: person.id.to_owned(),
            username: person.username.to_owned(),
            display_name: person.display_name.to_owned(),
            email: Some(person.email.to_owned()),
            role: person.role,
        });
    }
    match &site.service_account {
        Some(account) if account.client_id == claims.sub => Ok(Caller {
            client_id: claims.client_id,
            id: account.client_id.clone(),
            username: account.client_id.clone(),
            display_name: account.client_id.clone(),
            email: None,
            role: Role::Admin,
        }),
        _ => Err(refused()),
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// The caller that the layer in front of the API found.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| ApiError::unauthorized("A bearer token is needed."))
    }
}
