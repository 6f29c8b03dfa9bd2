//! A clock whose wall time a test sets: a machine that sleeps, or whose clock is wrong.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use miso_client::Clock;

pub struct HandClock {
    start: tokio::time::Instant,
    ahead: Mutex<TimeDelta>,
    passed: Mutex<Duration>,
}

impl HandClock {
    /// A clock whose wall time is this far ahead of the machine's.
    pub fn ahead_by(ahead: TimeDelta) -> Arc<Self> {
        Arc::new(Self {
            start: tokio::time::Instant::now(),
            ahead: Mutex::new(ahead),
            passed: Mutex::default(),
        })
    }

    /// Time passes, by both clocks.
    pub fn pass(&self, time: Duration) {
        *self.passed.lock().unwrap() += time;
        *self.ahead.lock().unwrap() += TimeDelta::from_std(time).unwrap();
    }

    /// The wall time jumps; the monotonic time does not, as in a suspend.
    pub fn jump(&self, by: TimeDelta) {
        *self.ahead.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.ahead.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed() + *self.passed.lock().unwrap()
    }
}
