//! All places of the instance, and what they share.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::catalogue::{Image, NotInCatalogue};
use super::containers::Engines;
use super::containers::spec::NoSpec;
use super::launch::Launch;
use super::live::Live;
use super::probe::HttpClient;
use super::process;
use super::proxy::Proxy;
use super::slot::Slot;
use super::supervisor::FirstCrash;
use super::workload::{Surroundings, Workload};
use crate::deploy::UnderWay;
use crate::document::Document;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::options::WorkloadCommand;
use crate::place::Place;
use crate::sealing::{Seal, SealBroken};
#[cfg(test)]
use crate::store::applications;
use crate::store::{Store, StoreError, deployments, placements};

/// How many instances of workloads may run: processes and containers.
const MOST_INSTANCES: usize = 64;
/// How many places may have a workload: fewer than instances, because while a deployment replaces
/// a version, the old one and the new one run side by side.
const MOST: usize = MOST_INSTANCES - 4;
/// How long a deployment waits for the instances of others to end where all may run.
const TIME_FOR_ROOM: Duration = Duration::from_secs(20);
/// How many workloads are started at a time when the instance starts.
const AT_A_TIME: usize = 4;
/// How long all workloads together may take to end: what each has, and a little.
const LAST_WORDS: Duration = process::LAST_WORDS.saturating_add(Duration::from_secs(2));

/// All places of the instance.
pub(crate) struct Platform {
    pub(crate) logs: Logs,
    pub(crate) metrics: Metrics,
    /// Deployments on their way.
    pub(crate) rollouts: TaskTracker,
    /// The same by their ids.
    pub(crate) under_way: UnderWay,
    /// Supervisors and addresses.
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(super) store: Store,
    seal: Arc<Seal>,
    command: WorkloadCommand,
    pub(crate) engines: Arc<Engines>,
    client: HttpClient,
    pub(super) slots: RwLock<HashMap<Place, Arc<Slot>>>,
    /// The ports of the slots' addresses, for those that call others.
    addresses: watch::Sender<BTreeMap<Place, u16>>,
    /// Places that have a workload, or are about to.
    taken: Mutex<HashSet<Place>>,
    /// Applications that are being removed.
    closing: Mutex<HashSet<String>>,
    /// One permit for each instance that may run.
    instances: Arc<Semaphore>,
    /// Held while a slot is made, so that a place never gets two.
    making: tokio::sync::Mutex<()>,
}

