//! The configuration of an application: read, and replaced. A secret goes out and never comes back
//! (API.md, "Configuration").

use miso_api::{Configuration, ConfigurationItem, ConfigurationLocation, Permission};
use serde_json::{Map, Value};

use crate::wire::documented;
use crate::{Class, Client, Code, Failure, Reading, Resource, Versioned};

impl Client {
    /// The configuration in an environment, or the manifest's own items, with its version. In memory
    /// only.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked.
    pub async fn configuration(
        &self,
        application: String,
        environment: Option<String>,
    ) -> Result<Reading<Versioned<Configuration>>, Failure> {
        let resource = Resource::Configuration {
            application,
            environment,
        };
        // A version of another value than the one that is shown would let a change replace what nobody
        // saw.
        let known = || self.inner.view.peek_versioned(&resource);
        if let Some(reading) = known() {
            return Ok(reading);
        }
        self.refresh(&resource).await?;
        known().ok_or_else(|| Failure::new(Code::SignedOut))
    }

    /// Replaces a configuration where it is still of this version: what is left out is deleted, a
    /// secret without a value keeps its own. It takes effect at the next deployment. Sent once.
    ///
    /// # Errors
    /// [`crate::Code::Validation`] with the fields, [`crate::Code::Conflict`] where somebody else changed it
    /// meanwhile, [`crate::Code::OutcomeUnknown`] where the answer was lost.
    pub async fn save_configuration(
        &self,
        application: &str,
        environment: Option<&str>,
        items: &[ConfigurationItem],
        version: Option<&str>,
    ) -> Result<Versioned<Configuration>, Failure> {
        self.must(
            &Permission::ConfigurationUpdate,
            Some(application),
            environment,
        )?;
        let body = items.iter().map(sent_item).collect();
        let call = documented::save_configuration(application, environment, body, version);
        let sent = self.inner.transport.send_tagged(&call, Class::Interactive);
        let current = documented::configuration(application, environment);
        let current_now = || {
            let transport = &self.inner.transport;
            transport.send_tagged::<Configuration>(&current, Class::Interactive)
        };
        let find = || async {
            let now = current_now().await?;
            Ok(Some(now).filter(|now| is_saved(&now.value.items, items)))
        };
        let mut saved = self.or_found(sent.await, &find).await?;
        if saved.tag.is_none() {
            // The next change needs a version; only a read must give one (API.md, "Configuration").
            saved = match current_now().await {
                // Nothing was changed between the two answers, as far as they tell.
                Ok(now) if now.value.items == saved.value.items => now,
                Ok(_) | Err(_) => saved,
            };
        }
        let resource = Resource::Configuration {
            application: application.to_owned(),
            environment: environment.map(str::to_owned),
        };
        self.inner
            .keep_version(&resource, &saved.value, saved.tag.clone())?;
        Ok(Versioned {
            value: saved.value,
            version: saved.tag,
        })
    }
}

/// An item as it is sent: without what only a read tells, and without a value that is not given.
fn sent_item(item: &ConfigurationItem) -> Value {
    let mut sent = Map::new();
    sent.insert("name".to_owned(), item.name.clone().into());
    if let Some(value) = &item.value {
        sent.insert("value".to_owned(), value.clone().into());
    }
    sent.insert("location".to_owned(), item.location.as_str().into());
    sent.insert("required".to_owned(), item.required.into());
    if let Some(input) = &item.portal_input {
        sent.insert("portalInput".to_owned(), input.clone());
    }
    Value::Object(sent)
}

/// Whether what the server has is what was sent. Of a secret that was given a value nobody can tell.
fn is_saved(have: &[ConfigurationItem], sent: &[ConfigurationItem]) -> bool {
    let same = |sent: &ConfigurationItem| {
        let mut found = have.iter().filter(|item| item.name == sent.name);
        found.any(|item| {
            item.location == sent.location
                && item.required == sent.required
                && match sent.location {
                    ConfigurationLocation::Keyvault => sent.value.is_none(),
                    ConfigurationLocation::Variable | ConfigurationLocation::Unknown(_) => {
                        item.value == sent.value
                    }
                }
        })
    };
    have.len() == sent.len() && sent.iter().all(same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(name: &str, location: &str, value: Option<&str>) -> ConfigurationItem {
        serde_json::from_value(
            json!({"name": name, "location": location, "value": value, "isSet": true}),
        )
        .unwrap()
    }

    #[test]
    fn a_secret_that_is_kept_is_sent_without_a_value() {
        let kept = sent_item(&item("PASSWORD", "keyvault", None));
        assert_eq!(
            kept,
            json!({"name": "PASSWORD", "location": "keyvault", "required": false})
        );
        let given = sent_item(&item("PASSWORD", "keyvault", Some("")));
        assert_eq!(given["value"], "");
    }

    #[test]
    fn a_lost_change_counts_as_made_only_where_that_can_be_seen() {
        let have = [
            item("LEVEL", "variable", Some("info")),
            item("PASSWORD", "keyvault", None),
        ];
        assert!(is_saved(&have, &have));
        let [level, password] = have.clone();
        assert!(
            !is_saved(&have, std::slice::from_ref(&level)),
            "one too many"
        );
        let typed = item("PASSWORD", "keyvault", Some("typed"));
        assert!(!is_saved(&have, &[level, typed]), "who knows");
        let other = item("LEVEL", "variable", Some("debug"));
        assert!(!is_saved(&have, &[other, password]));
    }
}
