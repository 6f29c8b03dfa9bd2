//! Waiting that a machine which slept does not prolong.

use std::time::Duration;

use tokio::sync::Notify;

use crate::Clock;

/// Whoever waits looks at the clocks this often: a machine that slept has old values on screen.
const LOOK: Duration = Duration::from_secs(10);
/// Wall time that passed without the monotonic clock: the machine slept.
const SLEPT: Duration = Duration::from_secs(5);

/// Waits, but not on when it is woken, nor when the machine slept meanwhile: the wall clock goes on
/// then, and the monotonic one may not. Whether it was cut short so.
pub(crate) async fn nap(clock: &dyn Clock, pause: Duration, wake: &Notify) -> bool {
    nap_looking(LOOK, clock, pause, wake).await
}

async fn nap_looking(often: Duration, clock: &dyn Clock, pause: Duration, wake: &Notify) -> bool {
    let mut left = pause;
    loop {
        let slice = left.min(often);
        let (wall, monotonic) = (clock.now(), clock.monotonic());
        tokio::select! {
            () = tokio::time::sleep(slice) => {}
            () = wake.notified() => return true,
        }
        left = left.saturating_sub(slice);
        let waited = clock.monotonic().saturating_sub(monotonic);
        let passed = (clock.now() - wall).to_std().unwrap_or_default();
        if passed > waited + SLEPT {
            return true;
        }
        if left.is_zero() {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;

    /// Clocks that follow the runtime's, and a wall clock that can jump.
    struct Jumping(tokio::time::Instant, Mutex<TimeDelta>);

    impl Clock for Jumping {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + self.monotonic() + *self.1.lock().unwrap()
        }
        fn monotonic(&self) -> Duration {
            self.0.elapsed()
        }
    }

    fn clock() -> Arc<Jumping> {
        let start = tokio::time::Instant::now();
        Arc::new(Jumping(start, Mutex::new(TimeDelta::zero())))
    }

    #[tokio::test]
    async fn a_machine_that_slept_is_noticed_at_the_next_look() {
        const { assert!(LOOK.as_secs() <= 15) };
        let (clock, wake) = (clock(), Notify::new());
        let often = Duration::from_millis(20);
        let jump = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            *clock.1.lock().unwrap() = TimeDelta::minutes(20);
        };
        let napping = nap_looking(often, clock.as_ref(), Duration::from_secs(600), &wake);
        let ((), cut_short) = tokio::join!(jump, napping);
        assert!(cut_short);
        assert!(clock.monotonic() < Duration::from_secs(60));
    }

    #[tokio::test]
    async fn a_nap_is_as_long_as_it_should_be_or_until_it_is_woken() {
        let (clock, wake) = (clock(), Notify::new());
        let often = Duration::from_millis(20);
        assert!(!nap_looking(often, clock.as_ref(), often * 5, &wake).await);
        assert!(clock.monotonic() >= often * 5);
        wake.notify_one();
        assert!(nap(clock.as_ref(), Duration::from_secs(600), &wake).await);
        assert!(clock.monotonic() < Duration::from_secs(60));
    }
}
