//! Reading logs a page at a time, of one environment or of several merged by time. A cursor says
//! for each environment which line was passed, so no line is lost or repeated, whatever is
//! written between two pages.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};

use super::cursor::{Cursor, Order};
use super::line::StoredLine;
use super::place_log::{PlaceLog, Snapshot};
use super::segment::Loaded;

/// Which lines are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) order: Order,
    pub(crate) limit: usize,
    /// Only these levels; all where there is none.
    pub(crate) levels: Option<Vec<LogLevel>>,
    /// Only lines whose text has this, whatever the case.
    pub(crate) search: Option<String>,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) cursor: Option<Cursor>,
}

/// Lines, and where to go on.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lines: Vec<LogLine>,
    /// Ascending: always. Descending: `None` at the oldest kept line.
    pub(crate) next: Option<Cursor>,
}

/// The logs of an application, each with its environment.
pub(crate) type Sources = [(String, Arc<PlaceLog>)];

/// A line, and where to go on after it.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) line: LogLine,
    pub(crate) cursor: Cursor,
}

/// Reads one page from the logs of an application.
pub(crate) fn read(logs: &Sources, wanted: &Wanted) -> io::Result<Found> {
    let mut lines = Vec::new();
    let next = page(logs, wanted, |line, _| lines.push(line))?;
    Ok(Found { lines, next })
}

/// Reads one page in ascending order with the cursor of each line, and the cursor after all.
pub(crate) fn read_marked(logs: &Sources, wanted: &Wanted) -> io::Result<(Vec<Marked>, Cursor)> {
    let mut lines = Vec::new();
    let next = page(logs, wanted, |line, tracks| {
        let cursor = Cursor {
            order: wanted.order,
            passed: passed(tracks, wanted),
        };
        lines.push(Marked { line, cursor });
    })?;
    let end = next.unwrap_or_else(|| end_of(logs));
    Ok((lines, end))
}

/// The cursor after everything that is there now.
pub(crate) fn end_of(logs: &Sources) -> Cursor {
    let passed = logs
        .iter()
        .map(|(environment, log)| (environment.clone(), log.snapshot().next - 1));
    Cursor {
        order: Order::Asc,
        passed: passed.collect(),
    }
}

/// Whether lines that a cursor had still before it are gone: dropped with the oldest files.
pub(crate) fn lacks(logs: &Sources, cursor: &Cursor) -> bool {
    logs.iter().any(|(environment, log)| {
        let snapshot = log.snapshot();
        let after = cursor.passed.get(environment).copied().unwrap_or(0);
        let oldest = snapshot.segments.first();
        after < snapshot.next && oldest.is_some_and(|oldest| after + 1 < oldest.first)
    })
}

fn page<'a>(
    logs: &'a Sources,
    wanted: &'a Wanted,
    mut give: impl FnMut(LogLine, &[Track<'a>]),
) -> io::Result<Option<Cursor>> {
    let mut tracks = Vec::new();
    for (environment, log) in logs {
        tracks.push(Track::new(environment, log.snapshot(), wanted)?);
    }
    let mut given = 0;
    while given < wanted.limit {
        let Some(track) = first_of(&mut tracks, wanted.order) else {
            break;
        };
        let Some(line) = track.take() else { break };
        let line = line.into_wire(track.environment);
        give(line, &tracks);
        given += 1;
    }
    if let Some(error) = tracks.iter_mut().find_map(|track| track.failed.take()) {
        return Err(error);
    }
    let more = tracks.iter().any(|track| track.head.is_some());
    let next = || Cursor {
        order: wanted.order,
        passed: passed(&tracks, wanted),
    };
    Ok(match wanted.order {
        Order::Asc => Some(next()),
        Order::Desc => more.then(next),
    })
}

/// Where the tracks are. What another environment's cursor said stays said, though it was not asked
/// for this time.
fn passed(tracks: &[Track<'_>], wanted: &Wanted) -> BTreeMap<String, u64> {
    let mut passed = wanted
        .cursor
        .as_ref()
        .map(|cursor| cursor.passed.clone())
        .unwrap_or_default();
    passed.extend(tracks.iter().filter_map(|track| {
        track
            .passed
            .map(|passed| (track.environment.to_owned(), passed))
    }));
    passed
}

/// The track whose head comes next.
fn first_of<'t, 'a>(tracks: &'t mut [Track<'a>], order: Order) -> Option<&'t mut Track<'a>> {
    let ahead = tracks.iter_mut().filter(|track| track.head.is_some());
    let time = |track: &&mut Track<'a>| track.head.as_ref().map(|line| line.at);
    match order {
        Order::Asc => ahead.min_by_key(time),
        // The last of equals, so that the order is the other's, reversed.
        Order::Desc => ahead.max_by_key(time),
    }
}

/// The log of one environment on its way through a page.
struct Track<'a> {
    environment: &'a str,
    wanted: &'a Wanted,
    snapshot: Snapshot,
    /// The segment being read, by its index, and the next line in it.
    at: Option<(usize, Loaded, usize)>,
    /// The next line that is wanted.
    head: Option<StoredLine>,
    /// The last line that was passed, taken or not wanted.
    passed: Option<u64>,
    failed: Option<io::Error>,
}

