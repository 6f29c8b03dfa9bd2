//! Windows while lines are appended and dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use logbook::{Found, Limits, Logbook, Query, Search, Text};
use miso_api::LineSink;

use super::{key, line, lines, open_with, segments};

#[test]
fn windows_are_whole_while_lines_come_and_go() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        book_bytes: 200_000,
        segment_bytes: 20_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for reader in 0..3_u64 {
            let (book, done) = (&book, &done);
            scope.spawn(move || {
                let mut at = reader;
                while !done.load(Ordering::SeqCst) {
                    let (first, total) = (book.first(), book.total());
                    at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let from = first + at % (total - first).max(1);
                    let window = book.window(from, 50).unwrap();
                    // The oldest may be gone by now; those that are left have their positions.
                    let Some(last) = window.last() else { continue };
                    let end = last.timestamp.timestamp() as u64 + 1;
                    assert_eq!(window, lines(end - window.len() as u64..end));
                }
            });
        }
        for batch in 0..400_u64 {
            book.append(&lines(batch * 50..(batch + 1) * 50)).unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(book.total(), 20_000);
    assert!(book.first() > 0);
    assert_eq!(book.window(19_999, 1).unwrap(), [line(19_999)]);
}

#[test]
fn several_who_append_the_same_keep_it_once() {
    let root = tempfile::tempdir().unwrap();
    let logbook = Logbook::open(root.path()).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let book = logbook.book(&key()).unwrap();
                for from in 0..100 {
                    book.append(&lines(from * 10..from * 10 + 20)).unwrap();
                }
            });
        }
    });
    let book = logbook.book(&key()).unwrap();
    assert_eq!(book.total(), 1_010);
    let mut kept = book.window(0, 2_000).unwrap();
    kept.sort_by_key(|line| line.timestamp);
    assert_eq!(kept, lines(0..1_010));
}

#[test]
fn erasing_while_others_append_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let logbook = Logbook::open(root.path()).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut from = 0;
                while !stop.load(Ordering::SeqCst) {
                    let book = logbook.book(&key()).unwrap();
                    // Refused where it was erased in between.
                    if book.append(&lines(from..from + 5)).is_ok() {
                        from += 5;
                    }
                }
            });
        }
        for _ in 0..50 {
            while !root.path().join("c1").exists() {
                thread::yield_now();
            }
            logbook.erase("c1").unwrap();
        }
        stop.store(true, Ordering::SeqCst);
    });
    logbook.erase("c1").unwrap();
    assert!(!root.path().join("c1").exists());
}

#[test]
fn searches_and_windows_are_right_while_files_are_edited() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 5_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..2_000)).unwrap();
    let done = AtomicBool::new(false);
    let query = Query {
        text: Some(Text::Literal("message 7".to_owned())),
        ..Query::default()
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let search = Search::new(book.clone(), &query).unwrap();
                search.run(&done, |_| {}).unwrap();
                let found = search.window(0, 500).unwrap();
                let is_right = |found: &Found| found.line.message.contains("message 7");
                assert!(found.found.iter().all(is_right));
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let view = book.view(500, 200).unwrap();
                let ours = view.lines.iter().filter(|line| line.message != "by hand");
                assert!(
                    ours.clone()
                        .all(|line| line.message.starts_with("message "))
                );
                assert!(ours.is_sorted_by_key(|line| line.timestamp));
            }
        });
        let files = segments(root.path());
        for (number, file) in files.iter().enumerate().skip(3).step_by(5) {
            let text = std::fs::read_to_string(file).unwrap();
            let edited = match number % 3 {
                0 => format!("by hand\n{text}"),
                1 => text
                    .lines()
                    .skip(2)
                    .map(|line| format!("{line}\n"))
                    .collect(),
                _ => String::new(),
            };
            let beside = file.with_extension("tmp");
            std::fs::write(&beside, edited).unwrap();
            if number % 2 == 0 {
                std::fs::rename(&beside, file).unwrap();
            } else {
                std::fs::remove_file(&beside).unwrap();
                std::fs::remove_file(file).unwrap();
            }
            book.append(&lines(2_000 + number as u64..2_001 + number as u64))
                .unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    let kept = book.window(0, 9_999).unwrap();
    drop(book);
    assert_eq!(
        open_with(root.path(), limits).window(0, 9_999).unwrap(),
        kept
    );
}
