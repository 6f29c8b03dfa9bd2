//! Whether the instance answers (API-V1.md §3.6): for everybody.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::auth::named;
use super::extract::Env;
use super::form::{both_ways, object, single};
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::Shared;

/// What the instance says it deploys to: clients ask more often where it is near.
const MODE: &str = "local";

/// `GET /health`: for what looks whether a container lives.
pub(super) async fn probe() -> Json<Value> {
    Json(json!({"status": "healthy"}))
}

/// `GET /api/v1/health` and `/health/readiness`. Some clients look beside `data`.
pub(super) async fn of_instance() -> Json<Value> {
    both_ways(object(json!({"status": "healthy", "deploymentType": MODE})))
}

/// `GET /pipeline/{env}/health`
pub(super) async fn of_pipeline(Env(environment): Env) -> Json<Value> {
    single(json!({"healthy": true, "environment": environment.name}))
}

/// `GET /auth/login/diagnostics`: what a sign-in needs, as it is.
pub(super) async fn diagnostics(
    State(site): State<Shared>,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let environment = named(query.get("environment"))?.map(|environment| environment.name);
    site.store
        .call(|db| Ok(db.execute_batch("SELECT 1")?))
        .await?;
    Ok(single(json!({
        "database": {"status": "healthy"},
        "controller": {"status": "healthy", "url": site.issuer},
        "environment": environment.map(|key| json!({"key": key, "status": "healthy"})),
        "keycloak": {"status": "healthy", "issuer": site.issuer},
    })))
}
