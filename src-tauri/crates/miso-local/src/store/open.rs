//! Opening the database file, whatever state it is in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::migrations;
use crate::{Notice, StartError, private_file};

/// Opens the database. A damaged one is renamed and a new one begun; a newer one is refused.
pub(super) fn open(path: &Path) -> Result<(Connection, Vec<Notice>), StartError> {
    let newer = |found| StartError::FolderNewer {
        path: path.parent().unwrap_or(path).to_owned(),
        found,
        known: migrations::VERSION,
    };
    // Before SQLite may touch it: it would write its log files beside a file that it only reads.
    if let Some(found) = version_in_header(path).filter(|found| *found > migrations::VERSION) {
        return Err(newer(found));
    }
    match try_open(path) {
        Ok(connection) => Ok((connection, Vec::new())),
        Err(Refusal::Newer(found)) => Err(newer(found)),
        Err(Refusal::Other(reason)) => Err(StartError::DatabaseUnreadable {
            path: path.to_owned(),
            reason,
        }),
        Err(Refusal::Damaged(reason)) => {
            let kept = set_aside(path)?;
            tracing::warn!(%reason, kept = %kept, "the database is damaged; it is kept and a new one begun");
            let params = [("path", path.display().to_string()), ("kept", kept)];
            let connection = try_open(path).map_err(|refusal| StartError::DatabaseUnreadable {
                path: path.to_owned(),
                reason: refusal.into_reason(),
            })?;
            Ok((connection, vec![Notice::new("database_set_aside", params)]))
        }
    }
}

enum Refusal {
    Newer(u32),
    Damaged(String),
    Other(String),
}

impl Refusal {
    fn into_reason(self) -> String {
        match self {
            Self::Newer(found) => format!("version {found} is newer"),
            Self::Damaged(reason) | Self::Other(reason) => reason,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

fn try_open(path: &Path) -> Result<Connection, Refusal> {
    // Made here first, so that it and the files SQLite puts beside it get the mode of ours.
    private_file::append(path).map_err(|error| Refusal::Other(error.to_string()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > migrations::VERSION {
        return Err(Refusal::Newer(found));
    }
    let state: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if state != "ok" {
        return Err(Refusal::Damaged(state));
    }
    migrations::run(&mut connection, found)?;
    Ok(connection)
}

/// Renames the file and those that SQLite keeps beside it.
fn set_aside(path: &Path) -> Result<String, StartError> {
    let unwritable = |source| StartError::FolderUnwritable {
        path: path.to_owned(),
        source,
    };
    let kept = private_file::set_aside(path).map_err(unwritable)?;
    for suffix in ["-wal", "-shm"] {
        let beside = private_file::with_suffix(path, suffix);
        if beside.exists() {
            std::fs::rename(&beside, private_file::with_suffix(&kept, suffix))
                .map_err(unwritable)?;
        }
    }
    Ok(kept.display().to_string())
}

/// `user_version` as the file's header has it (SQLite file format, "The Database Header", offset
/// 60); `None` where there is no such header.
fn version_in_header(path: &Path) -> Option<u32> {
    let mut header = [0; 64];
    File::open(path).ok()?.read_exact(&mut header).ok()?;
    if !header.starts_with(b"SQLite format 3\0") {
        return None;
    }
    let bytes: [u8; 4] = header[60..64].try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_database_is_at_the_newest_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("miso.db");
        let (connection, notices) = open(&path).unwrap();
        assert!(notices.is_empty());
        drop(connection);
        assert_eq!(version_in_header(&path), Some(migrations::VERSION));
    }

    #[test]
    fn rubbish_is_kept_and_a_new_database_begun() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("miso.db");
        std::fs::write(
            &path,
            "this is not a database, it only lies where one should be",
        )
        .unwrap();
        let (_, notices) = open(&path).unwrap();
        assert_eq!(notices[0].code, "database_set_aside");
        let kept = std::fs::read_to_string(&notices[0].params["kept"]).unwrap();
        assert!(kept.starts_with("this is not a database"));
    }

    #[test]
    fn a_database_with_a_torn_page_is_kept_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("miso.db");
        drop(open(&path).unwrap());
        let mut content = std::fs::read(&path).unwrap();
        let length = content.len();
        content[length / 2..].fill(0xa5);
        std::fs::write(&path, &content).unwrap();
        let (_, notices) = open(&path).unwrap();
        assert_eq!(notices[0].code, "database_set_aside");
        assert_eq!(std::fs::read(&notices[0].params["kept"]).unwrap(), content);
    }

    #[test]
    fn a_newer_database_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("miso.db");
        let (connection, _) = open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        connection.close().unwrap();
        let before = std::fs::read(&path).unwrap();
        let refused = open(&path).err().unwrap();
        assert_eq!(refused.code(), "data_folder_newer");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
