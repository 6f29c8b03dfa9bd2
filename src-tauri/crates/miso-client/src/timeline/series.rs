//! What was measured, in steps that all series share.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{MetricPoint, MetricSeries};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::range::rounded_down;

/// Points further apart than so many steps have a gap between them.
const GAP: f64 = 1.6;
/// What was measured this long ago at most, or so many steps, is what is now.
const FRESH: TimeDelta = TimeDelta::minutes(2);
const FRESH_STEPS: i32 = 4;
/// As many steps at most, whatever the server's points are like.
const MOST_STEPS: i64 = 2_000;

/// The metrics that the platform names, in the order in which they are read (API.md, "Monitoring").
const NAMES: [(&str, Unit, Together); 7] = [
    ("log_errors", Unit::Lines, Together::Sum),
    ("error_rate", Unit::Percent, Together::Mean),
    ("response_ms_p50", Unit::Milliseconds, Together::Mean),
    ("response_ms_p95", Unit::Milliseconds, Together::Largest),
    ("requests_per_second", Unit::PerSecond, Together::Mean),
    ("cpu_percent", Unit::Percent, Together::Mean),
    ("memory_bytes", Unit::Bytes, Together::Largest),
];

/// What values count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Unit {
    /// Of a hundred; CPU of one core.
    Percent,
    /// Bytes.
    Bytes,
    /// In a second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// Log lines, in a step.
    Lines,
    /// As the server calls it.
    Other {
        /// Its word.
        word: Option<String>,
    },
}

/// How values of several points become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Together {
    Sum,
    Mean,
    Largest,
}

/// One metric over the steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MeasuredSeries {
    /// Its name on the wire.
    pub name: String,
    /// What its values count.
    pub unit: Unit,
    /// A value for each step; `None` where nothing was measured.
    pub values: Vec<Option<f64>>,
    /// What it is now; `None` where it was not measured lately.
    pub latest: Option<f64>,
    /// The largest value.
    pub largest: Option<f64>,
    /// All values together, of what is counted.
    pub total: Option<f64>,
}

/// The steps that all series share. They are counted from the beginning of 1970, so that they stay
/// where they are while time goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    first: DateTime<Utc>,
    step: TimeDelta,
    count: usize,
    to: DateTime<Utc>,
}

