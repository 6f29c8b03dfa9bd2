//! What the system measures of the workloads, and what the instance's own proxies count: CPU and
//! memory of each process, requests, how long they took and how many failed, lines of level error.
//! Kept in memory, bounded: the last hour in samples of 5 s, the last day in samples of a minute;
//! the minutes are kept in the store too, so that they outlive a restart.

pub(crate) mod histogram;
pub(crate) mod meter;
mod series;
mod usage;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{MetricPoint, MetricSeries, ResourceUsage};

use crate::place::Place;
use meter::Counted;
pub(crate) use series::Sums;
use series::{MINUTE, MINUTES, Series, Step};
pub(crate) use usage::{Usage, Usages};

/// The time between two samples.
pub(crate) const SAMPLE: Duration = Duration::from_secs(5);
/// A sample that is older says nothing about now, in seconds.
const STALE: i64 = 20;

/// The metrics of all places.
#[derive(Default)]
pub(crate) struct Metrics {
    places: Mutex<HashMap<Place, Series>>,
}

/// What one look at a place found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) usage: Option<Usage>,
    pub(crate) counted: Counted,
}

/// A minute of a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Minute {
    /// Its beginning, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) place: Place,
    pub(crate) sums: Sums,
}

/// When the oldest minute began that is kept, in seconds since 1970.
pub(crate) fn oldest_minute(now: DateTime<Utc>) -> i64 {
    begun_minute(now) - (MINUTES as i64 - 1) * MINUTE
}

/// When the minute began that is not over yet, in seconds since 1970.
pub(crate) fn begun_minute(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(MINUTE) * MINUTE
}

/// Which part of a series is wanted: in seconds since 1970, and seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) step: i64,
}

