//! More windows than one: each has its own address, title and size, and comes back at the next start until
//! somebody closes it; all show their pages as large as was chosen.

use std::fs;

use fantoccini::actions::MOUSE_BUTTON_LEFT;
use fantoccini::key::Key;
use serde_json::Value;

use crate::support::binary;
use crate::support::process::Process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

#[tokio::test]
async fn a_second_window_has_an_address_of_its_own_and_comes_back_until_it_is_closed() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    let home = window.address().await;
    let ctrl = Some(Key::Control);
    window
        .click_holding(ctrl, MOUSE_BUTTON_LEFT, "link", "Deployments")
        .await;
    let second = see_one(&session, "Deployments").await;
    click_in_the_middle(&session, &window, "/environments").await;
    let third = see_one(&session, "Environments").await;
    assert_eq!(
        window.address().await,
        home,
        "the first one stays where it was"
    );
    see_kept(&session, &["", "/deployments", "/environments"]).await;

    // Each is closed by itself, and what was closed does not come back.
    close(&session, &third);
    see_none(&session, "Environments").await;
    see_kept(&session, &["", "/deployments"]).await;

    // Its size is its own.
    set_size(&session, &second, "910", "650").await;
    window.quit_all(&mut session).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "table", MATRIX).await;
    assert_eq!(window.address().await, home);
    let second = see_one(&session, "Deployments").await;
    see_size(&session, &second, "910", "650").await;
    assert_eq!(
        windows(&session, &["Environments", "Deployments", "Home"]).len(),
        2
    );

    close(&session, &second);
    see_none(&session, "Deployments").await;
    see_kept(&session, &[""]).await;
    window.quit(&mut session).await;
    see_kept(&session, &[""]).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "table", MATRIX).await;
    assert_eq!(
        windows(&session, &["Environments", "Deployments", "Home"]).len(),
        1
    );
}

#[tokio::test]
async fn the_first_window_is_no_more_than_the_others() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    let app = Process::of(window.id()).expect("the app runs");
    window
        .click_holding(Some(Key::Control), MOUSE_BUTTON_LEFT, "link", "Deployments")
        .await;
    let second = see_one(&session, "Deployments").await;
    let first = see_one(&session, "Home").await;
    close(&session, &first);
    see_none(&session, "Home").await;
    see_kept(&session, &["/deployments"]).await;
    assert!(app.runs(), "the other one lives");

    // The last one ends the app, and begins it.
    close(&session, &second);
    window.ended(&mut session).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Deployments").await;
    see_kept(&session, &["/deployments"]).await;
}

#[tokio::test]
async fn the_action_of_the_desktop_entry_opens_another_window() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.click("link", "Deployments").await;
    see_one(&session, "Deployments").await;
    let mut second = session.command("timeout");
    let second = second
        .arg("30")
        .arg(binary::app())
        .arg("--new-window")
        .status()
        .expect("it starts");
    assert_eq!(second.code(), Some(0), "it hands over and ends");
    see_one(&session, "Home").await;
    assert_eq!(windows(&session, &["Deployments", "Home"]).len(), 2);
    window.quit_all(&mut session).await;
}

#[tokio::test]
async fn zoom_is_kept() {
    let mut session = Session::new();
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let plain = width(&window).await;
    window.chord(Key::Control, '+').await;
    see_width(&window, plain / 1.1).await;
    window.chord(Key::Control, '+').await;
    see_width(&window, plain / 1.25).await;
    window.quit_all(&mut session).await;

    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    see_width(&window, plain / 1.25).await;
    for _ in 0..3 {
        window.chord(Key::Control, '-').await;
    }
    see_width(&window, plain / 0.9).await;
    window.chord(Key::Control, '0').await;
    see_width(&window, plain).await;
}

/// The app's windows whose titles begin with one of these words. A search by name looks at a title that knows
/// ASCII alone.
fn windows(session: &Session, titles: &[&str]) -> Vec<String> {
    let script = "for id in $(xdotool search --onlyvisible --class '^miso-desktop$'); do \
                  echo \"$id $(xdotool getwindowname \"$id\")\"; done";
    let output = session.command("sh").args(["-c", script]).output();
    let all = String::from_utf8_lossy(&output.expect("xdotool starts").stdout).into_owned();
    let named = all.lines().filter_map(|line| line.split_once(' '));
    let wanted = named.filter(|(_, name)| titles.iter().any(|title| name.starts_with(title)));
    wanted.map(|(id, _)| id.to_owned()).collect()
}

