//! Lists of what applications told, and of the logs of jobs (API-V1.md §3.7).

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use miso_api::Deployment;
use serde_json::Value;

use super::auth::named;
use super::extract::Id;
use super::form::single;
use super::ingest::{AUDIT, GENERAL};
use super::jobs::{self, Asked};
use super::lists::Listed;
use super::principal::Principal;
use crate::api::deployments::find;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::{Shared, Site};
use crate::store::deployments::{self, Filter};
use crate::store::told;

pub(super) const GENERAL_LOGS: Listed<'_> = Listed {
    kind: "generalLog",
    path: "/api/v1/logs/general",
    searched: &["message", "context"],
    sorted: &["timestamp", "level", "environment", "application"],
    asked: &[
        "level",
        "environment",
        "clientId",
        "sourceId",
        "externalSystemId",
        "recordId",
        "correlationId",
    ],
};

pub(super) const AUDIT_LOGS: Listed<'_> = Listed {
    kind: "auditLog",
    path: "/api/v1/logs/audit",
    searched: &["entityType", "entityId", "action", "context"],
    sorted: &[
        "timestamp",
        "environment",
        "application",
        "entityType",
        "action",
    ],
    asked: &[
        "environment",
        "clientId",
        "sourceId",
        "externalSystemId",
        "recordId",
        "correlationId",
        "entityType",
        "entityId",
        "action",
    ],
};

pub(super) const JOB_LOGS: Listed<'_> = Listed {
    kind: "jobLog",
    path: "/api/v1/logs/jobs",
    searched: &["message", "jobId"],
    sorted: &["timestamp", "level", "jobId"],
    asked: &["level", "jobId", "correlationId"],
};

/// `GET /logs/general`
pub(super) async fn general(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("logs:read", None, named(query.get("environment"))?)?;
    GENERAL_LOGS.page(&query, told(&site, GENERAL, &query).await?)
}

/// `GET /logs/general/{id}`
pub(super) async fn general_entry(
    State(site): State<Shared>,
    whose: Principal,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    whose.must("logs:read", None, None)?;
    entry(&site, GENERAL, &id).await
}

/// `GET /logs/audit`
pub(super) async fn audit(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("audit:read", None, named(query.get("environment"))?)?;
    AUDIT_LOGS.page(&query, told(&site, AUDIT, &query).await?)
}

/// `GET /logs/audit/{id}`
pub(super) async fn audit_entry(
    State(site): State<Shared>,
    whose: Principal,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    whose.must("audit:read", None, None)?;
    entry(&site, AUDIT, &id).await
}

/// `GET /logs/jobs`
pub(super) async fn jobs(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("jobs:read", None, None)?;
    JOB_LOGS.page(&query, of_jobs(&site, &query).await?)
}

/// `GET /logs/jobs/{id}`
pub(super) async fn job_entry(
    State(site): State<Shared>,
    whose: Principal,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    whose.must("jobs:read", None, None)?;
    let missing = || ApiError::no_such("job log", &id);
    let found = find(&site, jobs::deployment_of(&id)).await;
    let found = found.map_err(|_| missing())?;
    let line = jobs::line(&site, &found.deployment, &id).await?;
    line.map(single).ok_or_else(missing)
}

/// What was told of a kind, newest first, without what the query's times and references leave out.
pub(super) async fn told(
    site: &Site,
    kind: &'static str,
    query: &Query,
) -> Result<Vec<Value>, ApiError> {
    let within = Within::read(query)?;
    let all = site.store.call(move |db| told::all(db, kind)).await?;
    let mut rows: Vec<Value> = all.into_iter().map(Value::Object).collect();
    rows.retain(|row| {
        within.has(row)
            && ["applicationId", "userId"]
                .iter()
                .all(|name| query.get(name).is_none_or(|id| refers(&row[*name], id)))
    });
    Ok(rows)
}

/// The log lines of jobs, newest first: of one job what its process printed too, of all deployments
/// what their steps tell.
pub(super) async fn of_jobs(site: &Shared, query: &Query) -> Result<Vec<Value>, ApiError> {
    let within = Within::read(query)?;
    let mut lines = match query.get("jobId") {
        Some(id) => match find(site, jobs::deployment_of(id)).await {
            Ok(found) => {
                let asked = Asked {
                    job: Some(id),
                    level: query.get("level"),
                    since: within.from,
                    until: within.to,
                };
                jobs::logs(site, &found.deployment, asked).await?
            }
            Err(_) => Vec::new(),
        },
        None => all(site).await?.iter().flat_map(jobs::of_steps).collect(),
    };
    lines.retain(|line| within.has(line));
    lines.sort_by_cached_key(|line| std::cmp::Reverse(at(line)));
    Ok(lines)
}

async fn all(site: &Site) -> Result<Vec<Deployment>, ApiError> {
    let newest_first = Filter {
        backwards: true,
        ..Filter::default()
    };
    let all = site
        .store
        .call(move |db| deployments::list(db, &newest_first, 0, u32::MAX));
    Ok(all.await?.0)
}

async fn entry(site: &Site, kind: &'static str, id: &str) -> Result<Json<Value>, ApiError> {
    let missing = || ApiError::no_such("log entry", id);
    let number: i64 = id.parse().map_err(|_| missing())?;
    let found = site.store.call(move |db| told::get(db, kind, number));
    let found = found.await?.filter(|entry| entry["id"] == id);
    let found = found.ok_or_else(missing)?;
    Ok(single(Value::Object(found)))
}

/// Whether a reference, an id or an object with one, is to that.
fn refers(reference: &Value, id: &str) -> bool {
    *reference == *id || reference["id"] == *id || reference["key"] == *id
}

/// From when to when.
struct Within {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Within {
    fn read(query: &Query) -> Result<Self, ApiError> {
        Ok(Self {
            from: query.time("startDate")?,
            to: query.time("endDate")?,
        })
    }

    fn has(&self, row: &Value) -> bool {
        let at = at(row);
        self.from.is_none_or(|from| at >= Some(from)) && self.to.is_none_or(|to| at <= Some(to))
    }
}

fn at(row: &Value) -> Option<DateTime<Utc>> {
    row["timestamp"].as_str()?.parse().ok()
}
