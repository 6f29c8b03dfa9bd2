//! The tail of a log: new lines go to a sink, oldest first, from where it stopped last time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use miso_api::{LineSink, LogPage};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::client::Inner;
use crate::wire::documented::{self, LogRange};
use crate::{Class, Code, Failure};

/// Lines shown at first, and asked for while the tail is up to date.
const FIRST: u32 = 1_000;
/// Lines asked for at once.
const CHUNK: u32 = 5_000;
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(15);

/// How a tail is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TailState {
    /// There is more to fetch.
    CatchingUp,
    /// Everything the server has is here.
    Live,
    /// The server could not be asked; it will be again.
    Waiting,
}

/// What a tail has done.
#[derive(Clone, Debug, PartialEq)]
pub struct TailProgress {
    /// How it is doing.
    pub state: TailState,
    /// Lines in the sink; `None` before the first answer.
    pub total: Option<u64>,
    /// When the newest line that it brought was written.
    pub newest: Option<DateTime<Utc>>,
    /// Where to go on after a restart.
    pub cursor: Option<String>,
    /// Why it waits.
    pub failure: Option<Failure>,
}

/// Told after each step.
pub(crate) type OnProgress = Box<dyn Fn(TailProgress) + Send + Sync>;

/// What is followed, and where it goes.
pub(crate) struct Tail {
    pub application: String,
    pub environment: String,
    pub sink: Arc<dyn LineSink>,
    pub cursor: Option<String>,
    pub on_progress: OnProgress,
}

/// Follows a log until its lease ends.
pub(crate) async fn follow(client: Weak<Inner>, lease: String, mut tail: Tail) {
    let mut calm = SHORTEST;
    loop {
        let pause = {
            let Some(client) = client.upgrade() else {
                return;
            };
            if !client.leases.is_held(&lease, client.clock.monotonic()) {
                return;
            }
            match tail.step(&client).await {
                Ok(Step { full: true, .. }) => continue,
                Ok(Step { lines: 0, .. }) => calm = (calm * 3 / 2).min(LONGEST),
                Ok(_) => calm = SHORTEST,
                Err(failure) => {
                    calm = (calm * 2).min(LONGEST);
                    if failure.code == Code::Validation {
                        // The cursor is not understood any more: begin anew, the sink knows what it has.
                        tail.cursor = None;
                    }
                    tail.tell(TailState::Waiting, None, None, Some(failure));
                }
            }
            calm.mul_f64(client.budget.stretch())
        };
        tokio::time::sleep(pause).await;
    }
}

struct Step {
    lines: usize,
    full: bool,
}

impl Tail {
    async fn step(&mut self, client: &Inner) -> Result<Step, Failure> {
        let Some(cursor) = self.cursor.clone() else {
            return self.begin(client).await;
        };
        let page = self.fetch(client, &LogRange::After(cursor), CHUNK).await?;
        self.take(page, CHUNK)
    }

    /// The newest lines first, then a cursor to go on from after the last of them.
    async fn begin(&mut self, client: &Inner) -> Result<Step, Failure> {
        let mut newest = self.fetch(client, &LogRange::Newest, FIRST).await?;
        newest.data.reverse();
        let range = match newest.data.last() {
            Some(line) => {
                let moment = line.timestamp.to_rfc3339_opts(SecondsFormat::Nanos, true);
                LogRange::Since(moment)
            }
            None => LogRange::Oldest,
        };
        self.append(&newest)?;
        let page = self.fetch(client, &range, CHUNK).await?;
        self.take(page, CHUNK)
    }

    async fn fetch(
        &self,
        client: &Inner,
        range: &LogRange,
        limit: u32,
    ) -> Result<LogPage, Failure> {
        let call = documented::logs(&self.application, &self.environment, range, limit);
        client.transport.send(&call, Class::Watched).await
    }

    fn take(&mut self, page: LogPage, limit: u32) -> Result<Step, Failure> {
        let total = self.append(&page)?;
        let full = page.data.len() >= limit as usize && page.next_cursor.is_some();
        let newest = page.data.last().map(|line| line.timestamp);
        self.cursor = page.next_cursor.or_else(|| self.cursor.take());
        let state = if full {
            TailState::CatchingUp
        } else {
            TailState::Live
        };
        self.tell(state, Some(total), newest, None);
        Ok(Step {
            lines: page.data.len(),
            full,
        })
    }

    fn append(&self, page: &LogPage) -> Result<u64, Failure> {
        let appended = self
            .sink
            .append(&page.data)
            .map_err(|error| Failure::new(Code::LogStoreFailed).with("reason", error))?;
        Ok(appended.total)
    }

    fn tell(
        &self,
        state: TailState,
        total: Option<u64>,
        newest: Option<DateTime<Utc>>,
        failure: Option<Failure>,
    ) {
        let cursor = self.cursor.clone();
        (self.on_progress)(TailProgress {
            state,
            total,
            newest,
            cursor,
            failure,
        });
    }
}
