//! What a search has found, as a view asks for it.

use std::io;
use std::ops::ControlFlow;

use miso_api::LogLine;

use crate::book::{Book, Window};
use crate::marks::Told;
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
    pub fn buckets(&self, count: usize) -> io::Result<Vec<Bucket>> {
        let (first, end, cuts) = {
            let index = self.index();
            let (first, end) = (index.first(), index.end());
            let count = (count as u64).min(end - first);
            let cuts = (0..=count).map(|cut| first + (end - first) * cut / count.max(1));
            (first, end, cuts.collect::<Vec<u64>>())
        };
        let bucket = |pair: &[u64]| Bucket {
            from: pair[0],
            to: pair[1],
            ..Bucket::default()
        };
        let mut buckets: Vec<Bucket> = cuts.windows(2).map(bucket).collect();
        let mut at = 0;
        let mut add = |position: u64, warnings: u64, errors: u64| {
            while buckets.get(at).is_some_and(|bucket| bucket.to <= position) {
                at += 1;
            }
            if let Some(bucket) = buckets.get_mut(at) {
                bucket.warnings += warnings;
                bucket.errors += errors;
            }
        };
        for part in self.index().parts(first, (end - first) as usize) {
            for (at, mark) in part.marks.all.iter().enumerate() {
                if mark.warnings == 0 && mark.errors == 0 {
                    continue;
                }
                let from = part.first + u64::from(mark.line);
                let to = part.first + u64::from(part.marks.end_line(at));
                let next_cut = cuts.partition_point(|cut| *cut <= from);
                if cuts.get(next_cut).is_some_and(|cut| *cut >= to) {
                    add(from, u64::from(mark.warnings), u64::from(mark.errors));
                    continue;
                }
                // A cut goes through its lines.
                let begin = |from| (from, Vec::new());
                let read = self.read(
                    from,
                    (to - from) as usize,
                    begin,
                    |(_, all), _, line, before| {
                        let told = Told::of(line);
                        all.push((u64::from(told.is_warning), u64::from(told.is_error)));
                        ControlFlow::Continue(told.timestamp.unwrap_or(before))
                    },
                )?;
                let (from, lines) = read.taken;
                for (position, (warnings, errors)) in (from..).zip(lines) {
                    add(position, warnings, errors);
                }
            }
        }
        Ok(buckets)
    }
}

/// Matches whose positions differ by less are read at once.
const NEAR: u64 = 256;
/// The most bytes of messages in a window of matches.
const MOST_BYTES: usize = 4 * 1024 * 1024;
