//! Applications made, changed and deleted in the real window, by people who may and people who may not.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::axe::finds_nothing_serious;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{
    ADMINISTRATOR, DEVELOPER, MATRIX, VIEWER, by_address_as, change_person,
};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

const TILL: &str = "/api/applications/till";

#[tokio::test]
async fn an_application_is_made_changed_by_two_and_deleted() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    let shop = json!({ "key": "shop", "displayName": "Shop", "type": "external" });
    assert_eq!(api.post("/api/applications", &shop).await.status, 201);

    let window = by_address_as(&mut session, &instance, DEVELOPER).await;
    window.click("link", "Applications").await;
    window.see_within(LATER, "table", MATRIX).await;
    finds_nothing_serious(&window, "applications").await;
    made(&window).await;
    changed_by_two(&window, &api).await;
    // Who may not delete is told why, before anything is asked.
    window.see("button", "Delete…").await;
    reason_of(&window, "Delete…", "applications:delete").await;

    change_person(&mut session, &instance, &window, VIEWER).await;
    window.see_within(LATER, "button", "Edit").await;
    reason_of(&window, "Edit", "applications:update").await;
    window.click("link", "Applications").await;
    window.see_within(LATER, "table", MATRIX).await;
    reason_of(&window, "New application", "applications:create").await;

    change_person(&mut session, &instance, &window, ADMINISTRATOR).await;
    deleted(&window, &api).await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

/// From an app-schema.json that is pasted.
async fn made(window: &Window) {
    window.press(['n']).await;
    window.see_within(LATER, "heading", "New application").await;
    window.see("textbox", "Key").await;
    finds_nothing_serious(window, "a new application").await;
    let schema = json!({
        "key": "TILL", "displayName": "Till", "type": "webapp", "image": "miso/hello:1.0", "port": 3000,
        "configuration": [
            { "name": "LEVEL", "value": "info", "location": "variable", "required": false },
            { "name": "TOKEN", "location": "keyvault", "required": false },
        ],
        "ourOwn": { "kept": true },
    });
    let paste = "const clipboard = new DataTransfer(); \
        clipboard.setData('text/plain', arguments[0]); \
        document.querySelector('main form').dispatchEvent(new ClipboardEvent('paste', \
            { clipboardData: clipboard, bubbles: true, cancelable: true }));";
    window.script(paste, vec![json!(schema.to_string())]).await;
    // What is wrong with it is said at its field.
    window
        .see_text("Lowercase letters, digits and hyphens alone.")
        .await;
    window.see_text("1 secret has no value yet: TOKEN").await;
    window.see_text("kept as it is: ourOwn").await;
    window.picture(&pictures::out("new-application")).await;
    window.click("button", "JSON").await;
    window.see("textbox", "Manifest as JSON").await;
    window.picture(&pictures::out("new-application-json")).await;
    finds_nothing_serious(window, "a new application in JSON").await;
    window.click("button", "Form").await;
    window.fill("Key", "till").await;
    window.see_gone("alert", "Lowercase letters, digits").await;
    window.click("button", "Create application").await;
    window.see_within(LATER, "heading", "till").await;
    window.see_text_within(LATER, "1.0").await;
}

/// Somebody else saves the same application while it is being edited.
async fn changed_by_two(window: &Window, api: &Api) {
    window.click("link", "Manifest").await;
    window
        .see_within(LATER, "textbox", "Manifest of till")
        .await;
    window.picture(&pictures::out("manifest")).await;
    finds_nothing_serious(window, "a manifest").await;
    window.click("button", "Edit").await;
    window.see("textbox", "Display name").await;
    window.fill("Display name", "Mine").await;
    window.fill("Description", "As I describe it").await;

    let mut theirs = api.get(TILL).await.json();
    assert_eq!(theirs["ourOwn"], json!({ "kept": true }));
    theirs["displayName"] = json!("Theirs");
    theirs["port"] = json!(3001);
    assert_eq!(put(api, &theirs).await, 200);

    window.click("button", "Review changes").await;
    window
        .see_text_within(LATER, "Somebody else saved this application")
        .await;
    window
        .see("table", "Changed meanwhile by somebody else")
        .await;
    window.picture(&pictures::out("manifest-conflict")).await;
    finds_nothing_serious(window, "a conflict").await;
    window.click("radio", "Yours").await;
    window.click("button", "Save merged").await;
    window
        .see_text_within(LATER, "Saved. It takes effect")
        .await;
    window.see_text("LEVEL").await;
    let saved = api.get(TILL).await.json();
    assert_eq!(saved["configuration"].as_array().map(Vec::len), Some(2));
    assert_eq!(saved["displayName"], "Mine");
    assert_eq!(saved["description"], "As I describe it");
    assert_eq!(saved["port"], 3001, "nobody's change is lost");
    assert_eq!(saved["ourOwn"], json!({ "kept": true }));
}

async fn deleted(window: &Window, api: &Api) {
    window.see_within(LATER, "link", "till").await;
    window.click("link", "till").await;
    window.see_within(LATER, "heading", "till").await;
    window.click("link", "Manifest").await;
    window.click("button", "Delete…").await;
    window.see("dialog", "Delete till").await;
    window
        .see_text("2 configuration items, 1 of them a secret")
        .await;
    window.picture(&pictures::out("delete-application")).await;
    finds_nothing_serious(window, "a deletion").await;
    window.fill("Type till to delete it", "till").await;
    window.click("button", "Delete till").await;
    window.see_within(LATER, "table", MATRIX).await;
    window.see_gone("link", "till").await;
    until("it is gone", LATER, || async {
        match api.get(TILL).await.status {
            404 => Ok(()),
            status => Err(status.to_string()),
        }
    })
    .await;
}

async fn put(api: &Api, manifest: &Value) -> u16 {
    api.write("PUT", TILL, &[], manifest).await.status
}

/// The button may not be pressed, and says which permission is missing.
async fn reason_of(window: &Window, button: &str, permission: &str) {
    let script = "const button = [...document.querySelectorAll('button')] \
            .find((each) => each.textContent.includes(arguments[0])); \
        const reason = document.getElementById(button?.getAttribute('aria-describedby') ?? ''); \
        return [button?.getAttribute('aria-disabled'), reason?.textContent ?? '']";
    until(&format!("{button} says why not"), LATER, || async {
        let said = window.script(script, vec![json!(button)]).await;
        let why = said[1].as_str().unwrap_or_default();
        if said[0] == "true" && why.contains(permission) {
            Ok(())
        } else {
            Err(said.to_string())
        }
    })
    .await;
}
