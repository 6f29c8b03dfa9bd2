//! Where the lines of a book are.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::files::{self, Stamp};
use crate::gap::{Gap, GapId, KeptGap};
use crate::key::{Key, Named};
use crate::lock::lock;
use crate::segment::{Part, Segment};

/// The segments of a book, the oldest first, and the gaps between them.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) segments: VecDeque<Segment>,
    /// In the order of their keys.
    pub(crate) gaps: Vec<KeptGap>,
    /// Counts how often positions have become those of other lines.
    pub(crate) generation: u64,
    /// How they did, as far as every line has a new position.
    shifts: Vec<Shift>,
    /// The position of the first line where there is no segment yet.
    base: u64,
}

/// From this generation on, lines from a position on stand so many further back.
#[derive(Clone, Copy, Debug)]
struct Shift {
    generation: u64,
    at: u64,
    by: u64,
}

impl Index {
    /// Reads the folder of a book for the first time.
    pub(crate) fn load(folder: &Path) -> io::Result<Self> {
        Self::read(folder, None)
    }

    /// Reads the folder again after somebody else has changed it. What is as it was keeps its
    /// marks, and no torn line is cut off: it may be somebody's note.
    pub(crate) fn reload(&self, folder: &Path) -> io::Result<Self> {
        Self::read(folder, Some(self))
    }

    /// One without lines, which no position of before is good for.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            generation: self.generation + 1,
            ..Self::default()
        }
    }

    pub(crate) fn first(&self) -> u64 {
        self.segments
            .front()
            .map_or(self.base, |segment| segment.first)
    }

    pub(crate) fn end(&self) -> u64 {
        self.segments.back().map_or(self.base, Segment::end)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first() == self.end()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().map(Segment::bytes).sum()
    }

    /// When the last readable line was written.
    pub(crate) fn newest(&self) -> Option<DateTime<Utc>> {
        let mut newest = self.segments.iter().rev();
        newest.find_map(|segment| segment.marks.before)
    }

    /// When the first readable line was written.
    pub(crate) fn oldest(&self) -> Option<DateTime<Utc>> {
        let mut oldest = self.segments.iter();
        oldest.find_map(|segment| segment.marks.opens)
    }

    pub(crate) fn segment(&self, key: Key) -> Option<&Segment> {
        let at = self.segments.binary_search_by_key(&key, |one| one.key);
        self.segments.get(at.ok()?)
    }

    /// The kept lines among `count` lines from `from` on.
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

    /// Begins a new segment after everything.
    pub(crate) fn begin(&mut self, folder: &Path, now: SystemTime) -> io::Result<()> {
        let lines = self.segments.back().map(|last| last.key.sequence);
        let gap = self.gaps.last().map(|last| last.key.sequence);
        let sequence = lines.max(gap).unwrap_or(0) + 1;
        let mut segment = Segment::create(folder, Key::at(sequence), self.end(), now)?;
        segment.carry = self
            .segments
            .back()
            .map(Segment::leaves)
            .unwrap_or_default();
        self.segments.push_back(segment);
        Ok(())
    }

    /// Takes the oldest segment from the disk and from here, with the gaps before the next one.
    pub(crate) fn drop_oldest(&mut self, folder: &Path) -> io::Result<()> {
        let Some(oldest) = self.segments.front() else {
            return Ok(());
        };
        files::remove(&oldest.path)?;
        self.base = oldest.end();
        self.segments.pop_front();
        let kept_from = self.segments.front().map(|segment| segment.key);
        while let Some(gap) = self.gaps.first()
            && kept_from.is_some_and(|key| gap.key < key)
        {
            files::remove(&gap.key.gap(folder))?;
            self.gaps.remove(0);
        }
        Ok(())
    }

    /// Puts a segment between the others. Positions after it are new ones.
    pub(crate) fn insert(&mut self, segment: Segment) {
        let key = segment.key;
        let by = u64::from(segment.marks.lines);
        let before = self.segments.partition_point(|one| one.key < key);
        let at = self
            .segments
            .get(before)
            .map_or(self.end(), |one| one.first);
        self.base = self.first();
        self.segments.insert(before, segment);
        self.renumber();
        if by > 0 {
            self.generation += 1;
            let generation = self.generation;
            self.shifts.push(Shift { generation, at, by });
        }
    }

    /// Where the line is now that was at a position; `None` where that is not known.
    pub(crate) fn moved(&self, generation: u64, position: u64) -> Option<u64> {
        let known = self.generation - self.shifts.len() as u64;
        if generation < known || generation > self.generation {
            return None;
        }
        let later = self.shifts.iter().filter(|one| one.generation > generation);
        Some(later.fold(position, |position, shift| {
            position + if position >= shift.at { shift.by } else { 0 }
        }))
    }

    /// A gap as it is told.
    pub(crate) fn told(&self, gap: &KeptGap) -> Gap {
        let after = self
            .segments
            .partition_point(|segment| segment.key < gap.key);
        let mut older = self.segments.iter().take(after).rev();
        let mut newer = self.segments.iter().skip(after);
        Gap {
            id: GapId(gap.key.to_string()),
            at: self.segments.get(after).map_or(self.end(), |one| one.first),
            from: older.find_map(|one| one.marks.before).or(gap.bounds.from),
            to: newer.find_map(|one| one.marks.opens).or(gap.bounds.to),
            reason: gap.bounds.reason,
        }
    }

    /// Gives every segment its first position and what those before leave to it.
    fn renumber(&mut self) {
        let mut first = self.base;
        let mut carry = self
            .segments
            .front()
            .map(|front| front.carry)
            .unwrap_or_default();
        for segment in &mut self.segments {
            segment.first = first;
            segment.carry = carry;
            first = segment.end();
            carry = segment.leaves();
        }
    }

    fn read(folder: &Path, old: Option<&Self>) -> io::Result<Self> {
        let (found, gaps) = found(folder)?;
        let base = match (old, found.first()) {
            (Some(old), Some((key, named, _))) => {
                old.segment(*key).map_or(*named, |segment| segment.first)
            }
            (Some(old), None) => old.end(),
            (None, Some((_, named, _))) => *named,
            (None, None) => 0,
        };
        let mut index = Self {
            segments: scan_all(found, old)?.into(),
            gaps,
            generation: old.map_or(0, |old| old.generation + 1),
            shifts: Vec::new(),
            base,
        };
        index.renumber();
        Ok(index)
    }
}

