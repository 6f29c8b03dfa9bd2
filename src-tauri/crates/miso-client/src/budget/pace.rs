//! How fresh what is watched can be kept, so that the hour lasts.
//!
//! Everybody who spends of one quota does the same: while all together spend more than lasts,
//! freshness falls by a share of itself, while they spend less, it rises so; and it always rises a
//! little by the same amount for all. So whoever has more loses more, and the shares of all become
//! alike (the idea of additive increase and multiplicative decrease, RFC 5681 §3.1).

use std::collections::VecDeque;

use super::{Moment, seconds};

/// Freshness while everything is asked for calmly.
const CALM: f64 = 1.0;
/// Freshness before anything is known of others, for so many seconds.
const AT_FIRST: f64 = 0.5;
const KNOWS_LITTLE: f64 = 300.0;
/// The least: some twenty minutes between two questions about what is in front.
const LEAST: f64 = 1.0 / 120.0;
/// It falls to a part by e in so many seconds where twice as much is spent as lasts.
const TURNS: f64 = 100.0;
/// It turns no faster than for that much over, or under, what lasts.
const MOST_OVER: f64 = 4.0;
const MOST_UNDER: f64 = -0.5;
/// It rises by so much in a second whatever is spent.
const RISES: f64 = 3e-5;
/// Nothing is known of a longer time without an answer, in seconds.
const LONGEST: f64 = 120.0;

/// The freshness and when it was found, and what was asked for at which.
pub(super) struct Pace {
    freshness: f64,
    found: Moment,
    began: Moment,
    /// What was watched and asked for lately: when, and how many times slower than calmly.
    asked: VecDeque<(Moment, f64)>,
}

impl Pace {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            freshness: AT_FIRST,
            found: now,
            began: now,
            asked: VecDeque::new(),
        }
    }

    /// How many times longer than calmly to wait between two questions.
    pub(super) fn stretch(&self) -> f64 {
        CALM / self.freshness
    }

    /// The same for what was started here and is followed: closely as long as nothing speaks against
    /// it.
    pub(super) fn stretch_followed(&self, now: Moment) -> f64 {
        let knows_little = seconds(now - self.began) < KNOWS_LITTLE;
        match knows_little && self.freshness >= AT_FIRST {
            true => 1.0,
            false => self.stretch(),
        }
    }

    /// Takes up that something watched was asked for.
    pub(super) fn asked(&mut self, now: Moment) {
        let stretch = self.stretch();
        self.asked.push_back((now, stretch));
    }

    /// Forgets what was asked for before that moment.
    pub(super) fn forget_before(&mut self, moment: Moment) {
        while self.asked.front().is_some_and(|(at, _)| *at <= moment) {
            self.asked.pop_front();
        }
    }

    /// What is watched asks for so much a second, by the window that ends now: what it would ask
    /// for calmly, at the freshness of now.
    pub(super) fn asks(&self, now: Moment, window: Moment) -> f64 {
        let calmly: f64 = self
            .asked
            .iter()
            .rev()
            .take_while(|(at, _)| *at + window > now)
            .map(|(_, stretch)| stretch)
            .sum();
        calmly / seconds(window) * self.freshness
    }

    /// Begins with what others leave, a share of the whole.
    pub(super) fn begin_with(&mut self, share: f64) {
        self.freshness = share.clamp(AT_FIRST / 3.0, AT_FIRST);
    }

    /// Begins with a share of what is usual, and with a part of that.
    pub(super) fn begin_slowly(&mut self, share: f64) {
        self.freshness = (AT_FIRST / 3.0 * share).clamp(LEAST, AT_FIRST);
    }

    /// Takes up how much is spent and how much lasts to the end of the hour, both in requests a
    /// second.
    pub(super) fn adjust(&mut self, now: Moment, spent: f64, lasts: f64) {
        let passed = seconds(now - self.found).clamp(0.0, LONGEST);
        self.found = now;
        let over = spent / lasts.max(f64::MIN_POSITIVE) - 1.0;
        let over = over.clamp(MOST_UNDER, MOST_OVER);
        let turned = self.freshness * (-passed / TURNS * over).exp();
        self.freshness = (turned + RISES * passed).clamp(LEAST, CALM);
    }
}
