//! What applications told the platform (API-V1.md §3.7), as they told it. Bounded: of each kind the
//! newest are kept, so many and so much of them.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::StoreError;

/// How many of a kind are kept.
const KEPT: i64 = 10_000;
/// How many bytes of a kind are kept, as JSON.
const KEPT_BYTES: i64 = 32 * 1024 * 1024;

/// Keeps entries of a kind, in their order, all or none.
pub(crate) fn add(
    db: &mut Connection,
    entries: &[(&'static str, Map<String, Value>)],
) -> Result<(), StoreError> {
    let change = db.transaction()?;
    {
        let mut write = change.prepare_cached(
            "INSERT INTO told (kind, entry, bytes) VALUES (?1, ?2, length(CAST(?2 AS BLOB)))",
        )?;
        for (kind, entry) in entries {
            write.execute(params![kind, serde_json::to_string(entry)?])?;
        }
        let mut kinds: Vec<&str> = entries.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            drop_oldest(&change, kind)?;
        }
    }
    Ok(change.commit()?)
}

/// Drops the oldest of a kind beyond what is kept.
fn drop_oldest(db: &Connection, kind: &str) -> Result<(), StoreError> {
    let mut beyond = db.prepare_cached(
        "DELETE FROM told WHERE kind = ?1 AND number <= (
            SELECT number FROM told WHERE kind = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
    )?;
    beyond.execute(params![kind, KEPT])?;
    let mut count =
        db.prepare_cached("SELECT coalesce(sum(bytes), 0) FROM told WHERE kind = ?1")?;
    let bytes: i64 = count.query_row(params![kind], |row| row.get(0))?;
    if bytes <= KEPT_BYTES {
        return Ok(());
    }
    let mut beyond = db.prepare_cached(
        "DELETE FROM told WHERE kind = ?1 AND number <= (
            SELECT max(number) FROM (
                SELECT number, sum(bytes) OVER (ORDER BY number DESC) AS with_newer
                FROM told WHERE kind = ?1)
            WHERE with_newer > ?2)",
    )?;
    beyond.execute(params![kind, KEPT_BYTES])?;
    Ok(())
}

/// The entry of a kind that has a number, with that as `id`.
pub(crate) fn get(
    db: &Connection,
    kind: &str,
    number: i64,
) -> Result<Option<Map<String, Value>>, StoreError> {
    let mut read = db.prepare_cached("SELECT entry FROM told WHERE number = ?1 AND kind = ?2")?;
    let found: Option<String> = read
        .query_row(params![number, kind], |row| row.get(0))
        .optional()?;
    found.map(|entry| numbered(number, &entry)).transpose()
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
    let whole = rows.iter().map(|(number, entry)| numbered(*number, entry));
    whole.collect()
}

fn numbered(number: i64, entry: &str) -> Result<Map<String, Value>, StoreError> {
    let mut entry: Map<String, Value> = serde_json::from_str(entry)?;
    entry.insert("id".to_owned(), number.to_string().into());
    Ok(entry)
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

    #[tokio::test]
    async fn large_entries_are_bounded_by_their_size_and_found_by_their_number() {
        const LENGTH: usize = 1024 * 1024;
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("miso.db")).unwrap();
        let large = |number: usize| {
            let entry = json!({ "number": number, "message": "x".repeat(LENGTH) });
            entry.as_object().unwrap().clone()
        };
        let (sizes, newest, other) = store
            .call(move |db| {
                add(db, &[("audit", large(0))])?;
                for number in 0..40 {
                    add(db, &[("general", large(number))])?;
                }
                let kept = all(db, "general")?;
                let sizes: Vec<usize> = kept
                    .iter()
                    .map(|entry| serde_json::to_string(entry).unwrap().len())
                    .collect();
                let number = kept[0]["id"].as_str().unwrap().parse().unwrap();
                let found = get(db, "general", number)?;
                assert_eq!(found.as_ref(), Some(&kept[0]));
                assert!(get(db, "audit", number)?.is_none(), "of another kind");
                assert!(get(db, "general", number + 1)?.is_none());
                Ok((sizes, found.unwrap()["number"].clone(), all(db, "audit")?))
            })
            .await
            .unwrap();
        assert_eq!(newest, 39);
        assert_eq!(sizes.len(), 31, "32 of them are more than 32 MiB");
        assert_eq!(other.len(), 1, "what is of another kind stays");
    }
}
