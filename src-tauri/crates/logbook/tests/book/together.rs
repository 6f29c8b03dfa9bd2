//! All books of a log book together: what is kept, and how much of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use logbook::{Book, BookKey, Clock, Limits, Logbook};
use miso_api::LineSink;

use super::{key, lines};

const DAY: u64 = 24 * 60 * 60;

fn small() -> Limits {
    Limits {
        segment_bytes: 1_000,
        ..Limits::default()
    }
}

fn key_of(application: &str) -> BookKey {
    BookKey {
        application: application.to_owned(),
        ..key()
    }
}

fn bytes(logbook: &Logbook) -> u64 {
    logbook.kept().unwrap().iter().map(|kept| kept.bytes).sum()
}

fn logbook(root: &std::path::Path) -> Logbook {
    Logbook::with(root, small(), Arc::new(SystemTime::now)).unwrap()
}

fn is_whole(book: &Book, total: u64) {
    assert_eq!(book.total(), total);
    assert_eq!(book.window(0, 9_999).unwrap(), lines(book.first()..total));
}

#[test]
fn what_is_kept_can_be_seen() {
    let root = tempfile::tempdir().unwrap();
    let logbook = logbook(root.path());
    assert_eq!(logbook.kept().unwrap(), []);
    logbook
        .book(&key_of("a"))
        .unwrap()
        .append(&lines(0..10))
        .unwrap();
    logbook
        .book(&key_of(&"é".repeat(99)))
        .unwrap()
        .append(&lines(0..30))
        .unwrap();
    drop(logbook);
    let logbook = self::logbook(root.path());
    let kept = logbook.kept().unwrap();
    let keys: Vec<_> = kept.iter().map(|kept| kept.key.clone().unwrap()).collect();
    assert_eq!(keys, [key_of(&"é".repeat(99)), key_of("a")]);
    assert!(kept[0].bytes > kept[1].bytes && kept[1].bytes > 0);
    assert!(kept[0].oldest.unwrap() <= kept[0].newest.unwrap());
}

#[test]
fn the_oldest_segments_of_all_books_go_first() {
    let root = tempfile::tempdir().unwrap();
    let logbook = logbook(root.path());
    let old = logbook.book(&key_of("old")).unwrap();
    old.append(&lines(0..100)).unwrap();
    // Times of files are coarse.
    std::thread::sleep(Duration::from_millis(20));
    let new = logbook.book(&key_of("new")).unwrap();
    new.append(&lines(0..100)).unwrap();
    let all = bytes(&logbook);
    logbook.set_total_bytes(all * 3 / 4).unwrap();
    assert!(bytes(&logbook) <= all * 3 / 4);
    assert!(old.first() > 0);
    assert_eq!(new.first(), 0);
    is_whole(&old, 100);
    // What comes drops more of it, without being asked.
    new.append(&lines(100..300)).unwrap();
    assert!(bytes(&logbook) <= logbook.total_bytes() + 2_000);
    is_whole(&old, 100);
    is_whole(&new, 300);
    drop((old, new));
    drop(logbook);
    let logbook = self::logbook(root.path());
    logbook.set_total_bytes(3_000).unwrap();
    assert!(bytes(&logbook) <= 3_000);
    is_whole(&logbook.book(&key_of("old")).unwrap(), 100);
    is_whole(&logbook.book(&key_of("new")).unwrap(), 300);
    logbook.set_total_bytes(0).unwrap();
    // Of each book the last segment stays: its name keeps the position.
    is_whole(&logbook.book(&key_of("new")).unwrap(), 300);
}

#[test]
fn limits_of_a_book_are_its_own_and_can_change() {
    let root = tempfile::tempdir().unwrap();
    let logbook = logbook(root.path());
    let production = Limits {
        segment_bytes: 1_000,
        ..Limits::production()
    };
    assert_eq!(production.age, Duration::from_secs(DAY));
    let book = logbook.book_with(&key_of("a"), production).unwrap();
    assert_eq!(book.limits(), production);
    book.append(&lines(0..100)).unwrap();
    let fewer = Limits {
        book_bytes: 3_000,
        ..production
    };
    let same = logbook.book_with(&key_of("a"), fewer).unwrap();
    assert!(Arc::ptr_eq(&book, &same));
    assert!(book.first() > 0);
    is_whole(&book, 100);
    // Whoever opens it next need not know how long its lines are kept.
    drop((book, same, logbook));
    let logbook = self::logbook(root.path());
    let book = logbook.existing(&key_of("a")).unwrap().unwrap();
    assert_eq!(book.limits().age, production.age);
}

#[test]
fn what_is_old_goes_from_books_that_are_not_open() {
    let root = tempfile::tempdir().unwrap();
    let logbook = logbook(root.path());
    let day = Limits {
        segment_bytes: 1_000,
        ..Limits::production()
    };
    let open = |application: &str, limits| logbook.book_with(&key_of(application), limits).unwrap();
    open("day", day).append(&lines(0..100)).unwrap();
    open("week", small()).append(&lines(0..100)).unwrap();
    drop(logbook);
    let ahead = Arc::new(AtomicU64::new(2 * DAY));
    let read = ahead.clone();
    let seconds = move || Duration::from_secs(read.load(Ordering::SeqCst));
    let clock: Clock = Arc::new(move || SystemTime::now() + seconds());
    let logbook = Logbook::with(root.path(), small(), clock).unwrap();
    logbook.retire().unwrap();
    let kept = logbook.kept().unwrap();
    assert_eq!(
        (kept[0].key.as_ref(), kept[1].bytes),
        (Some(&key_of("week")), 0)
    );
    let book = logbook.book(&key_of("day")).unwrap();
    assert_eq!((book.first(), book.total()), (100, 100));
    assert_eq!(logbook.book(&key_of("week")).unwrap().first(), 0);
    ahead.store(8 * DAY, Ordering::SeqCst);
    logbook.retire().unwrap();
    assert_eq!(bytes(&logbook), 0);
}

#[test]
fn folders_that_are_no_books_are_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let logbook = logbook(root.path());
    logbook
        .book(&key_of("a"))
        .unwrap()
        .append(&lines(0..3))
        .unwrap();
    let strange = root.path().join("x/y/z/w");
    fs::create_dir_all(&strange).unwrap();
    fs::write(strange.join("notes.txt"), "mine").unwrap();
    fs::write(root.path().join("file"), "mine").unwrap();
    logbook.retire().unwrap();
    logbook.set_total_bytes(0).unwrap();
    assert!(strange.join("notes.txt").exists());
    let kept = logbook.kept().unwrap();
    assert_eq!(
        (kept.len(), kept[1].key.clone(), kept[1].bytes),
        (2, None, 0)
    );
}
