//! Home once the demo has come to rest, in both themes, and what everybody must be able to use.

use std::time::Duration;

use fantoccini::key::Key;

use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{axe, pictures};

/// The background of the light theme.
const LIGHT: &str = "rgb(253, 253, 252)";
/// How long the demo's applications may take to go through their environments.
const SETTLING: Duration = Duration::from_secs(120);

#[tokio::test]
async fn home_in_both_themes() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    at_rest(&window).await;
    picture(&window, "home", LIGHT).await;
    axe::finds_nothing_serious(&window, "Home").await;
    window.press("j".chars()).await;
    window.press([Key::Enter.into()]).await;
    window
        .see_within(LATER, "button", "Roll back PROD to")
        .await;
    window.see("list", "Checks").await;
    picture(&window, "unwell", LIGHT).await;
    axe::finds_nothing_serious(&window, "what is unwell").await;

    window.click("link", "Settings").await;
    axe::finds_nothing_serious(&window, "Settings").await;
    window.click("button", "Dark").await;
    window.click("link", "Home").await;
    window.see("table", MATRIX).await;
    picture(&window, "home-dark", "rgb(23, 25, 27)").await;
    axe::finds_nothing_serious(&window, "Home in the dark").await;
}

/// Nothing is being deployed, and the one that fails its checks has been found out.
async fn at_rest(window: &Window) {
    window.see_text_within(SETTLING, "1 of 12 unwell").await;
    until("nothing is being deployed", SETTLING, || async {
        // The status bar names what is on its way.
        let script = "return document.querySelector('footer').innerText";
        let status = window.script(script, Vec::new()).await;
        if status.as_str().is_some_and(|status| !status.contains('→')) {
            Ok(())
        } else {
            Err(window.seen().await)
        }
    })
    .await;
}

async fn picture(window: &Window, name: &str, background: &str) {
    until(&format!("the background is {background}"), SOON, || async {
        let script = "return getComputedStyle(document.documentElement).backgroundColor";
        let seen = window.script(script, Vec::new()).await;
        if seen == background {
            Ok(())
        } else {
            Err(seen.to_string())
        }
    })
    .await;
    window.picture(&pictures::out(name)).await;
    if let Some(file) = pictures::checked_in(name) {
        window.picture(&file).await;
    }
}
