//! A search in several books, as their merged lines are shown.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miso_api::LogLine;

use crate::found::{Bucket, Found, Marked};
use crate::matcher::Hit;
use crate::merged::{Merged, MergedWindow, Moment};
use crate::query::{BadQuery, Query};
use crate::search::{Outcome, Progress, Search};
use crate::times::Unread;

/// A search in several books.
pub struct MergedSearch {
    merged: Arc<Merged>,
    searches: Vec<Search>,
}

/// A line of one of several books that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedFound {
    /// Which book, by its number.
    pub book: usize,
    /// The line's position in that book.
    pub position: u64,
    /// Its position among all lines.
    pub merged: u64,
    /// The line.
    pub line: LogLine,
    /// Where the text is in its message.
    pub hits: Vec<Hit>,
}

impl MergedSearch {
    /// Makes a search ready.
    ///
    /// # Errors
    /// Where the query has an expression that is none.
    pub fn new(merged: Arc<Merged>, query: &Query) -> Result<Self, BadQuery> {
        let books = merged.books.iter().cloned();
        let searches = books
            .map(|book| Search::new(book, query))
            .collect::<Result<_, _>>()?;
        Ok(Self { merged, searches })
    }

    /// Runs the search in each book in turn, as [`Search::run`] does, with the progress in all of
    /// them together.
    ///
    /// # Errors
    /// What the disk says, with the path; what was found before stays.
    pub fn run(&self, stop: &AtomicBool, mut tell: impl FnMut(Progress)) -> io::Result<Outcome> {
        for search in &self.searches {
            match search.run(stop, |_| tell(self.progress()))? {
                Outcome::Done => {}
                Outcome::Stopped => return Ok(Outcome::Stopped),
            }
        }
        Ok(Outcome::Done)
    }

    /// How far it is in all books together; the generation is that of the merged positions.
    pub fn progress(&self) -> Progress {
        let start = Progress {
            generation: self.merged.generation(),
            ..Progress::default()
        };
        self.searches.iter().fold(start, |all, search| {
            let one = search.progress();
            Progress {
                generation: all.generation,
                lines: all.lines + one.lines,
                of: all.of + one.of,
                matches: all.matches + one.matches,
                elapsed: all.elapsed + one.elapsed,
            }
        })
    }

    /// What is searched in.
    pub fn merged(&self) -> &Arc<Merged> {
        &self.merged
    }

    /// The lines of a window that match, whether the search has come to them yet or not, and where
    /// in their messages the text is.
    pub fn marks(&self, window: &MergedWindow) -> Vec<Marked> {
        let numbered = (window.from..).zip(&window.lines);
        let marked = numbered.filter_map(|(position, one)| {
            let matcher = &self.searches.get(one.book)?.matcher;
            matcher.is_line_match(&one.line).then(|| Marked {
                position,
                hits: matcher.hits(&one.line.message),
            })
        });
        marked.collect()
    }

    /// The searches in the books, in their order.
    pub fn searches(&self) -> &[Search] {
        &self.searches
    }

    /// How many matches there are so far.
    pub fn count(&self) -> u64 {
        self.searches.iter().map(Search::count).sum()
    }

    /// How many matches are before a position among all lines.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn rank(&self, position: u64) -> io::Result<u64> {
        self.merged.read(|moment| self.rank_at(moment, position))
    }

    /// The match that has so many before it.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn nth(&self, number: u64) -> io::Result<Option<u64>> {
        self.merged.read(|moment| self.nth_at(moment, number))
    }

    /// The first match after a position among all lines.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn next(&self, position: u64) -> io::Result<Option<u64>> {
        self.merged.read(|moment| {
            let number = self.rank_at(moment, position.saturating_add(1))?;
            self.nth_at(moment, number)
        })
    }

    /// The last match before a position among all lines.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn previous(&self, position: u64) -> io::Result<Option<u64>> {
        self.merged.read(|moment| {
            let Some(number) = self.rank_at(moment, position)?.checked_sub(1) else {
                return Ok(None);
            };
            self.nth_at(moment, number)
        })
    }

    /// `count` matches from the one on that has `from` before it, fewer where they are very long.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn window(&self, from: u64, count: usize) -> io::Result<Vec<MergedFound>> {
        self.merged.read(|moment| {
            let to = from.saturating_add(count as u64);
            let (begin, end) = (self.cuts(moment, from)?, self.cuts(moment, to)?);
            let mut all = Vec::new();
            let mut fits_before = u64::MAX;
            for (book, search) in self.searches.iter().enumerate() {
                let (first, last) = (search.rank(begin[book]), search.rank(end[book]));
                let window = search.window(first, (last - first) as usize)?;
                if window.generation != moment.books[book].generation {
                    return Err(Unread::Past);
                }
                let given = window.found.len() as u64;
                for found in window.found {
                    let merged = moment.position_of(book, found.position)?;
                    all.push(told(book, merged.ok_or(Unread::Past)?, found));
                }
                // What comes next of this book did not fit.
                if let Some(next) = search.nth(first + given).filter(|_| first + given < last) {
                    let next = moment.position_of(book, next)?.ok_or(Unread::Past)?;
                    fits_before = fits_before.min(next);
                }
            }
            all.retain(|found| found.merged < fits_before);
            all.sort_by_key(|found| found.merged);
            Ok(all)
        })
    }

    /// All lines in `count` buckets of equal size, with what was found in each.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn buckets(&self, count: usize) -> io::Result<Vec<Bucket>> {
        let mut buckets = self.merged.buckets(count)?;
        for bucket in &mut buckets {
            let before = self.rank(bucket.from)?;
            bucket.matches = self.rank(bucket.to)?.saturating_sub(before);
        }
        Ok(buckets)
    }

    fn rank_at(&self, moment: &Moment, position: u64) -> Result<u64, Unread> {
        let cuts = moment.split(position)?.into_iter().enumerate();
        Ok(cuts.map(|(book, cut)| self.searches[book].rank(cut)).sum())
    }

    fn nth_at(&self, moment: &Moment, number: u64) -> Result<Option<u64>, Unread> {
        let (begin, end) = (self.cuts(moment, number)?, self.cuts(moment, number + 1)?);
        for (book, search) in self.searches.iter().enumerate() {
            let (first, last) = (search.rank(begin[book]), search.rank(end[book]));
            if first < last
                && let Some(position) = search.nth(first)
            {
                return moment.position_of(book, position);
            }
        }
        Ok(None)
    }

    /// Up to where the first so many matches are in each book.
    fn cuts(&self, moment: &Moment, number: u64) -> Result<Vec<u64>, Unread> {
        let count = |book: usize, position: u64| self.searches[book].rank(position);
        moment.split_by(number, &count)
    }
}

fn told(book: usize, merged: u64, found: Found) -> MergedFound {
    let Found {
        position,
        line,
        hits,
    } = found;
    MergedFound {
        book,
        position,
        merged,
        line,
        hits,
    }
}
