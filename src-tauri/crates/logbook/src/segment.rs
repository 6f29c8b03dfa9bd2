//! One file of lines.

use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::files::{self, Reader, Stamp};
use crate::key::Key;
use crate::marks::{Marks, Told};

const BLOCK: u64 = 1024 * 1024;

/// A file of lines, and what is known of them.
#[derive(Clone)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) key: Key,
    /// The position of its first line.
    pub(crate) first: u64,
    /// The file as it was when it was last read or written here.
    pub(crate) stamp: Stamp,
    /// When it was last written to.
    pub(crate) written: SystemTime,
    pub(crate) marks: Arc<Marks>,
    pub(crate) carry: Carry,
}

/// What the segments before one leave to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carry {
    /// The time of the last readable line.
    pub(crate) before: DateTime<Utc>,
    /// The latest time, in microseconds.
    pub(crate) latest: i64,
}

impl Default for Carry {
    fn default() -> Self {
        Self {
            before: DateTime::UNIX_EPOCH,
            latest: i64::MIN,
        }
    }
}

impl Segment {
    /// Makes an empty one, on disk too: its name keeps the position.
    pub(crate) fn create(folder: &Path, key: Key, first: u64, now: SystemTime) -> io::Result<Self> {
        let path = key.segment(folder, first);
        let stamp = Stamp::of(&files::append(&path)?)?;
        Ok(Self {
            path,
            key,
            first,
            stamp,
            written: now,
            marks: Arc::default(),
            carry: Carry::default(),
        })
    }

    /// Reads a file. Where it is to be cut, what follows the last line end is cut off: a line
    /// that was being written when the process ended.
    pub(crate) fn scan(path: PathBuf, key: Key, is_to_cut: bool) -> io::Result<Self> {
        let reader = Reader::open(&path)?;
        let stamp = reader.stamp()?;
        if stamp.bytes > u64::from(u32::MAX) {
            let error = io::Error::new(ErrorKind::InvalidData, "a segment of 4 GiB is not ours");
            return Err(files::named(error, &path));
        }
        let (marks, torn) = scan(&reader, !is_to_cut)?;
        let mut segment = Self {
            path,
            key,
            first: 0,
            stamp,
            written: stamp.modified,
            marks: Arc::new(marks),
            carry: Carry::default(),
        };
        if torn > 0 {
            tracing::info!(path = %segment.path.display(), torn, "a torn last line was dropped");
            let file = files::append(&segment.path)?;
            file.set_len(segment.marks.bytes)
                .and_then(|()| Stamp::of(&file))
                .map(|stamp| segment.stamp = stamp)
                .map_err(|error| files::named(error, &segment.path))?;
        }
        Ok(segment)
    }

    /// One past its last position.
    pub(crate) fn end(&self) -> u64 {
        self.first + u64::from(self.marks.lines)
    }

    /// Bytes of whole lines.
    pub(crate) fn bytes(&self) -> u64 {
        self.marks.bytes
    }

    /// Whether so many bytes fit before the file grows beyond `most`, or beyond what a mark can
    /// name.
    pub(crate) fn has_room(&self, adding: usize, most: u64) -> bool {
        self.bytes() + adding as u64 <= most.min(u64::from(u32::MAX))
    }

    /// Adds whole lines that were written at the end.
    pub(crate) fn extend(&mut self, text: &[u8], stamp: Stamp, now: SystemTime) {
        let marks = Arc::make_mut(&mut self.marks);
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            marks.add(&text[begin..end], end + 1 - begin);
            begin = end + 1;
        }
        self.stamp = stamp;
        self.written = now;
    }

    /// What the segments after it are left.
    pub(crate) fn leaves(&self) -> Carry {
        Carry {
            before: self.marks.before.unwrap_or(self.carry.before),
            latest: self.carry.latest.max(self.marks.latest),
        }
    }

    /// The lines of a range of positions. The range must overlap.
    pub(crate) fn part(&self, from: u64, to: u64) -> Part {
        let number = |position: u64| (position.clamp(self.first, self.end()) - self.first) as u32;
        Part {
            path: self.path.clone(),
            key: self.key,
            first: self.first,
            marks: self.marks.clone(),
            carry: self.carry,
            from: number(from),
            to: number(to),
        }
    }
}

/// Some lines of one file.
pub(crate) struct Part {
    pub(crate) path: PathBuf,
    pub(crate) key: Key,
    /// The position of the file's first line.
    pub(crate) first: u64,
    pub(crate) marks: Arc<Marks>,
    pub(crate) carry: Carry,
    /// Number of the first line in the file.
    pub(crate) from: u32,
    /// One past the number of the last.
    pub(crate) to: u32,
}

impl Part {
    /// Gives each line without its line end, and the time of the last readable line before it,
    /// until there is enough. What is given back is the file as it was after that.
    pub(crate) fn read(
        &self,
        mut take: impl FnMut(&[u8], DateTime<Utc>) -> ControlFlow<(), DateTime<Utc>>,
    ) -> io::Result<Stamp> {
        let reader = Reader::open(&self.path)?;
        if self.from >= self.to {
            return reader.stamp();
        }
        let (mut mark, end) = (self.marks.over(self.from), self.marks.over(self.to - 1) + 1);
        let mut number = self.marks.all[mark].line;
        let mut before = self.marks.all[mark].before.unwrap_or(self.carry.before);
        let mut bytes = Vec::new();
        while mark < end {
            let begin = u64::from(self.marks.all[mark].at);
            let mut next = mark + 1;
            while next < end && self.marks.end_at(next) - begin <= BLOCK {
                next += 1;
            }
            bytes.resize((self.marks.end_at(next - 1) - begin) as usize, 0);
            reader.read_at(&mut bytes, begin)?;
            for line in lines(&bytes) {
                if number >= self.to {
                    break;
                }
                if number < self.from {
                    before = Told::of(line).timestamp.unwrap_or(before);
                } else {
                    match take(line, before) {
                        ControlFlow::Continue(time) => before = time,
                        ControlFlow::Break(()) => return reader.stamp(),
                    }
                }
                number += 1;
            }
            mark = next;
        }
        reader.stamp()
    }
}

/// The lines of a text, without their line ends.
pub(crate) fn lines(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', text);
        let line = &text[..end.unwrap_or(text.len())];
        text = end.map_or(&[], |end| &text[end + 1..]);
        Some(line)
    })
}

/// The marks of a file, and how many bytes after the last line end they leave out: none where a
/// line without its end is one.
fn scan(reader: &Reader<'_>, takes_torn: bool) -> io::Result<(Marks, usize)> {
    let mut marks = Marks::default();
    let mut bytes = vec![0; BLOCK as usize];
    // What is read but not yet a whole line.
    let (mut held, mut at) = (0, 0_u64);
    loop {
        if held == bytes.len() {
            bytes.resize(2 * held, 0);
        }
        let length = reader.read_some(&mut bytes[held..], at)?;
        if length == 0 {
            break;
        }
        at += length as u64;
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', &bytes[held..held + length]) {
            let end = held + end;
            marks.add(&bytes[begin..end], end + 1 - begin);
            begin = end + 1;
        }
        bytes.copy_within(begin..held + length, 0);
        held = held + length - begin;
    }
    if held > 0 && takes_torn {
        marks.add(&bytes[..held], held);
        held = 0;
    }
    let marks_all = std::mem::take(&mut marks.all);
    marks.all = marks_all.into_boxed_slice().into_vec();
    Ok((marks, held))
}
