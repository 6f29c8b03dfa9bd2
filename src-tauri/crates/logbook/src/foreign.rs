//! Lines of a file that somebody else wrote: JSON Lines of an export or of any logger, or plain text.

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};
use serde_json::{Map, Value};

/// The most bytes of one line; what is beyond is a line of its own.
const LONGEST: usize = 4 * 1024 * 1024;
/// The level of a text stands among its first so many words.
const LEVEL_WORDS: usize = 2;

/// What loggers call the time, the level and the message.
const TIMES: &[&str] = &["timestamp", "time", "@timestamp", "ts"];
const LEVELS: &[&str] = &["level", "severity", "lvl"];
const MESSAGES: &[&str] = &["message", "msg", "text"];

/// A line of such a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// The application, where the file says it.
    pub application: Option<String>,
    /// The line. Without an id where it had none.
    pub line: LogLine,
}

/// Reads such a file piece by piece.
pub struct ForeignLines {
    /// The beginning of a line whose end is to come.
    rest: String,
    /// When the line before was written.
    before: DateTime<Utc>,
    untimed: u64,
}

impl ForeignLines {
    /// Begins. A first line that does not say when it was written stands at this time.
    pub fn new(time: DateTime<Utc>) -> Self {
        Self {
            rest: String::new(),
            before: time,
            untimed: 0,
        }
    }

    /// The lines that end in the next piece of the file.
    pub fn take(&mut self, text: &str) -> Vec<Foreign> {
        let mut lines = Vec::new();
        for piece in text.split_inclusive('\n') {
            let mut piece = piece;
            while self.rest.len() + piece.len() > LONGEST {
                let room = piece.floor_char_boundary(LONGEST.saturating_sub(self.rest.len()));
                self.rest.push_str(&piece[..room]);
                piece = &piece[room..];
                lines.push(self.read());
            }
            self.rest.push_str(piece);
            if self.rest.ends_with('\n') {
                lines.push(self.read());
            }
        }
        lines
    }

    /// The last line, where the file does not end with a line end.
    pub fn end(&mut self) -> Option<Foreign> {
        (!self.rest.is_empty()).then(|| self.read())
    }

    /// How many lines did not say when they were written: they stand at the time of the line
    /// before them.
    pub fn untimed(&self) -> u64 {
        self.untimed
    }

    fn read(&mut self) -> Foreign {
        let text = std::mem::take(&mut self.rest);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let object = serde_json::from_str(text).ok();
        let read = object.and_then(read_object);
        let (time, mut foreign) = read.unwrap_or_else(|| read_text(text));
        self.untimed += u64::from(time.is_none());
        self.before = time.unwrap_or(self.before);
        foreign.line.timestamp = self.before;
        foreign
    }
}

/// A line as it is.
fn plain(message: &str) -> LogLine {
    LogLine {
        id: String::new(),
        timestamp: DateTime::UNIX_EPOCH,
        level: LogLevel::Info,
        message: message.to_owned(),
        source: None,
        environment: None,
        instance: None,
        fields: Map::new(),
    }
}

/// `None` where the object has no message: it is shown as it stands there.
fn read_object(mut object: Map<String, Value>) -> Option<(Option<DateTime<Utc>>, Foreign)> {
    let name = MESSAGES
        .iter()
        .find(|name| matches!(object.get(**name), Some(Value::String(_))))?;
    let message = text_of(&mut object, name)?;
    let mut line = plain(&message);
    let timed = TIMES
        .iter()
        .find_map(|name| Some((*name, time_of(object.get(*name)?)?)));
    if let Some((name, _)) = timed {
        object.remove(name);
    }
    let leveled = LEVELS
        .iter()
        .find(|name| matches!(object.get(**name), Some(Value::String(_))));
    if let Some(level) = leveled.and_then(|name| text_of(&mut object, name)) {
        line.level = level_of(&level).unwrap_or(LogLevel::Unknown(level));
    }
    line.id = text_of(&mut object, "id").unwrap_or_default();
    line.source = text_of(&mut object, "source");
    line.environment = text_of(&mut object, "environment");
    line.instance = text_of(&mut object, "instance");
    let application = text_of(&mut object, "application");
    line.fields = match object.remove("fields") {
        Some(Value::Object(fields)) => fields,
        Some(other) => Map::from_iter([("fields".to_owned(), other)]),
        None => Map::new(),
    };
    // What a logger writes beside these are fields.
    for (name, value) in object {
        line.fields.entry(name).or_insert(value);
    }
    Some((timed.map(|(_, time)| time), Foreign { application, line }))
}

/// Takes a text out of an object; what is no text stays.
fn text_of(object: &mut Map<String, Value>, name: &str) -> Option<String> {
    match object.remove(name)? {
        Value::String(text) => Some(text),
        other => {
            object.insert(name.to_owned(), other);
            None
        }
    }
}

/// A time in words (RFC 3339), or in milliseconds or seconds since 1970.
fn time_of(value: &Value) -> Option<DateTime<Utc>> {
    /// Later seconds than these are milliseconds: they would be in the year 5138.
    const SECONDS: f64 = 100_000_000_000.0;
    match value {
        Value::String(text) => time_at_start(text)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(time, _)| time),
        Value::Number(number) => {
            let number = number.as_f64().filter(|number| *number > 0.0)?;
            let seconds = if number < SECONDS { 1_000.0 } else { 1.0 };
            DateTime::from_timestamp_micros((number * seconds * 1_000.0) as i64)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Time and level are taken where they plainly stand; the text keeps its level, it may mean
/// something else.
fn read_text(text: &str) -> (Option<DateTime<Utc>>, Foreign) {
    let (time, message) = match time_at_start(text) {
        Some((time, rest)) => (Some(time), rest),
        None => (None, text),
    };
    let mut line = plain(message);
    let words = message.split_whitespace().take(LEVEL_WORDS);
    let mut levels = words.filter(|word| word.len() <= 10).filter_map(|word| {
        let is_marked = word.starts_with(['[', '<']) || word.ends_with(':');
        let is_loud = word.bytes().all(|byte| byte.is_ascii_uppercase());
        let name = word.trim_matches(|letter: char| !letter.is_ascii_alphabetic());
        level_of(name).filter(|_| is_marked || is_loud || time.is_some())
    });
    line.level = levels.next().unwrap_or_default();
    let application = None;
    (time, Foreign { application, line })
}

fn level_of(word: &str) -> Option<LogLevel> {
    Some(match word.to_ascii_lowercase().as_str() {
        "trace" | "debug" => LogLevel::Debug,
        "info" | "notice" => LogLevel::Info,
        "warn" | "warning" => LogLevel::Warn,
        "error" | "err" | "fatal" | "critical" | "panic" => LogLevel::Error,
        _ => return None,
    })
}

/// A time at the beginning (RFC 3339, also with a space between day and hour), and what is after
/// it and the space that follows.
fn time_at_start(text: &str) -> Option<(DateTime<Utc>, &str)> {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"-:.TtZz+ ".contains(&byte);
    let bytes = text.as_bytes();
    if bytes.len() < 20 || !bytes[0].is_ascii_digit() || !matches!(bytes[10], b'T' | b't' | b' ') {
        return None;
    }
    let until = bytes[..bytes.len().min(40)].iter().skip(11);
    let length = 11
        + until
            .take_while(|byte| **byte != b' ' && is_part(**byte))
            .count();
    let time = DateTime::parse_from_rfc3339(&text[..length]).ok()?;
    let rest = &text[length..];
    Some((time.to_utc(), rest.strip_prefix(' ').unwrap_or(rest)))
}
