//! Who makes an API call.

use axum::extract::FromRequestParts;
use chrono::Utc;
use http::request::Parts;
use http::{HeaderMap, header};
use miso_api::{ErrorCode, Permission};

use super::client::{DESKTOP, has_scope};
use super::tokens;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::people::{self, Role};
use crate::site::Site;
use crate::store::access::{self, Grant, Subjects};
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
    /// What the caller is for single applications beside that.
    pub(crate) grants: Vec<Grant>,
}

impl Caller {
    /// What the caller may do with an application in an environment; without one, in any.
    pub(crate) fn permissions_on(
        &self,
        application: &str,
        environment: Option<&str>,
    ) -> Vec<Permission> {
        let mut all = self.role.permissions(environment);
        let given = self
            .grants
            .iter()
            .filter(|grant| grant.application == application)
            .flat_map(|grant| grant.permissions(environment));
        for permission in given {
            if !all.contains(&permission) {
                all.push(permission);
            }
        }
        all
    }

    /// Refuses a call about an application for which the caller lacks the permission.
    pub(crate) fn must_on(
        &self,
        permission: &Permission,
        application: &str,
        environment: Option<&str>,
    ) -> Result<(), ApiError> {
        let all = self.permissions_on(application, environment);
        if all.contains(permission) {
            return Ok(());
        }
        Err(ApiError::lacks(permission, environment))
    }

    /// The same for what concerns all environments.
    pub(crate) fn must_everywhere(
        &self,
        permission: &Permission,
        application: &str,
    ) -> Result<(), ApiError> {
        let mut all = environments::ALL.iter();
        all.try_for_each(|environment| self.must_on(permission, application, Some(environment.key)))
    }

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
    by_token(site, token).await
}

/// Whom an access token was given to.
pub(crate) async fn by_token(site: &Site, token: &str) -> Result<Caller, ApiError> {
    let refused = || ApiError::unauthorized("The token does not count, or not any more.");
    let claims = tokens::read_access_token(site, token, true).ok_or_else(refused)?;
    // A service account may have a person's name and is not that person.
    let person = (claims.client_id == DESKTOP)
        .then(|| people::by_id(&claims.sub))
        .flatten();
    let (session, now) = (claims.sid.clone(), Utc::now());
    let subjects = match &person {
        Some(person) => Subjects {
            names: vec![person.id, person.username, person.email]
                .into_iter()
                .map(str::to_owned)
                .collect(),
            groups: vec![person.role.group().to_owned()],
        },
        None => Subjects {
            names: vec![claims.sub.clone()],
            groups: Vec::new(),
        },
    };
    let (live, grants) = site
        .store
        .call(move |db| {
            Ok((
                sessions::live(db, &session, now)?,
                access::grants(db, &subjects)?,
            ))
        })
        .await?;
    live.ok_or_else(refused)?;
    if !has_scope(&claims.scope, "api") {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "The token lacks the scope api.",
        ));
    }
    if let Some(person) = person {
        return Ok(Caller {
            client_id: claims.client_id,
            id: person.id.to_owned(),
            username: person.username.to_owned(),
            display_name: person.display_name.to_owned(),
            email: Some(person.email.to_owned()),
            role: person.role,
            grants,
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
            grants,
        }),
        _ => Err(refused()),
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
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
