//! What is exported, read back by others' parsers and by our own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use logbook::{
    Export, ExportForm, ExportPart, ForeignLines, Limits, Merged, MergedSearch, Origin, Outcome,
    Query, Text,
};
use miso_api::{LineSink, LogLevel, LogLine};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{line, lines, open, open_with};

fn of(application: &str) -> Origin {
    Origin {
        application: application.to_owned(),
        environment: "dev".to_owned(),
    }
}

fn exported(form: ExportForm, lines: &[LogLine]) -> String {
    let mut export = Export::new(Vec::new(), form);
    for line in lines {
        export.line(&of("shop"), line).unwrap();
    }
    let (bytes, written) = export.end().unwrap();
    assert_eq!(
        (written.lines, written.bytes),
        (lines.len() as u64, bytes.len() as u64)
    );
    String::from_utf8(bytes).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[=+@\t\r\n'\", a-]{0,6}",
        1 => any::<String>(),
    ]
}

fn any_line() -> impl Strategy<Value = LogLine> {
    let level = prop_oneof![
        Just(LogLevel::Debug),
        Just(LogLevel::Info),
        Just(LogLevel::Warn),
        Just(LogLevel::Error),
        Just(LogLevel::Unknown("=loud".to_owned())),
    ];
    let value = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        text().prop_map(|text| json!([text])),
    ];
    let time = (0..32_503_680_000_i64, 0..1_000_000_000_u32);
    let texts = (text(), text(), proptest::option::of(text()));
    (texts, time, level, vec((text(), value), 0..4)).prop_map(
        |((id, message, instance), (seconds, nanos), level, fields)| LogLine {
            id,
            timestamp: DateTime::from_timestamp(seconds, nanos).unwrap(),
            level,
            message,
            source: instance.clone(),
            environment: Some("dev".to_owned()),
            instance,
            fields: fields.into_iter().collect::<Map<_, _>>(),
        },
    )
}

/// What a cell stood for before it was guarded.
fn unguarded(cell: &str) -> &str {
    let guarded = cell.strip_prefix('\'');
    let is_formula = |rest: &&str| {
        let inner = rest.trim_start_matches('\'');
        inner.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
    };
    guarded.filter(is_formula).unwrap_or(cell)
}

proptest! {
    #[test]
    fn json_lines_are_read_back_equal(
        lines in vec(any_line(), 0..8), cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text = exported(ExportForm::JsonLines, &lines);
        let mut reader = ForeignLines::new(DateTime::UNIX_EPOCH);
        let mut cuts: Vec<usize> = cuts
            .iter()
            .map(|cut| text.floor_char_boundary(cut.index(text.len() + 1)))
            .collect();
        cuts.push(text.len());
        cuts.sort_unstable();
        let (mut read, mut from) = (Vec::new(), 0);
        for cut in cuts {
            read.extend(reader.take(&text[from..cut]));
            from = cut;
        }
        read.extend(reader.end());
        prop_assert!(read.iter().all(|one| one.application.as_deref() == Some("shop")));
        let read: Vec<LogLine> = read.into_iter().map(|one| one.line).collect();
        prop_assert_eq!(read, lines);
        prop_assert_eq!(reader.untimed(), 0);
    }

    #[test]
    fn a_table_is_read_by_others_and_has_no_formula(lines in vec(any_line(), 0..8)) {
        let text = exported(ExportForm::Csv, &lines);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        prop_assert_eq!(
            columns,
            ["time", "application", "environment", "level", "instance", "message", "fields"]
        );
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), lines.len());
        for (row, line) in rows.iter().zip(&lines) {
            for cell in row {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
            prop_assert_eq!(row[0].parse::<DateTime<Utc>>().unwrap(), line.timestamp);
            prop_assert_eq!((&row[1], &row[2]), ("shop", "dev"));
            prop_assert_eq!(unguarded(&row[3]), line.level.as_str());
            prop_assert_eq!(unguarded(&row[4]), line.instance.as_deref().unwrap_or_default());
            prop_assert_eq!(unguarded(&row[5]), &line.message);
            let fields = if row[6].is_empty() { "{}" } else { &row[6] };
            prop_assert_eq!(&serde_json::from_str::<Map<String, Value>>(fields).unwrap(), &line.fields);
        }
    }

    #[test]
    fn a_text_has_a_line_each_without_control_characters(lines in vec(any_line(), 0..8)) {
        let text = exported(ExportForm::Text, &lines);
        prop_assert_eq!(text.lines().count(), lines.len());
        prop_assert!(!text.chars().any(|one| one.is_control() && one != '\n' && one != '\t'));
    }

    #[test]
    fn whatever_a_file_has_is_read_without_loss_of_lines(text in "(.|[{}\":,\n\r]){0,200}") {
        let mut reader = ForeignLines::new(DateTime::UNIX_EPOCH);
        let mut read = reader.take(&text);
        read.extend(reader.end());
        prop_assert_eq!(read.len(), text.split_inclusive('\n').count());
    }
}

