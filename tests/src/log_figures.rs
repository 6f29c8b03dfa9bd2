//! How fast a log of a million lines is in the real window: windows of lines over IPC, and the time from a
//! key to the first matches. `cargo xtask bench` prints it.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::figures::{alone, tell};
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

/// Lines that are kept.
const LINES: usize = 1_000_000;
/// Windows that are read, each of so many lines.
const WINDOWS: usize = 2_000;
const COUNT: usize = 200;
/// What is typed: found often, seldom, nowhere.
const TYPED: [&str; 6] = [
    "o",
    "refused",
    "order 77",
    "7",
    "ECONN",
    "GET /api/orders/4711",
];
/// Each is typed so often.
const TURNS: usize = 5;

#[tokio::test]
#[ignore = "measures: cargo xtask bench"]
async fn what_a_million_kept_lines_cost_in_the_window() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;
    let connection = connection_of(&window).await;
    open_the_log(&window, &connection).await;
    window.quit(&mut session).await;
    fill(&session.home());

    let window = Window::open(&mut session, &[]).await;
    open_the_log(&window, &connection).await;
    until("the log has all lines", LATER, || async {
        let text = "return document.querySelector('main')?.innerText ?? document.body.innerText";
        let said = window.script(text, Vec::new()).await.to_string();
        if said.contains("1,000,") {
            Ok(())
        } else {
            Err(said.chars().take(300).collect::<String>())
        }
    })
    .await;
    let mut figures = Map::new();
    let read = windows(&window, &connection).await;
    figures.insert("logs.window_ipc_p50".to_owned(), alone(part(&read, 50)));
    figures.insert("logs.window_ipc_p99".to_owned(), alone(part(&read, 99)));
    let typed = first_matches(&window).await;
    figures.insert("logs.first_match_p50".to_owned(), alone(part(&typed, 50)));
    figures.insert("logs.first_match_p99".to_owned(), alone(part(&typed, 99)));
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
    tell(&figures, "MISO_LOG_WINDOW_FIGURES_JSON");
}

/// Goes to the log of the one application, and sees it.
pub async fn open_the_log(window: &Window, connection: &str) {
    let address = format!("/c/{connection}/applications/shop/dev/logs");
    window.go_to(&address).await;
    window.see_within(LATER, "region", "Log lines").await;
}

/// Adds lines to what is kept, as any tool can: the log is plain JSON Lines.
fn fill(home: &Path) {
    let file = segment(&home.join(".local/share/ai.aifabrix.miso-desktop/logs"))
        .expect("the log that was looked at is kept");
    let mut file = OpenOptions::new().append(true).open(file).expect("a file");
    let begun = Utc::now();
    let mut text = String::new();
    for number in 0..LINES {
        let at = begun + TimeDelta::microseconds(i64::try_from(number).expect("it fits"));
        let (level, message) = line(number);
        let made = json!({
            "id": format!("filled-{number}"), "timestamp": at, "level": level, "message": message,
            "instance": format!("shop-{}", number % 3), "fields": { "order": number },
        });
        writeln!(text, "{made}").expect("it is text");
        if text.len() > 1 << 20 {
            file.write_all(text.as_bytes()).expect("it is written");
            text.clear();
        }
    }
    file.write_all(text.as_bytes()).expect("it is written");
}

fn line(number: usize) -> (&'static str, String) {
    let mixed = number.wrapping_mul(2_654_435_761) % 1_000;
    match mixed {
        0..3 => (
            "error",
            format!("Connection refused: payments-db:5432 (ECONNREFUSED), attempt {mixed}"),
        ),
        3..40 => (
            "warn",
            format!("Slow query took {mixed}0 ms: SELECT * FROM orders"),
        ),
        40..160 => (
            "debug",
            format!("cache miss key=session:{number:x} ttl=300"),
        ),
        160..700 => (
            "info",
            format!("GET /api/orders/{number}?expand=items 200 took {mixed} ms"),
        ),
        _ => ("info", format!("order {number} accepted, {mixed} bytes")),
    }
}

/// The only segment below a folder.
fn segment(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return segment(&path);
        }
        (path.extension()? == "jsonl").then_some(path)
    })
}

/// Milliseconds of each window, as the page's clock has them, which counts whole ones.
async fn windows(window: &Window, connection: &str) -> Vec<f64> {
    let script = "const [connection, turns, lines, count, done] = arguments; \
        (async () => { \
            const took = []; \
            for (let turn = 0; turn < turns; turn += 1) { \
                const from = Math.floor((turn * 7919 * 131) % (lines - count)); \
                const begun = performance.now(); \
                const got = await window.__TAURI_INTERNALS__.invoke('log_window', \
                    { connection, application: 'shop', environment: 'dev', from, count }); \
                took.push(performance.now() - begun); \
                if (got.lines.length !== count) throw new Error(`${got.lines.length} lines from ${from}`); \
            } \
            return took; \
        })().then(done, (error) => done(String(error) + JSON.stringify(error)))";
    let arguments = vec![
        json!(connection),
        json!(WINDOWS),
        json!(LINES),
        json!(COUNT),
    ];
    let said = window.client().execute_async(script, arguments).await;
    times(&said.expect("it is answered"))
}

/// Milliseconds from a key to the frame in which what was found is painted.
async fn first_matches(window: &Window) -> Vec<f64> {
    let script = "const [texts, turns, done] = arguments; \
        (async () => { \
            const field = document.querySelector('input[type=search]'); \
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set; \
            const type = (text) => { set.call(field, text); field.dispatchEvent(new Event('input', { bubbles: true })); }; \
            const frame = () => new Promise((next) => requestAnimationFrame(next)); \
            const marks = () => [...document.querySelectorAll(\"[aria-label='Log lines'] mark\")]; \
            const took = []; \
            for (let turn = 0; turn < turns; turn += 1) for (const text of texts) { \
                type(''); \
                while (marks().length > 0) await frame(); \
                const begun = performance.now(); \
                type(text); \
                while (marks().length === 0) { \
                    await frame(); \
                    if (performance.now() - begun > 10000) throw new Error(`nothing found of ${text}`); \
                } \
                await frame(); \
                took.push(performance.now() - begun); \
            } \
            return took; \
        })().then(done, (error) => done(String(error)))";
    let said = window
        .client()
        .execute_async(script, vec![json!(TYPED), json!(TURNS)])
        .await;
    times(&said.expect("it is answered"))
}

fn times(said: &Value) -> Vec<f64> {
    let all = said.as_array().unwrap_or_else(|| panic!("{said}"));
    let mut all: Vec<f64> = all.iter().filter_map(Value::as_f64).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// So many hundredths are not above it.
fn part(sorted: &[f64], hundredths: usize) -> f64 {
    sorted[(sorted.len() - 1) * hundredths / 100]
}
