//! Time that jumps from one thing to do to the next, and a lid that can be closed.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::Clock;

/// The runtime's time, and what the wall was ahead of it.
pub(super) struct HandClock {
    start: Instant,
    slept: Mutex<TimeDelta>,
}

impl HandClock {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            slept: Mutex::new(TimeDelta::zero()),
        }
    }

    /// The machine sleeps: the wall clock goes on, the monotonic one does not.
    pub(super) fn sleep_for(&self, time: TimeDelta) {
        *self.slept.lock().unwrap() += time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        let begin = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        begin + self.start.elapsed() + *self.slept.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
