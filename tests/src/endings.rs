//! The end of the app and the next start.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::support::binary;
use crate::support::process::Process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until, until_true};
use crate::support::window::Window;

#[tokio::test]
async fn who_starts_it_while_it_ends_gets_a_window() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    let first = Process::of(window.id()).expect("the app runs");
    until_true("the window has closed", SOON, || {
        window.press_to_close(&session);
        windows_of(&session, first.id()).is_empty()
    })
    .await;
    // Its workloads are still being stopped; or not any more, then this one is simply the next.
    let mut second = session.command(binary::app());
    session.spawn("second", &mut second).expect("it starts");
    until("another process shows a window", LATER, || {
        let others: Vec<u32> = all_windows(&session)
            .into_iter()
            .filter(|id| *id != first.id())
            .collect();
        async move {
            if others.is_empty() {
                Err("no window".to_owned())
            } else {
                Ok(())
            }
        }
    })
    .await;
    assert!(!first.runs(), "two of them run");
}

#[tokio::test]
async fn a_taken_port_moves_the_instance_and_nobody_is_signed_out() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.quit(&mut session).await;
    let folder = session
        .home()
        .join(".local/share/ai.aifabrix.miso-desktop/local");
    let identity = fs::read(folder.join("identity.json")).expect("the instance's identity");
    let identity: Value = serde_json::from_slice(&identity).expect("it is JSON");
    let port = identity["port"].as_u64().expect("a port");
    let port = u16::try_from(port).expect("a port");
    let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free now");

    let window = Window::open(&mut session, &[]).await;
    window
        .see_within(LATER, "status", "The instance moved to another port")
        .await;
    window.see("table", MATRIX).await;
    window.see_text("aino.laine").await;
    assert_eq!(session.opened().len(), 1, "nobody signs in again");
}

#[tokio::test]
async fn torn_settings_are_replaced_by_the_last_good_ones() {
    const TORN: &str = "{\"connections\": [";
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.quit(&mut session).await;
    let folder = session.home().join(".local/share/ai.aifabrix.miso-desktop");
    fs::write(folder.join("settings.json"), TORN).expect("settings can be spoilt");

    let window = Window::open(&mut session, &[]).await;
    window
        .see_within(LATER, "status", "The settings could not be read")
        .await;
    window.see_text("last good copy").await;
    window.see_within(LATER, "table", MATRIX).await;
    let kept = fs::read_dir(&folder)
        .expect("the app's folder")
        .flatten()
        .filter(|entry| fs::read_to_string(entry.path()).is_ok_and(|text| text == TORN));
    assert_eq!(kept.count(), 1);
}

/// The processes that show a window.
fn all_windows(session: &Session) -> Vec<u32> {
    let script = "for id in $(xdotool search --onlyvisible --name 'Home|Miso Desktop|Miso'); do \
                  xdotool getwindowpid \"$id\"; done";
    numbers(session, &["-c", script])
}

fn windows_of(session: &Session, process: u32) -> Vec<u32> {
    let process = process.to_string();
    numbers(
        session,
        &["-c", "xdotool search --onlyvisible --pid \"$0\"", &process],
    )
}

fn numbers(session: &Session, arguments: &[&str]) -> Vec<u32> {
    let output = session.command("sh").args(arguments).output();
    let output = output.expect("xdotool starts").stdout;
    String::from_utf8_lossy(&output)
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect()
}
