//! Counts of what applications told, and all of it as a file (API-V1.md §3.7).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};

use super::auth::named;
use super::filter::{field, plain};
use super::form::single;
use super::ingest::{AUDIT, GENERAL};
use super::log_lists::{AUDIT_LOGS, GENERAL_LOGS, JOB_LOGS, of_jobs, told};
use super::principal::Principal;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::Shared;
use crate::store;

/// What counts are of where no environment is asked for.
const ALL: &str = "all";
/// How many of the most frequent are given where nothing else is asked for, and at most.
const USUAL_TOP: u32 = 10;
const LARGEST_TOP: u32 = 100;
const USUAL_EXPORT: u32 = 1000;
const LARGEST_EXPORT: u32 = 10_000;

/// `GET /logs/stats/summary`
pub(super) async fn summary(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let rows = general(&site, &whose, &query).await?;
    Ok(single(json!({
        "totalLogs": rows.len(),
        "byLevel": counts(&rows, "level"),
        "byApplication": counts(&rows, "application"),
        "environment": environment(&query),
    })))
}

/// `GET /logs/stats/errors`
pub(super) async fn errors(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let mut rows = general(&site, &whose, &query).await?;
    rows.retain(|row| row["level"] == "error");
    let top = top(&query, counts(&rows, "message"))?.into_iter();
    let top = top.map(|(message, count)| json!({"message": message, "count": count}));
    Ok(single(json!({
        "totalErrors": rows.len(),
        "topErrors": top.collect::<Vec<_>>(),
        "environment": environment(&query),
    })))
}

/// `GET /logs/stats/users`: who changed what, as the audit log has it.
pub(super) async fn users(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("logs:read", None, named(query.get("environment"))?)?;
    let rows = AUDIT_LOGS.chosen(&query, told(&site, AUDIT, &query).await?)?;
    let mut by_user: BTreeMap<String, u32> = BTreeMap::new();
    for row in &rows {
        let user = &row["userId"];
        let id = user["id"].as_str().or(user.as_str());
        if let Some(id) = id {
            *by_user.entry(id.to_owned()).or_default() += 1;
        }
    }
    let total = by_user.len();
    let top = top(&query, by_user)?.into_iter();
    let top = top.map(|(user, count)| json!({"userId": user, "actionCount": count}));
    Ok(single(json!({
        "totalUsers": total,
        "topUsers": top.collect::<Vec<_>>(),
        "byAction": counts(&rows, "action"),
        "environment": environment(&query),
    })))
}

/// `GET /logs/stats/applications`
pub(super) async fn applications(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let rows = general(&site, &whose, &query).await?;
    let counted = counts(&rows, "application");
    let each = counted
        .iter()
        .map(|(key, count)| json!({"application": key, "logCount": count}));
    Ok(single(json!({
        "totalApplications": counted.len(),
        "applications": each.collect::<Vec<_>>(),
        "environment": environment(&query),
    })))
}

/// `GET /logs/export`
pub(super) async fn export(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Response, ApiError> {
    whose.must("logs:export", None, named(query.get("environment"))?)?;
    let kind = query.word("type", &["general", "audit", "jobs"])?;
    let kind = kind.as_deref().unwrap_or("general");
    let format = query.word("format", &["csv", "json"])?;
    let limit = query.number("limit", 1..=LARGEST_EXPORT, USUAL_EXPORT)?;
    let (mut rows, columns): (_, &[&str]) = match kind {
        "audit" => (
            AUDIT_LOGS.chosen(&query, told(&site, AUDIT, &query).await?)?,
            &[
                "timestamp",
                "environment",
                "application",
                "entityType",
                "entityId",
                "action",
                "correlationId",
            ],
        ),
        "jobs" => (
            JOB_LOGS.chosen(&query, of_jobs(&site, &query).await?)?,
            &["timestamp", "jobId", "level", "message", "correlationId"],
        ),
        _ => (
            GENERAL_LOGS.chosen(&query, told(&site, GENERAL, &query).await?)?,
            &[
                "timestamp",
                "level",
                "environment",
                "application",
                "message",
                "correlationId",
            ],
        ),
    };
    rows.truncate(limit as usize);
    if format.as_deref() == Some("csv") {
        let media = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
        return Ok((media, csv(&rows, columns)).into_response());
    }
    let meta = json!({
        "type": kind,
        "environment": environment(&query),
        "exportedAt": store::now(),
        "count": rows.len(),
    });
    Ok(Json(json!({"success": true, "data": rows, "meta": meta})).into_response())
}

async fn general(site: &Shared, whose: &Principal, query: &Query) -> Result<Vec<Value>, ApiError> {
    whose.must("logs:read", None, named(query.get("environment"))?)?;
    GENERAL_LOGS.chosen(query, told(site, GENERAL, query).await?)
}

fn environment(query: &Query) -> &str {
    query.get("environment").unwrap_or(ALL)
}

/// How often each value of a field comes.
fn counts(rows: &[Value], name: &str) -> BTreeMap<String, u32> {
    let mut counted = BTreeMap::new();
    for row in rows {
        *counted.entry(plain(field(row, name))).or_default() += 1;
    }
    counted
}

/// The most frequent, the first of them first.
fn top(query: &Query, counted: BTreeMap<String, u32>) -> Result<Vec<(String, u32)>, ApiError> {
    let limit = query.number("limit", 1..=LARGEST_TOP, USUAL_TOP)?;
    let mut all: Vec<_> = counted.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.truncate(limit as usize);
    Ok(all)
}

/// A table as RFC 4180 has it.
fn csv(rows: &[Value], columns: &[&str]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let header = columns.iter().map(|name| quoted(name));
    let mut lines = vec![header.collect::<Vec<_>>().join(",")];
    lines.extend(rows.iter().map(|row| {
        let cells = columns.iter().map(|name| match field(row, name) {
            Value::Null => quoted(""),
            value => quoted(&plain(value)),
        });
        cells.collect::<Vec<_>>().join(",")
    }));
    lines.push(String::new());
    lines.join("\r\n")
}
