//! Limits that no answer tells: those that a connection is set to, and what is learned of a refusal without
//! any word of how long (API-V1.md §1.6).

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Budget, HOUR, MINUTE, OwnLimits, State, nanos};
use crate::{Limits, Speaks};

/// What v1 allows where nothing is set: the smaller of the two that are known.
const V1_REQUESTS: u32 = 100;
const V1_MINUTES: u32 = 15;
/// So much of it is meant to be spent.
const UNSEEN: f64 = 0.7;
/// No limit that is learned is less.
const LEAST: u32 = 10;

/// What a refusal taught of how much may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Learned {
    /// So many requests.
    pub requests: u32,
    /// Where so many were thought to be allowed.
    pub of: u32,
    /// In so long.
    pub window: Duration,
    /// When it was taught.
    pub at: DateTime<Utc>,
}

/// Keeps what was taught beyond this run; `None` has it forgotten.
pub(crate) type KeepLearned = Box<dyn Fn(Option<Learned>) + Send + Sync>;

impl OwnLimits {
    /// The limits that count, and what the larger of them is of.
    pub(super) fn of(self, speaks: Speaks) -> (Limits, Duration) {
        match speaks {
            Speaks::Documented => (self.limits(), HOUR),
            Speaks::V1 => {
                let most = self.requests_per_window.unwrap_or(V1_REQUESTS);
                let minutes = self.window_minutes.unwrap_or(V1_MINUTES);
                let limits = Limits {
                    per_hour: most,
                    per_minute: most,
                };
                (limits, MINUTE * minutes)
            }
        }
    }
}

impl State {
    /// No more than this from now on.
    fn keep_to(&mut self, requests: u32) {
        self.limits = Limits {
            per_hour: requests,
            per_minute: requests.min(self.limits.per_minute),
        };
    }

    /// How much of what lasts is meant to be spent where nothing tells how many are left: not so much that
    /// what is watched meets its own limit and then waits for all of a window.
    pub(super) fn unseen_share(&self) -> f64 {
        match self.window < HOUR {
            true => UNSEEN,
            false => 1.0,
        }
    }
}

impl Budget {
    /// With what an earlier run learned, and with what keeps what this one learns.
    pub(super) fn with_learned(mut self, learned: Option<Learned>, keep: KeepLearned) -> Self {
        self.lock().learned = learned;
        self.keep_learned = keep;
        self
    }

    /// What holds as long as the server tells no limits. What was learned holds as long as the setting is the
    /// one under which it was.
    pub(crate) fn set_own_limits(&self, own: OwnLimits, speaks: Speaks) {
        let (limits, window) = own.of(speaks);
        let mut state = self.lock();
        if state.are_told && speaks == Speaks::Documented {
            return;
        }
        (state.limits, state.window) = (limits, window);
        state.are_told = false;
        if speaks == Speaks::Documented {
            return;
        }
        let learned = state.learned.take();
        state.learned = learned.filter(|one| (one.of, one.window) == (limits.per_hour, window));
        if let Some(Learned { requests, .. }) = state.learned {
            state.keep_to(requests);
        }
        let usual = Limits::default();
        let most = f64::from(state.limits.per_hour);
        let an_hour = most * HOUR.as_secs_f64() / window.as_secs_f64();
        // Each thing costs several requests, and nothing tells how many are left.
        state.pace.begin_slowly(an_hour / f64::from(usual.per_hour));
        let is_forgotten = learned.is_some() && state.learned.is_none();
        drop(state);
        if is_forgotten {
            (self.keep_learned)(None);
        }
    }

    /// A refusal that says nothing of how long: what was sent in this window was as much as may be, where it
    /// can have been ours that made it too much. Each one that follows another is waited for twice as long.
    pub(crate) fn refused_unannounced(&self) {
        let (now, wall) = (self.moment(), self.clock.now());
        let mut state = self.lock();
        let span = nanos(state.window);
        let recent = state.sent.iter().rev();
        let spent = recent.take_while(|sent| **sent + span > now).count();
        let accepted = u32::try_from(spent).unwrap_or(u32::MAX).saturating_sub(1);
        let limit = state.limits.per_hour;
        let has_learned = state.refusals == 0 && accepted >= limit / 4;
        if has_learned {
            let requests = accepted.min(limit / 4 * 3).max(LEAST).min(limit);
            state.learned = Some(Learned {
                requests,
                of: state.learned.map_or(limit, |before| before.of),
                window: state.window,
                at: wall,
            });
            state.keep_to(requests);
        }
        let wait = MINUTE * 2u32.saturating_pow(state.refusals.min(6));
        state.refusals += 1;
        let until = wall + wait.min(state.window);
        state.barred_until = state.barred_until.max(Some(until));
        let learned = state.learned.filter(|_| has_learned);
        drop(state);
        if learned.is_some() {
            (self.keep_learned)(learned);
        }
    }

    /// An answer that is no refusal: the next refusal is the first one again.
    pub(crate) fn accepted(&self) {
        self.lock().refusals = 0;
    }
}
