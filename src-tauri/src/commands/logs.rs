//! Logs: a tail goes to the log book, the page is told how far it is and pulls what it shows.

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Bucket, Limits, Logbook};
use miso_api::{LogGap, LogLine};
use miso_client::{ConnectionId, Failure, Lease, LogPlace, Recording, TailProgress, TailState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::Answer;
use super::log_gaps::LogGapView;
use crate::recording;
use crate::state::App;

/// Most lines a page may pull at once.
pub(super) const MOST_LINES: u32 = 1_000;
/// Most parts a page may ask for.
pub(super) const MOST_PARTS: u32 = 1_000;

/// How far a tail is.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogProgress {
    /// One past the newest position.
    #[specta(type = f64)]
    total: u64,
    /// When the newest line was written.
    newest: Option<DateTime<Utc>>,
    /// How the tail is doing.
    state: TailState,
    /// Why it waits.
    failure: Option<Failure>,
    /// The last lines that were dropped before they could be fetched.
    gap: Option<LogGap>,
}

/// Lines by position.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Type)]
pub struct LogWindow {
    /// Another number than before: positions are those of other lines.
    #[specta(type = f64)]
    generation: u64,
    /// The oldest position kept.
    #[specta(type = f64)]
    first: u64,
    /// One past the newest position.
    #[specta(type = f64)]
    total: u64,
    /// The position of the first line here.
    #[specta(type = f64)]
    from: u64,
    /// The lines.
    lines: Vec<LogLine>,
    /// Where lines are missing before these, between them and after them.
    gaps: Vec<LogGapView>,
}

impl LogWindow {
    fn without_lines(from: u64) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }
}

/// A part of a log, and how many of its lines are bad.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogHeat {
    /// The first position.
    #[specta(type = f64)]
    from: u64,
    /// One past the last.
    #[specta(type = f64)]
    to: u64,
    /// How many are what is searched for; none without a search.
    #[specta(type = f64)]
    matches: u64,
    /// How many are warnings.
    #[specta(type = f64)]
    warnings: u64,
    /// How many are errors.
    #[specta(type = f64)]
    errors: u64,
}

impl From<Bucket> for LogHeat {
    fn from(bucket: Bucket) -> Self {
        let Bucket {
            from,
            to,
            matches,
            warnings,
            errors,
        } = bucket;
        Self {
            from,
            to,
            matches,
            warnings,
            errors,
        }
    }
}

/// Follows a log while the lease is held.
#[tauri::command]
#[specta::specta]
pub async fn log_follow(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    progress: Channel<LogProgress>,
) -> Answer<Lease> {
    let limits = app.log_limits(&connection, &environment);
    let open = move |logs: &Logbook, key: &BookKey| opened(handle, logs, key, limits);
    let opened = app.with_logs(&connection, &application, &environment, open);
    let (place, book) = opened.await?;
    let client = app.client(&connection)?;
    let told = ToPage::begin(book, progress);
    let tell = move |step| told.tell(step);
    Ok(client.follow_log(application, environment, place, tell))
}

fn opened(
    handle: AppHandle,
    logs: &Logbook,
    key: &BookKey,
    limits: Limits,
) -> io::Result<(LogPlace, Arc<Book>)> {
    let book = logs.book_with(key, limits)?;
    let place = recording::place(handle, key.clone(), book.clone());
    Ok((place, book))
}

/// Asks for the newest lines of a log that is followed, now.
#[tauri::command]
#[specta::specta]
pub fn log_refresh(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<()> {
    app.client(&connection)?
        .refresh_log(application, environment);
    Ok(())
}

/// Which logs of a connection are recorded whichever page is open, and how that goes.
#[tauri::command]
#[specta::specta]
pub fn log_recordings(app: State<'_, App>, connection: ConnectionId) -> Answer<Vec<Recording>> {
    Ok(app.client(&connection)?.recordings())
}

/// Lines from a position on: as many as were asked for, or as fit into 4 MiB.
#[tauri::command]
#[specta::specta]
pub async fn log_window(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    from: u32,
    count: u32,
) -> Answer<LogWindow> {
    let (from, count) = (u64::from(from), count.min(MOST_LINES) as usize);
    let shown = move |logs: &Logbook, key: &BookKey| match logs.existing(key)? {
        Some(book) => window(&book, from, count),
        None => Ok(LogWindow::without_lines(from)),
    };
    let shown = app.with_logs(&connection, &application, &environment, shown);
    shown.await
}

/// What is kept of a log in parts of equal size, at most a thousand, with how much of each is bad.
#[tauri::command]
#[specta::specta]
pub async fn log_heat(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    count: u32,
) -> Answer<Vec<LogHeat>> {
    let count = count.min(MOST_PARTS) as usize;
    app.with_logs(&connection, &application, &environment, move |logs, key| {
        let buckets = match logs.existing(key)? {
            Some(book) => book.buckets(count)?,
            None => Vec::new(),
        };
        Ok(buckets.into_iter().map(LogHeat::from).collect())
    })
    .await
}

fn window(book: &Book, from: u64, count: usize) -> io::Result<LogWindow> {
    let view = book.view(from, count)?;
    let gaps = view.gaps.iter().map(|gap| LogGapView::of(book, gap));
    Ok(LogWindow {
        generation: view.generation,
        first: view.first,
        total: view.total,
        from: view.from,
        gaps: gaps.collect::<io::Result<_>>()?,
        lines: view.lines,
    })
}

/// Tells a page how far a tail is.
struct ToPage {
    book: Arc<Book>,
    progress: Channel<LogProgress>,
}

impl ToPage {
    /// Tells at once how much there is already.
    fn begin(book: Arc<Book>, progress: Channel<LogProgress>) -> Self {
        let told = Self { book, progress };
        told.tell(TailProgress {
            state: TailState::CatchingUp,
            total: None,
            newest: None,
            failure: None,
            gap: None,
        });
        told
    }

    /// The book knows better how much there is: it had lines before.
    fn tell(&self, step: TailProgress) {
        let TailProgress {
            state,
            failure,
            gap,
            ..
        } = step;
        let (total, newest) = (self.book.total(), self.book.newest());
        if let Err(error) = self.progress.send(LogProgress {
            total,
            newest,
            state,
            failure,
            gap,
        }) {
            tracing::debug!(%error, "a page that follows a log has gone");
        }
    }
}
