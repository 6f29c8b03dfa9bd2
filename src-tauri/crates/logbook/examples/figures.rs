//! How fast a log book is, beside ripgrep on the same segments: an object
//! `{name: {ours, yardstick, ratio, unit}}` on standard output, what it is made of on standard
//! error. `cargo run --release -p logbook --example figures [LINES]`.
#![allow(clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use logbook::{Book, BookKey, Limits, Logbook, Query, Search, Text};
use miso_api::{LineSink, LogLevel, LogLine};
use serde_json::{Map, Value, json};

/// The variable that says where the figures go as well.
const FILE: &str = "MISO_FIGURES_JSON";
/// Lines that are appended at once: what the server gives at most.
const BATCH: u64 = 5_000;
const WINDOWS: usize = 2_000;

fn main() {
    let asked = std::env::args().nth(1).map(|text| text.replace('_', ""));
    let count: u64 = asked.map_or(1_000_000, |text| text.parse().expect("a number of lines"));
    let root = tempfile::tempdir().expect("a folder");
    let mut figures = Map::new();
    let before = anonymous_kib();
    let appended = append(root.path(), count);
    figures.insert("logs.append".to_owned(), alone(appended, "lines/s"));
    let started = Instant::now();
    let book = open(root.path());
    eprintln!("open: {:?}", started.elapsed());
    assert_eq!(book.total(), count);
    let runs = if count > 2_000_000 { 7 } else { 15 };
    for (name, text, pattern) in [
        (
            "logs.search.literal",
            Text::Literal("connection refused".into()),
            "connection refused",
        ),
        (
            "logs.search.literal_cased",
            Text::Literal("ECONNREFUSED".into()),
            "ECONNREFUSED",
        ),
        (
            "logs.search.literal_often",
            Text::Literal("orders".into()),
            "orders",
        ),
        (
            "logs.search.regex",
            Text::Regex(r"took \d{4,} ms".into()),
            r"took \d{4,} ms",
        ),
        (
            "logs.search.regex_inner",
            Text::Regex(r"user=\w+ .*reset by peer".into()),
            r"user=\w+ .*reset by peer",
        ),
    ] {
        let is_regex = matches!(text, Text::Regex(_));
        let query = Query {
            text: Some(text),
            ..Query::default()
        };
        let mut flags = vec!["--case-sensitive"];
        if !is_regex {
            flags = vec!["--smart-case", "--fixed-strings"];
        }
        figures.insert(
            name.to_owned(),
            beside(root.path(), &book, &query, &flags, pattern, runs),
        );
    }
    for (name, level) in [
        ("logs.search.level", LogLevel::Error),
        ("logs.search.level_often", LogLevel::Info),
    ] {
        let pattern = format!("\"level\":\"{level}\"");
        let query = Query {
            levels: vec![level],
            ..Query::default()
        };
        figures.insert(
            name.to_owned(),
            beside(
                root.path(),
                &book,
                &query,
                &["--fixed-strings"],
                &pattern,
                runs,
            ),
        );
    }
    if let Some(figure) = beside_lnav(root.path(), &book) {
        figures.insert("logs.search.lnav".to_owned(), figure);
    }
    for (name, levels, runs) in [
        ("logs.patterns", Vec::new(), 3),
        ("logs.patterns_errors", vec![LogLevel::Error], runs),
    ] {
        let took = patterns(&book, levels, runs);
        figures.insert(name.to_owned(), alone(milliseconds(took), "ms"));
    }
    let (median, worst) = windows(&book, count);
    eprintln!("window of 200: p50 {median:?}, p99 {worst:?}");
    figures.insert(
        "logs.window_p99".to_owned(),
        alone(milliseconds(worst), "ms"),
    );
    let started = Instant::now();
    book.buckets(1_000).expect("buckets");
    eprintln!("1,000 buckets: {:?}", started.elapsed());
    let added = before
        .zip(anonymous_kib())
        .map(|(before, after)| (after - before) as f64 / 1024.0);
    figures.insert(
        "logs.memory".to_owned(),
        alone(added.unwrap_or(f64::NAN), "MiB"),
    );
    let told = Value::Object(figures).to_string();
    if let Some(file) = std::env::var_os(FILE) {
        fs::write(file, &told).expect("the figures can be written");
    }
    println!("{told}");
}

