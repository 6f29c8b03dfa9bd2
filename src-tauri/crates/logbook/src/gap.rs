//! Lines that are not here, between two that are.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::key::Key;

/// Names a gap as long as its book is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GapId(pub(crate) String);

impl std::fmt::Display for GapId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why lines are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GapReason {
    /// They were not asked for; the server may still have them.
    #[default]
    Skipped,
    /// The server dropped them.
    Dropped,
    /// They came, and the disk refused them; the server may still have them.
    Refused,
}

/// A place between two lines where others are not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Names it.
    pub id: GapId,
    /// The position of the line after it.
    pub at: u64,
    /// The time of the line before it, as far as it is known.
    pub from: Option<DateTime<Utc>>,
    /// The time of the line after it, as far as it is known.
    pub to: Option<DateTime<Utc>>,
    /// Why.
    pub reason: GapReason,
}

/// What is still not here after lines were put into a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    /// Nothing: the gap is closed.
    Nothing,
    /// Older lines than those.
    Before,
    /// Newer lines than those.
    After,
    /// Both.
    Both,
}

/// A gap as it is kept: a file of its own, whose name says where it is.
#[derive(Clone, Debug)]
pub(crate) struct KeptGap {
    pub(crate) key: Key,
    pub(crate) bounds: Bounds,
}

/// What the file says. The times of the lines on both sides count more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    #[serde(default)]
    pub(crate) from: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) to: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) reason: GapReason,
}

impl KeptGap {
    /// Reads one. A file that somebody has broken is still a gap.
    pub(crate) fn read(path: PathBuf, key: Key) -> io::Result<Self> {
        let bytes = std::fs::read(&path).map_err(|error| files::named(error, &path))?;
        let bounds = serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "a gap's bounds cannot be read");
            Bounds::default()
        });
        Ok(Self { key, bounds })
    }

    /// Keeps it.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        files::replace(&self.key.gap(folder), &serde_json::to_vec(&self.bounds)?)
    }
}
