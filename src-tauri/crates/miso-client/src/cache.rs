//! What was read last, kept on disk so that the next start has something to show at once.
//! Rows carry connection and account. Configuration is never kept (SECURITY.md).

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection as Database, OptionalExtension, params};
use serde_json::Value;

use crate::{Code, ConnectionId, Failure, Resource};

/// The cache. Blocking, but each call touches one row.
pub struct Cache {
    database: Mutex<Database>,
}

/// A cached value and when the server said so.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub value: Value,
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
";

impl Cache {
    /// Opens the cache in a file that only this user may read. A file that is no database is kept
    /// aside and a new one begun: all of it can be asked for again.
    ///
    /// # Errors
    /// [`Code::CacheFailed`] where the folder cannot be written.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        match Self::try_open(file) {
            Ok(cache) => Ok(cache),
            Err(error) => {
                tracing::warn!(%error, "the cache is begun anew");
                set_aside(file).map_err(failed)?;
                Self::try_open(file).map_err(failed)
            }
        }
    }

    /// A cache that ends with the process.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn in_memory() -> Result<Self, Failure> {
        let database = Database::open_in_memory().map_err(failed)?;
        database.execute_batch(SCHEMA).map_err(failed)?;
        Ok(Self {
            database: Mutex::new(database),
        })
    }

    fn try_open(file: &Path) -> Result<Self, rusqlite::Error> {
        let database = Database::open(file)?;
        restrict(file);
        database.pragma_update(None, "journal_mode", "wal")?;
        database.pragma_update(None, "synchronous", "normal")?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            database: Mutex::new(database),
        })
    }

    pub(crate) fn get(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
    ) -> Result<Option<Row>, Failure> {
        let found: Option<(String, String)> = self
            .lock()
            .query_row(
                "select as_of, value from reading where connection = ?1 and account = ?2 and resource = ?3",
                params![connection.as_str(), account, name(resource)?],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(failed)?;
        let Some((as_of, value)) = found else {
            return Ok(None);
        };
        Ok(Some(Row {
            value: serde_json::from_str(&value).map_err(failed)?,
            as_of: as_of.parse().map_err(failed)?,
        }))
    }

    pub(crate) fn put(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
        row: &Row,
    ) -> Result<(), Failure> {
        let value = without_configuration(row.value.clone()).to_string();
        self.lock()
            .execute(
                "insert or replace into reading values (?1, ?2, ?3, ?4, ?5)",
                params![
                    connection.as_str(),
                    account,
                    name(resource)?,
                    row.as_of.to_rfc3339(),
                    value
                ],
            )
            .map_err(failed)?;
        Ok(())
    }

    pub(crate) fn forget(
        &self,
        connection: &ConnectionId,
        account: &str,
        resource: &Resource,
    ) -> Result<(), Failure> {
        self.lock()
            .execute(
                "delete from reading where connection = ?1 and account = ?2 and resource = ?3",
                params![connection.as_str(), account, name(resource)?],
            )
            .map_err(failed)?;
        Ok(())
    }

    /// Forgets everything of a connection.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn erase(&self, connection: &ConnectionId) -> Result<(), Failure> {
        self.lock()
            .execute(
                "delete from reading where connection = ?1",
                params![connection.as_str()],
            )
            .map_err(failed)?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

/// Takes every list named `configuration` out, however deep, and what overrides it.
fn without_configuration(value: Value) -> Value {
    const KEPT_BACK: [&str; 4] = [
        "configuration",
        "conditionalConfiguration",
        "environmentOverrides",
        "manifest",
    ];
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter(|(name, _)| !KEPT_BACK.contains(&name.as_str()))
                .map(|(name, value)| (name, without_configuration(value)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(without_configuration).collect()),
        other => other,
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_no_configuration_and_nothing_of_an_erased_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache.sqlite");
        let (one, two) = (ConnectionId::random(), ConnectionId::random());
        let as_of = "2026-11-24T10:00:00Z".parse().unwrap();
        let canary = "canary-value";
        let row = Row {
            value: json!({"data": [{"key": "a", "configuration": [{"name": "X", "value": canary}],
                "environments": [{"environment": "dev", "environmentOverrides": {"x": canary}}]}]}),
            as_of,
        };
        {
            let cache = Cache::open(&file).unwrap();
            for id in [&one, &two] {
                cache.put(id, "me", &Resource::Applications, &row).unwrap();
            }
            cache.erase(&one).unwrap();
        }
        let cache = Cache::open(&file).unwrap();
        assert_eq!(
            cache.get(&one, "me", &Resource::Applications).unwrap(),
            None
        );
        assert_eq!(
            cache.get(&two, "another", &Resource::Applications).unwrap(),
            None
        );
        let kept = cache
            .get(&two, "me", &Resource::Applications)
            .unwrap()
            .unwrap();
        assert_eq!(kept.as_of, as_of);
        assert_eq!(kept.value["data"][0]["key"], "a");
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(
                !bytes
                    .windows(canary.len())
                    .any(|window| window == canary.as_bytes())
            );
        }
    }

    #[test]
    fn a_torn_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache.sqlite");
        std::fs::write(
            &file,
            "this is no database, and long enough to be read as a header",
        )
        .unwrap();
        let cache = Cache::open(&file).unwrap();
        assert_eq!(
            cache
                .get(&ConnectionId::random(), "", &Resource::Me)
                .unwrap(),
            None
        );
    }
}
