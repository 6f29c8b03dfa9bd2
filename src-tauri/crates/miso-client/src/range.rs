//! How far back what was measured is looked at.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How far back. Only these are asked for, so that what is kept of them does not multiply.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum TimeRange {
    /// 15 minutes.
    QuarterHour,
    /// An hour.
    Hour,
    /// Six hours.
    SixHours,
    /// A day.
    Day,
    /// Seven days.
    Week,
}

/// Whoever asks for what began before may be given what ended within: a question goes back this
/// share of the range further, to a round moment, so that the same is asked for some time.
const ROUNDED_BY: i32 = 15;
/// The changes of health are asked for from so long ago: the one before any range is among them.
const HISTORY: TimeDelta = TimeDelta::days(14);

impl TimeRange {
    /// All, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::QuarterHour,
        Self::Hour,
        Self::SixHours,
        Self::Day,
        Self::Week,
    ];

    /// How long it is.
    pub fn span(self) -> TimeDelta {
        match self {
            Self::QuarterHour => TimeDelta::minutes(15),
            Self::Hour => TimeDelta::hours(1),
            Self::SixHours => TimeDelta::hours(6),
            Self::Day => TimeDelta::days(1),
            Self::Week => TimeDelta::days(7),
        }
    }

    /// The step in which it is measured: some 200 of them, whole parts of the next longer unit.
    pub fn step(self) -> TimeDelta {
        match self {
            Self::QuarterHour => TimeDelta::seconds(5),
            Self::Hour => TimeDelta::seconds(20),
            Self::SixHours => TimeDelta::minutes(2),
            Self::Day => TimeDelta::minutes(6),
            Self::Week => TimeDelta::minutes(45),
        }
    }

    /// The part of it that a row of its table stands for.
    pub fn row(self) -> TimeDelta {
        match self {
            Self::QuarterHour => TimeDelta::minutes(1),
            Self::Hour => TimeDelta::minutes(5),
            Self::SixHours => TimeDelta::minutes(30),
            Self::Day => TimeDelta::hours(2),
            Self::Week => TimeDelta::hours(12),
        }
    }

    /// From when on it is asked for at a moment.
    pub(crate) fn asked_from(self, now: DateTime<Utc>) -> DateTime<Utc> {
        rounded_down(now - self.span(), self.span() / ROUNDED_BY)
    }
}

/// From when on changes of health are asked for at a moment.
pub(crate) fn history_from(now: DateTime<Utc>) -> DateTime<Utc> {
    rounded_down(now - HISTORY, TimeDelta::days(1))
}

/// The beginning of the step that a moment is in. Steps are counted from the beginning of 1970.
pub(crate) fn rounded_down(at: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    let step = step.num_milliseconds().max(1);
    let begun = at.timestamp_millis().div_euclid(step) * step;
    DateTime::from_timestamp_millis(begun).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_asked_for_covers_the_range_and_stays_the_same_for_a_while(
            seconds in 0i64..4_000_000_000, which in 0usize..5,
        ) {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let range = TimeRange::ALL[which];
            let from = range.asked_from(now);
            prop_assert!(from <= now - range.span());
            prop_assert!(now - from < range.span() + range.span() / ROUNDED_BY);
            let later = from + range.span() + range.span() / ROUNDED_BY - TimeDelta::seconds(1);
            prop_assert_eq!(range.asked_from(later), from);
            prop_assert!(history_from(now) <= now - TimeDelta::days(14));
        }
    }
}
