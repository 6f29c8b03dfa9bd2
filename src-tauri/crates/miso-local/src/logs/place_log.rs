//! The log of one application in one environment. Ids count up by one and never start again;
//! times never go back, so both can be searched by halving.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};

use super::line::{Said, StoredLine};
use super::segment::Segment;
use crate::private_file;

/// A file that is longer is followed by another.
const SEGMENT_BYTES: u64 = 2 * 1024 * 1024;
/// How many files are kept; the oldest go first.
const SEGMENTS: usize = 8;

/// A log that is appended to by one and read by many.
pub(crate) struct PlaceLog {
    folder: PathBuf,
    segment_bytes: u64,
    state: Mutex<State>,
}

struct State {
    segments: Vec<Segment>,
    /// The last segment's file.
    file: Option<File>,
    next: u64,
    newest: DateTime<Utc>,
}

/// A log as it was at one moment; lines that come later are not in it.
pub(super) struct Snapshot {
    pub(super) folder: PathBuf,
    pub(super) segments: Vec<Segment>,
    /// The id that the next line will have.
    pub(super) next: u64,
}

impl PlaceLog {
    /// Opens the log in a folder, or begins one there. A line that a crash tore is cut off.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        Self::with_segments_of(folder, SEGMENT_BYTES)
    }

    pub(super) fn with_segments_of(folder: PathBuf, segment_bytes: u64) -> io::Result<Self> {
        private_file::folder(&folder)?;
        let mut firsts: Vec<u64> = fs::read_dir(&folder)?
            .map(|entry| Ok(entry?.file_name().to_str().and_then(Segment::first_in)))
            .filter_map(Result::transpose)
            .collect::<io::Result<_>>()?;
        firsts.sort_unstable();
        let mut segments = Vec::new();
        for first in &firsts {
            let path = folder.join(Segment::name(*first));
            let bytes = fs::metadata(&path)?.len();
            if let Some(began) = Segment::began(&path)? {
                segments.push(Segment {
                    first: *first,
                    began,
                    bytes,
                });
            }
        }
        let (mut next, mut newest) = (
            firsts.last().copied().unwrap_or(1),
            DateTime::<Utc>::MIN_UTC,
        );
        if let Some(last) = segments.last_mut() {
            let loaded = last.load(&folder)?;
            let whole = loaded.whole_bytes() as u64;
            if whole < last.bytes {
                let path = folder.join(Segment::name(last.first));
                OpenOptions::new().write(true).open(path)?.set_len(whole)?;
                last.bytes = whole;
            }
            let head = loaded.head(loaded.len() - 1)?;
            (next, newest) = (head.id + 1, head.at);
        }
        let state = State {
            segments,
            file: None,
            next,
            newest,
        };
        Ok(Self {
            folder,
            segment_bytes,
            state: Mutex::new(state),
        })
    }

    /// Adds a line; it is in the file when this returns.
    pub(crate) fn append(&self, now: DateTime<Utc>, said: Said) -> io::Result<()> {
        let mut state = self.lock();
        let line = StoredLine {
            id: state.next,
            at: now.trunc_subsecs(3).max(state.newest),
            said,
        };
        let mut text = serde_json::to_vec(&line).map_err(io::Error::other)?;
        text.push(b'\n');
        self.make_room(&mut state, &line)?;
        let State {
            segments,
            file: Some(file),
            ..
        } = &mut *state
        else {
            return Err(io::Error::other("the log has no file"));
        };
        let Some(segment) = segments.last_mut() else {
            return Err(io::Error::other("the log has no segment"));
        };
        if let Err(error) = file.write_all(&text) {
            // Half a line must not stand in front of the next one.
            file.set_len(segment.bytes)?;
            return Err(error);
        }
        segment.bytes += text.len() as u64;
        state.next = line.id + 1;
        state.newest = line.at;
        Ok(())
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let state = self.lock();
        Snapshot {
            folder: self.folder.clone(),
            segments: state.segments.clone(),
            next: state.next,
        }
    }

    /// Opens the file the line goes to, a new one where the last is full.
    fn make_room(&self, state: &mut State, line: &StoredLine) -> io::Result<()> {
        let full = state
            .segments
            .last()
            .is_none_or(|segment| segment.bytes >= self.segment_bytes);
        if full {
            let path = self.folder.join(Segment::name(line.id));
            let file = private_file::append(&path)?;
            file.set_len(0)?;
            state.file = Some(file);
            state.segments.push(Segment {
                first: line.id,
                began: line.at,
                bytes: 0,
            });
            return self.drop_oldest(state);
        }
        if let (None, Some(segment)) = (&state.file, state.segments.last()) {
            state.file = Some(private_file::append(
                &self.folder.join(Segment::name(segment.first)),
            )?);
        }
        Ok(())
    }

    fn drop_oldest(&self, state: &mut State) -> io::Result<()> {
        let Some(surplus) = state.segments.len().checked_sub(SEGMENTS) else {
            return Ok(());
        };
        for segment in state.segments.drain(..surplus) {
            remove(&self.folder.join(Segment::name(segment.first)))?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
