//! What the commands work on.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Limits, Logbook, MergedSearch};
use miso_client::{
    Client, Code, Connection, ConnectionId, Connections, Failure, LinkTarget, SessionState, Stage,
    StampedSession,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager, WebviewWindow};
use url::Url;

use crate::answering::CountedLogs;
use crate::calls::Calls;
use crate::data_lock::DataLock;
use crate::drafts::Drafts;
use crate::error::CommandError;
use crate::events::{Notice, raise};
use crate::local::Local;
use crate::merged::{LogName, MergedLogs, OpenedFiles};
use crate::numbered::Numbered;
use crate::searches::Searches;
use crate::settings::SettingsStore;
use crate::watched_patterns::{ToldPatterns, WatchedPatterns};

/// The app's state, managed by Tauri.
pub(crate) struct App {
    pub connections: Connections,
    /// Where log lines are kept; `None` where the disk does not let them be.
    pub logbook: Option<Arc<Logbook>>,
    pub settings: SettingsStore,
    pub local: Local,
    /// What the user must know, for pages that open after it was said.
    pub notices: Mutex<Vec<Notice>>,
    /// Whether the app was asked to do what a click on "Try it here" does.
    pub try_here: bool,
    /// What pages may call off.
    pub calls: Calls,
    /// What pages search for in logs.
    pub searches: Searches,
    /// Several logs that pages show as one, and what is searched for in them.
    pub merged: Numbered<MergedLogs>,
    pub merged_searches: Searches<MergedSearch>,
    /// Log files that pages open.
    pub opened: OpenedFiles,
    /// What was counted in logs for the answers to why something is unwell.
    pub counted_logs: Arc<CountedLogs>,
    /// Which patterns of logs somebody was just told of.
    pub told_patterns: ToldPatterns,
    /// A link that no page has followed yet, and the label of the window that is to follow it.
    pub link: Mutex<Option<(LinkTarget, String)>>,
    /// Nobody else works on this data meanwhile.
    pub _lock: DataLock,
}

/// A connection as the pages see it.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Its id.
    pub id: ConnectionId,
    /// What people call it.
    pub name: String,
    /// The instance.
    pub url: Url,
    /// Its OpenID Connect issuer, once known.
    pub issuer: Option<String>,
    /// The OAuth client.
    pub client_id: String,
    /// Who signed in last.
    pub account: Option<miso_client::Account>,
    /// Its colour.
    pub hue: miso_client::Hue,
    /// Whether all of it counts as production.
    pub production: bool,
    /// Whether it is locked: nothing is written before it is unlocked.
    pub read_only: bool,
    /// Until when it can be written to although it is locked.
    pub unlocked_until: Option<DateTime<Utc>>,
    /// Whether it leads to the instance inside this app.
    pub local: bool,
    /// Which reading of the API was found to be the instance's, where that could be seen.
    pub found: Option<miso_client::Speaks>,
    /// Its session.
    pub session: SessionState,
    /// Every environment that may be named here, in order; production is marked.
    pub environments: Vec<Stage>,
    /// The session's place among all that were told: a smaller one than the page has is older.
    #[specta(type = u32)]
    pub revision: u64,
}

