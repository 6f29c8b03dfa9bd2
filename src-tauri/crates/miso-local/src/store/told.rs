//! What applications told the platform (API-V1.md §3.7), as they told it. Bounded: of each kind the
//! newest are kept.

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use super::StoreError;

/// How many of a kind are kept.
const KEPT: i64 = 10_000;

/// Keeps entries of a kind, in their order, all or none.
pub(crate) fn add(
    db: &mut Connection,
    entries: &[(&'static str, Map<String, Value>)],
) -> Result<(), StoreError> {
    let change = db.transaction()?;
    {
        let mut write = change.prepare_cached("INSERT INTO told (kind, entry) VALUES (?1, ?2)")?;
        for (kind, entry) in entries {
            write.execute(params![kind, serde_json::to_string(entry)?])?;
        }
        let mut drop_oldest = change.prepare_cached(
            "DELETE FROM told WHERE kind = ?1 AND number <= (
                SELECT number FROM told WHERE kind = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
        )?;
        let mut kinds: Vec<&str> = entries.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            drop_oldest.execute(params![kind, KEPT])?;
        }
    }
    Ok(change.commit()?)
}

/// All entries of a kind, newest first, each with its number as `id`.
pub(crate) fn all(db: &Connection, kind: &str) -> Result<Vec<Map<String, Value>>, StoreError> {
    let mut read =
        db.prepare_cached("SELECT number, entry FROM told WHERE kind = ?1 ORDER BY number DESC")?;
    let rows = read
        .query_map(params![kind], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let whole = rows.into_iter().map(|(number, entry)| {
        let mut entry: Map<String, Value> = serde_json::from_str(&entry)?;
        entry.insert("id".to_owned(), number.to_string().into());
        Ok(entry)
    });
    whole.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use serde_json::json;

    #[tokio::test]
    async fn the_newest_of_each_kind_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("miso.db")).unwrap();
        let entry = |number: i64| json!({ "message": number }).as_object().unwrap().clone();
        let many: Vec<_> = (0..KEPT + 5)
            .map(|number| ("general", entry(number)))
            .collect();
        let audit = [("audit", entry(0))];
        let kept = store
            .call(move |db| {
                add(db, &audit)?;
                add(db, &many)?;
                Ok((all(db, "general")?, all(db, "audit")?))
            })
            .await
            .unwrap();
        assert_eq!(kept.0.len() as i64, KEPT);
        assert_eq!(kept.0[0]["message"], KEPT + 4);
        assert_eq!(kept.1.len(), 1);
    }
}
