//! What is older than all that is kept of a log, as the instance itself finds it: shown, not kept.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use logbook::{BookKey, LineTest, Logbook, Query, Text};
use miso_api::LogLine;
use miso_client::{ConnectionId, OlderLines, OlderWanted};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use super::Answer;
use super::log_search::LogQuery;
use crate::error::CommandError;
use crate::state::App;

/// So many of the oldest lines that are kept may be among what the instance gives: those of one
/// moment.
const EDGE: usize = 200;

/// Where what is kept of a log begins.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogKept {
    /// When the oldest line was written; `None` where there is none.
    since: Option<DateTime<Utc>>,
}

/// Lines that match and are not kept, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct OlderMatches {
    /// The matches.
    found: Vec<OlderMatch>,
    /// How many lines the instance gave.
    looked: u32,
    /// When the oldest of them was written.
    oldest: Option<DateTime<Utc>>,
    /// Where the next ones are, which are older; `None` where there are none.
    next: Option<String>,
}

/// A line that matches and is not kept.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct OlderMatch {
    /// The line.
    line: LogLine,
    /// Where in its message the text is: from, to, in UTF-16 code units.
    hits: Vec<(u32, u32)>,
}

/// Where what is kept of a log begins.
#[tauri::command]
#[specta::specta]
pub async fn log_kept(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<LogKept> {
    let read = |logs: &Logbook, key: &BookKey| Ok(oldest(logs, key, 1)?.into_iter().next());
    let read = app.with_logs(&connection, &application, &environment, read);
    let since = read.await?.map(|line| line.timestamp);
    Ok(LogKept { since })
}

/// Asks the instance for what matches and is not newer than what is kept, which began at `until`.
/// One request; `cursor` is where the answer before this one said that the next ones are.
#[tauri::command]
#[specta::specta]
pub async fn log_older(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    query: LogQuery,
    until: DateTime<Utc>,
    cursor: Option<String>,
) -> Answer<OlderMatches> {
    let query = Query::from(query);
    let test = LineTest::new(&query)
        .map_err(|bad| CommandError::new("bad_expression").with("reason", bad))?;
    let read = |logs: &Logbook, key: &BookKey| oldest(logs, key, EDGE);
    let kept = app.with_logs(&connection, &application, &environment, read);
    let kept = kept.await?.into_iter().map(|line| line.id).collect();
    let client = app.client(&connection)?;
    let wanted = wanted(query, until, cursor);
    let asked = client.older_lines(application, environment, &wanted);
    Ok(OlderMatches::of(asked.await?, &test, &kept))
}

/// The oldest lines that are kept of a log.
fn oldest(logs: &Logbook, key: &BookKey, count: usize) -> std::io::Result<Vec<LogLine>> {
    match logs.existing(key)? {
        Some(book) => book.window(book.first(), count),
        None => Ok(Vec::new()),
    }
}

/// What of a query an instance can look for.
fn wanted(query: Query, until: DateTime<Utc>, cursor: Option<String>) -> OlderWanted {
    let text = match query.text {
        Some(Text::Literal(text)) => Some(text),
        Some(Text::Regex(_) | Text::Anywhere(_)) | None => None,
    };
    OlderWanted {
        text,
        levels: query.levels,
        since: query.from,
        until: Some(query.to.map_or(until, |to| to.min(until))),
        cursor,
    }
}

impl OlderMatches {
    /// What of the lines matches and is not kept.
    fn of(older: OlderLines, test: &LineTest, kept: &HashSet<String>) -> Self {
        let OlderLines { lines, next } = older;
        let looked = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let oldest = lines.first().map(|line| line.timestamp);
        let unkept = lines.into_iter().filter(|line| !kept.contains(&line.id));
        let found = unkept.filter_map(|line| {
            let hits = test.hits(&line)?.into_iter();
            Some(OlderMatch {
                hits: hits.map(|hit| (hit.from, hit.to)).collect(),
                line,
            })
        });
        Self {
            found: found.collect(),
            looked,
            oldest,
            next,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use miso_api::LogLevel;

    use super::*;

    fn line(id: &str, level: LogLevel, message: &str) -> LogLine {
        LogLine {
            id: id.to_owned(),
            timestamp: DateTime::UNIX_EPOCH,
            level,
            message: message.to_owned(),
            source: None,
            environment: None,
            instance: None,
            fields: serde_json::Map::new(),
        }
    }

    #[test]
    fn only_what_matches_and_is_not_kept_is_given() {
        let query = Query {
            text: Some(Text::Regex("refused \\d+".to_owned())),
            levels: vec![LogLevel::Error],
            ..Query::default()
        };
        let older = OlderLines {
            lines: vec![
                line("a", LogLevel::Error, "\u{e9} refused 12"),
                line("b", LogLevel::Info, "refused 12"),
                line("c", LogLevel::Error, "accepted"),
                line("d", LogLevel::Error, "refused 7"),
            ],
            next: Some("n".to_owned()),
        };
        let kept = HashSet::from(["d".to_owned()]);
        let given = OlderMatches::of(older, &LineTest::new(&query).unwrap(), &kept);
        let ids: Vec<_> = given.found.iter().map(|one| one.line.id.as_str()).collect();
        assert_eq!(ids, ["a"]);
        assert_eq!(given.found[0].hits, [(2, 12)]);
        assert_eq!((given.looked, given.next.as_deref()), (4, Some("n")));
        assert_eq!(given.oldest, Some(DateTime::UNIX_EPOCH));
    }

    #[test]
    fn an_instance_is_asked_for_what_it_can_look_for() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let query = |text, to| Query {
            text: Some(text),
            levels: vec![LogLevel::Warn, LogLevel::Error],
            from: Some(at(1)),
            to,
            ..Query::default()
        };
        let plain = wanted(query(Text::Literal("x".to_owned()), None), at(9), None);
        assert_eq!(
            plain,
            OlderWanted {
                text: Some("x".to_owned()),
                levels: vec![LogLevel::Warn, LogLevel::Error],
                since: Some(at(1)),
                until: Some(at(9)),
                cursor: None,
            }
        );
        let expression = query(Text::Regex("x+".to_owned()), Some(at(5)));
        let expression = wanted(expression, at(9), Some("c".to_owned()));
        assert_eq!(expression.text, None);
        assert_eq!(expression.until, Some(at(5)));
        assert_eq!(expression.cursor.as_deref(), Some("c"));
    }
}
