//! What was measured, by the minute, so that it outlives a restart.

use rusqlite::{Connection, params};

use super::StoreError;
use crate::metrics::{Minute, Sums};
use crate::place::Place;

/// Keeps minutes, in place of what was kept of the same ones before, and drops those that began
/// before `oldest`, in seconds since 1970. An application that has gone is left out.
pub(crate) fn keep(db: &mut Connection, minutes: &[Minute], oldest: i64) -> Result<(), StoreError> {
    let change = db.transaction()?;
    {
        let mut write = change.prepare_cached(
            "INSERT OR REPLACE INTO measured_minutes (minute, application, environment, sums)
             SELECT ?1, key, ?3, ?4 FROM applications WHERE key = ?2",
        )?;
        for minute in minutes {
            write.execute(params![
                minute.at,
                minute.place.application,
                minute.place.environment,
                serde_json::to_string(&minute.sums)?
            ])?;
        }
    }
    change.execute("DELETE FROM measured_minutes WHERE minute < ?1", [oldest])?;
    change.commit()?;
    Ok(())
}

/// The minutes that are kept and did not begin before `oldest`, oldest first.
pub(crate) fn since(db: &Connection, oldest: i64) -> Result<Vec<Minute>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT minute, application, environment, sums FROM measured_minutes
         WHERE minute >= ?1 ORDER BY minute",
    )?;
    let mut rows = read.query([oldest])?;
    let mut minutes = Vec::new();
    while let Some(row) = rows.next()? {
        let sums: Sums = serde_json::from_str(&row.get::<_, String>(3)?)?;
        minutes.push(Minute {
            at: row.get(0)?,
            place: Place::new(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?),
            sums,
        });
    }
    Ok(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrations;

    fn minute(at: i64, application: &str) -> Minute {
        Minute {
            at,
            place: Place::new(application, "dev"),
            sums: Sums::default(),
        }
    }

    #[test]
    fn minutes_are_kept_for_their_time_and_as_long_as_their_application() {
        let mut db = Connection::open_in_memory().unwrap();
        migrations::run(&mut db, 0).unwrap();
        db.execute_batch(
            "PRAGMA foreign_keys = ON;
             INSERT INTO applications VALUES ('shop', '{}', 1, 0, 0), ('other', '{}', 1, 0, 0);",
        )
        .unwrap();
        let written = [minute(0, "shop"), minute(60, "shop"), minute(60, "gone")];
        keep(&mut db, &written, 0).unwrap();
        keep(&mut db, &[minute(60, "shop"), minute(120, "other")], 60).unwrap();
        let kept = since(&db, 0).unwrap();
        assert_eq!(kept, [minute(60, "shop"), minute(120, "other")]);
        assert_eq!(since(&db, 61).unwrap(), [minute(120, "other")]);
        db.execute("DELETE FROM applications WHERE key = 'other'", [])
            .unwrap();
        assert_eq!(since(&db, 61).unwrap(), []);
    }
}
