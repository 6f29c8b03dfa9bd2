//! An instance that the app did not start: found by its address, signed in to with its key, and
//! deployed to production.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;
use crate::support::sign_in::{ADMINISTRATOR, MATRIX, by_address};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{keyring, pictures};

/// Rows and lines that a window of 1280×800 must show (UX.md, "Density and type").
const ROWS: u64 = 22;
const LINES: u64 = 32;

#[tokio::test]
async fn found_and_signed_in_to_with_its_key() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    for number in 1..=ROWS {
        let key = format!("partner-{number:02}");
        let manifest = json!({ "key": key, "displayName": key, "type": "external" });
        assert_eq!(api.post("/api/applications", &manifest).await.status, 201);
    }

    let window = signed_in(&mut session, &instance).await;
    window.see_within(LATER, "link", "partner-22").await;
    let rows = fully_visible(&window, "tr[data-row]").await;
    assert!(rows >= ROWS, "{rows} rows are seen at 1280×800");
    window.picture(&pictures::out("instance-by-address")).await;
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn signed_in_on_another_device() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    let manifest = json!({ "key": "shop", "displayName": "Shop", "type": "external" });
    assert_eq!(api.post("/api/applications", &manifest).await.status, 201);
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let address = instance.ready("url");
    window.fill("Connect to an instance", address).await;
    window.click("button", "Sign in with the browser").await;
    session.next_opened(LATER).await;
    answer_on_another_device(&window, &instance, "sign-in-on-another-device").await;
    window.see_within(LATER, "link", "Shop").await;
    assert_eq!(instance.stop(), Some(0));
}

/// Asks for a code in place of the browser, and answers it as a person does on another device.
pub async fn answer_on_another_device(window: &Window, instance: &Instance, picture: &str) {
    window.click("button", "Sign in on another device").await;
    let shown = window.see("region", "Sign in on another device").await;
    let shown = shown.text().await.expect("it has a text");
    let address = instance.ready("url");
    let device = format!("{}/device", address.trim_end_matches('/'));
    assert!(shown.contains(&device), "{shown}");
    // Four letters, a dash, four letters; what stands beside it may come without a space.
    let letters = |part: Option<&str>| {
        part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    let code = shown.match_indices('-').find_map(|(dash, _)| {
        let code = shown.get(dash.checked_sub(4)?..dash + 5)?;
        (letters(code.get(..4)) && letters(code.get(5..))).then_some(code)
    });
    let code = code.unwrap_or_else(|| panic!("no code in {shown}"));
    window.picture(&pictures::out(picture)).await;

    let key = instance.ready("signInKey");
    let people = form(&device, &[("user_code", code), ("launch_key", key)]).await;
    let (_, rest) = people
        .split_once("name=\"transaction\" value=\"")
        .expect("the page of people");
    let transaction = rest.split('"').next().unwrap_or_default();
    let answer = [("transaction", transaction), ("person", "aino.laine")];
    let done = form(&format!("{device}/answer"), &answer).await;
    assert!(done.contains("Signed in"), "{done}");
}

/// What a page answers to a form.
async fn form(address: &str, fields: &[(&str, &str)]) -> String {
    let sent = reqwest::Client::new().post(address).form(fields).send();
    let answer = sent.await.expect("an answer");
    answer.text().await.expect("a page")
}

#[tokio::test]
async fn a_provider_that_is_gone_is_said_at_the_sign_out() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let window = by_address(&mut session, &instance).await;
    let provider = instance.ready("url").trim_end_matches('/').to_owned();
    assert_eq!(instance.stop(), Some(0));
    window.click("button", "Connection: ").await;
    window.click("menuitem", "Sign out").await;
    window.click("button", "Sign out").await;
    window.see("heading", "Sign in again").await;
    let said = "signed out here, but the provider could not be told";
    window.see_within(LATER, "status", said).await;
    window.see("status", &provider).await;
    assert_eq!(keyring::count(&session), 0);
    window.picture(&pictures::out("signed-out-not-told")).await;
}

