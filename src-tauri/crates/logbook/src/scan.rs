//! Reads lines in chunks and finds those that match.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use crate::files::{Reader, Stamp};
use crate::index::Index;
use crate::key::Key;
use crate::marks::Marks;
use crate::matcher::Matcher;
use crate::segment::lines;

/// A chunk has about so many bytes: they stay in a core's cache.
const CHUNK: u64 = 512 * 1024;

/// Lines of one file that one thread reads at once.
pub(crate) struct Chunk {
    pub(crate) path: PathBuf,
    pub(crate) key: Key,
    /// The file as it was when this was planned.
    pub(crate) stamp: Stamp,
    /// The position of the file's first line.
    pub(crate) first: u64,
    marks: Arc<Marks>,
    before: DateTime<Utc>,
    /// Which marks.
    range: Range<usize>,
    /// Which lines of these, by their number in the file.
    lines: Range<u32>,
}

impl Chunk {
    /// Cuts `count` lines from a position on, as far as they are kept, into chunks, in order.
    pub(crate) fn plan(index: &Index, from: u64, count: usize) -> Vec<Self> {
        let mut chunks = Vec::new();
        for part in index.parts(from, count) {
            let Some(stamp) = index.segment(part.key).map(|segment| segment.stamp) else {
                continue;
            };
            let marks = &part.marks;
            if part.from >= part.to {
                continue;
            }
            let (mut mark, end) = (marks.over(part.from), marks.over(part.to - 1) + 1);
            while mark < end {
                let begin = u64::from(marks.all[mark].at);
                let mut next = mark + 1;
                while next < end && marks.end_at(next) - begin <= CHUNK {
                    next += 1;
                }
                let lines = marks.all[mark].line..marks.end_line(next - 1);
                chunks.push(Self {
                    path: part.path.clone(),
                    key: part.key,
                    stamp,
                    first: part.first,
                    marks: marks.clone(),
                    before: part.carry.before,
                    range: mark..next,
                    lines: lines.start.max(part.from)..lines.end.min(part.to),
                });
                mark = next;
            }
        }
        chunks
    }

    /// One past the position of its last line.
    pub(crate) fn end(&self) -> u64 {
        self.first + u64::from(self.lines.end)
    }
}

/// What one thread needs to read chunks.
#[derive(Default)]
pub(crate) struct Scan {
    /// The file that was read last.
    reader: Option<Reader>,
    bytes: Vec<u8>,
    scratch: Vec<u8>,
}

impl Scan {
    /// Gives the lines that match, in order, and gives back the file as it was after that. These
    /// are not all where `stop` was set meanwhile.
    pub(crate) fn read(
        &mut self,
        chunk: &Chunk,
        matcher: &Matcher,
        stop: &AtomicBool,
        mut take: impl FnMut(Matching<'_>),
    ) -> io::Result<Stamp> {
        let marks = &chunk.marks;
        let mut range = chunk.range.clone();
        // Marks at both ends that cannot match are not even read.
        while range.start < range.end && !matcher.may_be_in(marks, range.start) {
            range.start += 1;
        }
        while range.start < range.end && !matcher.may_be_in(marks, range.end - 1) {
            range.end -= 1;
        }
        // A file that was replaced meanwhile is read to its end as it was: that is what was planned.
        let reader = match self.reader.take() {
            Some(reader) if reader.path == chunk.path => reader,
            Some(_) | None => Reader::open(&chunk.path)?,
        };
        let reader = self.reader.insert(reader);
        if range.is_empty() {
            return reader.stamp();
        }
        let begin = u64::from(marks.all[range.start].at);
        let length = (marks.end_at(range.end - 1) - begin) as usize;
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        }
        reader.read_at(&mut self.bytes[..length], begin)?;
        let mut found = Found {
            chunk,
            matcher,
            stop,
            begin,
            bytes: &self.bytes[..length],
            scratch: &mut self.scratch,
            take: &mut take,
        };
        found.in_marks(range);
        reader.stamp()
    }
}

/// A line that matches.
pub(crate) struct Matching<'a> {
    pub(crate) position: u64,
    /// As it stands in the file, without its line end.
    pub(crate) text: &'a [u8],
    /// For one that has to be read by the parser: the time of the last readable line before it.
    pub(crate) before: Option<DateTime<Utc>>,
}

