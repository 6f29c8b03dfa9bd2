//! The instance's own API in the real window: an operation is found, filled in and sent, what writes to
//! production can be taken back, and what is copied as curl runs.

use std::process::Command;

use fantoccini::key::Key;
use serde_json::json;

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{axe, pictures};

const SEARCH: &str = "Search operations";

#[tokio::test]
async fn an_operation_is_found_sent_copied_and_asks_before_production() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;

    window.press("gi".chars()).await;
    window.see("heading", "Choose an operation").await;
    window
        .see("button", "PATCH /api/access-requests/{id}")
        .await;
    axe::finds_nothing_serious(&window, "the API").await;
    window.picture(&pictures::out("explorer")).await;
    a_read(&window).await;
    as_curl(&window, &instance.account_token().await).await;
    a_write(&window, &api).await;
    what_was_sent(&window).await;
    from_a_page(&window).await;
    assert_eq!(instance.stop(), Some(0));
}

async fn a_read(window: &Window) {
    window.fill(SEARCH, "one application.").await;
    window.see_text("1 operation").await;
    window.click("button", "GET /api/applications/{key}").await;
    window.fill("key (required)", "shop").await;
    window.click("button", "Send").await;
    window.see("region", "Answer").await;
    window.see_text("200 OK").await;
    window.see_text("left this hour").await;
    window.see_text("\"displayName\"").await;
    window.picture(&pictures::out("explorer-answer")).await;
    axe::finds_nothing_serious(window, "an answer").await;
    // Whatever is answered is shown.
    window.fill("key (required)", "nothing").await;
    window.click("button", "Send").await;
    window.see_text("404 Not Found").await;
    window.see_text("NOT_FOUND").await;
    window.fill("key (required)", "shop").await;
}

/// What is copied is run as it is, with a token where the variable stands.
async fn as_curl(window: &Window, token: &str) {
    window.click("button", "Copy as").await;
    window.click("menuitem", "curl").await;
    window.see("button", "Copied").await;
    let command = on_the_clipboard(window).await;
    assert!(command.starts_with("curl"), "{command}");
    assert!(command.contains("$MISO_TOKEN"), "{command}");
    let ran = Command::new("sh")
        .args([
            "-c",
            &format!("{} --silent --show-error", command.trim_end()),
        ])
        .env("MISO_TOKEN", token)
        .output()
        .expect("there is a shell");
    assert!(ran.status.success(), "{command}: {ran:?}");
    let answer: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("it is JSON");
    assert_eq!(answer["key"], "shop", "{answer}");
}

async fn a_write(window: &Window, api: &Api) {
    window.fill(SEARCH, "deploy post").await;
    window
        .click("button", "POST /api/applications/{key}/deploy")
        .await;
    window.fill("key (required)", "shop").await;
    let body = json!({"environment": "prod", "image": "miso/hello:1.0"}).to_string();
    typed_body(window, &body).await;
    window.click("button", "Send").await;
    window.see_text("writes to PROD in").await;
    window.picture(&pictures::out("explorer-production")).await;
    window.press([Key::Escape.into()]).await;
    window.see_text("Taken back. Nothing was sent.").await;
    assert_eq!(api.deployments("shop").await.len(), 1);
    window.click("button", "Send").await;
    window.see("button", "Take it back").await;
    window.see_text_within(LATER, "202 Accepted").await;
    api.deployed("shop", 2).await;
    // In dev it is sent at once.
    let body = json!({"environment": "dev", "image": "miso/hello:1.0"}).to_string();
    typed_body(window, &body).await;
    window.click("button", "Send").await;
    api.deployed("shop", 3).await;
}

async fn what_was_sent(window: &Window) {
    window.click("button", "Sent").await;
    window.see("list", "Sent").await;
    window
        .see("button", "GET /api/applications /nothing 404")
        .await;
    window.picture(&pictures::out("explorer-sent")).await;
    axe::finds_nothing_serious(window, "what was sent").await;
    window
        .click("button", "GET /api/applications /nothing 404")
        .await;
    until("it fills the form again", SOON, || async {
        let field = window.see("textbox", "key (required)").await;
        let value = field
            .prop("value")
            .await
            .map_err(|error| error.to_string())?;
        match value.as_deref() {
            Some("nothing") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// The call of what a page shows.
async fn from_a_page(window: &Window) {
    window.click("link", "Environments").await;
    window.click("link", "PROD").await;
    window.see("heading", "Production").await;
    window.click("button", "Copy as curl").await;
    window.see("button", "Copied").await;
    window.press("gi".chars()).await;
    let command = on_the_clipboard(window).await;
    assert!(command.contains("/api/environments/prod'"), "{command}");
}

/// Types over the body. The editor closes brackets by itself nowhere, so that what is typed is what is
/// there.
async fn typed_body(window: &Window, text: &str) {
    window.click("textbox", "Body").await;
    window.chord(Key::Control, 'a').await;
    window.press([Key::Delete.into()]).await;
    window.press(text.chars()).await;
    window.see_text(text).await;
}

/// The text of the clipboard, as somebody pastes it.
pub async fn on_the_clipboard(window: &Window) -> String {
    let listen = "window.pasted = null; document.addEventListener('paste', (event) => { \
        window.pasted = event.clipboardData.getData('text/plain'); event.preventDefault(); }, \
        { once: true, capture: true });";
    window.script(listen, Vec::new()).await;
    window.click("searchbox", SEARCH).await;
    window.chord(Key::Control, 'v').await;
    until("it is pasted", SOON, || async {
        let pasted = window.script("return window.pasted", Vec::new()).await;
        pasted
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| "not yet".to_owned())
    })
    .await
}
