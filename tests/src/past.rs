//! The past in the real window: two deployments, and the fleet as of a time between them; before the
//! app was started nobody looked.

use std::time::Duration;

use fantoccini::key::Key;

use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;
use crate::support::{axe, pictures};

/// The list is read while it is looked at.
const SEEN: Duration = Duration::from_secs(60);
const SLIDER: &str = "document.querySelector('[role=slider]')";
const THEN: &str = "Applications by environment as of then";

#[tokio::test]
async fn the_fleet_is_shown_as_it_was_known_between_two_deployments() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;

    let window = by_address(&mut session, &instance).await;
    window.resize(&session, 1280, 800).await;
    cell_says(&window, "Applications by environment", "1.0", LATER).await;
    // Later than the first reading, earlier than what follows.
    let between = now(&window).await;
    api.deploy("shop", "dev", "miso/hello:1.1").await;
    api.deployed("shop", 2).await;
    cell_says(&window, "Applications by environment", "1.1", SEEN).await;

    // By its address.
    let home = format!("/c/{}", connection_of(&window).await);
    window.go_to(&format!("{home}?at={between}")).await;
    window.see_within(LATER, "table", THEN).await;
    cell_says(&window, THEN, "1.0", LATER).await;
    window.see_text_within(LATER, "As of ").await;
    axe::finds_nothing_serious(&window, "Home as of a time").await;
    window.picture(&pictures::out("past")).await;

    // Back to now, and along what changed to the newest of it.
    window.see("slider", "Time that is known").await;
    window
        .script(&format!("{SLIDER}.focus()"), Vec::new())
        .await;
    window.press([Key::Escape.into()]).await;
    cell_says(&window, "Applications by environment", "1.1", LATER).await;
    window.press([Key::Left.into()]).await;
    cell_says(&window, THEN, "1.1", LATER).await;
    window.press([Key::Escape.into()]).await;
    cell_says(&window, "Applications by environment", "1.1", LATER).await;

    // A day ago there was no app that looked.
    window.fill("As of…", "yesterday 12:00").await;
    window.press([Key::Enter.into()]).await;
    window.see("heading", "Not observed at that time").await;
    cell_says(&window, THEN, "not observed", LATER).await;
    window.picture(&pictures::out("past-not-observed")).await;
    window.click("button", "Back to now").await;
    cell_says(&window, "Applications by environment", "1.1", LATER).await;
    assert_eq!(instance.stop(), Some(0));
}

fn text_of(table: &str) -> String {
    format!("return document.querySelector('table[aria-label=\"{table}\"]')?.innerText ?? ''")
}

async fn cell_says(window: &Window, table: &str, words: &str, patience: Duration) {
    until(&format!("{table}: {words}"), patience, || async {
        let text = window.script(&text_of(table), Vec::new()).await;
        match text.as_str().is_some_and(|text| text.contains(words)) {
            true => Ok(()),
            false => Err(text.to_string()),
        }
    })
    .await;
}

/// The window's own time, as an address has it.
async fn now(window: &Window) -> String {
    let now = window
        .script(
            "return encodeURIComponent(new Date().toISOString())",
            Vec::new(),
        )
        .await;
    now.as_str().unwrap_or_default().to_owned()
}