fn open(root: &Path) -> Arc<Book> {
    let limits = Limits {
        book_bytes: u64::MAX,
        ..Limits::default()
    };
    let logbook = Logbook::with(root, limits, Arc::new(SystemTime::now)).expect("a log book");
    logbook.set_total_bytes(u64::MAX).expect("no limit");
    let text = |text: &str| text.to_owned();
    let key = BookKey {
        connection: text("c1"),
        account: text("ada"),
        application: text("orders"),
        environment: text("dev"),
    };
    logbook.book(&key).expect("a book")
}

/// Lines a second.
fn append(root: &Path, count: u64) -> f64 {
    let book = open(root);
    let mut random = Random(7);
    let mut took = Duration::ZERO;
    for from in (0..count).step_by(BATCH as usize) {
        let to = (from + BATCH).min(count);
        let lines: Vec<LogLine> = (from..to).map(|number| line(number, &mut random)).collect();
        let started = Instant::now();
        book.append(&lines).expect("lines are kept");
        took += started.elapsed();
    }
    let started = Instant::now();
    book.set_cursor(Some("end".to_owned())).expect("a cursor");
    eprintln!(
        "append: {took:?}, on the disk {:?} later",
        started.elapsed()
    );
    count as f64 / took.as_secs_f64()
}

/// Ours and ripgrep's turn by turn, in ms: the medians.
fn beside(
    root: &Path,
    book: &Arc<Book>,
    query: &Query,
    flags: &[&str],
    pattern: &str,
    runs: usize,
) -> Value {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut first, mut counts) = (Duration::ZERO, (0, 0));
    for _ in 0..runs {
        let started = Instant::now();
        let search = Search::new(book.clone(), query).expect("a query");
        let mut seen = None;
        let tell = |progress: logbook::Progress| {
            if progress.matches > 0 {
                seen.get_or_insert_with(|| started.elapsed());
            }
        };
        search.run(&AtomicBool::new(false), tell).expect("a search");
        ours.push(started.elapsed());
        first = seen.unwrap_or_default();
        counts.0 = search.count();
        let started = Instant::now();
        let ripgrep = Command::new("rg")
            .args(["--no-config", "-uu", "--count", "--no-filename"])
            .args(flags)
            .args(["-e", pattern])
            .arg(root)
            .output();
        let Ok(ripgrep) = ripgrep else { continue };
        theirs.push(started.elapsed());
        let text = String::from_utf8_lossy(&ripgrep.stdout);
        counts.1 = text
            .lines()
            .filter_map(|line| line.parse::<u64>().ok())
            .sum();
    }
    ours.sort();
    theirs.sort();
    eprintln!(
        "{pattern}: ours best {:?} median {:?} first {first:?} ({} found); ripgrep best {:?} median {:?} ({})",
        ours[0],
        ours[runs / 2],
        counts.0,
        theirs.first(),
        theirs.get(runs / 2),
        counts.1
    );
    let median = milliseconds(ours[runs / 2]);
    let yardstick = theirs
        .get(theirs.len() / 2)
        .map(|median| milliseconds(*median));
    json!({
        "ours": median, "yardstick": yardstick,
        "ratio": yardstick.map(|yardstick| median / yardstick), "unit": "ms",
    })
}

/// Ours against lnav on the same segments, which has to read them first, as it does for a person; `None`
/// where it is not there.
fn beside_lnav(root: &Path, book: &Arc<Book>) -> Option<Value> {
    const PATTERN: &str = "ECONNREFUSED";
    let query = Query {
        text: Some(Text::Literal(PATTERN.into())),
        ..Query::default()
    };
    let home = tempfile::tempdir().expect("a folder");
    let started = Instant::now();
    let lnav = Command::new("lnav")
        .env("HOME", home.path())
        .args(["-n", "-r", "-c", &format!(":filter-in {PATTERN}")])
        .arg(root)
        .output()
        .ok()?;
    let theirs = milliseconds(started.elapsed());
    let found = String::from_utf8_lossy(&lnav.stdout).lines().count();
    let started = Instant::now();
    let search = Search::new(book.clone(), &query).expect("a query");
    search
        .run(&AtomicBool::new(false), |_| ())
        .expect("a search");
    let ours = milliseconds(started.elapsed());
    eprintln!(
        "{PATTERN}: ours {ours} ms ({} found); lnav {theirs} ms ({found} lines)",
        search.count()
    );
    Some(json!({ "ours": ours, "yardstick": theirs, "ratio": ours / theirs, "unit": "ms" }))
}

