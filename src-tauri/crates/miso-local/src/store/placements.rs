//! What should run where: one row for each application in each environment it was deployed to.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, millis, time};
use crate::place::Place;

/// An application in an environment.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) place: Place,
    /// The image that runs there; `None` before a deployment completed.
    pub(crate) image: Option<String>,
    /// The newest deployment.
    pub(crate) deployment: String,
    /// The port of its address.
    pub(crate) port: Option<u16>,
    /// Whether it should run.
    pub(crate) wanted: bool,
    /// Why it does not run although it should.
    pub(crate) error: Option<String>,
    /// When the deployment that runs there completed.
    pub(crate) deployed_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "application, environment, image, deployment, port, wanted, error, deployed_at";

/// Notes that a deployment to the place was asked for.
pub(super) fn note_deployment(
    db: &Connection,
    place: &Place,
    deployment: &str,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO placements (application, environment, deployment) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET deployment = excluded.deployment",
        params![place.application, place.environment, deployment],
    )?;
    Ok(())
}

/// All placements.
pub(crate) fn all(db: &Connection) -> Result<Vec<Placement>, StoreError> {
    let mut read = db.prepare_cached(&format!("SELECT {COLUMNS} FROM placements"))?;
    Ok(read.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

/// The placements of one application.
pub(crate) fn of_application(db: &Connection, key: &str) -> Result<Vec<Placement>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM placements WHERE application = ?1"
    ))?;
    Ok(read
        .query_map(params![key], from_row)?
        .collect::<Result<_, _>>()?)
}

/// One placement.
pub(crate) fn get(db: &Connection, place: &Place) -> Result<Option<Placement>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM placements WHERE application = ?1 AND environment = ?2"
    ))?;
    Ok(read
        .query_row(params![place.application, place.environment], from_row)
        .optional()?)
}

/// Remembers the port of a place's address.
pub(crate) fn set_port(db: &Connection, place: &Place, port: u16) -> Result<(), StoreError> {
    db.execute(
        "UPDATE placements SET port = ?3 WHERE application = ?1 AND environment = ?2",
        params![place.application, place.environment, port],
    )?;
    Ok(())
}

/// Counts one more process at the place and gives its number.
pub(crate) fn next_replica(db: &Connection, place: &Place) -> Result<i64, StoreError> {
    Ok(db.query_row(
        "UPDATE placements SET replicas = replicas + 1 WHERE application = ?1 AND environment = ?2
         RETURNING replicas",
        params![place.application, place.environment],
        |row| row.get(0),
    )?)
}

/// Notes that an image runs there since a deployment completed.
pub(crate) fn set_running(
    db: &Connection,
    place: &Place,
    image: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE placements SET image = ?3, wanted = 1, error = NULL, deployed_at = ?4
         WHERE application = ?1 AND environment = ?2",
        params![place.application, place.environment, image, millis(at)],
    )?;
    Ok(())
}

/// Notes why it does not run, or that it does again (`None`).
pub(crate) fn set_error(
    db: &Connection,
    place: &Place,
    error: Option<&str>,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE placements SET error = ?3 WHERE application = ?1 AND environment = ?2",
        params![place.application, place.environment, error],
    )?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Placement> {
    Ok(Placement {
        place: Place {
            application: row.get(0)?,
            environment: row.get(1)?,
        },
        image: row.get(2)?,
        deployment: row.get(3)?,
        port: row.get(4)?,
        wanted: row.get(5)?,
        error: row.get(6)?,
        deployed_at: row.get::<_, Option<i64>>(7)?.map(time),
    })
}
