//! Access and environments in the real window, as the viewer, the administrator and the developer.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::{ADMINISTRATOR, DEVELOPER, VIEWER, as_another, by_address_as};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{axe, pictures};

/// What would run, or turn what stands around it, where names were not inert.
const SCRIPT: &str = "<img src=x onerror=window.ran=1>";
const GRID: &str = "Who has access";

#[tokio::test]
async fn asked_for_decided_granted_changed_and_revoked() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    shop_in_dev_and_prod(&api).await;
    let long = "\u{5d0}".repeat(100);
    for subject in [SCRIPT, &long] {
        let row = json!({"subjectType": "user", "role": "viewer", "environments": ["test"]});
        let answer = api.write("PUT", &path_of(subject), &[], &row).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    // The viewer sees what is missing, and asks for it from there.
    let window = by_address_as(&mut session, &instance, VIEWER).await;
    window.click("link", "shop").await;
    window.click("link", "dev").await;
    window
        .see_text("applications:deploy is missing here.")
        .await;
    access_tab(&window).await;
    window.see("table", GRID).await;
    window.see_text("access:update is missing here.").await;
    said_on_focus(&window, "Grant access…").await;
    said_on_focus(&window, &format!("Change the access of {SCRIPT}")).await;
    inert_and_laid_out(&window).await;
    axe::finds_nothing_serious(&window, "the access of an application").await;
    window.picture(&pictures::out("access-viewer")).await;
    window.click("link", "Ask for access").await;
    window.see("heading", "Ask for access").await;
    window.click("radio", "developer").await;
    window.fill("Reason", "on duty").await;
    window.picture(&pictures::out("access-ask")).await;
    axe::finds_nothing_serious(&window, "the form that asks for access").await;
    let aside = "return document.querySelector('aside input').value";
    assert_eq!(window.script(aside, Vec::new()).await, json!("shop"));
    window.click("button", "Ask for access").await;
    window.see_text("1 request of yours waits").await;
    let asked = &api.get("/api/access-requests").await.json()["data"][0];
    assert_eq!(asked["environments"], json!(["dev"]), "{asked}");
    assert_eq!(
        (&asked["role"], &asked["reason"]),
        (&json!("developer"), &json!("on duty"))
    );

    // The administrator decides about it, and it is in the grid.
    as_another(&mut session, &instance, &window, ADMINISTRATOR).await;
    window.click("link", "Access").await;
    window.see_text("1 request waits for you").await;
    axe::finds_nothing_serious(&window, "the page of access").await;
    window.picture(&pictures::out("access-page")).await;
    window.click("button", "Decide about elena.novak").await;
    window.see_text("no access of its own").await;
    window.fill("Note", "for this week").await;
    window.picture(&pictures::out("access-decide")).await;
    axe::finds_nothing_serious(&window, "a request for access").await;
    window.click("button", "Approve for dev").await;
    window.see_text("Nothing waits for you").await;
    window.see_text("approved").await;
    window.click("link", "shop").await;
    window.see("table", GRID).await;
    row_says(&window, "elena.novak", &["developer", "–", "–"]).await;

    granted_changed_and_revoked(&window, &api).await;

    // The developer may not give access, nor deploy to production.
    as_another(&mut session, &instance, &window, DEVELOPER).await;
    window.click("link", "shop").await;
    window.click("link", "PROD").await;
    window
        .see_text("applications:deploy is missing here.")
        .await;
    access_tab(&window).await;
    said_on_focus(&window, "Grant access…").await;
    assert_eq!(instance.stop(), Some(0));
}

async fn granted_changed_and_revoked(window: &Window, api: &Api) {
    // Granted: nothing goes to production that is taken back.
    window.click("button", "Grant access…").await;
    window.fill("Subject", "operations").await;
    window.click("radio", "group").await;
    window.click("radio", "admin").await;
    window.click("checkbox", "dev").await;
    window.click("checkbox", "PROD").await;
    window.picture(&pictures::out("access-grant")).await;
    axe::finds_nothing_serious(window, "the form that grants access").await;
    window.click("button", "Grant in dev, PROD").await;
    window.see("button", "Take it back").await;
    window.press([Key::Escape.into()]).await;
    window.see_text("Taken back. Nothing was sent.").await;
    assert_eq!(row_of(api, "operations").await, Value::Null);
    window.click("button", "Grant in dev, PROD").await;
    row_says(window, "operations", &["admin", "–", "admin"]).await;
    let row = row_of(api, "operations").await;
    assert_eq!(row["environments"], json!(["dev", "prod"]), "{row}");
    window.picture(&pictures::out("access-granted")).await;

    // Changed as a whole, by what the server says too.
    window
        .click("button", "Change the access of operations")
        .await;
    window.click("radio", "developer").await;
    window.click("button", "Change in dev, PROD").await;
    window
        .see_text_within(SOON, "cannot have production for a developer")
        .await;
    window.picture(&pictures::out("access-refused")).await;
    window.click("checkbox", "PROD").await;
    window.click("button", "Change in dev, PROD").await;
    row_says(window, "operations", &["developer", "–", "–"]).await;

    // Revoked after one question.
    window
        .click("button", "Revoke the access of operations")
        .await;
    window.click("button", "Revoke in dev").await;
    window
        .see_gone("button", "Change the access of operations")
        .await;
    assert_eq!(row_of(api, "operations").await, Value::Null);
}

