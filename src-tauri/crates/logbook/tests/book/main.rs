//! Books from outside, on real files.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod damage;
mod exported;
mod gaps;
mod keeping;
mod limits;
mod merging;
mod naive;
mod oracle;
mod patterned;
mod searching;
mod threads;
mod together;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{Book, BookKey, Limits, Logbook};
use miso_api::{LogLevel, LogLine};

fn key() -> BookKey {
    BookKey {
        connection: "c1".to_owned(),
        account: "ada".to_owned(),
        application: "orders".to_owned(),
        environment: "dev".to_owned(),
    }
}

/// The folder of `key` below a root.
fn folder(root: &Path) -> PathBuf {
    root.join("c1/ada/orders/dev")
}

fn open(root: &Path) -> Arc<Book> {
    Logbook::open(root).unwrap().book(&key()).unwrap()
}

fn open_with(root: &Path, limits: Limits) -> Arc<Book> {
    Logbook::with(root, limits, Arc::new(SystemTime::now))
        .unwrap()
        .book(&key())
        .unwrap()
}

/// Line `number`, a second after the one before it.
fn line(number: u64) -> LogLine {
    LogLine {
        id: format!("line-{number}"),
        timestamp: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(number as i64),
        level: LogLevel::Info,
        message: format!("message {number}"),
        source: Some("stdout".to_owned()),
        environment: None,
        instance: None,
        fields: serde_json::Map::new(),
    }
}

fn lines(range: std::ops::Range<u64>) -> Vec<LogLine> {
    range.map(line).collect()
}

/// The segments of a book, the oldest first.
fn segments(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder(root))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    found.sort();
    found
}
