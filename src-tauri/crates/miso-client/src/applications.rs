//! Applications: made, changed, deleted. Each write is sent once.

use chrono::{DateTime, Utc};
use miso_api::manifest::without_read_only;
use miso_api::{Application, ApplicationStatus, Permission};
use serde_json::{Map, Value};

use crate::fetch::hide_secrets;
use crate::transport::Tagged;
use crate::wire::documented;
use crate::write::SKEW;
use crate::{Class, Client, Code, Failure, Resource, Versioned};

impl Client {
    /// Creates an application from its manifest. Sent once.
    ///
    /// # Errors
    /// [`Code::NotConfirmed`] where that deploys to production, see [`Self::create_confirmed`];
    /// [`Code::Validation`] with the fields, [`Code::Conflict`] where the key is taken,
    /// [`Code::OutcomeUnknown`] where the answer was lost.
    pub async fn create_application(&self, manifest: Value) -> Result<Application, Failure> {
        self.create_confirmed(manifest, None).await
    }

    /// The same with what was shown to be confirmed ([`Self::show_creation`]), without which nothing is
    /// deployed to production.
    ///
    /// # Errors
    /// As [`Self::create_application`].
    pub async fn create_confirmed(
        &self,
        manifest: Value,
        confirmation: Option<&str>,
    ) -> Result<Application, Failure> {
        self.must(&Permission::ApplicationsCreate, None, None)?;
        self.check_creation_confirmed(&manifest, confirmation)
            .await?;
        let key = manifest["key"].as_str().map(str::to_owned);
        let at = self.inner.clock.now();
        let sent = self
            .send::<Application>(&documented::create_application(manifest))
            .await;
        let created = match key {
            Some(key) => {
                self.or_found(sent, || self.find_application(&key, at))
                    .await?
            }
            None => sent?,
        };
        self.inner.touch(&created.key);
        Ok(created)
    }

    /// An application's manifest as the server has it now, fit to be sent back, with its version. One
    /// request.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::NotOffered`] where the instance tells of no single application.
    pub async fn manifest(&self, key: &str) -> Result<Versioned<Value>, Failure> {
        let call = documented::application(key);
        let sent = self
            .inner
            .transport
            .send_tagged::<Map<String, Value>>(&call, Class::Interactive);
        let mut manifest = sent.await.map(versioned)?;
        hide_secrets(&mut manifest.value);
        Ok(manifest)
    }

    /// Replaces an application's manifest where it is still of this version. Sent once.
    ///
    /// # Errors
    /// [`Code::Validation`] with the fields, [`Code::Conflict`] where somebody else changed it
    /// meanwhile, [`Code::OutcomeUnknown`] where the answer was lost.
    pub async fn update_application(
        &self,
        key: &str,
        manifest: Value,
        version: Option<&str>,
    ) -> Result<Versioned<Value>, Failure> {
        self.must(&Permission::ApplicationsUpdate, Some(key), None)?;
        let call = documented::update_application(key, manifest.clone(), version);
        let sent = self
            .inner
            .transport
            .send_tagged::<Map<String, Value>>(&call, Class::Interactive);
        let find = || async {
            let now = self.manifest(key).await?;
            Ok(Some(now).filter(|now| is_made(now, &manifest, version)))
        };
        let changed = self.or_found(sent.await.map(versioned), find).await?;
        self.inner.touch(key);
        Ok(changed)
    }

    /// Deletes an application; `force` also where it runs in production. Sent once.
    ///
    /// # Errors
    /// [`Code::Conflict`] where it runs in production, also without being sent where that is known
    /// before; [`Code::OutcomeUnknown`] where the answer was lost and it is still there; why it is not
    /// known whether it runs in production: then nothing is sent without `force`.
    pub async fn delete_application(&self, key: &str, force: bool) -> Result<(), Failure> {
        self.must(&Permission::ApplicationsDelete, Some(key), None)?;
        if !force {
            self.must_not_run_in_production(key).await?;
        }
        let call = documented::delete_application(key, force);
        let sent = self.inner.transport.send_only(&call, Class::Interactive);
        let find = || async {
            match self.inner.fetch_application(key, Class::Interactive).await {
                Ok(_) => Ok(None),
                Err(failure) if failure.code == Code::NotFound => Ok(Some(())),
                Err(failure) => Err(failure),
            }
        };
        self.or_found(sent.await, find).await?;
        self.inner.touch(key);
        let list = self.refresh(&Resource::Applications).await;
        if let Err(failure) = list {
            tracing::info!(?failure, "the list without it is not known yet");
        }
        Ok(())
    }