impl Grid {
    /// Steps as they were asked for, or wider ones where the server measures less often.
    pub(super) fn over(
        measured: &[MetricSeries],
        step: TimeDelta,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Self {
        let step = measured
            .iter()
            .filter_map(spacing)
            .min()
            .unwrap_or_default()
            .max(step);
        let first = rounded_down(from, step);
        let most = (to - first).num_milliseconds() / step.num_milliseconds().max(1) + 1;
        Self {
            first,
            step,
            count: usize::try_from(most.clamp(0, MOST_STEPS)).unwrap_or_default(),
            to,
        }
    }

    /// When the steps began, in milliseconds since 1970.
    pub(super) fn times(&self) -> Vec<f64> {
        let at = |step| self.at(step).timestamp_millis() as f64;
        (0..self.count).map(at).collect()
    }

    /// How long a step is, in milliseconds.
    pub(super) fn step(&self) -> f64 {
        self.step.num_milliseconds() as f64
    }

    /// The same as a time.
    pub(super) fn length(&self) -> TimeDelta {
        self.step
    }

    /// When a step began.
    pub(super) fn at(&self, step: usize) -> DateTime<Utc> {
        self.first + self.step * i32::try_from(step).unwrap_or(i32::MAX)
    }

    /// Every series over the steps: those with a known name first, in their order.
    pub(super) fn series(&self, measured: Vec<MetricSeries>) -> Vec<MeasuredSeries> {
        let mut all = measured;
        all.sort_by_key(|series| {
            let known = NAMES.iter().position(|(name, ..)| *name == series.name);
            known.unwrap_or(NAMES.len())
        });
        all.into_iter().map(|series| self.one(series)).collect()
    }

    fn one(&self, series: MetricSeries) -> MeasuredSeries {
        let MetricSeries { name, unit, points } = series;
        let (unit, factor) = unit_of(&name, unit);
        let values = self.values(&points, together(&name), factor);
        let found = values.iter().flatten().copied();
        let is_counted = together(&name) == Together::Sum && values.iter().any(Option::is_some);
        MeasuredSeries {
            latest: self.latest(&values),
            largest: found.clone().reduce(f64::max),
            total: is_counted.then(|| found.sum()),
            name,
            unit,
            values,
        }
    }

    fn values(&self, points: &[MetricPoint], how: Together, factor: f64) -> Vec<Option<f64>> {
        let mut points: Vec<(DateTime<Utc>, f64)> = points
            .iter()
            .filter_map(|MetricPoint(at, value)| Some((*at, value.filter(|it| it.is_finite())?)))
            .collect();
        points.sort_by_key(|(at, _)| *at);
        let mut cells = vec![Vec::<f64>::new(); self.count];
        let mut last: Option<(usize, DateTime<Utc>)> = None;
        for (at, value) in points {
            let step = (at - self.first)
                .num_milliseconds()
                .div_euclid(self.step.num_milliseconds());
            let Some(step) = usize::try_from(step).ok().filter(|step| *step < self.count) else {
                continue;
            };
            // Points that are not quite as far apart as they should be leave no hole.
            if let Some((before, then)) = last
                && how != Together::Sum
                && (at - then).as_seconds_f64() < GAP * self.step.as_seconds_f64()
            {
                let carried = joined(&cells[before], how);
                for cell in &mut cells[before + 1..step.max(before + 1)] {
                    cell.extend(carried);
                }
            }
            cells[step].push(value * factor);
            last = Some((step, at));
        }
        cells.iter().map(|cell| joined(cell, how)).collect()
    }

    fn latest(&self, values: &[Option<f64>]) -> Option<f64> {
        let fresh = FRESH.max(self.step * FRESH_STEPS);
        let step = values.iter().rposition(Option::is_some)?;
        (self.to - self.at(step) <= fresh).then_some(values[step]?)
    }
}

/// The values of some steps as one.
pub(super) fn joined_by(name: &str, values: &[f64]) -> Option<f64> {
    joined(values, together(name))
}

fn joined(values: &[f64], how: Together) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    match (how, values.len()) {
        (_, 0) => None,
        (Together::Sum, _) => Some(sum),
        (Together::Mean, count) => Some(sum / count as f64),
        (Together::Largest, _) => values.iter().copied().reduce(f64::max),
    }
}

fn together(name: &str) -> Together {
    let known = NAMES.iter().find(|(known, ..)| *known == name);
    known.map_or(Together::Mean, |(_, _, how)| *how)
}

/// What a series counts, and what to multiply its values by for that.
fn unit_of(name: &str, unit: Option<String>) -> (Unit, f64) {
    let known = NAMES.iter().find(|(known, ..)| *known == name);
    match (unit.as_deref(), known) {
        (Some("percent" | "%"), _) => (Unit::Percent, 1.0),
        (Some("ratio"), _) => (Unit::Percent, 100.0),
        (Some("bytes" | "B"), _) => (Unit::Bytes, 1.0),
        (Some("MiB"), _) => (Unit::Bytes, f64::from(1 << 20)),
        (Some("1/s" | "req/s" | "rps"), _) => (Unit::PerSecond, 1.0),
        (Some("ms" | "milliseconds"), _) => (Unit::Milliseconds, 1.0),
        (Some("s" | "seconds"), _) => (Unit::Milliseconds, 1_000.0),
        (Some("lines"), _) => (Unit::Lines, 1.0),
        (None, Some(("error_rate", ..))) => (Unit::Percent, 100.0),
        (None, Some((_, unit, _))) => (unit.clone(), 1.0),
        (_, _) => (Unit::Other { word: unit }, 1.0),
    }
}

/// How far apart most points of a series are; `None` where there are too few to tell.
fn spacing(series: &MetricSeries) -> Option<TimeDelta> {
    let mut times: Vec<DateTime<Utc>> = series.points.iter().map(|point| point.0).collect();
    times.sort_unstable();
    times.dedup();
    let mut apart: Vec<TimeDelta> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if apart.len() < 3 {
        return None;
    }
    apart.sort_unstable();
    // Whole seconds: a grid of anything finer would follow the clock of a server.
    let middle = apart[apart.len() / 2].as_seconds_f64().round();
    Some(TimeDelta::seconds((middle as i64).max(1)))
}
