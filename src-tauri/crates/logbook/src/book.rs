//! The lines of one application in one environment.

use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use miso_api::{Appended, LineSink, LogGap, LogLine};

use crate::append::Run;
use crate::gap::{Gap, GapReason};
use crate::index::Index;
use crate::limits::{Clock, Limits};
use crate::line::{self, Head};
use crate::lock::{lock, read, write};
use crate::seen::Seen;
use crate::{about, cursor, files, upkeep};

/// The most bytes of a file that one window gives.
const WINDOW_BYTES: u64 = 4 * 1024 * 1024;

/// How often lines are read again that somebody changes meanwhile.
const MOST_READS: usize = 32;

/// The lines of one application in one environment. Every method may be called from any thread
/// and waits for the disk at most; windows are read while lines are appended.
pub struct Book {
    pub(crate) folder: PathBuf,
    limits: RwLock<Limits>,
    pub(crate) clock: Clock,
    grown: Grown,
    /// Who adds or removes lines holds this all the while, and `index` for moments within.
    writer: Mutex<Writer>,
    index: RwLock<Index>,
}

pub(crate) struct Writer {
    pub(crate) seen: Seen,
    cursor: Option<String>,
    /// The file ends in a piece of a line: a write failed, and so did taking it back.
    pub(crate) torn: bool,
    /// Lines were written since the disk was last waited for.
    pub(crate) unsynced: bool,
    /// Somebody else has changed the files: the last segment is not written to any more.
    pub(crate) is_sealed: bool,
    /// A segment was begun and nobody was told.
    pub(crate) has_grown: bool,
    erased: bool,
}

/// Lines by position, and what a view needs to know of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Another number than before: positions are those of other lines.
    pub generation: u64,
    /// The oldest position kept.
    pub first: u64,
    /// One past the newest position.
    pub total: u64,
    /// The position of the first line here.
    pub from: u64,
    /// The lines.
    pub lines: Vec<LogLine>,
    /// The gaps before, between and after these lines.
    pub gaps: Vec<Gap>,
}

/// What was read, and the book at that moment.
pub(crate) struct Read<T> {
    pub(crate) generation: u64,
    pub(crate) first: u64,
    pub(crate) total: u64,
    pub(crate) taken: T,
}

/// Called after a segment was begun, with nothing locked.
pub(crate) type Grown = Box<dyn Fn() + Send + Sync>;

impl Book {
    /// One past the position of the newest line: as many lines as were ever kept.
    pub fn total(&self) -> u64 {
        self.index().end()
    }

    /// The position of the oldest line that is still kept; `total` where there is none.
    pub fn first(&self) -> u64 {
        self.index().first()
    }

