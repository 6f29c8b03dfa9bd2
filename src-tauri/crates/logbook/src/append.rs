//! How lines are added to a book.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use miso_api::LogLine;

use crate::book::{Book, Writer};
use crate::files::{self, Stamp};
use crate::line;

/// Lines go to the file in pieces of about this size, in bytes.
const PIECE: usize = 1024 * 1024;

/// One call of `append`: lines are gathered, then written, then made visible.
pub(crate) struct Run<'a> {
    book: &'a Book,
    writer: &'a mut Writer,
    /// What is not yet written: the text, how many lines it has, their ids.
    text: Vec<u8>,
    lines: usize,
    ids: Vec<&'a str>,
    written: usize,
    segment_bytes: u64,
}

impl<'a> Run<'a> {
    /// Begins after the last line: a piece of one that could not be taken back when its write
    /// failed is taken back now. Where somebody else has changed the last segment, the index is
    /// made again, and the segment is not written to any more.
    pub(crate) fn begin(book: &'a Book, writer: &'a mut Writer) -> io::Result<Self> {
        if let Ok((path, stamp, end)) = book.last_segment() {
            if writer.torn {
                book.cut(&files::append(&path)?, end, &path)?;
                writer.torn = false;
            } else if !fs::metadata(&path).is_ok_and(|about| Stamp::from(&about) == stamp) {
                book.reload(writer)?;
            }
        }
        if writer.is_sealed {
            let mut index = book.index_mut();
            if index.segments.back().is_some_and(|last| last.bytes() > 0) {
                index.begin(&book.folder, (book.clock)())?;
            }
            writer.is_sealed = false;
        }
        Ok(Self {
            book,
            writer,
            text: Vec::new(),
            ids: Vec::new(),
            lines: 0,
            written: 0,
            segment_bytes: book.limits().segment_bytes,
        })
    }

    /// Adds the lines that are new and says how many they were. Where the disk refuses, what was
    /// written before stays, and the rest can be given again.
    pub(crate) fn append(mut self, lines: &'a [LogLine]) -> io::Result<usize> {
        let outcome = lines.iter().try_for_each(|line| self.add(line));
        let outcome = outcome.and_then(|()| self.flush());
        for id in self.ids {
            self.writer.seen.forget(id);
        }
        outcome.map(|()| self.written)
    }

    fn add(&mut self, line: &'a LogLine) -> io::Result<()> {
        if !self.writer.seen.is_new(&line.id) {
            return Ok(());
        }
        self.ids.push(&line.id);
        let before = self.text.len();
        line::write(line, &mut self.text)?;
        if !self.fits() {
            let last = self.text.split_off(before);
            self.flush()?;
            self.begin_segment()?;
            self.text = last;
        }
        self.lines += 1;
        if self.text.len() >= PIECE {
            self.flush()?;
        }
        Ok(())
    }

    /// Whether what is gathered still belongs to the last segment. A first line always does.
    fn fits(&self) -> bool {
        let index = self.book.index();
        index.segments.back().is_some_and(|last| {
            let is_first = last.bytes() == 0 && self.lines == 0;
            is_first || last.has_room(self.text.len(), self.segment_bytes)
        })
    }

    fn begin_segment(&mut self) -> io::Result<()> {
        self.book.sync(self.writer)?;
        let now = (self.book.clock)();
        self.book.index_mut().begin(&self.book.folder, now)?;
        self.writer.has_grown = true;
        self.book.retire(now)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.lines == 0 {
            return Ok(());
        }
        let (path, _, end) = self.book.last_segment()?;
        let mut file = files::append(&path)?;
        let written = file.write_all(&self.text).and_then(|()| Stamp::of(&file));
        let stamp = match written {
            Ok(stamp) => stamp,
            Err(error) => {
                self.writer.torn = self.book.cut(&file, end, &path).is_err();
                return Err(files::named(error, &path));
            }
        };
        self.writer.unsynced = true;
        if let Some(last) = self.book.index_mut().segments.back_mut() {
            last.extend(&self.text, stamp, (self.book.clock)());
        }
        self.written += self.lines;
        // The id of a line that waits for its segment stays.
        self.ids.drain(..self.lines);
        self.lines = 0;
        self.text.clear();
        Ok(())
    }
}

impl Book {
    /// Takes back what was written after `end`.
    fn cut(&self, file: &File, end: u64, path: &Path) -> io::Result<()> {
        let stamp = file.set_len(end).and_then(|()| Stamp::of(file));
        let stamp = stamp.map_err(|error| files::named(error, path))?;
        if let Some(last) = self.index_mut().segments.back_mut() {
            last.stamp = stamp;
        }
        Ok(())
    }
}
