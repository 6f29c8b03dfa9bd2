//! What an answer is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use miso_api::{
    Application, ApplicationStatus, ConfigurationItem, Deployment, DeploymentStatus,
    EnvironmentEntry, Event, Health, HealthStatus, MetricSeries,
};

use crate::State;

/// What is known of an application in an environment.
#[derive(Clone)]
pub(crate) struct Facts<'a> {
    /// The application's key.
    pub(crate) application: &'a str,
    /// Its entry in the environment.
    pub(crate) entry: &'a EnvironmentEntry,
    /// Its health, where that was read by itself and is no older than the entry.
    pub(crate) health: Option<&'a Health>,
    /// Deployments in this environment, the newest first.
    pub(crate) deployments: Vec<&'a Deployment>,
    /// What happened there.
    pub(crate) events: &'a [Event],
    /// What was measured there.
    pub(crate) metrics: &'a [MetricSeries],
    /// Other applications that are not well in this environment.
    pub(crate) others: &'a [Other],
}

/// Another application that is not well in an environment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Other {
    /// Its key.
    pub(crate) application: String,
    /// Since when; `None` where nobody says so, or where it is stopped.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Whether it is stopped on purpose.
    pub(crate) stopped: bool,
}

/// The part of a log that there is something to say of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSpan {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end: now.
    pub to: DateTime<Utc>,
}

/// What the part of the log that is kept here says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSays {
    /// Lines of level error.
    pub errors: u64,
    /// When the first of them was written.
    pub first: Option<DateTime<Utc>>,
    /// What most of them say.
    pub most: Option<Said>,
}

/// What several lines of a log say.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// With what differs from line to line masked.
    pub pattern: String,
    /// How many lines.
    pub count: u64,
    /// When the first of them was written.
    pub first: DateTime<Utc>,
    /// Whether no line before the span said so.
    pub newly: bool,
}

/// Applications that are not well, or stopped, by environment.
pub(crate) fn others_of(applications: &[Application]) -> BTreeMap<String, Vec<Other>> {
    let mut found: BTreeMap<String, Vec<Other>> = BTreeMap::new();
    for application in applications {
        for entry in &application.environments {
            let state = State::of(entry);
            let since = match state {
                State::Bad | State::Warning => entry.health_since,
                State::Off => None,
                State::Progress | State::Unknown | State::Well => continue,
            };
            let other = Other {
                application: application.key.clone(),
                since,
                stopped: state == State::Off,
            };
            let here = found.entry(entry.environment.clone()).or_default();
            here.push(other);
        }
    }
    found
}

impl<'a> Facts<'a> {
    /// The health by the newest word of it.
    pub(super) fn status(&self) -> &'a HealthStatus {
        self.health
            .map_or(&self.entry.health, |health| &health.status)
    }

    /// The state by the newest word of it.
    pub(super) fn state(&self) -> State {
        let newest = self.deployments.first();
        if newest.is_some_and(|newest| !newest.status.has_ended()) {
            return State::Progress;
        }
        State::of(&EnvironmentEntry {
            health: self.status().clone(),
            ..self.entry.clone()
        })
    }

    /// Since when its health is what it is; `None` where nobody says so of this one.
    pub(super) fn health_since(&self) -> Option<DateTime<Utc>> {
        let last = self.health.and_then(|health| health.history.last());
        let seen = last.filter(|last| last.status == *self.status());
        let listed = self
            .entry
            .health_since
            .filter(|_| self.entry.health == *self.status());
        listed.or(seen.map(|seen| seen.at))
    }

    /// Why its health is what it is, in the server's words.
    pub(super) fn health_message(&self) -> Option<&'a str> {
        let listed = self
            .entry
            .health_message
            .as_deref()
            .filter(|_| self.entry.health == *self.status());
        let last = self.health.and_then(|health| health.history.last());
        let seen = last.filter(|last| last.status == *self.status());
        listed.or_else(|| seen?.message.as_deref())
    }

    /// The newest deployment that came to an end by itself.
    pub(super) fn last_ended(&self) -> Option<&'a Deployment> {
        let mut ended = self.deployments.iter().filter(|one| {
            matches!(
                one.status,
                DeploymentStatus::Completed | DeploymentStatus::Failed
            )
        });
        ended.next().copied()
    }

    /// The newest deployment that completed by a moment.
    pub(super) fn completed_by(&self, at: DateTime<Utc>) -> Option<&'a Deployment> {
        let mut completed = self.deployments.iter().filter(|one| {
            one.status == DeploymentStatus::Completed
                && one.completed_at.is_some_and(|done| done <= at)
        });
        completed.next().copied()
    }

    /// Whether the deployment that runs there is among those that are known: else a newer one is not.
    pub(super) fn knows_what_runs(&self) -> bool {
        let running = self.entry.deployment_id.as_ref();
        running.is_none_or(|id| self.deployments.iter().any(|one| one.id == *id))
    }

    /// The deployment before one.
    pub(super) fn before(&self, deployment: &Deployment) -> Option<&'a Deployment> {
        let mut older = self
            .deployments
            .iter()
            .skip_while(|one| one.id != deployment.id);
        older.next();
        older
            .find(|one| one.status == DeploymentStatus::Completed)
            .copied()
    }

    /// The points of a metric that have a value, oldest first.
    pub(super) fn measured(&self, name: &str) -> Vec<(DateTime<Utc>, f64)> {
        let series = self.metrics.iter().filter(|series| series.name == name);
        let points = series.flat_map(|series| &series.points);
        let mut found: Vec<_> = points
            .filter_map(|point| Some((point.0, point.1.filter(|value| value.is_finite())?)))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found
    }

    /// Whether another application is known not to be well here.
    pub(super) fn other(&self, key: &str) -> Option<&'a Other> {
        let mut others = self.others.iter();
        others.find(|other| other.application == key && key != self.application)
    }

    /// Whether the platform gave up on it.
    pub(super) fn is_in_error(&self) -> bool {
        self.entry.status == ApplicationStatus::Error
    }
}

/// Whether an item of a configuration has a value; `None` where that is not said.
pub(super) fn is_set(item: &ConfigurationItem) -> Option<bool> {
    match item.is_secret() {
        true => item.is_set,
        false => Some(item.value.as_deref().is_some_and(|value| !value.is_empty())),
    }
}
