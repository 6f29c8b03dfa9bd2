//! What the kept part of a log says, for the answer to why an application is unwell.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Gap, Logbook, Patterns, Query, new_since, patterns_from};
use miso_api::LogLevel;
use miso_client::{ConnectionId, LogSays, LogSpan, Said};

use crate::calls::StopsAtItsEnd;
use crate::state::App;

/// Logs of which is remembered what was counted, and patterns of one of them.
const MOST_LOGS: usize = 8;
const MOST_PATTERNS: usize = 5_000;

/// What was counted in logs. The answer is made anew every few seconds while something is unwell: only
/// what came since is looked at then.
#[derive(Default)]
pub(crate) struct CountedLogs(Mutex<HashMap<BookKey, Arc<Mutex<Counted>>>>);

impl CountedLogs {
    /// Forgets what was counted in the logs of a connection.
    pub(crate) fn end_of(&self, connection: &ConnectionId) {
        let connection = connection.to_string();
        self.lock().retain(|key, _| key.connection != connection);
    }

    fn of(&self, key: &BookKey) -> Arc<Mutex<Counted>> {
        let mut all = self.lock();
        if !all.contains_key(key) && all.len() >= MOST_LOGS {
            all.clear();
        }
        all.entry(key.clone()).or_default().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<BookKey, Arc<Mutex<Counted>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was counted in one log from a time on.
#[derive(Default)]
struct Counted {
    from: DateTime<Utc>,
    generation: u64,
    end: u64,
    errors: u64,
    /// How many lines have a pattern, and when the first of them was written.
    patterns: HashMap<String, (u64, DateTime<Utc>)>,
    /// A pattern, and whether no line before has it.
    newly: Option<(String, bool)>,
}

/// What the log of an application says of a span; `None` where nothing of it is kept, or not all of
/// the span.
pub(crate) async fn log_says(
    app: &App,
    connection: &ConnectionId,
    application: &str,
    environment: &str,
    span: LogSpan,
) -> Option<LogSays> {
    let stops = StopsAtItsEnd::default();
    let (stop, counted) = (stops.stop(), app.counted_logs.clone());
    let read = move |logs: &Logbook, key: &BookKey| match logs.existing(key)? {
        Some(book) => {
            let counted = counted.of(key);
            let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
            says(&book, span, &mut counted, &stop)
        }
        None => Ok(None),
    };
    let says = app.with_logs(connection, application, environment, read);
    match says.await {
        Ok(says) => says,
        Err(error) => {
            tracing::debug!(code = error.code, "what a log says is not known");
            None
        }
    }
}

/// Counts what a book has of a span, beyond what was counted before; `None` also where it was stopped.
fn says(
    book: &Arc<Book>,
    span: LogSpan,
    counted: &mut Counted,
    stop: &AtomicBool,
) -> io::Result<Option<LogSays>> {
    let oldest = book.window(book.first(), 1)?;
    // A part of it would be told as if it was all.
    let begins_later = oldest.first().is_none_or(|line| line.timestamp > span.from);
    let is_missing = |gap: &Gap| gap.to.is_none_or(|to| to > span.from);
    if begins_later || book.gaps().iter().any(is_missing) {
        return Ok(None);
    }
    if !counted.count(book, span.from, stop)? {
        return Ok(None);
    }
    let firsts = counted.patterns.values().map(|(_, first)| *first);
    let (errors, first) = (counted.errors, firsts.min());
    let most = counted.most(book, stop)?;
    if counted.patterns.len() > MOST_PATTERNS {
        *counted = Counted::default();
    }
    Ok(Some(LogSays {
        errors,
        first,
        most,
    }))
}

impl Counted {
    /// Counts the lines of level error that came since; `false` where it was stopped.
    fn count(
        &mut self,
        book: &Arc<Book>,
        from: DateTime<Utc>,
        stop: &AtomicBool,
    ) -> io::Result<bool> {
        if self.from != from {
            *self = Self::default();
            self.from = from;
        }
        let errors = errors_from(from);
        let Some(mut came) = patterns_from(book, self.end, &errors, stop)? else {
            return Ok(false);
        };
        if came.generation != self.generation && self.end > 0 {
            // Lines stand elsewhere now: all are counted.
            *self = Self::default();
            self.from = from;
            let Some(all) = patterns_from(book, 0, &errors, stop)? else {
                return Ok(false);
            };
            came = all;
        }
        self.take(came);
        Ok(true)
    }

    fn take(&mut self, came: Patterns) {
        (self.generation, self.end) = (came.generation, came.end);
        self.errors += came.lines;
        for pattern in came.all {
            let known = self.patterns.entry(pattern.text);
            let (count, first) = known.or_insert((0, pattern.first));
            *count += pattern.count;
            *first = pattern.first.min(*first);
        }
    }

    /// What most of these lines say, and whether none before said so. Where lines from before are
    /// missing one of them may have said it: that is not told.
    fn most(&mut self, book: &Arc<Book>, stop: &AtomicBool) -> io::Result<Option<Said>> {
        let by_count = |(_, (count, first)): &(&String, &(u64, _))| (*count, Reverse(*first));
        let Some((text, (count, first))) = self.patterns.iter().max_by_key(by_count) else {
            return Ok(None);
        };
        let newly = match &self.newly {
            Some((of, newly)) if of == text => *newly,
            Some(_) | None => {
                let errors = [LogLevel::Error];
                let Some(new) = new_since(book, self.from, &errors, stop)? else {
                    return Ok(None);
                };
                let mut patterns = new.patterns.all.iter();
                let is_whole = new.before > 0 && new.gaps == 0;
                is_whole && patterns.any(|pattern| pattern.text == *text)
            }
        };
        self.newly = Some((text.clone(), newly));
        Ok(Some(Said {
            pattern: text.clone(),
            count: *count,
            first: *first,
            newly,
        }))
    }
}

/// Lines written later than now by a clock that is ahead are among them.
fn errors_from(from: DateTime<Utc>) -> Query {
    Query {
        levels: vec![LogLevel::Error],
        from: Some(from),
        ..Query::default()
    }
}

#[cfg(test)]
mod tests {
    use logbook::GapReason;
    use miso_api::{LineSink, LogLine};

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn error(second: i64) -> LogLine {
        let line = serde_json::json!({"id": format!("l-{second}"), "timestamp": at(second),
            "level": "error", "message": "refused"});
        serde_json::from_value(line).unwrap()
    }

    fn logs(folder: &tempfile::TempDir) -> Arc<Book> {
        let logs = Logbook::open(folder.path().join("logs")).unwrap();
        let key = BookKey {
            connection: "one".to_owned(),
            account: "ada".to_owned(),
            application: "shop".to_owned(),
            environment: "dev".to_owned(),
        };
        logs.book(&key).unwrap()
    }

    fn saying(second: i64, message: &str) -> LogLine {
        LogLine {
            message: message.to_owned(),
            ..error(second)
        }
    }

    #[test]
    fn only_what_came_since_is_looked_at_and_what_is_said_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let book = logs(&folder);
        let span = LogSpan {
            from: at(10),
            to: at(10_000),
        };
        let (mut counted, stop) = (Counted::default(), AtomicBool::new(false));
        book.append(&[saying(0, "old"), saying(5, "refused 1")])
            .unwrap();
        let parts = [
            vec![saying(20, "old"), saying(21, "old"), saying(22, "new")],
            vec![],
            vec![
                saying(30, "new"),
                saying(31, "new"),
                saying(32, "refused 2"),
            ],
        ];
        let mut said = Vec::new();
        for lines in parts {
            book.append(&lines).unwrap();
            let now = says(&book, span, &mut counted, &stop).unwrap().unwrap();
            assert_eq!(counted.end, book.total(), "it has come to the end");
            let afresh = says(&book, span, &mut Counted::default(), &stop).unwrap();
            assert_eq!(Some(&now), afresh.as_ref());
            let most = now.most.unwrap();
            said.push((now.errors, most.pattern, most.count, most.newly));
        }
        let old = (3, "old".to_owned(), 2, false);
        assert_eq!(said, [old.clone(), old, (6, "new".to_owned(), 3, true)]);
        // What was counted is not counted again: it is what it was made to be.
        counted.errors = 1_000;
        let again = says(&book, span, &mut counted, &stop).unwrap().unwrap();
        assert_eq!(again.errors, 1_000);
        let later = LogSpan {
            from: at(25),
            ..span
        };
        let later = says(&book, later, &mut counted, &stop).unwrap().unwrap();
        assert_eq!(later.errors, 3, "another span is counted by itself");
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(says(&book, span, &mut counted, &stop).unwrap(), None);
    }

    #[test]
    fn a_span_of_which_lines_are_missing_is_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        let book = logs(&folder);
        book.append(&[error(0), error(10)]).unwrap();
        let gap = (Some(at(10)), Some(at(40)));
        book.add_gap(gap.0, gap.1, GapReason::Skipped).unwrap();
        book.append(&[error(40), error(50)]).unwrap();
        let counted = |from| {
            let span = LogSpan {
                from: at(from),
                to: at(60),
            };
            let (mut counted, stop) = (Counted::default(), AtomicBool::new(false));
            let says = says(&book, span, &mut counted, &stop).unwrap();
            says.map(|says| says.errors)
        };
        assert_eq!(counted(-1), None, "it begins later");
        assert_eq!(counted(5), None, "some are missing in it");
        assert_eq!(counted(45), Some(1));
    }

    #[test]
    fn what_missing_lines_may_have_said_is_not_told_as_new() {
        let newly = |is_missing: bool| {
            let folder = tempfile::tempdir().unwrap();
            let book = logs(&folder);
            book.append(&[LogLine {
                message: "began".to_owned(),
                ..error(0)
            }])
            .unwrap();
            if is_missing {
                book.add_gap(Some(at(0)), Some(at(10)), GapReason::Skipped)
                    .unwrap();
            }
            book.append(&[LogLine {
                message: "goes on".to_owned(),
                ..error(10)
            }])
            .unwrap();
            book.append(&[error(50), error(51)]).unwrap();
            let span = LogSpan {
                from: at(45),
                to: at(60),
            };
            let (mut counted, stop) = (Counted::default(), AtomicBool::new(false));
            let says = says(&book, span, &mut counted, &stop).unwrap();
            let said = says.unwrap().most.unwrap();
            assert_eq!((said.pattern.as_str(), said.count), ("refused", 2));
            said.newly
        };
        assert!(newly(false));
        assert!(!newly(true));
    }
}
