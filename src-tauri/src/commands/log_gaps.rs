//! Lines that are missing in a log: where, and fetching them when somebody asks for it.

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use logbook::{Book, Gap, GapId, GapReason, Remains};
use miso_api::LogLine;
use miso_client::{Client, ConnectionId, FillCost, FillGap, Filled, MissingLines, StillMissing};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::Answer;
use crate::state::App;

/// As many positions as a view holds on to.
const MOST_PLACES: usize = 16;

/// Lines that are missing before one that is there.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogGapView {
    /// Names it.
    id: String,
    /// The position of the line after it.
    #[specta(type = f64)]
    at: u64,
    /// The time of the line before it.
    from: Option<DateTime<Utc>>,
    /// The time of the line after it.
    to: Option<DateTime<Utc>>,
    /// What it takes to fetch them; `None` where the instance does not have them any more.
    cost: Option<FillCost>,
}

impl LogGapView {
    /// A gap of a book as it is shown.
    pub(super) fn of(book: &Book, gap: &Gap) -> io::Result<Self> {
        let cost = match gap.reason {
            GapReason::Dropped => None,
            GapReason::Skipped | GapReason::Refused => Some(FillCost::of(book.guess(gap)?)),
        };
        Ok(Self {
            id: gap.id.to_string(),
            at: gap.at,
            from: gap.from,
            to: gap.to,
            cost,
        })
    }
}

/// Fetches what is missing in a gap, the newest lines first, and tells how far it is after each
/// request. Once the call is called off, it asks no more; what has come is kept, and so is what
/// remains of the gap.
#[tauri::command]
#[specta::specta]
pub async fn log_backfill(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    gap: String,
    progress: Channel<Filled>,
    call: u32,
) -> Answer<Filled> {
    let client = app.client(&connection)?;
    let log = (application, environment);
    let found = app.with_logs(&connection, &log.0, &log.1, move |logs, key| {
        Ok(logs.existing(key)?.and_then(|book| find(book, &gap)))
    });
    let Some(gap) = found.await? else {
        return Ok(Filled::closed());
    };
    let work = |off| filled(client, log, gap, progress, off);
    Ok(app.calls.until_called_off(call, work).await)
}

async fn filled(
    client: Client,
    (application, environment): (String, String),
    (missing, fill): (MissingLines, FillGap),
    progress: Channel<Filled>,
    off: CancellationToken,
) -> Filled {
    let told = |filled: &Filled| tell(&progress, filled);
    let filling = client.fill_gap(application, environment, missing, fill, &off, told);
    filling.await
}

/// Where lines are now.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct LogMoved {
    /// The generation in which they are there.
    #[specta(type = f64)]
    generation: u64,
    /// Their positions; `None` where nobody can say.
    places: Vec<Option<u32>>,
}

/// Where lines are now that were at these positions in a generation.
#[tauri::command]
#[specta::specta]
pub async fn log_moved(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    generation: u32,
    positions: Vec<u32>,
) -> Answer<LogMoved> {
    app.with_logs(&connection, &application, &environment, move |logs, key| {
        let book = logs.existing(key)?;
        Ok(moved(book.as_deref(), generation.into(), &positions))
    })
    .await
}

fn moved(book: Option<&Book>, generation: u64, positions: &[u32]) -> LogMoved {
    let place = |position: &u32| {
        let moved = book?.moved(generation, (*position).into())?;
        u32::try_from(moved).ok()
    };
    loop {
        let generation = book.map_or(0, Book::generation);
        let places = positions.iter().take(MOST_PLACES).map(place).collect();
        // Both are of one moment.
        if book.map_or(0, Book::generation) == generation {
            return LogMoved { generation, places };
        }
    }
}

/// A gap by its name, and what puts lines into it; `None` where it is closed.
pub(crate) fn find(book: Arc<Book>, name: &str) -> Option<(MissingLines, FillGap)> {
    let gap = book
        .gaps()
        .into_iter()
        .find(|gap| gap.id.to_string() == name)?;
    let missing = MissingLines {
        from: gap.from,
        to: gap.to,
    };
    let fill = move |lines: &[LogLine], missing| fill(&book, &gap.id, lines, missing);
    Some((missing, Arc::new(fill)))
}

fn fill(book: &Book, gap: &GapId, lines: &[LogLine], missing: StillMissing) -> io::Result<usize> {
    let remains = match missing {
        StillMissing::Nothing => Remains::Nothing,
        StillMissing::Older | StillMissing::Gone => Remains::Before,
    };
    let filled = book.backfill(gap, lines, remains)?;
    if missing == StillMissing::Gone {
        book.explain(gap, GapReason::Dropped)?;
    }
    Ok(filled.new)
}

fn tell(progress: &Channel<Filled>, filled: &Filled) {
    if let Err(error) = progress.send(filled.clone()) {
        tracing::debug!(%error, "nobody looks at the gap any more");
    }
}
