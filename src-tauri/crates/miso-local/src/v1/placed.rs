//! Applications in an environment (API-V1.md §3.3): those that were deployed or registered there.

use axum::Json;
use axum::extract::State;
use miso_api::{EnvironmentEntry, ErrorDetail};
use serde_json::{Map, Value, json};

use super::extract::{App, Env, Sent};
use super::form::{both_ways, object, single};
use super::lists::Listed;
use super::names::Environment;
use super::principal::Principal;
use super::statuses;
use crate::api::deployments::detail;
use crate::api::view::Placements;
use crate::http::envelope::ApiError;
use crate::http::query::{self, Query};
use crate::place::Place;
use crate::site::{Shared, Site};
use crate::store::applications::{self, StoredApplication};
use crate::store::registrations;

/// `GET /environments/{envKey}/applications`. An application sees itself.
pub(super) async fn list(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("environments-applications:read", None, Some(environment))?;
    let mut there = all(&site, &whose, environment).await?;
    if let Some(own) = &whose.own {
        there.retain(|(stored, _)| stored.key == own.application);
    }
    let rows = there
        .into_iter()
        .map(|(stored, entry)| Value::Object(whole(&stored, entry.as_ref(), environment)));
    let listed = Listed {
        kind: "application",
        path: &format!("/api/v1/environments/{}/applications", environment.name),
        searched: &["key", "displayName", "description"],
        sorted: &["key", "displayName", "status", "createdAt", "updatedAt"],
        asked: &["status"],
    };
    listed.page(&query, rows.collect())
}

/// `GET /environments/{envKey}/applications/{appKey}`
pub(super) async fn get(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    App(key): App,
) -> Result<Json<Value>, ApiError> {
    let permission = "environments-applications:read";
    whose.must(permission, Some(&key), Some(environment))?;
    let (stored, entry) = one(&site, &whose, environment, &key).await?;
    let body = whole(&stored, entry.as_ref(), environment);
    Ok(single(Value::Object(body)))
}

/// `GET /environments/{envKey}/applications/{appKey}/status`. Its fields stand at the top and below
/// `data`: of the published clients some read the one and some the other, and nothing but this
/// satisfies all.
pub(super) async fn status(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    App(key): App,
) -> Result<Json<Value>, ApiError> {
    let permission = "environments-applications:read";
    whose.must(permission, Some(&key), Some(environment))?;
    let (stored, entry) = one(&site, &whose, environment, &key).await?;
    Ok(both_ways(of_status(&stored, entry.as_ref(), environment)))
}

/// `POST /environments/{envKey}/applications/self/status`: an application says how it is. It is
/// answered with how the platform sees it: here health is what a probe saw and the address is the
/// one it was given, so what it says of itself changes neither.
pub(super) async fn report(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    let Some(own) = whose.own.clone() else {
        return Err(ApiError::new(
            miso_api::ErrorCode::Forbidden,
            "Only an application says how it is itself.",
        ));
    };
    let permission = "environments-applications:update";
    whose.must(permission, Some(&own.application), Some(environment))?;
    query::refuse(faults(&body))?;
    let (stored, entry) = one(&site, &whose, environment, &own.application).await?;
    Ok(both_ways(object(json!({
        "application": of_status(&stored, entry.as_ref(), environment),
        "message": "Noted. The status is what the platform's own probes see.",
    }))))
}

/// An application in an environment; 404 where it is not there.
pub(super) async fn one(
    site: &Site,
    whose: &Principal,
    environment: Environment,
    key: &str,
) -> Result<(StoredApplication, Option<EnvironmentEntry>), ApiError> {
    let nowhere = || {
        let message = format!("There is no application \"{key}\" in {}.", environment.name);
        ApiError::new(miso_api::ErrorCode::NotFound, message)
    };
    let own = environment.key.ok_or_else(nowhere)?;
    let place = Place::new(key, own);
    let read = site
        .store
        .call(move |db| {
            let Some(stored) = applications::get(db, &place.application)? else {
                return Ok(None);
            };
            let placements = Placements::of(db, &place.application)?;
            let is_registered = registrations::get(db, &place)?.is_some();
            Ok(Some((stored, placements, is_registered)))
        })
        .await?;
    let (stored, placements, is_registered) = read.ok_or_else(nowhere)?;
    let entries = placements.entries(key, &site.platform, &whose.caller);
    let entry = entries.into_iter().find(|entry| entry.environment == own);
    if entry.is_none() && !is_registered {
        return Err(nowhere());
    }
    Ok((stored, entry))
}

/// All that are in an environment.
async fn all(
    site: &Site,
    whose: &Principal,
    environment: Environment,
) -> Result<Vec<(StoredApplication, Option<EnvironmentEntry>)>, ApiError> {
    let Some(own) = environment.key else {
        return Ok(Vec::new());
    };
    let (stored, placements, registered) = site
        .store
        .call(move |db| {
            Ok((
                applications::all(db)?,
                Placements::all(db)?,
                registrations::keys_in(db, own)?,
            ))
        })
        .await?;
    let there = stored.into_iter().filter_map(|stored| {
        let entries = placements.entries(&stored.key, &site.platform, &whose.caller);
        let entry = entries.into_iter().find(|entry| entry.environment == own);
        let is_there = entry.is_some() || registered.contains(&stored.key);
        is_there.then_some((stored, entry))
    });
    Ok(there.collect())
}

/// What can be asked for often: without the manifest.
fn of_status(
    stored: &StoredApplication,
    entry: Option<&EnvironmentEntry>,
    environment: Environment,
) -> Map<String, Value> {
    let field = |name: &str| stored.manifest.get(name);
    let status = entry.map_or_else(|| statuses::of_all(&[]), statuses::of_entry);
    let url = entry.and_then(|entry| entry.url.as_ref());
    let image = entry.and_then(|entry| entry.image.as_ref());
    object(json!({
        "id": stored.key,
        "key": stored.key,
        "displayName": field("displayName"),
        "description": field("description"),
        "url": url,
        "internalUrl": url,
        "port": field("port"),
        "image": image,
        "status": status,
        "runtimeStatus": status,
        "environmentId": environment.name,
        "createdAt": stored.created_at,
        "updatedAt": entry.and_then(|entry| entry.last_deployed_at).unwrap_or(stored.updated_at),
    }))
}

/// The same with the manifest.
pub(super) fn whole(
    stored: &StoredApplication,
    entry: Option<&EnvironmentEntry>,
    environment: Environment,
) -> Map<String, Value> {
    let mut body = of_status(stored, entry, environment);
    body.insert("environment".to_owned(), json!(environment.name));
    body.insert("configuration".to_owned(), json!(stored.manifest));
    body
}

/// What is wrong with what an application says of itself.
fn faults(body: &Map<String, Value>) -> Vec<ErrorDetail> {
    const STATUSES: [&str; 5] = ["healthy", "degraded", "deploying", "error", "maintenance"];
    let mut wrong = Vec::new();
    let status = body.get("status").filter(|status| !status.is_null());
    if status.is_some_and(|status| !STATUSES.iter().any(|known| status == known)) {
        let known = STATUSES.join(", ");
        wrong.push(detail("status", &format!("must be one of {known}")));
    }
    let port = body.get("port").filter(|port| !port.is_null());
    let is_port = |port: &Value| {
        port.as_u64()
            .is_some_and(|port| (1..=65_535).contains(&port))
    };
    if port.is_some_and(|port| !is_port(port)) {
        wrong.push(detail("port", "must be a number from 1 to 65535"));
    }
    wrong
}
