//! Keeps one instance of a workload running: starts it, asks how it is, starts it again after a
//! crash with growing waits, and gives up when that does not help.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{Event, EventKind, HealthStatus, LogLevel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::endpoint::Endpoint;
use super::launch::Launch;
use super::probe::{Address, Reading, probe};
use super::running::{Ended, Means, NotStarted, Running};
use super::workload::Surroundings;
use crate::logs::line::Said;
use crate::metrics::meter::Subject;
use crate::store::{self, events, placements};

/// Time between the first two probes of one that has not been well yet; it grows to the longest.
const STARTING_INTERVAL: Duration = Duration::from_millis(100);
const LONGEST_STARTING_INTERVAL: Duration = Duration::from_millis(500);
/// How long a workload that never was well counts as starting.
const STARTING_TIME: Duration = Duration::from_secs(30);
/// Waits before each new start after a crash; after the last it gives up.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];
/// A process that lasted so long has not crashed at its start: the waits begin anew.
const STABLE: Duration = Duration::from_secs(60);
/// How often a process whose port was taken is started again at once.
const OTHER_PORTS: u32 = 5;
/// Probes that got no answer before that counts: one alone may be a busy machine.
const SILENCES: u32 = 2;
/// How long to wait before a container engine that is gone is looked for again.
const ENGINE_WAIT: Duration = Duration::from_secs(5);

/// What a crash before the first good probe of any of its processes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstCrash {
    /// The end: a deployment fails by it.
    IsFinal,
    /// One to be tried again: it was well before the instance was started again.
    IsTriedAgain,
}

/// How a workload is.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) phase: Phase,
    /// Where requests are answered, while it runs.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What is measured, while it runs.
    pub(crate) subjects: Vec<Subject>,
    /// It listens on a port of its own choosing: only one of it can run on this machine.
    pub(crate) is_alone: bool,
    /// What the last probe saw; `None` while it starts.
    pub(crate) reading: Option<Reading>,
    /// What the last probe saw while it starts.
    pub(crate) not_yet: Option<Reading>,
    pub(crate) checked_at: Option<DateTime<Utc>>,
    pub(crate) instance: String,
}

/// What a supervisor does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// The process runs, or is about to.
    Running,
    /// It crashed and will be started again.
    Waiting { reason: String },
    /// It crashed too often, or before it ever was well.
    GaveUp { reason: String },
    /// It was asked to end, and did.
    Stopped,
}

impl State {
    /// Of one that is about to be started.
    pub(super) fn of(launch: &Launch) -> Self {
        Self {
            phase: Phase::Running,
            endpoints: Vec::new(),
            subjects: Vec::new(),
            is_alone: false,
            reading: None,
            not_yet: None,
            checked_at: None,
            instance: launch.place.application.clone(),
        }
    }

    /// Whether something runs that may answer.
    pub(crate) fn is_up(&self) -> bool {
        self.phase == Phase::Running && !self.endpoints.is_empty()
    }
}

/// What keeps one instance running.
pub(super) struct Supervisor {
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) launch: Launch,
    pub(super) first_crash: FirstCrash,
    pub(super) state: watch::Sender<State>,
    pub(super) stop: CancellationToken,
}

/// How one instance came to its end.
enum Outcome {
    Stopped,
    Ended { ended: Ended, was_well: bool },
    NotStarted(NotStarted),
}

impl Supervisor {
    pub(super) async fn run(self) {
        let (mut crashes, mut other_ports) = (0, 0);
        // Of all its instances: once one was well, the deployment has not failed by a later one.
        let mut ever_well = self.first_crash == FirstCrash::IsTriedAgain;
        let mut missed_engine = false;
        loop {
            let (reason, lasted, without_engine) = match self.one_instance().await {
                Outcome::Stopped => return self.enter(Phase::Stopped),
                Outcome::Ended { ended, .. } if ended.port_taken && other_ports < OTHER_PORTS => {
                    other_ports += 1;
                    self.state.send_modify(|state| state.endpoints.clear());
                    continue;
                }
                Outcome::Ended { ended, was_well } => {
                    ever_well |= was_well;
                    (ended.reason, ended.lasted, ended.without_engine)
                }
                Outcome::NotStarted(NotStarted {
                    reason,
                    without_engine,
                }) => (reason, Duration::ZERO, without_engine),
            };
            // An engine that stays away is said once.
            if !(without_engine && missed_engine) {
                self.say(LogLevel::Error, reason.clone());
                self.note(reason.clone()).await;
            }
            missed_engine = without_engine;
            if !ever_well {
                return self.enter(Phase::GaveUp { reason });
            }
            if lasted >= STABLE {
                crashes = 0;
            }
            let wait = if without_engine {
                // No fault of its own: it comes back with the engine.
                ENGINE_WAIT
            } else if let Some(wait) = WAITS.get(crashes) {
                crashes += 1;
                *wait
            } else {
                let reason = format!(
                    "gave up after {} starts; the last one {reason}",
                    crashes + 1
                );
                self.say(LogLevel::Error, reason.clone());
                self.note(reason.clone()).await;
                return self.enter(Phase::GaveUp { reason });
            };
            let reason = format!("{reason}; starting again in {} s", wait.as_secs());
            self.enter(Phase::Waiting { reason });
            tokio::select! {
                () = sleep(wait) => {}
                () = self.stop.cancelled() => return self.enter(Phase::Stopped),
            }
        }
    }

