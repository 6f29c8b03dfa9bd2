//! A line as it stands in a file.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Timelike, Utc};
use miso_api::{LogLevel, LogLine};
use serde::{Deserialize, Serialize, Serializer};
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
    #[serde(serialize_with = "write_time")]
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

/// Writes a time as `chrono` does, which takes its time for it.
fn write_time<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    let nanos = time.nanosecond();
    let is_usual = (0..=9_999).contains(&time.year()) && nanos < 1_000_000_000;
    let digits = if nanos == 0 {
        0
    } else if nanos.is_multiple_of(1_000_000) {
        3
    } else if nanos.is_multiple_of(1_000) {
        6
    } else {
        9
    };
    if !is_usual {
        return time.serialize(to);
    }
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    let mut put = |at: std::ops::Range<usize>, mut number: u32| {
        for digit in text[at].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0..4, time.year() as u32);
    put(5..7, time.month());
    put(8..10, time.day());
    put(11..13, time.hour());
    put(14..16, time.minute());
    put(17..19, time.second());
    put(20..29, nanos);
    let end = if digits == 0 { 19 } else { 20 + digits };
    text[end] = b'Z';
    match std::str::from_utf8(&text[..=end]) {
        Ok(text) => to.serialize_str(text),
        Err(_) => time.serialize(to),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_are_written_as_chrono_writes_them(
            seconds in prop_oneof![
                -8_000_000_000_000..8_000_000_000_000_i64, -70_000_000_000..300_000_000_000_i64,
            ],
            nanos in prop_oneof![
                Just(0), 0..2_000_000_000_u32, (0..1_000_u32).prop_map(|milli| milli * 1_000_000),
                (0..1_000_000_u32).prop_map(|micro| micro * 1_000),
            ],
        ) {
            if let Some(time) = DateTime::from_timestamp(seconds, nanos) {
                let ours = write_time(&time, serde_json::value::Serializer).unwrap();
                prop_assert_eq!(ours, serde_json::to_value(time).unwrap());
            }
        }
    }
}
