//! A line as it stands in a file.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The level of a line that is not one of ours: somebody edited the file, or the disk failed.
pub(crate) const UNREADABLE: &str = "unreadable";

/// Writes a line and its line end. What is not there is left out: it would be a third of the file.
pub(crate) fn write(line: &LogLine, to: &mut Vec<u8>) -> serde_json::Result<()> {
    // Taken apart in full, so that a new field cannot be forgotten here.
    let LogLine {
        id,
        timestamp,
        level,
        message,
        source,
        environment,
        instance,
        fields,
    } = line;
    let stored = Stored {
        id,
        timestamp,
        level,
        message,
        source,
        environment,
        instance,
        fields,
    };
    serde_json::to_writer(&mut *to, &stored)?;
    to.push(b'\n');
    Ok(())
}

/// Reads a line. What cannot be read is shown as the text that stands there, at the time of the
/// line before it, so that every position keeps a line.
pub(crate) fn read(bytes: &[u8], before: DateTime<Utc>) -> LogLine {
    parse(bytes).unwrap_or_else(|| LogLine {
        id: String::new(),
        timestamp: before,
        level: LogLevel::Unknown(UNREADABLE.to_owned()),
        message: String::from_utf8_lossy(bytes).into_owned(),
        source: None,
        environment: None,
        instance: None,
        fields: Map::new(),
    })
}

/// Reads a line; `None` where it is none of ours.
pub(crate) fn parse(bytes: &[u8]) -> Option<LogLine> {
    serde_json::from_slice(bytes).ok()
}

/// What a book needs to know of its last lines.
#[derive(Deserialize)]
pub(crate) struct Head<'a> {
    #[serde(borrow)]
    pub(crate) id: Cow<'a, str>,
}

#[derive(Serialize)]
struct Stored<'a> {
    id: &'a str,
    timestamp: &'a DateTime<Utc>,
    level: &'a LogLevel,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: &'a Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: &'a Map<String, Value>,
}
