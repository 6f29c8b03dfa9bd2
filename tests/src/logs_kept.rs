//! A log is kept as it was written: by running numbers, whatever the window does meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::key::Key;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::log_figures::open_the_log;
use crate::support::axe;
use crate::support::instance::{Instance, Serve};
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::shop::manifest;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// Where the app keeps lines, below the home.
const LOGS: &str = ".local/share/ai.aifabrix.miso-desktop/logs";

#[tokio::test]
async fn two_thousand_lines_a_second_are_kept_each_once() {
    follows_for(Duration::from_secs(15)).await;
}

#[tokio::test]
#[ignore = "takes a minute and more: cargo xtask test full"]
async fn two_thousand_lines_a_second_for_a_minute_are_kept_each_once() {
    follows_for(Duration::from_secs(60)).await;
}

/// Follows a talkative application for so long; it is searched, paused and resumed meanwhile.
async fn follows_for(time: Duration) {
    let mut session = Session::new();
    let instance = talkative(&session, 2_000).await;
    let window = at_its_log(&mut session, &instance).await;
    let began = Instant::now();
    window.see_text("live").await;
    let from = newest_kept(&session);

    // Searched while it goes on.
    window.press("/".chars()).await;
    window.press("payment refused".chars()).await;
    window.see_text_within(LATER, " ms").await;
    window.picture(&pictures::out("logs-fast-searched")).await;
    // The key selects what is there.
    window.press("/".chars()).await;
    window.press([Key::Backspace.into()]).await;

    // Paused: what is read stays, and what comes is counted.
    window.press([Key::Escape.into()]).await;
    window.click_line().await;
    window.press([Key::Home.into()]).await;
    window.see_text("paused").await;
    let read = window.first_line().await;
    window.see_text_within(SOON, " new").await;
    assert_eq!(window.first_line().await, read, "it stays where it is");
    window.press([Key::End.into()]).await;
    window.see_text_within(SOON, "live").await;

    sleep(time.saturating_sub(began.elapsed())).await;
    window.picture(&pictures::out("logs-fast")).await;
    let numbers = each_once(&session);
    let came = numbers.last().unwrap_or(&0) - from;
    eprintln!("figure: {came} lines in {:?}", began.elapsed());
    let least = u64::try_from(time.as_millis()).expect("short") * 2 * 8 / 10;
    assert!(came >= least, "{came} of {least} lines");
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn lines_from_before_are_a_gap_until_somebody_loads_them() {
    let mut session = Session::new();
    let instance = talkative(&session, 1_000).await;
    let api = instance.account().await;
    until(
        "there are more lines than are fetched at first",
        LATER,
        || async {
            let page = api
                .get("/api/applications/shop/logs?limit=1&level=info")
                .await;
            let line = page.json()["data"][0]["fields"]["line"].as_u64();
            match line.unwrap_or(0) {
                line if line > 3_000 => Ok(()),
                line => Err(format!("{line} lines")),
            }
        },
    )
    .await;
    let window = at_its_log(&mut session, &instance).await;
    window.see_text("live").await;
    let first = each_once(&session)[0];
    assert!(first > 1_000, "{first}");

    window.click_line().await;
    window.press([Key::Home.into()]).await;
    window.see_text_within(SOON, "were not fetched").await;
    axe::finds_nothing_serious(&window, "a gap in a log").await;
    window.picture(&pictures::out("logs-gap")).await;
    let read = window.first_line().await;
    window.click("button", "Load them").await;
    window.see_gone("note", "were not fetched").await;
    assert_eq!(window.first_line().await, read, "it stays where it is");
    window.picture(&pictures::out("logs-gap-filled")).await;
    assert_eq!(each_once(&session)[0], 1, "from the very first line on");
    // Those that were loaded are above what is read.
    window.press([Key::Home.into()]).await;
    until("the first line is seen", SOON, || async {
        let now = window.first_line().await;
        if now == read { Err(now) } else { Ok(()) }
    })
    .await;
    assert_eq!(instance.stop(), Some(0));
}

/// An instance with one application, which prints so many lines a second.
pub(crate) async fn talkative(session: &Session, lines: u32) -> Instance {
    let instance = Serve::new(session, "instance").account().start(session);
    let api = instance.account().await;
    let mut shop = manifest("shop", "miso/talkative:1.0");
    shop["configuration"] = json!([{
        "name": "LINES_PER_SECOND", "value": lines.to_string(), "location": "variable",
        "required": false,
    }]);
    api.create_from(&shop).await;
    api.deployed("shop", 1).await;
    instance
}

async fn at_its_log(session: &mut Session, instance: &Instance) -> Window {
    let window = by_address(session, instance).await;
    let connection = connection_of(&window).await;
    open_the_log(&window, &connection).await;
    window
}

impl Window {
    /// Puts the keyboard among the lines.
    async fn click_line(&self) {
        let script = "document.activeElement?.blur(); \
            document.querySelector(\"[aria-label='Log lines']\").focus()";
        self.script(script, Vec::new()).await;
    }

    /// The text of the first line that is seen whole.
    async fn first_line(&self) -> String {
        let script = "const list = document.querySelector(\"[aria-label='Log lines']\"); \
            const top = list.getBoundingClientRect().top; \
            return [...list.querySelectorAll('[role=listitem]')] \
                .filter((line) => line.getBoundingClientRect().top >= top - 1 && line.querySelector('time')) \
                .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top) \
                .map((line) => line.querySelector('time').parentElement.innerText)[0] ?? ''";
        let said = until("a line is seen", SOON, || async {
            let said = self.script(script, Vec::new()).await;
            match said.as_str() {
                Some("") | None => Err(said.to_string()),
                Some(line) => Ok(line.to_owned()),
            }
        });
        said.await
    }
}

/// The running numbers of all kept lines that have one, in the order of the files: each once, and none
/// is left out.
pub(crate) fn each_once(session: &Session) -> Vec<u64> {
    let numbers = kept(session);
    assert!(!numbers.is_empty(), "lines are kept");
    for two in numbers.windows(2) {
        assert_eq!(two[0] + 1, two[1], "of {} lines", numbers.len());
    }
    numbers
}

pub(crate) fn newest_kept(session: &Session) -> u64 {
    kept(session).last().copied().unwrap_or(0)
}

fn kept(session: &Session) -> Vec<u64> {
    let mut files = Vec::new();
    segments(&session.home().join(LOGS), &mut files);
    files.sort();
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("text"));
    let all: Vec<String> = texts.collect();
    let lines = all.iter().flat_map(|text| {
        // The app may be writing the last one.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        text[..whole].lines()
    });
    lines
        .filter_map(|line| {
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            line["fields"]["line"].as_u64()
        })
        .collect()
}

fn segments(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            segments(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "jsonl") {
            found.push(path);
        }
    }
}
