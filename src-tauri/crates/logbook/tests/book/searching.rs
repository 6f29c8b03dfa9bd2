//! Searches, and what a view asks them for.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use logbook::{BadQuery, Book, Hit, Limits, Outcome, Progress, Query, Search, Text, Window};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{line, lines, open, open_with, segments};

fn literal(text: &str) -> Query {
    Query {
        text: Some(Text::Literal(text.to_owned())),
        ..Query::default()
    }
}

fn regex(text: &str) -> Query {
    Query {
        text: Some(Text::Regex(text.to_owned())),
        ..Query::default()
    }
}

fn run(search: &Search) -> Progress {
    let mut last = Progress::default();
    let outcome = search.run(&AtomicBool::new(false), |progress| {
        assert!(progress.lines >= last.lines && progress.matches >= last.matches);
        last = progress;
    });
    assert_eq!(outcome.unwrap(), Outcome::Done);
    last
}

pub(super) fn found(search: &Search) -> Vec<u64> {
    (0..search.count())
        .map(|number| search.nth(number).unwrap())
        .collect()
}

pub(super) fn search(book: &Arc<Book>, query: &Query) -> Search {
    let search = Search::new(book.clone(), query).unwrap();
    run(&search);
    search
}

fn with_message(number: u64, message: &str) -> LogLine {
    LogLine {
        message: message.to_owned(),
        ..line(number)
    }
}

#[test]
fn a_search_finds_what_is_there_and_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 10_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..1_000)).unwrap();
    let search = Search::new(book.clone(), &literal("message 99")).unwrap();
    let progress = run(&search);
    assert_eq!(
        (progress.lines, progress.of, progress.matches),
        (1_000, 1_000, 11)
    );
    assert_eq!(found(&search)[..3], [99, 990, 991]);
    assert_eq!(
        (search.next(99), search.next(98), search.next(999)),
        (Some(990), Some(99), None)
    );
    assert_eq!(
        (search.previous(990), search.previous(99)),
        (Some(99), None)
    );
    assert_eq!((search.rank(990), search.rank(991)), (1, 2));
    book.append(&lines(1_000..10_000)).unwrap();
    assert_eq!(search.count(), 11);
    run(&search);
    assert_eq!(search.count(), 111);
    let window = search.window(9, 4).unwrap();
    assert_eq!((window.matches, window.from), (111, 9));
    let positions: Vec<_> = window.found.iter().map(|one| one.position).collect();
    assert_eq!(positions, [998, 999, 9_900, 9_901]);
    assert_eq!(window.found[2].line, line(9_900));
    assert_eq!(window.found[2].hits, [Hit { from: 0, to: 10 }]);
    let context = search.context(1, 2, 1).unwrap().unwrap();
    assert_eq!((context.from, context.lines), (988, lines(988..992)));
    assert!(search.context(111, 2, 1).unwrap().is_none());
}

#[test]
fn hits_are_in_utf_16_units() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&[with_message(0, "😀é Error, errOR"), line(1)])
        .unwrap();
    let search = search(&book, &literal("error"));
    let marked = search.marked(&book.view(0, 2).unwrap());
    assert_eq!(marked.len(), 1);
    assert_eq!(
        marked[0].hits,
        [Hit { from: 4, to: 9 }, Hit { from: 11, to: 16 }]
    );
    let other = Window {
        generation: 7,
        ..book.view(0, 2).unwrap()
    };
    assert_eq!(search.marked(&other), []);
}

#[test]
fn bad_expressions_are_told() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let error = |text: &str| Search::new(book.clone(), &regex(text)).unwrap_err();
    let BadQuery::Syntax { at, reason } = error("é(a") else {
        panic!("another error");
    };
    assert_eq!((at, reason.as_str()), (1, "unclosed group"));
    assert_eq!(error("((a{100}){100}){100}"), BadQuery::TooLarge);
    assert_eq!(error(&"a".repeat(5_000)), BadQuery::TooLarge);
    assert!(matches!(error(r"(?-u:\xff)"), BadQuery::Syntax { .. }));
}

#[test]
fn a_catastrophic_expression_is_bounded() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&[with_message(0, &"a".repeat(1_000_000))])
        .unwrap();
    for text in [
        "(a*)*b",
        "(a+a+)+b",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ] {
        assert_eq!(search(&book, &regex(text)).count(), 0, "{text}");
    }
}

