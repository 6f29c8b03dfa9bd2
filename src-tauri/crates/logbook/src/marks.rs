//! Where lines are, when they were written and how many are bad, noted for every few of them.

use chrono::{DateTime, Utc};
use miso_api::LogLevel;

use crate::canonical;
use crate::line;

/// A mark covers at most so many lines.
pub(crate) const LINES: u32 = 64;
/// A mark is not begun before so many bytes after the last one, unless it is full.
const BYTES: u64 = 32 * 1024;

/// The beginning of some lines of a segment, with what is known of them and of those before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    /// Number of its first line in the segment, from 0.
    pub(crate) line: u32,
    /// Where that line begins, in bytes.
    pub(crate) at: u32,
    /// Warnings among its lines.
    pub(crate) warnings: u8,
    /// Errors among its lines.
    pub(crate) errors: u8,
    /// Whether a line of it does not stand as this crate writes it.
    pub(crate) is_odd: bool,
    /// The time of the last readable line before it in the segment.
    pub(crate) before: Option<DateTime<Utc>>,
    /// The latest time before it in the segment, in microseconds; the least where there is none.
    pub(crate) latest: i64,
}

/// The marks of a segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Marks {
    pub(crate) all: Vec<Mark>,
    /// Lines in all.
    pub(crate) lines: u32,
    /// Bytes of these lines.
    pub(crate) bytes: u64,
    /// The time of the first readable line.
    pub(crate) opens: Option<DateTime<Utc>>,
    /// The time of the last readable line.
    pub(crate) before: Option<DateTime<Utc>>,
    /// The latest time, in microseconds; the least where there is none.
    pub(crate) latest: i64,
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            lines: 0,
            bytes: 0,
            opens: None,
            before: None,
            latest: i64::MIN,
        }
    }
}

impl Marks {
    /// Adds a line without its line end, of so many bytes with it.
    pub(crate) fn add(&mut self, line: &[u8], length: usize) {
        let is_full = self.all.last().is_none_or(|last| {
            self.lines - last.line >= LINES || self.bytes - u64::from(last.at) >= BYTES
        });
        if is_full {
            self.all.push(Mark {
                line: self.lines,
                // Fits: a segment has less than 4 GiB.
                at: self.bytes as u32,
                warnings: 0,
                errors: 0,
                is_odd: false,
                before: self.before,
                latest: self.latest,
            });
        }
        let told = Told::of(line);
        if let Some(last) = self.all.last_mut() {
            last.warnings += u8::from(told.is_warning);
            last.errors += u8::from(told.is_error);
            last.is_odd |= told.is_odd;
        }
        if let Some(time) = told.timestamp {
            self.opens = self.opens.or(Some(time));
            self.before = Some(time);
            self.latest = self.latest.max(time.timestamp_micros());
        }
        self.lines += 1;
        self.bytes += length as u64;
    }

    /// Which mark a line of the segment is under. There must be one.
    pub(crate) fn over(&self, line: u32) -> usize {
        self.all
            .partition_point(|mark| mark.line <= line)
            .saturating_sub(1)
    }

    /// The number of the first line after a mark's.
    pub(crate) fn end_line(&self, mark: usize) -> u32 {
        self.all.get(mark + 1).map_or(self.lines, |next| next.line)
    }

    /// Where the lines of a mark end, in bytes.
    pub(crate) fn end_at(&self, mark: usize) -> u64 {
        self.all
            .get(mark + 1)
            .map_or(self.bytes, |next| u64::from(next.at))
    }
}

/// What one line says to the index.
pub(crate) struct Told {
    /// `None` for a line that cannot be read.
    pub(crate) timestamp: Option<DateTime<Utc>>,
    pub(crate) is_warning: bool,
    pub(crate) is_error: bool,
    is_odd: bool,
}

impl Told {
    /// Reads any line.
    pub(crate) fn of(line: &[u8]) -> Self {
        if let Some(line) = canonical::read(line) {
            return Self {
                timestamp: Some(line.timestamp),
                is_warning: line.level == b"warn",
                is_error: line.level == b"error",
                is_odd: false,
            };
        }
        let read = line::parse(line);
        let level = read.as_ref().map(|line| &line.level);
        Self {
            timestamp: read.as_ref().map(|line| line.timestamp),
            is_warning: level == Some(&LogLevel::Warn),
            is_error: level == Some(&LogLevel::Error),
            is_odd: true,
        }
    }
}
