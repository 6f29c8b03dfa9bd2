//! The lines of one application in one environment.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use miso_api::{Appended, LineSink, LogLine};

use crate::append::Run;
use crate::cursor;
use crate::files;
use crate::index::Index;
use crate::limits::{Clock, Limits};
use crate::line::{self, Head};
use crate::seen::Seen;

/// The most bytes of a file that one window gives.
const WINDOW_BYTES: u64 = 4 * 1024 * 1024;

/// The lines of one application in one environment. Every method may be called from any thread
/// and waits for the disk at most; windows are read while lines are appended.
pub struct Book {
    pub(crate) folder: PathBuf,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
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
    erased: bool,
}

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
        self.index().newest
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
        loop {
            let (first, mut parts) = {
                let index = self.index();
                (index.first(), index.parts(from, count))
            };
            let mut left = WINDOW_BYTES;
            for (at, part) in parts.iter_mut().enumerate() {
                left = part.fit(left, at == 0);
            }
            let mut lines: Vec<LogLine> = Vec::new();
            let read = parts.iter().try_for_each(|part| {
                part.read(|bytes| {
                    let before = lines
                        .last()
                        .map_or(DateTime::UNIX_EPOCH, |line| line.timestamp);
                    lines.push(line::read(bytes, before));
                })
            });
            match read {
                Ok(()) => return Ok(lines),
                // The oldest segment was dropped between the two steps.
                Err(error) if error.kind() == ErrorKind::NotFound && self.first() != first => {}
                Err(error) => return Err(error),
            }
        }
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

    /// Opens the book in a folder, or begins one there.
    pub(crate) fn open(folder: PathBuf, limits: Limits, clock: Clock) -> io::Result<Self> {
        files::folder(&folder)?;
        let writer = Writer {
            seen: Seen::new(limits.remembered_ids),
            cursor: cursor::read(&folder)?,
            torn: false,
            unsynced: false,
            erased: false,
        };
        let index = RwLock::new(Index::load(&folder)?);
        let book = Self {
            folder,
            limits,
            clock,
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
        *self.index_mut() = Index::default();
    }

    /// Drops what is too old or too much. The segment that is being written is dropped for its
    /// age alone, and only after another one was begun, whose name keeps the position.
    pub(crate) fn retire(&self, now: SystemTime) -> io::Result<()> {
        let mut index = self.index_mut();
        let too_old = |written: SystemTime| {
            now.duration_since(written)
                .is_ok_and(|age| age > self.limits.age)
        };
        if index
            .segments
            .back()
            .is_some_and(|last| last.bytes > 0 && too_old(last.written))
        {
            index.begin(&self.folder, now)?;
        }
        while index.segments.len() > 1
            && (index.bytes() > self.limits.book_bytes
                || index
                    .segments
                    .front()
                    .is_some_and(|oldest| too_old(oldest.written)))
        {
            index.drop_oldest()?;
        }
        Ok(())
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&self, writer: &mut Writer) -> io::Result<()> {
        if !writer.unsynced {
            return Ok(());
        }
        let (path, _) = self.last_segment()?;
        files::append(&path)?
            .sync_data()
            .map_err(|error| files::named(error, &path))?;
        writer.unsynced = false;
        Ok(())
    }

    /// The last segment's path and bytes.
    pub(crate) fn last_segment(&self) -> io::Result<(PathBuf, u64)> {
        let index = self.index();
        let last = index
            .segments
            .back()
            .map(|last| (last.path.clone(), last.bytes));
        last.ok_or_else(|| io::Error::new(ErrorKind::NotFound, "the log book has no segment"))
    }

    // Who panicked while holding a lock left whole data behind: what is shared is only assigned
    // to, after the disk said yes.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the ids of the last lines. A book without lines has no cursor either: what the
    /// server still has is then fetched anew.
    fn remember(&self) -> io::Result<()> {
        let mut writer = self.writer();
        let mut newest = None;
        let parts = {
            let index = self.index();
            let count = self.limits.remembered_ids.max(1);
            index.parts(index.end().saturating_sub(count as u64), count)
        };
        for part in parts {
            part.read(|bytes| {
                // A line edited by hand may have no id; then there is nothing to remember.
                if let Ok(head) = serde_json::from_slice::<Head<'_>>(bytes) {
                    writer.seen.is_new(&head.id);
                    newest = Some(head.timestamp);
                }
            })?;
        }
        let mut index = self.index_mut();
        index.newest = newest;
        if index.is_empty() && writer.cursor.take().is_some() {
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
        Ok(Appended {
            total: self.total(),
            new,
        })
    }
}

impl Writer {
    fn check(&self) -> io::Result<()> {
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

    use miso_api::LogLevel;

    use super::*;

    /// A write failed in the middle of a line and the disk did not let it be taken back.
    #[test]
    fn a_piece_of_a_line_is_taken_back_before_the_next_one() {
        let root = tempfile::tempdir().unwrap();
        let open = || {
            let clock: Clock = Arc::new(SystemTime::now);
            Book::open(root.path().join("book"), Limits::default(), clock).unwrap()
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
        let (path, _) = book.last_segment().unwrap();
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
