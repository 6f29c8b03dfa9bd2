//! Rolling a deployment out: step by step, each written down before and after, and without a gap
//! where that can be. The new workload is well before the address leads to it and the old one ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, LogLevel, StepStatus};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::step::Step;
use super::under_way::Ticket;
use crate::logs::line::Said;
use crate::place::Place;
use crate::store::{self, Store, StoreError, deployments, placements};
use crate::workloads::Platform;
use crate::workloads::launch::Launch;
use crate::workloads::slot::Slot;
use crate::workloads::supervisor::{FirstCrash, Phase, works};
use crate::workloads::workload::Workload;

/// How long a workload may take to be started at least, before it can be well.
const TIME_TO_START: Duration = Duration::from_secs(60);

/// How long to wait before the store is asked again to keep how a deployment ended; it doubles up
/// to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a deployment that the instance's own end cut short failed.
pub(crate) const CUT_SHORT: &str = "the instance stopped while it ran";

/// Rolls a deployment out to its end, whatever that is, and returns when that is kept.
pub(super) async fn roll_out(
    platform: Arc<Platform>,
    store: Store,
    deployment: Deployment,
    ticket: Ticket,
) {
    let place = Place::new(&deployment.application_key, &deployment.environment);
    let mut rollout = Rollout {
        platform: Arc::clone(&platform),
        store,
        place,
        deployment,
        cancel: ticket.cancel.clone(),
    };
    let outcome = tokio::select! {
        outcome = rollout.run() => outcome,
        () = platform.stop.cancelled() => Err(Failure::Reason(CUT_SHORT.to_owned())),
    };
    let end = match outcome {
        Ok(()) => rollout.completed(),
        Err(Failure::Reason(reason)) => rollout.failed(reason),
        Err(Failure::Cancelled) => rollout.cancelled(),
    };
    if let Err(error) = rollout.keep(end).await {
        // The next start ends it as cut short.
        let id = &rollout.deployment.id;
        tracing::error!(%error, deployment = id, "how a deployment ended could not be kept");
    }
}

/// Why a deployment did not complete.
enum Failure {
    Reason(String),
    /// Somebody said that it is to end.
    Cancelled,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Reason(format!("its progress could not be kept: {error}"))
    }
}

/// What a deployment's end means for its place.
#[derive(Clone)]
enum End {
    /// The image runs there since then.
    Completed { image: String, at: DateTime<Utc> },
    /// Nothing new runs there.
    Failed { reason: String },
    /// Nothing new runs there, and that is as it should be.
    Cancelled,
}

struct Rollout {
    platform: Arc<Platform>,
    store: Store,
    place: Place,
    deployment: Deployment,
    cancel: CancellationToken,
}

impl Rollout {
    async fn run(&mut self) -> Result<(), Failure> {
        let image = self.deployment.image.clone().unwrap_or_default();
        self.deployment.status = DeploymentStatus::Running;
        self.deployment.started_at = Some(store::now());

        self.begin(Step::Validate, format!("Checking {image}"))
            .await?;
        let launch = self
            .platform
            .prepare(&self.place, &image, &self.deployment.id)
            .await
            .map_err(reason)?;
        self.done(Step::Validate, None);

        if launch.container().is_some() {
            self.pull(&image).await?;
        }

        self.begin(
            Step::Prepare,
            "Making room, an address and a log".to_owned(),
        )
        .await?;
        self.platform.take_room(&self.place).map_err(reason)?;
        let slot = self.platform.slot(&self.place).await.map_err(reason)?;
        let room = tokio::select! {
            room = self.platform.room_for(&launch) => room.map_err(reason)?,
            () = self.cancel.cancelled() => return Err(Failure::Cancelled),
        };
        self.done(Step::Prepare, None);

        self.begin(Step::Start, format!("Starting {image}")).await?;
        let aside = match launch.container() {
            Some(_) => self.set_aside(&slot).await,
            None => None,
        };
        let workload = self
            .platform
            .start(&slot, launch, FirstCrash::IsFinal, room);
        if let Err(failure) = self.until_ready(&workload).await {
            workload.stop().await;
            if let Some(before) = aside {
                self.bring_back(&slot, before).await;
            }
            return Err(failure);
        }
        if let Some(before) = slot.adopt(workload).await {
            before.stop().await;
        }
        self.done(Step::Switch, None);
        Ok(())
    }

