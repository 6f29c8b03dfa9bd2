//! Time as a value, so that rules about time can be tested without waiting.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Wall time; decides about expiry, because it goes on while the machine sleeps.
    fn now(&self) -> DateTime<Utc>;
    /// Time since some fixed moment, never going back; decides about spacing.
    fn monotonic(&self) -> Duration;
    /// Waits; where time is made up, it passes at once.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// A moment a little earlier or later, as far as there is one: another's times may be at the end of all
/// that can be written.
pub(crate) fn moved(moment: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    moment.checked_add_signed(by).unwrap_or(moment)
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic time begins now.
    pub fn new() -> Self {
        Self {
            start: tokio::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
