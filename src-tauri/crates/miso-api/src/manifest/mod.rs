//! The manifest's rules: one set for the create form, the import of an `app-schema.json`,
//! `POST` and `PUT /api/applications` and the local instance (APP-MANIFEST.md).
//!
//! `table` says what the rules are, `rule` what a rule is, `check` how they are applied.

mod check;
mod rule;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod violation;

use serde_json::{Map, Value};

pub use violation::{Violation, ViolationCode};

/// Fields a server adds to a read (APP-MANIFEST.md, row `environments`).
const READ_ONLY: [&str; 4] = ["status", "url", "createdAt", "updatedAt"];

/// Every broken rule of an application manifest, in the order of APP-MANIFEST.md; empty means
/// valid. Unknown fields are fine; an optional field that is `null` counts as absent, because
/// that is how a server may give what is not set, and what was read can be put back.
pub fn violations(manifest: &Value) -> Vec<Violation> {
    check::document(manifest, &table::MANIFEST)
}

/// The same of a list of configuration items by itself, called `field`; what is no list has the
/// wrong type. A list has one rule more: no name comes twice.
pub fn item_violations(items: &Value, field: &str) -> Vec<Violation> {
    check::list(items, &table::CONFIGURATION, field)
}

/// The rules as a JSON Schema.
pub fn schema() -> Value {
    schema::object(&table::MANIFEST)
}

/// A manifest as a read gave it, made fit to be sent back (APP-MANIFEST.md, row `environments`):
/// without the fields a server adds, the array of where it runs among them, and with
/// `environmentOverrides` under its request name `environments`.
pub fn without_read_only(mut manifest: Map<String, Value>) -> Map<String, Value> {
    for name in READ_ONLY {
        manifest.shift_remove(name);
    }
    if manifest.get("environments").is_some_and(Value::is_array) {
        manifest.shift_remove("environments");
    }
    if let Some(overrides) = manifest.shift_remove("environmentOverrides") {
        manifest.entry("environments").or_insert(overrides);
    }
    manifest
}

/// A manifest without the fields that count as absent because they are `null`; unknown fields stay
/// as they are.
pub fn without_absent(mut manifest: Map<String, Value>) -> Map<String, Value> {
    let known = |name: &str| {
        table::MANIFEST
            .fields
            .iter()
            .any(|field| field.name == name)
    };
    manifest.retain(|name, value| !value.is_null() || !known(name));
    manifest
}
