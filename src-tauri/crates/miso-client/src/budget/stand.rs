//! How a budget stands, for people to look at.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Budget, Class, HOUR, LATELY, MINUTE, nanos};

/// How a connection's budget stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BudgetStand {
    /// What was sent in the last minute.
    pub minute: SpentOf,
    /// What was sent in the last hour; of v1, in its last window.
    pub hour: SpentOf,
    /// How many minutes that is: 60, but on v1.
    pub window_minutes: u32,
    /// Whether the server told the limits.
    pub limits_told: bool,
    /// How many requests of the hour the server says are left, for all who share them.
    pub remaining: Option<u32>,
    /// When the server begins to count anew.
    pub resets: Option<DateTime<Utc>>,
    /// Until when nothing is sent, because the server refused.
    pub barred_until: Option<DateTime<Utc>>,
    /// What was sent in this run, by class.
    pub by_class: SentByClass,
    /// About how many requests an hour others make of the same quota; null where the server says
    /// nothing of which that could be known.
    pub others_an_hour: Option<u32>,
    /// How much slower than calmly what is on screen is asked for, 1 or more.
    pub stretch: f64,
}

/// What was spent of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SpentOf {
    /// Requests that were sent.
    pub spent: u32,
    /// Requests that may be sent.
    pub limit: u32,
}

/// Requests that were sent in this run, by how urgent they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SentByClass {
    /// Somebody clicked.
    pub interactive: u32,
    /// It was on screen.
    pub watched: u32,
    /// Nobody looked at it.
    pub background: u32,
}

impl Budget {
    /// How it stands now.
    pub fn stand(&self) -> BudgetStand {
        let (now, wall) = (self.moment(), self.clock.now());
        let mut state = self.lock();
        state.forget_before(now, wall);
        let within = |span| {
            let recent = state.sent.iter().rev();
            let recent = recent.take_while(|sent| **sent + nanos(span) > now).count();
            u32::try_from(recent).unwrap_or(u32::MAX)
        };
        let sent = |class| {
            let sent = state.sent_by_class[class as usize];
            u32::try_from(sent).unwrap_or(u32::MAX)
        };
        let others = state.others.rate(now, nanos(LATELY)) * HOUR.as_secs_f64();
        BudgetStand {
            minute: SpentOf {
                spent: within(MINUTE),
                limit: state.limits.per_minute,
            },
            hour: SpentOf {
                spent: within(state.window),
                limit: state.limits.per_hour,
            },
            window_minutes: u32::try_from(state.window.as_secs() / 60).unwrap_or(60),
            limits_told: state.are_told,
            remaining: state.told.map(|told| told.remaining),
            resets: state.told.map(|told| told.resets),
            barred_until: state.barred_until,
            by_class: SentByClass {
                interactive: sent(Class::Interactive),
                watched: sent(Class::Watched),
                background: sent(Class::Background),
            },
            others_an_hour: state.told.is_some().then_some(others.round() as u32),
            stretch: state.pace.stretch(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::{Limits, SystemClock};

    fn spend(budget: &Budget, class: Class, times: u32) {
        for _ in 0..times {
            budget.take(class).unwrap().sent();
        }
    }

    #[test]
    fn it_says_what_was_spent_and_by_whom() {
        let budget = Budget::new(Arc::new(SystemClock::new()), Limits::default());
        assert_eq!(budget.stand().others_an_hour, None);
        assert_eq!(
            (budget.stand().remaining, budget.stand().resets),
            (None, None)
        );
        spend(&budget, Class::Interactive, 3);
        spend(&budget, Class::Watched, 2);
        spend(&budget, Class::Background, 1);
        let given_back = budget.take(Class::Interactive).unwrap();
        drop(given_back);
        let stand = budget.stand();
        let expected = SentByClass {
            interactive: 3,
            watched: 2,
            background: 1,
        };
        assert_eq!(stand.by_class, expected);
        let minute = SpentOf {
            spent: 6,
            limit: 100,
        };
        assert_eq!(stand.minute, minute);
        assert_eq!((stand.hour.spent, stand.hour.limit), (6, 1000));
        assert!(!stand.limits_told && stand.barred_until.is_none());
        assert!(stand.stretch >= 1.0);
    }

    #[test]
    fn it_says_what_the_server_told() {
        let budget = Budget::new(Arc::new(SystemClock::new()), Limits::default());
        budget.set_limits(Limits {
            per_hour: 500,
            per_minute: 50,
        });
        budget.told(400, Duration::from_secs(1800));
        // Fifteen fewer are left, and none of them was ours.
        budget.told(385, Duration::from_secs(1800));
        budget.refused(Duration::from_secs(60));
        let stand = budget.stand();
        assert!(stand.limits_told);
        assert_eq!((stand.hour.limit, stand.minute.limit), (500, 50));
        assert_eq!(stand.remaining, Some(385));
        assert!(stand.resets.is_some() && stand.barred_until.is_some());
        assert!(stand.others_an_hour.is_some_and(|others| others > 0));
        assert_eq!(stand.hour.spent, 0);
    }
}
