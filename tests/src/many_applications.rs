//! An instance with ten thousand applications, of which a thousand are listed: each is found, opened and could be
//! deployed (DESIGN.md, "The request budget").

use fantoccini::key::Key;

use crate::support::axe::finds_nothing_serious;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, by_address};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

/// Far beyond what is listed, which is by key.
const FAR: &str = "notifications-01500";
const FARTHEST: &str = "storefront-09993";

#[tokio::test]
async fn what_is_beyond_a_thousand_applications_is_found_opened_and_could_be_deployed() {
    let mut session = Session::new();
    let serve = Serve::at(&session.home().join("instance")).account();
    let many = serve.argument("--seed").argument("many:10000");
    let instance = many.start(&session);
    let api = instance.account().await;
    until("all of them", LATER, || async {
        let list = api.get("/api/applications?pageSize=1").await.json();
        if list["meta"]["total"] == 10_000 {
            Ok(())
        } else {
            Err(list["meta"].to_string())
        }
    })
    .await;
    let window = by_address(&mut session, &instance).await;
    let sentence = "None of the 1,000 loaded of 10,000 is deployed";
    window.see_text_within(LATER, sentence).await;
    finds_nothing_serious(&window, "the home of many applications").await;

    window.click("link", "Applications").await;
    window.see_within(LATER, "table", MATRIX).await;
    window.see_text_within(LATER, "1,000 of 10,000").await;
    to_the_end(&window).await;
    window.see_text_within(LATER, "1,200 of 10,000").await;

    window.fill("Search applications", FAR).await;
    window.see_within(LATER, "link", FAR).await;
    window.see_text("The instance found 1.").await;
    window.picture(&pictures::out("many-applications")).await;
    finds_nothing_serious(&window, "a search of many applications").await;
    window.click("link", FAR).await;
    window.see_within(LATER, "heading", FAR).await;
    window.click("button", "Deploy…").await;
    window.see("button", "Close the panel").await;
    window.press([Key::Escape.into()]).await;

    window.chord(Key::Control, 'k').await;
    window.see_focus("combobox").await;
    window.press(FARTHEST.chars()).await;
    // Until the instance has found it, the list can be asked for it.
    until("the application itself is chosen", LATER, || async {
        let chosen =
            "return document.querySelector('[role=option][aria-selected=true]')?.innerText ?? ''";
        match window.script(chosen, Vec::new()).await.as_str() {
            Some(chosen) if chosen.trim_start().starts_with(FARTHEST) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    window.press([Key::Enter.into()]).await;
    window.see_within(LATER, "heading", FARTHEST).await;

    // By its own address, as a link leads to it.
    let address = window.address().await;
    let other = address.replace(FARTHEST, FAR);
    let path = other
        .split_once("#")
        .map_or(other.as_str(), |(_, path)| path);
    window.go_to(path).await;
    window.see_within(LATER, "heading", FAR).await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

/// Scrolls the list to its end.
async fn to_the_end(window: &Window) {
    let script = "const list = document.querySelector('main [data-scroll]'); \
        list.scrollTop = list.scrollHeight; return list.scrollTop";
    let scrolled = window.script(script, Vec::new()).await;
    assert!(scrolled.as_f64() > Some(0.0), "{scrolled}");
}
