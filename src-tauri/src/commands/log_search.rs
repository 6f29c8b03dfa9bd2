//! Searching in what is kept of a log: begun, asked for by the window, gone on with, ended.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use logbook::{BadQuery, Book, FieldTest, Logbook, Query, Search, Text};
use miso_api::{LogLevel, LogLine};
use miso_client::{ConnectionId, Failure};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;

use super::Answer;
use super::logs::MOST_LINES;
use crate::error::CommandError;
use crate::searches::{Begun, Told};
use crate::state::{App, log_store_failed, log_store_failure};

/// What is searched for: lines for which all of it holds.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogQuery {
    /// What the message has; empty for anything.
    text: String,
    /// Whether that is a regular expression.
    regex: bool,
    /// One of these levels; none for any.
    levels: Vec<LogLevel>,
    /// Not written before.
    from: Option<DateTime<Utc>>,
    /// Written before.
    to: Option<DateTime<Utc>>,
    /// What their fields are.
    fields: Vec<LogFieldTest>,
}

/// What a field of a line is; `instance`, `source` and `environment` count as fields.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogFieldTest {
    /// The field's name.
    name: String,
    /// Its text, or its JSON where it is no text; null for anything.
    value: Option<String>,
}

/// How far a search is.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogSearchProgress {
    /// Lines that were looked at.
    #[specta(type = f64)]
    lines: u64,
    /// Lines there are.
    #[specta(type = f64)]
    of: u64,
    /// How many of them match.
    #[specta(type = f64)]
    matches: u64,
    /// How long it took.
    milliseconds: f64,
    /// Whether all there was then has been looked at.
    done: bool,
    /// Why it does not go on.
    failure: Option<Failure>,
}

/// Lines that match.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogMatches {
    /// How many there are so far.
    #[specta(type = f64)]
    total: u64,
    /// How many of them are before the first one here.
    #[specta(type = f64)]
    from: u64,
    /// The matches.
    found: Vec<LogMatch>,
}

/// A search that has begun.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogSearchBegun {
    /// The number that it is asked for by.
    search: u32,
    /// The last matches, as far as they were found at once; how many there are before them is known
    /// when it is done.
    newest: Vec<LogMatch>,
}

/// A line that matches.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogMatch {
    /// Its position in the log.
    #[specta(type = f64)]
    position: u64,
    /// The line.
    line: LogLine,
    /// Where in its message the text is: from, to, in UTF-16 code units.
    hits: Vec<(u32, u32)>,
}

/// As many matches fill a window, and what lies around it.
const NEWEST: usize = 120;
/// So long the first ones are looked for before all are.
const AT_ONCE: Duration = Duration::from_millis(25);
/// So long the page has the machine for itself to show them.
const TO_PAINT: Duration = Duration::from_millis(40);

/// Begins a search, and gives the number that it is asked for by, with the last matches.
#[tauri::command]
#[specta::specta]
pub async fn log_search(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    query: LogQuery,
    progress: Channel<LogSearchProgress>,
) -> Answer<LogSearchBegun> {
    let make = move |logs: &Logbook, key: &_| Ok(first_look(logs.book(key)?, query));
    let made = app.with_logs(&connection, &application, &environment, make);
    let (search, newest) = made.await??;
    let tell = move |told| tell(&progress, told);
    let (number, begun) = app.searches.begin(connection, search, tell);
    run_later(begun, !newest.is_empty());
    Ok(LogSearchBegun {
        search: number,
        newest,
    })
}

/// Makes a search ready, and looks for its last matches.
fn first_look(book: Arc<Book>, query: LogQuery) -> Answer<(Search, Vec<LogMatch>)> {
    let search = Search::new(book, &query.into()).map_err(bad_expression)?;
    // What cannot be read is told by the search itself, which reads it too.
    let newest = search.newest(NEWEST, AT_ONCE).unwrap_or_default();
    Ok((search, LogMatches::from(newest).found))
}

/// Searches once what is known already can be seen: all cores are busy then.
fn run_later(begun: Arc<Begun>, has_something: bool) {
    tauri::async_runtime::spawn(async move {
        if has_something {
            tokio::time::sleep(TO_PAINT).await;
        }
        run(begun);
    });
}

fn bad_expression(bad: BadQuery) -> CommandError {
    CommandError::new("bad_expression").with("reason", bad)
}

/// Goes on with a search over lines that have come since.
#[tauri::command]
#[specta::specta]
pub fn log_search_on(app: State<'_, App>, search: u32) -> Answer<()> {
    run(begun(&app, search)?);
    Ok(())
}

/// Matches by their number: as many as were asked for, or as fit.
#[tauri::command]
#[specta::specta]
pub async fn log_matches(
    app: State<'_, App>,
    search: u32,
    from: u32,
    count: u32,
) -> Answer<LogMatches> {
    let count = count.min(MOST_LINES) as usize;
    let read = move |begun: &Begun| begun.search.window(from.into(), count);
    let window = read_from(begun(&app, search)?, read).await?;
    Ok(window.into())
}

/// Ends a search.
#[tauri::command]
#[specta::specta]
pub fn log_search_end(app: State<'_, App>, search: u32) {
    app.searches.end(search);
}

pub(super) fn begun(app: &App, search: u32) -> Answer<Arc<Begun>> {
    let begun = app.searches.get(search);
    begun.ok_or_else(|| CommandError::new("search_ended"))
}

/// Reads of a search or of a set of logs where it may wait for the disk.
pub(super) async fn read_from<S: Send + Sync + 'static, T: Send + 'static>(
    whole: Arc<S>,
    read: impl FnOnce(&S) -> std::io::Result<T> + Send + 'static,
) -> Answer<T> {
    let read = tauri::async_runtime::spawn_blocking(move || read(&whole)).await?;
    read.map_err(log_store_failed)
}

/// Searches where nobody waits for it.
fn run(begun: Arc<Begun>) {
    tauri::async_runtime::spawn_blocking(move || begun.run());
}

pub(super) fn tell(progress: &Channel<LogSearchProgress>, told: Told) {
    let at = told.progress;
    let told = progress.send(LogSearchProgress {
        lines: at.lines,
        of: at.of,
        matches: at.matches,
        milliseconds: at.elapsed.as_secs_f64() * 1000.0,
        done: told.is_done,
        failure: told.failure.map(log_store_failure),
    });
    if let Err(error) = told {
        tracing::debug!(%error, "a page that searches has gone");
    }
}

impl From<LogQuery> for Query {
    fn from(query: LogQuery) -> Self {
        let LogQuery {
            text,
            regex,
            levels,
            from,
            to,
            fields,
        } = query;
        let test = |LogFieldTest { name, value }| FieldTest { name, value };
        let kind = if regex { Text::Regex } else { Text::Literal };
        Self {
            text: (!text.is_empty()).then(|| kind(text)),
            levels,
            from,
            to,
            fields: fields.into_iter().map(test).collect(),
        }
    }
}

impl From<logbook::FoundWindow> for LogMatches {
    fn from(window: logbook::FoundWindow) -> Self {
        let found = window.found.into_iter().map(|one| LogMatch {
            position: one.position,
            line: one.line,
            hits: one.hits.iter().map(|hit| (hit.from, hit.to)).collect(),
        });
        Self {
            total: window.matches,
            from: window.from,
            found: found.collect(),
        }
    }
}
