//! What stands out of what was measured.

use chrono::{DateTime, TimeDelta, Utc};

use super::facts::Facts;

/// Memory that has grown: so many points, by so many bytes, and to so many times the first.
const FEWEST_POINTS: usize = 4;
const GROWN_BY: f64 = 24.0 * 1024.0 * 1024.0;
const GROWN_TO: f64 = 1.4;
/// It lets go of no more than this share of it from one point to the next.
const LET_GO: f64 = 0.98;
/// What holds this share of what it held just before is another process.
const ANEW: f64 = 0.7;
/// What only grew as it started had its growth before the middle of the time.
const LATE_SHARE: f64 = 0.25;

/// A burst has so many errors at least, and so many times more than there were before.
const FEWEST_ERRORS: f64 = 20.0;
const TIMES_MORE: f64 = 5.0;
/// Errors that are this far apart belong together; what is longer ago is over.
const APART: TimeDelta = TimeDelta::seconds(45);

/// Memory that grew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Growth {
    /// When it was measured first.
    pub(super) from: DateTime<Utc>,
    /// When it was measured last.
    pub(super) to: DateTime<Utc>,
    /// Bytes at first.
    pub(super) first: f64,
    /// Bytes at last.
    pub(super) last: f64,
}

/// The memory of what is unwell, where it grew all the time until a moment.
pub(super) fn growth(facts: &Facts<'_>, until: DateTime<Utc>) -> Option<Growth> {
    let mut points = facts.measured("memory_bytes");
    points.retain(|(at, _)| *at <= until);
    // What ran before what runs now has a memory of its own.
    let deployed = facts.completed_by(until).and_then(|one| one.completed_at);
    points.retain(|(at, _)| deployed.is_none_or(|deployed| *at >= deployed));
    let begun = points
        .windows(2)
        .rposition(|pair| pair[1].1 < pair[0].1 * ANEW)
        .map_or(0, |at| at + 1);
    let points = points.get(begun..)?;
    let (first, last) = (points.first()?, points.last()?);
    let held = points
        .windows(2)
        .all(|pair| pair[1].1 >= pair[0].1 * LET_GO);
    let rises = points.windows(2).filter(|pair| pair[1].1 > pair[0].1);
    let mostly = rises.count() * 2 >= points.len().saturating_sub(1);
    let grown = last.1 - first.1;
    let middle = points.get(points.len() / 2)?;
    let went_on = last.1 - middle.1 >= grown * LATE_SHARE;
    let is_growth = points.len() >= FEWEST_POINTS
        && held
        && mostly
        && went_on
        && grown >= GROWN_BY
        && last.1 >= first.1 * GROWN_TO;
    is_growth.then_some(Growth {
        from: first.0,
        to: last.0,
        first: first.1,
        last: last.1,
    })
}

/// A burst of errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Burst {
    /// When it began.
    pub(super) from: DateTime<Utc>,
    /// How many there were.
    pub(super) errors: f64,
}

/// The burst of errors that goes on; `None` where there is none.
pub(super) fn burst(facts: &Facts<'_>, now: DateTime<Utc>) -> Option<Burst> {
    let points = facts.measured("log_errors");
    let newest = points.iter().rposition(|(_, errors)| *errors > 0.0)?;
    if now - points[newest].0 > APART {
        return None;
    }
    let (mut first, mut count) = (newest, 0.0);
    for at in (0..=newest).rev() {
        let (time, errors) = points[at];
        if points[first].0 - time > APART {
            break;
        }
        if errors > 0.0 {
            first = at;
            count += errors;
        }
    }
    let before = &points[..first];
    let errors_before: f64 = before.iter().map(|(_, errors)| errors).sum();
    let rate = |errors: f64, steps: usize| errors / steps.max(1) as f64;
    let more = rate(count, newest - first + 1) >= TIMES_MORE * rate(errors_before, before.len());
    // Without a time before it nobody knows that there were fewer.
    (!before.is_empty() && count >= FEWEST_ERRORS && more).then(|| Burst {
        from: points[first].0,
        errors: count,
    })
}
