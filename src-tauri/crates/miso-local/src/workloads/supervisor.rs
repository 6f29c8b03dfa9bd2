//! Keeps one workload running: starts its process, asks how it is, starts it again after a crash
//! with growing waits, and gives up when that does not help.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{Event, EventKind, HealthStatus, LogLevel};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::launch::Launch;
use super::lifeline::Addresses;
use super::probe::{Address, HttpClient, Reading, probe};
use super::process::{Ended, Process};
use crate::logs::line::Said;
use crate::logs::place_log::PlaceLog;
use crate::options::WorkloadCommand;
use crate::store::{self, Store, events, placements};

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

/// What a workload needs around it.
pub(crate) struct Surroundings {
    pub(crate) command: WorkloadCommand,
    pub(crate) client: HttpClient,
    pub(crate) store: Store,
    pub(crate) log: Arc<PlaceLog>,
    pub(super) addresses: Addresses,
    /// One of as many processes as may run; given back when the supervisor ends.
    pub(crate) _room: OwnedSemaphorePermit,
}

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
    /// The port of the process, while it runs.
    pub(crate) port: Option<u16>,
    /// The id of the process, while it runs.
    pub(crate) process: Option<u32>,
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

/// A workload and its supervisor. Dropped, it ends too, but nobody waits for it.
pub(crate) struct Workload {
    pub(crate) launch: Launch,
    state: watch::Receiver<State>,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

impl Workload {
    /// Starts a workload. It stops when told, and when `stop` is cancelled.
    pub(crate) fn start(
        surroundings: Surroundings,
        launch: Launch,
        first_crash: FirstCrash,
        stop: CancellationToken,
        tasks: &tokio_util::task::TaskTracker,
    ) -> Self {
        let initial = State {
            phase: Phase::Running,
            port: None,
            process: None,
            reading: None,
            not_yet: None,
            checked_at: None,
            instance: launch.place.application.clone(),
        };
        let (state, seen) = watch::channel(initial);
        let supervisor = Supervisor {
            surroundings,
            launch: launch.clone(),
            first_crash,
            state,
            stop: stop.clone(),
        };
        Self {
            launch,
            state: seen,
            stop,
            supervisor: tasks.spawn(supervisor.run()),
        }
    }

    /// Follows its state.
    pub(crate) fn watch(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Ends its process and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.supervisor).await {
            tracing::error!(%error, place = %self.launch.place, "a supervisor ended badly");
        }
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Supervisor {
    surroundings: Surroundings,
    launch: Launch,
    first_crash: FirstCrash,
    state: watch::Sender<State>,
    stop: CancellationToken,
}

/// How one process came to its end.
enum Outcome {
    Stopped,
    Ended { ended: Ended, was_well: bool },
    NotStarted(String),
}

impl Supervisor {
    async fn run(self) {
        let (mut crashes, mut other_ports) = (0, 0);
        // Of all its processes: once one was well, the deployment has not failed by a later one.
        let mut ever_well = false;
        loop {
            let (reason, lasted, was_well) = match self.one_process().await {
                Outcome::Stopped => return self.enter(Phase::Stopped),
                Outcome::Ended { ended, .. } if ended.port_taken && other_ports < OTHER_PORTS => {
                    other_ports += 1;
                    self.state.send_modify(|state| state.port = None);
                    continue;
                }
                Outcome::Ended { ended, was_well } => (ended.reason, ended.lasted, was_well),
                Outcome::NotStarted(reason) => (reason, Duration::ZERO, false),
            };
            self.say(LogLevel::Error, reason.clone());
            self.note(reason.clone()).await;
            ever_well |= was_well;
            if !ever_well && self.first_crash == FirstCrash::IsFinal {
                return self.enter(Phase::GaveUp { reason });
            }
            if lasted >= STABLE {
                crashes = 0;
            }
            let Some(wait) = WAITS.get(crashes) else {
                let reason = format!(
                    "gave up after {} starts; the last one {reason}",
                    crashes + 1
                );
                self.say(LogLevel::Error, reason.clone());
                self.note(reason.clone()).await;
                return self.enter(Phase::GaveUp { reason });
            };
            crashes += 1;
            let reason = format!("{reason}; starting again in {} s", wait.as_secs());
            self.enter(Phase::Waiting { reason });
            tokio::select! {
                () = sleep(*wait) => {}
                () = self.stop.cancelled() => return self.enter(Phase::Stopped),
            }
        }
    }

    /// Runs one process to its end.
    async fn one_process(&self) -> Outcome {
        let mut process = match self.start_process().await {
            Ok(process) => process,
            Err(reason) => return Outcome::NotStarted(reason),
        };
        let (port, instance) = (process.port(), process.instance.clone());
        let (token, id) = (process.token.clone(), process.id());
        let address = Address {
            port,
            probing: &self.launch.probing,
            token: &token,
        };
        self.state.send_modify(|state| {
            *state = State {
                phase: Phase::Running,
                port: Some(port),
                process: id,
                reading: None,
                not_yet: None,
                instance,
                ..state.clone()
            };
        });
        self.note(format!("started with {}", self.launch.image))
            .await;
        let began = Instant::now();
        let (mut was_well, mut silences) = (false, 0);
        let mut next = Duration::ZERO;
        loop {
            let look = async {
                sleep(next).await;
                probe(&self.surroundings.client, &address).await
            };
            let reading = tokio::select! {
                ended = process.ended() => return Outcome::Ended { ended, was_well },
                () = self.stop.cancelled() => {
                    process.stop().await;
                    return Outcome::Stopped;
                }
                reading = look => reading,
            };
            was_well |= works(&reading.status);
            silences = if reading.answered { 0 } else { silences + 1 };
            let starting = !was_well && began.elapsed() < STARTING_TIME;
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

    async fn start_process(&self) -> Result<Process, String> {
        let place = self.launch.place.clone();
        let replica = self
            .surroundings
            .store
            .call(move |db| placements::next_replica(db, &place))
            .await
            .map_err(|error| format!("could not be counted: {error}"))?;
        let instance = format!("{}-{replica}", self.launch.place.application);
        let log = Arc::clone(&self.surroundings.log);
        let addresses = self.surroundings.addresses.clone();
        let command = &self.surroundings.command;
        Process::start(command, &self.launch, instance, log, addresses)
            .await
            .map_err(|error| format!("could not be started: {error}"))
    }

    fn enter(&self, phase: Phase) {
        self.state.send_modify(|state| {
            // What a process answered says nothing once it has ended.
            *state = State {
                phase,
                port: None,
                process: None,
                reading: None,
                not_yet: None,
                ..state.clone()
            };
        });
    }

    /// Keeps what became of a process among the application's events.
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
