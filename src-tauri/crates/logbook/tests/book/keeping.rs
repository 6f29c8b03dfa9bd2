//! What was appended is there, once, also after the book was opened again.

use std::fs;
use std::sync::Arc;

use logbook::{BookKey, Logbook};
use miso_api::{Appended, LineSink, LogLevel};
use serde_json::{Value, json};

use super::{folder, key, line, lines, open, segments};

#[test]
fn an_empty_book() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    assert_eq!(
        (book.first(), book.total(), book.newest(), book.cursor()),
        (0, 0, None, None)
    );
    assert_eq!(book.window(0, 100).unwrap(), []);
    assert_eq!(book.append(&[]).unwrap(), Appended { total: 0, new: 0 });
}

#[test]
fn windows_by_position() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    assert_eq!(
        book.append(&lines(0..50)).unwrap(),
        Appended { total: 50, new: 50 }
    );
    assert_eq!(book.window(0, 50).unwrap(), lines(0..50));
    assert_eq!(book.window(10, 5).unwrap(), lines(10..15));
    assert_eq!(book.window(49, 5).unwrap(), lines(49..50));
    assert_eq!(book.window(50, 5).unwrap(), []);
    assert_eq!(book.window(3, 0).unwrap(), []);
    assert_eq!(book.window(u64::MAX, usize::MAX).unwrap(), []);
    assert_eq!(book.newest(), Some(line(49).timestamp));
}

#[test]
fn a_line_is_kept_once() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..10)).unwrap();
    assert_eq!(
        book.append(&lines(5..15)).unwrap(),
        Appended { total: 15, new: 5 }
    );
    let twice = [line(20), line(20)];
    assert_eq!(book.append(&twice).unwrap(), Appended { total: 16, new: 1 });
    drop(book);
    let book = open(root.path());
    assert_eq!(
        book.append(&lines(0..15)).unwrap(),
        Appended { total: 16, new: 0 }
    );
    assert_eq!(book.window(14, 9).unwrap(), [line(14), line(20)]);
}

#[test]
fn lines_without_an_id_are_all_kept() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let mut nameless = line(1);
    nameless.id = String::new();
    book.append(&[nameless.clone(), nameless.clone()]).unwrap();
    assert_eq!(
        book.append(&[nameless]).unwrap(),
        Appended { total: 3, new: 1 }
    );
}

#[test]
fn the_files_are_plain_json_lines() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let mut rich = line(1);
    rich.level = LogLevel::from("notice");
    rich.message = "two\nlines\u{0}\u{1b}[31m\u{202e}".to_owned();
    rich.instance = Some("i-1".to_owned());
    rich.fields.insert("status".to_owned(), json!(503));
    book.append(&[line(0), rich.clone()]).unwrap();
    let files = segments(root.path());
    assert_eq!(files.len(), 1);
    assert_eq!(
        files[0].file_name().unwrap(),
        "00000001-00000000000000000000.jsonl"
    );
    let text = fs::read_to_string(&files[0]).unwrap();
    let parsed: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        parsed,
        [
            json!({"id": "line-0", "timestamp": "1970-01-01T00:00:00Z", "level": "info",
                   "message": "message 0", "source": "stdout"}),
            json!({"id": "line-1", "timestamp": "1970-01-01T00:00:01Z", "level": "notice",
                   "message": "two\nlines\u{0}\u{1b}[31m\u{202e}", "source": "stdout",
                   "instance": "i-1", "fields": {"status": 503}}),
        ]
    );
    assert_eq!(book.window(1, 1).unwrap(), [rich]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let book = open(root.path());
    book.append(&lines(0..1)).unwrap();
    book.set_cursor(Some("a".to_owned())).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut at = folder(root.path());
    for file in fs::read_dir(&at).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    while at != root.path() {
        assert_eq!(mode(&at), 0o700, "{}", at.display());
        at.pop();
    }
    assert_eq!(mode(root.path()), 0o700);
}

