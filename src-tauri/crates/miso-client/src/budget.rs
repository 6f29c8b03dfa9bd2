//! The request budget of one connection: a sliding log of what was sent, corrected by what the
//! server says is left. It never lets more through than the limits allow (DESIGN.md, "The
//! request budget").

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Clock;

/// How urgent a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Somebody clicked and waits.
    Interactive,
    /// It is on screen.
    Watched,
    /// Nobody looks at it now.
    Background,
}

/// What the server allows a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any hour.
    pub per_hour: u32,
    /// Requests in any minute.
    pub per_minute: u32,
}

impl Default for Limits {
    /// API.md, "Rate limits".
    fn default() -> Self {
        Self {
            per_hour: 1000,
            per_minute: 100,
        }
    }
}

/// The budget; asked before every request.
pub struct Budget {
    clock: Arc<dyn Clock>,
    keep: Keep,
    state: Mutex<State>,
}

/// Keeps that a request was sent, beyond this run.
pub(crate) type Keep = Box<dyn Fn(DateTime<Utc>) + Send + Sync>;

struct State {
    limits: Limits,
    /// When requests were sent, by a clock that never goes back; below zero before this run.
    sent: VecDeque<Moment>,
    /// Permits that are out: each may be sent at any moment, so they count as sent now.
    out: u32,
    told: Option<Told>,
    /// Until when a refusal said to send nothing, whatever other answers say.
    barred_until: Option<DateTime<Utc>>,
}

/// Nanoseconds of the monotonic clock.
type Moment = i128;

/// How far the ends of windows may lie apart that are one: they are told in whole seconds.
const SAME_WINDOW: TimeDelta = TimeDelta::seconds(2);

/// What the server said last about the hour.
#[derive(Clone, Copy)]
struct Told {
    remaining: u32,
    resets: DateTime<Utc>,
}

/// The right to make one request. Counts as a request until it is given back by being dropped.
#[must_use]
pub struct Permit<'a> {
    budget: &'a Budget,
    is_sent: bool,
}

impl Permit<'_> {
    /// The request is sent now.
    pub fn sent(mut self) {
        self.is_sent = true;
        let budget = self.budget;
        let now = budget.moment();
        {
            let mut state = budget.lock();
            state.out = state.out.saturating_sub(1);
            state.sent.push_back(now);
            if let Some(told) = &mut state.told {
                told.remaining = told.remaining.saturating_sub(1);
            }
        }
        (budget.keep)(budget.clock.now());
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_sent {
            let mut state = self.budget.lock();
            state.out = state.out.saturating_sub(1);
        }
    }
}

