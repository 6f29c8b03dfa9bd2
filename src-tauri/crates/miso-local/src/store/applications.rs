//! Applications and their sealed secrets.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::{StoreError, millis, time};
use crate::document::Document;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    if !add(&change, application)? {
        return Ok(false);
    }
    add_secrets(&change, &application.key, secrets)?;
    change.commit()?;
    Ok(true)
}

/// Writes a changed application and its secrets, all of them.
fn save(
    db: &Connection,
    application: &StoredApplication,
    secrets: &[SealedSecret],
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE applications SET manifest = ?2, version = ?3, updated_at = ?4 WHERE key = ?1",
        params![
            application.key,
            serde_json::to_string(&application.manifest)?,
            application.version,
            millis(application.updated_at)
        ],
    )?;
    db.execute(
        "DELETE FROM secrets WHERE application = ?1",
        params![application.key],
    )?;
    add_secrets(db, &application.key, secrets)
}

/// Removes an application and all that belongs to it; `false` where there is none.
pub(crate) fn delete(db: &Connection, key: &str) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM applications WHERE key = ?1", params![key])? > 0)
}

fn add_secrets(db: &Connection, key: &str, secrets: &[SealedSecret]) -> Result<(), StoreError> {
    let mut add = db.prepare_cached(
        "INSERT OR REPLACE INTO secrets (application, scope, name, sealed) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for secret in secrets {
        add.execute(params![key, secret.scope, secret.name, secret.sealed])?;
    }
    Ok(())
}

/// Adds an application without secrets, within a change of the caller's; `false` when the key is
/// taken.
pub(crate) fn add(db: &Connection, application: &StoredApplication) -> Result<bool, StoreError> {
    let mut write = db.prepare_cached(
        "INSERT INTO applications (key, manifest, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    let added = write.execute(params![
        application.key,
        serde_json::to_string(&application.manifest)?,
        application.version,
        millis(application.created_at),
        millis(application.updated_at)
    ])?;
    Ok(added > 0)
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

/// The keys of all applications.
pub(crate) fn keys(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut read = db.prepare_cached("SELECT key FROM applications")?;
    Ok(read
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// An application and, beside it, its manifest with its secrets.
pub(crate) fn with_document(
    db: &Connection,
    key: &str,
) -> Result<Option<(StoredApplication, Document)>, StoreError> {
    let Some(application) = get(db, key)? else {
        return Ok(None);
    };
    let document = Document {
        application: application.key.clone(),
        manifest: application.manifest.clone(),
        secrets: secrets(db, key)?,
    };
    Ok(Some((application, document)))
}

/// Writes a document as the next version of its application, and gives that.
pub(crate) fn save_document(
    db: &Connection,
    mut application: StoredApplication,
    document: Document,
) -> Result<StoredApplication, StoreError> {
    application.manifest = document.manifest;
    application.version += 1;
    application.updated_at = super::now();
    save(db, &application, &document.secrets)?;
    Ok(application)
}

/// The secrets of an application.
fn secrets(db: &Connection, key: &str) -> Result<Vec<SealedSecret>, StoreError> {
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
