//! As many applications as one asks for, none of which runs.

use serde_json::{Map, Value, json};

use crate::store::applications::{self, StoredApplication};
use crate::store::{self, Store, StoreError};

const WHAT: [(&str, &str); 8] = [
    ("orders", "api"),
    ("storefront", "webapp"),
    ("pricing", "api"),
    ("invoices", "service"),
    ("notifications", "functionapp"),
    ("catalog", "api"),
    ("reports", "webapp"),
    ("imports", "service"),
];

/// Adds the applications, all or none: one write to the disk for all of them.
pub(super) async fn create(store: &Store, count: u32) -> Result<(), StoreError> {
    let now = store::now();
    store
        .call(move |db| {
            let change = db.transaction()?;
            for number in 1..=count {
                let manifest = manifest(number);
                let application = StoredApplication {
                    key: key(number),
                    manifest,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                applications::add(&change, &application)?;
            }
            Ok(change.commit()?)
        })
        .await
}

fn key(number: u32) -> String {
    let (name, _) = what(number);
    format!("{name}-{number:05}")
}

fn manifest(number: u32) -> Map<String, Value> {
    let (name, kind) = what(number);
    [
        ("key", json!(key(number))),
        ("displayName", json!(format!("{name} {number}"))),
        ("description", json!(format!("Number {number} of many"))),
        ("type", json!(kind)),
        ("image", json!("miso/hello:1.0")),
        ("port", json!(8080)),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into_iter()
    .collect()
}

fn what(number: u32) -> (&'static str, &'static str) {
    let at = usize::try_from(number).unwrap_or_default() % WHAT.len();
    WHAT.get(at).copied().unwrap_or(("application", "service"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_keep_the_rules_and_differ() {
        let mut keys = std::collections::HashSet::new();
        for number in 1..=1000 {
            let manifest = Value::Object(manifest(number));
            assert_eq!(miso_api::manifest::violations(&manifest), []);
            assert!(keys.insert(manifest["key"].to_string()));
        }
        assert_eq!(manifest(100_000)["key"], "orders-100000");
    }
}
