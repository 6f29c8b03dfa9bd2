//! The fleet as it was known at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use miso_api::{Application, ApplicationStatus, ApplicationType, Page};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::kept::{self, Then};
use super::seen::{Place, Seen, There};
use super::{goes_on_to, moment};
use crate::fleet::State;
use crate::image::tag_of;
use crate::stage::Stages;
use crate::{Client, Failure, Resource, Stage};

/// Applications × environments, as they were known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FleetThen {
    /// The time that is meant: no later than now.
    pub at: DateTime<Utc>,
    /// Whether anybody looked then. Where nobody did, no cell says how it was.
    pub observed: bool,
    /// The columns, on the way of a release.
    pub environments: Vec<Stage>,
    /// The unwell of then first, the worst before, then by key.
    pub rows: Vec<RowThen>,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RowThen {
    /// Its key.
    pub key: String,
    /// The name people read, as it is now.
    pub display_name: String,
    /// The kind of application; not known of one that is gone.
    #[serde(rename = "type")]
    pub kind: Option<ApplicationType>,
    /// One for each column.
    pub cells: Vec<CellThen>,
}

/// One application in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct CellThen {
    /// The environment's key.
    pub environment: String,
    /// How it was there.
    pub then: PlaceThen,
}

/// How it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PlaceThen {
    /// As it was seen.
    Known {
        /// Its shape.
        state: State,
        /// Whether somebody should have looked at it.
        unwell: bool,
        /// The tag that ran; `None` while stopped.
        tag: Option<String>,
        /// The whole image.
        image: Option<String>,
        /// Since when it was unwell, else when it had been deployed.
        since: Option<DateTime<Utc>>,
    },
    /// Nobody looked.
    NotObserved,
    /// It was seen there later, for the first time.
    Before,
    /// It was not there.
    Absent,
}

impl Client {
    /// The fleet as it was known at a time. Asks for nothing.
    ///
    /// # Errors
    /// [`crate::Code::CacheFailed`].
    pub fn fleet_at(&self, time: DateTime<Utc>) -> Result<FleetThen, Failure> {
        let now = self.inner.clock.now();
        let at = time.min(now);
        let known = self.inner.view.past(|database, whose| {
            let spans = kept::spans(database, whose)?;
            Ok((spans, kept::places_at(database, whose, at)?))
        });
        let (spans, places) = known?;
        let list: Option<Page<Application>> = self.peek(&Resource::Applications);
        let list = list.map(|page| page.data).unwrap_or_default();
        let observed = is_observed(&spans, at, now);
        Ok(fleet_then(
            at,
            observed,
            places,
            &list,
            &self.known_stages(),
        ))
    }
}

/// Whether a time lies in a span without a gap.
pub(super) fn is_observed(spans: &[(i64, i64)], at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let millis = at.timestamp_millis();
    let Some(((_, last), earlier)) = spans.split_last() else {
        return false;
    };
    let holds = |from: i64, to: i64| (from..=to).contains(&millis);
    let goes_on = goes_on_to(moment(*last), now).timestamp_millis();
    let newest = spans.last().is_some_and(|(from, _)| holds(*from, goes_on));
    newest || earlier.iter().any(|(from, to)| holds(*from, *to))
}

pub(super) fn fleet_then(
    at: DateTime<Utc>,
    observed: bool,
    places: Vec<(Place, Option<Then>)>,
    list: &[Application],
    stages: &Stages,
) -> FleetThen {
    let columns = stages.in_order(
        places
            .iter()
            .map(|((_, environment), _)| environment.as_str()),
    );
    let mut cells: BTreeMap<&str, HashMap<&str, PlaceThen>> = BTreeMap::new();
    for ((application, environment), then) in &places {
        let place = match (observed, then.as_ref().map(|then| &then.seen)) {
            (false, _) | (true, Some(Seen::Unseen)) => PlaceThen::NotObserved,
            (true, None) => PlaceThen::Before,
            (true, Some(Seen::Gone)) => PlaceThen::Absent,
            (true, Some(Seen::There(there))) => PlaceThen::of(there),
        };
        let row = cells.entry(application).or_default();
        row.insert(environment, place);
    }
    let now: HashMap<&str, &Application> = list
        .iter()
        .map(|application| (application.key.as_str(), application))
        .collect();
    let rows = cells.into_iter().map(|(key, mut row)| {
        let application = now.get(key);
        RowThen {
            key: key.to_owned(),
            display_name: application.map_or(key, |one| &one.display_name).to_owned(),
            kind: application.map(|one| one.kind.clone()),
            cells: columns
                .iter()
                .map(|column| CellThen {
                    environment: column.key.clone(),
                    then: row.remove(column.key.as_str()).unwrap_or(PlaceThen::Absent),
                })
                .collect(),
        }
    });
    let mut rows: Vec<RowThen> = rows.filter(RowThen::is_anywhere).collect();
    // By key they stand already.
    rows.sort_by_key(|row| Reverse(row.worst().map(|state| Reverse(state.rank()))));
    FleetThen {
        at,
        observed,
        environments: columns,
        rows,
    }
}

impl PlaceThen {
    fn of(there: &There) -> Self {
        let state = there.state();
        let is_stopped = there.status == ApplicationStatus::Stopped;
        let runs = there.image.as_deref().filter(|_| !is_stopped);
        Self::Known {
            state,
            unwell: state.is_unwell(),
            tag: runs.map(|image| tag_of(image).to_owned()),
            image: there.image.clone(),
            since: there.since(),
        }
    }
}

impl RowThen {
    fn is_anywhere(&self) -> bool {
        self.cells.iter().any(|cell| cell.then != PlaceThen::Absent)
    }

    /// The worst of its unwell places.
    fn worst(&self) -> Option<State> {
        let states = self.cells.iter().filter_map(|cell| match cell.then {
            PlaceThen::Known {
                state,
                unwell: true,
                ..
            } => Some(state),
            PlaceThen::Known { .. }
            | PlaceThen::NotObserved
            | PlaceThen::Before
            | PlaceThen::Absent => None,
        });
        states.min()
    }
}
