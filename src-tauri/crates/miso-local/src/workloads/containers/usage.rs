//! What an engine says that containers use.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::models::{ContainerMemoryStats, ContainerStatsResponse};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::time::timeout;

use super::engine::Engine;
use crate::metrics::Usage;

/// How long an engine may take to say what one container uses.
const PATIENCE: Duration = Duration::from_secs(4);

/// Looks at containers, again and again.
#[derive(Debug, Default)]
pub(crate) struct ContainerUsages {
    /// When each was looked at last, and the nanoseconds of a core that it had used in all.
    seen: HashMap<Arc<str>, (Instant, u64)>,
    looks: u32,
}

impl ContainerUsages {
    /// Counts a look and says whether it is one of so many, the first among them.
    pub(super) fn is_due(&mut self, of: u32) -> bool {
        let is_due = self.looks.is_multiple_of(of);
        self.looks = self.looks.wrapping_add(1);
        is_due
    }

    /// Looks at these containers; one that has gone is left out.
    pub(super) async fn look(
        &mut self,
        engine: &Engine,
        names: &[Arc<str>],
    ) -> HashMap<Arc<str>, Usage> {
        let asked = names.iter().map(async |name| {
            let stats = timeout(PATIENCE, one(engine, name)).await.ok().flatten();
            stats.map(|stats| (Arc::clone(name), Instant::now(), stats))
        });
        let (mut seen, mut found) = (HashMap::new(), HashMap::new());
        for (name, now, stats) in join_all(asked).await.into_iter().flatten() {
            let used = stats
                .cpu_stats
                .and_then(|cpu| cpu.cpu_usage?.total_usage)
                .unwrap_or_default();
            let cpu_percent = self.seen.get(&name).and_then(|(before, had)| {
                let elapsed = now.duration_since(*before).as_nanos() as f64;
                (elapsed > 0.0).then(|| (used.saturating_sub(*had) as f64 / elapsed * 100.0) as f32)
            });
            let memory = stats.memory_stats.unwrap_or_default();
            let usage = Usage {
                cpu_percent,
                memory_bytes: memory_in_use(&memory),
                memory_limit_bytes: memory.limit,
            };
            seen.insert(Arc::clone(&name), (now, used));
            found.insert(name, usage);
        }
        self.seen = seen;
        found
    }
}

async fn one(engine: &Engine, name: &str) -> Option<ContainerStatsResponse> {
    let once = StatsOptionsBuilder::default()
        .stream(false)
        .one_shot(true)
        .build();
    let mut stats = Box::pin(engine.docker.stats(name, Some(once)));
    stats.next().await?.ok()
}

/// Without what the system keeps of files and gives back when it is needed.
fn memory_in_use(memory: &ContainerMemoryStats) -> u64 {
    let stats = memory.stats.as_ref();
    let kept = stats.and_then(|stats| {
        let names = ["total_inactive_file", "inactive_file"];
        names.iter().find_map(|name| stats.get(*name))
    });
    memory
        .usage
        .unwrap_or_default()
        .saturating_sub(kept.copied().unwrap_or_default())
}
