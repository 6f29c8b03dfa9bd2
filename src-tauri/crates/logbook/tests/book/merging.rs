//! Several books as one, against lines sorted in memory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{Book, BookKey, Limits, Logbook, Merged, MergedSearch, Query, Text};
use miso_api::{LineSink, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{key, line, lines, open};

fn instant(tick: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(tick)
}

fn books(root: &Path, count: usize, segment_bytes: u64) -> Vec<Arc<Book>> {
    let limits = Limits {
        segment_bytes,
        ..Limits::default()
    };
    let logbook = Logbook::with(root, limits, Arc::new(std::time::SystemTime::now)).unwrap();
    let open = |at: usize| {
        let application = format!("app-{at}");
        logbook
            .book(&BookKey {
                application,
                ..key()
            })
            .unwrap()
    };
    (0..count).map(open).collect()
}

/// Lines of the books in order: time as it counts, book, position, line.
fn oracle(all: &[Vec<LogLine>]) -> Vec<(i64, usize, u64, LogLine)> {
    let mut merged = Vec::new();
    for (book, lines) in all.iter().enumerate() {
        let mut latest = i64::MIN;
        for (position, line) in (0..).zip(lines) {
            latest = latest.max(line.timestamp.timestamp_micros());
            merged.push((latest, book, position, line.clone()));
        }
    }
    merged.sort_by_key(|(time, book, position, _)| (*time, *book, *position));
    merged
}

#[test]
fn a_time_is_found_where_clocks_jump_back() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    assert_eq!(book.position_at(instant(0)).unwrap(), 0);
    let at = |number: u64, tick: i64| LogLine {
        timestamp: instant(tick),
        ..line(number)
    };
    let ticks = [10, 20, 5, 15, 25, 25, 30];
    let given: Vec<_> = (0..)
        .zip(ticks)
        .map(|(number, tick)| at(number, tick))
        .collect();
    book.append(&given).unwrap();
    for (tick, position) in [
        (0, 0),
        (10, 0),
        (11, 1),
        (20, 1),
        (21, 4),
        (25, 4),
        (26, 6),
        (31, 7),
    ] {
        assert_eq!(book.position_at(instant(tick)).unwrap(), position, "{tick}");
    }
}

#[test]
fn a_merged_view_says_when_positions_change() {
    let root = tempfile::tempdir().unwrap();
    let books = books(root.path(), 2, 10_000);
    books[0].append(&lines(0..10)).unwrap();
    books[1].append(&lines(5..8)).unwrap();
    let merged = Merged::new(books.clone());
    assert_eq!((merged.total(), merged.generation()), (13, 0));
    books[0].append(&lines(10..20)).unwrap();
    // Not before it is told to.
    assert_eq!(merged.total(), 13);
    assert_eq!(merged.refresh().unwrap(), 0);
    assert_eq!(merged.total(), 23);
    books[1].append(&lines(8..9)).unwrap();
    assert_eq!(merged.refresh().unwrap(), 1);
    let window = merged.window(0, 99).unwrap();
    assert_eq!((window.total, window.lines.len()), (24, 24));
    assert!(
        window
            .lines
            .is_sorted_by_key(|one| (one.line.timestamp, one.book))
    );
    assert_eq!(merged.position_of(1, 3).unwrap(), Some(12));
    assert_eq!(merged.position_of(1, 4).unwrap(), None);
    assert_eq!(merged.position_of(2, 0).unwrap(), None);
    assert_eq!(Merged::new(Vec::new()).window(0, 9).unwrap().lines, []);
}

#[test]
fn what_is_dropped_or_edited_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let books = books(root.path(), 2, 1_000);
    books[0].append(&lines(0..40)).unwrap();
    books[1].append(&lines(0..40)).unwrap();
    let merged = Merged::new(books.clone());
    let limits = Limits {
        book_bytes: 2_000,
        ..books[0].limits()
    };
    books[0].set_limits(limits).unwrap();
    let window = merged.window(0, 99).unwrap();
    let kept = 40 - books[0].first() + 40;
    assert_eq!((window.generation, window.total), (1, kept));
    assert_eq!(window.lines.len() as u64, kept);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn merged_books_are_sorted_lines(
        ticks in vec(vec(0..60_i64, 0..200), 1..4), segment_bytes in 500..20_000_u64,
        windows in vec((0..500_u64, 0..40_usize), 8),
    ) {
        let root = tempfile::tempdir().unwrap();
        let books = books(root.path(), ticks.len(), segment_bytes);
        let mut all = Vec::new();
        for (book, ticks) in books.iter().zip(&ticks) {
            let given: Vec<_> = (0..).zip(ticks).map(|(number, tick)| LogLine {
                timestamp: instant(*tick),
                ..line(number)
            }).collect();
            book.append(&given).unwrap();
            all.push(given);
        }
        let oracle = oracle(&all);
        let merged = Arc::new(Merged::new(books));
        prop_assert_eq!(merged.total(), oracle.len() as u64);
        let query = Query {
            text: Some(Text::Literal("3".to_owned())),
            ..Query::default()
        };
        let search = MergedSearch::new(merged.clone(), &query).unwrap();
        search.run(&AtomicBool::new(false), |_| {}).unwrap();
        let matches: Vec<_> = (0_u64..).zip(&oracle)
            .filter(|(_, (_, _, _, line))| line.message.contains('3'))
            .map(|(at, (_, book, position, _))| (at, *book, *position))
            .collect();
        prop_assert_eq!(search.count(), matches.len() as u64);
        for (from, count) in windows {
            let window = merged.window(from, count).unwrap();
            let wanted = oracle.iter().skip(from as usize).take(count);
            let wanted: Vec<_> = wanted.map(|(_, book, position, line)| (*book, *position, line)).collect();
            let given: Vec<_> = window.lines.iter().map(|one| (one.book, one.position, &one.line)).collect();
            prop_assert_eq!(given, wanted);
            for (at, one) in (from..).zip(&window.lines) {
                prop_assert_eq!(merged.position_of(one.book, one.position).unwrap(), Some(at));
            }
            let tick = from as i64 % 70;
            let at = oracle.partition_point(|(time, ..)| *time < tick) as u64;
            prop_assert_eq!(merged.position_at(instant(tick)).unwrap(), at);
            let rank = matches.partition_point(|(at, ..)| *at < from);
            prop_assert_eq!(search.rank(from).unwrap(), rank as u64);
            let next = matches.iter().find(|(at, ..)| *at > from).map(|(at, ..)| *at);
            prop_assert_eq!(search.next(from).unwrap(), next);
            let previous = matches.iter().rev().find(|(at, ..)| *at < from).map(|(at, ..)| *at);
            prop_assert_eq!(search.previous(from).unwrap(), previous);
            let listed = search.window(from, count).unwrap();
            let listed: Vec<_> = listed.iter().map(|one| (one.merged, one.book, one.position)).collect();
            let wanted: Vec<_> = matches.iter().skip(from as usize).take(count).copied().collect();
            prop_assert_eq!(listed, wanted);
        }
    }
}
