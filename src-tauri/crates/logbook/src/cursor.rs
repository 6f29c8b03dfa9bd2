//! Where a tail goes on, in a file beside the lines.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files;

const FILE: &str = "cursor.json";

#[derive(Serialize, Deserialize)]
struct Kept {
    cursor: String,
}

/// Reads it. A file that somebody has broken is as good as none: the tail begins anew, and lines
/// that are kept already are left out by their ids.
pub(crate) fn read(folder: &Path) -> io::Result<Option<String>> {
    let path = folder.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(files::named(error, &path)),
    };
    match serde_json::from_slice::<Kept>(&bytes) {
        Ok(kept) => Ok(Some(kept.cursor)),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the cursor cannot be read");
            Ok(None)
        }
    }
}

/// Replaces it, or removes it.
pub(crate) fn write(folder: &Path, cursor: Option<&str>) -> io::Result<()> {
    let path = folder.join(FILE);
    match cursor {
        Some(cursor) => files::replace(
            &path,
            &serde_json::to_vec(&Kept {
                cursor: cursor.to_owned(),
            })?,
        ),
        None => files::remove(&path),
    }
}
