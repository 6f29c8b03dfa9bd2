//! Requests for access: asked by anybody, decided by who may give it (API.md, "Access control").

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use miso_api::{
    AccessDecision, AccessEntry, AccessRequest, AccessRequestStatus, AccessWish, Decision,
    ErrorEnvelope, LONGEST_NOTE, Page, SubjectType,
};
use rusqlite::Connection;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access::{may_grant, note, one_of, role_and_environments};
use super::deployments::{detail, text};
use super::parameters::{Id, OfApplication, Pages, RequestFilters};
use super::segments::Segment;
use crate::http::body::JsonObject;
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::{self, Query};
use crate::oidc::access::Caller;
use crate::site::Shared;
use crate::store::{self, StoreError, access, access_requests, applications};

/// Asks for access to an application.
#[utoipa::path(
    post,
    path = "/api/access-requests",
    operation_id = "createAccessRequest",
    tag = "Access",
    request_body = AccessWish,
    responses(
        (status = 201, description = "It waits for a decision.", body = AccessRequest),
        (status = 409, description = "The same is asked for already.", body = ErrorEnvelope)
    )
)]
pub(super) async fn create(
    State(site): State<Shared>,
    caller: Caller,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut wrong = Vec::new();
    let key = text(&body, "applicationKey", &mut wrong);
    if key.is_none() && wrong.is_empty() {
        wrong.push(detail("applicationKey", "is required"));
    }
    let (role, environments) = role_and_environments(&body, &mut wrong);
    let reason = short_text(&body, "reason", &mut wrong);
    query::refuse(wrong)?;
    let request = AccessRequest {
        id: Uuid::new_v4().to_string(),
        application_key: key.unwrap_or_default(),
        role,
        environments,
        reason,
        status: AccessRequestStatus::Pending,
        requested_by: Some(caller.username),
        created_at: Some(store::now()),
        decided_by: None,
        decided_at: None,
        note: None,
    };
    let answer = request.clone();
    site.store.call(move |db| Ok(ask(db, &request))).await??;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// The requests that the caller made, and those the caller may decide.
#[utoipa::path(
    get,
    path = "/api/access-requests",
    operation_id = "listAccessRequests",
    tag = "Access",
    params(Pages, RequestFilters, OfApplication),
    responses((status = 200, description = "One page of requests, the newest first.",
        body = Page<AccessRequest>))
)]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Page<AccessRequest>>, ApiError> {
    let paging = Paging::new("/api/access-requests", &query)?;
    let status = query.word("status", AccessRequestStatus::KNOWN)?;
    let application = query.get("application");
    let search = query.get("search").map(str::to_lowercase);
    let found = |request: &AccessRequest| {
        let texts = [
            Some(&request.application_key),
            request.requested_by.as_ref(),
            request.reason.as_ref(),
        ];
        search.as_ref().is_none_or(|search| {
            let mut texts = texts.into_iter().flatten();
            texts.any(|text| text.to_lowercase().contains(search))
        })
    };
    let mut all = site.store.call(|db| access_requests::all(db)).await?;
    all.retain(|request| {
        may_see(&caller, request)
            && application.is_none_or(|key| request.application_key == key)
            && status
                .as_ref()
                .is_none_or(|word| request.status.as_str() == word)
            && found(request)
    });
    Ok(Json(paging.cut(all)))
}

/// Decides about a request. What is approved is the subject's access from then on.
#[utoipa::path(
    patch,
    path = "/api/access-requests/{id}",
    operation_id = "decideAccessRequest",
    tag = "Access",
    params(Id),
    request_body = AccessDecision,
    responses(
        (status = 200, description = "It is decided.", body = AccessRequest),
        (status = 409, description = "It was decided before.", body = ErrorEnvelope)
    )
)]
pub(super) async fn decide(
    State(site): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    JsonObject(body): JsonObject,
) -> Result<Json<AccessRequest>, ApiError> {
    let mut wrong = Vec::new();
    let decision = one_of(&body, "decision", Decision::KNOWN, &mut wrong);
    let note = short_text(&body, "note", &mut wrong);
    query::refuse(wrong)?;
    let choice = Choice {
        caller,
        id,
        decision: Decision::from(decision.unwrap_or_default()),
        note,
    };
    Ok(Json(
        site.store.call(move |db| Ok(choice.write(db))).await??,
    ))
}

