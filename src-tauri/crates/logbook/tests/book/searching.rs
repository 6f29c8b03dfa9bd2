//! A search against a naive one over decoded lines.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{
    BadQuery, Book, FieldTest, Hit, Limits, Outcome, Progress, Query, Search, Text, Window,
};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{folder, line, lines, open, open_with, segments};

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

fn found(search: &Search) -> Vec<u64> {
    (0..search.count())
        .map(|number| search.nth(number).unwrap())
        .collect()
}

fn search(book: &Arc<Book>, query: &Query) -> Search {
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

/// What a query says, without any of our code.
fn matches(query: &Query, line: &LogLine) -> bool {
    let text = match &query.text {
        Some(Text::Literal(text)) if text.chars().any(char::is_uppercase) => {
            line.message.contains(text)
        }
        Some(Text::Literal(text)) => {
            let expression = format!("(?i:{})", regex::escape(text));
            regex::Regex::new(&expression)
                .unwrap()
                .is_match(&line.message)
        }
        Some(Text::Regex(text)) => regex::Regex::new(text).unwrap().is_match(&line.message),
        None => true,
    };
    let own = |name: &str| match name {
        "source" => line.source.clone(),
        "environment" => line.environment.clone(),
        "instance" => line.instance.clone(),
        _ => None,
    };
    let has = |test: &FieldTest| {
        let value = line.fields.get(&test.name).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let value = value.or_else(|| own(&test.name));
        value.is_some_and(|value| test.value.as_ref().is_none_or(|wanted| *wanted == value))
    };
    text && (query.levels.is_empty() || query.levels.contains(&line.level))
        && query.from.is_none_or(|from| line.timestamp >= from)
        && query.to.is_none_or(|to| line.timestamp < to)
        && query.fields.iter().all(has)
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(seconds * 250)
}

/// Texts that are near each other, of characters that are special to somebody.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[abk/\"\\\\\n\u{1b}é]{0,6}",
        3 => "[aAkK\u{212a}sſéÉßΣσς😀 u0-]{0,5}",
        1 => ".{0,8}",
        1 => "[\u{fffd}a\u{7f}\u{0}\u{1f}\u{2028}]{0,3}",
    ]
}

fn any_line() -> impl Strategy<Value = LogLine> {
    let level = prop_oneof![
        Just("info"),
        Just("error"),
        Just("warn"),
        Just("debug"),
        Just("notice"),
        Just("")
    ];
    let value = prop_oneof![
        Just(json!(503)),
        Just(json!("503")),
        Just(json!(1e-7)),
        Just(json!(1e300)),
        Just(Value::Null),
        Just(json!({"a": [1, "b\n"]})),
        text().prop_map(Value::from),
    ];
    let fields = vec(
        (prop_oneof![Just("status".to_owned()), text()], value),
        0..3,
    );
    (
        text(),
        level,
        0..40_i64,
        proptest::option::of(text()),
        fields,
    )
        .prop_map(|(message, level, seconds, source, fields)| LogLine {
            id: message.clone(),
            timestamp: instant(seconds),
            level: LogLevel::from(level),
            message,
            source: source.clone(),
            environment: None,
            instance: source,
            fields: fields.into_iter().collect::<Map<_, _>>(),
        })
}

/// A line as another program might write it, or as nobody would.
fn raw_line() -> impl Strategy<Value = Vec<u8>> {
    let other = (any_line(), any::<u64>()).prop_map(|(line, seed)| {
        let mut json = serde_json::to_value(&line).unwrap();
        json["message"] = json!("@@");
        let text = serde_json::to_string(&json).unwrap();
        text.replace("@@", &escaped(&line.message, seed))
            .into_bytes()
    });
    let spaced = any_line().prop_map(|line| {
        let json = serde_json::to_string_pretty(&line).unwrap();
        json.replace('\n', " ").into_bytes()
    });
    let garbage = vec(any::<u8>(), 0..12);
    let text = text().prop_map(String::into_bytes);
    let raw = prop_oneof![3 => other, 1 => spaced, 1 => garbage, 1 => text];
    raw.prop_map(|mut bytes| {
        bytes.retain(|byte| *byte != b'\n');
        bytes
    })
}

/// JSON's text of a string, with escapes where none are needed.
fn escaped(text: &str, mut seed: u64) -> String {
    let mut units = [0; 2];
    let mut out = String::new();
    for char in text.chars() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if seed >> 62 == 0 {
            for unit in char.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else if char == '/' && seed >> 62 == 1 {
            out.push_str("\\/");
        } else {
            let json = serde_json::to_string(&char).unwrap();
            out.push_str(&json[1..json.len() - 1]);
        }
    }
    out
}

