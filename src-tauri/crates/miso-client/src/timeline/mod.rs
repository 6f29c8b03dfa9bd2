//! One timeline of an application in an environment: its health, what was measured, what changed,
//! over one axis (UX.md, 5). Made of what is watched; the page draws it.

mod finer;
mod health;
mod marks;
mod overview;
mod rows;
mod series;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Deployment, Events, Health, HealthStatus, Metrics};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use specta::Type;

pub use finer::FinerSteps;
pub use health::HealthSpan;
pub use marks::{Mark, MarkKind};
pub use overview::{PlaceHealth, Probe};
pub use rows::TimelineRow;
pub use series::{MeasuredSeries, Unit};

use crate::watch::first_wait;
use crate::{Client, Code, Failure, Reading, Resource, Speaks, TimeRange};
use health::{Changes, spans};
use marks::marks;
use overview::probe_of;
use rows::rows;
use series::Grid;

/// What is unwell and began within this time of a deployment is shown from that deployment on.
const SOON: TimeDelta = TimeDelta::minutes(10);
/// It opens so that what is now takes no more than this share of it: what was before is beside it.
const OPENS_AT: f64 = 1.0 / 1.6;

/// A timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// How far back it goes.
    pub range: TimeRange,
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end: now.
    pub to: DateTime<Utc>,
    /// The health, without a hole: what is not known is unknown.
    pub health: Vec<HealthSpan>,
    /// What changed, oldest first.
    pub marks: Vec<Mark>,
    /// When the steps began that the values are of, in milliseconds since 1970.
    pub times: Vec<f64>,
    /// How long a step is, in milliseconds.
    pub step: f64,
    /// What was measured, one value for each step; `None` where nothing was.
    pub series: Vec<MeasuredSeries>,
    /// The same in words, newest first.
    pub rows: Vec<TimelineRow>,
    /// The moments to step through, oldest first: changes of health and marks.
    pub moments: Vec<DateTime<Utc>>,
    /// What is wrong now is looked at from here on; `None` where all is well.
    pub unwell_from: Option<DateTime<Utc>>,
    /// How old what was measured is; `None` where there is none.
    pub measured_at: Option<DateTime<Utc>>,
    /// How it is probed, as far as its manifest says.
    pub probe: Probe,
    /// Why nothing is known of what was measured.
    pub metrics_failure: Option<Failure>,
    /// Why deployments alone are known of what changed.
    pub events_failure: Option<Failure>,
}

/// What a timeline is made of.
struct Parts {
    health: Reading<Health>,
    history: Option<Health>,
    /// Since when the list says that the health is what it is.
    listed: Option<(HealthStatus, DateTime<Utc>)>,
    probe: Probe,
    deployments: Vec<Deployment>,
    metrics: Result<Reading<Metrics>, Failure>,
    events: Result<Reading<Events>, Failure>,
}

impl Client {
    /// The timeline of an application in an environment, as old as its health. What else it is made
    /// of may be missing, which it says.
    ///
    /// # Errors
    /// Where nothing is known of the health and the server could not be asked.
    pub async fn timeline(
        &self,
        application: String,
        environment: String,
        range: TimeRange,
    ) -> Result<Reading<Timeline>, Failure> {
        let place = || (application.clone(), environment.clone());
        let history = async {
            let history = history_of(place());
            // Of the last hours the health tells by itself.
            match range {
                TimeRange::QuarterHour | TimeRange::Hour | TimeRange::SixHours => {
                    self.peek::<Health>(&history)
                }
                TimeRange::Day | TimeRange::Week => {
                    let read = self.part::<Health>(history).await.ok();
                    read.map(|reading| reading.value)
                }
            }
        };
        let (health, history, metrics, events) = tokio::join!(
            self.health(application.clone(), environment.clone()),
            history,
            self.part::<Metrics>(metrics_of(place(), range)),
            self.part::<Events>(events_of(place(), range)),
        );
        let parts = Parts {
            health: health?,
            history,
            listed: self.listed_health(&application, &environment),
            probe: self
                .known_application(&application)
                .map(|known| probe_of(&known, &environment))
                .unwrap_or_default(),
            deployments: self.deployments_in(&application, &environment),
            metrics,
            events,
        };
        let Reading {
            as_of,
            source,
            failure,
            ..
        } = &parts.health;
        let (as_of, source, failure) = (*as_of, *source, failure.clone());
        Ok(Reading {
            value: timeline_of(parts, range, self.inner.clock.now()),
            as_of,
            source,
            failure,
        })
    }

    /// The range in which the last change is seen with what was before it: of the health, or by a
    /// deployment. Asks for nothing but the health.
    ///
    /// # Errors
    /// See [`Self::timeline`].
    pub async fn timeline_range(
        &self,
        application: String,
        environment: String,
    ) -> Result<Reading<TimeRange>, Failure> {
        let health = self
            .health(application.clone(), environment.clone())
            .await?;
        let deployments = self.deployments_in(&application, &environment);
        let listed = self.listed_health(&application, &environment);
        let now = self.inner.clock.now();
        Ok(health.map(|health| {
            let mut changes = Changes::of([Some(&health)]);
            changes.end_with(&health, listed);
            let deployed = deployments.iter().filter_map(marks::begun).max();
            opening(changes.last().max(deployed), now)
        }))
    }

