//! What a log says that it did not say before, and being told when it says that again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use logbook::{BookKey, Logbook, NewSince, Pattern};
use miso_api::LogLevel;
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use super::Answer;
use crate::calls::StopsAtItsEnd;
use crate::state::App;
use crate::watched_patterns::{WatchedPattern, WatchedPatterns};

/// As many patterns are given to a page, those of most lines first.
const MOST_GIVEN: usize = 1_000;

/// What lines of one level have in common.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogPattern {
    /// The message; what differs is masked in it: `<*>`.
    text: String,
    /// How bad its lines are.
    level: LogLevel,
    /// How many lines have it.
    #[specta(type = f64)]
    count: u64,
    /// When the first of them was written.
    first: DateTime<Utc>,
    /// When the last of them was written.
    last: DateTime<Utc>,
    /// The position of the first of them.
    #[specta(type = f64)]
    position: u64,
}

/// Patterns that a log did not have before a time, as far as that is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Type)]
pub struct LogNewSince {
    /// The generation in which the positions are right.
    #[specta(type = f64)]
    generation: u64,
    /// The new ones, those of most lines first; not all of very many.
    patterns: Vec<LogPattern>,
    /// How many there are.
    total: u32,
    /// How many lines were written since, whether they are new or not.
    #[specta(type = f64)]
    lines: u64,
    /// How many of them were not looked at by their pattern, because there are too many.
    #[specta(type = f64)]
    others: u64,
    /// How many lines are kept from before.
    #[specta(type = f64)]
    before: u64,
    /// When the oldest line that is kept was written; `None` without lines.
    oldest: Option<DateTime<Utc>>,
    /// In how many places lines from before are missing.
    gaps: u32,
}

/// The patterns of a log's messages that no line of the same level had before a time: of some levels,
/// or of all where none is named. Ends when it is called off.
#[tauri::command]
#[specta::specta]
pub async fn log_new_since(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    since: DateTime<Utc>,
    levels: Vec<LogLevel>,
    call: u32,
) -> Answer<LogNewSince> {
    let look = async {
        let stops = StopsAtItsEnd::default();
        let find = news_in(since, levels, stops.stop());
        let found = app.with_logs(&connection, &application, &environment, find);
        Ok(found.await?.map(LogNewSince::from).unwrap_or_default())
    };
    app.calls.run(Some(call), look).await
}

fn news_in(
    since: DateTime<Utc>,
    levels: Vec<LogLevel>,
    stop: Arc<AtomicBool>,
) -> impl FnOnce(&Logbook, &BookKey) -> io::Result<Option<NewSince>> + Send + 'static {
    move |logs, key| match logs.existing(key)? {
        Some(book) => logbook::new_since(&book, since, &levels, &stop),
        None => Ok(None),
    }
}

/// Which patterns of a log somebody is told of when they appear again, the oldest first.
#[tauri::command]
#[specta::specta]
pub fn log_patterns_watched(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<Vec<WatchedPattern>> {
    let key = app.book_key(&connection, &application, &environment)?;
    Ok(app.settings.watched_patterns().of(&key))
}

/// Has a pattern of a log told when it appears again, and gives those that are.
#[tauri::command]
#[specta::specta]
pub async fn log_pattern_watch(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    level: LogLevel,
    text: String,
) -> Answer<Vec<WatchedPattern>> {
    let key = app.book_key(&connection, &application, &environment)?;
    let pattern = WatchedPattern::of(level, &text, Utc::now());
    changed(&app, &key, |all| all.with(&key, pattern)).await
}

/// Ends that, and gives those that are left.
#[tauri::command]
#[specta::specta]
pub async fn log_pattern_forget(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    level: LogLevel,
    text: String,
) -> Answer<Vec<WatchedPattern>> {
    let key = app.book_key(&connection, &application, &environment)?;
    let pattern = WatchedPattern::of(level, &text, Utc::now());
    changed(&app, &key, |all| all.without(&key, &pattern)).await
}

async fn changed(
    app: &App,
    key: &BookKey,
    change: impl FnOnce(WatchedPatterns) -> WatchedPatterns,
) -> Answer<Vec<WatchedPattern>> {
    app.settings.change_watched_patterns(change).await?;
    Ok(app.settings.watched_patterns().of(key))
}

impl From<NewSince> for LogNewSince {
    fn from(new: NewSince) -> Self {
        let NewSince {
            patterns,
            before,
            oldest,
            gaps,
        } = new;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            generation: patterns.generation,
            total: count(patterns.all.len()),
            lines: patterns.lines,
            others: patterns.others,
            before,
            oldest,
            gaps: count(gaps),
            patterns: patterns
                .all
                .into_iter()
                .take(MOST_GIVEN)
                .map(LogPattern::from)
                .collect(),
        }
    }
}

impl From<Pattern> for LogPattern {
    fn from(pattern: Pattern) -> Self {
        let Pattern {
            text,
            level,
            count,
            first,
            last,
            position,
        } = pattern;
        Self {
            text,
            level,
            count,
            first,
            last,
            position,
        }
    }
}
