//! A timeline as a table: for the keyboard, for screen readers, and to be copied.

use chrono::{DateTime, Utc};
use miso_api::HealthStatus;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::health::HealthSpan;
use super::marks::Mark;
use super::series::{Grid, MeasuredSeries, joined_by};
use crate::TimeRange;
use crate::range::rounded_down;

/// A part of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct TimelineRow {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// The worst health in it.
    pub health: HealthStatus,
    /// A value for each series, of all steps in it together.
    pub values: Vec<Option<f64>>,
    /// Which marks are in it, by their place.
    pub marks: Vec<u32>,
}

/// The rows of a timeline, newest first; every mark is in one of them.
pub(super) fn rows(
    range: TimeRange,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    health: &[HealthSpan],
    marks: &[Mark],
    grid: &Grid,
    series: &[MeasuredSeries],
) -> Vec<TimelineRow> {
    let mut rows = Vec::new();
    let mut end = to;
    while end > from {
        // The last one has a begun part of its length; what is not over has what there is.
        let begun = rounded_down(end - chrono::TimeDelta::milliseconds(1), range.row());
        let start = begun.max(from);
        let is_last = end == to;
        let within = |at: DateTime<Utc>| at >= start && (at < end || is_last);
        let place = marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| within(mark.at.max(from)));
        rows.push(TimelineRow {
            from: start,
            to: end,
            health: worst(health, start, end),
            values: series.iter().map(|one| value(one, grid, &within)).collect(),
            marks: place.filter_map(|(at, _)| u32::try_from(at).ok()).collect(),
        });
        end = start;
    }
    rows
}

fn value(
    series: &MeasuredSeries,
    grid: &Grid,
    within: &impl Fn(DateTime<Utc>) -> bool,
) -> Option<f64> {
    let steps = series.values.iter().enumerate();
    let values: Vec<f64> = steps
        .filter(|(step, _)| within(grid.at(*step)))
        .filter_map(|(_, value)| *value)
        .collect();
    joined_by(&series.name, &values)
}

fn worst(health: &[HealthSpan], from: DateTime<Utc>, to: DateTime<Utc>) -> HealthStatus {
    let here = health
        .iter()
        .filter(|span| span.from < to && span.to.is_none_or(|end| end > from));
    let badness = |status: &HealthStatus| match status {
        HealthStatus::Unhealthy => 4,
        HealthStatus::Degraded => 3,
        HealthStatus::Unknown(_) => 2,
        HealthStatus::NotKnown => 1,
        HealthStatus::Healthy => 0,
    };
    here.map(|span| span.status.clone())
        .max_by_key(badness)
        .unwrap_or_default()
}
