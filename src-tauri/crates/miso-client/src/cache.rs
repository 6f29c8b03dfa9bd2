//! What was read last, kept on disk so that the next start has something to show at once.
//! Rows carry connection and account. Configuration is never kept (SECURITY.md). Beside them: what
//! was sent in the last hour and learned of the limit, for the budget, what an instance does not offer,
//! which deployments are followed until they end, which keyring entries are still to be deleted, and what
//! was (`past/`).

mod followed;
mod learned;
mod seen;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection as Database, ErrorCode, OptionalExtension, params};
use serde::{Serialize, Serializer};
use serde_json::Value;
use tokio::runtime::RuntimeFlavor;

use crate::past::{self, Past};
use crate::{Code, ConnectionId, Failure, Resource};
use writer::{Key, Writer};

/// The cache. What is written waits its turn on a thread of its own.
pub struct Cache {
    database: Arc<Mutex<Database>>,
    writer: Writer,
    past: Arc<Past>,
}

/// A cached value and when the server said so.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub value: Arc<Value>,
    pub as_of: DateTime<Utc>,
}

const SCHEMA: &str = "
    create table if not exists reading (
        connection text not null,
        account text not null,
        resource text not null,
        as_of text not null,
        value text not null,
        primary key (connection, account, resource)
    ) without rowid;
    create table if not exists sent (
        connection text not null,
        at integer not null
    );
    create index if not exists sent_by_connection on sent (connection, at);
    create table if not exists learned (
        connection text primary key,
        requests integer not null,
        allowed integer not null,
        seconds integer not null,
        at integer not null
    ) without rowid;
    create table if not exists capability (
        connection text not null,
        word text not null,
        offered integer not null,
        at integer not null,
        primary key (connection, word)
    ) without rowid;
    create table if not exists followed (
        connection text not null,
        account text not null,
        id text not null,
        at text not null,
        primary key (connection, account, id)
    ) without rowid;
    create table if not exists to_delete (name text primary key) without rowid;
";

/// What nobody has asked for again in this time is not worth keeping.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long what waits to be written may take before it is read, or erased.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);
/// The longest window of the server's limits.
const SENT_KEPT: TimeDelta = TimeDelta::hours(1);

