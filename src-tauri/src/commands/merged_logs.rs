//! Several logs as one, by time: followed one by one, read, searched and exported together. So is a
//! log file that was opened.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use logbook::{ExportForm, ExportProgress, MergedFound, MergedSearch, MergedWindow, Query};
use miso_api::LogLine;
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use super::Answer;
use super::log_search::{LogQuery, LogSearchProgress, read_from, tell};
use super::log_view::LogMark;
use super::logs::{LogHeat, MOST_LINES, MOST_PARTS};
use crate::error::CommandError;
use crate::exporting::{self, NotExported, Wanted};
use crate::merged::{LogName, MOST_LOGS, MergedLogs, ReadFile};
use crate::searches::{Begun, MatchStep, NumberedMatch, Seek};
use crate::state::{App, log_store_failed};

/// The most bytes of a piece of a file.
const MOST_TEXT: usize = 8 * 1024 * 1024;

/// Several logs at one moment.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct MergedState {
    /// Another number than before: positions are those of other lines.
    #[specta(type = f64)]
    generation: u64,
    /// How many lines there are.
    #[specta(type = f64)]
    total: u64,
}

/// Lines of several logs by position.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct MergedLines {
    /// Another number than before: positions are those of other lines.
    #[specta(type = f64)]
    generation: u64,
    /// How many lines there are.
    #[specta(type = f64)]
    total: u64,
    /// The position of the first line here.
    #[specta(type = f64)]
    from: u64,
    /// The lines.
    lines: Vec<LogLine>,
    /// Of which log each is, by its number.
    logs: Vec<u32>,
}

/// Lines of several logs that match.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct MergedMatches {
    /// Another number than before: positions are those of other lines.
    #[specta(type = f64)]
    generation: u64,
    /// How many there are so far.
    #[specta(type = f64)]
    total: u64,
    /// The matches.
    found: Vec<MergedMatch>,
}

/// A line of one of several logs that matches.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct MergedMatch {
    /// Of which log it is, by its number.
    log: u32,
    /// Its position among all lines.
    #[specta(type = f64)]
    position: u64,
    /// The line.
    line: LogLine,
    /// Where in its message the text is: from, to, in UTF-16 code units.
    hits: Vec<(u32, u32)>,
}

/// How lines are written to a file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LogForm {
    /// A line each for people.
    Text,
    /// A JSON object a line.
    JsonLines,
    /// A table.
    Csv,
}

/// Which lines are written to a file, and how.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogPart {
    /// Those that are searched for; null for all.
    query: Option<LogQuery>,
    /// The position of the first, or its number among those that match; null for all there are.
    from: Option<u32>,
    /// One past the last.
    to: Option<u32>,
    /// How they are written.
    form: LogForm,
}

/// How far the writing is.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogExport {
    /// Lines that were written.
    #[specta(type = f64)]
    lines: u64,
    /// Lines there are to write.
    #[specta(type = f64)]
    of: u64,
    /// Bytes that were written.
    #[specta(type = f64)]
    bytes: u64,
}

/// A log file that was read.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct OpenedLog {
    /// The number by which its lines are asked for.
    set: u32,
    /// Which logs it is of; what does not say so is called by the file's name.
    logs: Vec<LogName>,
    /// How many lines did not say when they were written: they stand at the time of the line before.
    #[specta(type = f64)]
    untimed: u64,
}

/// Shows several logs as one, at most twelve, and gives the number that they are asked for by.
#[tauri::command]
#[specta::specta]
pub async fn merged_open(
    app: State<'_, App>,
    connection: ConnectionId,
    logs: Vec<LogName>,
) -> Answer<u32> {
    if logs.len() > MOST_LOGS {
        return Err(CommandError::new("too_many_logs").with("most", MOST_LOGS));
    }
    let books = app.log_books(&connection, &logs).await?;
    let opened = MergedLogs::of(connection, logs, books);
    Ok(app.merged.keep(Arc::new(opened)))
}

/// Goes on to what there is now.
#[tauri::command]
#[specta::specta]
pub async fn merged_refresh(app: State<'_, App>, set: u32) -> Answer<MergedState> {
    let read = |shown: &MergedLogs| {
        let generation = shown.merged.refresh()?;
        let total = shown.merged.total();
        Ok(MergedState { generation, total })
    };
    read_from(shown(&app, set)?, read).await
}

/// Lines from a position on: as many as were asked for, or as fit.
#[tauri::command]
#[specta::specta]
pub async fn merged_window(
    app: State<'_, App>,
    set: u32,
    from: u32,
    count: u32,
) -> Answer<MergedLines> {
    let count = count.min(MOST_LINES) as usize;
    let read = move |shown: &MergedLogs| shown.merged.window(u64::from(from), count);
    read_from(shown(&app, set)?, read)
        .await
        .map(MergedLines::from)
}

