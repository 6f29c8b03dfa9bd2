//! What the kept part of a log says, for the answer to why an application is unwell.

use std::cmp::Reverse;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Gap, Logbook, Query, Search, new_since, patterns};
use miso_api::LogLevel;
use miso_client::{ConnectionId, LogSays, LogSpan, Said};

use crate::state::App;

/// What the log of an application says of a span; `None` where nothing of it is kept, or not all of
/// the span.
pub(crate) async fn log_says(
    app: &App,
    connection: &ConnectionId,
    application: &str,
    environment: &str,
    span: LogSpan,
) -> Option<LogSays> {
    let read = move |logs: &Logbook, key: &BookKey| match logs.existing(key)? {
        Some(book) => says(&book, span),
        None => Ok(None),
    };
    let says = app.with_logs(connection, application, environment, read);
    match says.await {
        Ok(says) => says,
        Err(error) => {
            tracing::debug!(?error, "what a log says is not known");
            None
        }
    }
}

/// Counts what a book has of a span.
fn says(book: &Arc<Book>, span: LogSpan) -> io::Result<Option<LogSays>> {
    let oldest = book.window(book.first(), 1)?;
    // A part of it would be told as if it was all.
    let begins_later = oldest.first().is_none_or(|line| line.timestamp > span.from);
    let is_missing = |gap: &Gap| gap.to.is_none_or(|to| to > span.from);
    if begins_later || book.gaps().iter().any(is_missing) {
        return Ok(None);
    }
    let (errors, first) = errors(book, span)?;
    Ok(Some(LogSays {
        errors,
        first,
        most: most(book, span)?,
    }))
}

/// How many lines of level error there are, and when the first of them was written.
fn errors(book: &Arc<Book>, span: LogSpan) -> io::Result<(u64, Option<DateTime<Utc>>)> {
    let search = Search::new(book.clone(), &errors_in(span));
    let search = search.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    search.run(&AtomicBool::new(false), |_| {})?;
    let first = search.window(0, 1)?.found.into_iter().next();
    Ok((search.count(), first.map(|found| found.line.timestamp)))
}

/// What most of these lines say, and whether none before said so. Where lines from before are missing
/// one of them may have said it: that is not told.
fn most(book: &Arc<Book>, span: LogSpan) -> io::Result<Option<Said>> {
    let stop = AtomicBool::new(false);
    let counted = patterns(book, &errors_in(span), &stop)?;
    let all = counted.into_iter().flat_map(|counted| counted.all);
    let Some(most) = all.max_by_key(|pattern| (pattern.count, Reverse(pattern.first))) else {
        return Ok(None);
    };
    let new = new_since(book, span.from, &[LogLevel::Error], &stop)?;
    let newly = new.is_some_and(|new| {
        let mut patterns = new.patterns.all.iter();
        new.before > 0 && new.gaps == 0 && patterns.any(|pattern| pattern.text == most.text)
    });
    Ok(Some(Said {
        pattern: most.text,
        count: most.count,
        first: most.first,
        newly,
    }))
}

fn errors_in(span: LogSpan) -> Query {
    Query {
        levels: vec![LogLevel::Error],
        from: Some(span.from),
        to: Some(span.to),
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

    /// A book, and the logs that it is one of.
    fn book(folder: &tempfile::TempDir) -> (Logbook, Arc<Book>) {
        let logs = Logbook::open(folder.path().join("logs")).unwrap();
        let key = BookKey {
            connection: "one".to_owned(),
            account: "ada".to_owned(),
            application: "shop".to_owned(),
            environment: "dev".to_owned(),
        };
        let book = logs.book(&key).unwrap();
        (logs, book)
    }

    #[test]
    fn a_span_of_which_lines_are_missing_is_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        let (_logs, book) = book(&folder);
        book.append(&[error(0), error(10)]).unwrap();
        let gap = (Some(at(10)), Some(at(40)));
        book.add_gap(gap.0, gap.1, GapReason::Skipped).unwrap();
        book.append(&[error(40), error(50)]).unwrap();
        let counted = |from| {
            let span = LogSpan {
                from: at(from),
                to: at(60),
            };
            says(&book, span).unwrap().map(|says| says.errors)
        };
        assert_eq!(counted(-1), None, "it begins later");
        assert_eq!(counted(5), None, "some are missing in it");
        assert_eq!(counted(45), Some(1));
    }

    #[test]
    fn what_missing_lines_may_have_said_is_not_told_as_new() {
        let newly = |is_missing: bool| {
            let folder = tempfile::tempdir().unwrap();
            let (_logs, book) = book(&folder);
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
            let said = says(&book, span).unwrap().unwrap().most.unwrap();
            assert_eq!((said.pattern.as_str(), said.count), ("refused", 2));
            said.newly
        };
        assert!(newly(false));
        assert!(!newly(true));
    }
}
