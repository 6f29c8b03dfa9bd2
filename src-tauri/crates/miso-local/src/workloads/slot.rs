//! One application in one environment while the instance runs: its address, its log, the workload
//! behind it, and how that is.

use std::sync::{Arc, Mutex, PoisonError};

use miso_api::{HealthEvent, HealthStatus};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::launch::Launch;
use super::live::Live;
use super::proxy::Proxy;
use super::supervisor::{Phase, State};
use super::workload::Workload;
use crate::logs::place_log::PlaceLog;
use crate::metrics::meter::Meter;
use crate::place::Place;
use crate::store::{self, Store, StoreError, health, placements};

/// A place while the instance runs.
pub(crate) struct Slot {
    pub(crate) place: Place,
    pub(crate) log: Arc<PlaceLog>,
    pub(super) proxy: Proxy,
    store: Store,
    live: Mutex<Live>,
    current: tokio::sync::Mutex<Option<Current>>,
}

struct Current {
    workload: Workload,
    /// Carries its state over to the place.
    follower: JoinHandle<()>,
}

impl Slot {
    pub(super) fn new(place: Place, log: Arc<PlaceLog>, proxy: Proxy, store: Store) -> Self {
        Self {
            place,
            log,
            proxy,
            store,
            live: Mutex::default(),
            current: tokio::sync::Mutex::default(),
        }
    }

    /// How it is right now.
    pub(crate) fn live(&self) -> Live {
        self.live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Counts what happens here.
    pub(super) fn meter(&self) -> &Meter {
        &self.proxy.meter
    }

    /// Leads the address to a workload from now on and gives the one before it, which still runs.
    #[must_use = "the workload before still runs"]
    pub(crate) async fn adopt(self: &Arc<Self>, workload: Workload) -> Option<Workload> {
        let mut current = self.current.lock().await;
        self.lead_to(&mut current, workload).await
    }

    /// Leads the address to what ran before the instance was started again, unless a deployment
    /// was quicker: then nothing is started, and there is nothing to watch.
    pub(super) async fn resume(
        self: &Arc<Self>,
        start: impl FnOnce() -> Workload,
    ) -> Result<Option<watch::Receiver<State>>, StoreError> {
        let mut current = self.current.lock().await;
        if current.is_some() {
            return Ok(None);
        }
        let place = self.place.clone();
        self.store
            .call(move |db| placements::set_error(db, &place, None))
            .await?;
        self.note(HealthEvent {
            at: store::now(),
            status: HealthStatus::NotKnown,
            message: Some("the instance was started again".to_owned()),
        })
        .await?;
        let workload = start();
        let state = workload.watch();
        if let Some(before) = self.lead_to(&mut current, workload).await {
            before.stop().await;
        }
        Ok(Some(state))
    }

    /// Notes why nothing could be started again, unless a deployment was quicker.
    pub(super) async fn could_not_resume(&self, reason: String) -> Result<(), StoreError> {
        let current = self.current.lock().await;
        if current.is_some() {
            return Ok(());
        }
        let place = self.place.clone();
        self.store
            .call(move |db| placements::set_error(db, &place, Some(&reason)))
            .await
    }

    /// Ends the workload where no other of it can run beside it, and gives what it was started
    /// with: nothing answers here until another is adopted.
    pub(crate) async fn set_aside(&self) -> Option<Launch> {
        let mut current = self.current.lock().await;
        let Current { workload, follower } =
            current.take_if(|current| current.workload.is_alone())?;
        follower.abort();
        self.proxy.lead_to(Vec::new());
        self.proxy.meter.follow(Vec::new());
        let launch = workload.launch.clone();
        workload.stop().await;
        Some(launch)
    }

    /// Ends the workload and the address for good.
    pub(super) async fn close(&self) {
        let current = self.current.lock().await.take();
        if let Some(Current { workload, follower }) = current {
            follower.abort();
            workload.stop().await;
        }
        self.proxy.stop.cancel();
    }

    async fn lead_to(
        self: &Arc<Self>,
        current: &mut Option<Current>,
        workload: Workload,
    ) -> Option<Workload> {
        let before = current.take().map(|before| {
            before.follower.abort();
            before.workload
        });
        let mut state = workload.watch();
        let now = state.borrow_and_update().clone();
        if let Err(error) = self.carry_over(&now).await {
            tracing::warn!(%error, place = %self.place, "a change of state could not be kept");
        }
        let follower = tokio::spawn(Arc::clone(self).follow(state));
        *current = Some(Current { workload, follower });
        before
    }

    /// Notes a change of health that no probe saw, such as the instance's own start.
    async fn note(&self, event: HealthEvent) -> Result<(), StoreError> {
        {
            let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            *live = Live {
                status: event.status.clone(),
                since: Some(event.at),
                message: event.message.clone(),
                ..Live::default()
            };
        }
        let place = self.place.clone();
        self.store
            .call(move |db| health::add(db, &place, &event))
            .await
    }

    async fn follow(self: Arc<Self>, mut state: watch::Receiver<State>) {
        while state.changed().await.is_ok() {
            let now = state.borrow_and_update().clone();
            if now.phase == Phase::Stopped {
                return;
            }
            if let Err(error) = self.carry_over(&now).await {
                tracing::warn!(%error, place = %self.place, "a change of state could not be kept");
            }
        }
    }

    async fn carry_over(&self, state: &State) -> Result<(), StoreError> {
        self.proxy.lead_to(state.endpoints.clone());
        self.proxy.meter.follow(state.subjects.clone());
        let change = {
            let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            live.take(state, store::now())
        };
        let gave_up = match &state.phase {
            Phase::GaveUp { reason } => Some(reason.clone()),
            Phase::Running | Phase::Waiting { .. } | Phase::Stopped => None,
        };
        let place = self.place.clone();
        if change.is_none() && gave_up.is_none() {
            return Ok(());
        }
        self.store
            .call(move |db| {
                if let Some(change) = change {
                    health::add(db, &place, &change)?;
                }
                if let Some(reason) = gave_up {
                    placements::set_error(db, &place, Some(&reason))?;
                }
                Ok(())
            })
            .await
    }
}
