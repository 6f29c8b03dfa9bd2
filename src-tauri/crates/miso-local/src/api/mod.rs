//! The API (API.md): who calls, how often, and the routes; those of its other reading stand in
//! `v1/`.

mod access;
mod access_requests;
pub(crate) mod applications;
pub(crate) mod calls;
mod configuration;
mod create;
pub(crate) mod deployment_logs;
pub(crate) mod deployments;
mod docs;
pub(crate) mod environments;
mod events;
mod health;
mod logs;
mod logs_live;
mod metrics;
pub(crate) mod openapi;
mod parameters;
mod segments;
pub(crate) mod update;
mod users;
pub(crate) mod view;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::Method;
use http::Uri;
use miso_api::ErrorCode;

pub(crate) use create::create_application;

use calls::Mark;

use crate::http::envelope::ApiError;
use crate::http::guard::guard;
use crate::http::rest::take_rest;
use crate::oidc;
use crate::site::Shared;
use crate::v1;

/// Counts requests that carry no token that counts.
const NOBODY: &str = "";

/// Everything the instance answers on its own port.
pub(crate) fn router(site: Shared, port: u16) -> Router {
    let mut routes = oidc::routes();
    if site.speaks.documented() {
        let (documented, _described) =
            calls::served(openapi::base(), &site.without).split_for_parts();
        routes = routes.merge(documented);
    }
    if site.speaks.v1() {
        routes = routes.merge(v1::routes());
    }
    routes
        .fallback(no_such_path)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn_with_state(site.clone(), admit))
        .layer(from_fn_with_state(port, guard))
        .layer(from_fn_with_state(site.clone(), v1::in_its_form))
        .layer(from_fn(take_rest))
        .with_state(site)
}

/// The `operationId`s of the calls that [`crate::Options::without`] may name: those that the public
/// document does not state (API.md, mark O).
pub fn optional_calls() -> Vec<String> {
    let ours = calls::all()
        .into_iter()
        .filter(|call| call.mark == Mark::Ours);
    ours.map(|call| call.id()).collect()
}

/// In front of every API call: who calls, and whether not too often. The provider's endpoints are
/// outside the limit (API.md, "Errors").
async fn admit(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if site.speaks.v1() && v1::is_ours(path) {
        return v1::admit(site, request, next).await;
    }
    if !site.speaks.documented() {
        return next.run(request).await;
    }
    if path != "/api" && !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let caller = oidc::access::authenticate(&site, request.headers()).await;
    let open = is_open(path);
    let client = caller
        .as_ref()
        .map_or(NOBODY, |caller| caller.client_id.as_str());
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or(0);
    let standing = site.limits.as_ref().map(|limits| limits.admit(client, now));
    let refusal = standing.as_ref().and_then(|standing| standing.refusal());
    let mut response = match (caller, refusal) {
        // Who must sign in anew hears that, and not that it is to wait.
        (Err(error), _) if !open => error.into_response(),
        (Ok(_) | Err(_), Some(refusal)) => refusal.into_response(),
        (Err(_), None) => next.run(request).await,
        (Ok(caller), None) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    if let Some(standing) = standing {
        standing.put_on(response.headers_mut());
    }
    response
}

/// Whether a path is for everybody: the document and its explorer, which a browser opens without a
/// token.
fn is_open(path: &str) -> bool {
    path == "/api/openapi.json" || path == "/api/docs" || path.starts_with("/api/docs/")
}

async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::no_such_path(uri.path())
}

async fn other_method(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    oidc::other_method(&method, path).unwrap_or_else(|| {
        let message = format!("{method} is not possible on {path}.");
        ApiError::new(ErrorCode::MethodNotAllowed, message).into_response()
    })
}

#[cfg(test)]
mod tests;
