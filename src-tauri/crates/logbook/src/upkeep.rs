//! What a book does by itself: it drops what is old or too much, and notices what others did to
//! its files.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::book::{Book, Writer};
use crate::files::{self, Stamp};
use crate::key::Key;

/// What became of a file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// What was read is what the index says.
    AsKnown,
    /// Its lines were dropped meanwhile; all others are where they were.
    Dropped,
    /// Positions are those of other lines now.
    Renumbered,
}

impl Book {
    /// Drops what is too old or too much. The segment that is being written is dropped for its
    /// age alone, and only after another one was begun, whose name keeps the position.
    pub(crate) fn retire(&self, now: SystemTime) -> io::Result<()> {
        let limits = self.limits();
        let mut index = self.index_mut();
        let too_old = |written: SystemTime| {
            now.duration_since(written)
                .is_ok_and(|age| age > limits.age)
        };
        if index
            .segments
            .back()
            .is_some_and(|last| last.bytes() > 0 && too_old(last.written))
        {
            index.begin(&self.folder, now)?;
        }
        while index.segments.len() > 1
            && (index.bytes() > limits.book_bytes
                || index
                    .segments
                    .front()
                    .is_some_and(|oldest| too_old(oldest.written)))
        {
            index.drop_oldest(&self.folder)?;
        }
        Ok(())
    }

    /// The same, while nobody adds lines.
    pub(crate) fn retire_now(&self, now: SystemTime) -> io::Result<()> {
        let _writer = self.writer();
        self.retire(now)
    }

    /// Drops a segment, if it is still the oldest and not the last.
    pub(crate) fn give_up(&self, key: Key) -> io::Result<()> {
        let _writer = self.writer();
        let mut index = self.index_mut();
        let oldest = index.segments.front().map(|oldest| oldest.key);
        if oldest != Some(key) || index.segments.len() < 2 {
            return Ok(());
        }
        index.drop_oldest(&self.folder)
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&self, writer: &mut Writer) -> io::Result<()> {
        if !writer.unsynced {
            return Ok(());
        }
        if let Ok((path, ..)) = self.last_segment() {
            files::append(&path)?
                .sync_data()
                .map_err(|error| files::named(error, &path))?;
        }
        writer.unsynced = false;
        Ok(())
    }

    /// The last segment's path, the file as it is known and where its lines end.
    pub(crate) fn last_segment(&self) -> io::Result<(PathBuf, Stamp, u64)> {
        let index = self.index();
        let last = index
            .segments
            .back()
            .map(|last| (last.path.clone(), last.stamp, last.bytes()));
        last.ok_or_else(|| io::Error::new(ErrorKind::NotFound, "the log book has no segment"))
    }

    /// Judges what was read of a segment in a generation. Where somebody else has changed the
    /// file, the index is made again.
    ///
    /// # Errors
    /// What was wrong with reading, where the index has no other explanation.
    pub(crate) fn judge(
        &self,
        generation: u64,
        key: Key,
        read: io::Result<Stamp>,
    ) -> io::Result<Seen> {
        let now = |stamp: Option<Stamp>| -> Option<Seen> {
            let index = self.index();
            if index.generation != generation {
                return Some(Seen::Renumbered);
            }
            let Some(segment) = index.segment(key) else {
                return Some(Seen::Dropped);
            };
            (Some(segment.stamp) == stamp).then_some(Seen::AsKnown)
        };
        let stamp = read.as_ref().ok().copied();
        if let Some(seen) = now(stamp) {
            return Ok(seen);
        }
        // Who appends has written and not yet told; after that the answer is final.
        let mut writer = self.writer();
        let known = self
            .index()
            .segment(key)
            .map(|one| (one.path.clone(), one.stamp));
        let Some((path, stamp)) = known else {
            return Ok(now(None).unwrap_or(Seen::Dropped));
        };
        let is_last = self
            .index()
            .segments
            .back()
            .is_some_and(|last| last.key == key);
        if writer.torn && is_last {
            // The piece after its lines is ours.
            return read.map(|_| Seen::AsKnown);
        }
        let is_as_known = std::fs::metadata(&path).is_ok_and(|about| Stamp::from(&about) == stamp);
        if is_as_known && self.index().generation == generation {
            // Whole lines were added while it was read, and nothing else.
            return read.map(|_| Seen::AsKnown);
        }
        if !is_as_known {
            self.reload(&mut writer)?;
        }
        Ok(Seen::Renumbered)
    }

    /// Makes the index again. What is written next goes to a segment of its own.
    pub(crate) fn reload(&self, writer: &mut Writer) -> io::Result<()> {
        tracing::warn!(folder = %self.folder.display(), "the segments were changed by somebody else");
        let fresh = self.index().reload(&self.folder)?;
        *self.index_mut() = fresh;
        writer.is_sealed = true;
        writer.torn = false;
        Ok(())
    }
}
