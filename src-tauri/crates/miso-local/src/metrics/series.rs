//! The samples of one place, bounded.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::{Sample, Span, Usage};

/// Samples as they are taken that are kept: an hour of them.
const FINE: usize = 720;
/// Minutes that are kept: a day.
pub(super) const MINUTES: usize = 24 * 60;
/// Seconds of a minute.
pub(super) const MINUTE: i64 = 60;

/// The samples of one place.
#[derive(Debug, Default)]
pub(super) struct Series {
    fine: VecDeque<(i64, Sums)>,
    minutes: VecDeque<(i64, Sums)>,
    newest: Option<(i64, Usage)>,
}

/// Samples added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sums {
    /// Seconds that they stand for.
    seconds: u32,
    cpu: f64,
    cpu_samples: u32,
    memory: f64,
    memory_samples: u32,
    requests: u32,
    failed: u32,
    times: Histogram,
    log_errors: u32,
}

/// A step of an answer: places added up.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) cpu: Option<f64>,
    pub(super) memory: Option<f64>,
    pub(super) rate: f64,
    pub(super) times: Histogram,
    pub(super) log_errors: u64,
    requests: u64,
    failed: u64,
}

impl Series {
    /// Adds a sample that stands for the seconds up to `at`.
    pub(super) fn add(&mut self, at: i64, seconds: u32, sample: &Sample) {
        let sums = Sums::of(seconds, sample);
        self.newest = sample.usage.map(|usage| (at, usage));
        let minute = at.div_euclid(MINUTE) * MINUTE;
        match self.minutes.back_mut() {
            // A clock that was set back adds to what is there.
            Some((last, kept)) if *last >= minute => kept.add(&sums),
            Some(_) | None => self.minutes.push_back((minute, sums.clone())),
        }
        let at = self.fine.back().map_or(at, |(last, _)| at.max(*last));
        self.fine.push_back((at, sums));
        let surplus = self.fine.len().saturating_sub(FINE);
        self.fine.drain(..surplus);
        let surplus = self.minutes.len().saturating_sub(MINUTES);
        self.minutes.drain(..surplus);
    }

    /// Takes over a minute that was kept by an instance before this one.
    pub(super) fn restore(&mut self, minute: i64, sums: Sums) {
        match self.minutes.binary_search_by_key(&minute, |(at, _)| *at) {
            Ok(index) => self.minutes[index].1.add(&sums),
            Err(index) => self.minutes.insert(index, (minute, sums)),
        }
    }

    /// The minutes from that one on.
    pub(super) fn minutes_from(&self, minute: i64) -> impl Iterator<Item = &(i64, Sums)> {
        let first = self.minutes.partition_point(|(at, _)| *at < minute);
        self.minutes.range(first..)
    }

    /// What the process used when it was looked at last.
    pub(super) fn newest(&self) -> Option<(i64, Usage)> {
        self.newest
    }

    /// The samples of a span by the beginning of their step: minutes where nothing finer is kept.
    pub(super) fn read(&self, span: Span) -> BTreeMap<i64, Sums> {
        let finest = self.fine.front().map_or(i64::MAX, |(at, _)| *at);
        // The first whole minute that is kept fine: no sample counts twice.
        let border = finest.saturating_add(MINUTE - 1).div_euclid(MINUTE) * MINUTE;
        let all_fine = self
            .minutes
            .front()
            .is_none_or(|(minute, _)| *minute + MINUTE > finest);
        let border = if all_fine { i64::MIN } else { border };
        let coarse = self.minutes.iter().filter(|(at, _)| *at < border);
        let fine = self.fine.iter().filter(|(at, _)| *at >= border);
        let mut steps = BTreeMap::<i64, Sums>::new();
        for (at, sums) in coarse.chain(fine) {
            if (span.from..span.to).contains(at) {
                let step = at.div_euclid(span.step) * span.step;
                steps.entry(step).or_default().add(sums);
            }
        }
        steps
    }
}

impl Sums {
    fn of(seconds: u32, sample: &Sample) -> Self {
        let cpu = sample.usage.and_then(|usage| usage.cpu_percent);
        let counted = &sample.counted;
        Self {
            seconds,
            cpu: cpu.map_or(0.0, f64::from),
            cpu_samples: cpu.is_some().into(),
            memory: sample.usage.map_or(0.0, |usage| usage.memory_bytes as f64),
            memory_samples: sample.usage.is_some().into(),
            requests: counted.requests,
            failed: counted.failed,
            times: counted.times.clone(),
            log_errors: counted.log_errors,
        }
    }

    fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.cpu += other.cpu;
        self.cpu_samples += other.cpu_samples;
        self.memory += other.memory;
        self.memory_samples += other.memory_samples;
        self.requests = self.requests.saturating_add(other.requests);
        self.failed = self.failed.saturating_add(other.failed);
        self.times.merge(&other.times);
        self.log_errors = self.log_errors.saturating_add(other.log_errors);
    }
}

impl Step {
    /// Adds a place.
    pub(super) fn add(&mut self, place: &Sums) {
        let add = |sum: &mut Option<f64>, all: f64, samples: u32| {
            if samples > 0 {
                *sum = Some(sum.unwrap_or(0.0) + all / f64::from(samples));
            }
        };
        add(&mut self.cpu, place.cpu, place.cpu_samples);
        add(&mut self.memory, place.memory, place.memory_samples);
        self.rate += f64::from(place.requests) / f64::from(place.seconds.max(1));
        self.times.merge(&place.times);
        self.log_errors += u64::from(place.log_errors);
        self.requests += u64::from(place.requests);
        self.failed += u64::from(place.failed);
    }

    /// The share of requests that failed, 0 to 1.
    pub(super) fn error_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failed as f64 / self.requests as f64)
    }
}
