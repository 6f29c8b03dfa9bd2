//! Logs: a tail goes to the log book, the page is told how far it is and pulls what it shows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::LogLine;
use miso_client::{ConnectionId, Failure, Lease, TailProgress, TailState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;

use super::Answer;
use crate::state::{App, log_store_failed};

/// Most lines a page may pull at once.
const MOST_LINES: u32 = 1_000;

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
}

/// Lines by position.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogWindow {
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
}

/// Follows a log while the lease is held.
#[tauri::command]
#[specta::specta]
pub async fn log_follow(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    progress: Channel<LogProgress>,
) -> Answer<Lease> {
    let book = app.book(&connection, &application, &environment)?;
    let told = ToPage {
        book: book.clone(),
        progress,
    };
    told.tell(TailState::CatchingUp, None);
    let cursor = book.cursor();
    let client = app.client(&connection)?;
    Ok(
        client.follow_log(application, environment, book, cursor, move |step| {
            told.take(step)
        }),
    )
}

/// Lines from a position on.
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
    let book = app.book(&connection, &application, &environment)?;
    let count = count.min(MOST_LINES) as usize;
    loop {
        let first = book.first();
        let from = u64::from(from).max(first);
        let lines = book.window(from, count).map_err(log_store_failed)?;
        // Where the oldest lines were dropped meanwhile, the positions would not fit the lines.
        if book.first() == first {
            return Ok(LogWindow {
                first,
                total: book.total(),
                from,
                lines,
            });
        }
    }
}

/// Tells a page how far a tail is, and keeps where it goes on.
struct ToPage {
    book: Arc<logbook::Book>,
    progress: Channel<LogProgress>,
}

impl ToPage {
    fn take(&self, step: TailProgress) {
        if let Err(error) = self.book.set_cursor(step.cursor) {
            tracing::warn!(%error, "where the tail goes on could not be kept");
        }
        self.tell(step.state, step.failure);
    }

    fn tell(&self, state: TailState, failure: Option<Failure>) {
        let (total, newest) = (self.book.total(), self.book.newest());
        if let Err(error) = self.progress.send(LogProgress {
            total,
            newest,
            state,
            failure,
        }) {
            tracing::debug!(%error, "a page that follows a log has gone");
        }
    }
}
