//! The errands of an instance that is read as v1, in the real window: signed in to by each way, listed, an
//! application, deployed well and badly, its history, its logs. A short walk is in the gate (`v1_walked`).

use fantoccini::key::Key;

use crate::by_address::answer_on_another_device;
use crate::support::instance::{ACCOUNT, Instance, Serve};
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::shop::{deploy_image, deploy_tag};
use crate::support::sign_in::{MATRIX, by_address};
use crate::support::wait::LATER;
use crate::support::window::Window;
use crate::v1_walked::UNDER_WAY;

/// An instance of v1 alone, with a team's applications.
fn of_v1(session: &Session) -> Serve {
    Serve::at(&session.home().join("data"))
        .argument("--speaks")
        .argument("v1")
        .account()
        .unlimited()
}

/// The app, which waits for the browser.
async fn asked(session: &mut Session, instance: &Instance) -> Window {
    let window = Window::open(session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    window
        .fill("Connect to an instance", instance.ready("url"))
        .await;
    window.click("button", "Sign in with the browser").await;
    window.see_text_within(LATER, "Speaks v1").await;
    session.next_opened(LATER).await;
    window
}

#[tokio::test]
#[ignore = "each way once more: cargo xtask test full"]
async fn signed_in_on_another_device_on_v1() {
    let mut session = Session::new();
    let instance = of_v1(&session).start(&session);
    let window = asked(&mut session, &instance).await;
    answer_on_another_device(&window, &instance, "v1-on-another-device").await;
    window.see_within(LATER, "link", "checkout").await;
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
#[ignore = "each way once more: cargo xtask test full"]
async fn signed_in_as_a_service_account_on_v1() {
    let (id, secret) = ACCOUNT;
    let mut session = Session::new();
    let instance = of_v1(&session).start(&session);
    let window = asked(&mut session, &instance).await;
    window.click("button", "Sign in as a service account").await;
    window.fill("Client id", id).await;
    window.fill("Client secret", secret).await;
    window.press([Key::Return.into()]).await;
    window.see_within(LATER, "link", "checkout").await;
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
#[ignore = "as long as the deployments take: cargo xtask test full"]
async fn what_is_done_every_day_is_done_on_v1() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance")
        .account()
        .unlimited()
        .start(&session);
    let api = instance.account().await;
    for key in ["shop", "till"] {
        api.create(key, "miso/hello:1.0").await;
    }
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;
    window.see_within(LATER, "link", "till").await;

    // It speaks both, and is read as documented until somebody says otherwise.
    window.click("link", "Settings").await;
    window.click("link", "Connections").await;
    window.click("button", "Edit 127.0.0.1").await;
    window.click("button", "Network").await;
    window.see_text("Found: Documented API.").await;
    window.picture(&pictures::out("v1-chosen")).await;
    window.click("button", "v1").await;
    window.click("button", "Save").await;
    window.see_gone("dialog", "Connection 127.0.0.1").await;
    window.click("link", "Home").await;
    window.see_within(LATER, "table", MATRIX).await;

    // The list is searched, and an application opened.
    window.click("link", "Applications").await;
    window.fill("Search applications", "sho").await;
    window.see_gone("link", "till").await;
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window
        .see_text_within(
            LATER,
            "What was measured is not known: Not in this instance's API",
        )
        .await;

    deploy_tag(&window, "2.0").await;
    window.see_text_within(UNDER_WAY, "2.0 runs in dev.").await;
    window.click("button", "Close the panel").await;
    deploy_image(&window, "miso/crashing:3.0").await;
    window
        .see_text_within(UNDER_WAY, "3.0 failed in dev.")
        .await;
    let steps = window.text_of("list", "Steps").await;
    assert!(steps.contains("exit"), "why is among the steps: {steps}");
    window.picture(&pictures::out("v1-failed")).await;

    window.click("button", "Close the panel").await;
    for (tab, said) in [
        ("Configuration", "has no call for it"),
        ("Manifest", "\"key\""),
    ] {
        window.click("link", tab).await;
        window.see_text_within(LATER, said).await;
    }

    // What was deployed, the failed ones alone.
    window.click("link", "Deployments").await;
    window.click("button", "Failed").await;
    window.see_text_within(LATER, "1 of 4").await;
    let history = window.text_of("table", "Deployments").await;
    assert!(history.contains("shop 3.0"), "{history}");
    window.click("link", "Environments").await;
    window.see_within(LATER, "heading", "Environments").await;
    window.see_text_within(LATER, "tst").await;
    window.picture(&pictures::out("v1-environments")).await;
    window.click("link", "Access").await;
    window.see_within(LATER, "heading", "Access").await;
    window.picture(&pictures::out("v1-access")).await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}