    /// The step `pull`: what is seen of it is its message.
    async fn pull(&mut self, image: &str) -> Result<(), Failure> {
        self.begin(Step::Pull, format!("Pulling {image}")).await?;
        let (tell, mut told) = watch::channel(String::new());
        let platform = Arc::clone(&self.platform);
        let mut pulling = pin!(platform.engines.pull(image, &tell));
        let pulled = loop {
            tokio::select! {
                pulled = &mut pulling => break pulled.map_err(Failure::Reason)?,
                Ok(()) = told.changed() => {
                    let seen = told.borrow_and_update().clone();
                    self.deployment.message = Some(format!("Pulling {image}: {seen}"));
                    if let Some(step) = Step::Pull.of(&mut self.deployment) {
                        step.message = Some(seen);
                    }
                    self.save().await?;
                }
                () = self.cancel.cancelled() => return Err(Failure::Cancelled),
            }
        };
        self.done(Step::Pull, Some(pulled.how));
        Ok(())
    }

    /// Ends what runs where it cannot run beside another version.
    async fn set_aside(&self, slot: &Slot) -> Option<Launch> {
        let before = slot.set_aside().await?;
        let message = format!(
            "{} is ended before the new version starts: it keeps to a port of its own, which both would need",
            before.image
        );
        self.say(LogLevel::Warn, message);
        Some(before)
    }

    /// Starts again what was ended in vain.
    async fn bring_back(&self, slot: &Arc<Slot>, before: Launch) {
        let image = before.image.clone();
        match self.platform.room_for(&before).await {
            Ok(room) => {
                let workload = self
                    .platform
                    .start(slot, before, FirstCrash::IsTriedAgain, room);
                self.say(LogLevel::Info, format!("{image} is started again"));
                if let Some(other) = slot.adopt(workload).await {
                    other.stop().await;
                }
            }
            Err(error) => {
                self.say(
                    LogLevel::Error,
                    format!("{image} was not started again: {error}"),
                );
            }
        }
    }

    /// Until the address may lead to the workload. Nothing else owns it yet: where this fails, the
    /// caller ends it.
    async fn until_ready(&mut self, workload: &Workload) -> Result<(), Failure> {
        let cancel = self.cancel.clone();
        tokio::select! {
            well = self.until_well(workload) => well?,
            () = cancel.cancelled() => return Err(Failure::Cancelled),
        }
        let message = "Leading the address to the new version".to_owned();
        self.begin(Step::Switch, message).await?;
        Ok(())
    }