/// All lines in parts of equal size, at most a thousand, with how much of each is bad.
#[tauri::command]
#[specta::specta]
pub async fn merged_heat(app: State<'_, App>, set: u32, count: u32) -> Answer<Vec<LogHeat>> {
    let count = count.min(MOST_PARTS) as usize;
    let read = move |shown: &MergedLogs| shown.merged.buckets(count);
    let buckets = read_from(shown(&app, set)?, read).await?;
    Ok(buckets.into_iter().map(LogHeat::from).collect())
}

/// Ends the showing of several logs as one. A file that was opened is closed, what was read of it
/// erased.
#[tauri::command]
#[specta::specta]
pub async fn merged_close(app: State<'_, App>, set: u32) -> Answer<()> {
    app.merged.end(set);
    Ok(())
}

/// Begins a search in several logs, and gives the number that it is asked for by.
#[tauri::command]
#[specta::specta]
pub async fn merged_search(
    app: State<'_, App>,
    set: u32,
    query: LogQuery,
    progress: Channel<LogSearchProgress>,
) -> Answer<u32> {
    let shown = shown(&app, set)?;
    let search = MergedSearch::new(shown.merged.clone(), &Query::from(query));
    let search = search.map_err(|bad| CommandError::new("bad_expression").with("reason", bad))?;
    let tell = move |told| tell(&progress, told);
    let (number, begun) = app
        .merged_searches
        .begin(shown.of_connection(), search, tell);
    run(begun);
    Ok(number)
}

/// Goes on with a search over lines that have come since.
#[tauri::command]
#[specta::specta]
pub fn merged_search_on(app: State<'_, App>, search: u32) -> Answer<()> {
    run(begun(&app, search)?);
    Ok(())
}

/// Matches by their number: as many as were asked for, or as fit.
#[tauri::command]
#[specta::specta]
pub async fn merged_matches(
    app: State<'_, App>,
    search: u32,
    from: u32,
    count: u32,
) -> Answer<MergedMatches> {
    let count = count.min(MOST_LINES) as usize;
    let read = move |begun: &Begun<MergedSearch>| matches(&begun.search, from.into(), count);
    read_from(begun(&app, search)?, read).await
}

/// The match at a position among all lines or after it, or the next or the previous one from there;
/// after the last comes the first. Null where nothing was found.
#[tauri::command]
#[specta::specta]
pub async fn merged_match(
    app: State<'_, App>,
    search: u32,
    position: u32,
    step: MatchStep,
) -> Answer<Option<NumberedMatch>> {
    let read = move |begun: &Begun<MergedSearch>| begun.step(position.into(), step);
    read_from(begun(&app, search)?, read).await
}

/// Which of all lines from a position on are what is searched for.
#[tauri::command]
#[specta::specta]
pub async fn merged_marks(
    app: State<'_, App>,
    search: u32,
    from: u32,
    count: u32,
) -> Answer<Vec<LogMark>> {
    let count = count.min(MOST_LINES) as usize;
    let read = move |begun: &Begun<MergedSearch>| begun.search.marks_in(from.into(), count);
    let marks = read_from(begun(&app, search)?, read).await?;
    Ok(marks.into_iter().map(LogMark::from).collect())
}

/// All lines in parts of equal size, with how much of each was found so far.
#[tauri::command]
#[specta::specta]
pub async fn merged_search_heat(
    app: State<'_, App>,
    search: u32,
    count: u32,
) -> Answer<Vec<LogHeat>> {
    let count = count.min(MOST_PARTS) as usize;
    let read = move |begun: &Begun<MergedSearch>| begun.search.parts(count);
    let parts = read_from(begun(&app, search)?, read).await?;
    Ok(parts.into_iter().map(LogHeat::from).collect())
}

/// Ends a search.
#[tauri::command]
#[specta::specta]
pub fn merged_search_end(app: State<'_, App>, search: u32) {
    app.merged_searches.end(search);
}

/// Writes lines to a file that is chosen by the system's own dialog, and says how much; null where
/// none was chosen or it was called off.
#[tauri::command]
#[specta::specta]
pub async fn merged_export(
    window: WebviewWindow,
    app: State<'_, App>,
    connection: ConnectionId,
    set: u32,
    part: LogPart,
    call: u32,
    progress: Channel<LogExport>,
) -> Answer<Option<LogExport>> {
    app.client(&connection)?;
    let (shown, wanted) = (shown(&app, set)?, Wanted::from(part));
    let tell = move |told: ExportProgress| send(&progress, told.into());
    let work = |off| exporting::export(window, shown, wanted, off, tell);
    let written = app.calls.until_called_off(call, work).await;
    Ok(written.map_err(not_exported)?.map(LogExport::from))
}

