//! The tray: how what is watched is, and an app that goes on in it where that was chosen.

use crate::support::process::Process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::tray::Tray;
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

const CHOICE: &str = "Go on in the tray";

#[tokio::test]
async fn an_app_goes_on_in_the_tray_where_that_was_chosen_and_is_quit_there() {
    let mut session = Session::new();
    let tray = Tray::of(&session).await;
    let window = try_it_here(&mut session).await;
    let app = Process::of(window.id()).expect("the app runs");
    tray.see("Miso Desktop: Nothing is watched yet").await;
    window.go_to("/settings/notifications").await;
    window.click("checkbox", CHOICE).await;

    see_windows(&session, &app, 1).await;
    window.press_to_close(&session);
    see_windows(&session, &app, 0).await;
    assert!(app.runs());
    tray.click().await;
    see_windows(&session, &app, 1).await;
    window.see("checkbox", CHOICE).await;
    window.press_to_close(&session);
    see_windows(&session, &app, 0).await;
    tray.choose("Open Miso Desktop").await;
    see_windows(&session, &app, 1).await;
    window.press_to_close(&session);
    see_windows(&session, &app, 0).await;
    tray.choose("Quit").await;
    window.ended(&mut session).await;

    // One that was hidden at the end is seen at the next start.
    let window = Window::open(&mut session, &[]).await;
    let app = Process::of(window.id()).expect("the app runs");
    window.see_within(LATER, "checkbox", CHOICE).await;
    see_windows(&session, &app, 1).await;
    window.click("link", "Applications").await;
    window.see("button", "Star checkout").await;
    window.click("button", "Star checkout").await;
    until("what is watched is said", LATER, || async {
        match tray.title().await {
            Ok(title) if title.contains("watch is well") || title.contains("Unwell: ") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_tray_the_app_ends_with_its_window_and_says_why() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
    window.go_to("/settings/notifications").await;
    window.see("checkbox", CHOICE).await;
    window.see_text("This desktop has no tray.").await;
    window.quit(&mut session).await;
}

/// Waits until so many windows of an app are seen.
async fn see_windows(session: &Session, app: &Process, number: usize) {
    until(&format!("{number} windows are seen"), LATER, || {
        let mut search = session.command("xdotool");
        let id = app.id().to_string();
        search.args(["search", "--onlyvisible", "--pid", &id]);
        let output = search.output().expect("xdotool starts");
        let found = String::from_utf8_lossy(&output.stdout).lines().count();
        async move {
            match found == number {
                true => Ok(()),
                false => Err(found.to_string()),
            }
        }
    })
    .await;
}
