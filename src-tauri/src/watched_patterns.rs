//! Which patterns of log messages somebody wants to be told of when they appear again: kept like what
//! was typed, looked for in the lines that a tail brings.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{Book, BookKey};
use miso_api::{Appended, LineSink, LogGap, LogLevel, LogLine};
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};

use crate::desktop;
use crate::state::App;

/// As many are kept; a newer one takes the place of the oldest.
const MOST: usize = 100;
/// The most bytes of what names one besides its text: real names are far shorter.
const LONGEST_NAMES: usize = 1_000;
/// A pattern is told of at most once in so long.
const TOLD_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// A pattern of a log's messages that somebody wants to be told of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct WatchedPattern {
    /// How bad its lines are.
    pub level: LogLevel,
    /// The pattern, as `logbook::mask` gives it.
    pub text: String,
    /// Since when: lines from before are not told of.
    pub since: DateTime<Utc>,
}

/// Those that are kept, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct WatchedPatterns(Vec<Kept>);

/// One, and in which log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    connection: String,
    /// Whose it is: it is told to nobody else.
    account: String,
    application: String,
    environment: String,
    #[serde(flatten)]
    pattern: WatchedPattern,
}

impl WatchedPattern {
    /// One of lines that are written from now on.
    pub(crate) fn of(level: LogLevel, text: &str, now: DateTime<Utc>) -> Self {
        Self {
            level,
            text: logbook::mask(text),
            since: now,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.level == other.level && self.text == other.text
    }

    /// Whether a line has it.
    fn is_in(&self, line: &LogLine, pattern: &str) -> bool {
        self.level == line.level && line.timestamp >= self.since && self.text == pattern
    }
}

impl Kept {
    fn is_of(&self, key: &BookKey) -> bool {
        let BookKey {
            connection,
            account,
            application,
            environment,
        } = key;
        self.connection == *connection
            && self.account == *account
            && self.application == *application
            && self.environment == *environment
    }
}

impl WatchedPatterns {
    /// Those of a log, the oldest first.
    pub(crate) fn of(&self, key: &BookKey) -> Vec<WatchedPattern> {
        let all = self.0.iter().filter(|kept| kept.is_of(key));
        all.map(|kept| kept.pattern.clone()).collect()
    }

    /// With another one; one that is kept already stays as it is, and one of a log or a level that
    /// cannot be is none.
    pub(crate) fn with(mut self, key: &BookKey, pattern: WatchedPattern) -> Self {
        let names = [&key.application, &key.environment].map(String::len);
        let named = names.iter().sum::<usize>() + pattern.level.as_str().len();
        if named > LONGEST_NAMES || self.of(key).iter().any(|each| each.is_same(&pattern)) {
            return self;
        }
        self.0.push(Kept {
            connection: key.connection.clone(),
            account: key.account.clone(),
            application: key.application.clone(),
            environment: key.environment.clone(),
            pattern,
        });
        let over = self.0.len().saturating_sub(MOST);
        Self(self.0.split_off(over))
    }

    /// Without one of a log.
    pub(crate) fn without(mut self, key: &BookKey, pattern: &WatchedPattern) -> Self {
        self.0
            .retain(|kept| !(kept.is_of(key) && kept.pattern.is_same(pattern)));
        self
    }

    /// Without those of a connection.
    pub(crate) fn without_those_of(mut self, connection: &ConnectionId) -> Self {
        let connection = connection.to_string();
        self.0.retain(|kept| kept.connection != connection);
        self
    }
}

/// When each was told of last.
#[derive(Default)]
pub(crate) struct ToldPatterns(Mutex<HashMap<(BookKey, LogLevel, String), DateTime<Utc>>>);

impl ToldPatterns {
    /// Whether one is to be told of now; it counts as told then.
    fn is_due(&self, key: &BookKey, pattern: &WatchedPattern, now: DateTime<Utc>) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now - *at < TOLD_AGAIN);
        let one = (key.clone(), pattern.level.clone(), pattern.text.clone());
        let is_due = !told.contains_key(&one);
        if is_due {
            told.insert(one, now);
        }
        is_due
    }
}

/// A book to which a tail adds lines, and somebody who is told of some of them.
pub(crate) struct Watching {
    pub app: AppHandle,
    pub key: BookKey,
    pub book: Arc<Book>,
}

impl Watching {
    /// What is watched and has appeared, each with the first line that has it. Masks nothing where
    /// nothing is watched, and no line of a level that is not.
    fn appeared(&self, lines: &[LogLine]) -> Vec<(WatchedPattern, LogLine)> {
        let Some(app) = self.app.try_state::<App>() else {
            return Vec::new();
        };
        let watched = app.settings.watched_patterns().of(&self.key);
        appeared(watched, lines, |id| self.book.has(id))
    }
}

