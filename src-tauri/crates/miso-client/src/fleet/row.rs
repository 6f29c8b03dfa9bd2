//! One application in each environment.

use chrono::{DateTime, Utc};
use miso_api::{
    Application, ApplicationStatus, ApplicationType, Deployment, EnvironmentEntry, HealthStatus, Me,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::before::image_to_go_back_to;
use super::standing::{Standing, standing};
use crate::Stage;
use crate::image::tag_of;
use crate::permission::{Allowed, to_deploy};

/// What a shape says, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It does not do what it should.
    Bad,
    /// It answers, but not well.
    Warning,
    /// A deployment is under way.
    Progress,
    /// Nothing is known.
    Unknown,
    /// Stopped on purpose.
    Off,
    /// All is well.
    Well,
}

impl State {
    /// The state of an application in one environment.
    pub(crate) fn of(entry: &EnvironmentEntry) -> Self {
        Self::told(&entry.status, &entry.health)
    }

    /// What a status and a health say together.
    pub(crate) fn told(status: &ApplicationStatus, health: &HealthStatus) -> Self {
        match status {
            ApplicationStatus::Deploying => Self::Progress,
            ApplicationStatus::Stopped => Self::Off,
            ApplicationStatus::Error => Self::Bad,
            ApplicationStatus::Running | ApplicationStatus::Unknown(_) => match health {
                HealthStatus::Healthy => Self::Well,
                HealthStatus::Degraded => Self::Warning,
                HealthStatus::Unhealthy => Self::Bad,
                HealthStatus::NotKnown | HealthStatus::Unknown(_) => Self::Unknown,
            },
        }
    }

    /// Whether somebody should look at it.
    pub fn is_unwell(self) -> bool {
        match self {
            Self::Bad | Self::Warning => true,
            Self::Progress | Self::Unknown | Self::Off | Self::Well => false,
        }
    }

    /// Zero for the worst.
    pub(crate) fn rank(self) -> u8 {
        self as u8
    }
}

/// One application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FleetRow {
    /// Its key.
    pub key: String,
    /// The name people read.
    pub display_name: String,
    /// The kind of application.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// The image that its manifest names.
    pub image: Option<String>,
    /// When a deployment of it last came through, wherever that was.
    pub last_deployed_at: Option<DateTime<Utc>>,
    /// Its worst state; deployed nowhere, it is off.
    pub state: State,
    /// Whether that is unwell.
    pub unwell: bool,
    /// Where a click on the application as a whole leads: to what is worst of the unwell, else to
    /// the furthest environment.
    pub target: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// One application in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The environment's key.
    pub environment: String,
    /// Whether the caller may deploy there, or it is not known that they may not.
    pub may_deploy: bool,
    /// Where something newer, or anything at all, would come from: the environment before it, where
    /// one runs another image.
    pub promotes_from: Option<String>,
    /// What is there; nothing where it was never deployed.
    pub place: Option<Place>,
}

/// What is in a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Its shape.
    pub state: State,
    /// Zero for the worst, to sort by.
    pub rank: u8,
    /// Whether somebody should look at it.
    pub unwell: bool,
    /// The tag that runs; `None` while stopped.
    pub tag: Option<String>,
    /// The whole image.
    pub image: Option<String>,
    /// Its address; `None` while it has none.
    pub url: Option<String>,
    /// Since when it is unwell, else when it was last deployed.
    pub since: Option<DateTime<Utc>>,
    /// How it stands to its left neighbour.
    pub standing: Standing,
    /// While it is unwell: the image to go back to, as far as that is known.
    pub before: Option<String>,
}

impl FleetRow {
    /// The unwell by how bad it is; all others alike.
    pub(super) fn rank(&self) -> u8 {
        if self.unwell {
            self.state.rank()
        } else {
            u8::MAX
        }
    }

    pub(super) fn states(&self) -> impl Iterator<Item = State> {
        let places = self.cells.iter().filter_map(|cell| cell.place.as_ref());
        places.map(|place| place.state)
    }
}

/// A row with a cell for each column; `known` are deployments of this application, the newest first.
pub(super) fn row_of(
    application: &Application,
    columns: &[Stage],
    known: &[&Deployment],
    me: Option<&Me>,
) -> FleetRow {
    let mut left: Option<&EnvironmentEntry> = None;
    let cells: Vec<Cell> = columns
        .iter()
        .map(|column| {
            let entry = entry_of(application, &column.key);
            let place = entry.map(|entry| place_of(entry, left, known));
            let promotes_from = left.filter(|left| {
                left.image.as_deref().is_some_and(|image| !image.is_empty())
                    && is_promoted(place.as_ref())
            });
            let promotes_from = promotes_from.map(|left| left.environment.clone());
            // What is stopped is nobody's neighbour: nothing is promoted from it.
            left = entry
                .filter(|entry| entry.status != ApplicationStatus::Stopped)
                .or(left);
            Cell {
                environment: column.key.clone(),
                may_deploy: to_deploy(entry, None, me, &column.key) != Allowed::No,
                promotes_from,
                place,
            }
        })
        .collect();
    let placed = || {
        cells
            .iter()
            .filter_map(|cell| Some((cell, cell.place.as_ref()?)))
    };
    let state = placed().map(|(_, place)| place.state).min();
    let state = state.unwrap_or(State::Off);
    let mut worst = placed().filter(|(_, place)| place.unwell && place.state == state);
    let target = worst.next_back().or_else(|| placed().next_back());
    let target = target
        .map_or("dev", |(cell, _)| &cell.environment)
        .to_owned();
    FleetRow {
        key: application.key.clone(),
        display_name: application.display_name.clone(),
        kind: application.kind.clone(),
        image: application.image.clone(),
        last_deployed_at: application
            .environments
            .iter()
            .filter_map(|entry| entry.last_deployed_at)
            .max(),
        state,
        unwell: state.is_unwell(),
        target,
        cells,
    }
}

/// Whether what runs before it would come here: something newer, or the first of all.
fn is_promoted(place: Option<&Place>) -> bool {
    place.is_none_or(|place| match place.standing {
        Standing::Behind { .. } => true,
        Standing::Same | Standing::Ahead => false,
    })
}

/// The entry of an environment, if it was deployed there.
pub(crate) fn entry_of<'a>(
    application: &'a Application,
    environment: &str,
) -> Option<&'a EnvironmentEntry> {
    application
        .environments
        .iter()
        .find(|entry| entry.environment == environment)
}

/// Since when a place is unwell, else when it was last deployed.
pub(crate) fn since_of(
    state: State,
    health_since: Option<DateTime<Utc>>,
    deployed: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    match state.is_unwell() {
        true => health_since.or(deployed),
        false => deployed,
    }
}

fn place_of(
    entry: &EnvironmentEntry,
    left: Option<&EnvironmentEntry>,
    known: &[&Deployment],
) -> Place {
    let state = State::of(entry);
    let stopped = entry.status == ApplicationStatus::Stopped;
    let tag = entry
        .image
        .as_deref()
        .filter(|image| !stopped && !image.is_empty());
    Place {
        state,
        rank: state.rank(),
        unwell: state.is_unwell(),
        tag: tag.map(|image| tag_of(image).to_owned()),
        image: entry.image.clone(),
        url: entry.url.clone().filter(|url| !stopped && !url.is_empty()),
        since: since_of(state, entry.health_since, entry.last_deployed_at),
        standing: if stopped {
            Standing::Same
        } else {
            standing(entry, left, known)
        },
        before: image_to_go_back_to(entry, known.iter().copied()),
    }
}
