//! Where in a book a time is. A line counts as written no earlier than those before it.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use miso_api::LogLine;

use crate::book::Book;
use crate::line;
use crate::lock::lock;
use crate::marks::Told;
use crate::segment::Part;
use crate::upkeep::Seen;

/// The lines that a book had at one moment.
pub(crate) struct Times {
    pub(crate) book: Arc<Book>,
    pub(crate) generation: u64,
    pub(crate) first: u64,
    pub(crate) end: u64,
    parts: Vec<Part>,
    /// The times of the lines of marks that were read.
    read: Mutex<HashMap<(usize, usize), Arc<Vec<i64>>>>,
}

/// Why a moment of a book cannot be read.
pub(crate) enum Unread {
    /// It is past: lines were dropped or have other positions.
    Past,
    /// What the disk says.
    Disk(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// The most marks whose times are remembered.
const MOST_MARKS: usize = 4_096;

impl Times {
    /// A book as it is now.
    pub(crate) fn of(book: Arc<Book>) -> Self {
        let (generation, first, end, parts) = {
            let index = book.index();
            let parts = index.parts(index.first(), usize::MAX);
            (index.generation, index.first(), index.end(), parts)
        };
        Self {
            book,
            generation,
            first,
            end,
            parts,
            read: Mutex::default(),
        }
    }

    /// The latest time of all lines, in microseconds; the least without lines.
    pub(crate) fn latest(&self) -> i64 {
        self.parts
            .last()
            .map_or(i64::MIN, |part| part.carry.latest.max(part.marks.latest))
    }

    /// Bounds of `position_from`, from what is in memory.
    pub(crate) fn bounds(&self, micros: i64) -> (u64, u64) {
        let Some((part, mark)) = self.over(micros) else {
            return (self.end, self.end);
        };
        let part = &self.parts[part];
        (
            part.first + u64::from(part.marks.all[mark].line),
            part.first + u64::from(part.marks.end_line(mark)),
        )
    }

    /// The position of the first line at a time or later; the end where there is none.
    pub(crate) fn position_from(&self, micros: i64) -> Result<u64, Unread> {
        let Some((part, mark)) = self.over(micros) else {
            return Ok(self.end);
        };
        let times = self.times(part, mark)?;
        let number = times.partition_point(|time| *time < micros);
        let part = &self.parts[part];
        Ok(part.first + u64::from(part.marks.all[mark].line) + number as u64)
    }

    /// The time of the line at a position.
    pub(crate) fn time_at(&self, position: u64) -> Result<i64, Unread> {
        let part = self.part_with(position).ok_or(Unread::Past)?;
        let about = &self.parts[part];
        let number = (position - about.first) as u32;
        let mark = about.marks.over(number);
        let times = self.times(part, mark)?;
        let number = number - about.marks.all[mark].line;
        times.get(number as usize).copied().ok_or(Unread::Past)
    }

    /// The lines from one position to another with their times, as many as fit into so many
    /// bytes, at least one.
    pub(crate) fn lines(
        &self,
        from: u64,
        to: u64,
        mut bytes: usize,
    ) -> Result<Vec<(i64, LogLine)>, Unread> {
        let mut lines: Vec<(i64, LogLine)> = Vec::new();
        let Some(begin) = self.part_with(from) else {
            return Ok(lines);
        };
        for part in self.parts[begin..]
            .iter()
            .take_while(|part| part.first < to)
        {
            let from = (from.max(part.first) - part.first) as u32;
            let mark = part.marks.all[part.marks.over(from)];
            let mut latest = part.carry.latest.max(mark.latest);
            let mut number = mark.line;
            let whole = Part {
                path: part.path.clone(),
                marks: part.marks.clone(),
                from: mark.line,
                to: ((to - part.first).min(u64::from(part.marks.lines))) as u32,
                ..*part
            };
            let mut is_full = false;
            let read = whole.read(|text, before| {
                if number >= from && text.len() > bytes && !lines.is_empty() {
                    is_full = true;
                    return ControlFlow::Break(());
                }
                let parsed = line::parse(text);
                let told = parsed.as_ref().map(|line| line.timestamp);
                latest = latest.max(told.map_or(i64::MIN, |time| time.timestamp_micros()));
                let line = parsed.unwrap_or_else(|| line::read(text, before));
                let time = line.timestamp;
                if number >= from {
                    bytes = bytes.saturating_sub(text.len());
                    lines.push((latest, line));
                }
                number += 1;
                ControlFlow::Continue(time)
            });
            self.check(part, read)?;
            if is_full {
                break;
            }
        }
        Ok(lines)
    }

    /// Part and mark with the first line at a time or later.
    fn over(&self, micros: i64) -> Option<(usize, usize)> {
        let part = self
            .parts
            .partition_point(|part| part.carry.latest.max(part.marks.latest) < micros);
        let about = self.parts.get(part)?;
        let marks = &about.marks.all;
        let mark = marks.partition_point(|mark| about.carry.latest.max(mark.latest) < micros);
        Some((part, mark.saturating_sub(1)))
    }

    fn part_with(&self, position: u64) -> Option<usize> {
        let end = |part: &Part| part.first + u64::from(part.marks.lines);
        let part = self.parts.partition_point(|part| end(part) <= position);
        (part < self.parts.len() && position >= self.first).then_some(part)
    }

    /// The times of a mark's lines.
    fn times(&self, part: usize, mark: usize) -> Result<Arc<Vec<i64>>, Unread> {
        if let Some(times) = lock(&self.read).get(&(part, mark)) {
            return Ok(times.clone());
        }
        let about = &self.parts[part];
        let marks = &about.marks;
        let whole = Part {
            path: about.path.clone(),
            marks: marks.clone(),
            from: marks.all[mark].line,
            to: marks.end_line(mark),
            ..*about
        };
        let mut latest = about.carry.latest.max(marks.all[mark].latest);
        let mut times = Vec::new();
        let read = whole.read(|text, before| {
            let time = Told::of(text).timestamp;
            latest = latest.max(time.map_or(i64::MIN, |time| time.timestamp_micros()));
            times.push(latest);
            ControlFlow::Continue(time.unwrap_or(before))
        });
        self.check(about, read)?;
        let times = Arc::new(times);
        let mut read = lock(&self.read);
        if read.len() >= MOST_MARKS {
            read.clear();
        }
        read.insert((part, mark), times.clone());
        Ok(times)
    }

    fn check(&self, part: &Part, read: io::Result<crate::files::Stamp>) -> Result<(), Unread> {
        match self.book.judge(self.generation, part.key, read)? {
            Seen::AsKnown => Ok(()),
            Seen::Dropped | Seen::Renumbered => Err(Unread::Past),
        }
    }
}

/// How often a book is looked at anew whose lines somebody changes meanwhile.
const MOST_READS: usize = 32;

impl Book {
    /// The position of the first line at a time or later, to the microsecond; `total` where there
    /// is none. A line counts as written no earlier than those before it: clocks jump back.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn position_at(self: &Arc<Self>, time: DateTime<Utc>) -> io::Result<u64> {
        for _ in 0..MOST_READS {
            match Times::of(self.clone()).position_from(time.timestamp_micros()) {
                Ok(position) => return Ok(position),
                Err(Unread::Disk(error)) => return Err(error),
                Err(Unread::Past) => {}
            }
        }
        let error = "the segments are being changed all the time by somebody else";
        Err(io::Error::other(error))
    }
}
