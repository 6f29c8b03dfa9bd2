//! What commands are carried out with: the running app, or what it keeps, where it does not run.

use std::sync::Arc;
use std::time::Duration;

use logbook::{Book, BookKey, Limits, Logbook};
use miso_client::{ConnectionId, Connections, LogPlace};
use tauri::{AppHandle, Manager};

use super::alone::Alone;
use super::exit::Refused;
use crate::recording;
use crate::state::{App, is_production};

/// What hears that it is not wanted any more has ended by then.
const LEFT: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(10);

/// One of the two.
pub(crate) enum Desk {
    /// The app runs.
    App(AppHandle),
    /// It does not.
    Alone(Box<Alone>),
}

impl Desk {
    pub(super) fn connections(&self) -> &Connections {
        match self {
            Self::App(app) => &app.state::<App>().inner().connections,
            Self::Alone(alone) => &alone.connections,
        }
    }

    /// Makes sure that a session which the keyring holds has been taken up.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn sign_in(&self, connection: &ConnectionId) -> Result<(), Refused> {
        match self {
            Self::App(_) => Ok(()),
            Self::Alone(alone) => alone.sign_in(connection).await,
        }
    }

    /// Leaves what the app keeps to whoever takes it next, once nothing works on it here any more.
    pub(super) async fn left(self: Arc<Self>) {
        if let Self::Alone(alone) = self.as_ref() {
            alone.end().await;
        }
        let all = async {
            while Arc::strong_count(&self) > 1 {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(LEFT, all).await.is_err() {
            tracing::warn!("something works still on what another one may have now");
        }
    }

    pub(super) fn logbook(&self) -> Option<Arc<Logbook>> {
        match self {
            Self::App(app) => app.state::<App>().logbook.clone(),
            Self::Alone(alone) => alone.logbook.clone(),
        }
    }

    pub(super) fn limits(&self, connection: &ConnectionId, environment: &str) -> Limits {
        match self {
            Self::App(app) => app.state::<App>().log_limits(connection, environment),
            Self::Alone(alone) => {
                let is_production = is_production(&alone.connections, connection, environment);
                alone.log_keeping.limits(is_production)
            }
        }
    }

    /// Where a tail puts its lines, and goes on. Waits for the disk.
    pub(super) fn place(&self, key: BookKey, book: Arc<Book>) -> LogPlace {
        match self {
            Self::App(app) => recording::place(app.clone(), key, book),
            Self::Alone(_) => LogPlace {
                cursor: book.cursor(),
                sink: book.clone(),
                keep_cursor: recording::keep_cursor(book),
            },
        }
    }
}
