//! A line of a log, and how what a workload prints becomes one.

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A line as it is stored. `id` and `at` come first: they are searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredLine {
    pub(crate) id: u64,
    pub(crate) at: DateTime<Utc>,
    #[serde(flatten)]
    pub(crate) said: Said,
}

/// What was said, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) level: LogLevel,
    pub(crate) message: String,
    /// `stdout`, `stderr` or `platform`.
    pub(crate) source: String,
    pub(crate) instance: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) fields: Map<String, Value>,
}

/// A stream of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Said {
    /// Understands a printed line: an object with a `message` is structured, anything else is text.
    pub(crate) fn printed(stream: Stream, instance: &str, text: &str) -> Self {
        let (source, level) = match stream {
            Stream::Stdout => ("stdout", LogLevel::Info),
            Stream::Stderr => ("stderr", LogLevel::Error),
        };
        let plain = |message: String| Self {
            level: level.clone(),
            message,
            source: source.to_owned(),
            instance: instance.to_owned(),
            fields: Map::new(),
        };
        match serde_json::from_str::<Structured>(text) {
            Ok(structured) if text.starts_with('{') => Self {
                level: structured.level.map_or_else(|| level.clone(), level_of),
                message: printable(&structured.message),
                fields: printable_fields(structured.fields),
                ..plain(String::new())
            },
            Ok(_) | Err(_) => plain(text.to_owned()),
        }
    }

    /// A line of the platform itself about a workload.
    pub(crate) fn platform(level: LogLevel, instance: &str, message: String) -> Self {
        Self {
            level,
            message,
            source: "platform".to_owned(),
            instance: instance.to_owned(),
            fields: Map::new(),
        }
    }
}

impl StoredLine {
    /// The line as the API gives it.
    pub(crate) fn into_wire(self, environment: &str) -> LogLine {
        LogLine {
            id: self.id.to_string(),
            timestamp: self.at,
            level: self.said.level,
            message: self.said.message,
            source: Some(self.said.source),
            environment: Some(environment.to_owned()),
            instance: Some(self.said.instance),
            fields: self.said.fields,
        }
    }
}

#[derive(Deserialize)]
struct Structured {
    level: Option<String>,
    message: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

/// A text on one line without control characters but the tab: an escape in a string of JSON would
/// bring back what was taken out of the line.
pub(crate) fn printable(text: &str) -> String {
    text.trim_end_matches(['\r', '\n'])
        .replace("\r\n", " ")
        .chars()
        .map(|c| if c == '\n' { ' ' } else { c })
        .filter(|c| *c == '\t' || !c.is_control())
        .collect()
}

fn printable_fields(fields: Map<String, Value>) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (printable(&name), printable_value(value)))
        .collect()
}

fn printable_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(&text)),
        Value::Array(values) => values.into_iter().map(printable_value).collect(),
        Value::Object(fields) => Value::Object(printable_fields(fields)),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

/// The words that loggers use, as the four levels there are.
fn level_of(word: String) -> LogLevel {
    match word.to_ascii_lowercase().as_str() {
        "trace" | "debug" => LogLevel::Debug,
        "warn" | "warning" => LogLevel::Warn,
        "error" | "fatal" | "critical" => LogLevel::Error,
        _ => LogLevel::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_lines_keep_their_fields() {
        let said = Said::printed(
            Stream::Stdout,
            "orders-api-1",
            r#"{"level":"WARN","message":"pool: no idle connection","fields":{"max":10}}"#,
        );
        assert_eq!(
            (said.level, said.message.as_str()),
            (LogLevel::Warn, "pool: no idle connection")
        );
        assert_eq!(said.fields["max"], 10);
    }

    #[test]
    fn no_escape_brings_control_characters_back() {
        let said = Said::printed(
            Stream::Stdout,
            "a-1",
            r#"{"message":"\u001b[31mred\u0000\nnext\tcell\n","fields":{"a\u0007":["\u009b1m",{"b":"\u001b]0;x"}],"n":1}}"#,
        );
        assert_eq!(said.message, "[31mred next\tcell");
        let fields = serde_json::json!({"a": ["1m", {"b": "]0;x"}], "n": 1});
        assert_eq!(Value::Object(said.fields), fields);
    }

    #[test]
    fn text_is_text_whatever_it_looks_like() {
        for text in [
            "hello",
            "{broken",
            "[1]",
            "{}",
            r#"{"message":5}"#,
            "\"message\"",
        ] {
            let said = Said::printed(Stream::Stderr, "a-1", text);
            assert_eq!((said.message.as_str(), said.level), (text, LogLevel::Error));
            assert_eq!(said.source, "stderr");
        }
    }
}
