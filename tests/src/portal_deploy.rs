//! A deployment from its form to its end: followed, found again, told, rolled back, taken back, locked.

use std::time::Instant;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::instance::Serve;
use crate::support::notifications::Notifications;
use crate::support::session::Session;
use crate::support::shop;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;
use crate::support::{binary, pictures, process};

#[tokio::test]
async fn one_under_way_is_docked_found_again_after_a_restart_and_its_end_is_told() {
    let mut session = Session::new();
    let notifications = Notifications::of(&session).await;
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;

    let window = by_address(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.click("button", "Deploy…").await;
    window.click("button", "Edit the whole image").await;
    window.fill("Image", "miso/slow-start:1.1").await;
    window.click("button", "Deploy slow-start:1.1 to dev").await;
    window.see("list", "Steps").await;
    // It never gets well: for 20 s that is waited for.
    let slow = until("it was started", SOON, || {
        let all = process::descendants(instance.id());
        let slow = all
            .into_iter()
            .find(|each| each.arguments.iter().any(|word| word == "slow-start"));
        async move { slow.ok_or_else(|| "not yet".to_owned()) }
    })
    .await;
    process::freeze(slow.id());
    window.picture(&pictures::out("deploy-live")).await;
    window.press([Key::Escape.into()]).await;
    window.see_gone("complementary", "Deployment of shop").await;
    window.see("link", "shop →").await;
    window.picture(&pictures::out("deploy-docked")).await;

    window.quit(&mut session).await;
    let window = Window::open(&mut session, &[]).await;
    // On a slow machine it may have ended meanwhile; that is told as well.
    let goes_on = until("it is found again", LATER, || async {
        if !window.find("link", "shop →").await.is_empty() {
            return Ok(true);
        }
        match window
            .text_of("main", "")
            .await
            .contains("slow-start:1.1 failed")
        {
            true => Ok(false),
            false => Err(window.seen().await),
        }
    })
    .await;
    if goes_on {
        window.click("link", "shop →").await;
        window.see("complementary", "Deployment of shop").await;
    }
    window.see_text_within(LATER, "slow-start:1.1 failed").await;
    let shown = notifications.shown();
    assert!(shown.is_empty(), "the window was in front: {shown:?}");

    // Nobody looks when the next one ends: the system tells it, and a click leads there.
    let connection = connection_of(&window).await;
    window.put_away(&session).await;
    let begun = invoke_deploy(&window, &connection, "dev").await;
    assert_eq!(begun["image"], "miso/hello:6.6", "{begun}");
    let told = notifications.see(LATER, "shop: 6.6 runs in dev").await;
    assert!(!told.body.is_empty(), "{told:?}");
    notifications.click(&told).await;
    window.see("complementary", "Deployment of shop").await;
    window.see_text("6.6 runs in dev.").await;
    window.picture(&pictures::out("deploy-told")).await;
    assert_eq!(notifications.shown().len(), 1, "told once");
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn what_is_unwell_in_production_is_rolled_back_and_a_slip_is_taken_back() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "prod", "miso/hello:1.0").await;
    api.deployed("shop", 2).await;
    api.deploy("shop", "prod", "miso/failing-health:2.0").await;
    api.deployed("shop", 3).await;

    let window = by_address(&mut session, &instance).await;
    window.click("link", "shop").await;
    window.click("link", "PROD").await;
    window
        .see_within(LATER, "button", "Roll back PROD to")
        .await;
    window.picture(&pictures::out("roll-back-offered")).await;
    let began = Instant::now();
    window.click("button", "Roll back PROD to").await;
    window.click("button", "Roll back PROD to").await;
    until("it is sent", SOON, || async {
        let all = api.deployments("shop").await;
        match all[0]["rollbackOf"].is_string() {
            true => Ok(()),
            false => Err(format!("{:?}", all[0])),
        }
    })
    .await;
    eprintln!("figure: rolled back after {:?}", began.elapsed());
    window.see_text_within(LATER, "runs in PROD.").await;
    window.picture(&pictures::out("rolled-back")).await;
    let sent = api.deployments("shop").await.len();

    // A slip: Escape within three seconds, wherever the focus is.
    window.press([Key::Escape.into()]).await;
    window.click("button", "Restart").await;
    let send = "in PROD";
    window.click("button", send).await;
    window.see("button", "Take it back").await;
    window.press([Key::Escape.into()]).await;
    window.see_text("Taken back. Nothing was sent.").await;
    window.picture(&pictures::out("deploy-taken-back")).await;

    // Rust itself sends nothing there that was not shown, and nothing at all on a locked connection.
    let connection = connection_of(&window).await;
    let hasty = invoke_deploy(&window, &connection, "prod").await;
    assert_eq!(hasty["code"], "not_confirmed", "{hasty}");
    lock(&window).await;
    let locked = invoke_deploy(&window, &connection, "dev").await;
    assert_eq!(locked["code"], "read_only", "{locked}");
    window.click("link", "Home").await;
    window.click("link", "shop").await;
    window.click("button", "Deploy…").await;
    window.see_text("This connection is locked.").await;
    window.picture(&pictures::out("deploy-locked")).await;
    window.click("button", "Unlock for 15 minutes").await;
    window.see_gone("button", "Unlock for 15 minutes").await;
    assert_eq!(api.deployments("shop").await.len(), sent);
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn a_build_systems_link_and_the_clipboard_fill_the_form_and_send_nothing() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    let mut manifest = shop::manifest("shop", "miso/hello:1.0");
    manifest["repository"] =
        json!({ "enabled": true, "repositoryUrl": "https://github.com/team/shop" });
    api.create_from(&manifest).await;
    api.deployed("shop", 1).await;
    let window = by_address(&mut session, &instance).await;
    window.see_within(LATER, "link", "shop").await;

    let host = instance.ready("url").trim_end_matches('/');
    let host = host.strip_prefix("http://").expect("plain http");
    let link = format!("miso://{host}/applications/shop/dev?deploy=now&image=miso/hello:1.7");
    let opened = session.command(binary::app()).arg(&link).output();
    let opened = opened.expect("it starts");
    assert!(opened.status.success(), "{opened:?}");
    field_holds(&window, "1.7").await;
    window.picture(&pictures::out("deploy-by-link")).await;
    window.click("button", "compare").await;
    let compared = session.next_opened(LATER).await;
    assert_eq!(compared, "https://github.com/team/shop/compare/1.0...1.7");

    // What was copied elsewhere is offered where it can be meant, and nothing else of it is seen.
    copy(&window, "a secret 1.9").await;
    window.see_gone("button", "clipboard").await;
    copy(&window, "1.9").await;
    window.see("button", "clipboard").await;
    window.picture(&pictures::out("deploy-clipboard")).await;
    window.click("button", "clipboard").await;
    field_holds(&window, "1.9").await;
    assert_eq!(api.deployments("shop").await.len(), 1);
    assert_eq!(instance.stop(), Some(0));
}

