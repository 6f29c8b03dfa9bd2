//! How a resource is asked for, taken into the view and announced.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::{
    AccessEntry, AccessRequest, Application, ApplicationStatus, Configuration, Deployment,
    Environment, Events, Health, Me, Metrics, Page, Permissions,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Inner;
use crate::past::Glimpse;
use crate::range::history_from;
use crate::transport::{Call, Tagged};
use crate::view::Epoch;
use crate::watch::is_brought;
use crate::wire::documented;
use crate::{Class, Code, Event, Failure, Resource, Source};

impl Inner {
    /// Asks the server for a resource, once for all who ask at the same time, and publishes.
    pub(crate) async fn refresh(&self, resource: &Resource, class: Class) -> Result<(), Failure> {
        let asked = self.clock.now();
        let gate = self.view.gate(resource);
        let _asking = gate.lock().await;
        if let Some((_, as_of, Source::Live)) = self.view.raw(resource)
            && as_of >= asked
        {
            return Ok(());
        }
        let epoch = self.view.epoch();
        let known = self.view.tagged(resource);
        let was_outdated = self.view.asking(resource);
        match self.fetch(resource, class, known).await {
            Ok(value) => {
                self.take(epoch, resource, value);
                self.leases.note(resource, None);
                Ok(())
            }
            Err(failure) => {
                if was_outdated {
                    self.view.not_asked(resource);
                }
                if self.view.fail(epoch, resource, &failure) {
                    self.announce(resource, true);
                }
                Err(failure)
            }
        }
    }

    /// Takes a value that came with a write's answer.
    pub(crate) fn keep(&self, resource: &Resource, value: &impl Serialize) -> Result<(), Failure> {
        self.keep_version(resource, value, None)
    }

    /// The same of a value whose version is known.
    pub(crate) fn keep_version(
        &self,
        resource: &Resource,
        value: &impl Serialize,
        tag: Option<String>,
    ) -> Result<(), Failure> {
        let value = Arc::new(json(value)?);
        self.take(self.view.epoch(), resource, Tagged { value, tag });
        Ok(())
    }

    /// Says that an application has changed on the server: all that shows it is asked for anew,
    /// what is watched now and the rest when it is looked at.
    pub(crate) fn touch(&self, application: &str) {
        self.touch_those(|resource| resource.shows(application));
    }

    /// The same of any that have changed.
    pub(crate) fn touch_those(&self, have_changed: impl Fn(&Resource) -> bool) {
        self.view.outdate(&have_changed);
        self.leases
            .wake(|resource| have_changed(resource) && !is_brought(self, resource));
    }

    fn take(&self, epoch: Epoch, resource: &Resource, taken: Tagged<Arc<Value>>) {
        let value = taken.value.clone();
        let before = self.view.raw(resource);
        if let Resource::Deployment { id } = resource {
            let before = before
                .as_ref()
                .map(|(before, at, _)| (before.as_ref(), *at));
            self.still.note(id, before, &value, self.clock.now());
        }
        let ended = match &before {
            Some((before, ..)) if !Arc::ptr_eq(before, &value) => {
                ended_between(resource, before, &value)
            }
            Some(_) | None => BTreeSet::new(),
        };
        if let Some((before, ..)) = &before
            && before["history"] != value["history"]
        {
            self.outdate_what_explains(resource);
        }
        let mut lists = self.lists_with(epoch, resource, &value);
        lists.extend(self.places_with(epoch, resource, &value));
        let now = self.clock.now();
        let renewed = match resource {
            Resource::Applications => self.applications_with(epoch, &value, now),
            Resource::Deployments { application: None } => self.histories_with(epoch, &value, now),
            Resource::Deployments { .. }
            | Resource::Application { .. }
            | Resource::Environments
            | Resource::Environment { .. }
            | Resource::Me
            | Resource::Deployment { .. }
            | Resource::Access { .. }
            | Resource::AccessRequests
            | Resource::Permissions { .. }
            | Resource::Configuration { .. }
            | Resource::Health { .. }
            | Resource::HealthHistory { .. }
            | Resource::Metrics { .. }
            | Resource::Events { .. } => Vec::new(),
        };
        let glimpse = Glimpse::of(resource, &taken.value, taken.tag.as_deref());
        let Some(changed) = self.view.put(epoch, resource, taken, now) else {
            return;
        };
        if let Some(glimpse) = glimpse {
            self.view.note_seen(epoch, glimpse, now);
        }
        self.announce(resource, changed);
        if changed
            && matches!(
                resource,
                Resource::Applications | Resource::Application { .. }
            )
        {
            self.recorder.look_again();
        }
        if changed && *resource == Resource::Me {
            self.telling.look_again();
        }
        for list in lists {
            self.announce(&list, true);
        }
        for (renewed, changed) in renewed {
            self.announce(&renewed, changed);
        }
        // Other readings may still say that it goes on.
        for application in ended {
            self.touch(&application);
        }
    }