/// Key, position by name, path.
type Found = (Key, u64, PathBuf);

/// The segments and gaps of a folder, in order.
fn found(folder: &Path) -> io::Result<(Vec<Found>, Vec<KeptGap>)> {
    let (mut segments, mut gaps): (Vec<Found>, Vec<KeptGap>) = Default::default();
    for entry in fs::read_dir(folder).map_err(|error| files::named(error, folder))? {
        let path = entry.map_err(|error| files::named(error, folder))?.path();
        match Named::parse(&path) {
            Some(Named::Segment(key, first)) => segments.push((key, first, path)),
            Some(Named::Gap(key)) => gaps.push(KeptGap::read(path, key)?),
            None => {}
        }
    }
    segments.sort();
    gaps.sort_by_key(|gap| gap.key);
    Ok((segments, gaps))
}

/// Reads files on all cores. Positions count on from the first: where lines were added or removed
/// by hand, the names of the others are no longer true.
fn scan_all(found: Vec<Found>, old: Option<&Index>) -> io::Result<Vec<Segment>> {
    let last = found.len().saturating_sub(1);
    let next = AtomicUsize::new(0);
    let scanned = Mutex::new(Vec::with_capacity(found.len()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((key, _, path)) = found.get(at) else {
                break;
            };
            let known = old.and_then(|old| unchanged(old, *key, path));
            let segment = known.map_or_else(
                || Segment::scan(path.clone(), *key, old.is_none() && at == last),
                Ok,
            );
            lock(&scanned).push(segment);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..threads.min(found.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut segments = Vec::with_capacity(found.len());
    let scanned = scanned.into_inner();
    for segment in scanned.unwrap_or_else(std::sync::PoisonError::into_inner) {
        match segment {
            Ok(segment) => segments.push(segment),
            // Somebody removed it between the two steps.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    segments.sort_by_key(|segment| segment.key);
    Ok(segments)
}

fn unchanged(old: &Index, key: Key, path: &Path) -> Option<Segment> {
    let known = old.segment(key).filter(|one| one.path == path)?;
    let about = fs::metadata(path).ok()?;
    (Stamp::from(&about) == known.stamp).then(|| known.clone())
}
