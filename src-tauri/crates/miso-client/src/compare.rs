//! Two deployments of one application beside each other: image, configuration, manifest (UX.md, 7).

use miso_api::{ConfigurationItem, Deployment};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::fetch::hide_secrets;
use crate::paired::paired;
use crate::wire::documented;
use crate::{Class, Client, Failure};

/// Two deployments, the older one first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The older one.
    pub before: Deployment,
    /// The newer one.
    pub after: Deployment,
    /// The items of their configurations that are not the same.
    pub items: Vec<ComparedItem>,
    /// How many are the same.
    pub equal: u32,
    /// Their manifests without the configuration, as JSON to read; `None` where the server does not
    /// tell both.
    pub manifests: Option<ManifestTexts>,
}

/// Two manifests as texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ManifestTexts {
    /// The older one.
    pub before: String,
    /// The newer one.
    pub after: String,
}

/// An item that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ComparedItem {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub kind: ComparedKind,
    /// Its value before; never a secret's.
    pub before: Option<String>,
    /// Its value after; never a secret's.
    pub after: Option<String>,
}

/// How an item differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ComparedKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value, or stands elsewhere.
    Changed,
    /// A secret in both: nobody can compare the values.
    Incomparable,
}

/// A deployment by itself, with all that it was made with.
#[derive(Deserialize)]
struct Detail {
    #[serde(flatten)]
    deployment: Deployment,
    #[serde(default)]
    manifest: Option<Map<String, Value>>,
}

impl Client {
    /// Compares two deployments of an application. Two requests; nothing of them is kept.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`] where one of them is not there.
    pub async fn compare(&self, one: &str, other: &str) -> Result<Comparison, Failure> {
        let transport = &self.inner.transport;
        let (one, other) = (documented::deployment(one), documented::deployment(other));
        let asked = tokio::try_join!(
            transport.send::<Detail>(&one, Class::Interactive),
            transport.send::<Detail>(&other, Class::Interactive),
        );
        let (one, other) = asked?;
        Ok(match begun(&one.deployment) <= begun(&other.deployment) {
            true => compared(one, other),
            false => compared(other, one),
        })
    }
}

fn begun(deployment: &Deployment) -> Option<chrono::DateTime<chrono::Utc>> {
    deployment.created_at.or(deployment.started_at)
}

fn compared(before: Detail, after: Detail) -> Comparison {
    let (items, equal) = compared_items(
        &before.deployment.configuration,
        &after.deployment.configuration,
    );
    let manifests = before
        .manifest
        .zip(after.manifest)
        .map(|(before, after)| ManifestTexts {
            before: readable(before),
            after: readable(after),
        });
    let without = |mut deployment: Deployment| {
        deployment.configuration.clear();
        deployment
    };
    Comparison {
        before: without(before.deployment),
        after: without(after.deployment),
        items,
        equal,
        manifests,
    }
}

fn compared_items(
    before: &[ConfigurationItem],
    after: &[ConfigurationItem],
) -> (Vec<ComparedItem>, u32) {
    let mut equal = 0;
    let mut items = Vec::new();
    for (name, (old, new)) in paired(before, after) {
        let kind = match (old, new) {
            (None, _) => ComparedKind::Added,
            (_, None) => ComparedKind::Removed,
            (Some(old), Some(new)) if old.location != new.location => ComparedKind::Changed,
            (Some(old), Some(new)) if old.is_secret() && old.is_set == new.is_set => {
                ComparedKind::Incomparable
            }
            (Some(old), Some(new)) if old.is_secret() || old.value != new.value => {
                ComparedKind::Changed
            }
            (Some(_), Some(_)) => {
                equal += 1;
                continue;
            }
        };
        items.push(ComparedItem {
            name: name.to_owned(),
            kind,
            before: old.and_then(ConfigurationItem::shown_value),
            after: new.and_then(ConfigurationItem::shown_value),
        });
    }
    (items, equal)
}

/// A manifest to read: by name, so that an order alone is no difference, and without what is compared
/// by itself. A secret's value is not in it, whatever the server says of it.
fn readable(mut manifest: Map<String, Value>) -> String {
    manifest.shift_remove("configuration");
    manifest.shift_remove("image");
    manifest.sort_keys();
    let mut manifest = Value::Object(manifest);
    hide_secrets(&mut manifest);
    serde_json::to_string_pretty(&manifest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn detail(at: &str, more: Value) -> Detail {
        let mut value = json!({"id": at, "applicationKey": "a", "environment": "dev",
            "status": "completed", "createdAt": at});
        for (name, given) in more.as_object().unwrap() {
            value[name] = given.clone();
        }
        serde_json::from_value(value).unwrap()
    }

    fn item(name: &str, value: Option<&str>) -> Value {
        let location = if value.is_some() {
            "variable"
        } else {
            "keyvault"
        };
        json!({"name": name, "value": value, "location": location, "isSet": true})
    }

    #[test]
    fn what_differs_is_told_and_secrets_are_not() {
        let one = detail(
            "2026-11-24T10:00:00Z",
            json!({"manifest": {"port": 80, "image": "a:1", "configuration": []},
                "configuration": [item("A", Some("1")), item("B", Some("same")), item("S", None)]}),
        );
        let two = detail(
            "2026-11-25T10:00:00Z",
            json!({"manifest": {"image": "a:2", "port": 81},
                "configuration": [item("B", Some("same")), item("C", Some("3")), item("S", None)]}),
        );
        let found = compared(one, two);
        let kinds: Vec<_> = found
            .items
            .iter()
            .map(|item| (item.name.as_str(), item.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                ("A", ComparedKind::Removed),
                ("C", ComparedKind::Added),
                ("S", ComparedKind::Incomparable),
            ]
        );
        assert_eq!(found.equal, 1);
        let texts = found.manifests.unwrap();
        assert_eq!(texts.before, "{\n  \"port\": 80\n}");
        assert_eq!(texts.after, "{\n  \"port\": 81\n}");
    }

    #[test]
    fn a_secret_that_a_manifest_tells_by_mistake_is_not_shown() {
        let told = |at: &str, port: u16| {
            let mut secret = item("S", None);
            secret["value"] = json!("told by mistake");
            let place = json!({"dev": {"port": port, "configuration": [secret]}});
            detail(at, json!({"manifest": {"environmentOverrides": place}}))
        };
        let found = compared(
            told("2026-11-24T10:00:00Z", 80),
            told("2026-11-25T10:00:00Z", 81),
        );
        let texts = found.manifests.unwrap();
        for (text, port) in [(texts.before, "80"), (texts.after, "81")] {
            assert!(text.contains(port) && text.contains("\"S\""), "{text}");
            assert!(!text.contains("told by mistake"), "{text}");
        }
    }

    #[test]
    fn a_server_that_keeps_no_manifests_is_compared_by_the_rest() {
        let plain = |at| detail(at, json!({}));
        let found = compared(plain("2026-11-24T10:00:00Z"), plain("2026-11-25T10:00:00Z"));
        assert_eq!((found.manifests, found.items.len()), (None, 0));
    }
}
