//! Changes of health, as probes saw them.

use chrono::{DateTime, Utc};
use miso_api::{HealthEvent, HealthStatus};
use rusqlite::{Connection, params};

use super::{StoreError, millis, time};
use crate::place::Place;

/// How many changes of one place are kept.
const KEPT: i64 = 500;

/// Adds a change, and drops the oldest beyond what is kept.
pub(crate) fn add(
    db: &mut Connection,
    place: &Place,
    event: &HealthEvent,
) -> Result<(), StoreError> {
    let change = db.transaction()?;
    change.execute(
        "INSERT INTO health_changes (application, environment, at, status, message)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            place.application,
            place.environment,
            millis(event.at),
            event.status.as_str(),
            event.message
        ],
    )?;
    change.execute(
        "DELETE FROM health_changes WHERE application = ?1 AND environment = ?2 AND number <= (
            SELECT number FROM health_changes WHERE application = ?1 AND environment = ?2
            ORDER BY number DESC LIMIT 1 OFFSET ?3)",
        params![place.application, place.environment, KEPT],
    )?;
    change.commit()?;
    Ok(())
}

/// The changes of a place between two times, oldest first.
pub(crate) fn history(
    db: &Connection,
    place: &Place,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<HealthEvent>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT at, status, message FROM health_changes
         WHERE application = ?1 AND environment = ?2 AND at >= ?3 AND at <= ?4 ORDER BY number",
    )?;
    let from = from.map_or(i64::MIN, millis);
    let to = to.map_or(i64::MAX, millis);
    let rows = read.query_map(
        params![place.application, place.environment, from, to],
        |row| {
            Ok(HealthEvent {
                at: time(row.get(0)?),
                status: HealthStatus::from(row.get::<_, String>(1)?),
                message: row.get(2)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}
