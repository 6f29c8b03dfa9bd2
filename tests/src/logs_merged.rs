//! The logs of several applications as one in the real window: followed, searched, written to a file,
//! and that file opened again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::axe;
use crate::support::dialogs;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

const LINES: &str = "[...document.querySelectorAll(\"[aria-label='Log lines'] [role=listitem]\")] \
    .map((line) => line.innerText).filter((text) => text !== '')";

#[tokio::test]
async fn several_logs_are_one_and_a_file_of_them_is_opened() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    for key in ["shop", "till"] {
        api.create(key, "miso/talkative:1.0").await;
        api.deployed(key, 1).await;
    }
    let window = by_address(&mut session, &instance).await;
    chosen(&window).await;
    followed_and_searched(&window).await;
    let file = written(&session, &window).await;
    small_and_dark(&session, &window).await;
    opened(&window, &file).await;
    remembered(&window).await;
    assert_eq!(instance.stop(), Some(0));
}

async fn chosen(window: &Window) {
    window.press("gl".chars()).await;
    window
        .see("heading", "The logs of several applications, by time")
        .await;
    axe::finds_nothing_serious(window, "Logs, none chosen").await;
    window.picture(&pictures::out("logs-merged-none")).await;
    window.click("button", "Choose logs").await;
    window.see("complementary", "Choose logs").await;
    window.click("checkbox", "shop").await;
    window.click("checkbox", "till").await;
    window.picture(&pictures::out("logs-merged-choosing")).await;
    axe::finds_nothing_serious(window, "Choosing logs").await;
    window.click("button", "Close").await;
}

async fn followed_and_searched(window: &Window) {
    window.see_within(LATER, "region", "Log lines").await;
    window.see_text_within(LATER, "live").await;
    both(window).await;
    let before = window.script(&format!("return {LINES}"), Vec::new()).await;
    until("it goes on", LATER, || async {
        match window.script(&format!("return {LINES}"), Vec::new()).await {
            now if now != before => Ok(()),
            _ => Err("the same lines".to_owned()),
        }
    })
    .await;
    window.picture(&pictures::out("logs-merged")).await;
    axe::finds_nothing_serious(window, "Several logs").await;
    window.press("/".chars()).await;
    window.press("get /api".chars()).await;
    window.see_text_within(LATER, " ms").await;
    until("only what fits is shown", SOON, || async {
        let lines = window.script(&format!("return {LINES}"), Vec::new()).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        let fits = |line: &Value| line.as_str().is_some_and(|line| line.contains("GET /api"));
        if !lines.is_empty() && lines.iter().all(fits) {
            return Ok(());
        }
        Err(format!("{lines:?}"))
    })
    .await;
    both(window).await;
    window.picture(&pictures::out("logs-merged-searched")).await;
}

/// Lines of both are seen, with their names.
async fn both(window: &Window) {
    until("lines of both are seen", LATER, || async {
        let lines = window.script(&format!("return {LINES}"), Vec::new()).await;
        let text = lines.to_string();
        if text.contains("shop@dev") && text.contains("till@dev") {
            return Ok(());
        }
        Err(text)
    })
    .await;
}

/// By the system's own dialog, where nothing else is typed.
async fn written(session: &Session, window: &Window) -> PathBuf {
    let table = saved(session, window, "What was found as CSV", "logs.csv").await;
    let text = fs::read_to_string(&table).expect("it is there");
    let mut rows = text.split("\r\n");
    assert_eq!(
        rows.next(),
        Some("time,application,environment,level,instance,message,fields")
    );
    let rows: Vec<&str> = rows.filter(|row| !row.is_empty()).collect();
    assert!(rows.len() > 10, "{text}");
    assert!(rows.iter().all(|row| row.contains("GET /api")), "{text}");
    let all = saved(
        session,
        window,
        "Everything kept as JSON Lines",
        "logs.jsonl",
    )
    .await;
    let text = fs::read_to_string(&all).expect("it is there");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for key in ["shop", "till"] {
        let of: Vec<_> = lines
            .iter()
            .filter(|line| line["application"] == key)
            .collect();
        assert!(of.len() > 100, "{} lines of {key}", of.len());
        let ids: std::collections::HashSet<_> =
            of.iter().map(|line| line["id"].to_string()).collect();
        assert_eq!(ids.len(), of.len(), "each line of {key} once");
    }
    let timed = lines.iter().filter(|line| line["timestamp"].is_string());
    assert_eq!(timed.count(), lines.len());
    #[cfg(unix)]
    {
        let about = fs::metadata(&all).expect("it is there");
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    all
}

async fn saved(session: &Session, window: &Window, what: &str, name: &str) -> PathBuf {
    let file = session.home().join(name);
    window.click("button", "Export").await;
    window.click("menuitem", what).await;
    dialogs::save(session, &file).await;
    window.see_text_within(LATER, "written, ").await;
    file
}

async fn small_and_dark(session: &Session, window: &Window) {
    window.fill("Search the log", " ").await;
    window.resize(session, 900, 600).await;
    window.picture(&pictures::out("logs-merged-small")).await;
    let wider = "return [...document.querySelectorAll('main *')].filter((each) => \
        each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.visually-hidden, [role=list]')) \
        .map((each) => each.outerHTML.slice(0, 200))";
    assert_eq!(
        window.script(wider, Vec::new()).await,
        json!([]),
        "nothing is cut off"
    );
    window.click("link", "Settings").await;
    window.click("button", "Dark").await;
    window.client().back().await.expect("it goes back");
    both(window).await;
    window
        .picture(&pictures::out("logs-merged-small-dark"))
        .await;
    window.resize(session, 1280, 800).await;
    window.picture(&pictures::out("logs-merged-dark")).await;
}

async fn opened(window: &Window, file: &Path) {
    let text = fs::read_to_string(file).expect("it is there");
    let count = text.lines().count() + 1;
    let script = "const [text] = arguments; \
        const files = new DataTransfer(); \
        files.items.add(new File([text, 'a line without a time'], 'of-last-night.jsonl')); \
        const field = document.querySelector('main input[type=file]'); \
        field.files = files.files; \
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    window.script(script, vec![json!(text)]).await;
    window.see_text_within(LATER, "of-last-night.jsonl").await;
    window.see_text("1 line has no time of its own").await;
    both(window).await;
    window.see_text(&format!("{} lines", grouped(count))).await;
    window.picture(&pictures::out("logs-file")).await;
    axe::finds_nothing_serious(window, "A log file").await;
    window.fill("Search the log", "get /api").await;
    let found = text.to_lowercase().matches("get /api").count();
    assert!(found > 0);
    window
        .see_text_within(LATER, &format!(" of {} · ", grouped(count)))
        .await;
    window.click("button", "Close the file").await;
    window.see_gone("button", "Close the file").await;
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let mut text = digits[..head].to_owned();
    for at in (head..digits.len()).step_by(3) {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&digits[at..at + 3]);
    }
    text
}

async fn remembered(window: &Window) {
    window.click("link", "Home").await;
    window.press("gl".chars()).await;
    both(window).await;
    window.click("button", "Remove till@dev").await;
    until("only one is left", LATER, || async {
        let lines = window.script(&format!("return {LINES}"), Vec::new()).await;
        let text = lines.to_string();
        if text.contains("shop@dev") && !text.contains("till@dev") {
            return Ok(());
        }
        Err(text)
    })
    .await;
}
