//! Patterns of messages, and which of them are new.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{
    Book, GapReason, LONGEST_PATTERN, Limits, MASK, Pattern, Patterns, Query, mask, new_since,
    patterns,
};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{folder, line, open, open_with};

fn masked(text: &str) -> String {
    text.replace('*', MASK)
}

#[test]
fn what_differs_from_time_to_time_is_masked() {
    for (message, pattern) in [
        ("", ""),
        ("Only words, and a word", "Only words, and a word"),
        (
            "GET /api/orders/123?expand=items 200 took 4.5 ms, 40kB",
            "GET /api/orders/*?expand=items * took * ms, *",
        ),
        (
            "connect ECONNREFUSED 10.0.3.7:5432",
            "connect ECONNREFUSED *",
        ),
        ("from 2001:db8::8a2e:370:7334", "from *"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id *"),
        ("at 2026-11-26T02:10:14.123Z", "at *"),
        ("2026-11-26 02:10:14,123 +0200 begins", "* begins"),
        ("Thu, 26 Nov 2026 02:10:14 begins", "* begins"),
        ("Nov 26 02:10:14 host sshd[12]: ok", "* host sshd[*]: ok"),
        ("[26/Nov/2026:02:10:14 +0000]", "[*]"),
        ("Market 5, Monitor 7", "Market *, Monitor *"),
        (
            "pod orders-7f9c4d-x2k9p on worker12",
            "pod orders-*-* on worker*",
        ),
        ("sha256:9f86d081884c7d65 of v1.4.0", "sha*:* of v*"),
        ("k8s by utf8 at p99", "k*s by utf* at p*"),
        ("balance -5, x=+3", "balance *, x=*"),
        (
            "user \"ada\" has 'two' of `three`",
            "user \"*\" has '*' of `*`",
        ),
        (
            "don't say it's 'so' isn't it",
            "don't say it's '*' isn't it",
        ),
        ("said \"it is \\\"so\\\"\" again", "said \"*\" again"),
        ("5\" wide", "*\" wide"),
        ("\u{1b}[1;31mred\u{1b}[0m\n    at x\u{7}", "red at x"),
        ("\u{1b}]8;;http://x/1\u{7}link\u{1b}]8;;\u{7}", "link"),
        (
            "token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0 used",
            "token *.* used",
        ),
        ("größe 5 m² in größe5", "größe * m² in größe*"),
    ] {
        assert_eq!(mask(message), masked(pattern), "{message}");
    }
    let long = mask(&"long words ".repeat(100));
    assert!(
        long.len() <= LONGEST_PATTERN && long.ends_with('…'),
        "{long}"
    );
    assert_eq!(mask(&long), long);
}

/// What is special to the masking, and what is not.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,8}",
        3 => Just(" ".to_owned()),
        2 => "[0-9]{1,5}",
        2 => "[a-f0-9]{3,12}",
        3 => "[\"'`\\\\<>*…:/.,+=_\\-\\[(]{1,2}",
        1 => "[A-Za-z0-9+/=_-]{30,60}",
        1 => Just(MASK.to_owned()),
        1 => Just("26/Nov/2026:02:10:14 +0000".to_owned()),
        1 => Just("Thu Nov 26 02:10:14".to_owned()),
        1 => Just("\u{1b}[1m".to_owned()),
        1 => Just("\u{1b}]8;;x\u{7}".to_owned()),
        1 => "\\PC{0,4}",
        1 => any::<String>(),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// What is masked as a whole, wherever it stands between blanks.
fn changing() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,12}",
        "-?[0-9]{1,6}\\.[0-9]{1,6}",
        "[0-9]{1,4}(ms|s|kB|MiB)",
        "0x[0-9a-f]{1,12}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z?",
        "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}(:[0-9]{1,5})?",
        "[0-3][0-9]/(Jan|May|Dec)/20[0-9]{2}:[0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_pattern_is_its_own_bounded_and_has_no_number(message in anything()) {
        let pattern = mask(&message);
        prop_assert_eq!(mask(&pattern), pattern.clone(), "{:?}", message);
        prop_assert!(pattern.len() <= LONGEST_PATTERN);
        prop_assert!(!pattern.chars().any(|char| char.is_ascii_digit() || char.is_control()));
    }

    #[test]
    fn words_are_left_as_they_are(message in "[a-zA-Zåäöß]{1,12}( [a-zA-Zåäöß]{1,12}){0,8}") {
        prop_assert_eq!(mask(&message), message);
    }

    #[test]
    fn messages_that_differ_only_in_what_changes_are_alike(
        before in "([a-z]{1,9}[ =(] ?){0,4}", after in "( [a-z]{1,9}){0,4}",
        one in changing(), other in changing(),
        (said, else_said) in ("[^\"\\\\\\p{C}]{0,20}", "[^\"\\\\\\p{C}]{0,20}"),
    ) {
        let with = |changing: &str, said: &str| mask(&format!("{before}{changing}{after} \"{said}\" end"));
        prop_assert_eq!(with(&one, &said), with(&other, &else_said));
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// Counted without any of our code but the mask.
fn naive(lines: &[(u64, LogLine)], wanted: impl Fn(u64, &LogLine) -> bool) -> Vec<Pattern> {
    let mut all: BTreeMap<(String, String), Pattern> = BTreeMap::new();
    for (position, line) in lines.iter().filter(|(at, line)| wanted(*at, line)) {
        let text = mask(&line.message);
        let key = (text.clone(), line.level.as_str().to_owned());
        let known = all.entry(key).or_insert_with(|| Pattern {
            text,
            level: line.level.clone(),
            count: 0,
            first: line.timestamp,
            last: line.timestamp,
            position: *position,
        });
        known.count += 1;
        known.first = known.first.min(line.timestamp);
        known.last = known.last.max(line.timestamp);
    }
    let mut all: Vec<Pattern> = all.into_values().collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.count), one.position));
    all
}

