//! Time that passes only when somebody waits for it, and then at once.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use miso_client::Clock;

/// A clock without real time.
pub struct Flying {
    start: DateTime<Utc>,
    passed: Mutex<Duration>,
}

impl Flying {
    pub fn new() -> Self {
        Self {
            start: Utc::now(),
            passed: Mutex::default(),
        }
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        *self.passed.lock().unwrap() += time;
    }
}

impl Clock for Flying {
    fn now(&self) -> DateTime<Utc> {
        self.start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.passed.lock().unwrap()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.pass(time);
            tokio::task::yield_now().await;
        })
    }
}
