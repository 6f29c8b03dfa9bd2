//! The app's place while it does not run: what it keeps, and the session that the keyring holds, for a
//! command or two.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use logbook::Logbook;
use miso_client::{
    Browser, Client, Connection, ConnectionId, Connections, Event, Parts, Publish, SessionState,
    SystemClock, Vault,
};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::exit::{Exit, Refused};
use crate::settings::{self, LogKeeping, Settings};

/// As long as a person may take to unlock the keyring.
const KEYRING: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a provider may take that is just renewing a session.
const SESSIONS: Duration = Duration::from_secs(5);
/// How long a log that nobody follows any more may take to end by itself, and in any case.
const LAST_LINES: Duration = Duration::from_secs(1);
const LOGS: Duration = Duration::from_secs(5);
/// How long what was read last may take to be written.
const CACHE: Duration = Duration::from_secs(1);

/// What the app keeps.
pub(crate) struct Alone {
    pub connections: Connections,
    pub logbook: Option<Arc<Logbook>>,
    pub log_keeping: LogKeeping,
    /// Whose session was taken up.
    signed_in: Mutex<HashSet<ConnectionId>>,
}

/// The part of the settings that is needed here.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    connections: Vec<Connection>,
}

/// The connections that the settings hold.
///
/// # Errors
/// Where the settings cannot be read; the app mends them.
pub(super) fn connections_in(folder: &Path) -> Result<Vec<Connection>, Refused> {
    Ok(kept(folder)?.connections)
}

fn kept(folder: &Path) -> Result<Kept, Refused> {
    let file = folder.join(settings::FILE);
    let refused = |error: String| {
        let reason = format!("{} cannot be read: {error}", file.display());
        Refused::new(Exit::Kept, reason)
    };
    match std::fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Kept::default()),
        Err(error) => Err(refused(error.to_string())),
    }
}

impl Alone {
    /// Opens what is kept in the app's folder, to which the caller has the right.
    pub(super) fn open(folder: &Path) -> Result<Self, Refused> {
        let Kept {
            settings,
            connections,
        } = kept(folder)?;
        let cache = Connections::cache_in(folder)?;
        let logbook = Logbook::open(folder.join("logs"));
        let logbook = logbook.inspect_err(|error| {
            tracing::warn!(%error, "no log lines can be kept");
        });
        let parts = Parts {
            vault: Arc::new(Vault::platform(folder.join("turns"))),
            browser: Arc::new(NoBrowser),
            clock: Arc::new(SystemClock::new()),
            publish: Arc::new(Nobody),
            cache: Arc::new(cache),
        };
        Ok(Self {
            connections: Connections::new(parts, connections),
            logbook: logbook.ok().map(Arc::new),
            log_keeping: settings.log_keeping,
            signed_in: Mutex::default(),
        })
    }

    /// Takes up the session that the keyring holds.
    pub(super) async fn sign_in(&self, connection: &ConnectionId) -> Result<(), Refused> {
        let mut signed_in = self.signed_in.lock().await;
        if signed_in.contains(connection) {
            return Ok(());
        }
        let client = self.connections.client(connection)?;
        client.begin_restoring();
        tokio::select! {
            () = client.restore_alone() => {}
            () = refused(&client) => {}
            () = tokio::time::sleep(KEYRING) => {}
        }
        match client.session() {
            SessionState::SignedIn { .. } => {
                signed_in.insert(connection.clone());
                Ok(())
            }
            SessionState::SignedOut {
                reason: Some(failure),
            } => Err(failure.into()),
            SessionState::SignedOut { reason: None } => Err(Refused::new(
                Exit::SignedOut,
                "nobody is signed in: sign in in the app first",
            )),
            SessionState::Restoring { .. } | SessionState::SigningIn { .. } => Err(Refused::new(
                Exit::SignedOut,
                "the keyring does not answer, or nobody has unlocked it",
            )),
        }
    }

    /// Waits for what must not be cut off, a refresh token that came for one that is spent, and for what
    /// another one would come across: lines of a log that are put away.
    pub(super) async fn end(&self) {
        let (settled, put_away) = tokio::join!(
            tokio::time::timeout(SESSIONS, self.connections.settled()),
            tokio::time::timeout(LOGS, self.connections.logs_settled(LAST_LINES)),
        );
        if settled.is_err() {
            tracing::warn!("a session was being renewed and is cut off");
        }
        if put_away.is_err() {
            tracing::warn!("the disk still takes lines of a log");
        }
        self.connections.flush(CACHE);
    }
}

/// Waits until there is no session for now: a keyring that is not there is not waited for.
async fn refused(client: &Client) {
    while !matches!(client.session(), SessionState::SignedOut { .. }) {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Nobody signs in here.
struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _address: &Url) -> Result<(), String> {
        Err("commands open no browser".to_owned())
    }
}

/// There is no page to tell.
struct Nobody;

impl Publish for Nobody {
    fn publish(&self, _event: Event) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_settings_there_is_no_connection_and_a_torn_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(connections_in(folder.path()).unwrap().is_empty());
        std::fs::write(folder.path().join(settings::FILE), "{\"connections\":").unwrap();
        let refused = connections_in(folder.path()).unwrap_err();
        assert_eq!(refused.exit, Exit::Kept);
    }
}
