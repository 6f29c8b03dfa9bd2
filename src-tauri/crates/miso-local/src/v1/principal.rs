//! Who makes a call of v1: a person, the service account, or an application (API-V1.md §2.1).

use axum::extract::FromRequestParts;
use chrono::Utc;
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

use super::clients;
use super::names::Environment;
use super::rights;
use crate::http::envelope::ApiError;
use crate::oidc::access::{self, Caller};
use crate::oidc::tokens;
use crate::people::Role;
use crate::place::Place;
use crate::site::Site;
use crate::store::access::Grant;
use crate::store::{registrations, sessions};

const CLIENT_TOKEN: HeaderName = HeaderName::from_static("x-client-token");

/// The caller of a call.
#[derive(Clone, Debug)]
pub(super) struct Principal {
    pub(super) caller: Caller,
    /// Where an application calls: its own place.
    pub(super) own: Option<Place>,
}

/// Finds out who calls; `None` where no token was sent. A person's token counts before a client's
/// that comes with it. Either kind may come in either header: clients do both.
pub(super) async fn authenticate(
    site: &Site,
    headers: &HeaderMap,
) -> Result<Option<Principal>, ApiError> {
    let token = match access::bearer(headers) {
        Some(token) => Some(token),
        None => client_token(headers),
    };
    match token {
        Some(token) => by_token(site, token).await.map(Some),
        None => Ok(None),
    }
}

/// The token of a request's `x-client-token`.
pub(super) fn client_token(headers: &HeaderMap) -> Option<&str> {
    headers.get(CLIENT_TOKEN)?.to_str().ok()
}

/// Whom a token was given to.
pub(super) async fn by_token(site: &Site, token: &str) -> Result<Principal, ApiError> {
    match access::by_token(site, token).await {
        Ok(caller) => Ok(Principal { caller, own: None }),
        Err(error) => application(site, token).await?.ok_or(error),
    }
}

/// The application that a client signed in as, as long as it is registered.
pub(super) fn of_place(place: Place) -> Principal {
    let client_id = clients::id_of(&place);
    let grant = Grant::new(&place.application, Role::Admin, &place.environment);
    Principal {
        caller: Caller {
            id: client_id.clone(),
            username: client_id.clone(),
            display_name: client_id.clone(),
            client_id,
            email: None,
            // It sees its own; what more it may do is looked at here, in `may`.
            role: Role::Viewer,
            grants: vec![grant],
        },
        own: Some(place),
    }
}

async fn application(site: &Site, token: &str) -> Result<Option<Principal>, ApiError> {
    let Some(claims) = tokens::read_access_token(site, token, true) else {
        return Ok(None);
    };
    let Some(place) = clients::place_of(&claims.client_id) else {
        return Ok(None);
    };
    let (own, now) = (place.clone(), Utc::now());
    let is_known = site
        .store
        .call(move |db| {
            let live = sessions::live(db, &claims.sid, now)?;
            Ok(live.is_some() && registrations::get(db, &own)?.is_some())
        })
        .await?;
    Ok(is_known.then(|| of_place(place)))
}

/// How a request tried to say who sends it (`authMethod` of API-V1.md §1.5).
pub(super) fn tried(headers: &HeaderMap) -> Option<&'static str> {
    let ways = [
        (header::AUTHORIZATION, "bearer"),
        (CLIENT_TOKEN, "client-token"),
        (HeaderName::from_static("x-client-id"), "client-credentials"),
        (HeaderName::from_static("x-api-key"), "api-key"),
    ];
    let mut tried = ways
        .into_iter()
        .filter(|(name, _)| headers.contains_key(name));
    tried.next().map(|(_, word)| word)
}

impl Principal {
    /// Refuses a call for which the caller lacks the permission, in an environment or anywhere, for
    /// one application or as such.
    pub(super) fn must(
        &self,
        permission: &'static str,
        application: Option<&str>,
        at: Option<Environment>,
    ) -> Result<(), ApiError> {
        if self.may(permission, application, at) {
            return Ok(());
        }
        let environment = at.map(|environment| environment.name);
        Err(ApiError::lacks_named(permission, environment))
    }

    fn may(&self, permission: &str, application: Option<&str>, at: Option<Environment>) -> bool {
        if let Some(own) = &self.own {
            let is_there = at.is_none_or(|at| at.key == Some(own.environment.as_str()));
            let is_own = application.is_none_or(|key| key == own.application);
            return is_there && is_own && rights::OF_AN_APPLICATION.contains(&permission);
        }
        self.permissions(application, at).contains(&permission)
    }

    /// What the caller may do.
    pub(super) fn permissions(
        &self,
        application: Option<&str>,
        at: Option<Environment>,
    ) -> Vec<&'static str> {
        if self.own.is_some() {
            return rights::OF_AN_APPLICATION.to_vec();
        }
        let mut all = rights::of_role(rights::role(self.caller.role, at));
        for role in self.granted(application, at) {
            let given = rights::of_role(role).into_iter();
            let of_it = given.filter(|permission| rights::is_about_one_application(permission));
            let new: Vec<_> = of_it.filter(|word| !all.contains(word)).collect();
            all.extend(new);
        }
        all
    }

    /// What the caller is, in v1's words.
    pub(super) fn roles(
        &self,
        application: Option<&str>,
        at: Option<Environment>,
    ) -> Vec<&'static str> {
        if self.own.is_some() {
            return Vec::new();
        }
        let mut all = vec![rights::role(self.caller.role, at)];
        for role in self.granted(application, at) {
            if !all.contains(&role) {
                all.push(role);
            }
        }
        all
    }

    /// The roles that were given for one application.
    fn granted(
        &self,
        application: Option<&str>,
        at: Option<Environment>,
    ) -> impl Iterator<Item = &'static str> {
        let key = at.map(|environment| environment.key.unwrap_or_default());
        let grants = self.caller.grants.iter();
        grants
            .filter(move |grant| application == Some(grant.application.as_str()))
            .filter_map(move |grant| grant.role_in(key))
            .map(move |role| rights::role(role, at))
    }
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = ApiError;

    /// The caller that the layer in front found.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| {
            let message = "A token is needed: Authorization: Bearer, or x-client-token.";
            ApiError::unauthorized(message)
        })
    }
}

/// The caller, where a call may also be made without a token.
pub(super) struct Perhaps(pub(super) Option<Principal>);

impl<S: Sync> FromRequestParts<S> for Perhaps {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(parts.extensions.get::<Principal>().cloned()))
    }
}