    /// The timestamp of the last line; `None` without lines.
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.index().newest()
    }

    /// The lines at the positions `from` to `from + count`. Positions before `first` and from
    /// `total` on have none: fewer lines are given. So are what does not fit into 4 MiB of file
    /// after the first line: it is to be asked for on its own.
    ///
    /// A line that cannot be read is given as the text that stands there, with the level
    /// `unreadable`.
    ///
    /// # Errors
    /// What the disk says, with the file's path.
    pub fn window(&self, from: u64, count: usize) -> io::Result<Vec<LogLine>> {
        self.view(from, count).map(|view| view.lines)
    }

    /// The same lines, with what a view needs to know of them.
    ///
    /// # Errors
    /// As [`Book::window`].
    pub fn view(&self, from: u64, count: usize) -> io::Result<Window> {
        let begin = |from| (from, Vec::new(), WINDOW_BYTES);
        let read = self.read(from, count, begin, |(_, lines, left), _, bytes, before| {
            let length = bytes.len() as u64 + 1;
            if length > *left && !lines.is_empty() {
                return ControlFlow::Break(());
            }
            *left = left.saturating_sub(length);
            let line = line::read(bytes, before);
            let time = line.timestamp;
            lines.push(line);
            ControlFlow::Continue(time)
        })?;
        let (from, lines, _) = read.taken;
        let end = from + lines.len() as u64;
        let mut gaps = self.gaps();
        gaps.retain(|gap| (from..=end).contains(&gap.at));
        Ok(Window {
            generation: read.generation,
            first: read.first,
            total: read.total,
            from,
            lines,
            gaps,
        })
    }

    /// Counts how often positions have become those of other lines: lines were put into a gap, or
    /// somebody has changed the files.
    pub fn generation(&self) -> u64 {
        self.index().generation
    }

    /// Where the line is now that was at a position in a generation. `None` where that cannot be
    /// said: the files were changed by somebody else.
    pub fn moved(&self, generation: u64, position: u64) -> Option<u64> {
        self.index().moved(generation, position)
    }

    /// Where the tail goes on, as it was last set; `None` where the book was opened without lines.
    pub fn cursor(&self) -> Option<String> {
        self.writer().cursor.clone()
    }

    /// Keeps where the tail goes on. It never gets ahead of the lines: they are on the disk
    /// before it is, and after a crash the old cursor or the new one is there.
    ///
    /// # Errors
    /// What the disk says; the cursor is then the one from before.
    pub fn set_cursor(&self, cursor: Option<String>) -> io::Result<()> {
        let mut writer = self.writer();
        writer.check()?;
        if writer.cursor == cursor {
            return Ok(());
        }
        self.sync(&mut writer)?;
        cursor::write(&self.folder, cursor.as_deref())?;
        writer.cursor = cursor;
        Ok(())
    }

    /// How much is kept.
    pub fn limits(&self) -> Limits {
        *read(&self.limits)
    }

    /// Changes how much is kept, and drops what is beyond it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn set_limits(&self, limits: Limits) -> io::Result<()> {
        let writer = self.writer();
        writer.check()?;
        *write(&self.limits) = limits;
        about::set_age(&self.folder, limits.age)?;
        self.retire((self.clock)())
    }

    /// Opens the book in a folder, or begins one there.
    pub(crate) fn open(
        folder: PathBuf,
        limits: Limits,
        clock: Clock,
        grown: Grown,
    ) -> io::Result<Self> {
        files::folder(&folder)?;
        files::remove_unfinished(&folder)?;
        let writer = Writer {
            seen: Seen::new(limits.remembered_ids),
            cursor: cursor::read(&folder)?,
            torn: false,
            unsynced: false,
            is_sealed: false,
            has_grown: false,
            erased: false,
        };
        let index = RwLock::new(Index::load(&folder)?);
        let book = Self {
            folder,
            limits: RwLock::new(limits),
            clock,
            grown,
            writer: Mutex::new(writer),
            index,
        };
        book.retire((book.clock)())?;
        book.remember()?;
        Ok(book)
    }

    /// Ends the book: who still holds it can add nothing any more.
    pub(crate) fn close(&self) {
        let mut writer = self.writer();
        writer.erased = true;
        writer.cursor = None;
        let emptied = self.index().emptied();
        *self.index_mut() = emptied;
    }

    /// Tells that there is more in all than before. Nothing of the book may be locked.
    pub(crate) fn tell_grown(&self) {
        (self.grown)();
    }

    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        read(&self.index)
    }

    pub(crate) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        write(&self.index)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        lock(&self.writer)
    }

    /// Reads lines, and with them in which generation. `take` may be called for the same lines
    /// again where the files have changed meanwhile: `begin` is called before each time.
    pub(crate) fn read<T>(
        &self,
        from: u64,
        count: usize,
        mut begin: impl FnMut(u64) -> T,
        mut take: impl FnMut(&mut T, u64, &[u8], DateTime<Utc>) -> ControlFlow<(), DateTime<Utc>>,
    ) -> io::Result<Read<T>> {
        'again: for _ in 0..MOST_READS {
            let (generation, first, total, parts) = {
                let index = self.index();
                let parts = index.parts(from, count);
                (index.generation, index.first(), index.end(), parts)
            };
            let mut taken = begin(from.max(first));
            let mut has_enough = false;
            for part in &parts {
                let mut position = part.first + u64::from(part.from);
                let read = part.read(|bytes, before| {
                    let next = take(&mut taken, position, bytes, before);
                    position += 1;
                    has_enough = next.is_break();
                    next
                });
                match self.judge(generation, part.key, read)? {
                    upkeep::Seen::AsKnown => {}
                    upkeep::Seen::Dropped | upkeep::Seen::Renumbered => continue 'again,
                }
                if has_enough {
                    break;
                }
            }
            return Ok(Read {
                generation,
                first,
                total,
                taken,
            });
        }
        let error = "the segments are being changed all the time by somebody else";
        Err(io::Error::other(error))
    }

    /// Reads the ids of the last lines. A book without lines has no cursor either: what the
    /// server still has is then fetched anew.
    fn remember(&self) -> io::Result<()> {
        let mut writer = self.writer();
        let count = self.limits().remembered_ids.max(1);
        let from = self.total().saturating_sub(count as u64);
        let parts = self.index().parts(from, count);
        for part in parts {
            part.read(|bytes, before| {
                // A line edited by hand may have no id; then there is nothing to remember.
                if let Ok(head) = serde_json::from_slice::<Head<'_>>(bytes) {
                    writer.seen.is_new(&head.id);
                }
                ControlFlow::Continue(before)
            })?;
        }
        if self.index().is_empty() && writer.cursor.take().is_some() {
            cursor::write(&self.folder, None)?;
        }
        Ok(())
    }
}

