//! A workload: one supervisor for each of its instances, and how they are together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::containers::Engines;
use super::launch::Launch;
use super::lifeline::Addresses;
use super::probe::HttpClient;
use super::several;
use super::supervisor::{FirstCrash, State, Supervisor};
use crate::logs::place_log::PlaceLog;
use crate::options::WorkloadCommand;
use crate::store::Store;

/// What a workload needs around it.
pub(crate) struct Surroundings {
    pub(crate) command: WorkloadCommand,
    pub(super) engines: Arc<Engines>,
    pub(crate) client: HttpClient,
    pub(crate) store: Store,
    pub(crate) log: Arc<PlaceLog>,
    pub(super) addresses: Addresses,
    /// As many of those that may run as it has instances; given back when all have ended.
    pub(crate) _room: OwnedSemaphorePermit,
}

/// A workload and its supervisors. Dropped, it ends too, but nobody waits for it.
pub(crate) struct Workload {
    pub(crate) launch: Launch,
    state: watch::Receiver<State>,
    stop: CancellationToken,
    supervised: JoinHandle<()>,
}

impl Workload {
    /// Starts a workload. It stops when told, and when `stop` is cancelled.
    pub(crate) fn start(
        surroundings: Surroundings,
        launch: Launch,
        first_crash: FirstCrash,
        stop: CancellationToken,
        tasks: &TaskTracker,
    ) -> Self {
        let (state, seen) = watch::channel(State::of(&launch));
        let surroundings = Arc::new(surroundings);
        let supervisor = |state: watch::Sender<State>| Supervisor {
            surroundings: Arc::clone(&surroundings),
            launch: launch.clone(),
            first_crash,
            state,
            stop: stop.clone(),
        };
        let supervised = match launch.instances() {
            0 | 1 => tasks.spawn(supervisor(state).run()),
            several => {
                let channels = (0..several).map(|_| watch::channel(State::of(&launch)));
                let each = channels.map(|(state, seen)| (supervisor(state), seen));
                tasks.spawn(several::run(each.collect(), first_crash, state))
            }
        };
        Self {
            launch,
            state: seen,
            stop,
            supervised,
        }
    }

    /// Follows its state.
    pub(crate) fn watch(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Whether no other of it can run on this machine beside it.
    pub(super) fn is_alone(&self) -> bool {
        self.state.borrow().is_alone
    }

    /// Ends its instances and waits until they have ended.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.supervised).await {
            tracing::error!(%error, place = %self.launch.place, "a supervisor ended badly");
        }
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
