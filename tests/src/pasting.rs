//! A text in the palette, in the real window: a tag says where it runs, an id leads to its deployment,
//! words of a line to the log that has them.

use fantoccini::key::Key;

use crate::support::axe;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// Pastes into the field that has the focus, as somebody does who copied several lines.
const PASTE: &str = "const data = new DataTransfer(); data.setData('text/plain', arguments[0]); \
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', \
    { clipboardData: data, bubbles: true, cancelable: true })); return ''";
const FIELD: &str = "return document.querySelector('[role=combobox]')?.value ?? ''";

#[tokio::test]
async fn a_text_that_was_copied_leads_to_what_holds_it() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    for key in ["shop", "till"] {
        api.create(key, "miso/talkative:1.0").await;
        api.deployed(key, 1).await;
    }
    let deployment = api.deployments("till").await[0]["id"].clone();
    let deployment = deployment.as_str().expect("it has an id").to_owned();

    let window = by_address(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window.click("link", "Logs").await;
    window.see_within(LATER, "region", "Log lines").await;
    window.see_text_within(LATER, "GET /api").await;

    // Which places run it stands before all else.
    open(&window).await;
    window.press("1.0".chars()).await;
    window.see_within(LATER, "group", "1.0 runs in").await;
    window.see_chosen("shop").await;
    window.press([Key::Down.into()]).await;
    window.see_chosen("till").await;
    window.picture(&pictures::out("palette-tag")).await;
    axe::finds_nothing_serious(&window, "a tag in the palette").await;
    window.press([Key::Enter.into()]).await;
    window.see_within(LATER, "heading", "till").await;

    // An id of a deployment.
    open(&window).await;
    window.press(deployment.chars()).await;
    window.see_within(LATER, "group", "Deployments").await;
    window.click("option", "Deployment of till").await;
    window
        .see_within(LATER, "complementary", "Deployment of till")
        .await;
    window.press([Key::Escape.into()]).await;

    // Lines of a log: the one that tells most is looked for in the logs that are kept.
    open(&window).await;
    let lines = "2026-01-02T03:04:05Z INFO request\n  get /api\n";
    window.script(PASTE, vec![lines.into()]).await;
    until("the telling line is in the field", SOON, || async {
        match window.script(FIELD, Vec::new()).await.as_str() {
            Some("get /api") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    window.see_within(LATER, "group", "Logs kept here").await;
    window.picture(&pictures::out("palette-logs")).await;
    window.click("option", "shop: ").await;
    window.see_within(LATER, "region", "Log lines").await;
    let field = "return document.querySelector('input[type=search]')?.value ?? ''";
    until("the log is searched for it", SOON, || async {
        match window.script(field, Vec::new()).await.as_str() {
            Some("get /api") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

async fn open(window: &Window) {
    window.chord(Key::Control, 'k').await;
    window.see_focus("combobox").await;
}
