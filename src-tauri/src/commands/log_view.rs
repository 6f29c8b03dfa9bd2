//! Finding one's way in a log: to a time, from match to match, and where in the whole there are some.

use chrono::{DateTime, Local, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use miso_client::ConnectionId;

use super::Answer;
use super::log_search::{begun, read_from};
use super::logs::{LogHeat, MOST_LINES, MOST_PARTS};
use crate::searches::{Begun, MatchStep, NumberedMatch, Seek};
use crate::state::{App, log_store_failed};
use crate::typed_time::{self, TypedTime};

/// A place in a log.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogPosition {
    /// The position; one past the newest where there is nothing so late.
    #[specta(type = f64)]
    position: u64,
}

/// A line of the log that is what is searched for.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogMark {
    /// Its position in the log.
    #[specta(type = f64)]
    position: u64,
    /// Where in its message the text is: from, to, in UTF-16 code units.
    hits: Vec<(u32, u32)>,
}

/// Reads a time, or a span of time, as it is typed, in the zone that was chosen. Null where it is
/// none.
#[tauri::command]
#[specta::specta]
pub fn time_read(app: State<'_, App>, text: String) -> Option<TypedTime> {
    let now = Utc::now();
    match app.settings.settings().times.named_zone() {
        Some(zone) => typed_time::read(&text, &now.with_timezone(&zone)),
        None => typed_time::read(&text, &now.with_timezone(&Local)),
    }
}

/// The first line of a log that was written at a time or later; a line counts as written no
/// earlier than those before it.
#[tauri::command]
#[specta::specta]
pub async fn log_position_at(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    time: DateTime<Utc>,
) -> Answer<LogPosition> {
    let find = move |logs: &logbook::Logbook, key: &_| match logs.existing(key)? {
        Some(book) => book.position_at(time),
        None => Ok(0),
    };
    let found = app.with_logs(&connection, &application, &environment, find);
    let position = found.await?;
    Ok(LogPosition { position })
}

/// The match at a position of the log or after it, or the next or the previous one from there;
/// after the last comes the first. Null where nothing was found.
#[tauri::command]
#[specta::specta]
pub fn log_match(
    app: State<'_, App>,
    search: u32,
    position: u32,
    step: MatchStep,
) -> Answer<Option<NumberedMatch>> {
    let step = begun(&app, search)?.step(position.into(), step);
    step.map_err(log_store_failed)
}

/// Which of the log's lines from a position on are what is searched for.
#[tauri::command]
#[specta::specta]
pub async fn log_marks(
    app: State<'_, App>,
    search: u32,
    from: u32,
    count: u32,
) -> Answer<Vec<LogMark>> {
    let count = count.min(MOST_LINES) as usize;
    let read = move |begun: &Begun| begun.search.marks_in(from.into(), count);
    let marks = read_from(begun(&app, search)?, read).await?;
    Ok(marks.into_iter().map(LogMark::from).collect())
}

/// What is kept of a log in parts of equal size, with how much of each was found so far.
#[tauri::command]
#[specta::specta]
pub async fn log_search_heat(app: State<'_, App>, search: u32, count: u32) -> Answer<Vec<LogHeat>> {
    let count = count.min(MOST_PARTS) as usize;
    let read = move |begun: &Begun| begun.search.parts(count);
    let parts = read_from(begun(&app, search)?, read).await?;
    Ok(parts.into_iter().map(LogHeat::from).collect())
}

impl From<logbook::Marked> for LogMark {
    fn from(marked: logbook::Marked) -> Self {
        let hits = marked.hits.iter().map(|hit| (hit.from, hit.to)).collect();
        let position = marked.position;
        Self { position, hits }
    }
}
