//! Gaps of a book, and what is put into them.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::LogLine;

use crate::book::Book;
use crate::files;
use crate::gap::{Bounds, Gap, GapId, GapReason, KeptGap, Remains};
use crate::key::Key;
use crate::line::{self, Head};
use crate::marks::Marks;
use crate::segment::{Carry, Segment};

/// On each side of a gap the ids of so many lines are read before lines are put into it.
const NEIGHBOURS: usize = 20_000;

/// What came of putting lines into a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfilled {
    /// How many of them were new.
    pub new: usize,
    /// The position of the first of them.
    pub at: u64,
    /// The generation in which that is so.
    pub generation: u64,
}

impl Book {
    /// The gaps, the oldest first.
    pub fn gaps(&self) -> Vec<Gap> {
        let index = self.index();
        index.gaps.iter().map(|gap| index.told(gap)).collect()
    }

    /// Notes that lines are not here: those after everything kept so far and before what is
    /// appended next. Two gaps without a line between them are one.
    ///
    /// # Errors
    /// What the disk says; the gap is not kept then.
    pub fn add_gap(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        reason: GapReason,
    ) -> io::Result<()> {
        let mut writer = self.writer();
        writer.check()?;
        self.sync(&mut writer)?;
        // Nobody else changes the index meanwhile, and who reads need not wait for the disk.
        let (last, after_lines, after) = {
            let index = self.index();
            let mut lines = index.segments.iter().rev().filter(|one| one.bytes() > 0);
            let after = index.segments.back().map_or(0, |last| last.key.sequence);
            let after_lines = lines.next().map(|one| one.key);
            (index.gaps.last().cloned(), after_lines, after)
        };
        if let Some(last) = last
            && after_lines.is_none_or(|key| key < last.key)
        {
            let bounds = Bounds {
                from: last.bounds.from.or(from),
                to: to.or(last.bounds.to),
                reason,
            };
            let gap = KeptGap { bounds, ..last };
            gap.write(&self.folder)?;
            if let Some(last) = self.index_mut().gaps.last_mut() {
                *last = gap;
            }
            return Ok(());
        }
        let gap = KeptGap {
            key: Key::gap_after(after),
            bounds: Bounds { from, to, reason },
        };
        gap.write(&self.folder)?;
        let mut index = self.index_mut();
        index.gaps.push(gap);
        index.begin(&self.folder, (self.clock)())
    }

    /// Puts lines into a gap, the oldest first: they become a segment of their own. Lines whose
    /// ids are kept near the gap already are left out. Positions after them are new ones, and so
    /// is the generation.
    ///
    /// # Errors
    /// `NotFound` where there is no such gap any more; what the disk says: nothing is kept then.
    pub fn backfill(
        &self,
        gap: &GapId,
        lines: &[LogLine],
        remains: Remains,
    ) -> io::Result<Backfilled> {
        let mut writer = self.writer();
        writer.check()?;
        let (kept, low, high) = self.around(gap)?;
        let at = self.index().told(&kept).at;
        let mut seen = self.ids_near(at)?;
        let mut text = Vec::new();
        let mut marks = Marks::default();
        let mut fresh = Vec::new();
        let near = self.limits().remembered_ids as u64;
        let is_near_end = self.total().saturating_sub(at) < near;
        for line in lines {
            if !line.id.is_empty() && !seen.insert(line.id.clone()) {
                continue;
            }
            if is_near_end {
                if !writer.seen.is_new(&line.id) {
                    continue;
                }
                fresh.push(line.id.as_str());
            }
            let begin = text.len();
            line::write(line, &mut text)?;
            marks.add(&text[begin..text.len() - 1], text.len() - begin);
        }
        let is_closed = matches!(remains, Remains::Nothing);
        if marks.lines == 0 && !is_closed {
            let generation = self.generation();
            return Ok(Backfilled {
                new: 0,
                at,
                generation,
            });
        }
        let (key, second) = keys(kept.key, low, high, remains)
            .filter(|_| text.len() as u64 <= u64::from(u32::MAX))
            .ok_or_else(|| io::Error::new(ErrorKind::StorageFull, "no room in the gap"))?;
        if let Some(second) = second {
            let bounds = kept.bounds;
            let gap = KeptGap {
                key: second,
                bounds,
            };
            gap.write(&self.folder)?;
            let mut index = self.index_mut();
            let before = index.gaps.partition_point(|one| one.key < second);
            index.gaps.insert(before, gap);
        }
        let new = marks.lines as usize;
        if new > 0 {
            let path = key.segment(&self.folder, at);
            let created = files::create(&path, &text);
            if created.is_err() {
                fresh.into_iter().for_each(|id| writer.seen.forget(id));
            }
            let stamp = created?;
            self.index_mut().insert(Segment {
                path,
                key,
                first: at,
                stamp,
                written: (self.clock)(),
                marks: Arc::new(marks),
                carry: Carry::default(),
            });
        }
        if is_closed {
            files::remove(&kept.key.gap(&self.folder))?;
            self.index_mut().gaps.retain(|one| one.key != kept.key);
        }
        let generation = self.generation();
        self.retire((self.clock)())?;
        drop(writer);
        self.tell_grown();
        Ok(Backfilled {
            new,
            at,
            generation,
        })
    }

