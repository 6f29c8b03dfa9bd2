//! The ways to an instance, in the real window: links, a team's file, what is set about the way,
//! where it breaks, and several accounts.

use std::fs;

use fantoccini::Locator;
use xtask::sign_in::sign_in;

use crate::support::binary;
use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

const FIELD: &str = "Connect to an instance";

#[tokio::test]
async fn a_way_that_breaks_says_where_and_what_to_do() {
    let mut session = Session::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("its address");
    drop(nobody);
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    window.fill(FIELD, &address.to_string()).await;
    window.click("button", "Sign in with the browser").await;
    window
        .see_within(LATER, "alert", "The instance cannot be reached")
        .await;
    let doctor = "The way to the instance";
    window.see("region", doctor).await;
    window.see_text("Nothing listens at").await;
    let found = window.text_of("region", doctor).await;
    assert!(found.contains("Not reached"), "{found}");
    window
        .picture(&pictures::out("doctor-nothing-listens"))
        .await;

    // What is set about the way is said at its field, and nothing typed is lost.
    window.click("button", "Proxy, certificates, sign-in").await;
    window.click("button", "Set here").await;
    window
        .fill("Address of the proxy", "ftp://proxy.example")
        .await;
    window.click("button", "Sign in with the browser").await;
    window.see_text("The proxy's address cannot be used").await;
    window.picture(&pictures::out("way-proxy-refused")).await;
}

#[tokio::test]
async fn a_link_prefills_whether_the_app_runs_or_not_and_sends_nothing() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let url = instance.ready("url");
    let link = format!("miso://connect?instance={url}");
    let window = Window::open(&mut session, &[&link]).await;
    until("the link's address stands in the field", LATER, || async {
        let value = "return document.querySelector('input[name=address]')?.value ?? ''";
        match window.script(value, Vec::new()).await {
            value if value == url => Ok(()),
            value => Err(value.to_string()),
        }
    })
    .await;
    window.see_text("A link filled this in.").await;
    window.picture(&pictures::out("connect-by-link")).await;
    assert_eq!(session.opened().len(), 0, "nobody was sent anywhere");

    // One more start with another link goes to the window that is there.
    let again = session
        .command(binary::app().to_str().expect("a path"))
        .arg("miso://connect?instance=https://other.example/live")
        .output()
        .expect("it starts");
    assert!(again.status.success(), "{again:?}");
    until("the other link's address stands there", LATER, || async {
        match window.address().await {
            at if at.contains("other.example") => Ok(()),
            at => Err(at),
        }
    })
    .await;
    window.see("textbox", FIELD).await;
    let nowhere = session
        .command(binary::app().to_str().expect("a path"))
        .arg("miso://connect")
        .output()
        .expect("it starts");
    assert!(nowhere.status.success(), "{nowhere:?}");
    window.see_text("This link leads nowhere").await;
}

#[tokio::test]
async fn a_teams_file_and_what_is_set_about_a_way_outlive_the_app() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let file = session.home().join("team.json");
    let team = format!(
        r#"{{"misoConnections":1,"connections":[
          {{"name":"Orders","url":"{}","hue":"plum"}},
          {{"name":"Orders live","url":"https://miso.example.com","production":true,"readOnly":true,
            "issuer":"https://login.example.com/tenant"}}]}}"#,
        instance.ready("url")
    );
    fs::write(&file, team).expect("a file");
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let chooser = window
        .client()
        .find(Locator::Css("input[aria-label='Connections file']"))
        .await
        .expect("the file's chooser");
    chooser
        .send_keys(file.to_str().expect("a path"))
        .await
        .expect("a file is chosen");
    window
        .see("dialog", "Connections that this file offers")
        .await;
    window.picture(&pictures::out("connections-file")).await;
    window.click("button", "Add 2 connections").await;
    window.see("button", "Edit Orders live").await;

    window.click("button", "Edit Orders").await;
    window.see("dialog", "Connection Orders").await;
    window.click("button", "Network").await;
    window.click("button", "None").await;
    window.picture(&pictures::out("connection-network")).await;
    window.click("button", "Sign-in").await;
    window.click("button", "localhost").await;
    window.picture(&pictures::out("connection-sign-in")).await;
    window.click("button", "Save").await;
    window.see_gone("dialog", "Connection Orders").await;
    window.picture(&pictures::out("settings-connections")).await;
    window.quit(&mut session).await;

    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Edit Orders live").await;
    window.click("button", "Edit Orders").await;
    window.click("button", "Sign-in").await;
    let pressed = "return [...document.querySelectorAll('[role=dialog] [aria-pressed=true]')]\
                   .map((each) => each.textContent)";
    let chosen = window.script(pressed, Vec::new()).await.to_string();
    assert!(chosen.contains("localhost"), "{chosen}");
    window.click("button", "Check").await;
    window
        .see_text_within(SOON, "The way is free. Sign in.")
        .await;
    window.picture(&pictures::out("connection-check")).await;
}

#[tokio::test]
async fn two_accounts_on_one_instance() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.click("button", "Connection: ").await;
    window.click("menuitem", "Add another account").await;
    window.see("heading", "Sign in again").await;
    window.click("button", "Sign in with the browser").await;
    let url = session.next_opened(LATER).await;
    assert!(url.contains("launch_key="), "one click is enough here too");
    let page = sign_in(&url, "Elena Novak").expect("the page leads back to the app");
    assert_eq!(page.status, 200, "{page:?}");
    window.see_within(LATER, "table", MATRIX).await;
    window.see("button", "Connection: This machine (2)").await;
    window.click("button", "Connection: ").await;
    let menu = window.text_of("menu", "").await;
    assert!(
        menu.contains("aino.laine") && menu.contains("elena.novak"),
        "{menu}"
    );
    window.picture(&pictures::out("two-accounts")).await;
}