/// Why a workload cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotPrepared {
    #[error(transparent)]
    Image(#[from] NotInCatalogue),
    #[error(transparent)]
    Container(#[from] NoSpec),
    #[error("{MOST} applications run already, and that is as many as this instance runs")]
    Full,
    #[error("the application is not there any more")]
    Gone,
    #[error(transparent)]
    Secret(#[from] SealBroken),
    #[error("its address or its log cannot be opened: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Platform {
    pub(crate) fn new(
        store: Store,
        seal: &Arc<Seal>,
        command: WorkloadCommand,
        engines: Engines,
        logs: Logs,
    ) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(10))
            .build_http();
        Self {
            logs,
            metrics: Metrics::default(),
            rollouts: TaskTracker::new(),
            under_way: UnderWay::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            store,
            seal: Arc::clone(seal),
            command,
            engines: Arc::new(engines),
            client,
            slots: RwLock::default(),
            addresses: watch::Sender::default(),
            taken: Mutex::default(),
            closing: Mutex::default(),
            instances: Arc::new(Semaphore::new(MOST_INSTANCES)),
            making: tokio::sync::Mutex::default(),
        }
    }

    /// What seals and opens the secrets of applications.
    pub(crate) fn seal(&self) -> &Arc<Seal> {
        &self.seal
    }

    /// Whether an application of that key is being removed.
    pub(crate) fn is_closing(&self, application: &str) -> bool {
        self.lock_closing().contains(application)
    }

    /// Lets nothing new run for an application; `false` where it is being removed already.
    pub(crate) fn begin_closing(&self, application: &str) -> bool {
        self.lock_closing().insert(application.to_owned())
    }

    /// The application stays, or all of it is gone.
    pub(crate) fn end_closing(&self, application: &str) {
        self.lock_closing().remove(application);
    }

    /// Ends all that runs or rolls out of an application, its addresses too, and removes its logs.
    pub(crate) async fn close(&self, application: &str) {
        self.under_way.end_all(application).await;
        let slots: Vec<Arc<Slot>> = {
            // A slot that is being made is made, and found.
            let _one_at_a_time = self.making.lock().await;
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            let (gone, left) = slots
                .drain()
                .partition::<HashMap<_, _>, _>(|(place, _)| place.application == application);
            *slots = left;
            gone.into_values().collect()
        };
        self.addresses.send_modify(|addresses| {
            addresses.retain(|place, _| place.application != application);
        });
        futures_util::future::join_all(slots.iter().map(|slot| slot.close())).await;
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|place| place.application != application);
        self.metrics.forget(application);
        if let Err(error) = self.logs.remove(application) {
            tracing::warn!(%error, application, "its logs could not be removed");
        }
    }

    fn lock_closing(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a place is right now; `None` where nothing was started there since the instance was.
    pub(crate) fn live(&self, place: &Place) -> Option<Live> {
        self.known(place).map(|slot| slot.live())
    }

    /// Takes up room for a workload at a place; refused where as many run as may.
    pub(crate) fn take_room(&self, place: &Place) -> Result<(), NotPrepared> {
        if self.is_closing(&place.application) {
            return Err(NotPrepared::Gone);
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.contains(place) && taken.len() >= MOST {
            return Err(NotPrepared::Full);
        }
        taken.insert(place.clone());
        Ok(())
    }

    /// Gives the room back: nothing is to run there.
    pub(crate) fn give_room(&self, place: &Place) {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(place);
    }

    /// Room for a workload's instances; where as many run as may, what ends meanwhile makes it.
    pub(crate) async fn room_for(
        &self,
        launch: &Launch,
    ) -> Result<OwnedSemaphorePermit, NotPrepared> {
        self.room_for_instances(launch.instances()).await
    }

    pub(super) async fn room_for_instances(
        &self,
        instances: u32,
    ) -> Result<OwnedSemaphorePermit, NotPrepared> {
        let room = Arc::clone(&self.instances).acquire_many_owned(instances);
        match timeout(TIME_FOR_ROOM, room).await {
            Ok(Ok(room)) => Ok(room),
            Ok(Err(_)) | Err(_) => Err(NotPrepared::Full),
        }
    }

    /// The port of a place's address; `None` where nothing listens on it.
    pub(crate) fn port(&self, place: &Place) -> Option<u16> {
        self.known(place).map(|slot| slot.proxy.port)
    }

    /// What the workload of a deployment is started with: its own manifest and secrets, whatever
    /// was changed since.
    pub(crate) async fn prepare(
        &self,
        place: &Place,
        image: &str,
        deployment: &str,
    ) -> Result<Launch, NotPrepared> {
        let id = deployment.to_owned();
        let document = self
            .store
            .call(move |db| deployments::document(db, &id))
            .await?;
        self.launch(place, image, &document.ok_or(NotPrepared::Gone)?)
    }

    fn launch(
        &self,
        place: &Place,
        image: &str,
        document: &Document,
    ) -> Result<Launch, NotPrepared> {
        let resolved = Image::resolve(image)?;
        let values = document.values(&self.seal, &place.environment)?;
        let manifest = &document.manifest;
        Ok(Launch::new(place, image, resolved, manifest, values)?)
    }

    /// What the workload of an application as it is now would be started with.
    #[cfg(test)]
    pub(crate) async fn prepare_now(
        &self,
        place: &Place,
        image: &str,
    ) -> Result<Launch, NotPrepared> {
        let key = place.application.clone();
        let found = self
            .store
            .call(move |db| applications::with_document(db, &key));
        let (_, document) = found.await?.ok_or(NotPrepared::Gone)?;
        self.launch(place, image, &document)
    }

    /// The slot of a place; made where there is none yet.
    pub(crate) async fn slot(&self, place: &Place) -> Result<Arc<Slot>, NotPrepared> {
        let _one_at_a_time = self.making.lock().await;
        if let Some(slot) = self.known(place) {
            return Ok(slot);
        }
        if self.is_closing(&place.application) {
            return Err(NotPrepared::Gone);
        }
        let at = place.clone();
        let placement = self.store.call(move |db| placements::get(db, &at)).await?;
        let remembered = placement.and_then(|placement| placement.port);
        let log = self.logs.of(place)?;
        let stop = self.stop.child_token();
        let proxy = Proxy::open(remembered, place, self.client.clone(), stop, &self.tasks).await?;
        let (at, port) = (place.clone(), proxy.port);
        self.store
            .call(move |db| placements::set_port(db, &at, port))
            .await?;
        let slot = Arc::new(Slot::new(place.clone(), log, proxy, self.store.clone()));
        self.slots
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place.clone(), Arc::clone(&slot));
        self.addresses.send_modify(|addresses| {
            addresses.insert(place.clone(), port);
        });
        Ok(slot)
    }

    /// Starts a workload; nothing leads to it before its slot adopts it.
    pub(crate) fn start(
        &self,
        slot: &Slot,
        launch: Launch,
        first_crash: FirstCrash,
        room: OwnedSemaphorePermit,
    ) -> Workload {
        let surroundings = Surroundings {
            command: self.command.clone(),
            engines: Arc::clone(&self.engines),
            client: self.client.clone(),
            store: self.store.clone(),
            log: Arc::clone(&slot.log),
            addresses: self.addresses.subscribe(),
            _room: room,
        };
        Workload::start(
            surroundings,
            launch,
            first_crash,
            self.stop.child_token(),
            &self.tasks,
        )
    }

    /// Starts again what ran when the instance ended, a few at a time. Where a deployment was
    /// quicker, what it started stays.
    pub(crate) async fn resume(&self) -> Result<(), StoreError> {
        let placements = self.store.call(|db| placements::all(db)).await?;
        let wanted = placements.into_iter().filter(|placement| placement.wanted);
        stream::iter(wanted)
            .for_each_concurrent(AT_A_TIME, |placement| async move {
                let Some(image) = &placement.image else { return };
                if let Err(error) = self.resume_one(&placement.place, image).await {
                    tracing::warn!(%error, place = %placement.place, "a workload could not be started again");
                    if let Err(error) = self.could_not_resume(placement.place.clone(), error.to_string()).await {
                        tracing::warn!(%error, place = %placement.place, "and that could not be kept");
                    }
                }
            })
            .await;
        Ok(())
    }

    /// Ends all workloads, side by side, then the addresses.
    pub(crate) async fn shut_down(&self) {
        self.stop.cancel();
        self.rollouts.close();
        self.tasks.close();
        let all = async {
            self.rollouts.wait().await;
            self.tasks.wait().await;
        };
        if timeout(LAST_WORDS, all).await.is_err() {
            tracing::warn!("not everything ended in time");
        }
    }

    async fn resume_one(&self, place: &Place, image: &str) -> Result<(), NotPrepared> {
        self.take_room(place)?;
        let at = place.clone();
        let ran = self
            .store
            .call(move |db| deployments::last_completed(db, &at))
            .await?;
        let launch = self
            .prepare(place, image, &ran.ok_or(NotPrepared::Gone)?)
            .await?;
        let slot = self.slot(place).await?;
        let room = self.room_for(&launch).await?;
        let start = || self.start(&slot, launch, FirstCrash::IsTriedAgain, room);
        let Some(mut state) = slot.resume(start).await? else {
            return Ok(());
        };
        // The next one is started when this one has answered, or is not likely to soon.
        let answered = state.wait_for(|state| state.reading.is_some());
        if timeout(Duration::from_secs(2), answered).await.is_err() {
            tracing::debug!(%place, "takes longer to start");
        }
        Ok(())
    }

    async fn could_not_resume(&self, place: Place, reason: String) -> Result<(), StoreError> {
        if let Some(slot) = self.known(&place) {
            return slot.could_not_resume(reason).await;
        }
        // What a deployment notes comes after this: it has no slot yet.
        self.store
            .call(move |db| placements::set_error(db, &place, Some(&reason)))
            .await
    }

    #[cfg(test)]
    pub(crate) fn client(&self) -> &HttpClient {
        &self.client
    }

    pub(super) fn known(&self, place: &Place) -> Option<Arc<Slot>> {
        self.slots
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(place)
            .cloned()
    }
}

#[cfg(test)]
#[path = "platform_tests.rs"]
mod tests;
