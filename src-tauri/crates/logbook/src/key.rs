//! The names of files in a book's folder, and their order.

use std::path::{Path, PathBuf};

/// Ends the name of a segment.
const SEGMENT: &str = "jsonl";
/// Ends the name of a gap.
const GAP: &str = "gap";

/// Orders the segments and gaps of a book. What comes as it is written has a sequence of its own,
/// from 1; between two of these there is room for gaps and for what is put into them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) sequence: u64,
    pub(crate) part: u32,
}

/// What a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// Lines, and the position of the first of them when they were written.
    Segment(Key, u64),
    /// Lines that are not here.
    Gap(Key),
}

impl Key {
    /// A part is below this.
    const PARTS: u32 = 100_000_000;

    /// The key of what is appended.
    pub(crate) fn at(sequence: u64) -> Self {
        Self { sequence, part: 0 }
    }

    /// A key for a gap after everything that has this sequence, or between two others.
    pub(crate) fn gap_after(sequence: u64) -> Self {
        Self {
            sequence,
            part: Self::PARTS / 2,
        }
    }

    /// The key right after this one, if it is before `end`.
    pub(crate) fn next(self, end: Self) -> Option<Self> {
        let next = Self {
            part: self.part + 1,
            ..self
        };
        (next < end && next.part < Self::PARTS).then_some(next)
    }

    /// The last key of the same sequence before `end`.
    pub(crate) fn last_before(self, end: Self) -> Option<Self> {
        let part = if end.sequence == self.sequence {
            end.part.checked_sub(1)?
        } else {
            Self::PARTS - 1
        };
        let last = Self { part, ..self };
        (last > self).then_some(last)
    }

    /// The key halfway between two parts of this sequence.
    pub(crate) fn middle(self, end: Self) -> Option<Self> {
        let last = self.last_before(end)?;
        let part = self.part + (last.part - self.part).div_ceil(2);
        Some(Self { part, ..self })
    }

    /// The path of a segment with this key; names sort as the keys do.
    pub(crate) fn segment(self, folder: &Path, first: u64) -> PathBuf {
        folder.join(format!("{self}-{first:020}.{SEGMENT}"))
    }

    /// The path of a gap with this key.
    pub(crate) fn gap(self, folder: &Path) -> PathBuf {
        folder.join(format!("{self}.{GAP}"))
    }

    /// Reads what `Display` wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (sequence, part) = match text.split_once('.') {
            Some((sequence, part)) => (sequence, part.parse().ok()?),
            None => (text, 0),
        };
        let key = Self {
            sequence: sequence.parse().ok()?,
            part,
        };
        (part < Self::PARTS).then_some(key)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sequence, part } = self;
        if *part == 0 {
            return write!(f, "{sequence:08}");
        }
        write!(f, "{sequence:08}.{part:08}")
    }
}

impl Named {
    /// Reads `00000001-00000000000000000000.jsonl`, the same with `00000001.00000001`, or
    /// `00000001.50000000.gap`; `None` for every other file.
    pub(crate) fn parse(path: &Path) -> Option<Self> {
        let stem = path.file_stem()?.to_str()?;
        let extension = path.extension()?;
        if extension == GAP {
            return Key::parse(stem).map(Self::Gap);
        }
        if extension != SEGMENT {
            return None;
        }
        let (key, first) = stem.split_once('-')?;
        Some(Self::Segment(Key::parse(key)?, first.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_read_and_sort_as_keys_do() {
        let folder = Path::new("/x");
        let lower = Key {
            sequence: 3,
            part: 1,
        };
        let names = [
            Key::at(3).segment(folder, 7),
            lower.segment(folder, 7),
            Key::gap_after(3).gap(folder),
            lower.last_before(Key::at(4)).unwrap().segment(folder, 7),
            Key::at(4).segment(folder, 7),
        ];
        assert!(names.is_sorted());
        assert_eq!(Named::parse(&names[1]), Some(Named::Segment(lower, 7)));
        assert_eq!(Named::parse(&names[2]), Some(Named::Gap(Key::gap_after(3))));
        for name in [
            "a.gap",
            "1-x.jsonl",
            "1.999999999.gap",
            "notes.txt",
            "1.jsonl",
        ] {
            assert_eq!(Named::parse(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn there_is_room_between_keys() {
        let (low, high) = (Key::at(3), Key::gap_after(3));
        assert_eq!(low.next(high).unwrap().part, 1);
        assert_eq!(high.last_before(Key::at(4)).unwrap().part, 99_999_999);
        assert_eq!(low.middle(high).unwrap().part, 25_000_000);
        let one = Key {
            sequence: 3,
            part: 1,
        };
        assert_eq!(
            (low.next(one), low.last_before(one), low.middle(one)),
            (None, None, None)
        );
    }
}
