//! Lines that are older than what is kept, as the server itself finds them. They are shown and not
//! kept: what lies between them is not here.

use chrono::{DateTime, SecondsFormat, Utc};
use miso_api::{LogLevel, LogLine, LogPage};

use super::pages::{fetch_by, knows_no_times, put_in_order};
use super::{CHUNK, LogKey};
use crate::wire::documented::{self, LogRange};
use crate::{Class, Client, Failure};

/// Matches asked for at once.
const MATCHES: u32 = 500;

/// What is wanted of the older part of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OlderWanted {
    /// What the message has, where that is plain text. What else a line must be is for the caller to
    /// look at: a server knows no more of it.
    pub text: Option<String>,
    /// One of these levels; empty means any.
    pub levels: Vec<LogLevel>,
    /// Not older.
    pub since: Option<DateTime<Utc>>,
    /// Not newer.
    pub until: Option<DateTime<Utc>>,
    /// Older than those of an earlier answer.
    pub cursor: Option<String>,
}

/// Lines of the older part of a log, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OlderLines {
    /// The lines. A server that does not know a part of the question gives others too.
    pub lines: Vec<LogLine>,
    /// Where the next ones are, which are older; `None` where there are none.
    pub next: Option<String>,
}

impl Client {
    /// Asks the server for the newest lines of the older part of a log. One request; fewer lines of
    /// them where they are very long.
    ///
    /// # Errors
    /// [`crate::Code::NotOffered`] where the server gives newer lines than it was asked for; else why it
    /// could not be asked.
    pub async fn older_lines(
        &self,
        application: String,
        environment: String,
        wanted: &OlderWanted,
    ) -> Result<OlderLines, Failure> {
        let log = LogKey {
            application,
            environment,
        };
        let text = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Nanos, true);
        let range = LogRange::Between {
            since: wanted.since.map(text),
            until: wanted.until.map(text),
            cursor: wanted.cursor.clone(),
        };
        // Where the server cannot look for it, all lines are looked at here.
        let limit = match wanted.text {
            Some(_) => MATCHES,
            None => CHUNK,
        };
        let call = |limit| {
            documented::logs_found(
                &log.application,
                &log.environment,
                &range,
                limit,
                wanted.text.as_deref(),
                &wanted.levels,
            )
        };
        let fetched = fetch_by(&self.inner, call, limit, Class::Interactive);
        let (page, _) = fetched.await?;
        let LogPage {
            data: mut lines,
            next_cursor,
        } = page;
        put_in_order(&mut lines, &log.environment, true);
        let is_newer = |line: &LogLine| wanted.until.is_some_and(|until| line.timestamp > until);
        if lines.iter().any(is_newer) {
            return Err(knows_no_times());
        }
        // A cursor that stays where it is leads nowhere.
        let next = next_cursor.filter(|next| Some(next) != wanted.cursor.as_ref());
        Ok(OlderLines { lines, next })
    }
}