/// How long it takes to count the patterns of all lines of some levels on all cores: the median.
fn patterns(book: &Arc<Book>, levels: Vec<LogLevel>, runs: usize) -> Duration {
    let query = Query {
        levels,
        ..Query::default()
    };
    let (mut took, mut found) = (Vec::new(), logbook::Patterns::default());
    for _ in 0..runs {
        let started = Instant::now();
        let counted = logbook::patterns(book, &query, &AtomicBool::new(false));
        found = counted.expect("patterns").expect("nobody stops it");
        took.push(started.elapsed());
    }
    took.sort();
    eprintln!(
        "patterns of {} lines: {:?} ({} patterns, {} lines beyond)",
        found.lines,
        took[runs / 2],
        found.all.len(),
        found.others
    );
    took[runs / 2]
}

fn windows(book: &Book, count: u64) -> (Duration, Duration) {
    let mut random = Random(1);
    let mut took: Vec<Duration> = (0..WINDOWS)
        .map(|_| {
            let from = random.below(count.saturating_sub(200).max(1));
            let started = Instant::now();
            let view = book.view(from, 200).expect("a window");
            assert_eq!(view.from, from);
            started.elapsed()
        })
        .collect();
    took.sort();
    (took[WINDOWS / 2], took[WINDOWS * 99 / 100])
}

/// A line as web applications write them.
fn line(number: u64, random: &mut Random) -> LogLine {
    let roll = random.below(1_000);
    let took = if roll.is_multiple_of(100) {
        random.below(9_000) + 500
    } else {
        random.below(400)
    };
    let user = random.below(50_000);
    let (level, message) = match roll {
        0..3 => (
            LogLevel::Error,
            format!(
                "Connection refused: payments-db:5432 (ECONNREFUSED), attempt {}",
                roll + 1
            ),
        ),
        3..5 => (
            LogLevel::Error,
            format!(
                "Unhandled exception for user={user:05}\n    at Pool.acquire (/app/node_modules/pg/lib/pool.js:57:11)\n    at async GET /api/orders/{}: read: connection reset by peer",
                random.below(9_999)
            ),
        ),
        5..40 => (
            LogLevel::Warn,
            format!(
                "Slow query took {took} ms: SELECT * FROM \"orders\" WHERE customer_id = {user}"
            ),
        ),
        40..160 => (
            LogLevel::Debug,
            format!(
                "cache miss key=session:{user:x} ttl=300 shard={}",
                user % 16
            ),
        ),
        160..200 => (
            LogLevel::Info,
            format!(
                "user={user:05} signed in from 10.{}.{}.{} with totp",
                user % 251,
                user % 83,
                roll % 61
            ),
        ),
        200..700 => (
            LogLevel::Info,
            format!(
                "GET /api/orders/{}?expand=items 200 took {took} ms, {} bytes",
                random.below(99_999),
                random.below(40_000)
            ),
        ),
        700..850 => (
            LogLevel::Info,
            format!("POST /api/baskets/{user}/items 201 took {took} ms"),
        ),
        _ => (
            LogLevel::Info,
            format!(
                "message {number} published to orders.created partition={} offset={}",
                user % 12,
                number * 3
            ),
        ),
    };
    let mut fields = Map::new();
    if roll >= 200 {
        fields.insert(
            "traceId".to_owned(),
            json!(format!("{:016x}{:016x}", random.next(), random.next())),
        );
        fields.insert("status".to_owned(), json!(200 + roll % 5));
    }
    LogLine {
        id: format!("{:013x}-{number:x}", 1_790_000_000_000 + number * 7),
        timestamp: DateTime::<Utc>::UNIX_EPOCH
            + TimeDelta::milliseconds(1_790_000_000_000 + (number * 7) as i64),
        level,
        message,
        source: Some("stdout".to_owned()),
        environment: None,
        instance: Some(format!("orders-{}", number % 3)),
        fields,
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn alone(ours: f64, unit: &str) -> Value {
    json!({ "ours": ours, "yardstick": null, "ratio": null, "unit": unit })
}

/// Anonymous memory of this process; `None` where the system does not say.
fn anonymous_kib() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The same numbers each time (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 33) % end
    }
}
