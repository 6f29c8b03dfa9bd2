//! Several books as one, by time.

use std::io;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use miso_api::LogLine;

use crate::book::Book;
use crate::lock::lock;
use crate::times::{Times, Unread};

/// The most bytes of each book in one window.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;
/// How often everything is looked at anew where lines are dropped or changed meanwhile.
const MOST_READS: usize = 32;

/// Several books as one: their lines by time, to the microsecond; those of the same time in the
/// order of the books. Within a book lines stay in its order, each as if it was written no earlier
/// than those before it.
///
/// It shows the books as they were at one moment, so that positions stay what they are;
/// [`Merged::refresh`] goes on to now.
pub struct Merged {
    pub(crate) books: Vec<Arc<Book>>,
    now: Mutex<Arc<Moment>>,
}

/// A line of one of several books.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedLine {
    /// Which book, by its number.
    pub book: usize,
    /// The line's position in that book.
    pub position: u64,
    /// The line.
    pub line: LogLine,
}

/// Lines of several books by position.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedWindow {
    /// Another number than before: positions are those of other lines.
    pub generation: u64,
    /// How many lines there are.
    pub total: u64,
    /// The position of the first line here.
    pub from: u64,
    /// The lines.
    pub lines: Vec<MergedLine>,
}

/// Several books at one moment.
pub(crate) struct Moment {
    pub(crate) generation: u64,
    pub(crate) books: Vec<Times>,
}

/// How many of something are in a book before a position.
pub(crate) type Count<'a> = &'a dyn Fn(usize, u64) -> u64;

impl Merged {
    /// Merges books as they are now.
    pub fn new(books: Vec<Arc<Book>>) -> Self {
        let now = Arc::new(Moment::of(&books, 0));
        Self {
            books,
            now: Mutex::new(now),
        }
    }

    /// How many lines there are.
    pub fn total(&self) -> u64 {
        self.moment().total()
    }

    /// Counts how often positions have become those of other lines.
    pub fn generation(&self) -> u64 {
        self.moment().generation
    }

    /// Goes on to the books as they are now, and says the generation: the same as before where
    /// lines have only come after all others.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn refresh(&self) -> io::Result<u64> {
        let mut now = lock(&self.now);
        let mut next = Moment::of(&self.books, now.generation);
        let goes_on = match next.goes_on_from(&now) {
            Ok(goes_on) => goes_on,
            Err(Unread::Past) => false,
            Err(Unread::Disk(error)) => return Err(error),
        };
        next.generation += u64::from(!goes_on);
        *now = Arc::new(next);
        Ok(now.generation)
    }

    /// The lines at the positions `from` to `from + count`, fewer where they are very long.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn window(&self, from: u64, count: usize) -> io::Result<MergedWindow> {
        self.read(|moment| {
            let to = from.saturating_add(count as u64);
            let lines = moment.lines(&moment.split(from)?, &moment.split(to)?)?;
            Ok(MergedWindow {
                generation: moment.generation,
                total: moment.total(),
                from,
                lines,
            })
        })
    }

    /// The position of the first line at a time or later, to the microsecond.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn position_at(&self, time: DateTime<Utc>) -> io::Result<u64> {
        self.read(|moment| {
            let before = moment.books.iter().map(|book| {
                let position = book.position_from(time.timestamp_micros())?;
                Ok(position - book.first)
            });
            before.sum()
        })
    }

    /// Where a line of a book is among all. `None` where it is not kept.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn position_of(&self, book: usize, position: u64) -> io::Result<Option<u64>> {
        self.read(|moment| moment.position_of(book, position))
    }

    /// Reads at one moment, and at a later one where that is past.
    pub(crate) fn read<T>(&self, read: impl Fn(&Moment) -> Result<T, Unread>) -> io::Result<T> {
        for _ in 0..MOST_READS {
            let moment = self.moment();
            match read(&moment) {
                Ok(read) => return Ok(read),
                Err(Unread::Disk(error)) => return Err(error),
                Err(Unread::Past) => self.refresh()?,
            };
        }
        let error = "the segments are being changed all the time by somebody else";
        Err(io::Error::other(error))
    }

    fn moment(&self) -> Arc<Moment> {
        lock(&self.now).clone()
    }
}

impl Moment {
    fn of(books: &[Arc<Book>], generation: u64) -> Self {
        let books = books.iter().cloned().map(Times::of).collect();
        Self { generation, books }
    }

    fn total(&self) -> u64 {
        self.books.iter().map(|book| book.end - book.first).sum()
    }