    /// The steps `start` and `health`.
    async fn until_well(&mut self, workload: &Workload) -> Result<(), Failure> {
        let awaited = workload.launch.probing.awaits();
        let mut state = workload.watch();
        let mut began = Instant::now();
        let limit = workload.launch.time_to_be_well();
        let (mut started, mut last) = (false, None);
        loop {
            let now = state.borrow_and_update().clone();
            if let Phase::GaveUp { reason } = now.phase {
                self.note_instance(&now.instance).await?;
                return Err(Failure::Reason(reason));
            }
            let runs = now.is_up();
            if runs && !started {
                self.note_instance(&now.instance).await?;
                started = true;
                // What an engine takes to make a container is not its application's time.
                began = Instant::now();
                self.done(Step::Start, Some(now.instance.clone()));
                self.begin(Step::Health, format!("Waiting until {awaited}"))
                    .await?;
            }
            let well = now.reading.is_some_and(|reading| works(&reading.status));
            if runs && well {
                let took = began.elapsed().as_secs_f64();
                let alone = match now.is_alone {
                    true => ", on a port of its own: one instance, and a gap at the next version",
                    false => "",
                };
                let message = format!("well after {took:.1} s{alone}");
                self.done(Step::Health, Some(message));
                return Ok(());
            }
            last = now.not_yet.and_then(|reading| reading.message).or(last);
            let patience = if started {
                limit
            } else {
                limit.max(TIME_TO_START)
            };
            match timeout_at(began + patience, state.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Failure::Reason(CUT_SHORT.to_owned())),
                Err(_) => {
                    let last = last.map(|last| format!(": {last}")).unwrap_or_default();
                    let within = patience.as_secs();
                    return Err(Failure::Reason(format!("not well within {within} s{last}")));
                }
            }
        }
    }

    async fn note_instance(&self, instance: &str) -> Result<(), StoreError> {
        let (id, instance) = (self.deployment.id.clone(), instance.to_owned());
        self.store
            .call(move |db| deployments::set_instance(db, &id, &instance))
            .await
    }

    async fn begin(&mut self, step: Step, message: String) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        if let Some(step) = step.of(&mut self.deployment) {
            step.status = StepStatus::Running;
            step.started_at = Some(store::now());
        }
        self.deployment.message = Some(message);
        Ok(self.save().await?)
    }

    /// Marks a step as done; it is written with the next one's beginning.
    fn done(&mut self, step: Step, message: Option<String>) {
        if let Some(step) = step.of(&mut self.deployment) {
            step.status = StepStatus::Completed;
            step.completed_at = Some(store::now());
            step.message = message;
        }
    }

    fn completed(&mut self) -> End {
        let at = store::now();
        let image = self.deployment.image.clone().unwrap_or_default();
        self.deployment.status = DeploymentStatus::Completed;
        self.deployment.completed_at = Some(at);
        self.deployment.message = Some(format!("{image} runs"));
        let said = match &self.deployment.previous_image {
            Some(before) if *before != image => format!("{image} runs now; {before} ran before"),
            Some(_) => format!("{image} runs now, started again"),
            None => format!("{image} runs now"),
        };
        self.say(LogLevel::Info, said);
        End::Completed { image, at }
    }

    /// Ends the steps that have not ended.
    fn end_steps(&mut self, reason: &str) {
        let now = store::now();
        for step in &mut self.deployment.steps {
            if step.status == StepStatus::Running {
                step.status = StepStatus::Failed;
                step.completed_at = Some(now);
                step.message = Some(reason.to_owned());
            } else if step.status == StepStatus::Pending {
                step.status = StepStatus::Skipped;
            }
        }
        self.deployment.completed_at = Some(now);
    }

    fn cancelled(&mut self) -> End {
        self.end_steps("cancelled");
        self.deployment.status = DeploymentStatus::Cancelled;
        self.deployment.message = Some("Cancelled".to_owned());
        self.say(LogLevel::Warn, "the deployment was cancelled".to_owned());
        End::Cancelled
    }

    fn failed(&mut self, reason: String) -> End {
        self.end_steps(&reason);
        self.deployment.status = DeploymentStatus::Failed;
        self.deployment.error = Some(reason.clone());
        self.deployment.message = Some("Failed".to_owned());
        self.say(LogLevel::Error, format!("the deployment failed: {reason}"));
        End::Failed { reason }
    }

    /// Writes the end down. A store that refuses is asked again until the instance stops: as long
    /// as the row says that the deployment runs, no other is accepted there.
    async fn keep(&self, end: End) -> Result<(), StoreError> {
        let mut wait = FIRST_WAIT;
        loop {
            let error = match self.save_end(end.clone()).await {
                Ok(runs) => {
                    if !runs {
                        self.platform.give_room(&self.place);
                    }
                    return Ok(());
                }
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                Err(error @ (StoreError::Sqlite(_) | StoreError::Document(_))) => error,
            };
            tracing::warn!(%error, deployment = self.deployment.id, "how a deployment ended is not kept yet");
            tokio::select! {
                () = sleep(wait) => {}
                () = self.platform.stop.cancelled() => return Err(error),
            }
            wait = LONGEST_WAIT.min(wait * 2);
        }
    }

    /// Writes the end down once and says whether anything is to run at the place.
    async fn save_end(&self, end: End) -> Result<bool, StoreError> {
        let (place, deployment) = (self.place.clone(), self.deployment.clone());
        self.store
            .call(move |db| {
                let change = db.transaction()?;
                let runs = match end {
                    End::Completed { image, at } => {
                        placements::set_running(&change, &place, &image, at)?;
                        true
                    }
                    End::Failed { reason } => {
                        let runs_on =
                            placements::get(&change, &place)?.is_some_and(|known| known.wanted);
                        // Where another version goes on running, the failure is the deployment's
                        // alone.
                        if !runs_on {
                            placements::set_error(&change, &place, Some(&reason))?;
                        }
                        runs_on
                    }
                    End::Cancelled => {
                        placements::get(&change, &place)?.is_some_and(|known| known.wanted)
                    }
                };
                deployments::save(&change, &deployment)?;
                change.commit()?;
                Ok(runs)
            })
            .await
    }

    async fn save(&self) -> Result<(), StoreError> {
        let deployment = self.deployment.clone();
        self.store
            .call(move |db| deployments::save(db, &deployment))
            .await
    }

    /// Writes a line into the place's own log, between the workloads' lines.
    fn say(&self, level: LogLevel, message: String) {
        let kept = self.platform.logs.of(&self.place).and_then(|log| {
            log.append(
                Utc::now(),
                Said::platform(level, &self.place.application, message),
            )
        });
        if let Err(error) = kept {
            tracing::warn!(%error, place = %self.place, "a log line could not be kept");
        }
    }
}

fn reason(error: impl ToString) -> Failure {
    Failure::Reason(error.to_string())
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
