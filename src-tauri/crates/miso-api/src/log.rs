//! Log lines, and where a tail puts them (API.md, "Monitoring").

use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::open::{null_as_default, open_enum};

/// One line of an application's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Unique within the application and environment.
    pub id: String,
    /// When the line was written.
    pub timestamp: DateTime<Utc>,
    /// How bad it is.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = LogLevel)]
    pub level: LogLevel,
    /// The text, without a line end.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub message: String,
    /// The stream it came from, such as `stdout`.
    #[serde(default)]
    pub source: Option<String>,
    /// The environment.
    #[serde(default)]
    pub environment: Option<String>,
    /// Which instance of the application wrote it.
    #[serde(default)]
    pub instance: Option<String>,
    /// Structured fields, where the application writes them.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = std::collections::BTreeMap<String, Value>)]
    pub fields: Map<String, Value>,
}

/// Lines and where to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// The lines, in the order asked for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub data: Vec<LogLine>,
    /// With ascending order always given, after an empty page too; with descending order `None`
    /// at the oldest kept line.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

open_enum! {
    /// How bad a line is.
    LogLevel {
        /// For developers.
        Debug = "debug",
        /// Ordinary.
        Info = "info",
        /// Not as it should be.
        Warn = "warn",
        /// Something failed.
        Error = "error",
    }
}

/// A line that names no level is an ordinary one.
impl Default for LogLevel {
    fn default() -> Self {
        Self::Info
    }
}

/// What a sink holds after lines were appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Lines kept in all.
    pub total: u64,
    /// How many of the given lines were new.
    pub new: usize,
}

/// Where a tail puts the lines of one application in one environment.
pub trait LineSink: Send + Sync {
    /// Keeps lines, given oldest first; a line whose id is kept already is left out.
    ///
    /// # Errors
    /// What the disk says; lines that were kept before stay readable.
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended>;
}
