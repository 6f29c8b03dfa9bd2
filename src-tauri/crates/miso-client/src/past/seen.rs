//! What a reading says of places.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::{Application, ApplicationStatus, EnvironmentEntry, HealthStatus, Page};
use serde::Deserialize;
use serde_json::Value;

use crate::fleet::{State, since_of};
use crate::listing::{next_page, page_beyond};
use crate::{Code, Failure, Resource};

/// A reading as it was taken into the view.
#[derive(Clone)]
pub(crate) struct Glimpse {
    pub resource: Resource,
    pub value: Arc<Value>,
    /// The server's name for it.
    pub tag: Option<String>,
}

/// An application and an environment.
pub(super) type Place = (String, String);

/// How a place was.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    /// The application was deployed there.
    There(There),
    /// It was there no more.
    Gone,
    /// It left the part of a long list that is held.
    Unseen,
}

/// An application in an environment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct There {
    pub status: ApplicationStatus,
    pub health: HealthStatus,
    pub image: Option<String>,
    pub health_since: Option<DateTime<Utc>>,
    pub deployed: Option<DateTime<Utc>>,
}

/// What a list says of the places that are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It has all there are: they are gone.
    All,
    /// It has as many as are held: they are not seen any more.
    Held,
    /// It moved while its pages were read: nothing.
    Moved,
    /// The rest of it has still to come: nothing.
    Part,
}

/// What was seen.
pub(super) enum Sight {
    /// The list of applications.
    List {
        places: Vec<(Place, There)>,
        reach: Reach,
    },
    /// One application, everywhere.
    One {
        application: String,
        places: Vec<(Place, There)>,
    },
    /// The health of a place.
    Health {
        place: Place,
        health: HealthStatus,
        since: Option<DateTime<Utc>>,
    },
    /// The version of a place's configuration.
    Configuration { place: Place, version: String },
}

impl Glimpse {
    /// A reading, where it is one that says something of places.
    pub(crate) fn of(resource: &Resource, value: &Arc<Value>, tag: Option<&str>) -> Option<Self> {
        match resource {
            Resource::Applications | Resource::Application { .. } | Resource::Health { .. } => {}
            Resource::Configuration { environment, .. } => {
                environment.as_ref()?;
                tag?;
            }
            // Who deploys what is in the list as soon as it runs, with its time.
            Resource::Deployments { .. }
            | Resource::Deployment { .. }
            | Resource::Environments
            | Resource::Environment { .. }
            | Resource::Me
            | Resource::Access { .. }
            | Resource::AccessRequests
            | Resource::Permissions { .. }
            | Resource::HealthHistory { .. }
            | Resource::Metrics { .. }
            | Resource::Events { .. } => return None,
        }
        Some(Self {
            resource: resource.clone(),
            value: value.clone(),
            tag: tag.map(str::to_owned),
        })
    }

    /// What it says.
    pub(super) fn sight(&self) -> Result<Option<Sight>, Failure> {
        match &self.resource {
            Resource::Applications => {
                let list = Page::<Application>::deserialize(self.value.as_ref()).map_err(odd)?;
                let reach = reach_of(&list, &self.value);
                let places = list.data.iter().flat_map(places_of).collect();
                Ok(Some(Sight::List { places, reach }))
            }
            Resource::Application { application } => {
                let one = Application::deserialize(self.value.as_ref()).map_err(odd)?;
                Ok(Some(Sight::One {
                    application: application.clone(),
                    places: places_of(&one).collect(),
                }))
            }
            Resource::Health {
                application,
                environment,
            } => {
                let Some(status) = self.value["status"].as_str() else {
                    return Ok(None);
                };
                let history = self.value["history"].as_array();
                let began = history.and_then(|all| all.last());
                let began = began.filter(|began| began["status"] == self.value["status"]);
                let since = began.and_then(|began| began["at"].as_str()?.parse().ok());
                Ok(Some(Sight::Health {
                    place: (application.clone(), environment.clone()),
                    health: HealthStatus::from(status),
                    since,
                }))
            }
            Resource::Configuration {
                application,
                environment: Some(environment),
            } => Ok(self.tag.clone().map(|version| Sight::Configuration {
                place: (application.clone(), environment.clone()),
                version,
            })),
            Resource::Configuration {
                environment: None, ..
            }
            | Resource::Deployments { .. }
            | Resource::Deployment { .. }
            | Resource::Environments
            | Resource::Environment { .. }
            | Resource::Me
            | Resource::Access { .. }
            | Resource::AccessRequests
            | Resource::Permissions { .. }
            | Resource::HealthHistory { .. }
            | Resource::Metrics { .. }
            | Resource::Events { .. } => Ok(None),
        }
    }
}

impl Seen {
    /// Whether it is the same for who looks at it; since when it is does not count.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::There(one), Self::There(two)) => {
                one.status == two.status && one.health == two.health && one.image == two.image
            }
            (Self::Gone, Self::Gone) | (Self::Unseen, Self::Unseen) => true,
            (Self::There(_), Self::Gone | Self::Unseen)
            | (Self::Gone, Self::There(_) | Self::Unseen)
            | (Self::Unseen, Self::There(_) | Self::Gone) => false,
        }
    }

    pub(super) fn there(&self) -> Option<&There> {
        match self {
            Self::There(there) => Some(there),
            Self::Gone | Self::Unseen => None,
        }
    }
}

impl There {
    /// Its shape.
    pub(super) fn state(&self) -> State {
        State::told(&self.status, &self.health)
    }

    /// Since when it is unwell, else when it was last deployed.
    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        since_of(self.state(), self.health_since, self.deployed)
    }
}

impl From<&EnvironmentEntry> for There {
    fn from(entry: &EnvironmentEntry) -> Self {
        Self {
            status: entry.status.clone(),
            health: entry.health.clone(),
            image: entry.image.clone().filter(|image| !image.is_empty()),
            health_since: entry.health_since,
            deployed: entry.last_deployed_at,
        }
    }
}

fn places_of(application: &Application) -> impl Iterator<Item = (Place, There)> + '_ {
    application.environments.iter().map(|entry| {
        let place = (application.key.clone(), entry.environment.clone());
        (place, There::from(entry))
    })
}

fn reach_of(list: &Page<Application>, value: &Value) -> Reach {
    if next_page(value).is_some() {
        return Reach::Part;
    }
    if page_beyond(list).is_some() {
        return Reach::Held;
    }
    match u32::try_from(list.data.len()) {
        Ok(held) if held < list.total() => Reach::Moved,
        Ok(_) | Err(_) => Reach::All,
    }
}

fn odd(error: serde_json::Error) -> Failure {
    Failure::new(Code::NotMiso).with("excerpt", error)
}