    /// Whether every line of another moment has the position it had then.
    fn goes_on_from(&self, before: &Self) -> Result<bool, Unread> {
        let is_kept = |(now, before): (&Times, &Times)| {
            (now.generation, now.first) == (before.generation, before.first)
        };
        if !self.books.iter().zip(&before.books).all(is_kept) {
            return Ok(false);
        }
        let lasts = before.books.iter().enumerate();
        let lasts = lasts.filter(|(_, book)| book.first < book.end);
        let last = lasts.map(|(at, book)| (book.latest(), at)).max();
        for (at, (now, before)) in self.books.iter().zip(&before.books).enumerate() {
            if now.end > before.end && Some((now.time_at(before.end)?, at)) < last {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many lines of each book are among the first so many: one past their last positions.
    pub(crate) fn split(&self, position: u64) -> Result<Vec<u64>, Unread> {
        self.split_by(position, &|book, end| end - self.books[book].first)
    }

    /// The same where something else is counted than lines.
    pub(crate) fn split_by(&self, target: u64, count: Count<'_>) -> Result<Vec<u64>, Unread> {
        let ends = || self.books.iter().map(|book| book.end);
        if target >= ends().enumerate().map(|(at, end)| count(at, end)).sum() {
            return Ok(ends().collect());
        }
        // The greatest time before which there are at most so many.
        let latest = self.books.iter().map(Times::latest).max();
        let (mut low, mut high) = (i64::MIN, latest.unwrap_or(i64::MIN).saturating_add(1));
        while low.checked_add(1).is_some_and(|next| next < high) {
            let middle = ((i128::from(low) + i128::from(high)) / 2) as i64;
            let middle = middle.max(low + 1);
            let bounds = || {
                self.books
                    .iter()
                    .map(|book| book.bounds(middle))
                    .enumerate()
            };
            let most: u64 = bounds().map(|(at, (_, most))| count(at, most)).sum();
            let least: u64 = bounds().map(|(at, (least, _))| count(at, least)).sum();
            let is_within = if most <= target {
                true
            } else if least > target {
                false
            } else {
                self.count_before(middle, count)? <= target
            };
            if is_within {
                low = middle;
            } else {
                high = middle;
            }
        }
        let mut left = target - self.count_before(low, count)?;
        let mut cuts = Vec::with_capacity(self.books.len());
        for (at, book) in self.books.iter().enumerate() {
            let (from, to) = (
                book.position_from(low)?,
                book.position_from(low.saturating_add(1))?,
            );
            let here = count(at, to) - count(at, from);
            if left >= here {
                left -= here;
                cuts.push(to);
                continue;
            }
            // The first position before which there are so many.
            let wanted = count(at, from) + left;
            let (mut least, mut most) = (from, to);
            while least < most {
                let middle = least + (most - least) / 2;
                if count(at, middle) < wanted {
                    least = middle + 1;
                } else {
                    most = middle;
                }
            }
            cuts.push(least);
            left = 0;
        }
        Ok(cuts)
    }

    pub(crate) fn position_of(&self, book: usize, position: u64) -> Result<Option<u64>, Unread> {
        let Some(own) = self.books.get(book) else {
            return Ok(None);
        };
        if position < own.first || position >= own.end {
            return Ok(None);
        }
        let time = own.time_at(position)?;
        let mut before = position - own.first;
        for (at, other) in self.books.iter().enumerate() {
            before += match at.cmp(&book) {
                std::cmp::Ordering::Less => {
                    other.position_from(time.saturating_add(1))? - other.first
                }
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => other.position_from(time)? - other.first,
            };
        }
        Ok(Some(before))
    }

    fn count_before(&self, micros: i64, count: Count<'_>) -> Result<u64, Unread> {
        let books = self.books.iter().enumerate();
        let counts = books.map(|(at, book)| Ok(count(at, book.position_from(micros)?)));
        counts.sum()
    }

    /// The lines between two cuts, by time.
    fn lines(&self, from: &[u64], to: &[u64]) -> Result<Vec<MergedLine>, Unread> {
        let mut heads = Vec::new();
        for (book, (from, to)) in self.books.iter().zip(from.iter().zip(to)) {
            let lines = book.lines(*from, *to, WINDOW_BYTES)?;
            heads.push((*from, *to, lines.into_iter().peekable()));
        }
        let mut merged = Vec::new();
        loop {
            let mut first: Option<(i64, usize)> = None;
            for (at, (position, to, lines)) in heads.iter_mut().enumerate() {
                match lines.peek() {
                    Some((time, _)) if first.is_none_or(|first| (*time, at) < first) => {
                        first = Some((*time, at));
                    }
                    Some(_) => {}
                    // What comes next of this book did not fit.
                    None if *position < *to => return Ok(merged),
                    None => {}
                }
            }
            let Some((_, book)) = first else {
                return Ok(merged);
            };
            let (position, _, lines) = &mut heads[book];
            if let Some((_, line)) = lines.next() {
                merged.push(MergedLine {
                    book,
                    position: *position,
                    line,
                });
            }
            *position += 1;
        }
    }
}
