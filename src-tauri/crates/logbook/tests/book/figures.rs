//! How fast it is, on this machine: `cargo nextest run -p logbook --run-ignored only --no-capture`.

use std::fs;
use std::time::{Duration, Instant};

use miso_api::{LineSink, LogLine};

use super::{line, open, segments};

const LINES: u64 = 1_000_000;

#[test]
#[ignore = "prints figures, judges nothing by time"]
fn a_million_lines() {
    let root = tempfile::tempdir().unwrap();
    let batch = |from: u64| -> Vec<LogLine> {
        (from..from + 1_000)
            .map(|number| {
                let mut line = line(number);
                line.message = format!(
                    "GET /api/orders/{number}?expand=items 200 in {} ms, 1,024 bytes, user {}",
                    number % 97,
                    number % 1_013
                );
                line
            })
            .collect()
    };
    let book = open(root.path());
    let mut appending = Duration::ZERO;
    for from in (0..LINES).step_by(1_000) {
        let lines = batch(from);
        let start = Instant::now();
        book.append(&lines).unwrap();
        appending += start.elapsed();
    }
    let start = Instant::now();
    book.set_cursor(Some("end".to_owned())).unwrap();
    let syncing = start.elapsed();
    drop(book);
    let files = segments(root.path());
    let bytes: u64 = files
        .iter()
        .map(|path| fs::metadata(path).unwrap().len())
        .sum();
    let before = anonymous_kib();
    let start = Instant::now();
    let book = open(root.path());
    let opening = start.elapsed();
    let after = anonymous_kib();
    assert_eq!(book.total(), LINES);
    let mut reading = Vec::new();
    let mut at = 1_u64;
    for _ in 0..2_000 {
        at = at
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let from = (at >> 20) % (LINES - 200);
        let start = Instant::now();
        let window = book.window(from, 200).unwrap();
        reading.push(start.elapsed());
        assert_eq!((window.len(), &window[0].id), (200, &line(from).id));
    }
    reading.sort();
    println!(
        "{LINES} lines, {} MiB in {} segments",
        bytes >> 20,
        files.len()
    );
    println!(
        "append in batches of 1,000: {:.0} lines/s",
        LINES as f64 / appending.as_secs_f64()
    );
    println!("cursor after them, on the disk: {syncing:?}");
    println!(
        "open: {opening:?}, memory added {:?} KiB",
        after.zip(before).map(|(a, b)| a - b)
    );
    println!(
        "window of 200: p50 {:?}, p99 {:?}",
        reading[1_000], reading[1_980]
    );
}

/// Anonymous memory of this process; `None` where the system does not say.
fn anonymous_kib() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