fn query() -> impl Strategy<Value = Query> {
    let expression = prop_oneof![
        Just("a|é"),
        Just("(?i)k+"),
        Just(r"\bs"),
        Just(r"[^a]k"),
        Just("^a"),
        Just("b$"),
        Just(r"\n"),
        Just(r"\\"),
        Just("a.b"),
        Just("(?s)a.b"),
        Just(r"\w/"),
        Just(""),
        Just("(?i)(ka|σ)[/x]?"),
        Just("k{2,}"),
        Just(r"\u{fffd}"),
        Just("\""),
        Just("(?m)^k"),
        Just("[ab]{2}"),
        Just("ab|ka|/"),
        Just("a(b|\\n)k?"),
        Just(r"\s"),
        Just(r"\Bk"),
    ];
    let text = prop_oneof![
        4 => text().prop_map(Text::Literal),
        4 => expression.prop_map(|text| Text::Regex(text.to_owned())),
        1 => text().prop_map(|text| Text::Regex(regex::escape(&text))),
    ];
    let level = prop_oneof![
        Just("info"),
        Just("error"),
        Just("warn"),
        Just("unreadable"),
        Just("")
    ];
    let levels = prop_oneof![
        3 => Just(Vec::new()),
        2 => vec(level.prop_map(LogLevel::from), 1..3),
    ];
    let time = || prop_oneof![2 => Just(None), 1 => (0..40_i64).prop_map(|at| Some(instant(at)))];
    let value = prop_oneof![
        Just(None),
        Just(Some("503".to_owned())),
        Just(Some("1e-7".to_owned())),
        Just(Some("null".to_owned())),
        text_value(),
    ];
    let name = prop_oneof![
        Just("status".to_owned()),
        Just("source".to_owned()),
        self::text()
    ];
    let field = (name, value).prop_map(|(name, value)| FieldTest { name, value });
    let fields = prop_oneof![4 => Just(Vec::new()), 1 => vec(field, 1..3)];
    let text = prop_oneof![1 => Just(None), 3 => text.prop_map(Some)];
    (text, levels, time(), time(), fields).prop_map(|(text, levels, from, to, fields)| Query {
        text,
        levels,
        from,
        to,
        fields,
    })
}

fn text_value() -> impl Strategy<Value = Option<String>> {
    text().prop_map(Some)
}

fn write(root: &Path, files: &[(Vec<LogLine>, Vec<Vec<u8>>)]) {
    fs::create_dir_all(folder(root)).unwrap();
    for (at, (ours, raw)) in files.iter().enumerate() {
        let apart = tempfile::tempdir().unwrap();
        let book = open(apart.path());
        let nameless = ours.iter().map(|line| LogLine {
            id: String::new(),
            ..line.clone()
        });
        book.append(&nameless.collect::<Vec<_>>()).unwrap();
        let mut bytes: Vec<u8> = segments(apart.path())
            .iter()
            .flat_map(|path| fs::read(path).unwrap())
            .collect();
        for line in raw {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        let name = format!("{:08}-{:020}.jsonl", at + 1, 0);
        fs::write(folder(root).join(name), bytes).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn a_search_finds_what_a_naive_one_does(
        files in vec((
            vec(any_line(), 0..20),
            prop_oneof![2 => Just(Vec::new()), 1 => vec(raw_line(), 0..8)],
        ), 1..5),
        queries in vec(query(), 12),
        window in (0..40_u64, 0..30_usize),
    ) {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &files);
        let book = open(root.path());
        let all = book.window(0, usize::MAX).unwrap();
        for query in queries {
            let wanted: Vec<u64> = (0..).zip(&all)
                .filter(|(_, line)| matches(&query, line))
                .map(|(position, _)| position)
                .collect();
            let search = search(&book, &query);
            prop_assert_eq!(found(&search), &wanted[..], "{:?}", query);
            let (from, count) = window;
            let listed = search.window(from, count).unwrap();
            let expected = wanted.iter().skip(from as usize).take(count);
            let expected: Vec<_> = expected.map(|at| (*at, all[*at as usize].clone())).collect();
            let listed: Vec<_> = listed.found.into_iter().map(|one| (one.position, one.line)).collect();
            prop_assert_eq!(listed, expected);
            for marked in search.marked(&book.view(from, count).unwrap()) {
                prop_assert!(wanted.contains(&marked.position));
                let units: Vec<u16> = all[marked.position as usize].message.encode_utf16().collect();
                if let Some(Text::Literal(text)) = &query.text {
                    prop_assert!(text.is_empty() == marked.hits.is_empty());
                    for hit in marked.hits {
                        let hit = String::from_utf16(&units[hit.from as usize..hit.to as usize]).unwrap();
                        prop_assert_eq!(hit.chars().count(), text.chars().count());
                    }
                }
            }
        }
    }

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
