//! Lines that were not fetched in their time, fetched when somebody asks for them: the newest ones
//! first, so that what stands before a line that is looked at comes before what is further away.

use std::io;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use miso_api::{LogLine, LogPage};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use super::brought::{not_kept, refusal};
use super::pages::{fetch, knows_no_times, put_in_order};
use super::{CHUNK, LogKey};
use crate::client::Inner;
use crate::clock::moved;
use crate::wire::documented::LogRange;
use crate::{Class, Client, Failure};

/// Lines asked for at once: more of them become too large in memory.
const PAGE: u32 = CHUNK;
/// Pages fetched for one request of a user; what remains can be asked for again.
const MOST_PAGES: u32 = 20;
/// So much more is asked for on both sides, whether a server counts its bounds in or not.
const EDGE: TimeDelta = TimeDelta::milliseconds(1);

/// A gap between two lines that are kept.
#[derive(Clone, Debug)]
pub struct MissingLines {
    /// The time of the line before it; `None` where there is none.
    pub from: Option<DateTime<Utc>>,
    /// The time of the line after it; `None` where there is none.
    pub to: Option<DateTime<Utc>>,
}

/// What is still missing before lines that were put into a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StillMissing {
    /// Nothing: the gap is closed.
    Nothing,
    /// Older lines, which may still be asked for.
    Older,
    /// Older lines, which the server does not have any more.
    Gone,
}

/// Puts lines into the gap, the oldest first, newer ones before older ones; how many were new. May
/// block.
pub type FillGap = Arc<dyn Fn(&[LogLine], StillMissing) -> io::Result<usize> + Send + Sync>;

/// How far the filling of a gap is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Filled {
    /// New lines so far.
    pub lines: u32,
    /// Requests so far.
    pub requests: u32,
    /// What is still missing.
    pub missing: StillMissing,
    /// Why it went no further.
    pub failure: Option<Failure>,
}

impl Filled {
    /// There is no such gap any more.
    pub fn closed() -> Self {
        Self {
            missing: StillMissing::Nothing,
            ..Self::none_yet()
        }
    }

    fn none_yet() -> Self {
        Self {
            lines: 0,
            requests: 0,
            missing: StillMissing::Older,
            failure: None,
        }
    }
}

/// What it takes to fill a gap, as far as it is known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FillCost {
    /// Requests.
    pub requests: u32,
    /// There may be any number more: how many lines are missing is not known.
    pub or_more: bool,
}

impl FillCost {
    /// The cost of about so many lines; `None` where nobody knows how many there are.
    pub fn of(lines: Option<u64>) -> Self {
        let requests = lines.map_or(1, |lines| lines.div_ceil(u64::from(PAGE)).max(1));
        Self {
            requests: u32::try_from(requests).map_or(MOST_PAGES, |known| known.min(MOST_PAGES)),
            or_more: lines.is_none() || requests > u64::from(MOST_PAGES),
        }
    }
}

impl Client {
    /// Fetches what is missing in a gap, page after page, until it is closed, `off` is called or
    /// something stands against it; what came by then is put into it. `told` hears of each page.
    pub async fn fill_gap(
        &self,
        application: String,
        environment: String,
        gap: MissingLines,
        fill: FillGap,
        off: &CancellationToken,
        told: impl Fn(&Filled) + Send + Sync,
    ) -> Filled {
        let mut filling = Filling {
            log: LogKey {
                application,
                environment,
            },
            gap,
            fill,
            cursor: None,
            has_joined: false,
            filled: Filled::none_yet(),
        };
        while filling.filled.requests < MOST_PAGES {
            let asked = tokio::select! {
                biased;
                () = off.cancelled() => break,
                asked = filling.ask(&self.inner) => asked,
            };
            // What has come is put away, whoever called it off meanwhile.
            let went = match asked {
                Ok(page) => filling.take(&self.inner, page).await,
                Err(failure) => Err(failure),
            };
            match went {
                Ok(Some(cursor)) => filling.cursor = Some(cursor),
                Ok(None) => break,
                Err(failure) => {
                    filling.filled.failure = Some(failure);
                    break;
                }
            }
            told(&filling.filled);
        }
        filling.filled
    }
}

struct Filling {
    log: LogKey,
    gap: MissingLines,
    fill: FillGap,
    cursor: Option<String>,
    /// The server still has the line before the gap: so it has all after it.
    has_joined: bool,
    filled: Filled,
}

impl Filling {
    /// The next page. Somebody waits for the first one, and watches the others come.
    async fn ask(&mut self, client: &Inner) -> Result<LogPage, Failure> {
        let class = match self.filled.requests {
            0 => Class::Interactive,
            _ => Class::Watched,
        };
        self.filled.requests += 1;
        let text = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Nanos, true);
        let range = LogRange::Between {
            since: self.gap.from.map(|from| text(moved(from, -EDGE))),
            until: self.gap.to.map(|to| text(moved(to, EDGE))),
            cursor: self.cursor.clone(),
        };
        let (page, _) = fetch(client, &self.log, &range, PAGE, class).await?;
        Ok(page)
    }

    /// Puts a page into the gap; where the next one begins, `None` after the last.
    async fn take(&mut self, client: &Inner, page: LogPage) -> Result<Option<String>, Failure> {
        let LogPage {
            data: mut lines,
            next_cursor: next,
        } = page;
        put_in_order(&mut lines, &self.log.environment, true);
        let (from, to) = (self.gap.from, self.gap.to);
        let is_newer = |line: &LogLine| to.is_some_and(|to| line.timestamp > moved(to, EDGE));
        if lines.iter().any(is_newer) {
            // It does not know the question, and what it says is no answer.
            return Err(knows_no_times());
        }
        let oldest = lines.iter().map(|line| line.timestamp).min();
        self.has_joined |= from.is_none_or(|from| oldest.is_some_and(|oldest| oldest <= from));
        lines.retain(|line| {
            let moment = line.timestamp;
            from.is_none_or(|from| moment >= from) && to.is_none_or(|to| moment <= to)
        });
        let has_more = next.is_some() && next != self.cursor;
        let missing = match (has_more, self.has_joined) {
            (true, _) => StillMissing::Older,
            (false, true) => StillMissing::Nothing,
            (false, false) => StillMissing::Gone,
        };
        let fill = self.fill.clone();
        let work = &client.tails.work;
        let filled = work.spawn_blocking(move || fill(&lines, missing));
        let new = filled.await.map_err(not_kept)?;
        let new = new.map_err(|error| refusal(&error))?;
        self.filled.lines = self.filled.lines.saturating_add(new as u32);
        self.filled.missing = missing;
        Ok(next.filter(|_| has_more))
    }
}