#[test]
fn a_search_can_be_stopped_and_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let long: Vec<_> = (0..400)
        .map(|at| with_message(at, &"x".repeat(10_000)))
        .collect();
    book.append(&long).unwrap();
    let search = Search::new(book, &literal("x")).unwrap();
    let stop = AtomicBool::new(true);
    assert_eq!(search.run(&stop, |_| {}).unwrap(), Outcome::Stopped);
    assert_eq!(search.count(), 0);
    stop.store(false, Ordering::SeqCst);
    let outcome = search.run(&stop, |progress| {
        assert_eq!(progress.lines, progress.matches);
        stop.store(true, Ordering::SeqCst);
    });
    let so_far = search.count();
    assert!(so_far > 0 && (so_far == 400 || outcome.unwrap() == Outcome::Stopped));
    run(&search);
    assert_eq!(found(&search), (0..400).collect::<Vec<_>>());
}

#[test]
fn what_is_dropped_is_found_no_more() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 1_000,
        book_bytes: 5_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..30)).unwrap();
    let search = search(&book, &literal("message"));
    assert_eq!(search.count(), 30);
    book.append(&lines(30..200)).unwrap();
    run(&search);
    assert_eq!(found(&search), (book.first()..200).collect::<Vec<_>>());
}

#[test]
fn an_edited_file_is_searched_as_it_is_now() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 1_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..40)).unwrap();
    let before = search(&book, &literal("message 2"));
    assert_eq!(before.count(), 11);
    let files = segments(root.path());
    let text = fs::read_to_string(&files[0]).unwrap();
    fs::write(&files[0], format!("message 2 by hand\n{text}")).unwrap();
    let after = search(&book, &literal("message 2"));
    assert_eq!((after.count(), after.nth(0)), (12, Some(0)));
    // The other one looks again: what it knew are other lines now.
    run(&before);
    assert_eq!(found(&before), found(&after));
    assert_eq!(before.progress().generation, 1);
    fs::remove_file(&files[1]).unwrap();
    run(&after);
    let kept = book.window(0, 99).unwrap();
    let wanted = kept
        .iter()
        .filter(|line| line.message.contains("message 2"));
    assert_eq!(after.count(), wanted.count() as u64);
}

#[test]
fn buckets_count_every_line_once() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 20_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    let level = |number: u64| match number % 10 {
        0 => LogLevel::Error,
        1..=3 => LogLevel::Warn,
        _ => LogLevel::Info,
    };
    let with_level = |number| LogLine {
        level: level(number),
        ..line(number)
    };
    let given: Vec<_> = (0..1_234).map(with_level).collect();
    book.append(&given).unwrap();
    let search = search(&book, &literal("7"));
    for count in [1, 2, 7, 100, 1_234, 5_000] {
        let buckets = search.buckets(count).unwrap();
        assert_eq!(buckets.len(), count.min(1_234));
        assert_eq!((buckets[0].from, buckets.last().unwrap().to), (0, 1_234));
        for bucket in buckets {
            let lines = bucket.from..bucket.to;
            let count = |test: &dyn Fn(u64) -> bool| lines.clone().filter(|at| test(*at)).count();
            let errors = count(&|at| level(at) == LogLevel::Error);
            let warnings = count(&|at| level(at) == LogLevel::Warn);
            let matches = count(&|at| at.to_string().contains('7'));
            assert_eq!(
                (bucket.errors, bucket.warnings),
                (errors as u64, warnings as u64)
            );
            assert_eq!(bucket.matches, matches as u64);
        }
    }
    assert_eq!(open(&root.path().join("other")).buckets(10).unwrap(), []);
}

#[test]
fn the_newest_matches_are_there_before_the_search_is() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 10_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..2_000)).unwrap();
    let search = Search::new(book.clone(), &literal("message 19")).unwrap();
    let positions = |count, limit| {
        let newest = search.newest(count, limit).unwrap();
        let found = newest.found.iter().map(|one| one.position);
        found.collect::<Vec<_>>()
    };
    assert_eq!(positions(3, Duration::MAX), [1_997, 1_998, 1_999]);
    assert_eq!(positions(1_000, Duration::MAX).len(), 111);
    assert_eq!(search.count(), 0, "the search itself has not begun");
    // In no time only the end of the log is looked at.
    assert_eq!(positions(2, Duration::ZERO), [1_998, 1_999]);
    assert!(positions(1_000, Duration::ZERO).len() < 111);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_search_that_is_extended_is_a_search(
        batches in vec(1..300_u64, 1..6), segment_bytes in 500..20_000_u64,
    ) {
        let root = tempfile::tempdir().unwrap();
        let book = open_with(root.path(), Limits { segment_bytes, ..Limits::default() });
        let following = Search::new(book.clone(), &literal("3")).unwrap();
        let mut total = 0;
        for batch in batches {
            book.append(&lines(total..total + batch)).unwrap();
            total += batch;
            run(&following);
            let wanted = (0..total).filter(|at| at.to_string().contains('3'));
            prop_assert_eq!(found(&following), wanted.collect::<Vec<_>>());
        }
    }
}