#[test]
fn the_cursor_is_kept_beside_the_lines() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..1)).unwrap();
    book.set_cursor(Some("\"é\n".to_owned())).unwrap();
    drop(book);
    let book = open(root.path());
    assert_eq!(book.cursor().as_deref(), Some("\"é\n"));
    book.set_cursor(Some("b".to_owned())).unwrap();
    book.set_cursor(None).unwrap();
    drop(book);
    assert_eq!(open(root.path()).cursor(), None);
}

#[test]
fn one_book_for_a_key_and_one_key_for_a_book() {
    let root = tempfile::tempdir().unwrap();
    let logbook = Logbook::open(root.path()).unwrap();
    let book = logbook.book(&key()).unwrap();
    assert!(Arc::ptr_eq(&book, &logbook.book(&key()).unwrap()));
    book.append(&lines(0..1)).unwrap();
    let others = [
        BookKey {
            connection: "C1".to_owned(),
            ..key()
        },
        BookKey {
            account: "../../etc".to_owned(),
            ..key()
        },
        BookKey {
            application: String::new(),
            ..key()
        },
        BookKey {
            environment: "con".to_owned(),
            ..key()
        },
        BookKey {
            environment: "x".repeat(10_000),
            ..key()
        },
    ];
    for other in &others {
        let other = logbook.book(other).unwrap();
        assert_eq!(
            other.append(&lines(0..2)).unwrap(),
            Appended { total: 2, new: 2 }
        );
    }
    assert_eq!(book.total(), 1);
    drop((book, logbook));
    let logbook = Logbook::open(root.path()).unwrap();
    for other in &others {
        assert_eq!(logbook.book(other).unwrap().total(), 2);
    }
}

#[test]
fn what_is_erased_is_gone() {
    let root = tempfile::tempdir().unwrap();
    let logbook = Logbook::open(root.path()).unwrap();
    let other = logbook
        .book(&BookKey {
            connection: "c2".to_owned(),
            ..key()
        })
        .unwrap();
    other.append(&lines(0..3)).unwrap();
    let book = logbook.book(&key()).unwrap();
    book.append(&lines(0..3)).unwrap();
    book.set_cursor(Some("a".to_owned())).unwrap();
    logbook.erase("c1").unwrap();
    assert!(!root.path().join("c1").exists());
    assert_eq!(
        (book.total(), book.newest(), book.cursor()),
        (0, None, None)
    );
    assert_eq!(book.window(0, 3).unwrap(), []);
    book.append(&lines(3..4)).unwrap_err();
    book.set_cursor(Some("b".to_owned())).unwrap_err();
    assert!(!root.path().join("c1").exists());
    assert_eq!(other.window(0, 9).unwrap(), lines(0..3));
    let anew = logbook.book(&key()).unwrap();
    assert_eq!(
        anew.append(&lines(0..2)).unwrap(),
        Appended { total: 2, new: 2 }
    );
    logbook.erase("never there").unwrap();
}

#[test]
fn looking_for_a_book_makes_none() {
    let root = tempfile::tempdir().unwrap();
    let logbook = Logbook::open(root.path()).unwrap();
    assert!(logbook.existing(&key()).unwrap().is_none());
    assert!(!root.path().join("c1").exists());
    logbook.book(&key()).unwrap().append(&lines(0..2)).unwrap();
    assert_eq!(logbook.existing(&key()).unwrap().unwrap().total(), 2);
    logbook.erase("c1").unwrap();
    assert!(logbook.existing(&key()).unwrap().is_none());
    assert!(!root.path().join("c1").exists());
    logbook.book(&key()).unwrap().append(&lines(0..3)).unwrap();
    drop(logbook);
    let logbook = Logbook::open(root.path()).unwrap();
    assert_eq!(logbook.existing(&key()).unwrap().unwrap().total(), 3);
}
