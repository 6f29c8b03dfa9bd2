//! Applications as templates, without an environment (API-V1.md §3.1).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use miso_api::EnvironmentEntry;
use serde_json::{Map, Value, json};

use super::auth::text;
use super::extract::{App, Sent};
use super::form::single;
use super::lists::Listed;
use super::principal::Principal;
use super::statuses;
use crate::api::applications::must_not_be_closing;
use crate::api::create_application;
use crate::api::deployments::must_exist;
use crate::api::update::{checked, rewrite, take_away};
use crate::api::view::Placements;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::{Shared, Site};
use crate::store::applications::{self, StoredApplication};

const LISTED: Listed<'_> = Listed {
    kind: "application",
    path: "/api/v1/applications",
    searched: &["key", "displayName", "description"],
    sorted: &["key", "displayName", "status", "createdAt", "updatedAt"],
    asked: &["status"],
};

/// `GET /applications`
pub(super) async fn list(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("applications:read", None, None)?;
    let (stored, placements) = site
        .store
        .call(|db| Ok((applications::all(db)?, Placements::all(db)?)))
        .await?;
    let rows = stored.iter().map(|stored| {
        template(
            stored,
            &placements.entries(&stored.key, &site.platform, &whose.caller),
        )
    });
    LISTED.page(&query, rows.collect())
}

/// `POST /applications`: the manifest is in `configuration`. Nothing is deployed by it.
pub(super) async fn create(
    State(site): State<Shared>,
    whose: Principal,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    whose.must("applications:create", None, None)?;
    let mut manifest = manifest_of(&body)?.unwrap_or_default();
    overlay(&mut manifest, &body);
    if let Some(key) = text(&manifest, "key") {
        must_not_be_closing(&site, key)?;
    }
    let created =
        create_application(&site.store, &site.seal, manifest, environments::FIRST).await?;
    let body = read(&site, &whose, &created.application.key).await?;
    Ok((StatusCode::CREATED, single(body)).into_response())
}

/// `GET /applications/{appKey}`
pub(super) async fn get(
    State(site): State<Shared>,
    whose: Principal,
    App(key): App,
) -> Result<Json<Value>, ApiError> {
    whose.must("applications:read", Some(&key), None)?;
    read(&site, &whose, &key).await.map(single)
}

/// `PATCH /applications/{appKey}`: what it names is changed, the manifest as a whole. Status and
/// address are the platform's own and stay.
pub(super) async fn patch(
    State(site): State<Shared>,
    whose: Principal,
    App(key): App,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    whose.must("applications:update", Some(&key), None)?;
    let stored = stored(&site, &key).await?;
    let mut manifest = match manifest_of(&body)? {
        Some(manifest) => with_environments_of(manifest, &stored),
        None => stored.manifest,
    };
    overlay(&mut manifest, &body);
    let manifest = checked(manifest, &key)?;
    rewrite(&site, &whose.caller, &key, HeaderMap::new(), manifest).await?;
    read(&site, &whose, &key).await.map(single)
}

/// `DELETE /applications/{appKey}`
pub(super) async fn delete(
    State(site): State<Shared>,
    whose: Principal,
    App(key): App,
) -> Result<StatusCode, ApiError> {
    whose.must("applications:delete", Some(&key), None)?;
    must_exist(&site, &key).await?;
    take_away(site, key, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An application, as it is stored.
async fn stored(site: &Site, key: &str) -> Result<StoredApplication, ApiError> {
    let wanted = key.to_owned();
    let found = site
        .store
        .call(move |db| applications::get(db, &wanted))
        .await?;
    found.ok_or_else(|| ApiError::no_such("application", key))
}

/// A manifest with what the application has of its own for single environments: v1 has no word for
/// it, so a manifest that comes without it does not mean to end it.
fn with_environments_of(
    mut manifest: Map<String, Value>,
    stored: &StoredApplication,
) -> Map<String, Value> {
    if let (None, Some(own)) = (
        manifest.get("environments"),
        stored.manifest.get("environments"),
    ) {
        manifest.insert("environments".to_owned(), own.clone());
    }
    manifest
}

async fn read(site: &Site, whose: &Principal, key: &str) -> Result<Value, ApiError> {
    let stored = stored(site, key).await?;
    let wanted = key.to_owned();
    let placements = site
        .store
        .call(move |db| Placements::of(db, &wanted))
        .await?;
    let entries = placements.entries(key, &site.platform, &whose.caller);
    Ok(template(&stored, &entries))
}

fn template(stored: &StoredApplication, entries: &[EnvironmentEntry]) -> Value {
    let field = |name: &str| stored.manifest.get(name);
    let url = entries.iter().rev().find_map(|entry| entry.url.as_ref());
    json!({
        "id": stored.key,
        "key": stored.key,
        "displayName": field("displayName"),
        "description": field("description"),
        "url": url,
        "configuration": stored.manifest,
        "status": statuses::of_all(entries),
        "createdAt": stored.created_at,
        "updatedAt": stored.updated_at,
    })
}

/// The manifest in a body.
fn manifest_of(body: &Map<String, Value>) -> Result<Option<Map<String, Value>>, ApiError> {
    match body.get("configuration") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(manifest)) => Ok(Some(manifest.clone())),
        Some(_) => Err(ApiError::field("configuration", "must be an object")),
    }
}

/// Puts what a body names beside the manifest into it.
fn overlay(manifest: &mut Map<String, Value>, body: &Map<String, Value>) {
    for name in ["key", "displayName", "description"] {
        if let Some(value) = body.get(name) {
            manifest.insert(name.to_owned(), value.clone());
        }
    }
}
