//! What was before, in the real window over real workloads: requests that move, a deployment that
//! goes wrong, its mark, the time since, and the log of that time.

use std::time::Duration;

use fantoccini::key::Key;
use serde_json::json;

use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{axe, pictures, shop};

/// How long what was measured may take to be seen: it is asked for once a minute.
const MEASURED: Duration = Duration::from_secs(100);
const SLIDER: &str = "document.querySelector('[role=slider]')";

#[tokio::test]
async fn what_went_wrong_is_seen_with_what_was_before_and_its_log() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    let mut visitor = shop::manifest("visitor", "miso/visitor:1.0");
    visitor["configuration"] = json!([
        {"name": "VISITS_PER_SECOND", "value": "20", "location": "variable", "required": false}
    ]);
    api.create_from(&visitor).await;
    api.deployed("visitor", 1).await;

    let window = by_address(&mut session, &instance).await;
    window.resize(&session, 1280, 800).await;
    window.click("link", "shop").await;
    window.see_within(LATER, "slider", "What happened").await;
    // It opens around the deployment that was just now.
    assert_eq!(pressed(&window, "How far back").await, "15 min");
    until("requests move", MEASURED, || async {
        let said = said_now(&window).await;
        match said.split(", ").find(|part| part.starts_with("Requests")) {
            Some(requests) if !requests.contains(" 0/s") && requests.ends_with("/s") => Ok(()),
            _ => Err(said),
        }
    })
    .await;
    window.see("region", "Log").await;
    window.picture(&pictures::out("timeline-well")).await;

    api.deploy("shop", "dev", "miso/failing-health:2.0").await;
    window.see_text_within(MEASURED, "Unhealthy for").await;
    // The log is that of the time since, and goes on.
    window.see_within(LATER, "heading", "– now").await;
    window.see_within(LATER, "region", "Log lines").await;
    until("the mark is known", MEASURED, || async {
        let words = step_back(&window).await;
        match words.contains("failing-health:2.0 · done") {
            true => Ok(()),
            false => Err(words),
        }
    })
    .await;
    axe::finds_nothing_serious(&window, "the timeline").await;
    window.picture(&pictures::out("timeline-unwell")).await;
    picked_by_keys(&window).await;

    window.click("button", "Table").await;
    window.see("table", "Timeline").await;
    window.see_text("failing-health:2.0 · done · by").await;
    axe::finds_nothing_serious(&window, "the timeline as a table").await;
    window.picture(&pictures::out("timeline-table")).await;
    window.click("button", "Environments").await;
    window.see_within(LATER, "row", "dev").await;
    axe::finds_nothing_serious(&window, "the health in all environments").await;
    window
        .picture(&pictures::out("timeline-environments"))
        .await;
    charts(&session, &window).await;
    assert_eq!(instance.stop(), Some(0));
}

/// What happened is walked and picked by keys alone, and given up again.
async fn picked_by_keys(window: &Window) {
    window
        .script(&format!("{SLIDER}.focus()"), Vec::new())
        .await;
    window.press([Key::Home.into()]).await;
    window.press([Key::Enter.into()]).await;
    until("a span between two moments is picked", SOON, || async {
        let title =
            "return [...document.querySelectorAll('h3')].map((one) => one.innerText).join()";
        let title = window.script(title, Vec::new()).await;
        let title = title.as_str().unwrap_or_default().to_owned();
        match title.contains(" – ") && !title.contains("now") {
            true => Ok(()),
            false => Err(title),
        }
    })
    .await;
    window.press([Key::Escape.into()]).await;
    window.press([Key::Escape.into()]).await;
    window.see_gone("button", "Newest lines").await;
}

/// The charts draw in the real window, in both sizes, and one pointer is in all of them.
async fn charts(session: &Session, window: &Window) {
    window.click("button", "Charts").await;
    let drawn = "return [...document.querySelectorAll('canvas')].map((canvas) => { \
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
        return pixels.some((part, at) => at % 4 === 3 && part > 0); }).filter(Boolean).length";
    until("charts are drawn", LATER, || async {
        match window.script(drawn, Vec::new()).await.as_u64() {
            Some(count) if count >= 5 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let point = "const over = document.querySelectorAll('.u-over')[1]; \
        const box = over.getBoundingClientRect(); \
        over.dispatchEvent(new MouseEvent('mousemove', { clientX: box.left + box.width * 0.8, \
            clientY: box.top + 20, bubbles: true }))";
    window.script(point, Vec::new()).await;
    until("one pointer is in all of them", SOON, || async {
        let where_it_is = "return new Set([...document.querySelectorAll('.u-cursor-x')] \
            .map((one) => Math.round(new DOMMatrix(getComputedStyle(one).transform).e / 4))).size";
        match window.script(where_it_is, Vec::new()).await.as_u64() {
            Some(1) => Ok(()),
            other => Err(format!("{other:?} places")),
        }
    })
    .await;
    window.picture(&pictures::out("timeline-charts")).await;
    axe::finds_nothing_serious(window, "charts").await;
    window.resize(session, 900, 600).await;
    window
        .picture(&pictures::out("timeline-charts-small"))
        .await;
    window.click("button", "Timeline").await;
    window.picture(&pictures::out("timeline-small")).await;
}

/// What the bands say where nothing is pointed at.
async fn said_now(window: &Window) -> String {
    let script = format!("return {SLIDER}?.getAttribute('aria-valuetext') ?? ''");
    let said = window.script(&script, Vec::new()).await;
    said.as_str().unwrap_or_default().to_owned()
}

/// Walks back through what happened until a deployment is told, and gives the words.
async fn step_back(window: &Window) -> String {
    window
        .script(&format!("{SLIDER}.focus()"), Vec::new())
        .await;
    window.press([Key::End.into()]).await;
    let mut words = String::new();
    for _ in 0..8 {
        words = said_now(window).await;
        if words.contains("deployment ") {
            break;
        }
        window.press([Key::Left.into()]).await;
    }
    words
}

/// Which of a few is pressed.
async fn pressed(window: &Window, group: &str) -> String {
    let script = "return document.querySelector(`[role=group][aria-label='${arguments[0]}'] \
        [aria-pressed=true]`)?.innerText ?? ''";
    let found = window.script(script, vec![group.into()]).await;
    found.as_str().unwrap_or_default().to_owned()
}
