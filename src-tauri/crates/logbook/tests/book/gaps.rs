//! What was not fetched is kept as a gap, and can be filled.

use std::fs;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use logbook::{Book, GapReason, Limits, Remains};
use miso_api::{LineSink, LogGap, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{folder, line, lines, open, open_with};

#[test]
fn a_gap_is_told_kept_and_filled() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..10)).unwrap();
    let at = |number: u64| Some(line(number).timestamp);
    book.add_gap(at(9), at(30), GapReason::Skipped).unwrap();
    let open_end = &book.gaps()[0];
    assert_eq!(
        (open_end.at, open_end.from, open_end.to),
        (10, at(9), at(30))
    );
    book.append(&lines(30..40)).unwrap();
    drop(book);
    let book = open(root.path());
    let view = book.view(5, 10).unwrap();
    assert_eq!(view.gaps.len(), 1);
    let gap = &view.gaps[0];
    assert_eq!((gap.at, gap.from, gap.to), (10, at(9), at(30)));
    assert_eq!(gap.reason, GapReason::Skipped);
    assert_eq!(book.view(0, 9).unwrap().gaps, []);
    // The newest of what is missing, with some that are here.
    let filled = book
        .backfill(&gap.id, &lines(20..32), Remains::Before)
        .unwrap();
    assert_eq!((filled.new, filled.at, filled.generation), (10, 10, 1));
    let gap = &book.gaps()[0];
    assert_eq!((gap.at, gap.from, gap.to), (10, at(9), at(20)));
    assert_eq!(
        (book.moved(0, 9), book.moved(0, 10), book.moved(1, 10)),
        (Some(9), Some(20), Some(10))
    );
    assert_eq!(book.moved(2, 0), None);
    let filled = book
        .backfill(&gap.id, &lines(8..20), Remains::Nothing)
        .unwrap();
    assert_eq!((filled.new, filled.generation), (10, 2));
    assert_eq!(book.gaps(), []);
    assert_eq!(book.moved(0, 12), Some(32));
    assert_eq!(book.window(0, 99).unwrap(), lines(0..40));
    book.backfill(&gap.id, &[], Remains::Nothing).unwrap_err();
    assert_eq!(book.append(&lines(30..41)).unwrap().new, 1);
    drop(book);
    let book = open(root.path());
    assert_eq!(
        (book.gaps(), book.window(0, 99).unwrap()),
        (vec![], lines(0..41))
    );
}

#[test]
fn why_lines_are_missing_can_turn_out_later() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..10)).unwrap();
    assert!(book.has("line-9") && !book.has("line-10") && !book.has(""));
    book.note_gap(
        &LogGap {
            from: None,
            to: None,
        },
        false,
    )
    .unwrap();
    book.append(&lines(30..40)).unwrap();
    let gap = book.gaps().remove(0);
    assert_eq!(gap.reason, GapReason::Skipped);
    book.explain(&gap.id, GapReason::Dropped).unwrap();
    for book in [book, open(root.path())] {
        let told = book.gaps().remove(0);
        let reason = GapReason::Dropped;
        assert_eq!(
            told,
            logbook::Gap {
                reason,
                ..gap.clone()
            }
        );
        assert_eq!(book.window(0, 99).unwrap().len(), 20);
    }
    let book = open(root.path());
    book.backfill(&gap.id, &[], Remains::Nothing).unwrap();
    book.explain(&gap.id, GapReason::Skipped).unwrap_err();
}

/// As many as were written in as long a time beside it.
#[test]
fn how_many_are_missing_is_guessed_from_those_around() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let guess = || book.guess(&book.gaps()[0]).unwrap();
    book.add_gap(None, None, GapReason::Skipped).unwrap();
    assert_eq!(guess(), None);
    book.append(&lines(1_000..2_000)).unwrap();
    assert_eq!(guess(), None, "nobody knows where it begins");
    let gap = book.gaps().remove(0);
    book.backfill(&gap.id, &[], Remains::Nothing).unwrap();
    book.add_gap(None, None, GapReason::Skipped).unwrap();
    book.append(&[line(50_000)]).unwrap();
    assert_eq!(guess(), Some(48_001));
    // Twice as fast after it.
    let half = |number: u64| LogLine {
        timestamp: line(50_000).timestamp + chrono::TimeDelta::milliseconds(500 * number as i64),
        ..line(60_000 + number)
    };
    book.append(&(1..1_000).map(half).collect::<Vec<_>>())
        .unwrap();
    let lines = guess().unwrap();
    assert!((60_000..70_000).contains(&lines), "{lines}");
}

