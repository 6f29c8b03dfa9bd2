//! The tail asks: the newest lines, or what came after a cursor, a page at a time.

use std::cmp::Ordering;

use chrono::SecondsFormat;
use miso_api::{LogLine, LogPage};

use super::brought::Brought;
use super::live::Live;
use super::{CHUNK, LogKey, Tail, TailState};
use crate::client::Inner;
use crate::transport::Call;
use crate::wire::documented::{self, LogRange};
use crate::{Class, Code, Failure};

/// Lines shown at first.
const FIRST: u32 = 1_000;
/// So many lines are fetched to catch up, a few pages; of more than that the newest are shown
/// first, and what is between is left as a gap that can be filled.
const MOST_BEHIND: usize = 4 * CHUNK as usize;

/// What came of asking once.
pub(super) struct Step {
    pub(super) lines: usize,
    pub(super) full: bool,
    /// A stream that goes on from there.
    pub(super) live: Option<Live>,
}

impl Tail {
    pub(super) async fn step(&mut self, client: &Inner) -> Result<Step, Failure> {
        self.put_refused().await?;
        match self.cursor.clone() {
            Some(cursor) => {
                let range = LogRange::After(cursor);
                self.go_on(client, &range, None).await
            }
            None => self.begin(client).await,
        }
    }

    /// The newest lines first, then a cursor to go on from after the last of them.
    async fn begin(&mut self, client: &Inner) -> Result<Step, Failure> {
        let (mut newest, limit) = self.fetch(client, &LogRange::Newest, FIRST).await?;
        let has_older = newest.next_cursor.is_some();
        let is_all = self.gives_cursors && newest.data.len() < limit as usize;
        self.put_in_order(&mut newest.data, true);
        let range = match newest.data.last() {
            Some(line) => {
                let moment = line.timestamp.to_rfc3339_opts(SecondsFormat::Nanos, true);
                LogRange::Since(moment)
            }
            None => LogRange::Oldest,
        };
        let brought = self.against_kept(newest.data, has_older, is_all).await?;
        // What was read against all that is kept knows better.
        self.missing = None;
        let total = self.put(brought).await?;
        self.is_here();
        self.go_on(client, &range, Some(total)).await
    }

    /// A page, and how many lines it could have had.
    async fn fetch(
        &self,
        client: &Inner,
        range: &LogRange,
        limit: u32,
    ) -> Result<(LogPage, u32), Failure> {
        fetch(client, &self.log, range, limit, self.class(client)).await
    }

    /// A page of what comes after something.
    pub(super) async fn ask(&mut self, client: &Inner, range: &LogRange) -> Result<Step, Failure> {
        let (page, limit) = self.fetch(client, range, CHUNK).await?;
        self.take(page, limit).await
    }

    pub(super) async fn take(&mut self, mut page: LogPage, limit: u32) -> Result<Step, Failure> {
        let lines = page.data.len();
        self.put_in_order(&mut page.data, false);
        // A cursor that stays where it is leads nowhere: such a page is asked for again in its time.
        let full = lines >= limit as usize
            && page.next_cursor.is_some()
            && page.next_cursor != self.cursor;
        self.gives_cursors |= page.next_cursor.is_some();
        let mut brought = Brought::lines(page.data);
        brought.cursor = page.next_cursor;
        let newest = brought.newest_time();
        let total = self.put(brought).await?;
        let state = if full {
            self.is_near = false;
            self.fell_behind(lines);
            TailState::CatchingUp
        } else {
            self.is_here();
            TailState::Live
        };
        self.say(state, Some(total), newest, None);
        Ok(Step {
            lines,
            full,
            live: None,
        })
    }

    /// Everything that there is is here.
    pub(super) fn is_here(&mut self) {
        (self.is_near, self.behind) = (true, 0);
    }

    /// Counts lines that came while there are more; whether there were too many by now, and the tail
    /// begins with the newest ones.
    pub(super) fn fell_behind(&mut self, lines: usize) -> bool {
        self.behind += lines;
        if self.behind < MOST_BEHIND {
            return false;
        }
        (self.behind, self.cursor, self.unkept) = (0, None, true);
        true
    }

    /// Oldest first, and of this environment.
    fn put_in_order(&self, lines: &mut Vec<LogLine>, newest_first: bool) {
        put_in_order(lines, &self.log.environment, newest_first);
    }
}

/// A page of a log, and how many lines it could have had.
pub(super) async fn fetch(
    client: &Inner,
    log: &LogKey,
    range: &LogRange,
    limit: u32,
    class: Class,
) -> Result<(LogPage, u32), Failure> {
    let LogKey {
        application,
        environment,
    } = log;
    let call = |limit| documented::logs(application, environment, range, limit);
    fetch_by(client, call, limit, class).await
}

/// The same by another call, which is told for how many lines.
pub(super) async fn fetch_by(
    client: &Inner,
    call: impl Fn(u32) -> Call,
    limit: u32,
    class: Class,
) -> Result<(LogPage, u32), Failure> {
    let mut limit = limit;
    loop {
        match client.transport.send(&call(limit), class).await {
            // Long lines: fewer of them at once.
            Err(failure) if failure.code == Code::TooLarge && limit > 1 => {
                limit = (limit / 8).max(1)
            }
            answer => return Ok((answer?, limit)),
        }
    }
}

/// Oldest first, and of one environment: a server that knows neither question gives the newest lines
/// of all, newest first.
pub(super) fn put_in_order(lines: &mut Vec<LogLine>, wanted: &str, newest_first: bool) {
    lines.retain(|line| {
        let environment = line.environment.as_deref();
        environment.is_none_or(|environment| environment == wanted)
    });
    let ends = lines.first().zip(lines.last());
    let order = ends.map(|(first, last)| first.timestamp.cmp(&last.timestamp));
    match order {
        Some(Ordering::Greater) => lines.reverse(),
        Some(Ordering::Equal) if newest_first => lines.reverse(),
        Some(Ordering::Less | Ordering::Equal) | None => {}
    }
}

/// A server that does not know what was asked of a log, and gives its newest lines.
pub(super) fn knows_no_times() -> Failure {
    Failure::new(Code::NotOffered).with("capability", "logTimes")
}