    /// Refuses what runs in production. Of what the instance does not let the account read, it decides
    /// by itself.
    async fn must_not_run_in_production(&self, key: &str) -> Result<(), Failure> {
        self.know_production().await?;
        let application = Resource::Application {
            application: key.to_owned(),
        };
        if let Err(failure) = self.fresh::<Application>(application).await
            && !matches!(
                failure.code,
                Code::Forbidden | Code::NotFound | Code::NotOffered
            )
        {
            return Err(failure);
        }
        let (known, stages) = (self.known_application(key), self.known_stages());
        let places = known.iter().flat_map(|known| &known.environments);
        let mut running = places.filter(|place| place.status != ApplicationStatus::Stopped);
        match running.find(|place| stages.is_production(&place.environment)) {
            Some(place) => {
                let name = stages.stage(&place.environment).name;
                Err(Failure::new(Code::Conflict).with("environment", name))
            }
            None => Ok(()),
        }
    }

    async fn find_application(
        &self,
        key: &str,
        sent: DateTime<Utc>,
    ) -> Result<Option<Application>, Failure> {
        let asked = self.inner.fetch_application(key, Class::Interactive);
        match asked.await {
            Ok(found) => Ok(Some(found)
                .filter(|found| found.created_at.is_some_and(|made| made >= sent - SKEW))),
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

fn versioned(tagged: Tagged<Map<String, Value>>) -> Versioned<Value> {
    Versioned {
        value: Value::Object(without_read_only(tagged.value)),
        version: tagged.tag,
    }
}

/// Whether a change whose answer was lost was made: what the server has is of another version than the
/// one that was changed, and it is just what was sent.
fn is_made(now: &Versioned<Value>, wanted: &Value, changed: Option<&str>) -> bool {
    let is_another = changed.is_none() || now.version.as_deref() != changed;
    let wanted = match wanted {
        Value::Object(fields) => &Value::Object(without_read_only(fields.clone())),
        other => other,
    };
    is_another && is_same(&now.value, wanted)
}

/// Whether two manifests say the same; what is `null` is not there. Of a secret that was given a value
/// nobody can tell: it is never read back.
fn is_same(have: &Value, wanted: &Value) -> bool {
    match (have, wanted) {
        (Value::Object(have), Value::Object(wanted)) => {
            let location = wanted.get("location");
            let is_secret = location.is_some_and(|location| location == "keyvault");
            have.keys().chain(wanted.keys()).all(|name| {
                let (have, wanted) = (have.get(name), wanted.get(name));
                match name.as_str() {
                    // Only a read tells it.
                    "isSet" if location.is_some() => true,
                    "value" if is_secret => wanted.is_none_or(Value::is_null),
                    _ => is_same(have.unwrap_or(&Value::Null), wanted.unwrap_or(&Value::Null)),
                }
            })
        }
        (Value::Array(have), Value::Array(wanted)) => {
            have.len() == wanted.len()
                && have
                    .iter()
                    .zip(wanted)
                    .all(|(have, wanted)| is_same(have, wanted))
        }
        (have, wanted) => have == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lost_change_counts_as_made_only_where_that_can_be_seen() {
        let now = Versioned {
            value: json!({"key": "a", "port": 80, "image": null, "configuration": [
                {"name": "SECRET", "location": "keyvault", "value": null, "isSet": true}]}),
            version: Some("\"2\"".to_owned()),
        };
        let secret = |value| {
            json!({"key": "a", "port": 80, "status": "running", "configuration": [
                {"name": "SECRET", "location": "keyvault", "value": value}]})
        };
        let kept = secret(Value::Null);
        assert!(is_made(&now, &kept, Some("\"1\"")));
        assert!(is_made(&now, &kept, None));
        assert!(!is_made(&now, &kept, Some("\"2\"")), "as it was before");
        for other in [
            secret(json!("typed")),
            json!({"key": "a", "configuration": kept["configuration"]}),
            json!({"key": "a", "port": null, "configuration": kept["configuration"]}),
            json!({"key": "a", "port": 81, "configuration": kept["configuration"]}),
            json!({"key": "a", "port": 80, "configuration": []}),
        ] {
            assert!(!is_made(&now, &other, Some("\"1\"")), "{other}");
        }
    }
}
