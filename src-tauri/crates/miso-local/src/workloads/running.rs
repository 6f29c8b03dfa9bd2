//! One instance of a workload while it runs, whatever runs it: a process of this same binary, or a
//! container of an engine.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::containers::Engines;
use super::containers::container::Container;
use super::endpoint::Endpoint;
use super::launch::{Launch, Runs};
use super::lifeline::Addresses;
use super::process::Process;
use crate::logs::place_log::PlaceLog;
use crate::metrics::meter::Subject;
use crate::options::WorkloadCommand;

/// An instance that runs.
pub(super) enum Running {
    Process(Box<Process>),
    Container(Box<Container>),
}

/// What instances are started with beside what each is.
pub(super) struct Means<'a> {
    pub(super) command: &'a WorkloadCommand,
    pub(super) engines: &'a Arc<Engines>,
    pub(super) log: &'a Arc<PlaceLog>,
    pub(super) neighbours: &'a Addresses,
    /// Calls it off.
    pub(super) stop: &'a CancellationToken,
}

/// How an instance ended by itself.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// In words, such as `exited with code 1 after 2.1 s: connection refused`.
    pub(super) reason: String,
    pub(super) lasted: Duration,
    /// It could not open its port: another program was quicker.
    pub(super) port_taken: bool,
    /// It ended with its engine: not by a fault of its own.
    pub(super) without_engine: bool,
}

/// Why an instance was not started.
#[derive(Debug)]
pub(super) struct NotStarted {
    pub(super) reason: String,
    /// There is no engine to start it.
    pub(super) without_engine: bool,
}

impl Running {
    pub(super) async fn start(
        means: Means<'_>,
        launch: &Launch,
        instance: &str,
    ) -> Result<Self, NotStarted> {
        let log = Arc::clone(means.log);
        match &launch.runs {
            Runs::Program(program) => {
                let neighbours = means.neighbours.clone();
                let name = instance.to_owned();
                let started =
                    Process::start(means.command, *program, launch, name, log, neighbours);
                started
                    .await
                    .map(|process| Self::Process(Box::new(process)))
                    .map_err(|error| NotStarted {
                        reason: format!("could not be started: {error}"),
                        without_engine: false,
                    })
            }
            Runs::Container(spec) => {
                let started =
                    Container::start(means.engines, spec, launch, instance, log, means.stop);
                started
                    .await
                    .map(|container| Self::Container(Box::new(container)))
            }
        }
    }

    /// Where it was told to listen; `None` of one that ended at once.
    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Self::Process(process) => Some(process.endpoint()),
            Self::Container(container) => container.endpoint(),
        }
    }

    /// What of it is measured.
    pub(super) fn subject(&self) -> Option<Subject> {
        match self {
            Self::Process(process) => process.id().map(Subject::Process),
            Self::Container(container) => Some(container.subject()),
        }
    }

    /// What the answers to its probes carry; `None` where nobody can tell them from another's.
    pub(super) fn token(&self) -> Option<String> {
        match self {
            Self::Process(process) => Some(process.token.clone()),
            Self::Container(_) => None,
        }
    }

    /// It has answered where it was told to listen.
    pub(super) fn has_answered(&mut self) {
        match self {
            Self::Process(_) => {}
            Self::Container(container) => container.has_answered(),
        }
    }

    /// Where it listens instead of where it was told to, once that is seen.
    pub(super) async fn elsewhere(&mut self) -> Option<Endpoint> {
        match self {
            Self::Process(_) => None,
            Self::Container(container) => container.elsewhere().await,
        }
    }

    /// Waits until it ends by itself; may be dropped and asked for again.
    pub(super) async fn ended(&mut self) -> Ended {
        match self {
            Self::Process(process) => process.ended().await,
            Self::Container(container) => container.ended().await,
        }
    }

    /// Asks it to end, and ends it when it does not.
    pub(super) async fn stop(self) {
        match self {
            Self::Process(process) => process.stop().await,
            Self::Container(container) => container.stop().await,
        }
    }
}
