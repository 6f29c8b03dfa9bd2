//! What a book is, in a file beside its lines: for who looks at the folder, and for keeping its
//! age while it is closed.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::files;
use crate::logbook::BookKey;

const FILE: &str = "book.json";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    #[serde(flatten)]
    pub(crate) key: BookKey,
    /// How long its lines are kept.
    pub(crate) age_seconds: u64,
}

/// Reads it; `None` where it is missing or broken.
pub(crate) fn read(folder: &Path) -> Option<About> {
    let bytes = std::fs::read(folder.join(FILE)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Keeps it, if it is another one than before.
pub(crate) fn write(folder: &Path, about: &About) -> io::Result<()> {
    if read(folder).as_ref() == Some(about) {
        return Ok(());
    }
    files::replace(&folder.join(FILE), &serde_json::to_vec(about)?)
}

/// Changes how long lines are kept, where the file is there.
pub(crate) fn set_age(folder: &Path, age: Duration) -> io::Result<()> {
    let Some(about) = read(folder) else {
        return Ok(());
    };
    let age_seconds = age.as_secs();
    write(
        folder,
        &About {
            age_seconds,
            ..about
        },
    )
}