impl Metrics {
    /// Adds what was found at a place since the look before.
    pub(crate) fn add(&self, place: &Place, at: DateTime<Utc>, sample: &Sample) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let series = places.entry(place.clone()).or_default();
        series.add(at.timestamp(), SAMPLE.as_secs() as u32, sample);
    }

    /// Forgets an application.
    pub(crate) fn forget(&self, application: &str) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place, _| place.application != application);
    }

    /// Takes over what was kept by an instance before this one.
    pub(crate) fn restore(&self, minutes: Vec<Minute>) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        for Minute { at, place, sums } in minutes {
            places.entry(place).or_default().restore(at, sums);
        }
    }

    /// The minutes of all places from that one on, to be kept.
    pub(crate) fn minutes_from(&self, minute: i64) -> Vec<Minute> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(place, series): (&Place, &Series)| {
            let minutes = series.minutes_from(minute);
            let minute = |(at, sums): &(i64, Sums)| Minute {
                at: *at,
                place: place.clone(),
                sums: sums.clone(),
            };
            minutes.map(minute).collect::<Vec<_>>()
        };
        places.iter().flat_map(of).collect()
    }

    /// What runs at a place uses right now.
    pub(crate) fn usage(&self, place: &Place, now: DateTime<Utc>) -> Option<ResourceUsage> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, usage) = places.get(place)?.newest()?;
        (now.timestamp() - at <= STALE).then_some(ResourceUsage {
            cpu_percent: usage.cpu_percent.map(f64::from),
            memory_bytes: Some(usage.memory_bytes),
            memory_limit_bytes: usage.memory_limit_bytes,
        })
    }

    /// The metrics of an application: of one place, or of several together. None where nothing was
    /// measured.
    pub(crate) fn read(&self, wanted: &[Place], span: Span) -> Vec<MetricSeries> {
        let mut steps = BTreeMap::<i64, Step>::new();
        {
            let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            for series in wanted.iter().filter_map(|place| places.get(place)) {
                for (at, sums) in series.read(span) {
                    steps.entry(at).or_default().add(&sums);
                }
            }
        }
        if steps.is_empty() {
            return Vec::new();
        }
        let series = |name: &str, unit: &str, value: fn(&Step) -> Option<f64>| MetricSeries {
            name: name.to_owned(),
            unit: Some(unit.to_owned()),
            points: steps
                .iter()
                .filter_map(|(at, step)| {
                    let at = DateTime::from_timestamp(*at, 0)?;
                    Some(MetricPoint(at, Some(value(step)?)))
                })
                .collect(),
        };
        vec![
            series("cpu_percent", "percent", |step| step.cpu),
            series("memory_bytes", "bytes", |step| step.memory),
            series("requests_per_second", "1/s", |step| Some(step.rate)),
            series("response_ms_p50", "ms", |step| step.times.quantile(0.50)),
            series("response_ms_p95", "ms", |step| step.times.quantile(0.95)),
            series("error_rate", "ratio", Step::error_rate),
            series("log_errors", "lines", |step| Some(step.log_errors as f64)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn sample(requests: u32, failed: u32, ms: f64) -> Sample {
        let mut counted = Counted {
            requests,
            failed,
            log_errors: 1,
            ..Counted::default()
        };
        (0..requests).for_each(|_| counted.times.add(ms));
        Sample {
            usage: Some(Usage {
                cpu_percent: Some(10.0),
                memory_bytes: 1_000,
                memory_limit_bytes: None,
            }),
            counted,
        }
    }

    fn span(from: i64, to: i64, step: i64) -> Span {
        Span {
            from: at(from).timestamp(),
            to: at(to).timestamp(),
            step,
        }
    }

    fn values(series: &[MetricSeries], name: &str) -> Vec<f64> {
        let found = series.iter().find(|series| series.name == name).unwrap();
        found.points.iter().filter_map(|point| point.1).collect()
    }

    #[test]
    fn several_places_add_up_and_each_is_averaged() {
        let metrics = Metrics::default();
        let (dev, prod) = (Place::new("a", "dev"), Place::new("a", "prod"));
        for second in [0, 5] {
            metrics.add(&dev, at(second), &sample(10, 5, 20.0));
            metrics.add(&prod, at(second), &sample(30, 0, 20.0));
        }
        let one = metrics.read(std::slice::from_ref(&dev), span(0, 10, 10));
        assert_eq!(values(&one, "cpu_percent"), [10.0]);
        assert_eq!(values(&one, "memory_bytes"), [1_000.0]);
        assert_eq!(values(&one, "requests_per_second"), [2.0]);
        assert_eq!(values(&one, "error_rate"), [0.5]);
        assert_eq!(values(&one, "log_errors"), [2.0]);
        let all = metrics.read(&[dev.clone(), prod], span(0, 10, 10));
        assert_eq!(values(&all, "cpu_percent"), [20.0]);
        assert_eq!(values(&all, "requests_per_second"), [8.0]);
        assert_eq!(values(&all, "error_rate"), [0.125]);
        let p95 = values(&all, "response_ms_p95")[0];
        assert!((18.0..=24.0).contains(&p95), "{p95}");
        assert_eq!(metrics.read(&[dev], span(20, 30, 5)), []);
    }

    #[test]
    fn where_nobody_calls_nothing_is_said_of_answers() {
        let metrics = Metrics::default();
        let place = Place::new("a", "dev");
        metrics.add(&place, at(0), &sample(0, 0, 0.0));
        let read = metrics.read(&[place], span(0, 5, 5));
        assert_eq!(values(&read, "requests_per_second"), [0.0]);
        for name in ["response_ms_p50", "response_ms_p95", "error_rate"] {
            assert_eq!(values(&read, name), [0.0; 0], "{name}");
        }
    }

    #[test]
    fn what_was_kept_is_read_as_it_was_measured_and_goes_on() {
        let (before, after) = (Metrics::default(), Metrics::default());
        let place = Place::new("a", "dev");
        for second in (0..600).step_by(5) {
            before.add(&place, at(second), &sample(10, 5, 20.0));
        }
        let wanted = std::slice::from_ref(&place);
        let minutes = span(0, 600, 60);
        after.restore(before.minutes_from(i64::MIN));
        assert_eq!(
            after.read(wanted, minutes),
            before.read(wanted, minutes),
            "as it was"
        );
        // It ended in the middle of a minute, and the next one began in the same.
        for second in (600..630).step_by(5) {
            before.add(&place, at(second), &sample(10, 5, 20.0));
        }
        let kept = before.minutes_from(at(600).timestamp());
        assert_eq!(kept.len(), 1, "only what changed");
        after.restore(kept);
        for second in (630..720).step_by(5) {
            after.add(&place, at(second), &sample(10, 5, 20.0));
        }
        let read = after.read(wanted, span(0, 720, 60));
        assert_eq!(values(&read, "requests_per_second"), [2.0; 12]);
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let metrics = Metrics::default();
        let place = Place::new("a", "dev");
        let seconds = 26 * 3600;
        for second in (0..seconds).step_by(5) {
            metrics.add(&place, at(second), &sample(1, 0, 5.0));
        }
        let fine = metrics.read(
            std::slice::from_ref(&place),
            span(seconds - 600, seconds, 5),
        );
        assert_eq!(values(&fine, "cpu_percent").len(), 120);
        let all = metrics.read(std::slice::from_ref(&place), span(0, seconds, 60));
        let minutes = values(&all, "requests_per_second");
        assert!((1430..=1441).contains(&minutes.len()), "{}", minutes.len());
        assert!(minutes.iter().all(|rate| (rate - 0.2).abs() < 0.001));
        let hours = metrics.read(std::slice::from_ref(&place), span(0, seconds, 3600));
        assert!((24..=25).contains(&values(&hours, "cpu_percent").len()));
        metrics.forget("a");
        assert_eq!(metrics.read(&[place], span(0, seconds, 60)), []);
    }
}
