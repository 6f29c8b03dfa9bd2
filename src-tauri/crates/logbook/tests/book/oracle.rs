//! A book against a plain vector, with duplicates, reopening and cuts at any byte.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use logbook::{Book, Limits};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::{open_with, segments};

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<LogLine>),
    Reopen,
    /// The process ends while it writes: the last segment has only its first bytes.
    Cut(Index),
    Window(Index, usize),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_book_is_a_vector(steps in vec(step(), 1..24), segment_bytes in 150..3_000_u64) {
        let root = tempfile::tempdir().unwrap();
        let limits = Limits { segment_bytes, ..Limits::default() };
        let mut book = open_with(root.path(), limits);
        let mut oracle = Vec::new();
        for step in steps {
            match step {
                Step::Append(lines) => {
                    let new = add(&mut oracle, &lines);
                    let appended = book.append(&lines).unwrap();
                    prop_assert_eq!(appended.new, new);
                    prop_assert_eq!(appended.total, oracle.len() as u64);
                }
                Step::Reopen => {
                    drop(book);
                    book = open_with(root.path(), limits);
                }
                Step::Cut(at) => {
                    drop(book);
                    cut(root.path(), at);
                    oracle.truncate(whole_lines(root.path()));
                    book = open_with(root.path(), limits);
                }
                Step::Window(from, count) => {
                    let from = from.index(oracle.len() + 2);
                    let wanted: Vec<_> = oracle.iter().skip(from).take(count).cloned().collect();
                    prop_assert_eq!(book.window(from as u64, count).unwrap(), wanted);
                }
            }
            same(&book, &oracle)?;
        }
    }
}

fn same(book: &Arc<Book>, oracle: &[LogLine]) -> Result<(), TestCaseError> {
    prop_assert_eq!(book.total(), oracle.len() as u64);
    prop_assert_eq!(book.first(), 0);
    prop_assert_eq!(book.newest(), oracle.last().map(|line| line.timestamp));
    prop_assert_eq!(book.window(0, usize::MAX).unwrap(), oracle);
    Ok(())
}

/// Adds what is new and says how much that was.
fn add(oracle: &mut Vec<LogLine>, lines: &[LogLine]) -> usize {
    let mut ids: HashSet<String> = oracle.iter().map(|line| line.id.clone()).collect();
    let before = oracle.len();
    for line in lines {
        if line.id.is_empty() || ids.insert(line.id.clone()) {
            oracle.push(line.clone());
        }
    }
    oracle.len() - before
}

fn cut(root: &Path, at: Index) {
    let Some(last) = segments(root).pop() else {
        return;
    };
    let length = fs::metadata(&last).unwrap().len() as usize;
    let file = OpenOptions::new().write(true).open(&last).unwrap();
    file.set_len(at.index(length + 1) as u64).unwrap();
}

fn whole_lines(root: &Path) -> usize {
    let files = segments(root)
        .into_iter()
        .map(|path| fs::read(path).unwrap());
    files
        .map(|bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
        .sum()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(any_line(), 0..30).prop_map(Step::Append),
        1 => Just(Step::Reopen),
        2 => any::<Index>().prop_map(Step::Cut),
        3 => (any::<Index>(), 0..40_usize).prop_map(|(from, count)| Step::Window(from, count)),
    ]
}

fn any_line() -> impl Strategy<Value = LogLine> {
    let text = || prop_oneof![".{0,40}", any::<String>()];
    let id = prop_oneof![4 => "[a-f]{1,3}", 1 => any::<String>()];
    let instant = (-10_000_000_000..10_000_000_000_i64, 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| DateTime::<Utc>::from_timestamp(seconds, nanos).unwrap());
    let level = prop_oneof![Just(LogLevel::Error), "[a-z]{1,6}".prop_map(LogLevel::from),];
    let field = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let fields = vec((text(), field), 0..3)
        .prop_map(|fields| fields.into_iter().collect::<Map<String, Value>>());
    let source = proptest::option::of(text());
    (id, instant, level, text(), source, fields).prop_map(
        |(id, timestamp, level, message, source, fields)| LogLine {
            id,
            timestamp,
            level,
            message,
            environment: source.clone(),
            instance: None,
            source,
            fields,
        },
    )
}
