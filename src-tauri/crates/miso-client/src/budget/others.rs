//! What others spend of the same quota, as far as it shows: the server counts for all who use one
//! client id, and what it says is left falls faster than we spend.

use std::collections::VecDeque;

use super::{Moment, seconds};

/// What others have spent lately.
#[derive(Default)]
pub(super) struct Others {
    spent: VecDeque<Spent>,
    /// Since when they are watched.
    since: Option<Moment>,
}

/// Requests that were made at some time between two answers of the server.
struct Spent {
    from: Moment,
    to: Moment,
    count: u32,
}

impl Others {
    /// Takes up that others have made so many requests between two answers.
    pub(super) fn spent(&mut self, from: Moment, to: Moment, count: u32) {
        self.since.get_or_insert(from);
        if count > 0 {
            self.spent.push_back(Spent { from, to, count });
        }
    }

    /// Forgets what was over before that moment.
    pub(super) fn forget_before(&mut self, moment: Moment) {
        while self.spent.front().is_some_and(|spent| spent.to <= moment) {
            self.spent.pop_front();
        }
    }

    /// About how many they have made in the window that ends now.
    pub(super) fn within(&self, now: Moment, window: Moment) -> f64 {
        let begin = now - window;
        let part = |spent: &Spent| {
            // Between two answers at the same moment: then.
            let length = (spent.to - spent.from).max(1);
            let inside = (spent.to - spent.from.max(begin)).max(1);
            match spent.to <= begin {
                true => 0.0,
                false => f64::from(spent.count) * (inside as f64 / length as f64).min(1.0),
            }
        };
        self.spent.iter().map(part).sum()
    }

    /// How many they make a second, by the window that ends now.
    pub(super) fn rate(&self, now: Moment, window: Moment) -> f64 {
        let Some(since) = self.since else {
            return 0.0;
        };
        // What was seen for a moment only says little of a minute.
        let seen = (now - since).clamp(window / 10, window);
        self.within(now, seen) / seconds(seen)
    }
}