fn appeared(
    mut watched: Vec<WatchedPattern>,
    lines: &[LogLine],
    is_known: impl Fn(&str) -> bool,
) -> Vec<(WatchedPattern, LogLine)> {
    let mut found = Vec::new();
    for line in lines {
        if !watched.iter().any(|each| each.level == line.level) || is_known(&line.id) {
            continue;
        }
        let pattern = logbook::mask(&line.message);
        let at = watched.iter().position(|each| each.is_in(line, &pattern));
        if let Some(at) = at {
            found.push((watched.swap_remove(at), line.clone()));
        }
    }
    found
}

impl LineSink for Watching {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        let appeared = self.appeared(lines);
        let appended = self.book.append(lines)?;
        for (pattern, line) in appeared {
            let app = self.app.state::<App>();
            if app.told_patterns.is_due(&self.key, &pattern, Utc::now()) {
                desktop::tell_appeared(&self.app, &self.key, &line);
            }
        }
        Ok(appended)
    }

    fn newest(&self) -> Option<DateTime<Utc>> {
        self.book.newest()
    }

    fn has(&self, id: &str) -> bool {
        self.book.has(id)
    }

    fn note_gap(&self, gap: &LogGap, is_gone: bool) -> io::Result<()> {
        self.book.note_gap(gap, is_gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(application: &str) -> BookKey {
        BookKey {
            connection: "one".to_owned(),
            account: "ada".to_owned(),
            application: application.to_owned(),
            environment: "dev".to_owned(),
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn pattern(text: &str) -> WatchedPattern {
        WatchedPattern::of(LogLevel::Error, text, at(100))
    }

    fn line(id: &str, seconds: i64, level: LogLevel, message: &str) -> LogLine {
        LogLine {
            id: id.to_owned(),
            timestamp: at(seconds),
            level,
            message: message.to_owned(),
            source: None,
            environment: None,
            instance: None,
            fields: serde_json::Map::new(),
        }
    }

    #[test]
    fn each_log_has_its_own_and_one_is_kept_once() {
        let (shop, till) = (key("shop"), key("till"));
        let kept = WatchedPatterns::default()
            .with(&shop, pattern("refused <*>"))
            .with(&shop, pattern("refused 7"))
            .with(&till, pattern("refused 7"));
        assert_eq!(kept.of(&shop), [pattern("refused <*>")]);
        assert_eq!(kept.of(&till).len(), 1);
        let written = serde_json::to_value(&kept).unwrap();
        let read: WatchedPatterns = serde_json::from_value(written).unwrap();
        assert_eq!(read, kept);
        let left = kept.without(&shop, &pattern("refused 1"));
        assert_eq!((left.of(&shop).len(), left.of(&till).len()), (0, 1));
        let none = left.without_those_of(&"one".to_owned().into());
        assert_eq!(none, WatchedPatterns::default());
    }

    #[test]
    fn they_are_bounded() {
        let shop = key("shop");
        let named = |number: usize| {
            let word: String = number
                .to_string()
                .chars()
                .map(|digit| (digit as u8 + b'a' - b'0') as char)
                .collect();
            pattern(&word)
        };
        let many = (0..MOST + 3).fold(WatchedPatterns::default(), |all, number| {
            all.with(&shop, named(number))
        });
        let of_shop = many.of(&shop);
        assert_eq!((of_shop.len(), &of_shop[0]), (MOST, &named(3)));
        let long = key(&"x".repeat(LONGEST_NAMES));
        assert_eq!(many.clone().with(&long, named(0)), many);
    }

    #[test]
    fn only_new_lines_of_its_level_written_since_are_told_of() {
        let lines = [
            line("old", 99, LogLevel::Error, "refused 1"),
            line("known", 101, LogLevel::Error, "refused 2"),
            line("mild", 102, LogLevel::Warn, "refused 3"),
            line("other", 103, LogLevel::Error, "accepted 4"),
            line("first", 104, LogLevel::Error, "refused 5"),
            line("second", 105, LogLevel::Error, "refused 6"),
        ];
        let watched = vec![pattern("refused 9"), pattern("lost")];
        let found = appeared(watched, &lines, |id| id == "known");
        let ids: Vec<_> = found.iter().map(|(_, line)| line.id.as_str()).collect();
        assert_eq!(ids, ["first"]);
        assert_eq!(found[0].0.text, "refused <*>");
    }

    #[test]
    fn one_is_told_of_once_in_ten_minutes() {
        let told = ToldPatterns::default();
        let (shop, one) = (key("shop"), pattern("refused 1"));
        assert!(told.is_due(&shop, &one, at(0)));
        assert!(!told.is_due(&shop, &one, at(599)));
        assert!(told.is_due(&key("till"), &one, at(599)));
        assert!(told.is_due(&shop, &pattern("lost"), at(599)));
        assert!(told.is_due(&shop, &one, at(600)));
    }
}