/// The part of the hour that may be spent without a thought.
const CALM: f64 = 0.3;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Until a permit that is out may be back or sent.
const PERMIT_OUT: Duration = Duration::from_secs(1);

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self::kept(clock, limits, &[], Box::new(|_| {}))
    }

    /// A budget of which an earlier run has spent something, and which tells what is sent.
    pub(crate) fn kept(
        clock: Arc<dyn Clock>,
        limits: Limits,
        sent_before: &[DateTime<Utc>],
        keep: Keep,
    ) -> Self {
        let (now, wall) = (nanos(clock.monotonic()), clock.now());
        // A clock that was set back meanwhile: what seems to be sent later counts as sent now.
        let age = |sent: &DateTime<Utc>| (wall - sent).to_std().unwrap_or_default();
        let mut sent: Vec<Moment> = sent_before.iter().map(|at| now - nanos(age(at))).collect();
        sent.sort_unstable();
        Self {
            clock,
            keep,
            state: Mutex::new(State {
                limits,
                sent: sent.into(),
                out: 0,
                told: None,
                barred_until: None,
            }),
        }
    }

    /// Takes one request out of the budget, or says how long to wait before asking again.
    ///
    /// # Errors
    /// The time after which a request of this class may be possible.
    pub fn take(&self, class: Class) -> Result<Permit<'_>, Duration> {
        let (now, wall) = (self.moment(), self.clock.now());
        let mut state = self.lock();
        state.forget_before(now, wall);
        match state.wait(now, wall, class) {
            Some(wait) => Err(wait),
            None => {
                state.out += 1;
                Ok(Permit {
                    budget: self,
                    is_sent: false,
                })
            }
        }
    }

    /// Corrects the budget by an answer's `X-RateLimit-Remaining` and `X-RateLimit-Reset`
    /// (seconds from now, at most an hour).
    pub fn told(&self, remaining: u32, resets_in: Duration) {
        // Wall time: the server's window goes on while this machine sleeps.
        let resets = self.clock.now() + resets_in.min(HOUR);
        let mut state = self.lock();
        // Answers overtake each other: within a window only what leaves less is news.
        let remaining = match state.told {
            Some(told) if (told.resets - resets).abs() <= SAME_WINDOW => {
                told.remaining.min(remaining)
            }
            Some(_) | None => remaining,
        };
        state.told = Some(Told { remaining, resets });
    }

    /// Corrects the budget by a refusal: nothing may be sent until then.
    pub fn refused(&self, retry_after: Duration) {
        let until = self.clock.now() + retry_after.min(HOUR);
        let mut state = self.lock();
        state.barred_until = state.barred_until.max(Some(until));
    }

    /// Takes limits from an answer's `RateLimit-Policy`.
    pub fn set_limits(&self, limits: Limits) {
        self.lock().limits = limits;
    }

    /// How much of the hour is spent, 0 to 1.
    pub fn pressure(&self) -> f64 {
        let now = self.moment();
        let mut state = self.lock();
        state.forget_before(now, self.clock.now());
        let own = state.sent.len() as f64 / f64::from(state.limits.per_hour.max(1));
        let told = state.told.map_or(0.0, |told| {
            1.0 - f64::from(told.remaining) / f64::from(state.limits.per_hour.max(1))
        });
        own.max(told).clamp(0.0, 1.0)
    }

    /// How much slower than calmly what is watched should be asked for, 1 or more: the more of
    /// the hour is spent, the slower, so that it lasts.
    pub fn stretch(&self) -> f64 {
        let over = (self.pressure() - CALM).max(0.0) / (1.0 - CALM);
        1.0 + 14.0 * over * over
    }

    fn moment(&self) -> Moment {
        nanos(self.clock.monotonic())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget_before(&mut self, now: Moment, wall: DateTime<Utc>) {
        while self
            .sent
            .front()
            .is_some_and(|sent| *sent + nanos(HOUR) <= now)
        {
            self.sent.pop_front();
        }
        if self.told.is_some_and(|told| told.resets <= wall) {
            self.told = None;
        }
        if self.barred_until.is_some_and(|until| until <= wall) {
            self.barred_until = None;
        }
    }

    /// How long a request of this class must wait; `None` if it may go now.
    fn wait(&self, now: Moment, wall: DateTime<Utc>, class: Class) -> Option<Duration> {
        let (minute_share, hour_share) = shares(class);
        let minute = allowed(self.limits.per_minute, minute_share);
        let hour = allowed(self.limits.per_hour, hour_share);
        let by_minute = self.until_free(now, MINUTE, minute);
        let by_hour = self.until_free(now, HOUR, hour);
        let reserve = self.limits.per_hour.saturating_sub(hour);
        let by_server = self
            .told
            .filter(|told| told.remaining.saturating_sub(self.out) <= reserve)
            .map(|told| (told.resets - wall).to_std().unwrap_or_default());
        let by_refusal = self
            .barred_until
            .map(|until| (until - wall).to_std().unwrap_or_default());
        [by_minute, by_hour, by_server, by_refusal]
            .into_iter()
            .flatten()
            .max()
    }

    /// Until the window holds fewer than `most` requests.
    fn until_free(&self, now: Moment, window: Duration, most: u32) -> Option<Duration> {
        let window = nanos(window);
        let recent = self
            .sent
            .iter()
            .rev()
            .take_while(|sent| **sent + window > now)
            .count();
        let over = (recent + self.out as usize).checked_sub(most as usize)?;
        if over >= recent {
            return Some(PERMIT_OUT);
        }
        let oldest_to_leave = self.sent.get(self.sent.len() - recent + over)?;
        let wait = u64::try_from(*oldest_to_leave + window - now).unwrap_or_default();
        Some(Duration::from_nanos(wait))
    }
}

fn nanos(time: Duration) -> Moment {
    // Fits: a duration has at most 94 bits of nanoseconds.
    time.as_nanos() as Moment
}

/// Percent of the minute's and the hour's limit a class may fill; the rest is the reserve of the
/// more urgent ones.
fn shares(class: Class) -> (u32, u32) {
    match class {
        Class::Interactive => (95, 98),
        Class::Watched => (70, 88),
        Class::Background => (40, 60),
    }
}

