//! `/api/v1`, as shipping controllers have it (API-V1.md), over the same state as the documented
//! API: another sign-in, other names and envelopes, other limits. Where clients disagree about a
//! shape, it is the one that all of them read.
//!
//! Left out is what nothing stands behind here: the browser sign-in with a cookie or a token in the
//! address (`GET /auth/login`, `/auth/callback`, `/auth/session`: this provider keeps no cookie, and
//! a browser signs in at the issuer), users, groups and dimensions, changes of environments and their
//! infrastructure, and the caches of `/auth/cache`.

mod applications;
mod auth;
mod clients;
mod deployments;
mod devices;
mod drafts;
mod environments;
mod extract;
mod filter;
mod form;
mod health;
mod ingest;
mod jobs;
mod limit;
mod lists;
mod log_lists;
mod log_stats;
mod names;
mod pipeline;
mod placed;
mod principal;
mod problem;
mod registering;
mod rights;
mod statuses;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::Utc;
use miso_api::ErrorCode;

use crate::http::envelope::ApiError;
use crate::site::Shared;

pub(crate) use drafts::Drafts;
pub(crate) use limit::WindowLimit;
pub(crate) use problem::in_its_form;

/// Where all of it is, but the probe of containers.
const ROOT: &str = "/api/v1";
/// Counts requests that carry no token that counts.
const NOBODY: &str = "";

/// Whether a path is one of v1.
pub(crate) fn is_ours(path: &str) -> bool {
    let below = path.strip_prefix(ROOT);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/health", get(health::probe))
        .nest(ROOT, signing_in().merge(resources()).merge(logs()))
}

fn signing_in() -> Router<Shared> {
    Router::new()
        .route("/health", get(health::of_instance))
        .route("/health/readiness", get(health::of_instance))
        .route("/auth/token", post(auth::token))
        .route(
            "/auth/client-token",
            get(auth::client_token).post(auth::client_token),
        )
        .route(
            "/auth/validate-client-token",
            post(auth::validate_client_token),
        )
        .route("/auth/token/exchange", post(auth::exchange))
        .route("/auth/validate", post(auth::validate))
        .route("/auth/user", get(auth::user))
        .route("/auth/roles", get(auth::roles))
        .route("/auth/roles/refresh", get(auth::roles))
        .route("/auth/permissions", get(auth::permissions))
        .route("/auth/permissions/refresh", get(auth::permissions))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/login", post(devices::begin))
        .route("/auth/login/device/token", post(devices::poll))
        .route("/auth/login/device/refresh", post(devices::refresh))
        .route("/auth/login/diagnostics", get(health::diagnostics))
        .route("/auth/refresh", post(devices::refresh))
}

fn resources() -> Router<Shared> {
    const PLACED: &str = "/environments/{env}/applications/{app}";
    Router::new()
        .route(
            "/applications",
            get(applications::list).post(applications::create),
        )
        .route(
            "/applications/{app}",
            get(applications::get)
                .patch(applications::patch)
                .delete(applications::delete),
        )
        .route("/environments", get(environments::list))
        .route("/environments/{env}", get(environments::get))
        .route("/environments/{env}/status", get(environments::status))
        .route("/environments/{env}/roles", get(environments::roles))
        .route("/environments/{env}/applications", get(placed::list))
        .route(
            "/environments/{env}/applications/register",
            post(registering::register),
        )
        .route(
            "/environments/{env}/applications/deploy",
            post(pipeline::deploy_image),
        )
        .route(
            "/environments/{env}/applications/self/status",
            post(placed::report),
        )
        .route(PLACED, get(placed::get))
        .route(&format!("{PLACED}/status"), get(placed::status))
        .route(
            &format!("{PLACED}/rotate-secret"),
            post(registering::rotate),
        )
        .route(
            &format!("{PLACED}/deployments"),
            get(deployments::of_application),
        )
        .route("/environments/{env}/deployments", get(deployments::list))
        .route(
            "/environments/{env}/deployments/{id}",
            get(deployments::get),
        )
        .route(
            "/environments/{env}/deployments/{id}/logs",
            get(deployments::logs),
        )
        .route("/pipeline/{env}/validate", post(pipeline::validate))
        .route("/pipeline/{env}/deploy", post(pipeline::deploy))
        .route("/pipeline/{env}/deployments/{id}", get(pipeline::status))
        .route("/pipeline/{env}/health", get(health::of_pipeline))
}

fn logs() -> Router<Shared> {
    Router::new()
        .route("/logs", post(ingest::one))
        .route("/logs/batch", post(ingest::batch))
        .route("/logs/general", get(log_lists::general))
        .route("/logs/general/{id}", get(log_lists::general_entry))
        .route("/logs/audit", get(log_lists::audit))
        .route("/logs/audit/{id}", get(log_lists::audit_entry))
        .route("/logs/jobs", get(log_lists::jobs))
        .route("/logs/jobs/{id}", get(log_lists::job_entry))
        .route("/logs/stats/summary", get(log_stats::summary))
        .route("/logs/stats/errors", get(log_stats::errors))
        .route("/logs/stats/users", get(log_stats::users))
        .route("/logs/stats/applications", get(log_stats::applications))
        .route("/logs/export", get(log_stats::export))
}

/// In front of every call of v1: who calls, and whether not too often. Who sends no token is let
/// through to calls that need none; a token that does not count is refused but where signing in
/// begins anew.
pub(crate) async fn admit(site: Shared, mut request: Request, next: Next) -> Response {
    let is_sign_in = is_sign_in(request.uri().path());
    let caller = match principal::authenticate(&site, request.headers()).await {
        Ok(caller) => caller,
        Err(_) if is_sign_in => None,
        Err(error) => return error.into_response(),
    };
    let client = caller
        .as_ref()
        .map_or(NOBODY, |principal| principal.caller.client_id.as_str());
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or(0);
    // As the documented API's provider, a sign-in is outside the limit: who is let in nowhere else
    // could end nobody's waiting.
    let is_one_too_many = !is_sign_in
        && site
            .v1_limit
            .as_ref()
            .is_some_and(|limit| !limit.admit(client, now));
    if is_one_too_many {
        return ApiError::new(ErrorCode::RateLimited, "Too many requests.").into_response();
    }
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

/// Whether a path is where somebody signs in who has no token yet, or one that has ended.
fn is_sign_in(path: &str) -> bool {
    let below = path.strip_prefix(ROOT).unwrap_or_default();
    matches!(
        below,
        "/auth/token" | "/auth/client-token" | "/auth/validate-client-token" | "/auth/refresh"
    ) || below == "/auth/login"
        || below.starts_with("/auth/login/")
}
