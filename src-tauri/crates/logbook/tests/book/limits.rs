//! A book is bounded, and positions stay what they are.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use logbook::{Clock, Limits, Logbook};
use miso_api::{Appended, LineSink};
use proptest::prelude::*;

use super::{key, line, lines, open_with, segments};

const DAY: u64 = 24 * 60 * 60;

fn small() -> Limits {
    Limits {
        book_bytes: 4_000,
        segment_bytes: 1_000,
        ..Limits::default()
    }
}

#[test]
fn the_oldest_segment_goes_and_positions_stay() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    for number in 0..200 {
        book.append(&[line(number)]).unwrap();
    }
    assert_eq!(book.total(), 200);
    let first = book.first();
    assert!(first > 150, "{first}");
    assert_eq!(book.window(0, 1_000).unwrap(), lines(first..200));
    assert_eq!(book.window(190, 3).unwrap(), lines(190..193));
    let sizes: Vec<_> = segments(root.path())
        .iter()
        .map(|path| fs::metadata(path).unwrap().len())
        .collect();
    assert!(sizes.iter().all(|size| *size <= 1_000) && sizes.iter().sum::<u64>() <= 4_000);
    drop(book);
    let book = open_with(root.path(), small());
    assert_eq!((book.first(), book.total()), (first, 200));
    assert_eq!(book.window(first, 1).unwrap(), [line(first)]);
}

#[test]
fn a_line_larger_than_a_segment_has_one_of_its_own() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    let mut large = line(1);
    large.message = "x".repeat(3_000);
    let given = [line(0), large, line(2)];
    book.append(&given).unwrap();
    assert_eq!(segments(root.path()).len(), 3);
    assert_eq!(book.window(0, 9).unwrap(), given);
    let mut huge = line(3);
    huge.message = "x".repeat(1_000_000);
    book.append(std::slice::from_ref(&huge)).unwrap();
    assert_eq!(book.window(3, 1).unwrap(), [huge]);
    assert_eq!((book.first(), book.total()), (3, 4));
}

#[test]
fn ids_are_remembered_for_so_many_lines() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        remembered_ids: 5,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..10)).unwrap();
    assert_eq!(book.append(&lines(5..10)).unwrap().new, 0);
    drop(book);
    let book = open_with(root.path(), limits);
    assert_eq!(book.append(&lines(5..10)).unwrap().new, 0);
    assert_eq!(book.append(&lines(0..1)).unwrap().new, 1);
}

/// A clock that is moved by hand, from now on.
fn hand_clock() -> (Arc<AtomicU64>, Clock) {
    let ahead = Arc::new(AtomicU64::new(0));
    let read = ahead.clone();
    let seconds = move || Duration::from_secs(read.load(Ordering::SeqCst));
    (ahead, Arc::new(move || SystemTime::now() + seconds()))
}

#[test]
fn what_is_old_goes_while_the_book_is_open() {
    let root = tempfile::tempdir().unwrap();
    let (ahead, clock) = hand_clock();
    let logbook = Logbook::with(root.path(), small(), clock).unwrap();
    let book = logbook.book(&key()).unwrap();
    book.append(&lines(0..20)).unwrap();
    ahead.store(6 * DAY, Ordering::SeqCst);
    book.append(&lines(20..21)).unwrap();
    assert_eq!(book.first(), 0);
    ahead.store(8 * DAY, Ordering::SeqCst);
    book.append(&lines(21..22)).unwrap();
    // The last segment was written to two days ago; those before it were not.
    assert!(book.first() > 0 && book.first() <= 20, "{}", book.first());
    ahead.store(16 * DAY, Ordering::SeqCst);
    assert_eq!(
        book.append(&lines(22..23)).unwrap(),
        Appended { total: 23, new: 1 }
    );
    assert_eq!(book.window(0, 99).unwrap(), lines(22..23));
    ahead.store(24 * DAY, Ordering::SeqCst);
    assert_eq!(book.append(&[]).unwrap(), Appended { total: 23, new: 0 });
    assert_eq!((book.first(), book.newest()), (23, None));
}

#[test]
fn what_is_old_goes_when_the_book_is_opened() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    book.append(&lines(0..20)).unwrap();
    book.set_cursor(Some("a".to_owned())).unwrap();
    drop(book);
    let (ahead, clock) = hand_clock();
    ahead.store(8 * DAY, Ordering::SeqCst);
    for _ in 0..2 {
        let logbook = Logbook::with(root.path(), small(), clock.clone()).unwrap();
        let book = logbook.book(&key()).unwrap();
        assert_eq!((book.first(), book.total(), book.newest()), (20, 20, None));
        // The tail must begin anew: what the server still has is fetched once more.
        assert_eq!(book.cursor(), None);
    }
    let logbook = Logbook::with(root.path(), small(), clock).unwrap();
    let book = logbook.book(&key()).unwrap();
    assert_eq!(
        book.append(&lines(19..21)).unwrap(),
        Appended { total: 22, new: 2 }
    );
    assert_eq!(book.window(20, 2).unwrap(), lines(19..21));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_kept_is_a_suffix_within_the_bounds(
        batches in proptest::collection::vec((1..60_u64, any::<bool>()), 1..20),
        segment_bytes in 150..2_000_u64, segments_kept in 1..6_u64,
    ) {
        let root = tempfile::tempdir().unwrap();
        let book_bytes = segment_bytes * segments_kept;
        let limits = Limits { book_bytes, segment_bytes, ..Limits::default() };
        let mut book = open_with(root.path(), limits);
        let (mut total, mut first) = (0, 0);
        for (count, reopen) in batches {
            book.append(&lines(total..total + count)).unwrap();
            total += count;
            if reopen {
                drop(book);
                book = open_with(root.path(), limits);
            }
            prop_assert_eq!(book.total(), total);
            prop_assert!(book.first() >= first && book.first() < total);
            first = book.first();
            prop_assert_eq!(book.window(0, usize::MAX).unwrap(), lines(first..total));
            let sizes = segments(root.path());
            let bytes: u64 = sizes.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
            // The segment that is being written always stays.
            prop_assert!(bytes <= book_bytes.max(segment_bytes), "{bytes}");
        }
    }
}

#[test]
fn a_window_is_at_most_4_mib_and_the_rest_can_be_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 3_000_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    let large = |number| {
        let mut line = line(number);
        line.message = "x".repeat(900_000);
        line
    };
    let mut given: Vec<_> = (0..12).map(large).collect();
    given[9].message = "x".repeat(6_000_000);
    book.append(&given).unwrap();
    let (mut from, mut windows) = (0, 0);
    while from < given.len() {
        let window = book.window(from as u64, 1_000).unwrap();
        let bytes: usize = window.iter().map(|line| line.message.len()).sum();
        assert!(bytes <= 4 * 1024 * 1024 || window.len() == 1, "{bytes}");
        assert_eq!(window, given[from..from + window.len()]);
        from += window.len();
        windows += 1;
    }
    assert!(windows <= 5, "{windows}");
}
