//! The counters of one place.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::histogram::Histogram;

/// Counts what goes through a place's address, and knows what runs behind it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    counted: Mutex<Counted>,
    subjects: Mutex<Vec<Subject>>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// A process of this system, by its id.
    Process(u32),
    /// A container of the engine, by its name.
    Container(Arc<str>),
}

/// What was counted since it was taken last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) requests: u32,
    /// Requests that were answered with 5xx, or by nobody.
    pub(crate) failed: u32,
    pub(crate) times: Histogram,
    pub(crate) log_errors: u32,
}

impl Meter {
    /// Counts an answered request.
    pub(crate) fn request(&self, took: Duration, failed: bool) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.requests = counted.requests.saturating_add(1);
        counted.failed = counted.failed.saturating_add(failed.into());
        counted.times.add(took.as_secs_f64() * 1000.0);
    }

    /// Says what runs from now on.
    pub(crate) fn follow(&self, subjects: Vec<Subject>) {
        *self.subjects.lock().unwrap_or_else(PoisonError::into_inner) = subjects;
    }

    /// What runs.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let subjects = self.subjects.lock();
        subjects.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives what was counted and begins anew.
    pub(crate) fn take(&self) -> Counted {
        std::mem::take(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
