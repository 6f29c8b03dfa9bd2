//! The one walk from the first start to signed out, with a picture of each step.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::browser::Browser;
use crate::support::page::Page;
use crate::support::session::Session;
use crate::support::sign_in::{ADMINISTRATOR, MATRIX};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{binary, keyring, pictures};

/// "At once" for a debug build on a slow machine: the first visit of these pages takes longer. How
/// long it takes a person is measured by `cargo xtask bench`.
const AT_ONCE: Duration = Duration::from_secs(8);

#[tokio::test]
async fn from_the_first_start_to_signed_out() {
    walk(&binary::app(), "").await;
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test full"]
async fn from_the_first_start_to_signed_out_as_a_release() {
    walk(&binary::release_app(), "release-").await;
}

async fn walk(app: &Path, prefix: &str) {
    let mut session = Session::new();
    let mut steps = Steps {
        prefix: prefix.to_owned(),
        number: 0,
    };

    let window = Window::open_app(&mut session, app, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    steps.picture(&window, "welcome").await;
    assert_eq!(keyring::count(&session), 0);

    window.click("button", "Start").await;
    let url = session.next_opened(LATER).await;
    let browser = Browser::open(&mut session).await;
    browser.go(&url).await;
    browser.see("button", ADMINISTRATOR).await;
    steps.picture(&browser, "sign-in").await;
    browser.click("button", ADMINISTRATOR).await;
    browser.see_text("Miso Desktop").await;
    steps.picture(&browser, "signed-in").await;
    browser.close(&mut session).await;

    window.see_within(LATER, "table", MATRIX).await;
    window.see_within(LATER, "link", "checkout").await;
    steps.picture(&window, "home").await;
    assert_eq!(keyring::count(&session), 1, "one entry for the session");

    window.click("link", "checkout").await;
    window.see("heading", "checkout").await;
    steps.picture(&window, "application").await;
    window.click("link", "Logs").await;
    lines_appear(&window).await;
    steps.picture(&window, "logs").await;

    window.click("button", "Deploy…").await;
    window.click("button", "dev").await;
    window.click("button", "Edit the whole image").await;
    window.fill("Image", "miso/crashing:1.0").await;
    window.see("button", "Deploy crashing:1.0 to dev").await;
    steps.picture(&window, "deploy").await;
    window.click("button", "Deploy crashing:1.0 to dev").await;
    window.see_text_within(LATER, "1.0 failed in dev").await;
    window.see_text("exit").await;
    steps.picture(&window, "deploy-failed").await;

    let before = window.address().await;
    window.quit(&mut session).await;
    let began = Instant::now();
    let window = Window::open_app(&mut session, app, &[]).await;
    window.see_text("1.0 failed in dev").await;
    window.see_text("aino.laine").await;
    window.see_text("3.3.1").await;
    let took = began.elapsed();
    assert!(took < AT_ONCE, "the page from before after {took:?}");
    assert_eq!(window.address().await, before);
    assert_eq!(
        session.opened().len(),
        1,
        "nobody is asked to sign in again"
    );
    steps.picture(&window, "started-again").await;

    window.click("button", "Connection: ").await;
    window.click("menuitem", "Sign out").await;
    window.click("button", "Sign out").await;
    window.see("heading", "Sign in again").await;
    until("the keyring is empty", SOON, || {
        let count = keyring::count(&session);
        async move {
            if count == 0 {
                Ok(())
            } else {
                Err(format!("{count} secrets"))
            }
        }
    })
    .await;
    steps.picture(&window, "signed-out").await;
}

/// Pictures in the order in which they were taken.
struct Steps {
    prefix: String,
    number: usize,
}

impl Steps {
    async fn picture(&mut self, page: &Page, name: &str) {
        self.number += 1;
        page.picture(&pictures::out(&format!(
            "{}{:02}-{name}",
            self.prefix, self.number
        )))
        .await;
    }
}

/// The log grows while one looks.
async fn lines_appear(window: &Window) {
    let first = until("log lines are seen", LATER, || async {
        let lines = newest_line(window).await;
        if lines.is_empty() {
            Err(window.seen().await)
        } else {
            Ok(lines)
        }
    })
    .await;
    until("new log lines appear", SOON, || async {
        if newest_line(window).await == first {
            Err(first.clone())
        } else {
            Ok(())
        }
    })
    .await;
}

async fn newest_line(window: &Window) -> String {
    let text = window.text_of("region", "Log lines").await;
    text.lines().last().unwrap_or_default().to_owned()
}
