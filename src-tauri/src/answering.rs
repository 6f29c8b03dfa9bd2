//! What the kept part of a log says, for the answer to why an application is unwell.

use std::cmp::Reverse;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Logbook, Query, Search, new_since, patterns};
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
    if oldest.first().is_none_or(|line| line.timestamp > span.from) {
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

/// What most of these lines say, and whether none before said so.
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
        new.before > 0 && patterns.any(|pattern| pattern.text == most.text)
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
