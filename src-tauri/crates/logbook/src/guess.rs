//! How many lines may be missing in a gap.

use std::io;

use chrono::{DateTime, Utc};

use crate::book::Book;
use crate::gap::Gap;

/// So many lines on each side say how fast they were written.
const SIDE: u64 = 500;

impl Book {
    /// About how many lines a gap has, if they were written as fast as those around it. `None` where
    /// it cannot be said: an end of the gap is not known, or there are no lines around it.
    ///
    /// # Errors
    /// As [`Book::window`].
    pub fn guess(&self, gap: &Gap) -> io::Result<Option<u64>> {
        let Some((from, to)) = gap.from.zip(gap.to) else {
            return Ok(None);
        };
        let begin = gap.at.saturating_sub(SIDE).max(self.first());
        let before = (gap.at - begin.min(gap.at)) as usize;
        let lines = self.window(begin, before + SIDE as usize)?;
        let times: Vec<DateTime<Utc>> = lines.iter().map(|line| line.timestamp).collect();
        let (before, after) = times.split_at(before.min(times.len()));
        let (steps, seconds) = [before, after]
            .map(span)
            .into_iter()
            .fold((0, 0.0), |(steps, seconds), (more, longer)| {
                (steps + more, seconds + longer)
            });
        if steps == 0 || seconds <= 0.0 {
            return Ok(None);
        }
        let missing = (to - from).as_seconds_f64().max(0.0) * steps as f64 / seconds;
        Ok(Some(missing.round() as u64))
    }
}

/// From the first line to the last: how many, and how long, in seconds.
fn span(times: &[DateTime<Utc>]) -> (usize, f64) {
    match times {
        [first, .., last] => (times.len() - 1, (*last - *first).as_seconds_f64().max(0.0)),
        [] | [_] => (0, 0.0),
    }
}
