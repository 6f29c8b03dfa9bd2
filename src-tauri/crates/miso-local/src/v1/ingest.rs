//! What applications tell the platform (API-V1.md §3.7). It is kept as it was told; what an
//! application prints is another log, which v1 has no call for.

use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use miso_api::ErrorDetail;
use serde_json::{Map, Value, json};

use super::auth::{moment, text};
use super::extract::Sent;
use super::names;
use super::principal::Principal;
use crate::api::deployments::detail;
use crate::http::envelope::ApiError;
use crate::http::query;
use crate::site::Shared;
use crate::store::{self, told};

/// The kinds of what is told.
pub(super) const GENERAL: &str = "general";
pub(super) const AUDIT: &str = "audit";

const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];
/// The largest entry, in bytes of JSON.
const LARGEST: usize = 64 * 1024;

/// An entry with its kind, or what is wrong with it.
type Read = Result<(&'static str, Map<String, Value>), Vec<ErrorDetail>>;

/// `POST /logs`
pub(super) async fn one(
    State(site): State<Shared>,
    whose: Principal,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    whose.must("logs:write", None, None)?;
    let entry = match of_single(&body, &whose) {
        Ok(entry) => entry,
        Err(wrong) => return Err(ApiError::invalid(wrong)),
    };
    site.store.call(move |db| told::add(db, &[entry])).await?;
    Ok(Json(json!({
        "success": true,
        "message": "The entry is kept.",
        "data": null,
        "timestamp": store::now(),
    })))
}

/// `POST /logs/batch`: what is wrong with one entry does not keep the others from being kept.
pub(super) async fn batch(
    State(site): State<Shared>,
    whose: Principal,
    Sent(body): Sent,
) -> Result<Json<Value>, ApiError> {
    whose.must("logs:write", None, None)?;
    let Some(Value::Array(sent)) = body.get("logs") else {
        query::refuse(vec![detail("logs", "is required, an array")])?;
        return Err(ApiError::internal(
            "a batch without entries was let through",
        ));
    };
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (index, log) in sent.iter().enumerate() {
        match of_batch(log, &whose) {
            Ok(entry) => entries.push(entry),
            Err(wrong) => {
                let said = wrong
                    .iter()
                    .map(|one| format!("{}: {}", one.field, one.message));
                let said = said.collect::<Vec<_>>().join("; ");
                errors.push(json!({"index": index, "error": said, "log": log}));
            }
        }
    }
    let (processed, failed) = (entries.len(), errors.len());
    site.store.call(move |db| told::add(db, &entries)).await?;
    let mut answer = json!({
        "success": failed == 0,
        "message": format!("{processed} entries are kept, {failed} were refused."),
        "processed": processed,
        "failed": failed,
        "data": {"processed": processed, "failed": failed},
        "timestamp": store::now(),
    });
    if !errors.is_empty() {
        answer["errors"] = Value::Array(errors);
    }
    Ok(Json(answer))
}

fn of_single(body: &Map<String, Value>, whose: &Principal) -> Read {
    let Some(Value::Object(data)) = body.get("data") else {
        return Err(vec![detail("data", "is required, an object")]);
    };
    let mut entry = data.clone();
    match text(body, "type") {
        Some("audit") => {
            let named = ["entityType", "entityId", "action"];
            required(&entry, &named).map_or(Ok(()), Err)?;
            finished(AUDIT, entry, whose)
        }
        Some(kind @ ("general" | "error")) => {
            if kind == "error" {
                entry.entry("level").or_insert_with(|| json!("error"));
            }
            required(&entry, &["level", "message"]).map_or(Ok(()), Err)?;
            finished(GENERAL, entry, whose)
        }
        Some(_) | None => Err(vec![detail("type", "must be error, general or audit")]),
    }
}

/// An entry of a batch. The level says whether it is about a change; what changed may then stand in
/// its context.
fn of_batch(log: &Value, whose: &Principal) -> Read {
    let Value::Object(log) = log else {
        return Err(vec![detail("log", "must be an object")]);
    };
    let mut entry = log.clone();
    required(&entry, &["level", "message"]).map_or(Ok(()), Err)?;
    if text(&entry, "level") != Some("audit") {
        return finished(GENERAL, entry, whose);
    }
    let context = entry.get("context").and_then(Value::as_object).cloned();
    let context = context.unwrap_or_default();
    for (name, other) in [
        ("entityType", "resource"),
        ("entityId", "resourceId"),
        ("action", "action"),
    ] {
        let known = text(&entry, name)
            .or_else(|| text(&context, name))
            .or_else(|| text(&context, other));
        let known = json!(known.unwrap_or("unknown"));
        entry.insert(name.to_owned(), known);
    }
    finished(AUDIT, entry, whose)
}

/// The fields that are not there, or are no texts.
fn required(entry: &Map<String, Value>, names: &[&str]) -> Option<Vec<ErrorDetail>> {
    let missing = names.iter().filter(|name| text(entry, name).is_none());
    let wrong: Vec<_> = missing
        .map(|name| detail(name, "is required, a text"))
        .collect();
    (!wrong.is_empty()).then_some(wrong)
}

/// An entry with what it does not say of itself: when, where and from whom.
fn finished(kind: &'static str, mut entry: Map<String, Value>, whose: &Principal) -> Read {
    if kind == GENERAL && !text(&entry, "level").is_some_and(|level| LEVELS.contains(&level)) {
        let message = format!("must be one of {}", LEVELS.join(", "));
        return Err(vec![detail("level", &message)]);
    }
    let at = text(&entry, "timestamp")
        .and_then(|at| DateTime::parse_from_rfc3339(at).ok())
        .map_or_else(store::now, |at| at.to_utc());
    let own = whose.own.as_ref();
    let environment = own.map_or(names::MISO.name, |place| names::of_key(&place.environment));
    let application = own.map_or(&whose.caller.client_id, |place| &place.application);
    for (name, value) in [("environment", environment), ("application", application)] {
        if text(&entry, name).is_none() {
            entry.insert(name.to_owned(), json!(value));
        }
    }
    entry.insert("timestamp".to_owned(), json!(moment(at)));
    // What is null is not there.
    entry.retain(|_, value| !value.is_null());
    let size = serde_json::to_string(&entry).map_or(usize::MAX, |text| text.len());
    if size > LARGEST {
        let message = format!("must be at most {} KiB", LARGEST / 1024);
        return Err(vec![detail("log", &message)]);
    }
    Ok((kind, entry))
}
