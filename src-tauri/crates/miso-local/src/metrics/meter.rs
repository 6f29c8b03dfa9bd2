//! The counters of one place.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::histogram::Histogram;

/// Counts what goes through a place's address, and knows the process behind it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    counted: Mutex<Counted>,
    /// The id of the process; 0 where none runs.
    process: AtomicU64,
}

/// What was counted since it was taken last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) requests: u32,
    /// Requests that were answered with 5xx, or by nobody.
    pub(crate) failed: u32,
    pub(crate) times: Histogram,
    pub(crate) log_errors: u32,
}

impl Meter {
    /// Counts an answered request.
    pub(crate) fn request(&self, took: Duration, failed: bool) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.requests = counted.requests.saturating_add(1);
        counted.failed = counted.failed.saturating_add(failed.into());
        counted.times.add(took.as_secs_f64() * 1000.0);
    }

    /// Says which process answers from now on.
    pub(crate) fn follow(&self, process: Option<u32>) {
        self.process
            .store(process.map_or(0, u64::from), Ordering::Relaxed);
    }

    /// The process that answers.
    pub(crate) fn process(&self) -> Option<u32> {
        let process = self.process.load(Ordering::Relaxed);
        u32::try_from(process).ok().filter(|process| *process != 0)
    }

    /// Gives what was counted and begins anew.
    pub(crate) fn take(&self) -> Counted {
        std::mem::take(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
