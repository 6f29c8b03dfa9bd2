//! The wait of a click, as people see it.

use std::time::Duration;

use super::WaitDue;

/// A wait that people see. However it ends, and a click that is given up ends it too, they see
/// that it has ended.
pub(super) struct AnnouncedWait<'a> {
    wait_due: &'a WaitDue,
    is_said: bool,
}

impl<'a> AnnouncedWait<'a> {
    /// Nothing is said yet.
    pub(super) fn new(wait_due: &'a WaitDue) -> Self {
        Self {
            wait_due,
            is_said: false,
        }
    }

    /// Says how long it will be.
    pub(super) fn say(&mut self, wait: Duration) {
        (self.wait_due)(wait);
        self.is_said = true;
    }
}

impl Drop for AnnouncedWait<'_> {
    fn drop(&mut self) {
        if self.is_said {
            (self.wait_due)(Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_wait_that_was_seen_is_seen_to_end() {
        let seen: Arc<Mutex<Vec<u64>>> = Arc::default();
        let sink = seen.clone();
        let wait_due: WaitDue = Arc::new(move |wait: Duration| {
            sink.lock().unwrap().push(wait.as_secs());
        });
        drop(AnnouncedWait::new(&wait_due));
        assert!(seen.lock().unwrap().is_empty(), "nothing was said");
        let mut announced = AnnouncedWait::new(&wait_due);
        announced.say(Duration::from_secs(7));
        announced.say(Duration::from_secs(3));
        // As when the click is called off while it waits.
        drop(announced);
        assert_eq!(*seen.lock().unwrap(), [7, 3, 0]);
    }
}