fn all_of(book: &Book) -> Vec<(u64, LogLine)> {
    (book.first()..)
        .zip(book.window(book.first(), usize::MAX).unwrap())
        .collect()
}

fn counted(book: &Arc<Book>, query: &Query) -> Patterns {
    let counted = patterns(book, query, &AtomicBool::new(false)).unwrap();
    counted.expect("nobody stops it")
}

fn any_line() -> impl Strategy<Value = LogLine> {
    let message = prop_oneof![
        "(refused|lost) (by|at) [0-9]{1,3}",
        "said \"[a-z]{0,3}\"\n",
        "[a-c]{1,2}",
        Just("\u{1b}[1mloud\u{1b}[0m".to_owned()),
    ];
    let level = prop_oneof![Just("info"), Just("warn"), Just("error"), Just("fatal")];
    (message, level, 0..40_i64).prop_map(|(message, level, seconds)| LogLine {
        message,
        level: LogLevel::from(level),
        timestamp: at(seconds),
        ..line(0)
    })
}

fn levels() -> impl Strategy<Value = Vec<LogLevel>> {
    let level = prop_oneof![Just("warn"), Just("error"), Just("unreadable")];
    prop_oneof![1 => Just(Vec::new()), 2 => vec(level.prop_map(LogLevel::from), 1..3)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn patterns_are_counted_and_new_as_a_naive_count_says(
        lines in vec(any_line(), 1..120),
        garbage in proptest::option::of("[a-z]{1,3} [0-9]"),
        levels in levels(),
        since in -1..42_i64,
    ) {
        let root = tempfile::tempdir().unwrap();
        let limits = Limits { segment_bytes: 2_000, ..Limits::default() };
        let numbered = lines.into_iter().enumerate().map(|(number, line)| LogLine {
            id: number.to_string(), ..line
        });
        open_with(root.path(), limits).append(&numbered.collect::<Vec<_>>()).unwrap();
        if let Some(garbage) = garbage {
            let name = folder(root.path()).join("99999999-00000000000000009999.jsonl");
            fs::write(name, format!("{garbage}\n")).unwrap();
        }
        let book = open(root.path());
        let all = all_of(&book);
        let is_level = |line: &LogLine| levels.is_empty() || levels.contains(&line.level);
        let query = Query { levels: levels.clone(), ..Query::default() };
        let found = counted(&book, &query);
        prop_assert_eq!(&found.all, &naive(&all, |_, line| is_level(line)));
        prop_assert_eq!(found.lines, found.all.iter().map(|one| one.count).sum::<u64>());
        prop_assert_eq!(found.others, 0);

        // A line counts as written no earlier than those before it.
        let cut = all.iter().find(|(_, line)| line.timestamp >= at(since)).map(|(at, _)| *at);
        let cut = cut.unwrap_or(book.total());
        let old = naive(&all, |at, line| at < cut && is_level(line));
        let is_old = |new: &Pattern| old.iter().any(|old| old.text == new.text && old.level == new.level);
        let mut wanted = naive(&all, |at, line| at >= cut && is_level(line));
        let lines: u64 = wanted.iter().map(|one| one.count).sum();
        wanted.retain(|new| !is_old(new));
        let new = new_since(&book, at(since), &levels, &AtomicBool::new(false)).unwrap().unwrap();
        prop_assert_eq!(new.patterns.all, wanted);
        prop_assert_eq!(new.patterns.lines, lines);
        prop_assert_eq!(new.before, cut - book.first());
        prop_assert_eq!(new.gaps, 0);
    }
}

fn with_message(number: u64, message: &str) -> LogLine {
    LogLine {
        message: message.to_owned(),
        ..line(number)
    }
}

#[test]
fn it_says_how_far_back_what_is_kept_goes() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let stop = AtomicBool::new(false);
    let none = new_since(&book, at(0), &[], &stop).unwrap().unwrap();
    assert_eq!((none.patterns.all.len(), none.oldest), (0, None));
    book.append(&[with_message(10, "hello"), with_message(11, "bye")])
        .unwrap();
    book.add_gap(Some(at(11)), Some(at(20)), GapReason::Skipped)
        .unwrap();
    book.append(&[with_message(20, "hello"), with_message(21, "hello anew")])
        .unwrap();
    let new = new_since(&book, at(20), &[], &stop).unwrap().unwrap();
    let texts: Vec<_> = new
        .patterns
        .all
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(texts, ["hello anew"]);
    assert_eq!(new.patterns.all[0].position, 3);
    assert_eq!((new.before, new.oldest, new.gaps), (2, Some(at(10)), 1));
    let earlier = new_since(&book, at(11), &[], &stop).unwrap().unwrap();
    assert_eq!((earlier.before, earlier.gaps), (1, 0));
    assert_eq!(
        new_since(&book, at(20), &[], &AtomicBool::new(true)).unwrap(),
        None
    );
}

#[test]
fn more_patterns_than_are_told_apart_are_counted() {
    let root = tempfile::tempdir().unwrap();
    let book = open(root.path());
    let word = |number: u64| -> String {
        let digits = format!("{number:06}").into_bytes();
        digits
            .into_iter()
            .map(|digit| char::from(digit - b'0' + b'g'))
            .collect()
    };
    let most = logbook::MOST_PATTERNS as u64;
    for from in (0..most + 10).step_by(5_000) {
        let to = (from + 5_000).min(most + 10);
        let lines: Vec<_> = (from..to)
            .map(|number| with_message(number, &word(number)))
            .collect();
        book.append(&lines).unwrap();
    }
    let found = counted(&book, &Query::default());
    assert_eq!(
        (found.all.len() as u64, found.others, found.lines),
        (most, 10, most + 10)
    );
    // Always the first ones.
    assert_eq!(found.all.last().unwrap().position, most - 1);
}