fn may_see(caller: &Caller, request: &AccessRequest) -> bool {
    request.requested_by.as_ref() == Some(&caller.username)
        || may_grant(caller, &request.application_key, &request.environments).is_ok()
}

fn short_text(
    body: &Map<String, Value>,
    field: &str,
    wrong: &mut Vec<miso_api::ErrorDetail>,
) -> Option<String> {
    let text = text(body, field, wrong)?;
    if text.chars().count() > LONGEST_NOTE as usize {
        let message = format!("must be at most {LONGEST_NOTE} characters");
        wrong.push(detail(field, &message));
    }
    Some(text)
}

fn ask(db: &mut Connection, request: &AccessRequest) -> Result<(), ApiError> {
    let change = db.transaction().map_err(StoreError::from)?;
    let key = &request.application_key;
    if applications::get(&change, key)?.is_none() {
        return Err(ApiError::no_such("application", key));
    }
    let same = access_requests::all(&change)?.into_iter().find(|known| {
        known.status == AccessRequestStatus::Pending
            && (&known.application_key, &known.requested_by) == (key, &request.requested_by)
            && (&known.role, &known.environments) == (&request.role, &request.environments)
    });
    if let Some(same) = same {
        let message = format!("You have asked for this already: {}.", same.id);
        return Err(ApiError::conflict(message));
    }
    access_requests::insert(&change, request)?;
    Ok(change.commit().map_err(StoreError::from)?)
}

struct Choice {
    caller: Caller,
    id: String,
    decision: Decision,
    note: Option<String>,
}

impl Choice {
    fn write(self, db: &mut Connection) -> Result<AccessRequest, ApiError> {
        let change = db.transaction().map_err(StoreError::from)?;
        let found = access_requests::get(&change, &self.id)?;
        let Some(mut request) = found.filter(|request| may_see(&self.caller, request)) else {
            return Err(ApiError::no_such("access request", &self.id));
        };
        let key = request.application_key.clone();
        may_grant(&self.caller, &key, &request.environments)?;
        if request.status != AccessRequestStatus::Pending {
            let message = format!("It was decided before: {}.", request.status);
            return Err(ApiError::conflict(message));
        }
        request.status = match self.decision {
            Decision::Approved => AccessRequestStatus::Approved,
            Decision::Denied => AccessRequestStatus::Denied,
            Decision::Unknown(word) => AccessRequestStatus::Unknown(word),
        };
        request.decided_by = Some(self.caller.username.clone());
        request.decided_at = Some(store::now());
        request.note = self.note;
        let subject = request.requested_by.clone().unwrap_or_default();
        let summary = if request.status == AccessRequestStatus::Approved {
            let entry = given(&change, &self.caller, &request, &subject)?;
            access::put(&change, &key, &entry)?;
            let places = entry.environments.join(", ");
            format!("{subject} is {} in {places} now, as asked.", entry.role)
        } else {
            format!("{subject} asked for access and was denied it.")
        };
        access_requests::decide(&change, &request)?;
        note(&change, &key, &self.caller.username, &subject, summary)?;
        change.commit().map_err(StoreError::from)?;
        Ok(request)
    }
}

/// The row after an approval: environments are added to those of the same role; another role is
/// replaced, so that nobody gets more than was asked for.
fn given(
    db: &Connection,
    caller: &Caller,
    request: &AccessRequest,
    subject: &str,
) -> Result<AccessEntry, ApiError> {
    let mut entry = AccessEntry {
        subject: subject.to_owned(),
        subject_type: SubjectType::User,
        role: request.role.clone(),
        environments: request.environments.clone(),
    };
    if let Some(before) = access::get(db, &request.application_key, subject)? {
        if before.role == entry.role {
            let more = before.environments.into_iter();
            let more = more.filter(|key| !request.environments.contains(key));
            entry.environments.extend(more);
            entry
                .environments
                .sort_by_key(|key| crate::environments::rank(key));
        } else {
            // What is taken away is the caller's to take away too.
            may_grant(caller, &request.application_key, &before.environments)?;
        }
    }
    Ok(entry)
}
