//! Applications that were registered in an environment (API-V1.md §3.3): each has credentials there.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, millis, time};
use crate::place::Place;

/// A registration.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) place: Place,
    /// What is kept of the secret.
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Registers an application; `false` where it is registered there already.
pub(crate) fn add(db: &Connection, new: &Registration) -> Result<bool, StoreError> {
    let added = db.execute(
        "INSERT INTO registrations (application, environment, secret_hash, created_at)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![
            new.place.application,
            new.place.environment,
            new.secret_hash,
            millis(new.created_at)
        ],
    )?;
    Ok(added > 0)
}

/// Gives a place another secret, whether or not it was registered, and ends the sessions of the
/// client that signed in with the one before.
pub(crate) fn exchange(
    db: &mut Connection,
    new: &Registration,
    client_id: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let change = db.transaction()?;
    change.execute(
        "INSERT INTO registrations (application, environment, secret_hash, created_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET secret_hash = excluded.secret_hash",
        params![
            new.place.application,
            new.place.environment,
            new.secret_hash,
            millis(new.created_at)
        ],
    )?;
    change.execute(
        "UPDATE sessions SET revoked_at = ?2 WHERE client_id = ?1 AND revoked_at IS NULL",
        params![client_id, millis(now)],
    )?;
    Ok(change.commit()?)
}

/// The registration of a place.
pub(crate) fn get(db: &Connection, place: &Place) -> Result<Option<Registration>, StoreError> {
    let found = db
        .query_row(
            "SELECT secret_hash, created_at FROM registrations
             WHERE application = ?1 AND environment = ?2",
            params![place.application, place.environment],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(found.map(|(secret_hash, created)| Registration {
        place: place.clone(),
        secret_hash,
        created_at: time(created),
    }))
}

/// The keys of what is registered in an environment.
pub(crate) fn keys_in(db: &Connection, environment: &str) -> Result<Vec<String>, StoreError> {
    let mut read =
        db.prepare_cached("SELECT application FROM registrations WHERE environment = ?1")?;
    Ok(read
        .query_map(params![environment], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}
