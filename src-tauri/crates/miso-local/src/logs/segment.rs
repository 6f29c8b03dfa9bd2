//! One file of a log, read as a whole: it is bounded.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::line::StoredLine;

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The id of its first line; its name.
    pub(super) first: u64,
    /// When its first line was written.
    pub(super) began: DateTime<Utc>,
    /// Bytes of whole lines in it.
    pub(super) bytes: u64,
}

impl Segment {
    /// The name of the file whose first line has that id.
    pub(super) fn name(first: u64) -> String {
        format!("{first:020}.jsonl")
    }

    /// The id in a file's name.
    pub(super) fn first_in(name: &str) -> Option<u64> {
        let digits = name.strip_suffix(".jsonl")?;
        (digits.len() == 20).then(|| digits.parse().ok()).flatten()
    }

    /// When a file's first line was written; `None` where it has no whole line.
    ///
    /// # Errors
    /// Where the file cannot be read, or no line of it understood.
    pub(super) fn began(path: &Path) -> io::Result<Option<DateTime<Utc>>> {
        let mut file = BufReader::new(File::open(path)?);
        let mut line = Vec::new();
        let mut unreadable = None;
        loop {
            line.clear();
            file.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                return unreadable.map_or(Ok(None), Err);
            }
            match serde_json::from_slice::<Head>(&line) {
                Ok(head) => return Ok(Some(head.at)),
                Err(error) => unreadable = Some(io::Error::other(error)),
            }
        }
    }

    /// Reads the file. One that rotation took away meanwhile has no lines.
    pub(super) fn load(&self, folder: &Path) -> io::Result<Loaded> {
        let mut content = Vec::with_capacity(self.bytes as usize);
        match File::open(folder.join(Self::name(self.first))) {
            Ok(file) => file.take(self.bytes).read_to_end(&mut content)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Loaded::new(content))
    }
}

/// The lines of a file.
pub(super) struct Loaded {
    content: Vec<u8>,
    /// Where each line begins, and where the last one ends.
    bounds: Vec<usize>,
}

/// The part of a line that is searched for.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) id: u64,
    pub(super) at: DateTime<Utc>,
}

impl Loaded {
    pub(super) fn new(content: Vec<u8>) -> Self {
        let ends = content
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n');
        let bounds = std::iter::once(0)
            .chain(ends.map(|(at, _)| at + 1))
            .collect();
        Self { content, bounds }
    }

    /// Whole lines in it.
    pub(super) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Bytes of whole lines in it.
    pub(super) fn whole_bytes(&self) -> usize {
        self.bounds.last().copied().unwrap_or(0)
    }

    /// The line; `None` where it cannot be understood: one line that a disk or an editor spoilt
    /// must not hide the others.
    pub(super) fn line(&self, index: usize) -> Option<StoredLine> {
        let line = self.parse(index);
        if line.is_none() {
            tracing::warn!(index, "a log line cannot be understood; it is left out");
        }
        line
    }

    /// The first line at `index` or after it that can be understood.
    pub(super) fn head_from(&self, index: usize) -> Option<Head> {
        (index..self.len()).find_map(|index| self.parse(index))
    }

    /// The last line that can be understood.
    pub(super) fn last_head(&self) -> Option<Head> {
        (0..self.len()).rev().find_map(|index| self.parse(index))
    }

    /// The first line for which `before` does not hold; it must hold for the first so many lines
    /// and for none after. Lines that cannot be understood may be on either side.
    pub(super) fn partition(&self, before: impl Fn(&Head) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let readable =
                (middle..high).find_map(|index| Some((index, self.parse::<Head>(index)?)));
            match readable {
                Some((index, head)) if before(&head) => low = index + 1,
                Some(_) | None => high = middle,
            }
        }
        low
    }

    fn parse<'a, T: Deserialize<'a>>(&'a self, index: usize) -> Option<T> {
        let bounds = self.bounds.get(index..index + 2)?;
        let line = self.content.get(bounds[0]..bounds[1])?;
        serde_json::from_slice(line).ok()
    }
}
