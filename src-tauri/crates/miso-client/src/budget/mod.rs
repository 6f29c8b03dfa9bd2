//! The request budget of one connection: a sliding log of what was sent, corrected by what the
//! server says is left and by what others seem to spend of the same quota. It never lets more
//! through than the limits allow (DESIGN.md, "The request budget").

mod kept;
mod learned;
mod others;
mod own_limits;
mod pace;
mod stand;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Clock;
use crate::chance::any_share;
use learned::KeepLearned;
pub(crate) use learned::Learned;
use others::Others;
pub use own_limits::OwnLimits;
use pace::Pace;
pub use stand::{BudgetStand, SentByClass, SpentOf};

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
    keep_learned: KeepLearned,
    state: Mutex<State>,
}

/// Keeps that a request was sent, beyond this run.
pub(crate) type Keep = Box<dyn Fn(DateTime<Utc>) + Send + Sync>;

struct State {
    limits: Limits,
    /// What the larger of the limits is of.
    window: Duration,
    /// How many refusals came one after another that said nothing of how long.
    refusals: u32,
    /// What such a refusal taught.
    learned: Option<Learned>,
    /// Whether the server told them: its word counts, whatever a connection is set to.
    are_told: bool,
    /// When requests were sent, by a clock that never goes back; below zero before this run.
    sent: VecDeque<Moment>,
    /// When those were sent lately that somebody waited for.
    clicks: VecDeque<Moment>,
    /// How many were sent in this run, by class.
    sent_by_class: [u64; 3],
    /// Permits that are out: each may be sent at any moment, so they count as sent now.
    out: u32,
    told: Option<Told>,
    /// When this run began.
    began: Moment,
    others: Others,
    pace: Pace,
    /// Whether the server has said how it stood at first.
    has_begun: bool,
    /// Where in the time after a reset this client comes back, 0 to 1: not all at once.
    turn: f64,
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
    /// When it was said.
    at: Moment,
    /// The same by the wall: others go on while this machine sleeps.
    at_wall: DateTime<Utc>,
}

