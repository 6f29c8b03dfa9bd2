//! An application's configuration: what is shown, what is sealed, what its processes get.

use miso_api::{ConfigurationItem, ConfigurationLocation};
use serde_json::{Map, Value, json};

/// A secret value taken out of a manifest.
pub(crate) struct TakenSecret {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The manifest's own items.
const BASE: &str = "configuration";

/// The scope of an environment's overrides.
fn scope_of(environment: &str) -> String {
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

/// An item that counts in an environment, and the scope it comes from.
pub(crate) struct Effective {
    pub(crate) item: ConfigurationItem,
    pub(crate) scope: String,
}

/// The items that count in an environment, secrets masked: the manifest's, with the environment's
/// own over them. An override replaces the whole item, whatever kind either is of.
pub(crate) fn effective(manifest: &Value, environment: &str) -> Vec<Effective> {
    let within = |list: &Value, scope: &str| -> Vec<Effective> {
        let scoped = |item| Effective {
            item,
            scope: scope.to_owned(),
        };
        items(list).into_iter().map(scoped).collect()
    };
    let base = within(&manifest["configuration"], BASE);
    let overrides = &manifest["environments"][environment]["configuration"];
    overlay(base, within(overrides, &scope_of(environment)))
}

/// The same without the scopes, as it is read.
pub(crate) fn shown(manifest: &Value, environment: &str) -> Vec<ConfigurationItem> {
    let effective = effective(manifest, environment).into_iter();
    effective.map(|effective| effective.item).collect()
}

fn items(list: &Value) -> Vec<ConfigurationItem> {
    let Some(list) = list.as_array() else {
        return Vec::new();
    };
    // What validation let through can be read; what an older version stored is left out rather
    // than made up.
    list.iter()
        .filter_map(|item| serde_json::from_value(item.clone()).ok())
        .collect()
}

fn overlay(mut base: Vec<Effective>, overrides: Vec<Effective>) -> Vec<Effective> {
    for own in overrides {
        match base
            .iter_mut()
            .find(|known| known.item.name == own.item.name)
        {
            Some(known) => *known = own,
            None => base.push(own),
        }
    }
    base
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
        let manifest = Value::Object(manifest);
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
