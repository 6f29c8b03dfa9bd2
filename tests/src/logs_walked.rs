//! One finds one's way in a log, in the real window: from match to match among all lines, to a
//! time, with fields as columns and long lines broken.

use std::time::{Duration, Instant};

use fantoccini::key::Key;

use crate::support::axe;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// The line that the keys stand on.
const CURRENT: &str = "[data-position][aria-current=true]";

#[tokio::test]
async fn one_finds_ones_way_in_a_log() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/talkative:1.0").await;
    api.deployed("shop", 1).await;
    let printing = Instant::now();
    let window = by_address(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window.click("link", "Logs").await;
    window.see_within(LATER, "region", "Log lines").await;

    // From match to match among all lines, and back to the matches alone at the same one.
    window.press("/".chars()).await;
    window.press("payment refused".chars()).await;
    at_least(&window, 4).await;
    window.press([Key::Enter.into()]).await;
    window.press("m".chars()).await;
    until("all lines are shown", SOON, || async {
        match count(&window, "[data-position]:not([data-match])").await {
            0 => Err(window.seen().await),
            _ => Ok(()),
        }
    })
    .await;
    window.press([Key::Home.into()]).await;
    window.press("nn".chars()).await;
    window.see_text("2 of ").await;
    said_where_it_is(&window).await;
    window.see_within(LATER, "img", "matches, ").await;
    axe::finds_nothing_serious(&window, "a search among all lines").await;
    window.picture(&pictures::out("logs-walked")).await;
    window.press("m".chars()).await;
    until("the same match is the second", SOON, || async {
        match current(&window).await.as_str() {
            Some("1") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    said_where_it_is(&window).await;
    assert!(window.address().await.contains("q=payment+refused"));

    // To a time, with what is searched for no more.
    // The key selects what is there.
    window.press("/".chars()).await;
    window.press([Key::Backspace.into()]).await;
    until("nothing is searched for", SOON, || async {
        match window.address().await {
            address if address.contains("q=") => Err(address),
            _ => Ok(()),
        }
    })
    .await;
    window.press([Key::Enter.into()]).await;
    until("the log goes back so far", LATER, || async {
        match printing.elapsed() {
            age if age > Duration::from_secs(6) => Ok(()),
            age => Err(format!("{age:?}")),
        }
    })
    .await;
    window.press("t".chars()).await;
    window.press("-5s".chars()).await;
    window.press([Key::Enter.into()]).await;
    window.see_text("paused").await;
    let script = format!(
        "return Date.now() - Date.parse(document.querySelector('{CURRENT} time')?.dateTime ?? '')"
    );
    until("the line of then is shown", SOON, || async {
        let ago = window.script(&script, Vec::new()).await;
        match ago.as_f64() {
            Some(ago) if (4_000.0..20_000.0).contains(&ago) => Ok(()),
            _ => Err(format!("{ago} ms ago")),
        }
    })
    .await;

    // Fields as columns, lines broken, some of them picked.
    for field in ["status", "path"] {
        window.click("button", "Fields as columns").await;
        window.click("menuitem", field).await;
    }
    window.press("w".chars()).await;
    window.press("jJJJ".chars()).await;
    window.see_text("4 lines picked").await;
    window.press([Key::Escape.into()]).await;
    window.press([Key::Enter.into()]).await;
    window.see("group", "Fields").await;
    one_below_the_other(&window).await;
    window.picture(&pictures::out("logs-columns")).await;
    window.click("button", "Only instance: ").await;
    at_least(&window, 1).await;
    window.resize(&session, 900, 600).await;
    one_below_the_other(&window).await;
    axe::finds_nothing_serious(&window, "a log with columns").await;
    window.picture(&pictures::out("logs-columns-narrow")).await;
    window.resize(&session, 1280, 800).await;

    window.click("link", "Settings").await;
    window.click("button", "Dark").await;
    window.chord(Key::Alt, Key::Left.into()).await;
    window.see("region", "Log lines").await;
    at_least(&window, 1).await;
    window.press("m".chars()).await;
    window.press("n".chars()).await;
    axe::finds_nothing_serious(&window, "a log in the dark").await;
    window.picture(&pictures::out("logs-walked-dark")).await;
    assert_eq!(instance.stop(), Some(0));
}

/// The line that the keys stand on is a match, and in sight.
async fn said_where_it_is(window: &Window) {
    let script = format!(
        "const line = document.querySelector('{CURRENT}'); \
         if (!line) return 'no line'; \
         const {{ top, bottom }} = line.getBoundingClientRect(); \
         const view = document.querySelector('[data-lines]').getBoundingClientRect(); \
         if (top < view.top - 1 || bottom > view.bottom + 1) return `at ${{top}}`; \
         return line.querySelector('mark')?.innerText ?? line.innerText"
    );
    until("a match is in sight", SOON, || async {
        match window.script(&script, Vec::new()).await.as_str() {
            Some("payment refused") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// No line lies over another one, and none leaves a hole.
async fn one_below_the_other(window: &Window) {
    let script = "const boxes = [...document.querySelectorAll('[data-position]')] \
        .map((line) => line.getBoundingClientRect()).sort((one, other) => one.top - other.top); \
        return boxes.slice(1).map((box, at) => box.top - boxes[at].bottom).find((gap) => Math.abs(gap) > 1) ?? null";
    until("the lines are one below the other", SOON, || async {
        match window.script(script, Vec::new()).await {
            gap if gap.is_null() => Ok(()),
            gap => Err(gap.to_string()),
        }
    })
    .await;
}

/// So many lines were found.
async fn at_least(window: &Window, least: u64) {
    let script = "return [...document.querySelectorAll('[role=status]')].map((one) => one.innerText) \
        .find((text) => / ms$/.test(text)) ?? ''";
    until("enough was found", LATER, || async {
        let said = window.script(script, Vec::new()).await;
        let said = said.as_str().unwrap_or_default();
        let number = said.split(' ').next().unwrap_or_default().replace(',', "");
        match number.parse() {
            Ok(found) if found >= least => Ok(()),
            Ok(0_u64..) | Err(_) => Err(said.to_owned()),
        }
    })
    .await;
}

async fn current(window: &Window) -> serde_json::Value {
    let script = format!("return document.querySelector('{CURRENT}')?.dataset.position ?? null");
    window.script(&script, Vec::new()).await
}

async fn count(window: &Window, selector: &str) -> u64 {
    let script = "return document.querySelectorAll(arguments[0]).length";
    let found = window.script(script, vec![selector.into()]).await;
    found.as_u64().unwrap_or_default()
}