impl Cache {
    /// Opens the cache in a file that only this user may read. A file that is no database, or a
    /// broken one, is kept aside and a new one begun: all of it can be asked for again. Whatever
    /// else hinders (a full disk, missing rights) may pass, and the file stays.
    ///
    /// # Errors
    /// [`Code::CacheFailed`] where the file cannot be used now.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let opened = Self::try_open(file);
        let database = match opened {
            Ok(database) => database,
            Err(error) if !is_broken(&error) => return Err(failed(error)),
            Err(error) => {
                tracing::warn!(%error, "the cache is begun anew");
                set_aside(file).map_err(failed)?;
                Self::try_open(file).map_err(failed)?
            }
        };
        Self::over(database).map_err(failed)
    }

    /// A cache that ends with the process.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn in_memory() -> Result<Self, Failure> {
        let database = Database::open_in_memory().map_err(failed)?;
        for schema in [SCHEMA, past::SCHEMA] {
            database.execute_batch(schema).map_err(failed)?;
        }
        Self::over(database).map_err(failed)
    }

    fn over(database: Database) -> std::io::Result<Self> {
        let database = Arc::new(Mutex::new(database));
        Ok(Self {
            writer: Writer::over(database.clone())?,
            database,
            past: Arc::default(),
        })
    }

    fn try_open(file: &Path) -> Result<Database, rusqlite::Error> {
        let database = Database::open(file)?;
        restrict(file);
        database.pragma_update(None, "journal_mode", "wal")?;
        database.pragma_update(None, "synchronous", "normal")?;
        for schema in [SCHEMA, past::SCHEMA] {
            database.execute_batch(schema)?;
        }
        let now = Utc::now();
        for old in [
            "delete from reading where as_of < ?1",
            "delete from followed where at < ?1",
        ] {
            database.execute(old, params![(now - KEPT).to_rfc3339()])?;
        }
        database.execute(
            "delete from sent where at < ?1",
            params![(now - SENT_KEPT).timestamp_millis()],
        )?;
        Ok(database)
    }

    /// Keeps that a request was sent. Written by and by.
    pub(crate) fn note_sent(&self, connection: &ConnectionId, at: DateTime<Utc>) {
        let connection = connection.to_string();
        self.writer.later(move |database| {
            if let Err(error) = write_sent(database, &connection, at) {
                tracing::warn!(%error, "what was sent could not be kept");
            }
        });
    }

    /// When requests were sent since a moment, oldest first.
    pub(crate) fn sent_since(
        &self,
        connection: &ConnectionId,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, Failure> {
        self.now(|database| {
            let mut select = database
                .prepare("select at from sent where connection = ?1 and at >= ?2 order by at")?;
            let rows = select.query_map(
                params![connection.as_str(), since.timestamp_millis()],
                |row| row.get::<_, i64>(0),
            )?;
            rows.map(|at| at.map(|at| DateTime::from_timestamp_millis(at).unwrap_or_default()))
                .collect()
        })
    }

    /// Keeps whether an instance offers something.
    pub(crate) fn keep_capability(
        &self,
        connection: &ConnectionId,
        word: &str,
        is_offered: bool,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        self.now(|database| {
            database.execute(
                "insert or replace into capability values (?1, ?2, ?3, ?4)",
                params![connection.as_str(), word, is_offered, at.timestamp_millis()],
            )
        })?;
        Ok(())
    }

    /// What is known of what an instance offers, and since when.
    pub(crate) fn capabilities(
        &self,
        connection: &ConnectionId,
    ) -> Result<Vec<(String, bool, DateTime<Utc>)>, Failure> {
        self.now(|database| {
            let mut select = database
                .prepare("select word, offered, at from capability where connection = ?1")?;
            let rows = select.query_map([connection.as_str()], |row| {
                let at = DateTime::from_timestamp_millis(row.get(2)?).unwrap_or_default();
                Ok((row.get(0)?, row.get(1)?, at))
            })?;
            rows.collect()
        })
    }

    /// Forgets what an instance offers.
    pub(crate) fn forget_capabilities(&self, connection: &ConnectionId) -> Result<(), Failure> {
        self.now(|database| {
            database.execute(
                "delete from capability where connection = ?1",
                [connection.as_str()],
            )
        })?;
        Ok(())
    }

    /// Remembers that a keyring entry is to be deleted.
    pub(crate) fn owe_deletion(&self, name: &str) -> Result<(), Failure> {
        self.now(|database| {
            database.execute("insert or ignore into to_delete values (?1)", [name])
        })?;
        Ok(())
    }

    /// Forgets that a keyring entry is to be deleted: it was.
    pub(crate) fn deletion_done(&self, name: &str) -> Result<(), Failure> {
        self.now(|database| database.execute("delete from to_delete where name = ?1", [name]))?;
        Ok(())
    }

    /// The keyring entries that are still to be deleted.
    pub(crate) fn owed_deletions(&self) -> Result<Vec<String>, Failure> {
        self.now(|database| {
            let mut select = database.prepare("select name from to_delete")?;
            let names = select.query_map([], |row| row.get(0))?;
            names.collect()
        })
    }

    pub(crate) fn get(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
    ) -> Result<Option<Row>, Failure> {
        let key = key(connection, account, resource);
        if let Some(row) = self.writer.waiting(&key) {
            return row.as_ref().map(kept).transpose();
        }
        let name = name(resource)?;
        let found: Option<(String, String)> = may_block(|| {
            self.lock()
                .query_row(
                    "select as_of, value from reading where connection = ?1 and account = ?2 and resource = ?3",
                    params![connection.as_str(), account, name],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
        })
        .map_err(failed)?;
        let Some((as_of, value)) = found else {
            return Ok(None);
        };
        let value: Value = serde_json::from_str(&value).map_err(failed)?;
        Ok(Some(Row {
            value: Arc::new(value),
            as_of: as_of.parse().map_err(failed)?,
        }))
    }

    /// Keeps a reading. Written by and by, and read from now on.
    pub(crate) fn put(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
        row: &Row,
    ) -> Result<(), Failure> {
        let name = name(resource)?;
        let key = key(connection, account, resource);
        let (connection, account) = (connection.to_string(), account.to_owned());
        self.writer
            .put(key, Some(row.clone()), move |database, row| {
                let value = row.map(|row| serde_json::to_string(&WithoutConfiguration(&row.value)));
                let (Some(row), Some(Ok(value))) = (row, value) else {
                    return;
                };
                let written = database.execute(
                    "insert or replace into reading values (?1, ?2, ?3, ?4, ?5)",
                    params![connection, account, name, row.as_of.to_rfc3339(), value],
                );
                if let Err(error) = written {
                    tracing::warn!(%error, "a reading could not be kept");
                }
            });
        Ok(())
    }

    pub(crate) fn forget(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
    ) -> Result<(), Failure> {
        let name = name(resource)?;
        let key = key(connection, account, resource);
        let (connection, account) = (connection.to_string(), account.to_owned());
        self.writer.put(key, None, move |database, _| {
            let deleted = database.execute(
                "delete from reading where connection = ?1 and account = ?2 and resource = ?3",
                params![connection, account, name],
            );
            if let Err(error) = deleted {
                tracing::warn!(%error, "a reading could not be forgotten");
            }
        });
        Ok(())
    }

    /// Forgets everything of a connection, before it returns.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn erase(&self, connection: &ConnectionId) -> Result<(), Failure> {
        self.writer.forget(|key| key.connection == *connection);
        self.past.is_erased(connection.as_str());
        // What is just being written is erased too.
        self.now(|database| {
            for table in ["reading", "followed"] {
                database.execute(
                    &format!("delete from {table} where connection = ?1"),
                    params![connection.as_str()],
                )?;
            }
            self.past.erase(database, connection.as_str())
        })
    }

    /// The same with what is known of its instance and was sent there: the connection is gone.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn erase_all_of(&self, connection: &ConnectionId) -> Result<(), Failure> {
        self.erase(connection)?;
        self.now(|database| {
            for table in ["capability", "sent", "learned"] {
                database.execute(
                    &format!("delete from {table} where connection = ?1"),
                    params![connection.as_str()],
                )?;
            }
            Ok(())
        })
    }

    /// Waits until everything so far is written, or the time is over; whether it is written.
    pub fn flush(&self, limit: Duration) -> bool {
        self.writer.flush(limit)
    }

    /// Does what must be done now, after what waits to be written.
    fn now<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Failure> {
        may_block(|| {
            self.flush(FLUSH_LIMIT);
            work(&self.lock()).map_err(failed)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does what may wait for the disk, and has another thread take over the tasks of this one.
fn may_block<T>(work: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(work)
        }
        Ok(_) | Err(_) => work(),
    }
}

fn write_sent(
    database: &Database,
    connection: &str,
    at: DateTime<Utc>,
) -> Result<(), rusqlite::Error> {
    database
        .prepare_cached("insert into sent values (?1, ?2)")?
        .execute(params![connection, at.timestamp_millis()])?;
    let kept_from = (at - SENT_KEPT).timestamp_millis();
    database
        .prepare_cached("delete from sent where connection = ?1 and at < ?2")?
        .execute(params![connection, kept_from])?;
    Ok(())
}

fn key(connection: &ConnectionId, account: &str, resource: &Resource) -> Key {
    Key {
        connection: connection.clone(),
        account: account.to_owned(),
        resource: resource.clone(),
    }
}

/// What is kept of a row.
fn kept(row: &Row) -> Result<Row, Failure> {
    let value = serde_json::to_value(WithoutConfiguration(&row.value)).map_err(failed)?;
    Ok(Row {
        value: Arc::new(value),
        as_of: row.as_of,
    })
}

/// Whether the file itself is what is wrong.
fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

/// Keeps an unreadable cache, with what SQLite keeps beside it, under a name of its own.
fn set_aside(file: &Path) -> std::io::Result<()> {
    let when = Utc::now().format("%Y%m%d-%H%M%S%3f");
    for beside in ["", "-wal", "-shm"] {
        let mut from = file.as_os_str().to_owned();
        from.push(beside);
        let mut to = file.as_os_str().to_owned();
        to.push(format!(".unreadable-{when}{beside}"));
        match std::fs::rename(&from, &to) {
            Err(error) if beside.is_empty() || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error);
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn name(resource: &Resource) -> Result<String, Failure> {
    serde_json::to_string(resource).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::CacheFailed).with("reason", error)
}

/// A value without every list named `configuration`, however deep, and what overrides it. It is
/// left out while it is written: a reading may be large, and needs no second copy.
struct WithoutConfiguration<'a>(&'a Value);

impl Serialize for WithoutConfiguration<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        const KEPT_BACK: [&str; 4] = [
            "configuration",
            "conditionalConfiguration",
            "environmentOverrides",
            "manifest",
        ];
        match self.0 {
            Value::Object(map) => {
                let kept = map
                    .iter()
                    .filter(|(name, _)| !KEPT_BACK.contains(&name.as_str()));
                to.collect_map(kept.map(|(name, value)| (name, Self(value))))
            }
            Value::Array(list) => to.collect_seq(list.iter().map(Self)),
            other => other.serialize(to),
        }
    }
}

#[cfg(unix)]
fn restrict(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)) {
        tracing::warn!(%error, "the cache's mode could not be set");
    }
}

#[cfg(not(unix))]
fn restrict(_file: &Path) {}

#[cfg(test)]
mod tests;