fn allowed(limit: u32, percent: u32) -> u32 {
    (limit.saturating_mul(percent) / 100).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Hand(Mutex<Duration>);

    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + *self.0.lock().unwrap()
        }
        fn monotonic(&self) -> Duration {
            *self.0.lock().unwrap()
        }
    }

    fn budget(limits: Limits) -> (Arc<Hand>, Budget) {
        let hand = Arc::new(Hand(Mutex::new(Duration::from_secs(1))));
        (hand.clone(), Budget::new(hand, limits))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever is asked for when, and however long after it is sent or given back, no window
        /// ever holds more than the limits.
        #[test]
        fn never_more_than_the_limits(
            asks in prop::collection::vec((0u64..5_000, 0u8..3, 0u8..4), 1..2_500),
            per_minute in 5u32..120,
            per_hour in 20u32..1_200,
        ) {
            let (hand, budget) = budget(Limits { per_hour, per_minute });
            let mut sent: Vec<Duration> = Vec::new();
            let mut out = Vec::new();
            for (millis, class, what) in asks {
                *hand.0.lock().unwrap() += Duration::from_millis(millis);
                let now = hand.monotonic();
                let class = [Class::Interactive, Class::Watched, Class::Background][class as usize];
                if let Ok(permit) = budget.take(class) {
                    out.push(permit);
                }
                match what {
                    0 => {}
                    1 => drop(out.pop()),
                    _ => if !out.is_empty() {
                        out.swap_remove(0).sent();
                        sent.push(now);
                    }
                }
                let within = |window: Duration| sent.iter().rev().take_while(|t| **t + window > now).count();
                prop_assert!(within(MINUTE) <= per_minute as usize);
                prop_assert!(within(HOUR) <= per_hour as usize);
            }
        }

        /// The wait that is given is enough, and not more than a window.
        #[test]
        fn the_wait_is_enough(burst in 1usize..300) {
            let (hand, budget) = budget(Limits::default());
            for _ in 0..burst {
                match budget.take(Class::Interactive) {
                    Ok(permit) => permit.sent(),
                    Err(wait) => {
                        prop_assert!(wait <= MINUTE);
                        *hand.0.lock().unwrap() += wait;
                        prop_assert!(budget.take(Class::Interactive).map(Permit::sent).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn a_click_still_goes_when_watchers_have_used_their_share() {
        let (_, budget) = budget(Limits::default());
        while budget.take(Class::Watched).map(Permit::sent).is_ok() {}
        assert!(budget.take(Class::Background).is_err());
        assert!(budget.take(Class::Interactive).is_ok());
    }

    #[test]
    fn an_answer_that_comes_late_takes_back_neither_a_refusal_nor_what_is_left() {
        let (hand, budget) = budget(Limits::default());
        budget.refused(Duration::from_secs(60));
        budget.told(300, Duration::from_secs(600));
        assert_eq!(
            budget.take(Class::Interactive).err(),
            Some(Duration::from_secs(60))
        );
        budget.refused(Duration::from_secs(5));
        *hand.0.lock().unwrap() += Duration::from_secs(59);
        assert!(budget.take(Class::Interactive).is_err());
        *hand.0.lock().unwrap() += Duration::from_secs(1);
        assert!(budget.take(Class::Interactive).is_ok());

        budget.told(0, Duration::from_secs(540));
        budget.told(300, Duration::from_secs(541));
        assert!(budget.take(Class::Interactive).is_err(), "an older answer");
        *hand.0.lock().unwrap() += Duration::from_secs(541);
        budget.told(1000, HOUR);
        assert!(budget.take(Class::Interactive).is_ok(), "a new window");
    }

    #[test]
    fn the_servers_word_counts_until_it_resets() {
        let (hand, budget) = budget(Limits::default());
        budget.told(0, Duration::from_secs(30));
        let taken = || budget.take(Class::Interactive).map(Permit::sent);
        assert_eq!(taken(), Err(Duration::from_secs(30)));
        *hand.0.lock().unwrap() += Duration::from_secs(30);
        assert_eq!(taken(), Ok(()));
    }

    #[test]
    fn a_permit_that_is_out_counts_until_it_is_given_back() {
        let limits = Limits {
            per_hour: 100,
            per_minute: 2,
        };
        let (hand, budget) = budget(limits);
        let out = budget.take(Class::Interactive).unwrap();
        assert!(budget.take(Class::Interactive).is_err());
        // It counts for as long as it is out, and from the moment it is sent.
        *hand.0.lock().unwrap() += Duration::from_secs(300);
        assert!(budget.take(Class::Interactive).is_err());
        drop(out);
        let out = budget.take(Class::Interactive).unwrap();
        *hand.0.lock().unwrap() += Duration::from_secs(30);
        out.sent();
        *hand.0.lock().unwrap() += Duration::from_secs(59);
        assert_eq!(
            budget.take(Class::Interactive).map(drop),
            Err(Duration::from_secs(1))
        );
    }

    #[test]
    fn what_was_sent_survives_a_restart() {
        let limits = Limits {
            per_hour: 4,
            per_minute: 4,
        };
        let sent = Arc::new(Mutex::new(Vec::new()));
        let hand = Arc::new(Hand(Mutex::new(Duration::from_secs(10_000))));
        let open = |clock: Arc<dyn Clock>| {
            let kept = sent.clone();
            let before = sent.lock().unwrap().clone();
            let keep: Keep = Box::new(move |at| kept.lock().unwrap().push(at));
            Budget::kept(clock, limits, &before, keep)
        };
        let budget = open(hand.clone());
        while budget.take(Class::Interactive).map(Permit::sent).is_ok() {}
        assert_eq!(sent.lock().unwrap().len(), 3);
        *hand.0.lock().unwrap() += Duration::from_secs(600);
        // A new process counts its own time from its start.
        let budget = open(Arc::new(Late(hand.clone(), hand.monotonic())));
        assert_eq!(
            budget.take(Class::Interactive).map(drop),
            Err(Duration::from_secs(3_000))
        );
        *hand.0.lock().unwrap() += Duration::from_secs(3_000);
        assert!(budget.take(Class::Interactive).is_ok());
    }

    /// A clock whose monotonic time began later.
    struct Late(Arc<Hand>, Duration);

    impl Clock for Late {
        fn now(&self) -> DateTime<Utc> {
            self.0.now()
        }
        fn monotonic(&self) -> Duration {
            self.0.monotonic() - self.1
        }
    }
}