impl<'a> Track<'a> {
    fn new(environment: &'a str, snapshot: Snapshot, wanted: &'a Wanted) -> io::Result<Self> {
        let passed = wanted
            .cursor
            .as_ref()
            .and_then(|cursor| cursor.passed.get(environment).copied());
        let mut track = Self {
            environment,
            wanted,
            snapshot,
            at: None,
            head: None,
            passed,
            failed: None,
        };
        match wanted.order {
            Order::Asc => track.begin_ascending()?,
            Order::Desc => track.begin_descending()?,
        }
        track.advance();
        Ok(track)
    }

    /// Gives the head and looks for the one after it.
    fn take(&mut self) -> Option<StoredLine> {
        let line = self.head.take()?;
        self.passed = Some(line.id);
        self.advance();
        Some(line)
    }

    fn begin_ascending(&mut self) -> io::Result<()> {
        // A cursor beyond the end is one of a log that is gone: a tail goes on at the end of this.
        let after = self.passed.unwrap_or(0).min(self.snapshot.next - 1);
        // A tail that has read everything must not read a file to learn that.
        if after + 1 >= self.snapshot.next {
            self.passed = Some(after);
            return Ok(());
        }
        let since = self.wanted.since;
        let segments = &self.snapshot.segments;
        // The last segment that begins at or before what is wanted.
        let by_id = segments.partition_point(|segment| segment.first <= after.saturating_add(1));
        let by_time = since.map_or(0, |since| {
            segments.partition_point(|segment| segment.began < since)
        });
        let index = by_id.max(by_time).saturating_sub(1);
        let Some(segment) = segments.get(index) else {
            self.passed = Some(self.snapshot.next - 1);
            return Ok(());
        };
        let loaded = segment.load(&self.snapshot.folder)?;
        let first =
            loaded.partition(|head| head.id <= after || since.is_some_and(|since| head.at < since));
        let reached = match (loaded.head_from(first), loaded.last_head()) {
            (Some(head), _) => head.id,
            (None, Some(last)) => last.id + 1,
            (None, None) => segment.first,
        };
        self.passed = Some(reached.saturating_sub(1).max(after));
        self.at = Some((index, loaded, first));
        Ok(())
    }

    fn begin_descending(&mut self) -> io::Result<()> {
        let (before, until) = (self.passed.unwrap_or(self.snapshot.next), self.wanted.until);
        self.passed = Some(before);
        let segments = &self.snapshot.segments;
        let by_id = segments.partition_point(|segment| segment.first < before);
        let by_time = until.map_or(segments.len(), |until| {
            segments.partition_point(|segment| segment.began <= until)
        });
        let Some(index) = by_id.min(by_time).checked_sub(1) else {
            return Ok(());
        };
        let loaded = segments[index].load(&self.snapshot.folder)?;
        let end =
            loaded.partition(|head| head.id < before && until.is_none_or(|until| head.at <= until));
        self.at = Some((index, loaded, end));
        Ok(())
    }

    /// Finds the next wanted line. What the disk says against it ends the track and fails the page.
    fn advance(&mut self) {
        loop {
            let line = match self.step() {
                Ok(Some(line)) => line,
                Ok(None) => return,
                Err(error) => {
                    self.failed = Some(error);
                    return;
                }
            };
            match self.wanted.order {
                Order::Asc if self.wanted.until.is_some_and(|until| line.at > until) => return,
                Order::Desc if self.wanted.since.is_some_and(|since| line.at < since) => return,
                Order::Asc | Order::Desc => {}
            }
            if self.wanted.wants(&line) {
                self.head = Some(line);
                return;
            }
            self.passed = Some(line.id);
        }
    }

    fn step(&mut self) -> io::Result<Option<StoredLine>> {
        loop {
            let Some((index, loaded, position)) = &mut self.at else {
                return Ok(None);
            };
            let at = match self.wanted.order {
                Order::Asc if *position < loaded.len() => {
                    *position += 1;
                    Some(*position - 1)
                }
                Order::Desc if *position > 0 => {
                    *position -= 1;
                    Some(*position)
                }
                Order::Asc | Order::Desc => None,
            };
            if let Some(at) = at {
                match loaded.line(at) {
                    Some(line) => return Ok(Some(line)),
                    None => continue,
                }
            }
            let following = match self.wanted.order {
                Order::Asc => index.checked_add(1),
                Order::Desc => index.checked_sub(1),
            };
            let following = following.and_then(|index| {
                self.snapshot
                    .segments
                    .get(index)
                    .map(|segment| (index, segment))
            });
            let Some((index, segment)) = following else {
                self.at = None;
                return Ok(None);
            };
            let loaded = segment.load(&self.snapshot.folder)?;
            let start = match self.wanted.order {
                Order::Asc => 0,
                Order::Desc => loaded.len(),
            };
            self.at = Some((index, loaded, start));
        }
    }
}

impl Wanted {
    fn wants(&self, line: &StoredLine) -> bool {
        self.levels
            .as_ref()
            .is_none_or(|levels| levels.contains(&line.said.level))
            && self
                .search
                .as_ref()
                .is_none_or(|text| has(&line.said.message, text))
            && self.since.is_none_or(|since| line.at >= since)
            && self.until.is_none_or(|until| line.at <= until)
    }
}

fn has(message: &str, text: &str) -> bool {
    message.to_lowercase().contains(&text.to_lowercase())
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
