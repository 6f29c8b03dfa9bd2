//! Files that somebody or something has changed.

use std::fs::{self, OpenOptions};
use std::io::Write;

use logbook::Limits;
use miso_api::{Appended, LineSink, LogLevel};

use super::{folder, line, lines, open, open_with, segments};

fn small() -> Limits {
    Limits {
        segment_bytes: 1_000,
        ..Limits::default()
    }
}

#[test]
fn a_line_that_cannot_be_read_keeps_its_place() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..3)).unwrap();
    drop(book);
    let file = &segments(root.path())[0];
    let text = fs::read_to_string(file).unwrap();
    let mut edited: Vec<_> = text.lines().collect();
    edited[1] = "somebody was here";
    fs::write(file, format!("{}\n", edited.join("\n"))).unwrap();
    OpenOptions::new()
        .append(true)
        .open(file)
        .unwrap()
        .write_all(b"\xff\xfe\n\n")
        .unwrap();
    let book = open(root.path());
    assert_eq!((book.total(), book.newest()), (5, Some(line(2).timestamp)));
    let shown = book.window(0, 9).unwrap();
    assert_eq!((&shown[0], &shown[2]), (&line(0), &line(2)));
    assert_eq!(shown[1].message, "somebody was here");
    assert_eq!(shown[1].level, LogLevel::Unknown("unreadable".to_owned()));
    assert_eq!(shown[1].timestamp, line(0).timestamp);
    assert_eq!(
        (shown[3].message.as_str(), shown[4].message.as_str()),
        ("\u{fffd}\u{fffd}", "")
    );
    assert_eq!(book.window(1, 1).unwrap()[0].timestamp, line(0).timestamp);
    assert_eq!(book.append(&lines(3..4)).unwrap().total, 6);
    assert_eq!(book.window(5, 1).unwrap(), [line(3)]);
}

#[test]
fn a_segment_that_was_removed_leaves_the_others() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    book.append(&lines(0..40)).unwrap();
    drop(book);
    let files = segments(root.path());
    assert!(files.len() > 3);
    let gone = fs::read_to_string(&files[1]).unwrap().lines().count() as u64;
    fs::remove_file(&files[1]).unwrap();
    let book = open_with(root.path(), small());
    assert_eq!(book.total(), 40 - gone);
    book.append(&lines(40..80)).unwrap();
    let kept = book.window(0, 99).unwrap();
    drop(book);
    // Names may repeat positions now; the order of the segments does not depend on them.
    let book = open_with(root.path(), small());
    assert_eq!(book.window(0, 99).unwrap(), kept);
    assert_eq!(kept.last(), Some(&line(79)));
    assert!(kept.is_sorted_by_key(|line| line.timestamp));
}

#[test]
fn a_segment_that_was_changed_while_open_is_read_again_and_not_written_to() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..3)).unwrap();
    let file = segments(root.path()).pop().unwrap();
    OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap()
        .write_all(b"a note")
        .unwrap();
    book.append(&lines(3..6)).unwrap();
    assert_eq!((book.total(), book.generation()), (7, 1));
    let kept = book.window(0, 9).unwrap();
    assert_eq!(
        (&kept[..3], &kept[4..]),
        (&lines(0..3)[..], &lines(3..6)[..])
    );
    assert_eq!(kept[3].message, "a note");
    assert!(fs::read_to_string(&file).unwrap().ends_with("a note"));
    let last = segments(root.path()).pop().unwrap();
    fs::remove_file(&last).unwrap();
    assert_eq!(
        book.append(&lines(6..7)).unwrap(),
        Appended { total: 5, new: 1 }
    );
    assert_eq!(book.window(4, 1).unwrap(), [line(6)]);
    assert_eq!(book.view(0, 9).unwrap().generation, 2);
}

