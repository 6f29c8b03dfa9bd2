//! A log is searched in the real window: what is kept of it, as it goes on.

use fantoccini::key::Key;

use crate::support::axe;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

#[tokio::test]
async fn a_log_is_searched_while_it_goes_on() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/talkative:1.0").await;
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window.click("link", "Logs").await;
    window.see_within(LATER, "region", "Log lines").await;

    window.press("/".chars()).await;
    window.press("get /api".chars()).await;
    window.see_text_within(LATER, " ms").await;
    every_line(&window, "GET /api").await;
    let found = matches(&window).await;
    axe::finds_nothing_serious(&window, "a search in a log").await;
    window.picture(&pictures::out("logs-searched")).await;
    until("it goes on over what comes", LATER, || async {
        match matches(&window).await {
            now if now > found => Ok(()),
            now => Err(format!("{now} of {found}")),
        }
    })
    .await;

    // From a match to the lines around it.
    window.press([Key::Enter.into()]).await;
    window.press("k".chars()).await;
    window.press([Key::Enter.into()]).await;
    window.click("button", "Show the lines around it").await;
    window.see_text("paused").await;
    let field = "return document.querySelector('input[type=search]').value";
    assert_eq!(window.script(field, Vec::new()).await, "get /api");

    // Along them stands where the log is bad.
    let marks = "return document.querySelectorAll('[role=img][aria-label*=\"along the log\"] > span').length";
    until("the strip tells where it is bad", SOON, || async {
        match window.script(marks, Vec::new()).await.as_u64() {
            Some(0) | None => Err("it has no marks".to_owned()),
            Some(_) => Ok(()),
        }
    })
    .await;
    window.picture(&pictures::out("logs-heat")).await;

    // An expression that is none says so, and nothing is lost.
    window.fill("Search the log", "(").await;
    window.click("button", "Regular expression").await;
    window.see_text_within(SOON, "No regular expression").await;
    // The key selects what is there.
    window.press("/".chars()).await;
    window.press("5\\d\\d in".chars()).await;
    window.see_gone("alert", "No regular expression").await;
    assert_eq!(instance.stop(), Some(0));
}

/// All lines that are seen have the text, and there are some.
async fn every_line(window: &Window, text: &str) {
    let script = "const lines = [...document.querySelectorAll(\"[aria-label='Log lines'] [role=listitem]\")] \
        .filter((line) => line.innerText !== ''); \
        return lines.length === 0 ? 'none' : lines.find((line) => !line.innerText.includes(arguments[0]))?.innerText ?? ''";
    until("only what fits is shown", SOON, || async {
        match window.script(script, vec![text.into()]).await.as_str() {
            Some("") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// How many lines were found, as the page says it.
async fn matches(window: &Window) -> u64 {
    let script = "return [...document.querySelectorAll('[role=status]')].map((one) => one.innerText) \
        .find((text) => / of .* ms$/.test(text)) ?? ''";
    let said = window.script(script, Vec::new()).await;
    let said = said.as_str().unwrap_or_default();
    let number = said.split(' ').next().unwrap_or_default().replace(',', "");
    number.parse().unwrap_or_default()
}
