//! A search against a naive one over decoded lines.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{FieldTest, Query, Text};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::searching::{found, search};
use super::{folder, open, segments};

/// What a query says, without any of our code.
fn matches(query: &Query, line: &LogLine) -> bool {
    let in_text = |text: &String, of: &str| match text.chars().any(char::is_uppercase) {
        true => of.contains(text),
        false => {
            let expression = format!("(?i:{})", regex::escape(text));
            regex::Regex::new(&expression).unwrap().is_match(of)
        }
    };
    let text = match &query.text {
        Some(Text::Literal(text)) => in_text(text, &line.message),
        Some(Text::Anywhere(text)) => {
            let own = [&line.source, &line.environment, &line.instance];
            let names = ["source", "environment", "instance"];
            let mut own = own.into_iter().zip(names).filter_map(|(value, name)| {
                let value = value.clone()?;
                (!line.fields.contains_key(name)).then_some(value)
            });
            let mut fields = line.fields.values().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            in_text(text, &line.message)
                || own.any(|value| in_text(text, &value))
                || fields.any(|value| in_text(text, &value))
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
        3 => text().prop_map(Text::Anywhere),
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
            let newest = search.newest(count, Duration::MAX).unwrap();
            let last = wanted.iter().skip(wanted.len().saturating_sub(count));
            let last: Vec<_> = last.map(|at| (*at, all[*at as usize].clone())).collect();
            prop_assert_eq!(newest.matches as usize, last.len());
            let newest: Vec<_> = newest.found.into_iter().map(|one| (one.position, one.line)).collect();
            prop_assert_eq!(newest, last);
            let view = book.view(from, count).unwrap();
            prop_assert_eq!(search.marks(&view), search.marked(&view));
            for marked in search.marked(&view) {
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
}