    /// Has what happened where the health changed asked for anew: what was deployed meanwhile, by whomever,
    /// is a part of that.
    fn outdate_what_explains(&self, health: &Resource) {
        let Resource::Health {
            application,
            environment,
        } = health
        else {
            return;
        };
        self.touch_those(|resource| match resource {
            Resource::Events {
                application: of,
                environment: there,
                ..
            } => of == application && there == environment,
            Resource::Application { application: of }
            | Resource::Deployments {
                application: Some(of),
            } => of == application,
            // Where they are watched, they bring the application's own.
            Resource::Applications | Resource::Deployments { application: None } => true,
            _ => false,
        });
    }

    /// Brings the lists of deployments to what a single one said, so that a page which shows both
    /// does not contradict itself; which lists differ by that.
    fn lists_with(&self, epoch: Epoch, resource: &Resource, value: &Value) -> Vec<Resource> {
        let Resource::Deployment { id } = resource else {
            return Vec::new();
        };
        let application = value["applicationKey"].as_str().map(str::to_owned);
        let mut lists = vec![
            Resource::Deployments { application: None },
            Resource::Deployments { application },
        ];
        lists.retain(|list| {
            self.view.amend(epoch, list, |list| {
                let Some(rows) = list["data"].as_array_mut() else {
                    return;
                };
                match rows.iter_mut().find(|row| row["id"] == id.as_str()) {
                    // What has ended does not go on again: the list is newer.
                    Some(row) if has_ended(row) => {}
                    Some(row) => *row = value.clone(),
                    None if !has_ended(value) => rows.insert(0, value.clone()),
                    None => {}
                }
            })
        });
        lists
    }

    fn announce(&self, resource: &Resource, changed: bool) {
        let (connection, resource) = (self.id.clone(), resource.clone());
        self.publish.publish(Event::ResourceChanged {
            connection,
            resource,
            changed,
        });
    }

    /// What the server says; of what is known already, that it still is so.
    async fn fetch(
        &self,
        resource: &Resource,
        class: Class,
        known: Option<Tagged<Arc<Value>>>,
    ) -> Result<Tagged<Arc<Value>>, Failure> {
        let asking = Asking {
            class,
            known: known.filter(|_| self.asks_the_same(resource)),
        };
        match resource {
            Resource::Applications => self.fetch_applications(asking).await,
            Resource::Application { application } => {
                let call = documented::application(application);
                match self.fetch_one::<Application>(&call, asking).await {
                    Err(failure) if failure.code == Code::NotOffered => {
                        let listed = self.fetch_from_list(application, class).await?;
                        Ok(untagged(json(&listed)?))
                    }
                    answer => answer,
                }
            }
            Resource::Environments => {
                let call = documented::environments();
                self.fetch_one::<Page<Environment>>(&call, asking).await
            }
            Resource::Environment { environment } => {
                let call = documented::environment(environment);
                self.fetch_one::<Environment>(&call, asking).await
            }
            Resource::Me => self.fetch_one::<Me>(&documented::me(), asking).await,
            Resource::Deployments { application } => {
                let before = asking.known.as_ref().map(|known| known.value.clone());
                let call = documented::deployments(application.as_deref(), None, 1);
                let page = self.fetch_one::<Page<Deployment>>(&call, asking).await?;
                let is_as_it_was = before.is_some_and(|before| Arc::ptr_eq(&before, &page.value));
                match application {
                    Some(key) if !is_as_it_was => self.with_quiet_places(key, page, class).await,
                    Some(_) | None => Ok(page),
                }
            }
            Resource::Deployment { id } => {
                let call = documented::deployment(id);
                self.fetch_one::<Deployment>(&call, asking).await
            }
            Resource::Health {
                application,
                environment,
            } => {
                let call = documented::health(application, environment);
                self.fetch_one::<Health>(&call, asking).await
            }
            Resource::HealthHistory {
                application,
                environment,
            } => {
                let from = history_from(self.clock.now());
                let call = documented::health_history(application, environment, from);
                self.fetch_one::<Health>(&call, asking).await
            }
            Resource::Metrics {
                application,
                environment,
                range,
            } => {
                let (from, step) = (range.asked_from(self.clock.now()), range.step());
                let call = documented::metrics(application, environment, from, step);
                self.fetch_one::<Metrics>(&call, asking).await
            }
            Resource::Events {
                application,
                environment,
                range,
            } => {
                let from = range.asked_from(self.clock.now());
                let call = documented::events(application, environment, from);
                self.fetch_one::<Events>(&call, asking).await
            }
            Resource::Access { application } => {
                let call = documented::access(application);
                self.fetch_one::<Vec<AccessEntry>>(&call, asking).await
            }
            Resource::AccessRequests => {
                let call = documented::access_requests();
                self.fetch_one::<Page<AccessRequest>>(&call, asking).await
            }
            Resource::Permissions {
                application,
                environment,
            } => {
                let call = documented::my_permissions(application, environment);
                self.fetch_one::<Permissions>(&call, asking).await
            }
            Resource::Configuration {
                application,
                environment,
            } => {
                let call = documented::configuration(application, environment.as_deref());
                self.fetch_one::<Configuration>(&call, asking).await
            }
        }
    }