async fn see_one(session: &Session, title: &str) -> String {
    until(&format!("one window {title}"), LATER, || {
        let found = windows(session, &[title]);
        async move {
            match found.as_slice() {
                [one] => Ok(one.clone()),
                _ => Err(format!("{found:?}")),
            }
        }
    })
    .await
}

async fn see_none(session: &Session, title: &str) {
    until(&format!("no window {title}"), SOON, || {
        let found = windows(session, &[title]);
        async move {
            match found.is_empty() {
                true => Ok(()),
                false => Err(format!("{found:?}")),
            }
        }
    })
    .await;
}

/// Clicks a link of the sidebar with the middle button. The driver's own lets go of another button than it pressed.
async fn click_in_the_middle(session: &Session, window: &Window, page: &str) {
    let script = "const { left, top } = document.querySelector(`nav a[href$='${arguments[0]}']`).getBoundingClientRect(); \
        return [left + 8, top + 8]";
    let place = window.script(script, vec![page.into()]).await;
    let first = see_one(session, "Home").await;
    let [x, y] = [0, 1].map(|at| place[at].as_f64().expect("a number").round().to_string());
    let script = "timeout 5 xdotool windowactivate --sync \"$0\" mousemove --window \"$0\" \"$1\" \"$2\" click 2";
    let mut click = session.command("sh");
    let clicked = click.args(["-c", script, &first, &x, &y]).status();
    clicked.expect("xdotool starts");
}

/// Closes one as a person does.
fn close(session: &Session, id: &str) {
    let script = "timeout 5 xdotool windowactivate --sync \"$0\" key --clearmodifiers alt+F4";
    let mut press = session.command("sh");
    let pressed = press.args(["-c", script, id]).status();
    pressed.expect("xdotool starts");
}

async fn set_size(session: &Session, id: &str, width: &str, height: &str) {
    let mut resize = session.command("xdotool");
    let asked = resize.args(["windowsize", "--sync", id, width, height]);
    asked.status().expect("xdotool starts");
    see_size(session, id, width, height).await;
}

async fn see_size(session: &Session, id: &str, width: &str, height: &str) {
    let wanted = format!("Geometry: {width}x{height}");
    until(&format!("a window of {width} × {height}"), SOON, || {
        let mut ask = session.command("xdotool");
        let output = ask.args(["getwindowgeometry", id]).output();
        let said = String::from_utf8_lossy(&output.expect("xdotool starts").stdout).into_owned();
        let has = said.contains(&wanted);
        async move { if has { Ok(()) } else { Err(said) } }
    })
    .await;
}

/// Waits until just these pages of the connection come back at the next start, in the order in which their
/// windows were opened.
async fn see_kept(session: &Session, pages: &[&str]) {
    let file = session
        .home()
        .join(".local/share/ai.aifabrix.miso-desktop/settings.json");
    until(&format!("{pages:?} are kept"), SOON, || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        let windows = kept["windows"].as_array().cloned().unwrap_or_default();
        let addresses = windows.iter().map(|window| {
            let address = window["address"].as_str().unwrap_or_default();
            let page = address.strip_prefix("/c/").unwrap_or(address);
            page.find('/').map_or("", |at| &page[at..]).to_owned()
        });
        let are_kept = addresses.eq(pages.iter().map(|page| (*page).to_owned()));
        async move {
            if are_kept {
                Ok(())
            } else {
                Err(format!("{windows:?}"))
            }
        }
    })
    .await;
}

/// How wide the page is, in its own pixels.
async fn width(window: &Window) -> f64 {
    let width = window.script("return innerWidth", Vec::new()).await;
    width.as_f64().expect("a number")
}

async fn see_width(window: &Window, wanted: f64) {
    until(&format!("the page is {wanted} wide"), SOON, || async {
        match width(window).await {
            found if (found - wanted).abs() < 3.0 => Ok(()),
            found => Err(found.to_string()),
        }
    })
    .await;
}