impl App {
    /// Keeps a link for the page of a window, which takes it; a newer one counts.
    pub(crate) fn keep_link(&self, link: LinkTarget, window: String) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some((link, window));
    }

    /// The link that no page has followed yet; told once, to its window. Where that is gone, any
    /// other follows it.
    pub(crate) fn take_link(&self, window: &WebviewWindow) -> Option<LinkTarget> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let is_its_own = |(_, label): &mut (LinkTarget, String)| {
            label == window.label() || window.get_webview_window(label).is_none()
        };
        Some(link.take_if(is_its_own)?.0)
    }

    pub(crate) fn client(&self, connection: &ConnectionId) -> Result<Client, CommandError> {
        Ok(self.connections.client(connection)?)
    }

    /// Every connection, as the pages see it.
    pub(crate) fn views(&self) -> Vec<ConnectionView> {
        self.connections
            .list()
            .into_iter()
            .filter_map(|(connection, session)| {
                let client = self.connections.client(&connection.id).ok()?;
                Some(view(connection, session, &client))
            })
            .collect()
    }

    /// One connection, as the pages see it.
    pub(crate) fn view(&self, id: &ConnectionId) -> Result<ConnectionView, CommandError> {
        let client = self.connections.client(id)?;
        let connection = self.connections.get(id)?;
        Ok(view(connection, client.stamped_session(), &client))
    }

    /// What the user must know, so far.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.notices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps the connections; where that fails, the pages are told.
    pub(crate) async fn save_connections(&self, app: &AppHandle) {
        let saving = self.settings.set_connections(|| self.connections.to_save());
        let Err(error) = saving.await else {
            return;
        };
        tracing::error!(%error, "the connections could not be saved");
        raise(app, Notice::because("connections_not_saved", error));
    }

    /// Does something with the log books of an application in an environment, apart for each
    /// account, where it may wait for the disk.
    pub(crate) async fn with_logs<T: Send + 'static>(
        &self,
        connection: &ConnectionId,
        application: &str,
        environment: &str,
        work: impl FnOnce(&Logbook, &BookKey) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, CommandError> {
        let key = self.book_key(connection, application, environment)?;
        let Some(logbook) = self.logbook.clone() else {
            return Err(log_store_failed(std::io::ErrorKind::NotFound.into()));
        };
        tauri::async_runtime::spawn_blocking(move || work(&logbook, &key))
            .await?
            .map_err(log_store_failed)
    }

    /// Which book the lines of an application in an environment go to, apart for each account.
    pub(crate) fn book_key(
        &self,
        connection: &ConnectionId,
        application: &str,
        environment: &str,
    ) -> Result<BookKey, Failure> {
        book_key(&self.connections, connection, application, environment)
    }

    /// The books of several logs of a connection.
    pub(crate) async fn log_books(
        &self,
        connection: &ConnectionId,
        logs: &[LogName],
    ) -> Result<Vec<Arc<Book>>, CommandError> {
        let mut books = Vec::new();
        for log in logs {
            let LogName {
                application,
                environment,
            } = log;
            let open = |logbook: &Logbook, key: &_| logbook.book(key);
            books.push(
                self.with_logs(connection, application, environment, open)
                    .await?,
            );
        }
        Ok(books)
    }

    /// How much of a log is kept: of production less long than of others.
    pub(crate) fn log_limits(&self, connection: &ConnectionId, environment: &str) -> Limits {
        let is_production = is_production(&self.connections, connection, environment);
        self.settings.settings().log_keeping.limits(is_production)
    }

    /// Erases what is kept of a connection beside its session: log lines, what of them somebody is
    /// told of, and what was typed.
    pub(crate) async fn erase(&self, connection: &ConnectionId) -> Result<(), CommandError> {
        let without = |drafts: Drafts| drafts.without(connection);
        let forgotten = self.settings.change_drafts(without).await;
        let unwatched = |watched: WatchedPatterns| watched.without_those_of(connection);
        let unwatched = self.settings.change_watched_patterns(unwatched).await;
        let erased = self.erase_logs(connection).await;
        forgotten?;
        unwatched?;
        erased
    }

    async fn erase_logs(&self, connection: &ConnectionId) -> Result<(), CommandError> {
        self.searches.end_of(connection);
        self.counted_logs.end_of(connection);
        self.merged_searches.end_of(connection);
        self.merged.end_of(connection);
        self.opened.reading.end_of(connection);
        let Some(logbook) = self.logbook.clone() else {
            return Ok(());
        };
        let connection = connection.to_string();
        tauri::async_runtime::spawn_blocking(move || logbook.erase(&connection))
            .await?
            .map_err(log_store_failed)
    }
}

/// Which book the lines of an application in an environment go to, apart for each account.
pub(crate) fn book_key(
    connections: &Connections,
    connection: &ConnectionId,
    application: &str,
    environment: &str,
) -> Result<BookKey, Failure> {
    let account = connections.get(connection)?.account;
    Ok(BookKey {
        connection: connection.to_string(),
        account: account.map(|account| account.subject).unwrap_or_default(),
        application: application.to_owned(),
        environment: environment.to_owned(),
    })
}

/// Whether an environment of a connection is production, as far as is known.
pub(crate) fn is_production(
    connections: &Connections,
    connection: &ConnectionId,
    environment: &str,
) -> bool {
    let stages = connections.client(connection).map(|known| known.stages());
    let mut stages = stages.into_iter().flatten();
    stages.any(|stage| stage.production && stage.key == environment)
        || connections
            .get(connection)
            .is_ok_and(|known| known.production)
}

pub(crate) fn log_store_failed(error: std::io::Error) -> CommandError {
    log_store_failure(error).into()
}

pub(crate) fn log_store_failure(error: std::io::Error) -> Failure {
    Failure::new(Code::LogStoreFailed).with("reason", error)
}

fn view(connection: Connection, session: StampedSession, client: &Client) -> ConnectionView {
    ConnectionView {
        id: connection.id,
        name: connection.name,
        url: connection.url,
        issuer: connection.issuer,
        client_id: connection.sign_in.client_id,
        account: connection.account,
        hue: connection.hue,
        production: connection.production,
        read_only: connection.read_only,
        unlocked_until: client.unlocked_until(),
        local: connection.local_instance.is_some(),
        found: connection.found,
        session: session.state,
        revision: session.revision,
        environments: client.stages(),
    }
}
