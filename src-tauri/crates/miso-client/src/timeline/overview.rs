//! The health of an application in all its environments, over the last day.

use chrono::{DateTime, Utc};
use miso_api::{Application, EnvironmentEntry, Health, HealthStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::health::{Changes, HealthSpan, known_until, spans};
use super::history_of;
use crate::{Client, Failure, Reading, Stage, TimeRange};

/// The health of an application in one of its environments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PlaceHealth {
    /// Where.
    pub environment: Stage,
    /// How it is.
    pub status: HealthStatus,
    /// Since when, where somebody says so.
    pub since: Option<DateTime<Utc>>,
    /// Why, in the server's words.
    pub message: Option<String>,
    /// The beginning of the day that is shown.
    pub from: DateTime<Utc>,
    /// Its end: now.
    pub to: DateTime<Utc>,
    /// The health over the day, without a hole.
    pub spans: Vec<HealthSpan>,
    /// How it is probed there, as far as its manifest says.
    pub probe: Probe,
}

/// How an application is probed, as far as its manifest says (APP-MANIFEST.md, `healthCheck`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// The path that is asked for.
    pub path: Option<String>,
    /// How often, in seconds.
    pub interval_seconds: Option<u32>,
}

impl Client {
    /// The health of an application in every environment that it was deployed to, on the way of a
    /// release; as old as the application's own reading.
    ///
    /// # Errors
    /// Where nothing is known of the application and the server could not be asked.
    pub async fn health_overview(
        &self,
        application: String,
    ) -> Result<Reading<Vec<PlaceHealth>>, Failure> {
        let reading = self.application(application.clone()).await?;
        let stages = self.known_stages();
        let asked = reading.value.environments.iter().map(|entry| {
            let place = (application.clone(), entry.environment.clone());
            self.part::<Health>(history_of(place))
        });
        let histories = futures_util::future::join_all(asked).await;
        let now = self.inner.clock.now();
        let keys = reading.value.environments.iter();
        let order = stages.in_order(keys.map(|entry| entry.environment.as_str()));
        let mut places: Vec<PlaceHealth> = reading
            .value
            .environments
            .iter()
            .zip(histories)
            .map(|(entry, history)| {
                let stage = stages.stage(&entry.environment);
                let probe = probe_of(&reading.value, &entry.environment);
                place_of(entry, history.ok(), now, (stage, probe))
            })
            .collect();
        places.sort_by_key(|place| {
            let stage = order.iter().position(|stage| *stage == place.environment);
            stage.unwrap_or(usize::MAX)
        });
        Ok(reading.map(|_| places))
    }
}

fn place_of(
    entry: &EnvironmentEntry,
    history: Option<Reading<Health>>,
    now: DateTime<Utc>,
    (environment, probe): (Stage, Probe),
) -> PlaceHealth {
    let mut changes = Changes::of([history.as_ref().map(|reading| &reading.value)]);
    let listed = entry
        .health_since
        .map(|since| (entry.health.clone(), since));
    changes.end_with(
        &Health {
            status: entry.health.clone(),
            checked_at: None,
            latency_ms: None,
            checks: Vec::new(),
            history: Vec::new(),
        },
        listed,
    );
    let to = changes.last().map_or(now, |last| now.max(last));
    let from = to - TimeRange::Day.span();
    let until = history.and_then(|reading| known_until(&reading, to));
    PlaceHealth {
        environment,
        status: entry.health.clone(),
        since: entry.health_since,
        message: entry.health_message.clone(),
        from,
        to,
        spans: spans(&changes, from, to, until),
        probe,
    }
}

/// What differs by right in an environment goes before what the manifest says of all.
pub(super) fn probe_of(application: &Application, environment: &str) -> Probe {
    let rest = &application.rest;
    let own = rest
        .get("environmentOverrides")
        .and_then(|overrides| overrides.get(environment)?.get("healthCheck"));
    let checks = || own.into_iter().chain(rest.get("healthCheck"));
    let text = |name: &str| checks().find_map(|check| check.get(name)?.as_str());
    let seconds = |name: &str| checks().find_map(|check| check.get(name)?.as_u64());
    let path = text("probePath").or_else(|| text("path"));
    let interval = seconds("interval").or_else(|| seconds("probeIntervalInSeconds"));
    Probe {
        path: path.map(str::to_owned),
        interval_seconds: interval.and_then(|seconds| u32::try_from(seconds).ok()),
    }
}