/// The right to make one request. Counts as a request until it is given back by being dropped.
#[must_use]
pub struct Permit<'a> {
    budget: &'a Budget,
    class: Class,
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
            state.sent_by_class[self.class as usize] += 1;
            match self.class {
                Class::Interactive => state.clicks.push_back(now),
                Class::Watched | Class::Background => state.pace.asked(now),
            }
            match &mut state.told {
                Some(told) => told.remaining = told.remaining.saturating_sub(1),
                None => state.find_pace(now, budget.clock.now()),
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

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Until a permit that is out may be back or sent.
const PERMIT_OUT: Duration = Duration::from_secs(1);
/// What must not be touched of the hour shrinks with the time that is left of it: it is looked at
/// again so soon.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Those who share a quota come back within so long after it is full again.
const COME_BACK: Duration = Duration::from_secs(60);
/// So many times slower than calmly is asked where many share a quota.
const CROWDED: f64 = 20.0;
/// What we spend is judged by so long, what others do by so long.
const LATELY: Duration = Duration::from_secs(900);
const JUST_NOW: Duration = Duration::from_secs(120);
/// The next hour begins anew: so much of it counts with what is left of this one.
const NEXT_HOUR: Duration = Duration::from_secs(300);

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
            keep_learned: Box::new(|_| {}),
            state: Mutex::new(State {
                limits,
                window: HOUR,
                refusals: 0,
                learned: None,
                are_told: false,
                sent: sent.into(),
                clicks: VecDeque::new(),
                sent_by_class: [0; 3],
                out: 0,
                told: None,
                began: now,
                others: Others::default(),
                pace: Pace::new(now),
                has_begun: false,
                turn: any_share(),
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
                    class,
                    is_sent: false,
                })
            }
        }
    }

    /// Corrects the budget by an answer's `X-RateLimit-Remaining` and `X-RateLimit-Reset`
    /// (seconds from now, at most an hour).
    pub fn told(&self, remaining: u32, resets_in: Duration) {
        // Wall time: the server's window goes on while this machine sleeps.
        let (now, wall) = (self.moment(), self.clock.now());
        let resets = wall + resets_in.min(HOUR);
        let mut state = self.lock();
        let before = state.told.filter(|told| {
            // Answers overtake each other: within a window only what leaves less is news.
            (told.resets - resets).abs() <= SAME_WINDOW
        });
        let remaining = before.map_or(remaining, |told| told.remaining.min(remaining));
        if let Some(before) = before {
            let spent = before.remaining - remaining;
            state.others.spent(before.at, now, spent);
        }
        if !state.has_begun {
            state.has_begun = true;
            state.begin(remaining, resets - wall);
        }
        state.told = Some(Told {
            remaining,
            resets,
            at: now,
            at_wall: wall,
        });
        state.forget_before(now, wall);
        state.find_pace(now, wall);
    }

    /// Corrects the budget by a refusal: nothing may be sent until then.
    pub fn refused(&self, retry_after: Duration) {
        let until = self.clock.now() + retry_after.min(HOUR);
        let mut state = self.lock();
        state.barred_until = state.barred_until.max(Some(until));
    }

    /// Takes limits from an answer's `RateLimit-Policy`.
    pub fn set_limits(&self, limits: Limits) {
        let mut state = self.lock();
        (state.limits, state.are_told) = (limits, true);
    }

    /// How much slower than calmly what is watched should be asked for, 1 or more: so slowly that
    /// the hour lasts, and that others who spend of it too get as much.
    pub fn stretch(&self) -> f64 {
        self.lock().pace.stretch()
    }

    /// The same for a deployment that was started here.
    pub fn stretch_followed(&self) -> f64 {
        let now = self.moment();
        self.lock().pace.stretch_followed(now)
    }

    /// How many requests of a class were sent in this run.
    pub fn sent(&self, class: Class) -> u64 {
        self.lock().sent_by_class[class as usize]
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
        let lately = now - nanos(LATELY);
        while self.clicks.front().is_some_and(|click| *click <= lately) {
            self.clicks.pop_front();
        }
        self.pace.forget_before(lately);
        self.others.forget_before(lately);
    }

    /// What is left of the hour by now, as far as that is known: others go on as they did.
    fn remaining(&self, told: Told, now: Moment, wall: DateTime<Utc>) -> u32 {
        let since = seconds(now - told.at).max((wall - told.at_wall).as_seconds_f64());
        let rate = |lately| self.others.rate(told.at, nanos(lately));
        let others = rate(JUST_NOW).max(rate(LATELY)) * since;
        told.remaining
            .saturating_sub(others.ceil() as u32)
            .saturating_sub(self.out)
    }

    /// Begins as others leave it: what they have spent of this hour so far, they go on spending.
    fn begin(&mut self, remaining: u32, left: TimeDelta) {
        let limit = self.limits.per_hour;
        let own = u32::try_from(self.sent.len()).unwrap_or(u32::MAX);
        let others = limit.saturating_sub(remaining).saturating_sub(own);
        let passed = HOUR.as_secs_f64() - left.as_seconds_f64();
        let theirs = f64::from(others) / passed.max(MINUTE.as_secs_f64()) * HOUR.as_secs_f64();
        self.pace.begin_with(1.0 - theirs / f64::from(limit.max(1)));
    }

    /// Finds the pace at which what is left of the hour lasts.
    fn find_pace(&mut self, now: Moment, wall: DateTime<Utc>) {
        let lasts = self.lasts(now, wall);
        let window = (now - self.began).clamp(nanos(LATELY) / 10, nanos(LATELY));
        let clicks = self.clicks.iter().rev();
        let clicks = clicks.take_while(|click| **click + window > now).count();
        let spent = clicks as f64 / seconds(window)
            + self.pace.asks(now, window)
            + self.others.rate(now, nanos(JUST_NOW));
        self.pace.adjust(now, spent, lasts);
    }

    /// How many requests a second last to the end of the hour, and some way into the next.
    fn lasts(&self, now: Moment, wall: DateTime<Utc>) -> f64 {
        let limit = self.limits.per_hour;
        let hour = f64::from(limit.saturating_sub(reserve(limit, Class::Interactive, 0.0)))
            / self.window.as_secs_f64();
        let Some(told) = self.told else {
            return hour * self.unseen_share();
        };
        let left = (told.resets - wall).as_seconds_f64().max(0.0);
        let free = self.remaining(told, now, wall).saturating_sub(reserve(
            limit,
            Class::Interactive,
            left,
        ));
        let next = NEXT_HOUR.as_secs_f64();
        (f64::from(free) + hour * next) / (left + next)
    }

    /// How long a request of this class must wait; `None` if it may go now.
    fn wait(&self, now: Moment, wall: DateTime<Utc>, class: Class) -> Option<Duration> {
        let (minute_share, hour_share) = shares(class);
        let minute = allowed(self.limits.per_minute, minute_share);
        let hour = allowed(self.limits.per_hour, hour_share);
        let by_minute = self.until_free(now, MINUTE, minute);
        let by_hour = self.until_free(now, self.window, hour);
        let by_server = self.told.and_then(|told| {
            let left = told.resets - wall;
            let reserve = reserve(self.limits.per_hour, class, left.as_seconds_f64());
            let left = left.to_std().unwrap_or_default();
            (self.remaining(told, now, wall) <= reserve).then(|| match class {
                Class::Interactive => left,
                Class::Watched | Class::Background if left > LOOK_AGAIN => LOOK_AGAIN,
                Class::Watched | Class::Background => left + self.come_back(),
            })
        });
        let by_refusal = self
            .barred_until
            .map(|until| (until - wall).to_std().unwrap_or_default());
        [by_minute, by_hour, by_server, by_refusal]
            .into_iter()
            .flatten()
            .max()
    }

    /// How long after the reset this client comes back: the more there are that wait, the longer
    /// they take to come.
    fn come_back(&self) -> Duration {
        let crowd = (self.pace.stretch() / CROWDED).min(1.0);
        COME_BACK.mul_f64(self.turn * crowd)
    }

    /// Until the window holds fewer than `most` requests, those of others in the last minute too.
    fn until_free(&self, now: Moment, window: Duration, most: u32) -> Option<Duration> {
        let span = nanos(window);
        let recent = self
            .sent
            .iter()
            .rev()
            .take_while(|sent| **sent + span > now)
            .count();
        // Of the hour the server says what others have spent.
        let others = match window {
            MINUTE => self.others.within(now, span).ceil() as usize,
            _ => 0,
        };
        let over = (recent + others + self.out as usize).checked_sub(most as usize)?;
        if over >= recent {
            return Some(PERMIT_OUT);
        }
        let oldest_to_leave = self.sent.get(self.sent.len() - recent + over)?;
        let wait = u64::try_from(*oldest_to_leave + span - now).unwrap_or_default();
        Some(Duration::from_nanos(wait))
    }
}

fn nanos(time: Duration) -> Moment {
    // Fits: a duration has at most 94 bits of nanoseconds.
    time.as_nanos() as Moment
}

fn seconds(time: Moment) -> f64 {
    time as f64 / 1e9
}

/// What a class leaves of the hour, by the server's count, `left` seconds before it is over: the
/// more urgent ones need less and less of it.
fn reserve(limit: u32, class: Class, left: f64) -> u32 {
    let share = |class| f64::from(shares(class).1) / 100.0;
    let last = 1.0 - share(Class::Interactive);
    let rest = (share(Class::Interactive) - share(class)) * left / HOUR.as_secs_f64();
    (f64::from(limit) * (last + rest)).ceil() as u32
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
mod tests;
