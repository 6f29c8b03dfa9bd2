//! Measuring what runs.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tokio::task::spawn_blocking;

use super::containers::ContainerUsages;
use super::platform::Platform;
use super::slot::Slot;
use crate::metrics::meter::Subject;
use crate::metrics::{SAMPLE, Sample, Usage, Usages, begun_minute, oldest_minute};
use crate::store::{self, StoreError, measured_minutes};

impl Platform {
    /// Measures what runs, until the instance ends.
    pub(crate) async fn measure(&self) {
        let mut kept = begun_minute(store::now());
        if let Err(error) = self.restore_metrics().await {
            tracing::warn!(%error, "what was measured before could not be read");
        }
        let mut usages = Some((Usages::new(), ContainerUsages::default()));
        let mut ticks = tokio::time::interval(SAMPLE);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while let Some(known) = usages.take() {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.stop.cancelled() => break,
            }
            usages = self.look(known).await;
            if begun_minute(store::now()) != kept {
                self.keep_metrics(&mut kept).await;
            }
        }
        self.keep_metrics(&mut kept).await;
    }

    async fn restore_metrics(&self) -> Result<(), StoreError> {
        let oldest = oldest_minute(store::now());
        let minutes = self
            .store
            .call(move |db| measured_minutes::since(db, oldest))
            .await?;
        self.metrics.restore(minutes);
        Ok(())
    }

    /// Keeps what was measured in the minutes from `kept` on; the one that is not over yet is kept
    /// again with the next.
    async fn keep_metrics(&self, kept: &mut i64) {
        let now = store::now();
        let oldest = oldest_minute(now);
        let minutes = self.metrics.minutes_from(*kept);
        let written = self
            .store
            .call(move |db| measured_minutes::keep(db, &minutes, oldest));
        match written.await {
            Ok(()) => *kept = begun_minute(now),
            Err(error) => tracing::warn!(%error, "what was measured could not be kept"),
        }
    }

    /// Looks at every place once.
    async fn look(
        &self,
        (mut usages, mut containers): (Usages, ContainerUsages),
    ) -> Option<(Usages, ContainerUsages)> {
        let slots: Vec<Arc<Slot>> = {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            slots.values().cloned().collect()
        };
        let (mut processes, mut names) = (Vec::new(), Vec::new());
        for subject in slots.iter().flat_map(|slot| slot.meter().subjects()) {
            match subject {
                Subject::Process(id) => processes.push(id),
                Subject::Container(name) => names.push(name),
            }
        }
        let looked = spawn_blocking(move || {
            let found = usages.look(&processes);
            (usages, found)
        });
        let (looked, of_containers) =
            tokio::join!(looked, self.engines.look(&mut containers, &names));
        let (usages, of_processes) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "what runs is not measured any more");
                return None;
            }
        };
        let mut found: HashMap<Subject, Usage> = of_processes
            .into_iter()
            .map(|(id, usage)| (Subject::Process(id), usage))
            .collect();
        found.extend(
            of_containers
                .into_iter()
                .map(|(name, usage)| (Subject::Container(name), usage)),
        );
        let now = store::now();
        for slot in slots {
            if self.known(&slot.place).is_none() {
                // It was removed meanwhile.
                continue;
            }
            let mut counted = slot.meter().take();
            counted.log_errors = slot.log.take_errors();
            let subjects = slot.meter().subjects();
            let usage = Usage::together(subjects.iter().filter_map(|one| found.get(one).copied()));
            self.metrics
                .add(&slot.place, now, &Sample { usage, counted });
        }
        Some((usages, containers))
    }
}
