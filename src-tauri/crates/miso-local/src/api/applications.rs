//! Applications: list, create, get (API.md, "Applications").

use std::cmp::Ordering;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use miso_api::{Application, ApplicationStatus, ApplicationType, ErrorEnvelope, Page, Permission};
use serde_json::{Map, Value};

use super::create::create_application;
use super::parameters::{ApplicationFilters, Key, Manifest, Pages};
use super::segments::Segment;
use super::view::{Placements, View};
use crate::deploy::{Order, keep_refused, place_order};
use crate::environments;
use crate::http::body::JsonObject;
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::Query;
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::{Shared, Site};
use crate::store::applications;

pub(super) const SORTS: [&str; 12] = [
    "key",
    "-key",
    "displayName",
    "-displayName",
    "type",
    "-type",
    "status",
    "-status",
    "createdAt",
    "-createdAt",
    "updatedAt",
    "-updatedAt",
];

/// The applications with all environments they were deployed to; without their `configuration`.
#[utoipa::path(
    get,
    path = "/api/applications",
    operation_id = "listApplications",
    tag = "Applications",
    params(Pages, ApplicationFilters),
    responses((status = 200, description = "One page of applications.", body = Page<Application>))
)]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Page<Map<String, Value>>>, ApiError> {
    caller.must(&Permission::ApplicationsRead, None)?;
    let paging = Paging::new("/api/applications", &query)?;
    let wanted = Wanted::read(&query)?;
    let (stored, placements) = site
        .store
        .call(|db| Ok((applications::all(db)?, Placements::all(db)?)))
        .await?;
    let mut views: Vec<View> = stored
        .into_iter()
        .map(|application| {
            let entries = placements.entries(&application.key, &site.platform, &caller);
            View::new(application, entries)
        })
        .filter(|view| wanted.has(view))
        .collect();
    views.sort_by(|one, other| wanted.order(one, other));
    let mut bodies: Vec<Map<String, Value>> = views.into_iter().map(|view| view.body).collect();
    for body in &mut bodies {
        body.shift_remove("configuration");
    }
    Ok(Json(paging.cut(bodies)))
}

/// Creates an application; where it names an image, a first deployment to `dev` begins too.
#[utoipa::path(
    post,
    path = "/api/applications",
    operation_id = "createApplication",
    tag = "Applications",
    request_body = Manifest,
    responses(
        (status = 201, description = "It was created, whatever becomes of its first deployment.",
            body = Application, headers(
                ("ETag" = String, description = "The version of the manifest."),
                ("Location" = String, description = "Its address."))),
        (status = 409, description = "The key is taken.", body = ErrorEnvelope)
    )
)]
pub(super) async fn create(
    State(site): State<Shared>,
    caller: Caller,
    JsonObject(manifest): JsonObject,
) -> Result<Response, ApiError> {
    caller.must(&Permission::ApplicationsCreate, Some(environments::FIRST))?;
    if let Some(Value::String(key)) = manifest.get("key") {
        must_not_be_closing(&site, key)?;
    }
    let creation =
        create_application(&site.store, &site.seal, manifest, environments::FIRST).await?;
    let key = creation.application.key;
    if let Some(image) = creation.first_image {
        let order = Order {
            place: Place::new(&key, environments::FIRST),
            image: Some(image),
            note: None,
            idempotency_key: None,
            requested_by: caller.username.clone(),
        };
        // The application stands, whatever becomes of its first deployment.
        if let Err(error) = place_order(&site.platform, &site.store, order.clone()).await
            && let Err(error) = keep_refused(&site.store, order, error.message()).await
        {
            tracing::warn!(
                ?error,
                application = key,
                "that a first deployment was refused could not be kept"
            );
        }
    }
    let (view, etag) = read(&site, &caller, &key).await?;
    let location =
        HeaderValue::from_str(&format!("/api/applications/{key}")).map_err(ApiError::internal)?;
    let headers = [(header::ETAG, etag), (header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(view.body)).into_response())
}

