//! What a log says since a deployment that it did not say before, in the real window: seen, followed to
//! its first line, and told when it is said again.

use fantoccini::key::Key;

use crate::log_figures::open_the_log;
use crate::support::axe;
use crate::support::instance::Serve;
use crate::support::notifications::Notifications;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, SOON, until};

/// What the second version says and the first one did not, as it is shown.
const REFUSED: &str = "order …: payment refused by the bank";

#[tokio::test]
async fn what_is_new_since_a_deployment_is_seen_followed_and_told_again() {
    let mut session = Session::new();
    let notifications = Notifications::of(&session).await;
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;
    let connection = connection_of(&window).await;
    open_the_log(&window, &connection).await;

    // Nothing is new since the first deployment but what has nothing before it.
    window.click("button", "New since…").await;
    window.see_within(LATER, "table", "New messages").await;

    // Another version says what this one did not.
    api.deploy("shop", "dev", "miso/talkative:1.1").await;
    api.deployed("shop", 2).await;
    // What somebody else deployed is not looked for at once by itself.
    window.press([Key::F5.into()]).await;
    window.see_within(LATER, "button", REFUSED).await;
    window.see_text_within(LATER, "Compared with ").await;
    window.picture(&pictures::out("logs-new-since")).await;
    axe::finds_nothing_serious(&window, "what is new in a log").await;
    window.see("button", "order … accepted for").await;
    // Errors alone.
    window.click("button", "Errors").await;
    window.see_gone("button", "order … accepted for").await;
    window.see("button", REFUSED).await;

    // It is told when it is said again, which it is all the time.
    let row = "const rows = [...document.querySelectorAll('table tbody tr')]; \
        const row = rows.find((one) => one.innerText.includes('payment refused')); \
        row.querySelector('[aria-label=\"Tell me if this appears again\"]').click()";
    window.script(row, Vec::new()).await;
    window.see("region", "Told if they appear again").await;
    window.see_text("This log is not recorded").await;
    let told = notifications
        .see(LATER, "shop: a watched message again in dev")
        .await;
    assert!(
        told.body.contains("payment refused by the bank"),
        "{told:?}"
    );
    window.click("button", "Star shop").await;
    window.see_gone("button", "Star shop").await;
    assert_eq!(notifications.shown().len(), 1, "once in ten minutes");
    window.click("button", "Tell me no more: order").await;
    window.see_gone("region", "Told if they appear again").await;

    // From the pattern to its first line.
    window.click("button", REFUSED).await;
    window.see_within(LATER, "region", "Log lines").await;
    let line = "return document.querySelector(\"[aria-label='Log lines'] [aria-current=true]\")?.innerText ?? ''";
    until("its first line is shown", SOON, || async {
        match window.script(line, Vec::new()).await.as_str() {
            Some(text) if text.contains("payment refused by the bank") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(!window.address().await.contains("new="));
    assert_eq!(instance.stop(), Some(0));
}
