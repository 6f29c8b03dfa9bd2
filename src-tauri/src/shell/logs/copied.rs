//! What "Copy as command" copies of a log finds, by way of a real shell, the lines that the page shows.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;

use chrono::DateTime;
use logbook::{FieldTest, LineTest, Query, Text};
use miso_api::{LogLevel, LogLine};
use miso_client::{CopiedSearch, log_command};
use serde_json::json;

use super::super::arguments::{Asked, parse};
use super::super::protocol::{Ask, LogWanted};

/// What the line asks for once a shell has taken it apart.
fn run(line: &str) -> LogWanted {
    let script = format!("set -- {line}\nprintf '%s\\0' \"$@\"");
    let shell = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert!(shell.status.success(), "{line}");
    let words = shell.stdout.split(|byte| *byte == 0);
    let mut words: Vec<OsString> = words
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect();
    words.pop();
    assert_eq!(words.remove(0), "miso-desktop");
    let Ok(Asked::Ask(asking)) = parse(words) else {
        panic!("{line} is not understood");
    };
    assert_eq!(asking.request.connection.as_deref(), Some("c1"));
    match asking.request.ask {
        Ask::Logs(wanted) => wanted,
        other => panic!("{line} asks for {other:?}"),
    }
}

fn line(message: &str, level: &str, second: i64) -> LogLine {
    let at = DateTime::from_timestamp(second, 0).unwrap();
    let line = json!({"id": "l", "timestamp": at, "level": level, "message": message});
    serde_json::from_value(line).unwrap()
}

#[test]
fn a_copied_log_finds_what_the_page_finds() {
    const TEXTS: &[&str] = &[
        "",
        "refused",
        "Refused",
        "isn't",
        "-v",
        "--json",
        "$HOME `x`",
        "a\\b",
        "[a",
        "(?i)x",
        "1.4.0",
        "über",
        "Über",
        "#1 ~ & -",
        "a\nb",
        "\"two\"",
    ];
    const LEVELS: &[&[LogLevel]] = &[&[], &[LogLevel::Error], &[LogLevel::Warn, LogLevel::Error]];
    let from = [None, DateTime::from_timestamp(1_700_000_000, 500_000_000)];
    for text in TEXTS {
        for levels in LEVELS {
            for from in from {
                let search = CopiedSearch {
                    text: (*text).to_owned(),
                    regex: false,
                    levels: levels.to_vec(),
                    from,
                };
                let wanted = run(&log_command("-shop", "dev", "c1", &search));
                assert_eq!(wanted.application, "-shop");
                assert_eq!(wanted.environment.as_deref(), Some("dev"));
                assert_eq!((&wanted.levels, wanted.follow), (&search.levels, true));
                if from.is_some() {
                    assert_eq!(wanted.since, from);
                }
                let page = Query {
                    text: (!text.is_empty()).then_some(Text::Literal(search.text)),
                    levels: search.levels,
                    from: wanted.since,
                    to: None,
                    fields: Vec::<FieldTest>::new(),
                };
                let page = LineTest::new(&page).unwrap();
                let shell = super::test(&wanted).unwrap();
                for message in TEXTS {
                    for message in [(*message).to_owned(), message.to_uppercase()] {
                        for level in ["info", "warn", "error"] {
                            for second in [1_600_000_000, 4_000_000_000] {
                                let line = line(&format!("x {message} y"), level, second);
                                let found = [page.hits(&line), shell.hits(&line)];
                                let [page, shell] = found.map(|hits| hits.is_some());
                                assert_eq!(page, shell, "{text:?} {line:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn an_expression_is_copied_as_it_is() {
    for expression in ["^a+$", "it's|\"x\"", "--json", "\\d{3}"] {
        let search = CopiedSearch {
            text: expression.to_owned(),
            regex: true,
            ..CopiedSearch::default()
        };
        let wanted = run(&log_command("shop", "dev", "c1", &search));
        assert_eq!(wanted.grep.as_deref(), Some(expression));
    }
}
