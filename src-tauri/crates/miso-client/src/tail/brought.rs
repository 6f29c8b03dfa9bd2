//! What a server said, on its way into the sink: lines, and where others are missing between them.
//! What the sink refuses, as with a full disk, waits here; nothing more is asked for meanwhile.

use std::io::{self, ErrorKind};

use chrono::{DateTime, Utc};
use miso_api::{LineSink, LogGap, LogLine};

use super::Tail;
use crate::{Code, Failure};

/// What goes into the sink together, in the order of the log.
#[derive(Default)]
pub(super) struct Brought {
    parts: Vec<Part>,
    /// Where to go on after all of it; `None` leaves it where it is.
    pub(super) cursor: Option<String>,
}

enum Part {
    Lines(Vec<LogLine>),
    Missing(Missing),
}

/// Lines are missing before the one that comes next.
#[derive(Clone)]
pub(super) struct Missing {
    pub(super) gap: LogGap,
    /// The server has dropped them; else they may still be asked for.
    pub(super) is_gone: bool,
}

impl Brought {
    /// Lines alone.
    pub(super) fn lines(lines: Vec<LogLine>) -> Self {
        let mut brought = Self::default();
        brought.parts.push(Part::Lines(lines));
        brought
    }

    /// One more line.
    pub(super) fn push(&mut self, line: LogLine) {
        if let Some(Part::Lines(lines)) = self.parts.last_mut() {
            lines.push(line);
            return;
        }
        self.parts.push(Part::Lines(vec![line]));
    }

    /// Lines are missing after those so far.
    pub(super) fn miss(&mut self, missing: Missing) {
        self.parts.push(Part::Missing(missing));
    }

    /// The newest lines of a log, to be put after what a sink has. Those up to the last one that it
    /// has are left out. Where it has none of them, others are missing between: the server still has
    /// them (`has_older`), or has dropped them (`is_all`: these are all it has).
    pub(super) fn newest(
        sink: &dyn LineSink,
        mut lines: Vec<LogLine>,
        has_older: bool,
        is_all: bool,
    ) -> Self {
        let known = lines.iter().rposition(|line| sink.has(&line.id));
        if let Some(known) = known {
            lines.drain(..=known);
            return Self::lines(lines);
        }
        let mut brought = Self::default();
        let kept = sink.newest();
        // A server that tells nothing of the rest may have nothing for a moment.
        let says_something = !lines.is_empty() || is_all;
        if says_something && (kept.is_some() || has_older) {
            brought.miss(Missing {
                gap: LogGap {
                    from: kept,
                    to: lines.first().map(|line| line.timestamp),
                },
                is_gone: is_all && !has_older,
            });
        }
        brought.parts.push(Part::Lines(lines));
        brought
    }

    /// The last lines that the server says are gone.
    pub(super) fn gone(&self) -> Option<&LogGap> {
        let mut parts = self.parts.iter().rev();
        parts.find_map(|part| match part {
            Part::Missing(missing) => missing.is_gone.then_some(&missing.gap),
            Part::Lines(_) => None,
        })
    }

    /// When the newest of the lines was written.
    pub(super) fn newest_time(&self) -> Option<DateTime<Utc>> {
        let mut parts = self.parts.iter().rev();
        parts.find_map(|part| match part {
            Part::Lines(lines) => Some(lines.last()?.timestamp),
            Part::Missing(_) => None,
        })
    }

    /// Puts all of it into a sink; how many lines there are then, and what is missing before the
    /// next one. A gap is noted with the line after it: once that line is kept, so is the gap, and
    /// hearing of it again after a break does not make another one.
    fn put(
        &self,
        sink: &dyn LineSink,
        mut missing: Option<Missing>,
    ) -> io::Result<(u64, Option<Missing>)> {
        let mut total = None;
        for part in &self.parts {
            let lines = match part {
                Part::Missing(more) => {
                    missing = Some(joined(missing, more.clone()));
                    continue;
                }
                Part::Lines(lines) => lines,
            };
            let Some(first) = lines.first() else { continue };
            if let Some(Missing { gap, is_gone }) = missing.take()
                && !sink.has(&first.id)
            {
                sink.note_gap(&gap, is_gone)?;
            }
            total = Some(sink.append(lines)?.total);
        }
        let total = match total {
            Some(total) => total,
            None => sink.append(&[])?.total,
        };
        Ok((total, missing))
    }
}

/// Two gaps without a line between them. What may still be asked for counts.
fn joined(before: Option<Missing>, after: Missing) -> Missing {
    let Some(before) = before else {
        return after;
    };
    Missing {
        gap: LogGap {
            from: before.gap.from.or(after.gap.from),
            to: after.gap.to.or(before.gap.to),
        },
        is_gone: before.is_gone && after.is_gone,
    }
}

impl Tail {
    /// Puts what came into the sink and goes on after it; how many lines there are. What is refused
    /// is kept for [`Tail::put_refused`].
    pub(super) async fn put(&mut self, brought: Brought) -> Result<u64, Failure> {
        let (sink, missing) = (self.sink.clone(), self.missing.clone());
        let put = self.work.spawn_blocking(move || {
            let put = brought.put(sink.as_ref(), missing);
            (brought, put)
        });
        let (brought, put) = put.await.map_err(not_kept)?;
        let (total, missing) = match put {
            Ok(put) => put,
            Err(error) => {
                self.refused = Some(brought);
                return Err(refusal(&error));
            }
        };
        self.missing = missing;
        self.gap = brought.gone().cloned().or(self.gap.take());
        if brought.cursor.is_some() && brought.cursor != self.cursor {
            self.cursor = brought.cursor;
            self.unkept = true;
        }
        Ok(total)
    }

    /// Offers the sink once more what it refused; nothing else comes before it.
    pub(super) async fn put_refused(&mut self) -> Result<(), Failure> {
        match self.refused.take() {
            Some(brought) => self.put(brought).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Reads the newest lines against what the sink has.
    pub(super) async fn against_kept(
        &self,
        lines: Vec<LogLine>,
        has_older: bool,
        is_all: bool,
    ) -> Result<Brought, Failure> {
        let sink = self.sink.clone();
        let read = move || Brought::newest(sink.as_ref(), lines, has_older, is_all);
        self.work.spawn_blocking(read).await.map_err(not_kept)
    }
}

/// Whether a failure is the sink's: the server has nothing to do with it.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.code, Code::LogStoreFailed | Code::LogStoreFull)
}

pub(super) fn not_kept(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::LogStoreFailed).with("reason", error)
}

pub(super) fn refusal(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Failure::new(Code::LogStoreFull).with("reason", error)
        }
        _ => not_kept(error),
    }
}
