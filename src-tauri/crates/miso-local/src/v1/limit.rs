//! The request limit of v1 (API-V1.md §1.6): one window, and no word about it but the refusal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::http::limits::Window;
use crate::options::V1RateLimit;

/// Counts requests by client.
pub(crate) struct WindowLimit {
    requests: u32,
    seconds: u64,
    clients: Mutex<HashMap<String, Window>>,
}

impl WindowLimit {
    /// The limit that was asked for; `None` for none.
    pub(crate) fn new(limit: V1RateLimit) -> Option<Self> {
        match limit {
            V1RateLimit::PerWindow { requests, seconds } => Some(Self {
                requests,
                seconds: u64::from(seconds),
                clients: Mutex::default(),
            }),
            V1RateLimit::Off => None,
        }
    }

    /// Counts a request of the client at `now` (Unix seconds); `false` where it is one too many.
    pub(super) fn admit(&self, client: &str, now: u64) -> bool {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|_, window| !window.is_over(now));
        let window = clients
            .entry(client.to_owned())
            .or_insert_with(|| Window::new(self.seconds, now));
        window.take(self.requests, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limit(requests: u32, seconds: u32) -> WindowLimit {
        WindowLimit::new(V1RateLimit::PerWindow { requests, seconds }).unwrap()
    }

    #[test]
    fn one_client_does_not_spend_for_another() {
        let limit = limit(1, 600);
        assert!(limit.admit("a", 1));
        assert!(!limit.admit("a", 600));
        assert!(limit.admit("b", 600));
        assert!(limit.admit("a", 601), "the window is over");
    }

    proptest! {
        #[test]
        fn no_window_has_more_than_the_limit(steps in prop::collection::vec(0u64..20, 1..400)) {
            let limit = limit(7, 60);
            let (mut now, mut began, mut used) = (1_000_000, 0, 0);
            for step in steps {
                now += step;
                if now >= began + 60 {
                    (began, used) = (now, 0);
                }
                let has_room = used < 7;
                prop_assert_eq!(limit.admit("a", now), has_room);
                used += u32::from(has_room);
            }
        }
    }
}
