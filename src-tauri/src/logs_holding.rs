//! Which of the logs that are kept hold a text, wherever that was copied from.

use std::cmp::Reverse;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use logbook::{BookKey, Found, Logbook, Outcome, Query, Search, Text};
use miso_api::LogLevel;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::merged::LogName;

/// Characters of a text that is looked for, at least and at most.
const SHORTEST: usize = 3;
const LONGEST: usize = 1_000;
/// UTF-16 code units of an example, and how many of them are before the text.
const SHOWN: usize = 160;
const BEFORE: usize = 40;

/// A log that holds the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogHolding {
    /// Which log.
    pub log: LogName,
    /// How many of its lines have it.
    #[specta(type = f64)]
    pub lines: u64,
    /// Whether all of the log was looked at.
    pub complete: bool,
    /// When the newest of these lines was written.
    pub at: DateTime<Utc>,
    /// How bad it is.
    pub level: LogLevel,
    /// What it says around the text.
    pub words: String,
    /// The field that has it, where its message does not: the name, and what it is.
    pub field: Option<(String, String)>,
}

/// How far the logs were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogsLooked {
    /// Logs that were looked at, those without the text too.
    pub logs: u32,
    /// How many there are.
    pub of: u32,
    /// The log in which the time was up; null where all of them were looked at.
    pub stopped_in: Option<LogName>,
}

/// A text that is looked for in the logs of an account.
pub(crate) struct LogsHolding {
    text: String,
    stop: AtomicBool,
    looked: Mutex<LogsLooked>,
}

