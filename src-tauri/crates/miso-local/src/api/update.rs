//! Applications changed and removed (API.md, "Applications").

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use miso_api::{
    Application, ErrorDetail, ErrorEnvelope, Event, EventKind, Permission, is_production, manifest,
};
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::applications::read;
use super::deployments::must_exist;
use super::parameters::{Force, IfMatch, Key, ManifestChange};
use super::segments::Segment;
use crate::environments;
use crate::http::body::JsonObject;
use crate::http::conditions::must_match;
use crate::http::envelope::ApiError;
use crate::http::query::{self, Query};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::sealing::Seal;
use crate::site::{Shared, Site};
use crate::store::{self, StoreError, applications, deployments, events, placements};

/// Changes an application: its whole manifest, as a read gave it. What it names takes effect at the
/// next deployment of each environment, but `displayName` and `description`, which show at once. A
/// secret without a value keeps its own.
#[utoipa::path(
    put,
    path = "/api/applications/{key}",
    operation_id = "updateApplication",
    tag = "Applications",
    params(Key, IfMatch),
    request_body = ManifestChange,
    responses(
        (status = 200, description = "It was changed.", body = Application, headers(
            ("ETag" = String, description = "The version of the manifest."))),
        (status = 409, description = "It was changed meanwhile; `ETag` has the newer version.",
            body = ErrorEnvelope)
    )
)]
pub(super) async fn put(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    headers: HeaderMap,
    JsonObject(sent): JsonObject,
) -> Result<Response, ApiError> {
    must_exist(&site, &key).await?;
    caller.must_on(&Permission::ApplicationsUpdate, &key, None)?;
    let sent = checked(sent, &key)?;
    rewrite(&site, &caller, &key, headers, sent).await?;
    let (view, etag) = read(&site, &caller, &key).await?;
    Ok(([(header::ETAG, etag)], Json(view.body)).into_response())
}

/// Removes an application with all that belongs to it: what runs of it, its history, its logs and
/// its secrets.
#[utoipa::path(
    delete,
    path = "/api/applications/{key}",
    operation_id = "deleteApplication",
    tag = "Applications",
    params(Key, Force),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It runs in production, or is being removed already.",
            body = ErrorEnvelope)
    )
)]
pub(super) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<StatusCode, ApiError> {
    must_exist(&site, &key).await?;
    caller.must_everywhere(&Permission::ApplicationsDelete, &key)?;
    let force = query.word("force", &["true", "false"])?.as_deref() == Some("true");
    take_away(site, key, force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a checked manifest as the next version of an application, in the caller's name.
pub(crate) async fn rewrite(
    site: &Site,
    caller: &Caller,
    key: &str,
    headers: HeaderMap,
    sent: Map<String, Value>,
) -> Result<(), ApiError> {
    let change = Update {
        seal: std::sync::Arc::clone(&site.seal),
        caller: caller.clone(),
        key: key.to_owned(),
        headers,
        sent,
    };
    site.store.call(move |db| Ok(change.write(db))).await?
}

/// Removes an application with all that belongs to it.
pub(crate) async fn take_away(site: Shared, key: String, force: bool) -> Result<(), ApiError> {
    if !site.platform.begin_closing(&key) {
        return Err(ApiError::conflict(format!(
            "{key} is being removed already."
        )));
    }
    // It goes on to its end, whether or not the caller waits for it.
    let removing = tokio::spawn(async move {
        let removed = remove(&site, &key, force).await;
        site.platform.end_closing(&key);
        removed
    });
    removing.await.map_err(ApiError::internal)?
}

/// Removes the row first: from then on nothing of it comes back, whenever the instance ends.
async fn remove(site: &Site, key: &str, force: bool) -> Result<(), ApiError> {
    let application = key.to_owned();
    site.store
        .call(move |db| Ok(remove_row(db, &application, force)))
        .await??;
    site.platform.close(key).await;
    Ok(())
}

fn remove_row(db: &mut Connection, key: &str, force: bool) -> Result<(), ApiError> {
    let change = db.transaction().map_err(StoreError::from)?;
    if !force {
        for environment in environments::ALL {
            let place = Place::new(key, environment.key);
            let runs = placements::get(&change, &place)?.is_some_and(|known| known.wanted)
                || deployments::under_way(&change, &place)?.is_some();
            if runs && is_production(environment.key) {
                return Err(ApiError::conflict(format!(
                    "{place} runs in production. With ?force=true it is removed all the same."
                )));
            }
        }
    }
    if !applications::delete(&change, key)? {
        return Err(ApiError::no_such("application", key));
    }
    Ok(change.commit().map_err(StoreError::from)?)
}

/// A manifest fit to be stored under that key, or what is wrong with it.
pub(crate) fn checked(
    mut sent: Map<String, Value>,
    key: &str,
) -> Result<Map<String, Value>, ApiError> {
    sent.entry("key").or_insert_with(|| key.into());
    let named = Value::Object(sent.clone());
    let mut wrong: Vec<ErrorDetail> = manifest::violations(&named)
        .into_iter()
        .map(|violation| ErrorDetail {
            message: violation.to_string(),
            field: violation.field,
        })
        .collect();
    if wrong.is_empty() && named["key"] != key {
        wrong.push(ErrorDetail {
            field: "key".to_owned(),
            message: format!("cannot be changed: it is {key}"),
        });
    }
    query::refuse(wrong)?;
    Ok(manifest::without_absent(manifest::without_read_only(sent)))
}

struct Update {
    seal: std::sync::Arc<Seal>,
    caller: Caller,
    key: String,
    headers: HeaderMap,
    sent: Map<String, Value>,
}

impl Update {
    fn write(self, db: &mut Connection) -> Result<(), ApiError> {
        let change = db.transaction().map_err(StoreError::from)?;
        let Some((stored, document)) = applications::with_document(&change, &self.key)? else {
            return Err(ApiError::no_such("application", &self.key));
        };
        must_match(
            &self.headers,
            &stored.version.to_string(),
            "The application",
        )?;
        let new = document.rewritten(&self.seal, self.sent)?;
        // What an environment has of its own is changed by who may change it there.
        for environment in document.differing(&new) {
            let there = Some(environment);
            self.caller
                .must_on(&Permission::ApplicationsUpdate, &self.key, there)?;
        }
        applications::save_document(&change, stored, new)?;
        let event = Event {
            at: store::now(),
            kind: EventKind::Configuration,
            by: Some(self.caller.username),
            summary: "The application was changed.".to_owned(),
            reference: Some(self.key.clone()),
        };
        events::note(&change, &self.key, None, &event)?;
        Ok(change.commit().map_err(StoreError::from)?)
    }
}