#[tokio::test]
async fn production_is_sent_after_three_seconds_and_not_before() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/talkative:1.0").await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "prod", "miso/talkative:1.0").await;
    api.deployed("shop", 2).await;

    let window = signed_in(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.click("link", "PROD").await;
    window.see("heading", "shop").await;
    assert_eq!(line_under_the_header(&window).await, "rgb(176, 21, 127)");
    window.click("link", "Logs").await;
    window.see("region", "Log lines").await;
    until("a screen of log lines", LATER, || async {
        match fully_visible(&window, "[aria-label='Log lines'] time").await {
            seen if seen >= LINES => Ok(()),
            seen => Err(format!("{seen} lines")),
        }
    })
    .await;

    window.resize(&session, 900, 600).await;
    window.click("button", "Deploy…").await;
    window.fill("Image", "1.1").await;
    let send = "Deploy 1.1 to PROD";
    window.see("button", send).await;
    assert_eq!(
        hidden(&window, "aside button, aside input").await,
        json!([])
    );
    window
        .picture(&pictures::out("deploy-production-small"))
        .await;
    window.click("button", send).await;
    window.see("button", "Take it back").await;
    window.press([Key::Escape.into()]).await;
    window.see_text("Nothing was sent").await;
    assert_eq!(api.deployments("shop").await.len(), 2);

    window.click("button", send).await;
    window.see_text_within(LATER, "1.1 runs in PROD").await;
    let all = api.deployments("shop").await;
    assert_eq!(all.len(), 3, "it was sent once");
    assert_eq!(all[0]["image"], "miso/talkative:1.1");
    assert_eq!(instance.stop(), Some(0));
}

/// Connects to the instance by its address, and signs in with its key in a real browser.
async fn signed_in(session: &mut Session, instance: &Instance) -> Window {
    let window = Window::open(session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    window
        .fill("Connect to an instance", instance.ready("url"))
        .await;
    window.click("button", "Sign in with the browser").await;
    let url = session.next_opened(LATER).await;
    let browser = Browser::open(session).await;
    browser.go(&url).await;
    browser
        .fill("Sign-in key", instance.ready("signInKey"))
        .await;
    browser.click("button", "Continue").await;
    browser.click("button", ADMINISTRATOR).await;
    browser.see_text("Miso Desktop").await;
    browser.close(session).await;
    window.see_within(LATER, "table", MATRIX).await;
    window
}

/// How many such elements are seen in whole between the page's head and the status bar.
async fn fully_visible(window: &Window, selector: &str) -> u64 {
    let script = "const foot = document.querySelector('footer').getBoundingClientRect().top; \
        return [...document.querySelectorAll(arguments[0])].filter((element) => { \
            const box = element.getBoundingClientRect(); \
            const at = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2); \
            return box.bottom <= foot + 1 && at !== null && element.contains(at); \
        }).length";
    let count = window.script(script, vec![json!(selector)]).await;
    count.as_u64().expect("a number")
}

/// Which of them cannot be reached with a pointer as the window is.
async fn hidden(window: &Window, selector: &str) -> Value {
    let script = "return [...document.querySelectorAll(arguments[0])].filter((element) => { \
            const box = element.getBoundingClientRect(); \
            return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight; \
        }).map((element) => element.outerHTML.slice(0, 120))";
    window.script(script, vec![json!(selector)]).await
}

async fn line_under_the_header(window: &Window) -> Value {
    until("the header shows where one is", SOON, || async {
        let script = "const header = document.querySelector('header[data-production=true]'); \
            return header && getComputedStyle(header).borderBottomColor";
        match window.script(script, Vec::new()).await {
            Value::Null => Err(window.seen().await),
            color => Ok(color),
        }
    })
    .await
}

#[tokio::test]
async fn what_ran_before_comes_back_as_it_was_and_what_goes_on_is_called_off() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/talkative:1.0").await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "dev", "miso/talkative:2.0").await;
    api.deployed("shop", 2).await;

    let window = signed_in(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.click("button", "Deploy…").await;
    window.click("button", "1.0").await;
    window
        .click("checkbox", "With the configuration it had then")
        .await;
    window.click("button", "See what would change").await;
    window.see("table", "What would change").await;
    window.picture(&pictures::out("deploy-dry-run")).await;
    window.click("button", "Deploy 1.0 to dev").await;
    window.see_text_within(LATER, "1.0 runs in dev.").await;
    let newest = &api.get("/api/applications/shop/deployments").await.json()["data"][0];
    assert!(newest["rollbackOf"].is_string(), "{newest}");

    // One that never gets well is called off.
    window.click("button", "Deploy 1.0 again…").await;
    window.click("button", "Edit the whole image").await;
    window.fill("Image", "miso/slow-start:1.0").await;
    window.click("button", "Deploy").await;
    window.click("button", "Cancel the deployment").await;
    window
        .see_text_within(LATER, "The deployment was cancelled.")
        .await;
    window.picture(&pictures::out("deploy-cancelled")).await;
    assert_eq!(instance.stop(), Some(0));
}
