//! The log of one application in one environment. Ids count up by one and never start again;
//! times never go back, so both can be searched by halving.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};
use miso_api::LogLevel;
use tokio::sync::watch;

use super::line::{Said, StoredLine};
use super::segment::Segment;
use crate::private_file;

/// A file that is longer is followed by another.
const SEGMENT_BYTES: u64 = 2 * 1024 * 1024;
/// How many files are kept; the oldest go first.
const SEGMENTS: usize = 8;

/// What was found in a folder.
struct Found {
    segments: Vec<Segment>,
    next: u64,
    newest: DateTime<Utc>,
}

/// A log that is appended to by one and read by many.
pub(crate) struct PlaceLog {
    folder: PathBuf,
    segment_bytes: u64,
    state: Mutex<State>,
    /// Lines of level error since they were counted last.
    errors: AtomicU32,
    /// The id that the next line will have, for who waits for it.
    next: watch::Sender<u64>,
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
    /// Opens the log in a folder, or begins one there. A line that a crash tore is cut off, a file
    /// that cannot be used is set aside.
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
        let mut found = Found {
            segments: Vec::new(),
            next: 1,
            newest: DateTime::<Utc>::MIN_UTC,
        };
        for first in firsts {
            found.add(&folder, first);
        }
        found.finish(&folder);
        let Found {
            segments,
            next,
            newest,
        } = found;
        let state = State {
            segments,
            file: None,
            next,
            newest,
        };
        Ok(Self {
            folder,
            segment_bytes,
            errors: AtomicU32::new(0),
            next: watch::Sender::new(next),
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
        if line.said.level == LogLevel::Error {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
        self.next.send_replace(state.next);
        Ok(())
    }

    /// How many lines of level error came since this was asked last.
    pub(crate) fn take_errors(&self) -> u32 {
        self.errors.swap(0, Ordering::Relaxed)
    }

    /// Tells of new lines: the id that the next one will have.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.next.subscribe()
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

impl Found {
    /// Adds a file whose first line has that id; files come in the order of their ids.
    fn add(&mut self, folder: &Path, first: u64) {
        let path = folder.join(Segment::name(first));
        self.next = self.next.max(first);
        let known = fs::metadata(&path).and_then(|known| Ok((known, Segment::began(&path)?)));
        match known {
            Ok((known, Some(began))) => self.segments.push(Segment {
                first,
                began,
                bytes: known.len(),
            }),
            Ok((_, None)) => {}
            Err(error) => self.leave_out(folder, first, &error),
        }
    }

    /// Finds where the last file ends. What a crash tore off its end is cut.
    fn finish(&mut self, folder: &Path) {
        while let Some(mut last) = self.segments.pop() {
            match end(&mut last, folder) {
                Ok((next, newest)) => {
                    self.next = self.next.max(next);
                    self.newest = newest;
                    self.segments.push(last);
                    return;
                }
                Err(error) => self.leave_out(folder, last.first, &error),
            }
        }
    }

    /// Sets a file aside that cannot be used: it must not keep an application from its start.
    fn leave_out(&mut self, folder: &Path, first: u64, error: &io::Error) {
        let path = folder.join(Segment::name(first));
        // Its lines cannot be counted; there are at most as many as bytes.
        let most = fs::metadata(&path).map_or(0, |known| known.len());
        self.next = self.next.max(first + most + 1);
        match private_file::set_aside(&path) {
            Ok(kept) => tracing::warn!(%error, kept = %kept.display(), "a log file is set aside"),
            Err(other) => {
                tracing::warn!(%error, %other, path = %path.display(), "a log file is left out");
            }
        }
    }
}

/// The id after a file's last one, and the time of its last line.
fn end(segment: &mut Segment, folder: &Path) -> io::Result<(u64, DateTime<Utc>)> {
    let loaded = segment.load(folder)?;
    let whole = loaded.whole_bytes() as u64;
    if whole < segment.bytes {
        let path = folder.join(Segment::name(segment.first));
        OpenOptions::new().write(true).open(path)?.set_len(whole)?;
        segment.bytes = whole;
    }
    let Some(last) = loaded.last_head() else {
        return Err(io::Error::other("no line of it can be understood"));
    };
    // Whatever lines cannot be understood, an id is never given out again.
    let next = (last.id + 1).max(segment.first + loaded.len() as u64);
    Ok((next, last.at))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
