//! The fleet: application × environment, as every overview shows it. Made of the one list call and
//! the recent deployments; it asks for nothing else (DESIGN.md, "The request budget").

mod before;
mod found;
mod row;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod unwell;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use miso_api::{Application, Deployment, Me, Page};
use serde::{Deserialize, Serialize};
use specta::Type;

pub(crate) use before::image_to_go_back_to;
pub use found::{FleetOrder, FleetPage, FleetQuery, FleetSort};
pub use row::{Cell, FleetRow, Place, State};
pub(crate) use row::{entry_of, since_of};
pub use standing::Standing;
pub(crate) use standing::{by_application, newest_first};
pub use unwell::UnwellPlace;

use crate::listing::page_beyond;
use crate::stage::Stages;
use crate::{Client, Failure, Reading, Resource, Stage};

/// Applications × environments, with what is said above them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fleet {
    /// The columns, on the way of a release: also those in which nothing runs yet.
    pub environments: Vec<Stage>,
    /// The unwell first, the worst before, then by key.
    pub rows: Vec<FleetRow>,
    /// Every place that is unwell, the worst first.
    pub unwell: Vec<UnwellPlace>,
    /// What the sentence on top says.
    pub counts: Counts,
    /// The deployments under way, the newest first.
    pub running: Vec<RunningDeployment>,
    /// Where the instance has more applications than are ever listed here: the server's page after these.
    /// What is beyond them it searches, filters, sorts and pages itself.
    pub next_page: Option<u32>,
}

/// Applications, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// On the instance, those included that the list does not hold.
    pub total: u32,
    /// Of which the list holds nothing.
    pub unseen: u32,
    /// Placed somewhere.
    pub placed: u32,
    /// With a place that is unwell.
    pub unwell: u32,
    /// With a place that is being deployed to.
    pub deploying: u32,
    /// With a place of which nothing is known.
    pub unknown: u32,
    /// Not applications but their places: how many are being deployed to, by what the list or a
    /// deployment says, whichever knows it first.
    pub under_way: u32,
    /// Whether every place is well, or stopped on purpose; never while one is not known.
    pub all_well: bool,
}

/// A deployment under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunningDeployment {
    /// Its id.
    pub id: String,
    /// What is deployed.
    pub application: String,
    /// Where to.
    pub environment: Stage,
    /// 0 to 100.
    pub progress: Option<u8>,
}

impl Client {
    /// The fleet. As old as the list of applications; how far environments are behind is told from
    /// the deployments that are known by now.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked.
    pub async fn fleet(&self) -> Result<Reading<Fleet>, Failure> {
        let list = self.applications().await?;
        let recent: Option<Page<Deployment>> =
            self.peek(&Resource::Deployments { application: None });
        let me: Option<Me> = self.peek(&Resource::Me);
        let stages = self.known_stages();
        let recent = recent.map(|page| page.data).unwrap_or_default();
        let (now, as_of) = (self.inner.clock.now(), list.as_of);
        Ok(list.map(|list| {
            let mut fleet = fleet_of(&list, &recent, me.as_ref(), &stages, now);
            self.say_more(&mut fleet.unwell, &list.data, as_of);
            self.look_closer(&fleet.unwell);
            fleet
        }))
    }

    /// One application in each of its environments, as a row of the fleet.
    ///
    /// # Errors
    /// See [`Self::fleet`].
    pub async fn places(&self, application: String) -> Result<Reading<FleetRow>, Failure> {
        let reading = self.application(application.clone()).await?;
        let known = self.known_deployments(&application).unwrap_or_default();
        let me: Option<Me> = self.peek(&Resource::Me);
        let stages = self.known_stages();
        Ok(reading.map(|application| {
            let placed = application.environments.iter();
            let columns = stages.in_order(placed.map(|entry| entry.environment.as_str()));
            let known: Vec<&Deployment> = known.list.iter().collect();
            row::row_of(&application, &columns, &known, me.as_ref())
        }))
    }
}

/// The fleet of a list of applications.
fn fleet_of(
    list: &Page<Application>,
    recent: &[Deployment],
    me: Option<&Me>,
    stages: &Stages,
    now: DateTime<Utc>,
) -> Fleet {
    let environments = stages.in_order(stages.keys_around(&list.data, me));
    let by_application = standing::by_application(recent);
    let mut rows: Vec<FleetRow> = list
        .data
        .iter()
        .map(|application| {
            let known = by_application.get(application.key.as_str());
            let known = known.map(Vec::as_slice).unwrap_or_default();
            row::row_of(application, &environments, known, me)
        })
        .collect();
    rows.sort_by(|a, b| (a.rank(), &a.key).cmp(&(b.rank(), &b.key)));
    let running = running(recent, stages);
    Fleet {
        unwell: unwell::unwell_places(&list.data, &by_application, &environments, now),
        counts: counts(list, &rows, &running),
        next_page: page_beyond(list),
        running,
        environments,
        rows,
    }
}

fn counts(list: &Page<Application>, rows: &[FleetRow], running: &[RunningDeployment]) -> Counts {
    let with = |wanted: fn(State) -> bool| {
        let rows = rows.iter().filter(|row| row.states().any(wanted)).count();
        u32::try_from(rows).unwrap_or(u32::MAX)
    };
    let total = list.total();
    let unseen = total.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    let mut counts = Counts {
        total,
        unseen,
        placed: with(|_| true),
        unwell: with(State::is_unwell),
        deploying: with(|state| state == State::Progress),
        unknown: with(|state| state == State::Unknown),
        under_way: under_way(rows, running),
        all_well: false,
    };
    counts.all_well =
        counts.placed > 0 && counts.unwell + counts.deploying + counts.unknown + counts.unseen == 0;
    counts
}

fn under_way(rows: &[FleetRow], running: &[RunningDeployment]) -> u32 {
    let in_the_list = rows.iter().flat_map(|row| {
        let cells = row.cells.iter();
        let deploying = cells.filter(|cell| {
            let place = cell.place.as_ref();
            place.is_some_and(|place| place.state == State::Progress)
        });
        deploying.map(|cell| (row.key.as_str(), cell.environment.as_str()))
    });
    let deployed = running
        .iter()
        .map(|one| (one.application.as_str(), one.environment.key.as_str()));
    let places: HashSet<_> = in_the_list.chain(deployed).collect();
    u32::try_from(places.len()).unwrap_or(u32::MAX)
}

fn running(recent: &[Deployment], stages: &Stages) -> Vec<RunningDeployment> {
    let running = newest_first(recent)
        .into_iter()
        .filter(|deployment| !deployment.status.has_ended());
    running
        .map(|deployment| RunningDeployment {
            id: deployment.id.clone(),
            application: deployment.application_key.clone(),
            environment: stages.stage(&deployment.environment),
            progress: deployment.progress,
        })
        .collect()
}
