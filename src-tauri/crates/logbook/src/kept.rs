//! What is kept in all books together, and how much of it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use crate::about;
use crate::files::{self, Stamp};
use crate::key::{Key, Named};
use crate::lock::lock;
use crate::logbook::{BookKey, Logbook, Shelf};

/// Connection, account, application, environment.
const DEPTH: usize = 4;

/// What is kept of one book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which book; `None` where its folder does not say.
    pub key: Option<BookKey>,
    /// Bytes of its segments.
    pub bytes: u64,
    /// When its oldest segment was last written to.
    pub oldest: Option<SystemTime>,
    /// When its newest segment was last written to.
    pub newest: Option<SystemTime>,
}

impl Logbook {
    /// What is kept, the largest book first. Opens none.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn kept(&self) -> io::Result<Vec<Kept>> {
        let mut all = Vec::new();
        for folder in self.shelf().folders()? {
            let files = segments(&folder)?;
            let written = || files.iter().map(|file| file.stamp.modified);
            all.push(Kept {
                key: about::read(&folder).map(|about| about.key),
                bytes: files.iter().map(|file| file.stamp.bytes).sum(),
                oldest: written().min(),
                newest: written().max(),
            });
        }
        all.sort_by_key(|kept| std::cmp::Reverse(kept.bytes));
        Ok(all)
    }

    /// The most bytes of all books together.
    pub fn total_bytes(&self) -> u64 {
        self.shelf().total_bytes.load(Ordering::SeqCst)
    }

    /// Changes it, and drops what is beyond it.
    ///
    /// # Errors
    /// As [`Logbook::retire`].
    pub fn set_total_bytes(&self, bytes: u64) -> io::Result<()> {
        self.shelf().total_bytes.store(bytes, Ordering::SeqCst);
        self.shelf().retire_total()
    }

    /// Changes how long the lines of each book are kept, of those that are not open too, and how
    /// many bytes all of them have, and drops what is beyond it.
    ///
    /// # Errors
    /// As [`Logbook::retire`].
    pub fn keep(&self, total_bytes: u64, age_of: impl Fn(&BookKey) -> Duration) -> io::Result<()> {
        let shelf = self.shelf();
        shelf.total_bytes.store(total_bytes, Ordering::SeqCst);
        for folder in shelf.folders()? {
            let Some(about) = about::read(&folder) else {
                continue;
            };
            let age = age_of(&about.key);
            match shelf.opened_in(&folder) {
                Some(book) => {
                    let limits = book.limits();
                    book.set_limits(crate::Limits { age, ..limits })?;
                }
                None => about::set_age(&folder, age)?,
            }
        }
        self.retire()
    }

    /// Drops what is too old, in books that are not open too, and what is too much in all. An
    /// open book does the first by itself when lines come, and every book the second when it
    /// begins a segment.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn retire(&self) -> io::Result<()> {
        let now = (self.shelf().clock)();
        for folder in self.shelf().folders()? {
            if let Some(book) = self.shelf().opened_in(&folder) {
                book.retire_now(now)?;
                continue;
            }
            let Some(about) = about::read(&folder) else {
                continue;
            };
            let age = Duration::from_secs(about.age_seconds);
            let is_old = |file: &SegmentFile| {
                let since = now.duration_since(file.stamp.modified);
                file.stamp.bytes > 0 && since.is_ok_and(|since| since > age)
            };
            let files = segments(&folder)?;
            let (last, others) = match files.split_last() {
                Some((last, others)) => (last, others),
                None => continue,
            };
            if is_old(last) {
                // Its name must keep the position: that takes an open book.
                let limits = crate::Limits {
                    age,
                    ..self.shelf().limits
                };
                self.shelf().book(&about.key, Some(limits))?;
                continue;
            }
            for file in others.iter().take_while(|file| is_old(file)) {
                files::remove(&file.path)?;
            }
        }
        self.shelf().retire_total()
    }
}

impl Shelf {
    /// Drops the oldest segments of all books until what is left is within the total. Of each book
    /// the last one stays as long as others have more.
    pub(crate) fn retire_total(self: &std::sync::Arc<Self>) -> io::Result<()> {
        let _alone = lock(&self.retiring);
        let most = self.total_bytes.load(Ordering::SeqCst);
        let mut books = Vec::new();
        for folder in self.folders()? {
            let files = segments(&folder)?;
            books.push((folder, files));
        }
        let all = books.iter().flat_map(|(_, files)| files);
        let mut bytes: u64 = all.map(|file| file.stamp.bytes).sum();
        while bytes > most {
            let spare = books.iter_mut().filter(|(_, files)| files.len() > 1);
            let Some((folder, files)) = spare.min_by_key(|(_, files)| files[0].stamp.modified)
            else {
                break;
            };
            let oldest = files.remove(0);
            match self.opened_in(folder) {
                Some(book) => book.give_up(oldest.key)?,
                None => files::remove(&oldest.path)?,
            }
            bytes -= oldest.stamp.bytes.min(bytes);
        }
        Ok(())
    }

    /// The folders of all books.
    fn folders(&self) -> io::Result<Vec<PathBuf>> {
        let mut level = vec![self.root.clone()];
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for folder in level {
                for path in entries(&folder)? {
                    if path.is_dir() {
                        next.push(path);
                    }
                }
            }
            level = next;
        }
        level.sort();
        Ok(level)
    }
}

/// A segment that may belong to a book that is not open.
struct SegmentFile {
    key: Key,
    path: PathBuf,
    stamp: Stamp,
}

/// The segments in a folder, the oldest first.
fn segments(folder: &Path) -> io::Result<Vec<SegmentFile>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let Some(Named::Segment(key, _)) = Named::parse(&path) else {
            continue;
        };
        // One that is gone by now was dropped by its book.
        if let Ok(about) = fs::metadata(&path) {
            let stamp = Stamp::from(&about);
            found.push(SegmentFile { key, path, stamp });
        }
    }
    found.sort_by_key(|file| file.key);
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| files::named(error, folder))?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<io::Result<_>>()
        .map_err(|error| files::named(error, folder))
}
