//! Which patterns the messages of a book have, how often, and which of them are new.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};

use crate::book::Book;
use crate::canonical::{self, Trusted};
use crate::line;
use crate::mask::Masker;
use crate::matcher::Matcher;
use crate::query::Query;
use crate::scan::{Chunk, Matching, Scan};
use crate::spread::{Run, spread};
use crate::times::{Times, Unread};

/// So many patterns are told apart; lines of those that come after these are only counted.
pub const MOST: usize = 50_000;

/// Parts the pattern from the level: no pattern has one.
const PART: u8 = 0;

/// What lines of one level have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The message with what differs masked: see [`crate::mask`].
    pub text: String,
    /// How bad its lines are.
    pub level: LogLevel,
    /// How many lines have it.
    pub count: u64,
    /// When the first of them was written.
    pub first: DateTime<Utc>,
    /// When the last of them was written.
    pub last: DateTime<Utc>,
    /// The position of the first of them.
    pub position: u64,
}

/// Patterns, those of most lines first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// The generation in which the positions are right.
    pub generation: u64,
    /// The patterns.
    pub all: Vec<Pattern>,
    /// How many lines were looked at.
    pub lines: u64,
    /// How many of them have none of these patterns: there were too many.
    pub others: u64,
    /// The position after the last line that there was to look at.
    pub end: u64,
}

/// Patterns that no line had before a time. It is only as true as what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSince {
    /// The new patterns; `lines` are all that were written since, whether they are new or not.
    pub patterns: Patterns,
    /// How many lines are kept from before.
    pub before: u64,
    /// When the oldest line that is kept was written; `None` without lines.
    pub oldest: Option<DateTime<Utc>>,
    /// In how many places lines from before are missing.
    pub gaps: usize,
}

/// Counts the patterns of the lines that a query asks for, on all cores. `None` where it was
/// stopped.
///
/// # Errors
/// What the disk says, with the path; `InvalidInput` where the query has an expression that is
/// none.
pub fn patterns(
    book: &Arc<Book>,
    query: &Query,
    stop: &AtomicBool,
) -> io::Result<Option<Patterns>> {
    patterns_from(book, 0, query, stop)
}

/// The same of the lines from a position on, for who has counted those before it: as long as the
/// generation is the one of then, that leaves none out and counts none twice.
///
/// # Errors
/// As [`patterns`].
pub fn patterns_from(
    book: &Arc<Book>,
    position: u64,
    query: &Query,
    stop: &AtomicBool,
) -> io::Result<Option<Patterns>> {
    let matcher = matcher(query)?;
    book.at_a_moment(|moment| {
        let from = position.clamp(moment.first, moment.end.max(moment.first));
        let counted = Counted::of(moment, from, moment.end, &matcher, stop)?;
        Ok(counted.map(|counted| counted.patterns(moment)))
    })
}

/// The patterns of the lines of some levels, of all where none is named, that were written at a
/// time or later and that no line of the same level has that was written before. A line counts as
/// written no earlier than those before it. `None` where it was stopped.
///
/// # Errors
/// What the disk says, with the path.
pub fn new_since(
    book: &Arc<Book>,
    since: DateTime<Utc>,
    levels: &[LogLevel],
    stop: &AtomicBool,
) -> io::Result<Option<NewSince>> {
    let matcher = matcher(&Query {
        levels: levels.to_vec(),
        ..Query::default()
    })?;
    book.at_a_moment(|moment| {
        let at = moment.position_from(since.timestamp_micros())?;
        let counted = Counted::of(moment, at, moment.end, &matcher, stop)?;
        let Some(mut counted) = counted else {
            return Ok(None);
        };
        if !counted.drop_those_before(moment, at, &matcher, stop)? {
            return Ok(None);
        }
        let gaps = book.gaps();
        Ok(Some(NewSince {
            patterns: counted.patterns(moment),
            before: at.saturating_sub(moment.first),
            oldest: book.index().oldest(),
            gaps: gaps.iter().filter(|gap| gap.at <= at).count(),
        }))
    })
}

fn matcher(query: &Query) -> io::Result<Matcher> {
    let bad = |bad: crate::BadQuery| io::Error::new(ErrorKind::InvalidInput, bad.to_string());
    Matcher::new(query).map_err(bad)
}

/// The chunks between two positions of a moment.
fn plan(moment: &Times, from: u64, to: u64) -> Result<Vec<Chunk>, Unread> {
    let index = moment.book.index();
    if index.generation != moment.generation {
        return Err(Unread::Past);
    }
    let count = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
    Ok(Chunk::plan(&index, from, count))
}

/// What is counted by the pattern of lines and their level.
#[derive(Default)]
struct Counted {
    all: HashMap<Vec<u8>, Count>,
    lines: u64,
    others: u64,
}

struct Count {
    count: u64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    position: u64,
    /// A line from before has it.
    is_old: AtomicBool,
}

