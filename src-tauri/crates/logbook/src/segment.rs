//! One file of lines.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::files;

const BLOCK: usize = 256 * 1024;
const EXTENSION: &str = "jsonl";

/// A file of lines, and where each of them begins.
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    /// Orders the segments of a book, from 1.
    pub(crate) sequence: u64,
    /// The position of its first line.
    pub(crate) first: u64,
    /// Bytes of whole lines.
    pub(crate) bytes: u64,
    /// When it was last written to.
    pub(crate) written: SystemTime,
    starts: Vec<u32>,
}

/// What a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    pub(crate) sequence: u64,
    pub(crate) first: u64,
}

impl Named {
    /// Reads `00000001-00000000000000000000.jsonl`; `None` for every other file.
    pub(crate) fn parse(path: &Path) -> Option<Self> {
        if path.extension()? != EXTENSION {
            return None;
        }
        let (sequence, first) = path.file_stem()?.to_str()?.split_once('-')?;
        Some(Self {
            sequence: sequence.parse().ok()?,
            first: first.parse().ok()?,
        })
    }

    /// The file's path; names sort as the segments do.
    pub(crate) fn path(self, folder: &Path) -> PathBuf {
        folder.join(format!(
            "{:08}-{:020}.{EXTENSION}",
            self.sequence, self.first
        ))
    }
}

impl Segment {
    /// Makes an empty one, on disk too: its name keeps the position.
    pub(crate) fn create(folder: &Path, named: Named, now: SystemTime) -> io::Result<Self> {
        let path = named.path(folder);
        files::append(&path)?;
        Ok(Self {
            path,
            sequence: named.sequence,
            first: named.first,
            bytes: 0,
            written: now,
            starts: Vec::new(),
        })
    }

    /// Reads where the lines of a file begin. Of the last segment what follows the last line end
    /// is cut off: a line that was being written when the process ended.
    pub(crate) fn scan(path: PathBuf, named: Named, is_last: bool) -> io::Result<Self> {
        let (starts, whole, bytes, written) =
            scan(&path).map_err(|error| files::named(error, &path))?;
        let mut segment = Self {
            path,
            sequence: named.sequence,
            first: named.first,
            bytes,
            written,
            starts,
        };
        if is_last && whole < bytes {
            let cut = bytes - whole;
            tracing::info!(path = %segment.path.display(), cut, "a torn last line was dropped");
            segment.truncate(whole)?;
        }
        Ok(segment)
    }

    /// One past its last position.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.starts.len() as u64
    }

    /// Whether so many bytes fit before the file grows beyond `most`, or beyond what a start can
    /// name.
    pub(crate) fn has_room(&self, adding: usize, most: u64) -> bool {
        self.bytes + adding as u64 <= most.min(u64::from(u32::MAX))
    }

    /// Adds lines that were written at the end, by their lengths.
    pub(crate) fn extend(&mut self, lengths: &[usize], now: SystemTime) {
        for length in lengths {
            // Fits: `has_room` was asked, or it is the first.
            self.starts.push(self.bytes as u32);
            self.bytes += *length as u64;
        }
        self.written = now;
    }

    /// Where the lines of a range of positions are. The range must overlap.
    pub(crate) fn part(&self, from: u64, to: u64) -> Part {
        let (from, to) = (
            from.max(self.first) - self.first,
            to.min(self.end()) - self.first,
        );
        let (from, to) = (from as usize, to as usize);
        let end = self
            .starts
            .get(to)
            .map_or(self.bytes, |start| u64::from(*start));
        Part {
            path: self.path.clone(),
            starts: self.starts[from..to].to_vec(),
            end,
        }
    }

    fn truncate(&mut self, to: u64) -> io::Result<()> {
        files::append(&self.path)?
            .set_len(to)
            .map_err(|error| files::named(error, &self.path))?;
        self.bytes = to;
        self.starts.retain(|start| u64::from(*start) < to);
        Ok(())
    }
}

/// Some lines of one file.
pub(crate) struct Part {
    path: PathBuf,
    starts: Vec<u32>,
    end: u64,
}

impl Part {
    /// Leaves out the lines from where `left` bytes are used up; what is left then. The first line
    /// is always given where `must_have` says so.
    pub(crate) fn fit(&mut self, left: u64, must_have: bool) -> u64 {
        let Some(first) = self.starts.first().map(|start| u64::from(*start)) else {
            return left;
        };
        // The end of each line is the start of the next.
        let ends = self.starts.iter().skip(1).map(|start| u64::from(*start));
        let fitting = ends
            .chain([self.end])
            .take_while(|end| end - first <= left)
            .count();
        let fitting = fitting.max(usize::from(must_have));
        if let Some(start) = self.starts.get(fitting) {
            self.end = u64::from(*start);
            self.starts.truncate(fitting);
            return 0;
        }
        left.saturating_sub(self.end - first)
    }

    /// Gives each line without its line end.
    pub(crate) fn read(&self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let Some(first) = self.starts.first().map(|start| u64::from(*start)) else {
            return Ok(());
        };
        let bytes = files::read_range(&self.path, first, (self.end - first) as usize)?;
        let ends = self
            .starts
            .iter()
            .skip(1)
            .map(|start| u64::from(*start))
            .chain([self.end]);
        for (start, end) in self.starts.iter().zip(ends) {
            let line = &bytes[(u64::from(*start) - first) as usize..(end - first) as usize];
            take(line.strip_suffix(b"\n").unwrap_or(line));
        }
        Ok(())
    }
}

/// Starts of lines, bytes of whole lines, bytes in all, time of the last write.
fn scan(path: &Path) -> io::Result<(Vec<u32>, u64, u64, SystemTime)> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if about.len() > u64::from(u32::MAX) {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "a segment of 4 GiB is not ours",
        ));
    }
    let mut starts = Vec::new();
    let (mut whole, mut at) = (0, 0_u64);
    let mut block = vec![0; BLOCK];
    loop {
        let length = match file.read(&mut block) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for end in memchr::memchr_iter(b'\n', &block[..length]) {
            starts.push(whole as u32);
            whole = at + end as u64 + 1;
        }
        at += length as u64;
    }
    if whole < at {
        starts.push(whole as u32);
    }
    starts.shrink_to_fit();
    Ok((starts, whole, at, about.modified()?))
}
