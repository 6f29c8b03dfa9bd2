//! Small facts about the instance itself, such as how far its seed came.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

/// The fact of that name, if it was noted.
pub(crate) fn get(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut read = db.prepare_cached("SELECT value FROM progress WHERE name = ?1")?;
    Ok(read.query_row(params![name], |row| row.get(0)).optional()?)
}

/// Notes a fact.
pub(crate) fn set(db: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO progress (name, value) VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}
