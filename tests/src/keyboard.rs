//! The errands of a day without the mouse (UX.md, "Rules").

use fantoccini::key::Key;

use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

#[tokio::test]
async fn from_page_to_page_by_keys() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.see_within(LATER, "link", "checkout").await;

    window.chord(Key::Control, 'k').await;
    window.see("dialog", "Search or go to").await;
    window.see_focus("combobox").await;
    window.press("checkout".chars()).await;
    window.see_chosen("checkout").await;
    window.press([Key::Enter.into()]).await;
    window.see_gone("dialog", "Search or go to").await;
    window.see("heading", "checkout").await;
    window.see_no_field_in_focus().await;

    // The keys of an application are there once it is.
    window.see("button", "Deploy…").await;
    window.press("2".chars()).await;
    window.see("region", "Log lines").await;
    window.chord(Key::Alt, Key::Left.into()).await;
    until("back from the logs", SOON, || async {
        let address = window.address().await;
        if address.ends_with("/logs") {
            Err(address)
        } else {
            Ok(())
        }
    })
    .await;

    window.press("ga".chars()).await;
    window.see("heading", "Applications").await;
    window.press("?".chars()).await;
    window.see("dialog", "Shortcuts").await;
    window.press([Key::Escape.into()]).await;
    window.see_gone("dialog", "Shortcuts").await;
    window.press("gh".chars()).await;
    window.see("table", MATRIX).await;
    rows_can_be_walked(&window).await;
}

/// `j` goes down a list and Enter opens what is there.
async fn rows_can_be_walked(window: &Window) {
    let home = window.address().await;
    window.press("jj".chars()).await;
    window.press([Key::Enter.into()]).await;
    until("the row was opened", SOON, || async {
        let address = window.address().await;
        if address == home {
            Err(window.seen().await)
        } else {
            Ok(())
        }
    })
    .await;
}
