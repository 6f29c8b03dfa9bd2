//! An application's configuration: what is shown, what is sealed, what its processes get.

use miso_api::{ConfigurationItem, ConfigurationLocation};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A secret value taken out of a manifest.
pub(crate) struct TakenSecret {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The manifest's own items.
pub(crate) const BASE: &str = "configuration";
/// Where an environment's overrides name the manifest's items that it does not have.
pub(crate) const REMOVED: &str = "removedConfiguration";

/// The scope of an environment's overrides.
pub(crate) fn scope_of(environment: &str) -> String {
    format!("environments/{environment}")
}

/// Takes every secret value out of a manifest and leaves `value: null, isSet` in its place
/// (API.md, "Configuration").
pub(crate) fn take_secrets(manifest: &mut Map<String, Value>) -> Vec<TakenSecret> {
    let mut taken = Vec::new();
    take_from(manifest.get_mut("configuration"), BASE, &mut taken);
    if let Some(Value::Array(conditions)) = manifest.get_mut("conditionalConfiguration") {
        for (index, condition) in conditions.iter_mut().enumerate() {
            let scope = format!("conditionalConfiguration/{index}");
            take_from(condition.get_mut("configuration"), &scope, &mut taken);
        }
    }
    if let Some(Value::Object(environments)) = manifest.get_mut("environments") {
        for (key, overrides) in environments.iter_mut() {
            take_from(
                overrides.get_mut("configuration"),
                &scope_of(key),
                &mut taken,
            );
        }
    }
    taken
}

/// An item that counts somewhere, as it was sent but with its secret masked, and the scope it
/// comes from.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) item: Map<String, Value>,
    pub(crate) scope: String,
}

impl Effective {
    pub(crate) fn name(&self) -> &str {
        self.item
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn is_secret(&self) -> bool {
        is_secret(&self.item)
    }
}

/// Whether an item's value is a secret.
pub(crate) fn is_secret(item: &Map<String, Value>) -> bool {
    item.get("location").and_then(Value::as_str) == Some(ConfigurationLocation::Keyvault.as_str())
}

/// The items that count in an environment, secrets masked: the manifest's but for those the
/// environment does not have, with the environment's own over them. An override replaces the whole
/// item, whatever kind either is of. Without an environment: the manifest's own.
pub(crate) fn effective(
    manifest: &Map<String, Value>,
    environment: Option<&str>,
) -> Vec<Effective> {
    let mut all = items(manifest.get("configuration"), BASE);
    let Some(environment) = environment else {
        return all;
    };
    let overrides = manifest
        .get("environments")
        .and_then(|environments| environments.get(environment));
    let removed = overrides.and_then(|overrides| overrides.get(REMOVED)?.as_array());
    if let Some(removed) = removed {
        all.retain(|known| !removed.iter().any(|name| name == known.name()));
    }
    let own = overrides.and_then(|overrides| overrides.get("configuration"));
    for own in items(own, &scope_of(environment)) {
        match all.iter_mut().find(|known| known.name() == own.name()) {
            Some(known) => *known = own,
            None => all.push(own),
        }
    }
    all
}

/// The same without the scopes, as a deployment shows it.
pub(crate) fn shown(manifest: &Map<String, Value>, environment: &str) -> Vec<ConfigurationItem> {
    let effective = effective(manifest, Some(environment)).into_iter();
    effective
        .filter_map(|effective| serde_json::from_value(Value::Object(effective.item)).ok())
        .collect()
}

/// The items of a list. What validation let through can be read; what an older version stored is
/// left out rather than made up.
fn items(list: Option<&Value>, scope: &str) -> Vec<Effective> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter(|item| ConfigurationItem::deserialize(*item).is_ok())
        .filter_map(Value::as_object)
        .map(|item| Effective {
            item: item.clone(),
            scope: scope.to_owned(),
        })
        .collect()
}

fn take_from(list: Option<&mut Value>, scope: &str, taken: &mut Vec<TakenSecret>) {
    let Some(Value::Array(list)) = list else {
        return;
    };
    for item in list {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let secret = item.get("location").and_then(Value::as_str)
            == Some(ConfigurationLocation::Keyvault.as_str());
        let Some(name) = item.get("name").and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        if !secret {
            continue;
        }
        let value = item.insert("value".to_owned(), Value::Null);
        let is_set = matches!(value, Some(Value::String(_)));
        item.insert("isSet".to_owned(), json!(is_set));
        if let Some(Value::String(value)) = value {
            taken.push(TakenSecret {
                scope: scope.to_owned(),
                name,
                value,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Map<String, Value> {
        let manifest = json!({
            "configuration": [
                {"name": "LOG_LEVEL", "value": "info", "location": "variable", "required": true},
                {"name": "DB_PASSWORD", "value": "hunter2", "location": "keyvault", "required": true},
                {"name": "API_KEY", "location": "keyvault", "required": false},
            ],
            "environments": {"prod": {"configuration": [
                {"name": "LOG_LEVEL", "value": "warn", "location": "variable", "required": true},
                {"name": "DB_PASSWORD", "value": "hunter3", "location": "keyvault", "required": true},
            ]}},
        });
        manifest.as_object().unwrap().clone()
    }

    #[test]
    fn no_secret_stays_in_the_manifest() {
        let mut manifest = manifest();
        let taken = take_secrets(&mut manifest);
        let found: Vec<_> = taken
            .iter()
            .map(|secret| (secret.scope.as_str(), secret.value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("configuration", "hunter2"),
                ("environments/prod", "hunter3")
            ]
        );
        let left = Value::Object(manifest);
        assert!(!left.to_string().contains("hunter"));
        assert_eq!(left["configuration"][1]["isSet"], true);
        assert_eq!(left["configuration"][2]["isSet"], false);
        assert_eq!(left["configuration"][0]["value"], "info");
    }

    #[test]
    fn an_environment_covers_what_it_names_and_nothing_else() {
        let mut manifest = manifest();
        take_secrets(&mut manifest);
        let value = |environment: &str, name: &str| {
            shown(&manifest, environment)
                .into_iter()
                .find(|item| item.name == name)
                .unwrap()
                .value
        };
        assert_eq!(value("dev", "LOG_LEVEL").as_deref(), Some("info"));
        assert_eq!(value("prod", "LOG_LEVEL").as_deref(), Some("warn"));
        assert_eq!(value("prod", "DB_PASSWORD"), None);
        assert_eq!(shown(&manifest, "prod").len(), 3);
    }
}
