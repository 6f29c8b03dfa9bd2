//! What handlers take: parts of the path by their names, and bodies that may be missing.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use http::request::Parts;
use serde_json::{Map, Value};

use super::names::{self, Environment};
use crate::http::body::{self, JsonObject};
use crate::http::envelope::ApiError;

/// The environment in a path; 404 for one that v1 has no name for.
pub(super) struct Env(pub(super) Environment);

/// The key of the application in a path.
pub(super) struct App(pub(super) String);

/// The id in a path.
pub(super) struct Id(pub(super) String);

/// A JSON object; none where there is no body, as v1's clients call many a POST.
pub(super) struct Sent(pub(super) Map<String, Value>);

impl<S: Send + Sync> FromRequestParts<S> for Env {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let name = part(parts, state, "env").await?;
        let found = names::find(&name);
        found
            .map(Self)
            .ok_or_else(|| ApiError::no_such("environment", &name))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for App {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        part(parts, state, "app").await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        part(parts, state, "id").await.map(Self)
    }
}

/// A part that is not UTF-8 names nothing.
async fn part<S: Send + Sync>(parts: &Parts, state: &S, name: &str) -> Result<String, ApiError> {
    let unknown = || ApiError::no_such_path(parts.uri.path());
    let parameters = RawPathParams::from_request_parts(&mut parts.clone(), state)
        .await
        .map_err(|_| unknown())?;
    let mut named = parameters.iter().filter(|(known, _)| *known == name);
    named
        .next()
        .map(|(_, value)| value.to_owned())
        .ok_or_else(unknown)
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = body::read(&parts.headers, body).await?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        let JsonObject(object) = JsonObject::from_request(request, state).await?;
        Ok(Self(object))
    }
}
