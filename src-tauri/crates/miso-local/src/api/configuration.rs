//! The configuration of an application (API.md, "Configuration").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use miso_api::{Configuration, ConfigurationItems, ErrorEnvelope, Event, EventKind, Permission};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::deployments::{detail, items};
use super::parameters::{IfMatch, IfNoneMatch, InEnvironment, Key};
use super::segments::Segment;
use crate::deploy::item_faults;
use crate::document::{Document, Wish};
use crate::http::body::JsonObject;
use crate::http::conditions::{etag, is_known, must_match};
use crate::http::envelope::ApiError;
use crate::http::query::{self, Query};
use crate::oidc::access::Caller;
use crate::sealing::Seal;
use crate::site::Shared;
use crate::store::{self, StoreError, applications, events};

/// What the answer says about when a change counts.
const EFFECT: &str = "A change takes effect at the next deployment.";

/// The configuration in an environment; without one, the manifest's own items. Secrets are masked.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/configuration",
    operation_id = "getConfiguration",
    tag = "Configuration",
    params(Key, InEnvironment, IfNoneMatch),
    responses(
        (status = 200, description = "The items.", body = Configuration, headers(
            ("ETag" = String, description = "The version of the configuration, for `If-Match`."))),
        (status = 304, description = "They are what `If-None-Match` names.")
    )
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let environment = query.environment()?;
    let wanted = key.clone();
    let found = site
        .store
        .call(move |db| applications::with_document(db, &wanted))
        .await?;
    let (_, document) = found.ok_or_else(|| ApiError::no_such("application", &key))?;
    caller.must_on(&Permission::ConfigurationRead, &key, environment)?;
    let version = document.tag(environment);
    if is_known(&headers, &version) {
        let unchanged = (StatusCode::NOT_MODIFIED, [(header::ETAG, etag(&version)?)]);
        return Ok(unchanged.into_response());
    }
    answer(&document, environment)
}

/// Replaces the configuration in an environment, or the manifest's own items. What is left out is
/// deleted; a secret without a value keeps its own. It takes effect at the next deployment.
#[utoipa::path(
    put,
    path = "/api/applications/{key}/configuration",
    operation_id = "updateConfiguration",
    tag = "Configuration",
    params(Key, InEnvironment, IfMatch),
    request_body = ConfigurationItems,
    responses(
        (status = 200, description = "The items as they are now.", body = Configuration, headers(
            ("ETag" = String, description = "The version of the configuration."))),
        (status = 409, description = "It was changed meanwhile; `ETag` has the newer version.",
            body = ErrorEnvelope)
    )
)]
pub(super) async fn put(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
    headers: HeaderMap,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let environment = query.environment()?;
    super::deployments::must_exist(&site, &key).await?;
    caller.must_on(&Permission::ConfigurationUpdate, &key, environment)?;
    let change = Replacement {
        seal: Arc::clone(&site.seal),
        by: caller.username,
        key,
        environment,
        headers,
        items: checked(&body)?,
    };
    let document = site.store.call(move |db| Ok(change.write(db))).await??;
    answer(&document, environment)
}

fn checked(body: &Map<String, Value>) -> Result<Vec<Map<String, Value>>, ApiError> {
    let mut wrong = Vec::new();
    if body.get("items").is_none_or(Value::is_null) {
        wrong.push(detail("items", "is required, an array"));
    }
    let items = items(body, "items", &mut wrong);
    if wrong.is_empty() {
        wrong = item_faults(&items, "items");
    }
    query::refuse(wrong)?;
    Ok(items)
}

fn answer(document: &Document, environment: Option<&str>) -> Result<Response, ApiError> {
    let items = document.items(environment).into_iter();
    let items: Vec<Map<String, Value>> = items.map(|known| known.item).collect();
    let tag = etag(&document.tag(environment))?;
    let body = json!({"environment": environment, "items": items, "message": EFFECT});
    Ok(([(header::ETAG, tag)], Json(body)).into_response())
}

struct Replacement {
    seal: Arc<Seal>,
    by: String,
    key: String,
    environment: Option<&'static str>,
    headers: HeaderMap,
    items: Vec<Map<String, Value>>,
}

impl Replacement {
    fn write(self, db: &mut Connection) -> Result<Document, ApiError> {
        let change = db.transaction().map_err(StoreError::from)?;
        let Some((stored, mut document)) = applications::with_document(&change, &self.key)? else {
            return Err(ApiError::no_such("application", &self.key));
        };
        let version = document.tag(self.environment);
        must_match(&self.headers, &version, "The configuration")?;
        let wishes = self.items.into_iter();
        let wishes = wishes.map(|item| Wish { item, keeps: true }).collect();
        document.replace(&self.seal, self.environment, wishes)?;
        if document.tag(self.environment) == version {
            return Ok(document);
        }
        applications::save_document(&change, stored, document.clone())?;
        let of = self.environment.unwrap_or("the manifest");
        let event = Event {
            at: store::now(),
            kind: EventKind::Configuration,
            by: Some(self.by),
            summary: format!("The configuration of {of} was changed."),
            reference: self.environment.map(str::to_owned),
        };
        events::note(&change, &self.key, self.environment, &event)?;
        change.commit().map_err(StoreError::from)?;
        Ok(document)
    }
}