/// Calls the command as a page would that is not careful.
async fn invoke_deploy(window: &Window, connection: &str, environment: &str) -> Value {
    let script = "const [connection, environment, done] = arguments; \
        const request = { environment, image: 'miso/hello:6.6', note: null, from: null, configuration: null, \
            dryRun: null }; \
        window.__TAURI_INTERNALS__.invoke('deploy', \
            { connection, application: 'shop', request, confirmation: null }).then(done, done)";
    let arguments = vec![json!(connection), json!(environment)];
    let said = window.client().execute_async(script, arguments).await;
    said.expect("an answer")
}

/// Locks the connection by its settings.
async fn lock(window: &Window) {
    window.click("link", "Settings").await;
    window.click("link", "Connections").await;
    window.click("button", "Edit ").await;
    window.click("checkbox", "Locked").await;
    window.click("button", "Save").await;
    window.see("button", "locked").await;
}

async fn field_holds(window: &Window, tag: &str) {
    until(&format!("{tag} stands in the field"), LATER, || async {
        let script = "return document.querySelector('aside input[name=tag]')?.value ?? ''";
        match window.script(script, Vec::new()).await {
            value if value == tag => Ok(()),
            value => Err(value.to_string()),
        }
    })
    .await;
}

/// Types a text into the note, copies it as a person does, and comes back to the window.
async fn copy(window: &Window, text: &str) {
    window.fill("Note", text).await;
    window.chord(Key::Control, 'a').await;
    window.chord(Key::Control, 'c').await;
    let back = "window.dispatchEvent(new Event('focus'))";
    until("it was copied", SOON, || async {
        window.script(back, Vec::new()).await;
        Ok::<(), String>(())
    })
    .await;
}
