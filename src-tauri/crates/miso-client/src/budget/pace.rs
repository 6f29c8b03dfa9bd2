//! How fresh what is watched can be kept, so that the hour lasts.
//!
//! Everybody who spends of one quota does the same: while more is spent than lasts, freshness falls
//! by a share of itself; while less is spent, it rises by the same amount for all. So whoever has
//! more loses more, and the shares of all become alike (additive increase, multiplicative decrease,
//! RFC 5681 §3.1 for the idea).

use super::{Moment, seconds};

/// Freshness while everything is asked for calmly.
const CALM: f64 = 1.0;
/// The least: about what an hour between two questions is.
const LEAST: f64 = 1.0 / 120.0;
/// It falls to a part by e in so many seconds where twice as much is spent as lasts.
const FALLS: f64 = 600.0;
/// More than that over what lasts makes it fall no faster.
const STEEPEST: f64 = 12.0;
/// It rises by so much in a second where nothing is spent at all.
const RISES: f64 = 0.1 / 60.0;
/// Nothing is known of a longer time without an answer, in seconds.
const LONGEST: f64 = 120.0;

/// The freshness and when it was found.
pub(super) struct Pace {
    freshness: f64,
    found: Moment,
}

impl Pace {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            freshness: CALM,
            found: now,
        }
    }

    /// How many times longer than calmly to wait between two questions.
    pub(super) fn stretch(&self) -> f64 {
        CALM / self.freshness
    }

    /// Takes up how much is spent and how much lasts to the end of the hour, both in requests a
    /// second.
    pub(super) fn adjust(&mut self, now: Moment, spent: f64, lasts: f64) {
        let passed = seconds(now - self.found).clamp(0.0, LONGEST);
        self.found = now;
        let over = (spent / lasts.max(f64::MIN_POSITIVE) - 1.0).min(STEEPEST);
        self.freshness = if over > 0.0 {
            self.freshness * (-passed / FALLS * over).exp()
        } else {
            self.freshness - passed * RISES * over
        };
        self.freshness = self.freshness.clamp(LEAST, CALM);
    }
}
