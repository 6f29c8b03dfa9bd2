//! Deployments of an environment (API-V1.md §3.4).

use axum::Json;
use axum::extract::State;
use miso_api::Deployment;
use serde_json::{Map, Value, json};

use super::extract::{App, Env, Id};
use super::form::single;
use super::jobs::{self, Asked};
use super::lists::Listed;
use super::names::{self, Environment};
use super::principal::Principal;
use super::statuses;
use crate::api::deployments::{find, must_exist};
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::{Shared, Site};
use crate::store::deployments::{self as stored, Filter, StoredDeployment};

/// `GET /environments/{envKey}/deployments`
pub(super) async fn list(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("deployments:read", None, Some(environment))?;
    let own = whose.own.as_ref().map(|place| place.application.clone());
    let path = format!("/api/v1/environments/{}/deployments", environment.name);
    page(&site, &query, &path, environment, own).await
}

/// `GET /environments/{envKey}/applications/{appKey}/deployments`
pub(super) async fn of_application(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    App(key): App,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("deployments:read", Some(&key), Some(environment))?;
    must_exist(&site, &key).await?;
    let name = environment.name;
    let path = format!("/api/v1/environments/{name}/applications/{key}/deployments");
    page(&site, &query, &path, environment, Some(key)).await
}

/// `GET /environments/{envKey}/deployments/{deploymentId}`
pub(super) async fn get(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    let found = there(&site, &whose, environment, &id).await?;
    let logs = jobs::ends(&site, &found.deployment).await?;
    let mut body = row(&found.deployment);
    let mut manifest = found.manifest;
    manifest.insert("image".to_owned(), json!(found.deployment.image));
    body.insert("configuration".to_owned(), Value::Object(manifest));
    body.insert(
        "jobs".to_owned(),
        json!(jobs::all(&found.deployment, &logs)),
    );
    Ok(single(Value::Object(body)))
}

/// `GET /environments/{envKey}/deployments/{deploymentId}/logs`. `since` gives the lines of that
/// moment too: more than one may have it, and each has an id to be known again by.
pub(super) async fn logs(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Id(id): Id,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let since = query.time("since")?;
    let found = there(&site, &whose, environment, &id).await?;
    let asked = Asked {
        job: query.get("jobId"),
        level: query.get("level"),
        since,
        until: None,
    };
    let lines = jobs::logs(&site, &found.deployment, asked).await?;
    Ok(single(json!(lines)))
}

/// A deployment, if it is one of that environment and the caller may see it.
pub(super) async fn there(
    site: &Site,
    whose: &Principal,
    environment: Environment,
    id: &str,
) -> Result<StoredDeployment, ApiError> {
    whose.must("deployments:read", None, Some(environment))?;
    let found = find(site, id).await?;
    let (place, key) = (
        &found.deployment.environment,
        &found.deployment.application_key,
    );
    if environment.key != Some(place.as_str()) {
        return Err(ApiError::no_such("deployment", id));
    }
    whose.must("deployments:read", Some(key), Some(environment))?;
    Ok(found)
}

async fn page(
    site: &Site,
    query: &Query,
    path: &str,
    environment: Environment,
    application: Option<String>,
) -> Result<Json<Value>, ApiError> {
    let found = match environment.key {
        Some(key) => {
            let filter = Filter {
                application,
                environment: Some(key.to_owned()),
                backwards: true,
                ..Filter::default()
            };
            let all = site
                .store
                .call(move |db| stored::list(db, &filter, 0, u32::MAX));
            all.await?.0
        }
        None => Vec::new(),
    };
    let rows = found.iter().map(|one| Value::Object(row(one)));
    let listed = Listed {
        kind: "deployment",
        path,
        searched: &["id", "targetId", "status", "configuration.image"],
        sorted: &["createdAt", "updatedAt", "status", "targetId"],
        asked: &["status", "deploymentType"],
    };
    listed.page(query, rows.collect())
}

/// A deployment in a list: of its configuration, which is large, the image alone.
fn row(deployment: &Deployment) -> Map<String, Value> {
    let updated = deployment
        .completed_at
        .or(deployment.started_at)
        .or(deployment.created_at);
    super::form::object(json!({
        "id": deployment.id,
        "deploymentId": deployment.id,
        "deploymentType": "application",
        "targetId": deployment.application_key,
        "applicationKey": deployment.application_key,
        "environment": names::of_key(&deployment.environment),
        "status": statuses::of_deployment(&deployment.status),
        "progress": deployment.progress,
        "configuration": {"key": deployment.application_key, "image": deployment.image},
        "dryRun": false,
        "createdAt": deployment.created_at,
        "updatedAt": updated,
    }))
}
