//! The envelopes of answers (API-V1.md §1.3).

use axum::Json;
use serde_json::{Map, Value, json};

use crate::store;

/// A single thing in the superset of the newer and the older envelope, which all clients read.
pub(super) fn single(data: Value) -> Json<Value> {
    Json(json!({"success": true, "data": data, "timestamp": store::now()}))
}

/// The same with the fields beside `data` too: where some clients read the one place and some the
/// other.
pub(super) fn both_ways(data: Map<String, Value>) -> Json<Value> {
    let mut body = data.clone();
    body.insert("success".to_owned(), json!(true));
    body.insert("data".to_owned(), Value::Object(data));
    body.insert("timestamp".to_owned(), json!(store::now()));
    Json(Value::Object(body))
}

/// An object of JSON as a map.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
