//! Measuring what runs.

use std::sync::{Arc, PoisonError};

use tokio::task::spawn_blocking;

use super::platform::Platform;
use super::slot::Slot;
use crate::metrics::{SAMPLE, Sample, Usages, begun_minute, oldest_minute};
use crate::store::{self, StoreError, measured_minutes};

impl Platform {
    /// Measures what runs, until the instance ends.
    pub(crate) async fn measure(&self) {
        let mut kept = begun_minute(store::now());
        if let Err(error) = self.restore_metrics().await {
            tracing::warn!(%error, "what was measured before could not be read");
        }
        let mut usages = Some(Usages::new());
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
    async fn look(&self, mut usages: Usages) -> Option<Usages> {
        let slots: Vec<Arc<Slot>> = {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            slots.values().cloned().collect()
        };
        let processes: Vec<u32> = slots
            .iter()
            .filter_map(|slot| slot.meter().process())
            .collect();
        let looked = spawn_blocking(move || {
            let found = usages.look(&processes);
            (usages, found)
        });
        let (usages, found) = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "what runs is not measured any more");
                return None;
            }
        };
        let now = store::now();
        for slot in slots {
            if self.known(&slot.place).is_none() {
                // It was removed meanwhile.
                continue;
            }
            let mut counted = slot.meter().take();
            counted.log_errors = slot.log.take_errors();
            let process = slot.meter().process();
            let usage = process.and_then(|process| found.get(&process).copied());
            self.metrics
                .add(&slot.place, now, &Sample { usage, counted });
        }
        Some(usages)
    }
}
