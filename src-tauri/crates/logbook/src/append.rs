//! How lines are added to a book.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use miso_api::LogLine;

use crate::book::{Book, Writer};
use crate::files;
use crate::line;

/// Lines go to the file in pieces of about this size, in bytes.
const PIECE: usize = 1024 * 1024;

/// One call of `append`: lines are gathered, then written, then made visible.
pub(crate) struct Run<'a> {
    book: &'a Book,
    writer: &'a mut Writer,
    /// What is not yet written: the text, the length of each line, the ids.
    text: Vec<u8>,
    lengths: Vec<usize>,
    ids: Vec<&'a str>,
    newest: Option<DateTime<Utc>>,
    written: usize,
}

impl<'a> Run<'a> {
    /// Begins after the last line: a piece of one that could not be taken back when its write
    /// failed is taken back now. A last segment that somebody else has changed stays as it is
    /// and is not written to again.
    pub(crate) fn begin(book: &'a Book, writer: &'a mut Writer) -> io::Result<Self> {
        if let Ok((path, bytes)) = book.last_segment() {
            if writer.torn {
                cut(&files::append(&path)?, bytes, &path)?;
                writer.torn = false;
            } else if !fs::metadata(&path).is_ok_and(|about| about.len() == bytes) {
                tracing::warn!(path = %path.display(), "the segment was changed by somebody else");
                book.index_mut().begin(&book.folder, (book.clock)())?;
            }
        }
        Ok(Self {
            book,
            writer,
            text: Vec::new(),
            lengths: Vec::new(),
            ids: Vec::new(),
            newest: None,
            written: 0,
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
        let length = self.text.len() - before;
        if !self.fits() {
            let last = self.text.split_off(before);
            self.flush()?;
            self.begin_segment()?;
            self.text = last;
        }
        self.lengths.push(length);
        self.newest = Some(line.timestamp);
        if self.text.len() >= PIECE {
            self.flush()?;
        }
        Ok(())
    }

    /// Whether what is gathered still belongs to the last segment. A first line always does.
    fn fits(&self) -> bool {
        let index = self.book.index();
        index.segments.back().is_some_and(|last| {
            let is_first = last.bytes == 0 && self.lengths.is_empty();
            is_first || last.has_room(self.text.len(), self.book.limits.segment_bytes)
        })
    }

    fn begin_segment(&mut self) -> io::Result<()> {
        self.book.sync(self.writer)?;
        let now = (self.book.clock)();
        self.book.index_mut().begin(&self.book.folder, now)?;
        self.book.retire(now)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.lengths.is_empty() {
            return Ok(());
        }
        let (path, end) = self.book.last_segment()?;
        let mut file = files::append(&path)?;
        if let Err(error) = file.write_all(&self.text) {
            self.writer.torn = cut(&file, end, &path).is_err();
            return Err(files::named(error, &path));
        }
        self.writer.unsynced = true;
        let mut index = self.book.index_mut();
        if let Some(last) = index.segments.back_mut() {
            last.extend(&self.lengths, (self.book.clock)());
        }
        index.newest = self.newest;
        self.written += self.lengths.len();
        // The id of a line that waits for its segment stays.
        self.ids.drain(..self.lengths.len());
        self.lengths.clear();
        self.text.clear();
        Ok(())
    }
}

fn cut(file: &File, end: u64, path: &Path) -> io::Result<()> {
    file.set_len(end).map_err(|error| files::named(error, path))
}
