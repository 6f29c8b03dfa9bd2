//! The logs of starred applications are recorded: the settings say which, and it is known here where
//! their lines go.

use std::sync::Arc;

use logbook::{Book, BookKey};
use miso_client::{ConnectionId, Failure, KeepCursor, LogPlace, LogPlaces};
use tauri::{AppHandle, Manager};

use crate::settings::Settings;
use crate::state::{App, log_store_failure};
use crate::watched_patterns::Watching;

/// Has each connection record what the settings say.
pub(crate) fn apply(handle: &AppHandle) {
    let app = handle.state::<App>();
    let settings = app.settings.settings();
    for (connection, _) in app.connections.list() {
        let id = connection.id;
        let Ok(client) = app.connections.client(&id) else {
            continue;
        };
        client.record(starred(&settings, &id), places(handle.clone(), id));
    }
}

/// Where a tail puts its lines, tells of some, and goes on. Waits for the disk.
pub(crate) fn place(app: AppHandle, key: BookKey, book: Arc<Book>) -> LogPlace {
    let cursor = book.cursor();
    let sink = Arc::new(Watching {
        app,
        key,
        book: book.clone(),
    });
    LogPlace {
        sink,
        cursor,
        keep_cursor: keep_cursor(book),
    }
}

/// Keeps with a book where its tail goes on.
pub(crate) fn keep_cursor(book: Arc<Book>) -> KeepCursor {
    Arc::new(move |cursor| {
        if let Err(error) = book.set_cursor(cursor) {
            tracing::warn!(%error, "where the tail goes on could not be kept");
        }
    })
}

/// Which applications of a connection are recorded.
fn starred(settings: &Settings, connection: &ConnectionId) -> Vec<String> {
    if !settings.log_keeping.record {
        return Vec::new();
    }
    let of_it = settings
        .starred
        .iter()
        .filter(|star| star.connection == *connection);
    of_it.map(|star| star.application.clone()).collect()
}

/// The books of whoever is signed in to a connection when a log begins to be recorded.
fn places(handle: AppHandle, connection: ConnectionId) -> LogPlaces {
    Arc::new(move |application, environment| {
        let app = handle.state::<App>();
        let key = app.book_key(&connection, application, environment)?;
        let logbook = app.logbook.as_ref().ok_or_else(no_logbook)?;
        let limits = app.log_limits(&connection, environment);
        let book = logbook.book_with(&key, limits);
        let book = book.map_err(log_store_failure)?;
        Ok(place(handle.clone(), key, book))
    })
}

fn no_logbook() -> Failure {
    log_store_failure(std::io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::settings::{LogKeeping, Starred};

    #[test]
    fn only_the_stars_of_a_connection_are_recorded_and_none_where_that_is_not_wanted() {
        let id = |text: &str| -> ConnectionId { serde_json::from_value(text.into()).unwrap() };
        let star = |connection: &str, application: &str| Starred {
            connection: id(connection),
            application: application.to_owned(),
        };
        let mut settings = Settings {
            starred: vec![star("one", "shop"), star("two", "till"), star("one", "api")],
            ..Settings::default()
        };
        assert_eq!(starred(&settings, &id("one")), ["shop", "api"]);
        assert_eq!(starred(&settings, &id("three")), [""; 0]);
        settings.log_keeping = LogKeeping {
            record: false,
            ..LogKeeping::default()
        };
        assert_eq!(starred(&settings, &id("one")), [""; 0]);
    }
}
