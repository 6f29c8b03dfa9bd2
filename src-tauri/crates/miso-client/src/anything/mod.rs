//! Which of the things that are known hold a text that somebody copied: a tag, a request id, an id of
//! a deployment, a name of a variable, words of an error, an address. It asks nobody. Of a
//! configuration it looks at names, and at values that are no secrets.

mod gathered;
mod needle;
mod pages;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use miso_api::{Configuration, ConfigurationItem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::link::link_from;
use crate::renewed::rows;
use crate::{Client, Code, ConnectionId, Connections, Failure, LinkTarget, Resource};
use gathered::Gathered;
use needle::Needle;

/// What holds a text, of all that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Anything {
    /// What was found, one for each kind of which there is any, in the order in which it is shown.
    pub groups: Vec<AnythingGroup>,
    /// Whether it may be the id of a deployment that is not known: the instance can be asked for it.
    pub may_be_deployment: bool,
}

/// What of one kind holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnythingGroup {
    /// Of what kind.
    pub kind: AnythingKind,
    /// How many there are.
    pub total: u32,
    /// They, or the first of very many.
    pub held: Vec<AnythingHeld>,
}

/// What can hold a text.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum AnythingKind {
    /// A place that runs just this tag, digest or image.
    Runs,
    /// A page that this is the address of.
    Page,
    /// An application: its key, its names, its manifest's image or repository.
    Application,
    /// An application in an environment: its image, its address, what is wrong with it.
    Place,
    /// A deployment: its id, its image, its note, its error.
    Deployment,
    /// An item of a configuration: its name, or its value where it is no secret.
    Configuration,
    /// A call that failed: its request id.
    Fault,
}

/// Something that holds a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AnythingHeld {
    /// A page.
    Page {
        /// Where it leads.
        target: LinkTarget,
        /// The application it is about.
        application: Option<String>,
        /// In which environment.
        environment: Option<String>,
    },
    /// An application.
    Application {
        /// Its key.
        application: String,
        /// Where it can be opened.
        environment: String,
        /// What holds it.
        words: String,
    },
    /// An application in an environment.
    Place {
        /// The application.
        application: String,
        /// The environment.
        environment: String,
        /// What holds it.
        words: String,
    },
    /// A deployment.
    Deployment {
        /// Its id.
        id: String,
        /// The application.
        application: String,
        /// The environment.
        environment: String,
        /// When it was asked for.
        at: Option<DateTime<Utc>>,
        /// What holds it.
        words: String,
    },
    /// An item of a configuration.
    Configuration {
        /// The application.
        application: String,
        /// Where; null for the manifest's own.
        environment: Option<String>,
        /// The name of the variable.
        name: String,
        /// What of its value holds it; null where its name does.
        words: Option<String>,
    },
    /// A call that failed.
    Fault {
        /// When.
        at: DateTime<Utc>,
        /// What went wrong, by the word that never changes.
        #[specta(type = String)]
        code: Code,
        /// Method and path of the call; null where it was a sign-in.
        call: Option<String>,
        /// What to tell the operator of the instance.
        request_id: String,
    },
}

impl Connections {
    /// What holds a text, of all that is known on a connection; a link of ours leads to its page,
    /// whichever connection that is on. Asks nobody.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`].
    pub fn anything(&self, connection: &ConnectionId, text: &str) -> Result<Anything, Failure> {
        let client = self.client(connection)?;
        let Some(needle) = Needle::of(text) else {
            return Ok(Anything::default());
        };
        let url = self.get(connection)?.url;
        let mut gathered = Gathered::new(connection.clone(), needle, url);
        if let Ok(link) = link_from(text.trim()) {
            gathered.page(self.target_of(link), None, None);
        }
        client.gather(&mut gathered);
        let stages = client.known_stages();
        Ok(gathered.done(|keys| {
            let stages = stages.in_order(keys);
            stages.into_iter().map(|stage| stage.key).collect()
        }))
    }
}

impl Client {
    /// Goes through all that is known.
    fn gather(&self, gathered: &mut Gathered) {
        let view = &self.inner.view;
        let known = view.known();
        // These two are kept on the disk, and known before anything was asked for in this run.
        let mut seen = HashSet::from([
            Resource::Applications,
            Resource::Deployments { application: None },
        ]);
        seen.extend(known);
        let value = |resource: &Resource| view.raw(resource).map(|(value, ..)| value);
        if let Some(list) = value(&Resource::Applications) {
            rows(&list).iter().for_each(|row| gathered.application(row));
        }
        view.each_found(|row| gathered.application(row));
        for resource in &seen {
            match resource {
                Resource::Application { .. } => {
                    if let Some(row) = value(resource) {
                        gathered.application(&row);
                        gathered.configuration(&row["key"], None, &items_of(&row["configuration"]));
                    }
                }
                Resource::Deployments { .. } => {
                    if let Some(list) = value(resource) {
                        rows(&list).iter().for_each(|row| gathered.deployment(row));
                    }
                }
                Resource::Deployment { .. } => {
                    if let Some(row) = value(resource) {
                        gathered.deployment(&row);
                    }
                }
                Resource::Configuration {
                    application,
                    environment,
                } => {
                    let read: Option<Configuration> = self.peek(resource);
                    if let Some(read) = read {
                        let application = Value::from(application.as_str());
                        gathered.configuration(&application, environment.as_deref(), &read.items);
                    }
                }
                Resource::Applications
                | Resource::Environments
                | Resource::Environment { .. }
                | Resource::Me
                | Resource::Health { .. }
                | Resource::HealthHistory { .. }
                | Resource::Metrics { .. }
                | Resource::Events { .. }
                | Resource::Access { .. }
                | Resource::AccessRequests
                | Resource::Permissions { .. } => {}
            }
        }
        for fault in self.faults() {
            gathered.fault(fault);
        }
    }
}

fn items_of(items: &Value) -> Vec<ConfigurationItem> {
    Vec::deserialize(items).unwrap_or_default()
}