    /// What is known of a part that is watched. Where its watcher could not read it, the watcher
    /// alone asks again.
    async fn part<T: DeserializeOwned>(&self, resource: Resource) -> Result<Reading<T>, Failure> {
        if let Some(known) = self.peek_reading(&resource) {
            return Ok(known);
        }
        if let Some(failure) = self.inner.leases.failure_of(&resource) {
            return Err(failure);
        }
        let is_measured = matches!(resource, Resource::Metrics { .. } | Resource::Events { .. });
        if is_measured && self.speaks() == Speaks::V1 {
            // v1 has no call for it, so it costs nothing to be told so.
            return self.read(resource).await;
        }
        match first_wait(&self.inner, &resource) {
            Duration::ZERO => self.read(resource).await,
            wait => Err(Failure::new(Code::BudgetWait).with("seconds", wait.as_secs())),
        }
    }

    /// What the list says of the health in an environment, and since when.
    fn listed_health(
        &self,
        application: &str,
        environment: &str,
    ) -> Option<(HealthStatus, DateTime<Utc>)> {
        let known = self.known_application(application)?;
        let entry = crate::fleet::entry_of(&known, environment)?;
        Some((entry.health.clone(), entry.health_since?))
    }

    pub(crate) fn deployments_in(&self, application: &str, environment: &str) -> Vec<Deployment> {
        let known = self.known_deployments(application).unwrap_or_default();
        let mut list = known.list;
        list.retain(|deployment| deployment.environment == environment);
        list
    }
}

fn history_of((application, environment): (String, String)) -> Resource {
    Resource::HealthHistory {
        application,
        environment,
    }
}

fn metrics_of((application, environment): (String, String), range: TimeRange) -> Resource {
    Resource::Metrics {
        application,
        environment,
        range,
    }
}

fn events_of((application, environment): (String, String), range: TimeRange) -> Resource {
    Resource::Events {
        application,
        environment,
        range,
    }
}

/// The shortest range in which a change is seen with what was before it.
fn opening(change: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TimeRange {
    let Some(change) = change else {
        return TimeRange::Hour;
    };
    let age = (now - change).as_seconds_f64();
    let fits = |range: &TimeRange| age <= range.span().as_seconds_f64() * OPENS_AT;
    // Of what has long been as it is, the last day says the most.
    TimeRange::ALL
        .into_iter()
        .find(fits)
        .unwrap_or(TimeRange::Day)
}

fn timeline_of(parts: Parts, range: TimeRange, now: DateTime<Utc>) -> Timeline {
    let Parts {
        health,
        history,
        listed,
        probe,
        deployments,
        metrics,
        events,
    } = parts;
    let mut changes = Changes::of([history.as_ref(), Some(&health.value)]);
    changes.end_with(&health.value, listed);
    // What has changed just now is on it, whatever two clocks say.
    let to = changes.last().map_or(now, |last| now.max(last));
    let from = to - range.span();
    let known_until = health::known_until(&health, to);
    let health = spans(&changes, from, to, known_until);
    let (happened, events_failure) = match events {
        Ok(reading) => (reading.value.data, None),
        Err(failure) => (Vec::new(), Some(failure)),
    };
    let marks = marks(&deployments, happened, from, to);
    let (measured, measured_at, metrics_failure) = match metrics {
        Ok(reading) => (reading.value.series, Some(reading.as_of), None),
        Err(failure) => (Vec::new(), None, Some(failure)),
    };
    let grid = Grid::over(&measured, range.step(), from, to);
    let series = grid.series(measured);
    let rows = rows(range, (from, to), &health, &marks, &grid, &series);
    let mut moments: Vec<DateTime<Utc>> = marks.iter().map(|mark| mark.at).collect();
    moments.extend(health.iter().map(|span| span.from).filter(|at| *at > from));
    moments.sort_unstable();
    moments.dedup();
    Timeline {
        range,
        from,
        to,
        unwell_from: unwell_from(&changes, &deployments),
        health,
        marks,
        times: grid.times(),
        step: grid.step(),
        series,
        rows,
        moments,
        measured_at,
        probe,
        metrics_failure,
        events_failure,
    }
}

/// Where what is wrong now began, or the deployment shortly before it; whatever is shown.
fn unwell_from(changes: &Changes, deployments: &[Deployment]) -> Option<DateTime<Utc>> {
    let since = changes.unwell_since()?;
    let before = deployments.iter().filter_map(|deployment| {
        let begun = marks::begun(deployment)?;
        let ended = deployment.completed_at.unwrap_or(begun);
        (begun <= since && since - ended <= SOON).then_some(begun)
    });
    Some(before.max().unwrap_or(since))
}