#[test]
fn a_sink_notes_gaps() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let sink: &dyn LineSink = book.as_ref();
    let gap = LogGap {
        from: None,
        to: None,
    };
    sink.note_gap(&gap, false).unwrap();
    sink.append(&lines(5..6)).unwrap();
    sink.note_gap(&gap, true).unwrap();
    sink.note_gap(&gap, true).unwrap();
    let gaps = book.gaps();
    let told: Vec<_> = gaps.iter().map(|gap| (gap.at, gap.reason)).collect();
    assert_eq!(told, [(0, GapReason::Skipped), (1, GapReason::Dropped)]);
    assert_eq!((gaps[0].from, gaps[0].to), (None, Some(line(5).timestamp)));
    book.backfill(&gaps[0].id, &lines(0..5), Remains::Before)
        .unwrap();
    assert_eq!(book.window(0, 9).unwrap(), lines(0..6));
    assert_eq!((book.first(), book.total(), book.gaps()[0].at), (0, 6, 0));
}

#[test]
fn a_gap_goes_with_the_lines_before_it() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 1_000,
        book_bytes: 2_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..3)).unwrap();
    book.add_gap(None, None, GapReason::Skipped).unwrap();
    book.append(&lines(10..13)).unwrap();
    assert_eq!(book.gaps().len(), 1);
    book.append(&lines(13..100)).unwrap();
    assert!(book.first() > 3);
    assert_eq!(book.gaps(), []);
    let files = fs::read_dir(folder(root.path())).unwrap();
    assert!(
        files
            .into_iter()
            .all(|file| file.unwrap().path().extension().unwrap() != "gap")
    );
}

#[test]
fn a_gap_whose_file_is_broken_is_still_a_gap() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..3)).unwrap();
    book.add_gap(None, None, GapReason::Dropped).unwrap();
    book.append(&lines(5..8)).unwrap();
    drop(book);
    let files = fs::read_dir(folder(root.path())).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    let path = paths
        .find(|path| path.extension().unwrap() == "gap")
        .unwrap();
    fs::write(&path, "{\"rea").unwrap();
    fs::write(path.with_extension("new"), "half").unwrap();
    let book = open(root.path());
    let gap = &book.gaps()[0];
    assert_eq!((gap.at, gap.reason), (3, GapReason::Skipped));
    assert_eq!(
        (gap.from, gap.to),
        (Some(line(2).timestamp), Some(line(5).timestamp))
    );
    assert!(!path.with_extension("new").exists());
}

#[test]
fn what_the_disk_refuses_leaves_the_gap() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    book.append(&lines(0..3)).unwrap();
    book.add_gap(None, None, GapReason::Skipped).unwrap();
    book.append(&lines(9..12)).unwrap();
    let before = (book.gaps(), book.window(0, 99).unwrap());
    // The name of the segment is taken.
    let taken = folder(root.path()).join("00000001.000000000000001-00000000000000000003.jsonl");
    fs::create_dir(&taken).unwrap();
    book.backfill(&before.0[0].id, &lines(3..9), Remains::Nothing)
        .unwrap_err();
    assert_eq!((book.gaps(), book.window(0, 99).unwrap()), before);
    fs::remove_dir(&taken).unwrap();
    let filled = book
        .backfill(&before.0[0].id, &lines(3..9), Remains::Nothing)
        .unwrap();
    assert_eq!(filled.new, 6);
    assert_eq!(book.window(0, 99).unwrap(), lines(0..12));
}

#[derive(Clone, Debug)]
enum Step {
    Append(u64),
    /// So many lines are not fetched.
    Skip(u64),
    /// Which gap, which part of it, how many lines on both sides come along.
    Fill(Index, Index, Index, u64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let part = (any::<Index>(), any::<Index>(), any::<Index>(), 0..4_u64);
    prop_oneof![
        3 => (0..30_u64).prop_map(Step::Append),
        2 => (1..30_u64).prop_map(Step::Skip),
        4 => part.prop_map(|(gap, from, to, more)| Step::Fill(gap, from, to, more)),
        1 => Just(Step::Reopen),
    ]
}

/// What is here and what is not.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Lines(Range<u64>),
    Gap(Range<u64>),
}

fn kept(pieces: &[Piece]) -> Vec<LogLine> {
    let kept = pieces.iter().filter_map(|piece| match piece {
        Piece::Lines(range) => Some(range.clone()),
        Piece::Gap(_) => None,
    });
    kept.flatten().map(line).collect()
}

