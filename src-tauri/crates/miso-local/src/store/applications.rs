//! Applications and their sealed secrets.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::{StoreError, millis, time};

/// An application as it is stored: its manifest without secret values.
#[derive(Clone, Debug)]
pub(crate) struct StoredApplication {
    pub(crate) key: String,
    pub(crate) manifest: Map<String, Value>,
    /// Counts the changes; what the `ETag` shows.
    pub(crate) version: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A secret value, sealed (see `crate::sealing`).
#[derive(Clone, Debug)]
pub(crate) struct SealedSecret {
    /// Where in the manifest: `configuration`, `environments/dev`, `conditionalConfiguration/0`.
    pub(crate) scope: String,
    /// The item's name.
    pub(crate) name: String,
    pub(crate) sealed: Vec<u8>,
}

/// Adds an application; `false` when the key is taken.
pub(crate) fn insert(
    db: &mut Connection,
    application: &StoredApplication,
    secrets: &[SealedSecret],
) -> Result<bool, StoreError> {
    let change = db.transaction()?;
    let inserted = change.execute(
        "INSERT INTO applications (key, manifest, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        params![
            application.key,
            serde_json::to_string(&application.manifest)?,
            application.version,
            millis(application.created_at),
            millis(application.updated_at)
        ],
    )?;
    if inserted == 0 {
        return Ok(false);
    }
    for secret in secrets {
        change.execute(
            "INSERT OR REPLACE INTO secrets (application, scope, name, sealed) VALUES (?1, ?2, ?3, ?4)",
            params![application.key, secret.scope, secret.name, secret.sealed],
        )?;
    }
    change.commit()?;
    Ok(true)
}

/// The application of that key.
pub(crate) fn get(db: &Connection, key: &str) -> Result<Option<StoredApplication>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT key, manifest, version, created_at, updated_at FROM applications WHERE key = ?1",
    )?;
    read.query_row(params![key], columns)
        .optional()?
        .map(from_columns)
        .transpose()
}

/// All applications by key.
pub(crate) fn all(db: &Connection) -> Result<Vec<StoredApplication>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT key, manifest, version, created_at, updated_at FROM applications ORDER BY key",
    )?;
    let rows = read
        .query_map([], columns)?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(from_columns).collect()
}

/// The secrets of an application.
pub(crate) fn secrets(db: &Connection, key: &str) -> Result<Vec<SealedSecret>, StoreError> {
    let mut read =
        db.prepare_cached("SELECT scope, name, sealed FROM secrets WHERE application = ?1")?;
    let rows = read.query_map(params![key], |row| {
        Ok(SealedSecret {
            scope: row.get(0)?,
            name: row.get(1)?,
            sealed: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

type Columns = (String, String, i64, i64, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
    ))
}

fn from_columns(
    (key, manifest, version, created, updated): Columns,
) -> Result<StoredApplication, StoreError> {
    Ok(StoredApplication {
        key,
        manifest: serde_json::from_str(&manifest)?,
        version,
        created_at: time(created),
        updated_at: time(updated),
    })
}
