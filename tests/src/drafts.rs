//! What was typed is there again after the session ended, and after the app was quit (UX.md,
//! "Rules").

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::session::Session;
use crate::support::sign_in::{answer, connection_of, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{keyring, pictures};

#[tokio::test]
async fn what_was_typed_outlives_the_session_and_the_app() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.click("link", "checkout").await;
    window.see("heading", "checkout").await;
    window.click("button", "Deploy…").await;
    window.click("button", "dev").await;
    window.fill("Image", "9.9.9").await;
    window.fill("Note", "because it must").await;
    let typed = json!(["9.9.9", "because it must"]);
    let before = window.address().await;
    assert_eq!(fields(&window).await, typed);

    end_the_session(&session, &window).await;
    window.see_within(LATER, "heading", "Sign in again").await;
    window.click("button", "Sign in").await;
    answer(&mut session).await;
    window.see_within(LATER, "heading", "Deploy checkout").await;
    assert_eq!(window.address().await, before);
    see_fields(
        &window,
        "what was typed after a new sign-in",
        LATER,
        |now| *now == typed,
    )
    .await;
    window.see("button", "Deploy 9.9.9 to dev").await;

    window.quit(&mut session).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Deploy checkout").await;
    assert_eq!(window.address().await, before);
    see_fields(&window, "what was typed after a new start", LATER, |now| {
        *now == typed
    })
    .await;
    window.see_text("is here again").await;
    // What would be sent is what is seen.
    window.see("button", "Deploy 9.9.9 to dev").await;
    window.picture(&pictures::out("draft-again")).await;
    window.click("button", "Start afresh").await;
    let as_if_untouched = |now: &Value| now[1] == "" && now[0] != "9.9.9";
    let what = "the form is as if nothing had been typed";
    see_fields(&window, what, SOON, as_if_untouched).await;
    window.quit(&mut session).await;

    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Deploy checkout").await;
    let what = "the form is empty after a new start";
    see_fields(&window, what, SOON, |now| now[1] == "").await;
}

/// Waits for the panel's fields to be as they should: its heading stands before them.
async fn see_fields(
    window: &Window,
    what: &str,
    patience: Duration,
    as_they_should: impl Fn(&Value) -> bool,
) {
    until(what, patience, || async {
        let now = fields(window).await;
        as_they_should(&now).then_some(()).ok_or(now.to_string())
    })
    .await;
}

/// Tag and note, as they stand in the panel.
async fn fields(window: &Window) -> Value {
    let script = "return [...document.querySelectorAll('aside input')] \
        .filter((input) => input.type === 'text').map((input) => input.value)";
    window.script(script, Vec::new()).await
}

/// Somebody ends it at the provider (RFC 7009).
async fn end_the_session(session: &Session, window: &Window) {
    let connection = connection_of(window).await;
    let token = keyring::refresh_token(session, &connection).expect("it is kept");
    let opened = session.opened();
    let authorize = url::Url::parse(opened.last().expect("an address")).expect("a URL");
    let metadata = authorize
        .join("/.well-known/openid-configuration")
        .expect("a URL");
    let http = reqwest::Client::new();
    let metadata = http.get(metadata).send().await.expect("an answer");
    let metadata: Value = metadata.json().await.expect("metadata");
    let revoke = metadata["revocation_endpoint"]
        .as_str()
        .expect("it can revoke");
    let form = [("token", token.as_str()), ("client_id", "miso-desktop")];
    let revoked = http.post(revoke).form(&form).send().await;
    assert_eq!(revoked.expect("an answer").status(), 200);
    window.press([fantoccini::key::Key::F5.into()]).await;
}