/// Refuses a key whose application is still being removed.
pub(crate) fn must_not_be_closing(site: &Site, key: &str) -> Result<(), ApiError> {
    if site.platform.is_closing(key) {
        let message = format!("An application of the key \"{key}\" is being removed.");
        return Err(ApiError::conflict(message));
    }
    Ok(())
}

/// One application.
#[utoipa::path(
    get,
    path = "/api/applications/{key}",
    operation_id = "getApplication",
    tag = "Applications",
    params(Key),
    responses((status = 200, description = "The application.", body = Application, headers(
        ("ETag" = String, description = "The version of the manifest, for `If-Match`."))))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
) -> Result<
    (
        [(header::HeaderName, HeaderValue); 1],
        Json<Map<String, Value>>,
    ),
    ApiError,
> {
    caller.must(&Permission::ApplicationsRead, None)?;
    let (view, etag) = read(&site, &caller, &key).await?;
    Ok(([(header::ETAG, etag)], Json(view.body)))
}

/// Reads one application. The `ETag` is the manifest's version, what an update compares: it says
/// nothing about health, so a read is never answered with 304.
pub(super) async fn read(
    site: &Site,
    caller: &Caller,
    key: &str,
) -> Result<(View, HeaderValue), ApiError> {
    let wanted = key.to_owned();
    let (stored, placements) = site
        .store
        .call(move |db| {
            Ok((
                applications::get(db, &wanted)?,
                Placements::of(db, &wanted)?,
            ))
        })
        .await?;
    let stored = stored.ok_or_else(|| ApiError::no_such("application", key))?;
    let etag =
        HeaderValue::from_str(&format!("\"{}\"", stored.version)).map_err(ApiError::internal)?;
    let entries = placements.entries(key, &site.platform, caller);
    Ok((View::new(stored, entries), etag))
}

/// Which applications, and in which order.
struct Wanted {
    search: Option<String>,
    status: Option<ApplicationStatus>,
    kind: Option<String>,
    environment: Option<&'static str>,
    sort: String,
}

impl Wanted {
    fn read(query: &Query) -> Result<Self, ApiError> {
        Ok(Self {
            search: query.get("search").map(str::to_lowercase),
            status: query
                .word("status", ApplicationStatus::KNOWN)?
                .map(ApplicationStatus::from),
            kind: query.word("type", ApplicationType::KNOWN)?,
            environment: query.environment()?,
            sort: query
                .word("sort", &SORTS)?
                .unwrap_or_else(|| "key".to_owned()),
        })
    }

    /// With an environment, the status is the one there.
    fn has(&self, view: &View) -> bool {
        let found = |text: &str| {
            ["key", "displayName", "description"]
                .iter()
                .any(|field| view.text(field).to_lowercase().contains(text))
        };
        let there = |entry: &&miso_api::EnvironmentEntry| {
            self.environment.is_none_or(|key| entry.environment == key)
        };
        let status = |wanted: &ApplicationStatus| match self.environment {
            None => view.status == *wanted,
            Some(_) => view
                .entries
                .iter()
                .filter(there)
                .any(|entry| entry.status == *wanted),
        };
        self.search.as_deref().is_none_or(found)
            && self.status.as_ref().is_none_or(status)
            && self.kind.as_ref().is_none_or(|kind| view.kind == *kind)
            && (self.environment.is_none() || view.entries.iter().any(|entry| there(&entry)))
    }

    fn order(&self, one: &View, other: &View) -> Ordering {
        let (field, backwards) = match self.sort.strip_prefix('-') {
            Some(field) => (field, true),
            None => (self.sort.as_str(), false),
        };
        let by_field = match field {
            "displayName" => one
                .text(field)
                .to_lowercase()
                .cmp(&other.text(field).to_lowercase()),
            "status" => one.status.as_str().cmp(other.status.as_str()),
            "createdAt" => one.created_at.cmp(&other.created_at),
            "updatedAt" => one.updated_at.cmp(&other.updated_at),
            _ => one.text(field).cmp(other.text(field)),
        };
        let by_field = if backwards {
            by_field.reverse()
        } else {
            by_field
        };
        by_field.then_with(|| one.key.cmp(&other.key))
    }
}
