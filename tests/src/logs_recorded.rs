//! A starred application is recorded while no page shows its log.

use std::time::Duration;

use tokio::time::Instant;

use crate::logs_kept::{each_once, newest_kept, talkative};
use crate::support::axe;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// It prints a line far more often; one that is recorded no more brings none for so long.
const STILL: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_starred_application_is_recorded_while_no_page_shows_it() {
    let mut session = Session::new();
    let instance = talkative(&session, 50).await;
    let window = by_address(&mut session, &instance).await;
    window.click("link", "Applications").await;
    window.see_within(LATER, "link", "shop").await;
    assert_eq!(newest_kept(&session), 0, "nothing of it is kept");

    window.click("button", "Star shop").await;
    window.go_to("/settings/logs").await;
    window.see("checkbox", "Record the logs of starred").await;
    window.picture(&pictures::out("settings-logs")).await;
    axe::finds_nothing_serious(&window, "the settings of logs").await;
    comes(&session, 0, "it is recorded").await;
    let first = newest_kept(&session);
    comes(&session, first + 200, "it goes on").await;

    // What came meanwhile is there, each line once, and so is the word of it.
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window.click("link", "Logs").await;
    window.see_within(LATER, "region", "Log lines").await;
    window.see_text("recorded since ").await;
    window.picture(&pictures::out("logs-recorded")).await;
    window.click("link", "Home").await;
    comes(
        &session,
        newest_kept(&session) + 100,
        "it goes on when the page is left",
    )
    .await;
    let kept = each_once(&session);
    assert!(kept.len() > 300, "{} lines", kept.len());

    // It ends with the setting, and begins where it ended when that is taken back.
    switch(&window).await;
    let ended = stands_still(&session).await;
    window.click("link", "Applications").await;
    window.see("link", "shop").await;
    switch(&window).await;
    comes(&session, ended + 100, "it is recorded again").await;
    each_once(&session);

    // And with the star.
    window.click("link", "Applications").await;
    window.click("button", "Remove star from shop").await;
    stands_still(&session).await;
    each_once(&session);
    assert_eq!(instance.stop(), Some(0));
}

async fn switch(window: &Window) {
    window.go_to("/settings/logs").await;
    window.click("checkbox", "Record the logs of starred").await;
}

/// Waits until more lines are kept than so many.
async fn comes(session: &Session, than: u64, what: &str) {
    until(what, LATER, || async {
        match newest_kept(session) {
            newest if newest > than => Ok(()),
            newest => Err(format!("{newest} of more than {than}")),
        }
    })
    .await;
}

/// Waits until no line comes any more; the newest one.
async fn stands_still(session: &Session) -> u64 {
    let since = std::cell::Cell::new((newest_kept(session), Instant::now()));
    until("no line comes any more", SOON + STILL, || async {
        let (before, at) = since.get();
        match newest_kept(session) {
            now if now != before => {
                since.set((now, Instant::now()));
                Err(format!("{now} lines"))
            }
            _ if at.elapsed() >= STILL => Ok(before),
            now => Err(format!("{now} lines, not for long")),
        }
    })
    .await
}