    /// Says why what is in a gap is not here, now that more is known of it.
    ///
    /// # Errors
    /// `NotFound` where there is no such gap any more; what the disk says: it is as it was then.
    pub fn explain(&self, gap: &GapId, reason: GapReason) -> io::Result<()> {
        let writer = self.writer();
        writer.check()?;
        let (mut kept, ..) = self.around(gap)?;
        kept.bounds.reason = reason;
        kept.write(&self.folder)?;
        let mut index = self.index_mut();
        if let Some(one) = index.gaps.iter_mut().find(|one| one.key == kept.key) {
            *one = kept;
        }
        Ok(())
    }

    /// A gap, and the keys of what is before and after it.
    fn around(&self, id: &GapId) -> io::Result<(KeptGap, Key, Key)> {
        let index = self.index();
        let at = Key::parse(&id.0)
            .and_then(|key| index.gaps.iter().position(|gap| gap.key == key))
            .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "there is no such gap"))?;
        let gap = index.gaps[at].clone();
        let sequence = Key::at(gap.key.sequence);
        let next = Key::at(gap.key.sequence + 1);
        let segments = index.segments.iter().map(|segment| segment.key);
        let all = || segments.clone().chain(index.gaps.iter().map(|gap| gap.key));
        let low = all().filter(|key| *key < gap.key).max();
        let high = all().filter(|key| *key > gap.key).min();
        Ok((
            gap,
            low.map_or(sequence, |key| key.max(sequence)),
            high.map_or(next, |key| key.min(next)),
        ))
    }

    /// The ids of the lines on both sides of a position.
    fn ids_near(&self, at: u64) -> io::Result<HashSet<String>> {
        let parts = {
            let from = at.saturating_sub(NEIGHBOURS as u64);
            self.index().parts(from, 2 * NEIGHBOURS)
        };
        let mut ids = HashSet::new();
        for part in parts {
            part.read(|bytes, before| {
                if let Ok(head) = serde_json::from_slice::<Head<'_>>(bytes) {
                    ids.insert(head.id.into_owned());
                }
                ControlFlow::Continue(before)
            })?;
        }
        Ok(ids)
    }
}

/// The key for lines put into a gap, and that of a second gap before them.
fn keys(gap: Key, low: Key, high: Key, remains: Remains) -> Option<(Key, Option<Key>)> {
    match remains {
        Remains::Nothing | Remains::After => Some((low.next(gap)?, None)),
        Remains::Before => Some((gap.last_before(high)?, None)),
        Remains::Both => {
            let key = low.middle(gap)?;
            Some((key, Some(low.middle(key)?)))
        }
    }
}
