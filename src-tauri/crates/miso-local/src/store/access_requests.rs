//! Requests for access.

use miso_api::{AccessRequest, AccessRequestStatus, AccessRole};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, millis, time};

const COLUMNS: &str = "id, application, role, reason, status, requested_by, created_at,
    decided_by, decided_at, note, environments";

/// Adds a request.
pub(crate) fn insert(db: &Connection, request: &AccessRequest) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO access_requests (id, application, role, environments, reason, status,
            requested_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            request.id,
            request.application_key,
            request.role.as_str(),
            serde_json::to_string(&request.environments)?,
            request.reason,
            request.status.as_str(),
            request.requested_by,
            request.created_at.map(millis)
        ],
    )?;
    Ok(())
}

/// The request of that id.
pub(crate) fn get(db: &Connection, id: &str) -> Result<Option<AccessRequest>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM access_requests WHERE id = ?1"
    ))?;
    let row = read.query_row(params![id], from_row).optional()?;
    row.map(whole).transpose()
}

/// All requests, newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<AccessRequest>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM access_requests ORDER BY number DESC"
    ))?;
    let rows = read
        .query_map([], from_row)?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(whole).collect()
}

/// Writes what was decided.
pub(crate) fn decide(db: &Connection, request: &AccessRequest) -> Result<(), StoreError> {
    db.execute(
        "UPDATE access_requests SET status = ?2, decided_by = ?3, decided_at = ?4, note = ?5
         WHERE id = ?1",
        params![
            request.id,
            request.status.as_str(),
            request.decided_by,
            request.decided_at.map(millis),
            request.note
        ],
    )?;
    Ok(())
}

fn whole(
    (mut request, environments): (AccessRequest, String),
) -> Result<AccessRequest, StoreError> {
    request.environments = serde_json::from_str(&environments)?;
    Ok(request)
}

/// A row, its environments still as text.
fn from_row(row: &Row<'_>) -> rusqlite::Result<(AccessRequest, String)> {
    let request = AccessRequest {
        id: row.get(0)?,
        application_key: row.get(1)?,
        role: AccessRole::from(row.get::<_, String>(2)?),
        environments: Vec::new(),
        reason: row.get(3)?,
        status: AccessRequestStatus::from(row.get::<_, String>(4)?),
        requested_by: row.get(5)?,
        created_at: row.get::<_, Option<i64>>(6)?.map(time),
        decided_by: row.get(7)?,
        decided_at: row.get::<_, Option<i64>>(8)?.map(time),
        note: row.get(9)?,
    };
    Ok((request, row.get(10)?))
}