#[test]
fn windows_notice_what_others_do_to_the_files() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    book.append(&lines(0..40)).unwrap();
    let files = segments(root.path());
    assert_eq!(book.window(0, 99).unwrap(), lines(0..40));
    // Edited: a line more at the front, and the file has another length.
    let text = fs::read_to_string(&files[1]).unwrap();
    fs::write(&files[1], format!("by hand\n{text}")).unwrap();
    let view = book.view(0, 99).unwrap();
    assert_eq!((view.generation, view.total), (1, 41));
    let inserted: Vec<_> = view
        .lines
        .iter()
        .filter(|line| line.id.is_empty())
        .collect();
    assert_eq!(inserted.len(), 1);
    assert_eq!(inserted[0].message, "by hand");
    // Removed in the middle.
    fs::remove_file(&files[1]).unwrap();
    let view = book.view(0, 99).unwrap();
    assert_eq!(view.generation, 2);
    assert_eq!(view.total, view.lines.len() as u64);
    assert!(view.lines.iter().all(|line| line.message != "by hand"));
    // Removed at the front: the others stay where they were.
    let before = book.window(0, 99).unwrap();
    fs::remove_file(&files[0]).unwrap();
    let view = book.view(0, 99).unwrap();
    assert_eq!(view.lines, before[view.first as usize..]);
    // Replaced by one of the same length.
    let last = segments(root.path()).pop().unwrap();
    let text = fs::read_to_string(&last)
        .unwrap()
        .replace("message 39", "MESSAGE 39");
    fs::write(last.with_extension("tmp"), text).unwrap();
    fs::rename(last.with_extension("tmp"), &last).unwrap();
    let view = book.view(0, 99).unwrap();
    assert_eq!(view.lines.last().unwrap().message, "MESSAGE 39");
    assert_eq!(book.append(&lines(40..41)).unwrap().new, 1);
    assert_eq!(book.window(0, 99).unwrap().last(), Some(&line(40)));
}

#[test]
fn what_the_disk_refused_can_be_given_again() {
    let root = tempfile::tempdir().unwrap();
    let book = open_with(root.path(), small());
    let given = lines(0..40);
    let whole = {
        let apart = tempfile::tempdir().unwrap();
        open_with(apart.path(), small()).append(&given).unwrap();
        segments(apart.path())
    };
    // The name of the third segment is taken: the append stops in the middle.
    let taken = folder(root.path()).join(whole[2].file_name().unwrap());
    fs::create_dir(&taken).unwrap();
    let error = book.append(&given).unwrap_err();
    assert!(
        error.to_string().contains(taken.to_str().unwrap()),
        "{error}"
    );
    let kept = book.total();
    assert!(kept > 0 && kept < 40, "{kept}");
    assert_eq!(book.window(0, 99).unwrap(), lines(0..kept));
    fs::remove_dir(&taken).unwrap();
    let appended = book.append(&given).unwrap();
    assert_eq!(
        appended,
        Appended {
            total: 40,
            new: 40 - kept as usize
        }
    );
    assert_eq!(book.window(0, 99).unwrap(), given);
    drop(book);
    assert_eq!(
        open_with(root.path(), small()).window(0, 99).unwrap(),
        given
    );
}

#[test]
fn a_folder_that_went_away_is_an_error_until_it_is_back() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..1)).unwrap();
    fs::remove_dir_all(folder(root.path())).unwrap();
    book.append(&lines(1..3)).unwrap_err();
    book.set_cursor(Some("a".to_owned())).unwrap_err();
    fs::create_dir_all(folder(root.path())).unwrap();
    assert_eq!(
        book.append(&lines(1..3)).unwrap(),
        Appended { total: 3, new: 2 }
    );
    assert_eq!(book.window(1, 2).unwrap(), lines(1..3));
}

#[test]
fn a_broken_cursor_is_none_and_other_files_are_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..1)).unwrap();
    book.set_cursor(Some("a".to_owned())).unwrap();
    drop(book);
    let at = folder(root.path());
    fs::write(at.join("cursor.json"), "{\"cur").unwrap();
    for name in ["notes.txt", "x-y.jsonl", "1.jsonl"] {
        fs::write(at.join(name), "mine\n").unwrap();
    }
    let book = open(root.path());
    assert_eq!((book.cursor(), book.total()), (None, 1));
    assert_eq!(fs::read_to_string(at.join("notes.txt")).unwrap(), "mine\n");
}

#[test]
fn a_root_that_is_a_file_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let error = logbook::Logbook::open(&file).err().unwrap();
    assert!(error.to_string().contains("file"), "{error}");
}
