//! What a client knows without asking anybody: what the cached view holds.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use miso_api::{Application, Deployment, DeploymentStatus, Me, Page, Permission, Permissions};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fleet::{by_application, newest_first};
use crate::renewed::rows;
use crate::stage::Stages;
use crate::view::View;
use crate::{Capability, Client, Reading, Resource, Source};

/// What the check and the findings are made of.
#[derive(Default)]
pub(crate) struct Known {
    pub application: Option<Application>,
    pub deployments: Option<KnownDeployments>,
    pub me: Option<Me>,
    /// What the server answered about places of the application, by environment.
    pub asked: HashMap<String, Vec<Permission>>,
    pub stages: Stages,
    /// Whether the instance can repeat a deployment with its configuration, as far as is known.
    pub can_repeat: Option<bool>,
}

/// Deployments of one application, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownDeployments {
    pub list: Vec<Deployment>,
    /// Whether there are no older ones.
    pub complete: bool,
    /// Whether the server said so in this run and could be reached since.
    pub live: bool,
}

impl Client {
    /// The last reading's value.
    pub(crate) fn peek<T: DeserializeOwned>(&self, resource: &Resource) -> Option<T> {
        self.peek_reading(resource).map(|reading| reading.value)
    }

    /// The last reading.
    pub(crate) fn peek_reading<T: DeserializeOwned>(
        &self,
        resource: &Resource,
    ) -> Option<Reading<T>> {
        self.inner.view.peek(resource)
    }

    /// The keys of the applications that are known, in order. Asks for nothing.
    pub fn known_keys(&self) -> Vec<String> {
        let list = self.inner.view.raw(&Resource::Applications);
        let Some((list, ..)) = list else {
            return Vec::new();
        };
        let keys = rows(&list).iter().filter_map(|row| row["key"].as_str());
        let keys: BTreeSet<String> = keys.map(str::to_owned).collect();
        keys.into_iter().collect()
    }

    /// What is known before a deployment of an application.
    pub(crate) fn known_before(&self, application: &str) -> Known {
        Known {
            application: self.known_application(application),
            deployments: self.known_deployments(application),
            me: self.peek(&Resource::Me),
            asked: self
                .asked_permissions_of_all()
                .remove(application)
                .unwrap_or_default(),
            stages: self.known_stages(),
            can_repeat: self.inner.capabilities.offers(Capability::DeployFrom),
        }
    }

    /// What the server answered about places, by application and environment.
    fn asked_permissions_of_all(&self) -> HashMap<String, HashMap<String, Vec<Permission>>> {
        let mut all: HashMap<String, HashMap<String, Vec<Permission>>> = HashMap::new();
        for resource in self.inner.view.known() {
            let Resource::Permissions {
                application,
                environment,
            } = &resource
            else {
                continue;
            };
            if let Some(asked) = self.peek::<Permissions>(&resource) {
                let places = all.entry(application.clone()).or_default();
                places.insert(environment.clone(), asked.permissions);
            }
        }
        all
    }

    /// The same before deployments of several applications: each list is gone through once.
    pub(crate) fn known_before_all(&self, applications: &[String]) -> Vec<Known> {
        let list = self.inner.view.raw(&Resource::Applications);
        let listed = list
            .as_ref()
            .map(|(list, ..)| rows(list))
            .unwrap_or_default();
        let listed: HashMap<&str, &Value> = listed
            .iter()
            .filter_map(|row| Some((row["key"].as_str()?, row)))
            .collect();
        let recent =
            self.peek_reading::<Page<Deployment>>(&Resource::Deployments { application: None });
        let all = recent.as_ref().map(|recent| recent.value.data.as_slice());
        let by_application = by_application(all.unwrap_or_default());
        let (me, stages) = (self.peek::<Me>(&Resource::Me), self.known_stages());
        let asked = self.asked_permissions_of_all();
        let can_repeat = self.inner.capabilities.offers(Capability::DeployFrom);
        let known = |key: &String| {
            let row = listed.get(key.as_str());
            let read = row.and_then(|row| Application::deserialize(*row).ok());
            let own = by_application.get(key.as_str());
            let own = own.map(Vec::as_slice).unwrap_or_default();
            let live = recent.as_ref().map(|recent| recent.source == Source::Live);
            Known {
                // Beyond the list there is what was read of it by itself.
                application: read.or_else(|| self.known_application(key)),
                deployments: live.map(|live| KnownDeployments {
                    list: own.iter().map(|&deployment| deployment.clone()).collect(),
                    complete: false,
                    live,
                }),
                me: me.clone(),
                asked: asked.get(key).cloned().unwrap_or_default(),
                stages: stages.clone(),
                can_repeat,
            }
        };
        applications.iter().map(known).collect()
    }