impl LineSink for Book {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        let mut writer = self.writer();
        writer.check()?;
        self.retire((self.clock)())?;
        let new = Run::begin(self, &mut writer)?.append(lines)?;
        self.retire((self.clock)())?;
        let total = self.total();
        let has_grown = std::mem::take(&mut writer.has_grown);
        drop(writer);
        if has_grown {
            self.tell_grown();
        }
        Ok(Appended { total, new })
    }

    fn newest(&self) -> Option<DateTime<Utc>> {
        Self::newest(self)
    }

    fn has(&self, id: &str) -> bool {
        self.writer().seen.has(id)
    }

    fn note_gap(&self, gap: &LogGap, is_gone: bool) -> io::Result<()> {
        let reason = if is_gone {
            GapReason::Dropped
        } else {
            GapReason::Skipped
        };
        self.add_gap(gap.from, gap.to, reason)
    }
}

impl Writer {
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.erased {
            return Err(io::Error::new(
                ErrorKind::NotFound,
                "the log book was erased",
            ));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let folder: &Path = &self.folder;
        f.debug_struct("Book")
            .field("folder", &folder)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;
    use std::sync::Arc;
    use std::time::SystemTime;

    use miso_api::LogLevel;

    use super::*;

    /// A write failed in the middle of a line and the disk did not let it be taken back.
    #[test]
    fn a_piece_of_a_line_is_taken_back_before_the_next_one() {
        let root = tempfile::tempdir().unwrap();
        let open = || {
            let clock: Clock = Arc::new(SystemTime::now);
            let folder = root.path().join("book");
            Book::open(folder, Limits::default(), clock, Box::new(|| ())).unwrap()
        };
        let line = |id: &str| LogLine {
            id: id.to_owned(),
            timestamp: DateTime::UNIX_EPOCH,
            level: LogLevel::Info,
            message: String::new(),
            source: None,
            environment: None,
            instance: None,
            fields: serde_json::Map::new(),
        };
        let book = open();
        book.append(&[line("a")]).unwrap();
        let (path, ..) = book.last_segment().unwrap();
        files::append(&path)
            .unwrap()
            .write_all(b"{\"id\":\"b")
            .unwrap();
        book.writer().torn = true;
        assert_eq!(book.window(0, 9).unwrap(), [line("a")]);
        book.append(&[line("b")]).unwrap();
        assert_eq!(book.window(0, 9).unwrap(), [line("a"), line("b")]);
        assert_eq!(book.last_segment().unwrap().0, path);
        drop(book);
        assert_eq!(open().window(0, 9).unwrap(), [line("a"), line("b")]);
    }
}