fn check(book: &Arc<Book>, pieces: &[Piece]) -> Result<(), TestCaseError> {
    let kept = kept(pieces);
    prop_assert_eq!(book.total(), kept.len() as u64);
    prop_assert_eq!(&book.window(0, usize::MAX).unwrap(), &kept);
    let mut at = 0;
    let mut wanted = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Lines(range) => at += range.end - range.start,
            Piece::Gap(_) => wanted.push(at),
        }
    }
    let time = |at: Option<u64>| -> Option<DateTime<Utc>> {
        at.and_then(|at| kept.get(at as usize))
            .map(|line| line.timestamp)
    };
    let gaps = book.gaps();
    let told: Vec<_> = gaps.iter().map(|gap| (gap.at, gap.from, gap.to)).collect();
    let wanted = wanted
        .into_iter()
        .map(|at| (at, time(at.checked_sub(1)), time(Some(at))));
    prop_assert_eq!(told, wanted.collect::<Vec<_>>());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn gaps_are_filled_in_any_order(steps in vec(step(), 1..30), segment_bytes in 500..4_000_u64) {
        let root = tempfile::tempdir().unwrap();
        let limits = Limits { segment_bytes, ..Limits::default() };
        let mut book = open_with(root.path(), limits);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut next = 0;
        for step in steps {
            let generation = book.generation();
            let before = kept(&pieces);
            match step {
                Step::Append(count) => {
                    book.append(&lines(next..next + count)).unwrap();
                    pieces.push(Piece::Lines(next..next + count));
                    pieces.retain(|piece| *piece != Piece::Lines(next..next));
                    next += count;
                }
                Step::Skip(count) => {
                    book.add_gap(None, None, GapReason::Skipped).unwrap();
                    match pieces.last_mut() {
                        Some(Piece::Gap(range)) => range.end += count,
                        Some(Piece::Lines(_)) | None => pieces.push(Piece::Gap(next..next + count)),
                    }
                    next += count;
                }
                Step::Fill(which, from, to, more) => {
                    let gaps: Vec<usize> = (0..pieces.len())
                        .filter(|at| matches!(pieces[*at], Piece::Gap(_)))
                        .collect();
                    if gaps.is_empty() {
                        continue;
                    }
                    let number = which.index(gaps.len());
                    let Piece::Gap(range) = pieces[gaps[number]].clone() else { continue };
                    let from = range.start + from.index((range.end - range.start) as usize + 1) as u64;
                    let to = from + to.index((range.end - from) as usize + 1) as u64;
                    let remains = match (from > range.start, to < range.end) {
                        (false, false) => Remains::Nothing,
                        (true, false) => Remains::Before,
                        (false, true) => Remains::After,
                        (true, true) => Remains::Both,
                    };
                    // A page that goes beyond the gap has lines that are here already.
                    let mut given = lines(from..to);
                    let is_here = |number: &u64| before.contains(&line(*number));
                    if from == range.start {
                        let here = (range.start.saturating_sub(more)..range.start).filter(is_here);
                        given.splice(0..0, here.map(line));
                    }
                    if to == range.end {
                        given.extend((range.end..range.end + more).filter(is_here).map(line));
                    }
                    let gap = book.gaps()[number].id.clone();
                    let filled = book.backfill(&gap, &given, remains).unwrap();
                    prop_assert_eq!(filled.new as u64, to - from);
                    let parts = [
                        Piece::Gap(range.start..from), Piece::Lines(from..to), Piece::Gap(to..range.end),
                    ];
                    let parts = parts.into_iter().filter(|part| match part {
                        Piece::Gap(range) | Piece::Lines(range) => !range.is_empty(),
                    });
                    let parts: Vec<_> = parts.collect();
                    let parts = match &parts[..] {
                        // Nothing came.
                        [Piece::Gap(_), Piece::Gap(_)] => vec![Piece::Gap(range.clone())],
                        _ => parts,
                    };
                    pieces.splice(gaps[number]..=gaps[number], parts);
                    for (old, line) in before.iter().enumerate() {
                        let now = book.moved(generation, old as u64).unwrap();
                        prop_assert_eq!(&book.window(now, 1).unwrap()[0], line);
                    }
                }
                Step::Reopen => {
                    drop(book);
                    book = open_with(root.path(), limits);
                }
            }
            check(&book, &pieces)?;
        }
    }
}