#[test]
fn lines_of_other_loggers_are_understood_where_they_are_plain() {
    let text = "2026-11-26T10:00:00.5+02:00 [WARN] pool is full\n\
        2026-11-26 08:00:01Z error: it broke\n\
        \tat frame 1\n\
        ERROR it broke again\r\n\
        No errors here\n\
        {\"time\":1795766402000,\"level\":\"fatal\",\"msg\":\"gone\",\"pid\":7}\n\
        {\"level\":30,\"ts\":1795766403.5,\"message\":\"m\",\"fields\":{\"a\":1}}\n\
        {\"no\":\"message\"}\n\
        {\"message\":\"torn";
    let first = DateTime::UNIX_EPOCH;
    let mut reader = ForeignLines::new(first);
    let mut read = reader.take(text);
    read.extend(reader.end());
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let got: Vec<_> = read
        .iter()
        .map(|one| {
            let line = &one.line;
            (line.timestamp, line.level.as_str(), line.message.as_str())
        })
        .collect();
    let one = at("2026-11-26T08:00:01Z");
    let (six, seven) = (at("2026-11-27T08:00:02Z"), at("2026-11-27T08:00:03.5Z"));
    let (six, seven) = (got[5].0.min(six), got[6].0.min(seven));
    assert_eq!(
        got,
        [
            (at("2026-11-26T08:00:00.5Z"), "warn", "[WARN] pool is full"),
            (one, "error", "error: it broke"),
            (one, "info", "\tat frame 1"),
            (one, "error", "ERROR it broke again"),
            (one, "info", "No errors here"),
            (six, "error", "gone"),
            (seven, "info", "m"),
            (seven, "info", "{\"no\":\"message\"}"),
            (seven, "info", "{\"message\":\"torn"),
        ]
    );
    assert_eq!(six.timestamp(), 1_795_766_402);
    assert_eq!(seven.timestamp_millis(), 1_795_766_403_500);
    assert_eq!(reader.untimed(), 5);
    assert_eq!(read[5].line.fields, *json!({"pid": 7}).as_object().unwrap());
    let fields = json!({"a": 1, "level": 30});
    assert_eq!(read[6].line.fields, *fields.as_object().unwrap());
}

#[test]
fn a_line_of_megabytes_is_one_and_more_is_cut() {
    let mut reader = ForeignLines::new(DateTime::UNIX_EPOCH);
    let piece = "é".repeat(512 * 1024);
    assert!(reader.take(&piece).is_empty());
    let read = reader.take("\nnext");
    assert_eq!(read[0].line.message.len(), 1024 * 1024);
    for _ in 0..9 {
        reader.take(&piece);
    }
    let rest = reader.end().unwrap();
    assert!(rest.line.message.len() <= 4 * 1024 * 1024);
}

