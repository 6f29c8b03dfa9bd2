//! What a search has found, as a view asks for it.

use std::io;
use std::sync::Arc;

use miso_api::LogLine;

use crate::book::{Book, Window};
use crate::matcher::Hit;
use crate::search::Search;

/// A line that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its position.
    pub position: u64,
    /// The line.
    pub line: LogLine,
    /// Where the text is in its message.
    pub hits: Vec<Hit>,
}

/// Matches, and how they are counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundWindow {
    /// The generation in which the positions are right.
    pub generation: u64,
    /// How many matches there are so far.
    pub matches: u64,
    /// How many matches are before the first one here.
    pub from: u64,
    /// The matches.
    pub found: Vec<Found>,
}

/// Where a line of a window matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The line's position.
    pub position: u64,
    /// Where the text is in its message.
    pub hits: Vec<Hit>,
}

/// What there is between two positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The first position.
    pub from: u64,
    /// One past the last.
    pub to: u64,
    /// How many lines match; none without a search.
    pub matches: u64,
    /// How many are warnings.
    pub warnings: u64,
    /// How many are errors.
    pub errors: u64,
}

impl Search {
    /// What is searched in.
    pub fn book(&self) -> &Arc<Book> {
        &self.book
    }

    /// How many matches there are so far.
    pub fn count(&self) -> u64 {
        self.state().found.count()
    }

    /// The position of the match that has so many before it.
    pub fn nth(&self, number: u64) -> Option<u64> {
        self.state().found.nth(number)
    }

    /// How many matches are before a position.
    pub fn rank(&self, position: u64) -> u64 {
        self.state().found.rank(position)
    }

    /// The first match after a position.
    pub fn next(&self, position: u64) -> Option<u64> {
        let state = self.state();
        let rank = state.found.rank(position.saturating_add(1));
        state.found.nth(rank)
    }

    /// The last match before a position.
    pub fn previous(&self, position: u64) -> Option<u64> {
        let state = self.state();
        let rank = state.found.rank(position);
        state.found.nth(rank.checked_sub(1)?)
    }

    /// The matches in a window, and where in their messages the text is. None where the window is
    /// of another generation.
    pub fn marked(&self, window: &Window) -> Vec<Marked> {
        let positions: Vec<u64> = {
            let state = self.state();
            if state.generation != window.generation {
                return Vec::new();
            }
            let end = window.from + window.lines.len() as u64;
            let range = state.found.rank(window.from)..state.found.rank(end);
            range.filter_map(|number| state.found.nth(number)).collect()
        };
        let marked = positions.into_iter().filter_map(|position| {
            let line = window.lines.get((position - window.from) as usize)?;
            Some(Marked {
                position,
                hits: self.matcher.hits(&line.message),
            })
        });
        marked.collect()
    }

    /// The lines of a window that match, whether the search has come to them yet or not, and where
    /// in their messages the text is.
    pub fn marks(&self, window: &Window) -> Vec<Marked> {
        let numbered = (window.from..).zip(&window.lines);
        let matching = numbered.filter(|(_, line)| self.matcher.is_line_match(line));
        let marked = matching.map(|(position, line)| Marked {
            position,
            hits: self.matcher.hits(&line.message),
        });
        marked.collect()
    }

    /// `count` matches from the one on that has `from` before it, as far as they fit into a
    /// window; a list of nothing but matches is made of these.
    ///
    /// # Errors
    /// As [`Book::window`].
    pub fn window(&self, from: u64, count: usize) -> io::Result<FoundWindow> {
        let (generation, matches, positions) = {
            let state = self.state();
            let numbers = from..from.saturating_add(count as u64).min(state.found.count());
            let positions: Vec<u64> = numbers
                .filter_map(|number| state.found.nth(number))
                .collect();
            (state.generation, state.found.count(), positions)
        };
        let mut window = FoundWindow {
            generation,
            matches,
            from,
            found: Vec::new(),
        };
        let mut bytes = 0;
        let mut at = 0;
        while at < positions.len() {
            // Matches that are near each other are read at once.
            let near = positions[at..]
                .iter()
                .take_while(|position| **position - positions[at] < NEAR);
            let near = near.count();
            let last = positions[at + near - 1];
            let lines = self
                .book
                .view(positions[at], (last - positions[at] + 1) as usize)?;
            if lines.generation != generation {
                break;
            }
            let mut given = 0;
            for position in &positions[at..at + near] {
                let Some(index) = position.checked_sub(lines.from) else {
                    given += 1;
                    continue;
                };
                let Some(line) = lines.lines.get(index as usize) else {
                    break;
                };
                given += 1;
                bytes += line.message.len();
                if bytes > MOST_BYTES && !window.found.is_empty() {
                    return Ok(window);
                }
                window.found.push(Found {
                    position: *position,
                    hits: self.matcher.hits(&line.message),
                    line: line.clone(),
                });
            }
            if given == 0 {
                break;
            }
            at += given;
        }
        Ok(window)
    }

    /// A match with so many lines before and after it. `None` where there is no such match.
    ///
    /// # Errors
    /// As [`Book::window`].
    pub fn context(&self, number: u64, before: usize, after: usize) -> io::Result<Option<Window>> {
        let Some(position) = self.nth(number) else {
            return Ok(None);
        };
        let from = position.saturating_sub(before as u64);
        let count = (position - from) as usize + 1 + after;
        self.book.view(from, count).map(Some)
    }

    /// The book's lines in `count` buckets of equal size, with what was found in each.
    ///
    /// # Errors
    /// As [`Book::buckets`].
    pub fn buckets(&self, count: usize) -> io::Result<Vec<Bucket>> {
        let mut buckets = self.book.buckets(count)?;
        let state = self.state();
        for bucket in &mut buckets {
            bucket.matches = state.found.rank(bucket.to) - state.found.rank(bucket.from);
        }
        Ok(buckets)
    }
}

impl Book {
    /// All lines in `count` buckets of equal size, with how many of each are bad. Fewer where
    /// there are fewer lines.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn buckets(self: &Arc<Self>, count: usize) -> io::Result<Vec<Bucket>> {
        self.at_a_moment(|moment| {
            let cuts = cuts(moment.first, moment.end, count);
            let bad = moment.bad(&cuts)?.into_iter();
            let buckets = cuts
                .windows(2)
                .zip(bad)
                .map(|(ends, (warnings, errors))| Bucket {
                    from: ends[0],
                    to: ends[1],
                    matches: 0,
                    warnings,
                    errors,
                });
            Ok(buckets.collect())
        })
    }
}

/// The ends of so many parts of equal size.
pub(crate) fn cuts(first: u64, end: u64, count: usize) -> Vec<u64> {
    let count = (count as u64).min(end - first);
    let cut = |at: u64| {
        first + (u128::from(end - first) * u128::from(at) / u128::from(count.max(1))) as u64
    };
    (0..=count).map(cut).collect()
}

/// Matches whose positions differ by less are read at once.
const NEAR: u64 = 256;
/// The most bytes of messages in a window of matches.
pub(crate) const MOST_BYTES: usize = 4 * 1024 * 1024;
