//! The limits that a connection is set to, for an instance that does not tell its own.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Limits;
use crate::{Code, Failure};

const PER_HOUR: (u32, u32) = (60, 100_000);
const PER_MINUTE: (u32, u32) = (10, 10_000);
const PER_WINDOW: (u32, u32) = (20, 100_000);
const MINUTES: (u32, u32) = (1, 60);

/// How many requests a connection may make where the instance does not say it (`RateLimit-Policy`);
/// `None` is the platform's usual (API.md, "Rate limits").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnLimits {
    /// In any hour, 60 to 100,000.
    pub requests_per_hour: Option<u32>,
    /// In any minute, 10 to 10,000.
    pub requests_per_minute: Option<u32>,
    /// In any window of v1 (API-V1.md §1.6), 20 to 100,000; `None` is 100.
    pub requests_per_window: Option<u32>,
    /// How many minutes that window has, 1 to 60; `None` is 15.
    pub window_minutes: Option<u32>,
}

impl OwnLimits {
    /// The limits that count.
    pub(crate) fn limits(self) -> Limits {
        let usual = Limits::default();
        Limits {
            per_hour: self.requests_per_hour.unwrap_or(usual.per_hour),
            per_minute: self.requests_per_minute.unwrap_or(usual.per_minute),
        }
    }

    /// The same, where both can be kept to.
    ///
    /// # Errors
    /// [`Code::LimitsInvalid`].
    pub(crate) fn checked(self) -> Result<Self, Failure> {
        for (name, value, (least, most)) in [
            ("requestsPerHour", self.requests_per_hour, PER_HOUR),
            ("requestsPerMinute", self.requests_per_minute, PER_MINUTE),
            ("requestsPerWindow", self.requests_per_window, PER_WINDOW),
            ("windowMinutes", self.window_minutes, MINUTES),
        ] {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                let invalid = Failure::new(Code::LimitsInvalid).with("limit", name);
                return Err(invalid.with("least", least).with("most", most));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_usual_and_nonsense_is_refused() {
        let own = OwnLimits {
            requests_per_hour: Some(5_000),
            ..OwnLimits::default()
        };
        assert_eq!(own.checked(), Ok(own));
        assert_eq!(
            (own.limits().per_hour, own.limits().per_minute),
            (5_000, 100)
        );
        for (hour, minute, limit) in [
            (Some(0), None, "requestsPerHour"),
            (Some(59), None, "requestsPerHour"),
            (Some(100_001), Some(10), "requestsPerHour"),
            (None, Some(9), "requestsPerMinute"),
            (Some(60), Some(u32::MAX), "requestsPerMinute"),
        ] {
            let own = OwnLimits {
                requests_per_hour: hour,
                requests_per_minute: minute,
                ..OwnLimits::default()
            };
            let refused = own.checked().unwrap_err();
            assert_eq!(refused.code, Code::LimitsInvalid);
            assert_eq!(refused.params["limit"], limit);
        }
        for (most, minutes, limit) in [
            (Some(19), None, "requestsPerWindow"),
            (Some(100), Some(0), "windowMinutes"),
            (None, Some(61), "windowMinutes"),
        ] {
            let own = OwnLimits {
                requests_per_window: most,
                window_minutes: minutes,
                ..OwnLimits::default()
            };
            assert_eq!(own.checked().unwrap_err().params["limit"], limit);
        }
    }
}
