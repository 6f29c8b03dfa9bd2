//! The request limit of a client id (API.md, "Rate limits").

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, header};
use miso_api::ErrorCode;

use super::envelope::ApiError;
use crate::options::RateLimit;

const HOUR: u64 = 3600;
const MINUTE: u64 = 60;
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts requests by client.
pub(crate) struct Limits {
    hour: u32,
    minute: u32,
    clients: Mutex<HashMap<String, Counts>>,
}

/// Where a client stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    hour: u32,
    minute: u32,
    remaining: u32,
    /// When the hour is full again, Unix seconds.
    reset: u64,
    /// Seconds to wait, where the request was too many.
    wait: Option<u64>,
}

/// Requests of one client in its running hour and minute.
#[derive(Clone, Copy, Debug)]
struct Counts {
    hour: Window,
    minute: Window,
}

/// A span of time that begins with the first request in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    began: u64,
    length: u64,
    used: u32,
}

impl Limits {
    /// The limits that were asked for; `None` for no limit.
    pub(crate) fn new(limit: RateLimit) -> Option<Self> {
        match limit {
            RateLimit::PerHourMinute { hour, minute } => Some(Self {
                hour,
                minute,
                clients: Mutex::default(),
            }),
            RateLimit::Off => None,
        }
    }

    /// Counts a request of the client at `now` (Unix seconds), unless it is one too many. What is
    /// refused is not counted.
    pub(crate) fn admit(&self, client: &str, now: u64) -> Standing {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|name, counts| name == client || !counts.hour.is_over(now));
        let counts = clients.entry(client.to_owned()).or_insert_with(|| Counts {
            hour: Window::new(HOUR, now),
            minute: Window::new(MINUTE, now),
        });
        counts.hour.restart_if_over(now);
        counts.minute.restart_if_over(now);
        let wait = [(counts.hour, self.hour), (counts.minute, self.minute)]
            .into_iter()
            .filter(|(window, limit)| window.used >= *limit)
            .map(|(window, _)| window.end().saturating_sub(now).max(1))
            .max();
        if wait.is_none() {
            counts.hour.used += 1;
            counts.minute.used += 1;
        }
        Standing {
            hour: self.hour,
            minute: self.minute,
            remaining: self.hour.saturating_sub(counts.hour.used),
            reset: counts.hour.end(),
            wait,
        }
    }
}

impl Standing {
    /// The answer where the request was one too many.
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        let wait = self.wait?;
        let message = format!("Too many requests: wait {wait} s.");
        Some(ApiError::new(ErrorCode::RateLimited, message).with(header::RETRY_AFTER, wait.into()))
    }

    /// Puts the headers on an answer.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, self.hour.into());
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(RESET, self.reset.into());
        let policy = format!(
            "\"hour\";q={};w={HOUR}, \"minute\";q={};w={MINUTE}",
            self.hour, self.minute
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(POLICY, policy);
        }
    }
}

impl Window {
    /// One of that many seconds.
    pub(crate) fn new(length: u64, now: u64) -> Self {
        Self {
            began: now,
            length,
            used: 0,
        }
    }

    /// Counts a request where there is room for it; `false` where it is one too many.
    pub(crate) fn take(&mut self, limit: u32, now: u64) -> bool {
        self.restart_if_over(now);
        let has_room = self.used < limit;
        self.used += u32::from(has_room);
        has_room
    }

    fn end(&self) -> u64 {
        self.began.saturating_add(self.length)
    }

    /// Over, or begun in a future that a clock set back has taken away.
    pub(crate) fn is_over(&self, now: u64) -> bool {
        now >= self.end() || now < self.began
    }

    fn restart_if_over(&mut self, now: u64) {
        if self.is_over(now) {
            *self = Self::new(self.length, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(hour: u32, minute: u32) -> Limits {
        Limits::new(RateLimit::PerHourMinute { hour, minute }).unwrap()
    }

    #[test]
    fn the_minute_refuses_and_says_how_long() {
        let limits = limits(1000, 2);
        assert_eq!(limits.admit("a", 1000).wait, None);
        assert_eq!(limits.admit("a", 1010).wait, None);
        assert_eq!(limits.admit("a", 1020).wait, Some(40));
        assert_eq!(limits.admit("a", 1059).wait, Some(1));
        assert_eq!(limits.admit("a", 1060).wait, None);
    }

    #[test]
    fn the_headers_describe_the_hour() {
        let limits = limits(1000, 100);
        limits.admit("a", 5000);
        let standing = limits.admit("a", 5001);
        let mut headers = HeaderMap::new();
        standing.put_on(&mut headers);
        assert_eq!(headers["x-ratelimit-limit"], "1000");
        assert_eq!(headers["x-ratelimit-remaining"], "998");
        assert_eq!(headers["x-ratelimit-reset"], "8600");
        assert_eq!(
            headers["ratelimit-policy"],
            "\"hour\";q=1000;w=3600, \"minute\";q=100;w=60"
        );
    }

    #[test]
    fn one_client_does_not_spend_for_another() {
        let limits = limits(1, 1);
        assert_eq!(limits.admit("a", 1).wait, None);
        assert!(limits.admit("a", 2).wait.is_some());
        assert_eq!(limits.admit("b", 2).wait, None);
    }

    #[test]
    fn a_clock_set_back_does_not_lock_a_client_out() {
        let limits = limits(1, 1);
        limits.admit("a", 100_000);
        assert_eq!(limits.admit("a", 50_000).wait, None);
    }

    proptest! {
        /// Exactly as many as both windows have room for, no more and no fewer.
        #[test]
        fn a_window_admits_its_limit(
            steps in prop::collection::vec(prop_oneof![6 => 0u64..3, 1 => 0u64..120], 1..600),
        ) {
            let limits = limits(50, 7);
            let mut now = 1_000_000;
            let (mut hour, mut minute) = ((0, 0), (0, 0));
            for step in steps {
                now += step;
                for (window, length) in [(&mut hour, HOUR), (&mut minute, MINUTE)] {
                    if now >= window.0 + length {
                        *window = (now, 0);
                    }
                }
                let room = hour.1 < 50 && minute.1 < 7;
                let standing = limits.admit("a", now);
                prop_assert_eq!(standing.wait.is_none(), room, "at {}: {:?}", now, standing);
                if room {
                    hour.1 += 1;
                    minute.1 += 1;
                }
                prop_assert_eq!(standing.remaining, 50 - hour.1);
            }
        }

        #[test]
        fn who_waits_as_told_is_admitted(used in 1u64..200, limit in 1u32..20) {
            let limits = limits(1000, limit);
            let mut now = 1_000_000;
            for _ in 0..used {
                if let Some(wait) = limits.admit("a", now).wait {
                    now += wait;
                    prop_assert_eq!(limits.admit("a", now).wait, None);
                }
            }
        }
    }
}