/// One chunk that was read.
struct Found<'a, T> {
    chunk: &'a Chunk,
    matcher: &'a Matcher,
    stop: &'a AtomicBool,
    /// Where in the file the bytes begin.
    begin: u64,
    bytes: &'a [u8],
    scratch: &'a mut Vec<u8>,
    take: &'a mut T,
}

impl<T: FnMut(Matching<'_>)> Found<'_, T> {
    fn in_marks(&mut self, range: Range<usize>) {
        let marks = self.chunk.marks.clone();
        let kind = |mark: usize| {
            let may_be = self.matcher.may_be_in(&marks, mark);
            may_be.then(|| marks.all[mark].is_odd)
        };
        let mut mark = range.start;
        while mark < range.end {
            let this = kind(mark);
            let mut end = mark + 1;
            while end < range.end && kind(end) == this {
                end += 1;
            }
            let matcher = self.matcher;
            match this {
                Some(true) => self.in_odd(&marks, mark..end),
                Some(false) if matcher.takes_all() => self.in_all(&marks, mark..end),
                Some(false) => self.in_canonical(&marks, mark..end, matcher),
                None => {}
            }
            mark = end;
        }
    }

    fn found(&mut self, number: u32, text: &[u8], before: Option<DateTime<Utc>>) {
        if self.chunk.lines.contains(&number) {
            (self.take)(Matching {
                position: self.chunk.first + u64::from(number),
                text,
                before,
            });
        }
    }

    fn text(&self, marks: &Marks, range: &Range<usize>) -> Range<usize> {
        let start = u64::from(marks.all[range.start].at) - self.begin;
        let end = marks.end_at(range.end - 1) - self.begin;
        start as usize..end as usize
    }

    /// Lines of which some have to be read by the parser: none is left out.
    fn in_odd(&mut self, marks: &Marks, range: Range<usize>) {
        let first = marks.all[range.start].line;
        let mut before = marks.all[range.start].before.unwrap_or(self.chunk.before);
        let bytes = self.bytes;
        for (number, line) in (first..).zip(lines(&bytes[self.text(marks, &range)])) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let (is_match, time) = self.matcher.is_match(line, before, self.scratch);
            if is_match {
                self.found(number, line, Some(before));
            }
            before = time;
        }
    }

    /// Lines that stand as this crate writes them, where nothing tells which may match.
    fn in_all(&mut self, marks: &Marks, range: Range<usize>) {
        let first = marks.all[range.start].line;
        let bytes = self.bytes;
        for (number, line) in (first..).zip(lines(&bytes[self.text(marks, &range)])) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            if self.matcher.is_canonical_match(line, self.scratch) {
                self.found(number, line, None);
            }
        }
    }

    /// Lines that stand as this crate writes them: those without a candidate are not looked at.
    fn in_canonical(&mut self, marks: &Marks, range: Range<usize>, matcher: &Matcher) {
        let text = self.text(marks, &range);
        let offset = self.begin + text.start as u64;
        let bytes = self.bytes;
        let text = &bytes[text];
        let mut mark = range.start;
        // The line that begins at `counted` has this number.
        let (mut counted, mut number) = (0, marks.all[mark].line);
        let mut at = 0;
        while let Some(candidate) = matcher.candidate(text, at) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let begin = memchr::memrchr(b'\n', &text[at..candidate]).map_or(at, |end| at + end + 1);
            let end =
                memchr::memchr(b'\n', &text[candidate..]).map_or(text.len(), |end| candidate + end);
            if matcher.is_canonical_match(&text[begin..end], self.scratch) {
                while mark + 1 < range.end
                    && u64::from(marks.all[mark + 1].at) <= offset + begin as u64
                {
                    mark += 1;
                }
                let start = (u64::from(marks.all[mark].at) - offset) as usize;
                if start > counted {
                    (counted, number) = (start, marks.all[mark].line);
                }
                number += memchr::memchr_iter(b'\n', &text[counted..begin]).count() as u32;
                counted = begin;
                self.found(number, &text[begin..end], None);
            }
            at = end + 1;
        }
    }
}