impl Counted {
    /// Counts the lines that match between two positions; `None` where it was stopped.
    fn of(
        moment: &Times,
        from: u64,
        to: u64,
        matcher: &Matcher,
        stop: &AtomicBool,
    ) -> Result<Option<Self>, Unread> {
        let chunks = plan(moment, from, to)?;
        let look = |chunk: &Chunk, scan: &mut Scan| {
            let (mut found, mut keys) = (Self::default(), Keys::default());
            let take = |line: Matching<'_>| {
                let time = keys.read(&line);
                found.add(&keys.key, time, line.position);
            };
            let read = scan.read(chunk, matcher, stop, take);
            moment.book.looked(moment.generation, chunk, found, read)
        };
        let mut counted = Self::default();
        match spread(&chunks, stop, look, |_, found| counted.take(found))? {
            Run::Done => Ok(Some(counted)),
            Run::Stopped => Ok(None),
            Run::Renumbered => Err(Unread::Past),
        }
    }

    fn add(&mut self, key: &[u8], time: DateTime<Utc>, position: u64) {
        self.lines += 1;
        if let Some(known) = self.all.get_mut(key) {
            known.count += 1;
            known.first = known.first.min(time);
            known.last = known.last.max(time);
            return;
        }
        let count = Count {
            count: 1,
            first: time,
            last: time,
            position,
            is_old: AtomicBool::new(false),
        };
        self.all.insert(key.to_vec(), count);
    }

    /// Takes what was counted in the lines after these.
    fn take(&mut self, later: Self) {
        self.lines += later.lines;
        self.others += later.others;
        let mut new: Vec<_> = Vec::new();
        for (key, count) in later.all {
            match self.all.get_mut(&key) {
                Some(known) => {
                    known.count += count.count;
                    known.first = known.first.min(count.first);
                    known.last = known.last.max(count.last);
                }
                None => new.push((key, count)),
            }
        }
        // Which of them have room is the same each time.
        new.sort_by_key(|(_, count)| count.position);
        for (key, count) in new {
            if self.all.len() < MOST {
                self.all.insert(key, count);
            } else {
                self.others += count.count;
            }
        }
    }

    /// Leaves those that no matching line before a position has; `false` where it was stopped.
    fn drop_those_before(
        &mut self,
        moment: &Times,
        at: u64,
        matcher: &Matcher,
        stop: &AtomicBool,
    ) -> Result<bool, Unread> {
        let chunks = plan(moment, moment.first, at)?;
        let left = AtomicUsize::new(self.all.len());
        let ends = AtomicBool::new(self.all.is_empty());
        let all = &self.all;
        let look = |chunk: &Chunk, scan: &mut Scan| {
            if stop.load(Ordering::Relaxed) {
                ends.store(true, Ordering::Relaxed);
            }
            let mut keys = Keys::default();
            let take = |line: Matching<'_>| {
                keys.read(&line);
                let known = all.get(&keys.key);
                let is_news = |one: &Count| !one.is_old.swap(true, Ordering::Relaxed);
                if known.is_some_and(is_news) && left.fetch_sub(1, Ordering::Relaxed) == 1 {
                    // None of them is new: nobody needs to look further.
                    ends.store(true, Ordering::Relaxed);
                }
            };
            let read = scan.read(chunk, matcher, &ends, take);
            moment.book.looked(moment.generation, chunk, (), read)
        };
        let run = spread(&chunks, &ends, look, |_, ()| ())?;
        if matches!(run, Run::Renumbered) {
            return Err(Unread::Past);
        }
        self.all
            .retain(|_, count| !count.is_old.load(Ordering::Relaxed));
        Ok(!stop.load(Ordering::Relaxed))
    }

    fn patterns(self, moment: &Times) -> Patterns {
        let all = self.all.into_iter().map(|(key, count)| {
            let end = memchr::memchr(PART, &key).unwrap_or(key.len());
            let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
            let level = key.get(end + 1..).unwrap_or_default();
            Pattern {
                text: text(key.get(..end).unwrap_or_default()),
                level: LogLevel::from(text(level).as_str()),
                count: count.count,
                first: count.first,
                last: count.last,
                position: count.position,
            }
        });
        let mut all: Vec<Pattern> = all.collect();
        all.sort_by_key(|one| (std::cmp::Reverse(one.count), one.position));
        Patterns {
            generation: moment.generation,
            all,
            lines: self.lines,
            others: self.others,
            end: moment.end,
        }
    }
}

/// Makes of lines what they are counted by.
#[derive(Default)]
struct Keys {
    masker: Masker,
    scratch: Vec<u8>,
    key: Vec<u8>,
}

impl Keys {
    /// Makes the key of a line, and gives its time.
    fn read(&mut self, line: &Matching<'_>) -> DateTime<Utc> {
        let trusted = match line.before {
            None => trusted(line.text),
            Some(_) => None,
        };
        if let Some((parts, message, is_escaped, time)) = trusted {
            let message = if is_escaped {
                canonical::unescape(message, &mut self.scratch)
            } else {
                message
            };
            let masked = self.masker.mask(message);
            set(&mut self.key, masked, parts.level);
            return time;
        }
        let before = line.before.unwrap_or(DateTime::UNIX_EPOCH);
        let LogLine {
            message,
            level,
            timestamp,
            ..
        } = line::read(line.text, before);
        let masked = self.masker.mask(message.as_bytes());
        set(&mut self.key, masked, level.as_str().as_bytes());
        timestamp
    }
}

/// What a line says that is known to be canonical: the parts, its message and time.
fn trusted(text: &[u8]) -> Option<(Trusted<'_>, &[u8], bool, DateTime<Utc>)> {
    let parts = Trusted::read(text)?;
    let (message, is_escaped) = parts.message()?;
    let time = canonical::time(parts.time)?;
    Some((parts, message, is_escaped, time))
}

fn set(key: &mut Vec<u8>, pattern: &[u8], level: &[u8]) {
    key.clear();
    key.extend_from_slice(pattern);
    key.push(PART);
    key.extend_from_slice(level);
}