impl LogsHolding {
    /// Makes it ready.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.trim().chars().take(LONGEST).collect(),
            stop: AtomicBool::new(false),
            looked: Mutex::default(),
        }
    }

    /// Looks into each log of the connection and the account of `of`, the one first that was written
    /// to last, and tells of those that hold the text. Waits for the disk.
    ///
    /// # Errors
    /// What the disk says where it cannot be told which logs there are.
    pub(crate) fn look(
        &self,
        logs: &Logbook,
        of: &BookKey,
        tell: impl Fn(LogHolding),
    ) -> io::Result<()> {
        if self.text.chars().count() < SHORTEST {
            return Ok(());
        }
        let books = books_of(logs, of)?;
        self.looked().of = u32::try_from(books.len()).unwrap_or(u32::MAX);
        for key in books {
            let name = LogName {
                application: key.application.clone(),
                environment: key.environment.clone(),
            };
            self.looked().stopped_in = Some(name.clone());
            if self.is_stopped() {
                return Ok(());
            }
            match self.look_into(logs, &key, name) {
                Ok(Some(holding)) => tell(holding),
                Ok(None) => {}
                // The others can be read.
                Err(error) => tracing::warn!(%error, "a log could not be looked at"),
            }
            if self.is_stopped() {
                return Ok(());
            }
            self.looked().logs += 1;
        }
        self.looked().stopped_in = None;
        Ok(())
    }

    /// Has it end where it is.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// How far it is.
    pub(crate) fn so_far(&self) -> LogsLooked {
        self.looked().clone()
    }

    fn look_into(
        &self,
        logs: &Logbook,
        key: &BookKey,
        log: LogName,
    ) -> io::Result<Option<LogHolding>> {
        let Some(book) = logs.existing(key)? else {
            return Ok(None);
        };
        let query = Query {
            text: Some(Text::Anywhere(self.text.clone())),
            ..Query::default()
        };
        let search = Search::new(book, &query);
        let search = search.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let outcome = search.run(&self.stop, |_| {})?;
        let lines = search.count();
        let newest = search.window(lines.saturating_sub(1), 1)?.found;
        let Some(newest) = newest.into_iter().next() else {
            return Ok(None);
        };
        let field = match newest.hits.is_empty() {
            true => search.field(&newest.line),
            false => None,
        };
        Ok(Some(LogHolding {
            log,
            lines,
            complete: outcome == Outcome::Done,
            at: newest.line.timestamp,
            words: words_of(&newest),
            level: newest.line.level,
            field,
        }))
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn looked(&self) -> MutexGuard<'_, LogsLooked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The books of a connection and an account, the one first that was written to last.
fn books_of(logs: &Logbook, of: &BookKey) -> io::Result<Vec<BookKey>> {
    let mut kept = logs.kept()?;
    kept.sort_by_key(|kept| Reverse(kept.newest));
    let keys = kept.into_iter().filter_map(|kept| kept.key);
    let own = keys.filter(|key| key.connection == of.connection && key.account == of.account);
    Ok(own.collect())
}

/// What a message says around what was found in it.
fn words_of(found: &Found) -> String {
    let hit = found.hits.first().map_or(0, |hit| hit.from as usize);
    let begin = hit.saturating_sub(BEFORE);
    let units: Vec<u16> = found.line.message.encode_utf16().skip(begin).collect();
    let shown = String::from_utf16_lossy(&units[..units.len().min(SHOWN)]);
    let (before, after) = (
        if begin > 0 { "…" } else { "" },
        if units.len() > SHOWN { "…" } else { "" },
    );
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use miso_api::{LineSink, LogLine};
    use serde_json::{Map, json};

    use super::*;

    fn key(account: &str, application: &str) -> BookKey {
        BookKey {
            connection: "c".to_owned(),
            account: account.to_owned(),
            application: application.to_owned(),
            environment: "dev".to_owned(),
        }
    }

    fn line(second: i64, message: &str, fields: Map<String, serde_json::Value>) -> LogLine {
        LogLine {
            id: format!("line-{second}"),
            timestamp: DateTime::from_timestamp(second, 0).unwrap(),
            level: LogLevel::Info,
            message: message.to_owned(),
            source: None,
            environment: None,
            instance: None,
            fields,
        }
    }

    /// Two logs of one account, and one of another.
    fn logs() -> (tempfile::TempDir, Logbook) {
        let root = tempfile::tempdir().unwrap();
        let logs = Logbook::open(root.path()).unwrap();
        let id = json!({"requestId": "req-77ab", "took": 12});
        let fields = id.as_object().unwrap().clone();
        for (account, application, lines) in [
            (
                "me",
                "orders",
                vec![
                    line(1, "began req-77ab", Map::new()),
                    line(2, "refused", fields),
                    line(3, "nothing", Map::new()),
                ],
            ),
            (
                "me",
                "till",
                vec![line(4, "Refused by the bank", Map::new())],
            ),
            ("other", "orders", vec![line(5, "refused", Map::new())]),
        ] {
            let book = logs.book(&key(account, application)).unwrap();
            book.append(&lines).unwrap();
        }
        (root, logs)
    }

    fn found(looking: &LogsHolding, logs: &Logbook) -> Vec<LogHolding> {
        let found = Mutex::new(Vec::new());
        let tell = |one| found.lock().unwrap().push(one);
        looking.look(logs, &key("me", ""), tell).unwrap();
        let mut found = found.into_inner().unwrap();
        found.sort_by(|a, b| a.log.application.cmp(&b.log.application));
        found
    }

    #[test]
    fn it_is_found_in_messages_and_fields_of_the_own_logs_alone() {
        let (_root, logs) = logs();
        let looking = LogsHolding::new(" req-77ab ");
        let [orders] = &found(&looking, &logs)[..] else {
            panic!("one log has it");
        };
        assert_eq!((orders.lines, orders.complete), (2, true));
        assert_eq!(orders.words, "refused");
        let field = ("requestId".to_owned(), "req-77ab".to_owned());
        assert_eq!(orders.field, Some(field));
        let all = LogsLooked {
            logs: 2,
            of: 2,
            stopped_in: None,
        };
        assert_eq!(looking.so_far(), all);

        let both = found(&LogsHolding::new("refused"), &logs);
        let lines: Vec<_> = both
            .iter()
            .map(|one| (one.log.application.as_str(), one.lines, one.field.as_ref()))
            .collect();
        assert_eq!(lines, [("orders", 1, None), ("till", 1, None)]);
        assert_eq!(found(&LogsHolding::new("Refused"), &logs).len(), 1);
    }

    #[test]
    fn one_that_is_stopped_says_where() {
        let (_root, logs) = logs();
        let looking = LogsHolding::new("refused");
        looking.stop();
        assert_eq!(found(&looking, &logs), []);
        let looked = looking.so_far();
        assert_eq!((looked.logs, looked.of), (0, 2));
        assert!(looked.stopped_in.is_some());
    }

    #[test]
    fn too_short_a_text_is_not_looked_for() {
        let (_root, logs) = logs();
        let looking = LogsHolding::new(" re ");
        assert_eq!(found(&looking, &logs), []);
        assert_eq!(looking.so_far(), LogsLooked::default());
    }

    #[test]
    fn an_example_is_what_stands_around_the_text() {
        let root = tempfile::tempdir().unwrap();
        let logs = Logbook::open(root.path()).unwrap();
        let long = format!("{}needle{}", "é".repeat(200), "b".repeat(400));
        let book = logs.book(&key("me", "orders")).unwrap();
        book.append(&[line(1, &long, Map::new())]).unwrap();
        let found = found(&LogsHolding::new("needle"), &logs);
        let words = &found[0].words;
        assert!(words.starts_with("…é") && words.ends_with("b…"), "{words}");
        assert!(words.contains("éneedleb"), "{words}");
    }
}