#[test]
fn several_books_are_written_by_time_whole_or_in_part() {
    let root = tempfile::tempdir().unwrap();
    let book = |name: &str| {
        let logbook = logbook::Logbook::open(root.path().join(name)).unwrap();
        logbook.book(&super::key()).unwrap()
    };
    let (one, other) = (book("one"), book("other"));
    let numbers = |odd: u64| (0..3_000).map(|at| line(2 * at + odd)).collect::<Vec<_>>();
    one.append(&numbers(0)).unwrap();
    other.append(&numbers(1)).unwrap();
    let merged = Arc::new(Merged::new(vec![one, other]));
    let origins = [of("shop"), of("till")];
    let query = Query {
        text: Some(Text::Literal("message 7".to_owned())),
        ..Query::default()
    };
    let go = AtomicBool::new(false);
    let search = MergedSearch::new(merged.clone(), &query).unwrap();
    search.run(&go, |_| ()).unwrap();
    let wanted: Vec<u64> = (0..6_000)
        .filter(|number: &u64| number.to_string().starts_with('7'))
        .collect();
    for (part, expected) in [
        (ExportPart::Lines(0, 6_000), (0..6_000).collect::<Vec<_>>()),
        (ExportPart::Lines(2_500, 2_503), vec![2_500, 2_501, 2_502]),
        (
            ExportPart::Found(&search, 0, search.count()),
            wanted.clone(),
        ),
        (ExportPart::Found(&search, 1, 3), wanted[1..3].to_vec()),
    ] {
        let mut export = Export::new(Vec::new(), ExportForm::JsonLines);
        let mut told = 0;
        let outcome = export.lines(&merged, &origins, part, &go, |progress| {
            assert!(progress.lines > told && progress.lines <= progress.of);
            told = progress.lines;
        });
        assert_eq!(outcome.unwrap(), Outcome::Done);
        let (bytes, _) = export.end().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let got: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let ids: Vec<_> = got.iter().map(|line| line["id"].clone()).collect();
        let expected_ids: Vec<_> = expected
            .iter()
            .map(|at| json!(format!("line-{at}")))
            .collect();
        assert_eq!(ids, expected_ids);
        for (line, number) in got.iter().zip(expected) {
            let name = if number % 2 == 0 { "shop" } else { "till" };
            assert_eq!(line["application"], name);
        }
    }
    let stop = AtomicBool::new(false);
    let mut export = Export::new(Vec::new(), ExportForm::Text);
    let stopping = |_| stop.store(true, Ordering::Relaxed);
    let outcome = export.lines(
        &merged,
        &origins,
        ExportPart::Lines(0, 6_000),
        &stop,
        stopping,
    );
    assert_eq!(outcome.unwrap(), Outcome::Stopped);
}

#[test]
fn what_is_dropped_while_it_is_written_costs_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 20_000,
        ..Limits::default()
    };
    let book = open_with(root.path(), limits);
    book.append(&lines(0..10_000)).unwrap();
    let merged = Merged::new(vec![book.clone()]);
    let mut export = Export::new(Vec::new(), ExportForm::JsonLines);
    let mut first = true;
    let go = AtomicBool::new(false);
    let part = ExportPart::Lines(0, merged.total());
    let dropping = |_| {
        if std::mem::take(&mut first) {
            let smaller = Limits {
                book_bytes: 600_000,
                ..limits
            };
            book.set_limits(smaller).unwrap();
        }
    };
    export
        .lines(&merged, &[of("shop")], part, &go, dropping)
        .unwrap();
    let kept: Vec<String> = (0..2_000)
        .chain(book.first().max(2_000)..10_000)
        .map(|number| format!("line-{number}"))
        .collect();
    assert!(book.first() > 2_000, "{}", book.first());
    let (bytes, _) = export.end().unwrap();
    let written: Vec<String> = String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<LogLine>(line).unwrap().id)
        .collect();
    assert_eq!(written, kept);
    drop(open(root.path()));
}
