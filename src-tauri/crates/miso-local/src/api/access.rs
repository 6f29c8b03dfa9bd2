//! Who may do what with an application (API.md, "Access control").

use axum::Json;
use axum::extract::{RawPathParams, State};
use http::StatusCode;
use miso_api::{
    AccessEntry, AccessGrant, AccessRole, ErrorDetail, Event, EventKind, Permission, Permissions,
    SubjectType, is_production,
};
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::deployments::{detail, must_exist};
use super::parameters::{InEnvironment, Key, OfApplication, Subject};
use super::segments::Segment;
use crate::environments;
use crate::http::body::JsonObject;
use crate::http::envelope::ApiError;
use crate::http::query::{self, Query};
use crate::oidc::access::Caller;
use crate::site::Shared;
use crate::store::{self, StoreError, access, applications, events};

/// The longest name of a subject, in characters.
const LONGEST_SUBJECT: usize = 200;

/// What the caller may do, with an application and in an environment where they are named.
#[utoipa::path(
    get,
    path = "/api/users/me/permissions",
    operation_id = "getMyPermissions",
    tag = "Access",
    params(OfApplication, InEnvironment),
    responses((status = 200, description = "All of it.", body = Permissions))
)]
pub(super) async fn mine(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Permissions>, ApiError> {
    let environment = query.environment()?;
    let permissions = match query.get("application") {
        None => caller.role.permissions(environment),
        Some(key) => {
            must_exist(&site, key).await?;
            caller.permissions_on(key, environment)
        }
    };
    Ok(Json(Permissions { permissions }))
}

/// The access to an application, by subject.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/access",
    operation_id = "listApplicationAccess",
    tag = "Access",
    params(Key),
    responses((status = 200, description = "The rows.", body = Vec<AccessEntry>))
)]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
) -> Result<Json<Vec<AccessEntry>>, ApiError> {
    must_exist(&site, &key).await?;
    caller.must_on(&Permission::AccessRead, &key, None)?;
    let rows = site
        .store
        .call(move |db| access::of_application(db, &key))
        .await?;
    Ok(Json(rows))
}

/// Gives a subject access to an application, in place of what it had there.
#[utoipa::path(
    put,
    path = "/api/applications/{key}/access/{subject}",
    operation_id = "putApplicationAccess",
    tag = "Access",
    params(Key, Subject),
    request_body = AccessGrant,
    responses((status = 200, description = "The row as it is now.", body = AccessEntry))
)]
pub(super) async fn put(
    State(site): State<Shared>,
    caller: Caller,
    parts: RawPathParams,
    JsonObject(body): JsonObject,
) -> Result<Json<AccessEntry>, ApiError> {
    let (key, subject) = named(&parts);
    must_exist(&site, &key).await?;
    let entry = checked(&body, subject)?;
    may_grant(&caller, &key, &entry.environments)?;
    let write = Write {
        caller,
        key,
        subject: entry.subject.clone(),
        entry: Some(entry.clone()),
    };
    site.store.call(move |db| Ok(write.run(db))).await??;
    Ok(Json(entry))
}