    /// Deployments of an application, from its own history and the recent activity of everything.
    pub(crate) fn known_deployments(&self, application: &str) -> Option<KnownDeployments> {
        let own = self.peek_reading::<Page<Deployment>>(&Resource::Deployments {
            application: Some(application.to_owned()),
        });
        let recent = self.recent_deployments_of(application);
        known_deployments(application, own, recent)
    }

    /// What the recent activity of everything says of an application.
    fn recent_deployments_of(&self, application: &str) -> Option<Reading<Page<Deployment>>> {
        let everything = Resource::Deployments { application: None };
        let (list, as_of, source) = self.inner.view.raw(&everything)?;
        let rows = rows(&list).iter();
        let own = rows.filter(|row| row["applicationKey"] == application);
        let data: Result<Vec<Deployment>, _> = own.map(Deployment::deserialize).collect();
        Some(Reading {
            value: Page {
                data: data.ok()?,
                meta: None,
                links: None,
            },
            as_of,
            source,
            failure: None,
        })
    }

    /// The newest of what its own reading, the list and what the server found say of an application.
    pub(crate) fn known_application(&self, key: &str) -> Option<Application> {
        self.inner.view.known_application(key)
    }
}

impl View {
    /// The newest of what its own reading, the list and what the server found say of an application.
    pub(crate) fn known_application(&self, key: &str) -> Option<Application> {
        self.dated_application(key)
            .map(|(_, application)| application)
    }

    /// The same, and when that was said.
    pub(crate) fn dated_application(&self, key: &str) -> Option<(DateTime<Utc>, Application)> {
        let application = key.to_owned();
        let own = self.peek::<Application>(&Resource::Application { application });
        // Of a list that may be long, only the one row is read.
        let list = self.raw(&Resource::Applications);
        let listed = list.and_then(|(list, as_of, _)| {
            let row = rows(&list).iter().find(|row| row["key"] == key)?;
            Some((as_of, Application::deserialize(row).ok()?))
        });
        let own = own.map(|own| (own.as_of, own.value));
        let newest = own.into_iter().chain(listed).chain(self.found(key));
        newest.max_by_key(|(as_of, _)| *as_of)
    }
}

impl Known {
    /// What the server answered about a place of the application, if it was asked.
    pub(crate) fn asked(&self, environment: &str) -> Option<&[Permission]> {
        self.asked.get(environment).map(Vec::as_slice)
    }
}

impl KnownDeployments {
    /// Whether one is under way there.
    pub(crate) fn is_busy(&self, environment: &str) -> bool {
        self.list.iter().any(|deployment| {
            deployment.environment == environment && !deployment.status.has_ended()
        })
    }

    /// Whether this image was deployed there and came to run.
    pub(crate) fn completed(&self, environment: &str, image: &str) -> bool {
        self.list.iter().any(|deployment| {
            deployment.environment == environment
                && deployment.status == DeploymentStatus::Completed
                && deployment.image.as_deref() == Some(image)
        })
    }
}

pub(crate) fn known_deployments(
    application: &str,
    own: Option<Reading<Page<Deployment>>>,
    recent: Option<Reading<Page<Deployment>>>,
) -> Option<KnownDeployments> {
    if own.is_none() && recent.is_none() {
        return None;
    }
    let complete = own
        .as_ref()
        .is_some_and(|own| own.value.total() as usize <= own.value.data.len());
    let live = own.as_ref().or(recent.as_ref());
    let live = live.is_some_and(|reading| reading.source == Source::Live);
    // The newer reading first: of a deployment that both know, its word counts.
    let mut readings: Vec<_> = own.into_iter().chain(recent).collect();
    readings.sort_by_key(|reading| Reverse(reading.as_of));
    let mut seen = BTreeSet::new();
    let list: Vec<Deployment> = readings
        .into_iter()
        .flat_map(|reading| reading.value.data)
        .filter(|deployment| deployment.application_key == application)
        .filter(|deployment| seen.insert(deployment.id.clone()))
        .collect();
    let list = newest_first(&list).into_iter().cloned().collect();
    Some(KnownDeployments {
        list,
        complete,
        live,
    })
}