/// Begins to read a log file, which was last written then, and gives the number by which it is read.
#[tauri::command]
#[specta::specta]
pub async fn log_file_open(
    app: State<'_, App>,
    connection: ConnectionId,
    name: String,
    written: DateTime<Utc>,
) -> Answer<u32> {
    app.client(&connection)?;
    let begun = app.opened.begin(connection, name, written);
    Ok(app
        .opened
        .reading
        .keep(Arc::new(begun.map_err(log_store_failed)?)))
}

/// Takes the next piece of a log file.
#[tauri::command]
#[specta::specta]
pub async fn log_file_take(app: State<'_, App>, file: u32, text: String) -> Answer<()> {
    let reading = reading(&app, file)?;
    if text.len() > MOST_TEXT {
        return Err(CommandError::new("log_store_failed").with("reason", "it is too long"));
    }
    let take = move || reading.take(&text);
    let taken = tauri::async_runtime::spawn_blocking(take).await?;
    taken.map_err(log_store_failed)
}

/// Shows a log file that was read to its end.
#[tauri::command]
#[specta::specta]
pub async fn log_file_show(app: State<'_, App>, file: u32) -> Answer<OpenedLog> {
    let reading = app.opened.reading.take(file).ok_or_else(ended)?;
    let read = tauri::async_runtime::spawn_blocking(move || reading.end()).await?;
    let (shown, untimed) = read.map_err(log_store_failed)?;
    let logs = shown.logs.clone();
    let set = app.merged.keep(Arc::new(shown));
    Ok(OpenedLog { set, logs, untimed })
}

/// Reads a log file no further; what was read of it is erased.
#[tauri::command]
#[specta::specta]
pub async fn log_file_close(app: State<'_, App>, file: u32) -> Answer<()> {
    app.opened.reading.end(file);
    Ok(())
}

fn ended() -> CommandError {
    CommandError::new("search_ended")
}

fn shown(app: &App, set: u32) -> Answer<Arc<MergedLogs>> {
    app.merged.get(set).ok_or_else(ended)
}

fn reading(app: &App, file: u32) -> Answer<Arc<ReadFile>> {
    app.opened.reading.get(file).ok_or_else(ended)
}

fn begun(app: &App, search: u32) -> Answer<Arc<Begun<MergedSearch>>> {
    app.merged_searches.get(search).ok_or_else(ended)
}

/// Searches where nobody waits for it.
fn run(begun: Arc<Begun<MergedSearch>>) {
    tauri::async_runtime::spawn_blocking(move || begun.run());
}

fn send(progress: &Channel<LogExport>, told: LogExport) {
    if let Err(error) = progress.send(told) {
        tracing::debug!(%error, "a page that exports has gone");
    }
}

fn not_exported(error: NotExported) -> CommandError {
    match error {
        NotExported::Query(bad) => CommandError::new("bad_expression").with("reason", bad),
        NotExported::Disk(error) => CommandError::new("file_not_written").with("reason", error),
    }
}

fn matches(search: &MergedSearch, from: u64, count: usize) -> std::io::Result<MergedMatches> {
    let found = search.window(from, count)?;
    Ok(MergedMatches {
        generation: search.progress().generation,
        total: search.rank(u64::MAX)?,
        found: found.into_iter().map(MergedMatch::from).collect(),
    })
}

impl From<LogPart> for Wanted {
    fn from(part: LogPart) -> Self {
        let range = part.from.zip(part.to);
        Self {
            query: part.query.map(Query::from),
            range: range.map(|(from, to)| (u64::from(from), u64::from(to))),
            form: match part.form {
                LogForm::Text => ExportForm::Text,
                LogForm::JsonLines => ExportForm::JsonLines,
                LogForm::Csv => ExportForm::Csv,
            },
        }
    }
}

impl From<ExportProgress> for LogExport {
    fn from(progress: ExportProgress) -> Self {
        let ExportProgress { lines, of, bytes } = progress;
        Self { lines, of, bytes }
    }
}

impl From<MergedWindow> for MergedLines {
    fn from(window: MergedWindow) -> Self {
        let logs = window.lines.iter().map(|one| one.book as u32).collect();
        let lines = window.lines.into_iter().map(|one| one.line).collect();
        Self {
            generation: window.generation,
            total: window.total,
            from: window.from,
            lines,
            logs,
        }
    }
}

impl From<MergedFound> for MergedMatch {
    fn from(found: MergedFound) -> Self {
        Self {
            log: found.book as u32,
            position: found.merged,
            line: found.line,
            hits: found.hits.iter().map(|hit| (hit.from, hit.to)).collect(),
        }
    }
}
