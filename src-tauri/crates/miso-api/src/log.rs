//! Log lines, and where a tail puts them (API.md, "Monitoring").

use std::{fmt, io};

use chrono::{DateTime, Utc};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::open::{null_as_default, open_enum};

/// One line of an application's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
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

/// Lines and where to go on. A bare array is read as lines without a way on.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// The lines, in the order asked for.
    pub data: Vec<LogLine>,
    /// With ascending order always given, after an empty page too; with descending order `None`
    /// at the oldest kept line.
    pub next_cursor: Option<String>,
}

impl<'de> Deserialize<'de> for LogPage {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PageOrLines)
    }
}

/// Decides by the first character, so that an error names what is wrong inside.
struct PageOrLines;

impl<'de> Visitor<'de> for PageOrLines {
    type Value = LogPage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of log lines or an array of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, lines: A) -> Result<LogPage, A::Error> {
        Ok(LogPage {
            data: Vec::deserialize(SeqAccessDeserializer::new(lines))?,
            next_cursor: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<LogPage, A::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Whole {
            #[serde(default, deserialize_with = "null_as_default")]
            data: Vec<LogLine>,
            #[serde(default)]
            next_cursor: Option<String>,
        }
        let Whole { data, next_cursor } = Whole::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(LogPage { data, next_cursor })
    }
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

/// Lines that are gone: they were dropped before a reader came to them (`event: gap`). Times are
/// those of the lines on both sides, as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct LogGap {
    /// The time of the last line that was given before the gap.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// The time of the first line after it.
    #[serde(default)]
    pub to: Option<DateTime<Utc>>,
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

    /// The time of the newest line that is kept; `None` where there is none, or a sink cannot say.
    fn newest(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Whether a line with this id is among the last ones kept.
    fn has(&self, id: &str) -> bool {
        let _ = id;
        false
    }

    /// Notes that lines are missing between what was appended so far and what is appended next.
    /// `is_gone` says that the server has dropped them; else they may still be asked for.
    ///
    /// # Errors
    /// What the disk says; the gap is not kept then.
    fn note_gap(&self, gap: &LogGap, is_gone: bool) -> io::Result<()> {
        let _ = (gap, is_gone);
        Ok(())
    }
}