    /// Whether what is asked for now has the same address as the last time: a version is of that
    /// address alone (RFC 9110 §8.8.3).
    fn asks_the_same(&self, resource: &Resource) -> bool {
        let same = |from: &dyn Fn(DateTime<Utc>) -> DateTime<Utc>| {
            let asked = self.view.raw(resource);
            asked.is_some_and(|(_, as_of, _)| from(as_of) == from(self.clock.now()))
        };
        match resource {
            Resource::HealthHistory { .. } => same(&history_from),
            Resource::Metrics { range, .. } | Resource::Events { range, .. } => {
                same(&|at| range.asked_from(at))
            }
            Resource::Applications
            | Resource::Application { .. }
            | Resource::Environments
            | Resource::Environment { .. }
            | Resource::Me
            | Resource::Deployments { .. }
            | Resource::Deployment { .. }
            | Resource::Health { .. }
            | Resource::Access { .. }
            | Resource::AccessRequests
            | Resource::Permissions { .. }
            | Resource::Configuration { .. } => true,
        }
    }

    async fn fetch_one<T: DeserializeOwned + Serialize + Send + 'static>(
        &self,
        call: &Call,
        Asking { class, known }: Asking,
    ) -> Result<Tagged<Arc<Value>>, Failure> {
        let tag = known.as_ref().and_then(|known| known.tag.as_deref());
        let answer = self.transport.send_unless::<T>(call, class, tag).await?;
        let Some(Tagged { value, tag }) = answer else {
            return known.ok_or_else(|| Failure::new(Code::NotMiso));
        };
        let value = Arc::new(json(&value)?);
        Ok(Tagged { value, tag })
    }
}

/// How a resource is asked for, and what of it is known by a version.
pub(crate) struct Asking {
    pub class: Class,
    pub known: Option<Tagged<Arc<Value>>>,
}

/// A value that is none of the server's versions.
pub(crate) fn untagged(value: Value) -> Tagged<Arc<Value>> {
    Tagged {
        value: Arc::new(value),
        tag: None,
    }
}

/// What is kept of an answer. A secret's value is not, whatever the server says of it.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(value)
        .map_err(|error| Failure::new(Code::NotMiso).with("excerpt", error))?;
    hide_secrets(&mut value);
    Ok(value)
}

/// Takes the value out of every item of a configuration that is a secret.
pub(crate) fn hide_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("location").is_some_and(|one| one == "keyvault")
                && let Some(secret) = fields.get_mut("value")
            {
                *secret = Value::Null;
            }
            fields.values_mut().for_each(hide_secrets);
        }
        Value::Array(items) => items.iter_mut().for_each(hide_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn has_ended(deployment: &Value) -> bool {
    Deployment::deserialize(deployment).is_ok_and(|deployment| deployment.status.has_ended())
}

/// The applications whose deployment went on in one reading of a list and has ended in the next.
fn ended_between(list: &Resource, before: &Value, after: &Value) -> BTreeSet<String> {
    let parse = |value: &Value| Page::<Deployment>::deserialize(value).map(|page| page.data);
    let deploying = |value: &Value| {
        Page::<Application>::deserialize(value).map(|page| {
            let deploying = page.data.into_iter().filter(|application| {
                let mut places = application.environments.iter();
                application.status == ApplicationStatus::Deploying
                    || places.any(|place| place.status == ApplicationStatus::Deploying)
            });
            deploying
                .map(|application| application.key)
                .collect::<BTreeSet<_>>()
        })
    };
    match list {
        Resource::Deployments { .. } => {
            let (Ok(before), Ok(after)) = (parse(before), parse(after)) else {
                return BTreeSet::new();
            };
            let went_on: BTreeSet<String> = before
                .into_iter()
                .filter(|deployment| !deployment.status.has_ended())
                .map(|deployment| deployment.id)
                .collect();
            after
                .into_iter()
                .filter(|deployment| {
                    deployment.status.has_ended() && went_on.contains(&deployment.id)
                })
                .map(|deployment| deployment.application_key)
                .collect()
        }
        Resource::Applications => {
            let (Ok(before), Ok(after)) = (deploying(before), deploying(after)) else {
                return BTreeSet::new();
            };
            before.difference(&after).cloned().collect()
        }
        Resource::Application { .. }
        | Resource::Environments
        | Resource::Environment { .. }
        | Resource::Me
        | Resource::Deployment { .. }
        | Resource::Access { .. }
        | Resource::AccessRequests
        | Resource::Permissions { .. }
        | Resource::Configuration { .. }
        | Resource::Health { .. }
        | Resource::HealthHistory { .. }
        | Resource::Metrics { .. }
        | Resource::Events { .. } => BTreeSet::new(),
    }
}