    /// Runs one instance to its end.
    async fn one_instance(&self) -> Outcome {
        let (mut running, instance) = match self.start_one().await {
            Ok(started) => started,
            Err(_) if self.stop.is_cancelled() => return Outcome::Stopped,
            Err(not_started) => return Outcome::NotStarted(not_started),
        };
        let token = running.token();
        let mut endpoint = running.endpoint();
        let subject = running.subject();
        self.state.send_modify(|state| {
            *state = State {
                phase: Phase::Running,
                endpoints: endpoint.iter().cloned().collect(),
                subjects: subject.into_iter().collect(),
                is_alone: false,
                reading: None,
                not_yet: None,
                instance,
                ..state.clone()
            };
        });
        self.note(format!("started with {}", self.launch.image))
            .await;
        let starting_time = STARTING_TIME.max(self.launch.time_to_be_well());
        let began = Instant::now();
        let (mut was_well, mut silences) = (false, 0);
        let mut next = Duration::ZERO;
        loop {
            let look = async {
                let Some(endpoint) = &endpoint else {
                    // Its end is told soon.
                    return std::future::pending().await;
                };
                let address = Address {
                    endpoint,
                    probing: &self.launch.probing,
                    token: token.as_deref(),
                };
                sleep(next).await;
                probe(&self.surroundings.client, &address).await
            };
            let reading = tokio::select! {
                ended = running.ended() => return Outcome::Ended { ended, was_well },
                () = self.stop.cancelled() => {
                    running.stop().await;
                    return Outcome::Stopped;
                }
                reading = look => reading,
            };
            was_well |= works(&reading.status);
            if reading.answered {
                running.has_answered();
            }
            silences = if reading.answered { 0 } else { silences + 1 };
            if !was_well
                && !reading.answered
                && let Some(other) = running.elsewhere().await
            {
                self.state.send_modify(|state| {
                    state.endpoints = vec![other.clone()];
                    state.is_alone = true;
                });
                endpoint = Some(other);
                next = Duration::ZERO;
                continue;
            }
            let starting = !was_well && began.elapsed() < starting_time;
            next = match starting {
                true => LONGEST_STARTING_INTERVAL.min(STARTING_INTERVAL + began.elapsed() / 4),
                false => self.launch.probing.interval,
            };
            if was_well && (1..SILENCES).contains(&silences) {
                next = STARTING_INTERVAL;
                continue;
            }
            self.state.send_modify(|state| {
                state.checked_at = Some(store::now());
                if starting {
                    state.not_yet = Some(reading);
                } else {
                    state.reading = Some(reading);
                }
            });
        }
    }

    async fn start_one(&self) -> Result<(Running, String), NotStarted> {
        let place = self.launch.place.clone();
        let counted = self
            .surroundings
            .store
            .call(move |db| placements::next_replica(db, &place));
        let replica = counted.await.map_err(|error| NotStarted {
            reason: format!("could not be counted: {error}"),
            without_engine: false,
        })?;
        let instance = format!("{}-{replica}", self.launch.place.application);
        let means = Means {
            command: &self.surroundings.command,
            engines: &self.surroundings.engines,
            log: &self.surroundings.log,
            neighbours: &self.surroundings.addresses,
            stop: &self.stop,
        };
        let running = Running::start(means, &self.launch, &instance).await?;
        Ok((running, instance))
    }

    fn enter(&self, phase: Phase) {
        self.state.send_modify(|state| {
            // What an instance answered says nothing once it has ended.
            *state = State {
                phase,
                endpoints: Vec::new(),
                subjects: Vec::new(),
                reading: None,
                not_yet: None,
                ..state.clone()
            };
        });
    }

    /// Keeps what became of an instance among the application's events.
    async fn note(&self, how: String) {
        let place = self.launch.place.clone();
        let instance = self.state.borrow().instance.clone();
        let event = Event {
            at: store::now(),
            kind: EventKind::Instance,
            by: None,
            summary: format!("{instance} in {}: {how}", place.environment),
            reference: Some(instance),
        };
        let noted = self
            .surroundings
            .store
            .call(move |db| events::note(db, &place.application, Some(&place.environment), &event));
        if let Err(error) = noted.await {
            tracing::warn!(%error, place = %self.launch.place, "an event could not be kept");
        }
    }

    fn say(&self, level: LogLevel, message: String) {
        let said = Said::platform(level, &self.state.borrow().instance, message);
        if let Err(error) = self.surroundings.log.append(Utc::now(), said) {
            tracing::warn!(%error, place = %self.launch.place, "a log line could not be kept");
        }
    }
}

/// Whether a workload does what it is for, be it with less.
pub(crate) fn works(status: &HealthStatus) -> bool {
    matches!(status, HealthStatus::Healthy | HealthStatus::Degraded)
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