#[tokio::test]
async fn each_environment_has_a_page() {
    let mut session = Session::new();
    // What is waited for is asked for again and again.
    let instance = Serve::new(&session, "instance")
        .account()
        .unlimited()
        .start(&session);
    let api = instance.account().await;
    shop_in_dev_and_prod(&api).await;
    let window = by_address_as(&mut session, &instance, DEVELOPER).await;
    window.click("link", "Environments").await;
    window.see("table", "Environments").await;
    axe::finds_nothing_serious(&window, "Environments").await;
    window.picture(&pictures::out("environments")).await;
    window.click("link", "PROD").await;
    window.see("heading", "Production").await;
    window.see("table", "Applications in PROD").await;
    until("its use is measured", LATER, || async {
        let there = api.get("/api/environments/prod").await.json();
        match &there["resources"][0]["usage"]["cpuPercent"] {
            Value::Null => Err(there.to_string()),
            _ => Ok(()),
        }
    })
    .await;
    window.press([Key::F5.into()]).await;
    until("its use is shown", SOON, || async {
        let used = window.text_of("table", "Resources and their use").await;
        if used.contains("MiB") && used.contains('%') {
            Ok(())
        } else {
            Err(used)
        }
    })
    .await;
    window.see("table", "Deployments").await;
    let rights = window.text_of("table", "What you may do").await;
    let deploys = rights
        .lines()
        .any(|line| line.starts_with("applications:deploy") && line.contains('–'));
    assert!(deploys, "{rights}");
    axe::finds_nothing_serious(&window, "an environment").await;
    window.picture(&pictures::out("environment")).await;
    window.resize(&session, 900, 600).await;
    window.picture(&pictures::out("environment-small")).await;
    assert_eq!(instance.stop(), Some(0));
}

/// The application's own Access, not the sidebar's.
async fn access_tab(window: &Window) {
    let script = "document.querySelector(`nav[aria-label='Parts of the application'] a[href$='/access']`).click()";
    window.script(script, Vec::new()).await;
}

/// A control that may not be used says why where it has the focus.
async fn said_on_focus(window: &Window, name: &str) {
    let button = window.see("button", name).await;
    let button = serde_json::to_value(button).expect("an element can be named");
    let script = "arguments[0].focus(); \
        const why = document.getElementById(arguments[0].getAttribute('aria-describedby')); \
        return [arguments[0].getAttribute('aria-disabled'), getComputedStyle(why).display, why.textContent]";
    let said = window.script(script, vec![button]).await;
    assert_eq!(said[0], json!("true"), "{said}");
    assert_eq!(said[1], json!("block"), "{said}");
    assert!(
        said[2]
            .as_str()
            .is_some_and(|why| why.contains("access:update")),
        "{said}"
    );
}

/// Whatever is in a name: no script of it runs, and nothing leaves its column.
async fn inert_and_laid_out(window: &Window) {
    let script = "const table = document.querySelector('table'); \
        return [window.ran ?? null, document.querySelector('main img'), \
            table.scrollWidth <= table.clientWidth, document.documentElement.scrollWidth <= innerWidth]";
    let seen = window.script(script, Vec::new()).await;
    assert_eq!(seen, json!([null, null, true, true]));
}

/// Waits until the row of a subject has these cells.
async fn row_says(window: &Window, subject: &str, wanted: &[&str]) {
    let script = "const row = document.querySelector(`tr[data-row='${arguments[0]}']`); \
        return row && [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.innerText.trim())";
    until(
        &format!("the row of {subject} says {wanted:?}"),
        SOON,
        || async {
            match window.script(script, vec![json!(subject)]).await {
                cells if cells == json!(wanted) => Ok(()),
                Value::Null => Err(window.seen().await),
                cells => Err(cells.to_string()),
            }
        },
    )
    .await;
}

async fn row_of(api: &Api, subject: &str) -> Value {
    let rows = api.get("/api/applications/shop/access").await.json();
    let rows = rows.as_array().expect("a list");
    let found = rows.iter().find(|row| row["subject"] == subject);
    found.cloned().unwrap_or_default()
}

fn path_of(subject: &str) -> String {
    let subject: String = subject.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/api/applications/shop/access/{subject}")
}

async fn shop_in_dev_and_prod(api: &Api) {
    api.create("shop", "miso/talkative:1.0").await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "prod", "miso/talkative:1.0").await;
    api.deployed("shop", 2).await;
}