/// Takes a subject's access to an application away, everywhere.
#[utoipa::path(
    delete,
    path = "/api/applications/{key}/access/{subject}",
    operation_id = "deleteApplicationAccess",
    tag = "Access",
    params(Key, Subject),
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    parts: RawPathParams,
) -> Result<StatusCode, ApiError> {
    let (key, subject) = named(&parts);
    must_exist(&site, &key).await?;
    caller.must_on(&Permission::AccessUpdate, &key, None)?;
    let write = Write {
        caller,
        key,
        subject,
        entry: None,
    };
    site.store.call(move |db| Ok(write.run(db))).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses who may not give access in all of these environments.
pub(super) fn may_grant(
    caller: &Caller,
    key: &str,
    environments: &[String],
) -> Result<(), ApiError> {
    let mut all = environments.iter();
    all.try_for_each(|environment| {
        caller.must_on(&Permission::AccessUpdate, key, Some(environment))
    })
}

/// Role and environments of a body, or what is wrong with them.
pub(super) fn role_and_environments(
    body: &Map<String, Value>,
    wrong: &mut Vec<ErrorDetail>,
) -> (AccessRole, Vec<String>) {
    let role = one_of(body, "role", AccessRole::KNOWN, wrong);
    let role = AccessRole::from(role.unwrap_or_default());
    let mut keys: Vec<String> = Vec::new();
    match body.get("environments") {
        Some(Value::Array(list)) if !list.is_empty() => {
            for (index, key) in list.iter().enumerate() {
                let known = key.as_str().and_then(environments::find);
                match known {
                    Some(known) if !keys.iter().any(|key| key == known.key) => {
                        keys.push(known.key.to_owned());
                    }
                    Some(_) => {}
                    None => {
                        let field = format!("environments[{index}]");
                        wrong.push(detail(&field, "is no environment"));
                    }
                }
            }
        }
        _ => wrong.push(detail("environments", "must name at least one environment")),
    }
    keys.sort_by_key(|key| environments::rank(key));
    if role == AccessRole::Developer && keys.iter().any(|key| is_production(key)) {
        // It would read as if it gave something there.
        let message = "cannot have production for a developer, who changes nothing there";
        wrong.push(detail("environments", message));
    }
    (role, keys)
}

/// One of the words.
pub(super) fn one_of(
    body: &Map<String, Value>,
    field: &str,
    words: &[&str],
    wrong: &mut Vec<ErrorDetail>,
) -> Option<String> {
    let word = body.get(field).and_then(Value::as_str);
    let found = word.filter(|word| words.contains(word)).map(str::to_owned);
    if found.is_none() {
        wrong.push(detail(
            field,
            &format!("must be one of {}", words.join(", ")),
        ));
    }
    found
}

/// Notes a change of access among the application's events.
pub(super) fn note(
    db: &Connection,
    key: &str,
    by: &str,
    subject: &str,
    summary: String,
) -> Result<(), StoreError> {
    let event = Event {
        at: store::now(),
        kind: EventKind::Access,
        by: Some(by.to_owned()),
        summary,
        reference: Some(subject.to_owned()),
    };
    events::note(db, key, None, &event)
}

fn named(parts: &RawPathParams) -> (String, String) {
    let part = |name: &str| {
        let found = parts.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    (part("key"), part("subject"))
}

fn checked(body: &Map<String, Value>, subject: String) -> Result<AccessEntry, ApiError> {
    let mut wrong = Vec::new();
    let length = subject.chars().count();
    if !(1..=LONGEST_SUBJECT).contains(&length) || subject.chars().any(char::is_control) {
        let message = format!("must be 1 to {LONGEST_SUBJECT} characters, none of them control");
        wrong.push(detail("subject", &message));
    }
    let kind = one_of(body, "subjectType", SubjectType::KNOWN, &mut wrong);
    let (role, environments) = role_and_environments(body, &mut wrong);
    query::refuse(wrong)?;
    Ok(AccessEntry {
        subject,
        subject_type: SubjectType::from(kind.unwrap_or_default()),
        role,
        environments,
    })
}

/// A change of one row; without an entry, its end.
struct Write {
    caller: Caller,
    key: String,
    subject: String,
    entry: Option<AccessEntry>,
}

impl Write {
    fn run(self, db: &mut Connection) -> Result<(), ApiError> {
        let change = db.transaction().map_err(StoreError::from)?;
        if applications::get(&change, &self.key)?.is_none() {
            return Err(ApiError::no_such("application", &self.key));
        }
        let before = access::get(&change, &self.key, &self.subject)?;
        if let Some(before) = &before {
            may_grant(&self.caller, &self.key, &before.environments)?;
        }
        let subject = &self.subject;
        let summary = match (&self.entry, before) {
            (Some(entry), _) => {
                access::put(&change, &self.key, entry)?;
                let places = entry.environments.join(", ");
                format!("{subject} is {} in {places} now.", entry.role)
            }
            (None, Some(_)) => {
                access::delete(&change, &self.key, subject)?;
                format!("{subject} has no access of its own any more.")
            }
            (None, None) => return Err(ApiError::no_such("access of", subject)),
        };
        note(&change, &self.key, &self.caller.username, subject, summary)?;
        Ok(change.commit().map_err(StoreError::from)?)
    }
}
