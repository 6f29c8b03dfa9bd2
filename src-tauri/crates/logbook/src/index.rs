//! Where the lines of a book are.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::files;
use crate::segment::{Named, Part, Segment};

/// The segments of a book, the oldest first.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) segments: VecDeque<Segment>,
    /// When the last line was written.
    pub(crate) newest: Option<DateTime<Utc>>,
}

impl Index {
    /// Reads the folder of a book. Positions count on from the name of the first segment: where
    /// lines were added or removed by hand, the names of the others are no longer true.
    pub(crate) fn load(folder: &Path) -> io::Result<Self> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| files::named(error, folder))? {
            let path = entry?.path();
            if let Some(named) = Named::parse(&path) {
                found.push((named, path));
            }
        }
        found.sort();
        let mut index = Self::default();
        let last = found.len().saturating_sub(1);
        for (at, (named, path)) in found.into_iter().enumerate() {
            let first = index.segments.back().map_or(named.first, Segment::end);
            let named = Named { first, ..named };
            index
                .segments
                .push_back(Segment::scan(path, named, at == last)?);
        }
        Ok(index)
    }

    pub(crate) fn first(&self) -> u64 {
        self.segments.front().map_or(0, |segment| segment.first)
    }

    pub(crate) fn end(&self) -> u64 {
        self.segments.back().map_or(0, Segment::end)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first() == self.end()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Where the kept lines among `count` lines from `from` on are.
    pub(crate) fn parts(&self, from: u64, count: usize) -> Vec<Part> {
        let to = from.saturating_add(count as u64).min(self.end());
        let from = from.max(self.first());
        if from >= to {
            return Vec::new();
        }
        let begin = self
            .segments
            .partition_point(|segment| segment.end() <= from);
        let overlapping = self
            .segments
            .iter()
            .skip(begin)
            .take_while(|one| one.first < to);
        overlapping.map(|segment| segment.part(from, to)).collect()
    }

    /// Begins a new segment after the last.
    pub(crate) fn begin(&mut self, folder: &Path, now: SystemTime) -> io::Result<()> {
        let sequence = self.segments.back().map_or(1, |last| last.sequence + 1);
        let named = Named {
            sequence,
            first: self.end(),
        };
        self.segments
            .push_back(Segment::create(folder, named, now)?);
        Ok(())
    }

    /// Takes the oldest segment from the disk and from here.
    pub(crate) fn drop_oldest(&mut self) -> io::Result<()> {
        if let Some(oldest) = self.segments.front() {
            files::remove(&oldest.path)?;
            self.segments.pop_front();
        }
        if self.is_empty() {
            self.newest = None;
        }
        Ok(())
    }
}
