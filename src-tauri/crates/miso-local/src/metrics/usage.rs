//! What the system says of processes.

use std::collections::HashMap;
use std::time::Instant;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// What a process or a container uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    /// Percent of one core, since the look before; `None` at the first look.
    pub(crate) cpu_percent: Option<f32>,
    pub(crate) memory_bytes: u64,
    /// What it may use, where it is held to something.
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl Usage {
    /// What several use together; a part that is not known of one is known of none.
    pub(crate) fn together(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let both = |one: Option<f32>, other: Option<f32>| Some(one? + other?);
        all.into_iter().reduce(|one, other| Self {
            cpu_percent: both(one.cpu_percent, other.cpu_percent),
            memory_bytes: one.memory_bytes + other.memory_bytes,
            memory_limit_bytes: one
                .memory_limit_bytes
                .zip(other.memory_limit_bytes)
                .map(|(one, other)| one.saturating_add(other)),
        })
    }
}

/// A process at the last look.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    /// When it was started, in seconds since 1970: ids are given out again.
    started: u64,
    /// Milliseconds of a core that it has used in all.
    cpu_ms: u64,
}

/// Looks at processes, again and again.
pub(crate) struct Usages {
    /// `None` where the system says nothing of processes.
    system: Option<System>,
    /// Those that were seen at the last look, and when that was.
    seen: HashMap<u32, Seen>,
    looked: Instant,
}

impl Usages {
    pub(crate) fn new() -> Self {
        let system = System::new();
        if let Err(error) = &system {
            tracing::warn!(%error, "processes cannot be measured on this system");
        }
        Self {
            system: system.ok(),
            seen: HashMap::new(),
            looked: Instant::now(),
        }
    }

    /// Looks at these processes; one that has gone is left out. It reads files of the system: not
    /// for the async threads.
    pub(crate) fn look(&mut self, processes: &[u32]) -> HashMap<u32, Usage> {
        let Some(system) = &mut self.system else {
            return HashMap::new();
        };
        let ids: Vec<Pid> = processes.iter().map(|id| Pid::from_u32(*id)).collect();
        let kind = ProcessRefreshKind::nothing()
            .with_cpu()
            .with_memory()
            .without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&ids), true, kind);
        let now = Instant::now();
        let elapsed = now.duration_since(self.looked).as_secs_f32() * 1000.0;
        let (mut seen, mut found) = (HashMap::new(), HashMap::new());
        for id in ids {
            let Some(process) = system.process(id) else {
                continue;
            };
            let this = Seen {
                started: process.start_time(),
                cpu_ms: process.accumulated_cpu_time(),
            };
            let before = self.seen.get(&id.as_u32());
            let before = before.filter(|before| before.started == this.started);
            // Reckoned here: the crate says 0 of a process that had used nothing at the first look.
            let cpu_percent = before
                .filter(|_| elapsed > 0.0)
                .map(|before| this.cpu_ms.saturating_sub(before.cpu_ms) as f32 / elapsed * 100.0);
            seen.insert(id.as_u32(), this);
            let usage = Usage {
                cpu_percent,
                memory_bytes: process.memory(),
                memory_limit_bytes: None,
            };
            found.insert(id.as_u32(), usage);
        }
        (self.seen, self.looked) = (seen, now);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen_and_one_that_is_not_there_is_not() {
        let mut usages = Usages::new();
        let (this, nobody) = (std::process::id(), u32::MAX / 2);
        let first = usages.look(&[this, nobody]);
        assert!(first[&this].memory_bytes > 100_000);
        assert_eq!(first[&this].cpu_percent, None);
        assert!(!first.contains_key(&nobody));
        let begun = std::time::Instant::now();
        // Ticks of the system are 10 ms long.
        while begun.elapsed() < std::time::Duration::from_millis(400) {
            std::hint::black_box((0..10_000u64).sum::<u64>());
        }
        let busy = usages.look(&[this])[&this].cpu_percent.unwrap();
        assert!(busy > 10.0, "{busy}");
    }
}
