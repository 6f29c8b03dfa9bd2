//! "Try it here" where something is in the way: the window says what, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::desktop::Options;

use crate::support::binary;
use crate::support::instance::Serve;
use crate::support::keyring;
use crate::support::process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, answer, try_it_here};
use crate::support::wait::{LATER, until, until_true};
use crate::support::window::Window;

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let mut session = Session::new();
    let folder = local_folder(&session);
    fs::create_dir_all(folder.parent().expect("a parent")).expect("the app's folder");
    // Permissions do not bind root; a file in its place binds everybody.
    fs::write(&folder, "not a folder").expect("a file");
    let window = Window::open(&mut session, &["--try-here"]).await;
    window
        .see_within(LATER, "alert", "The data folder cannot be written")
        .await;
    window.see("alert", &folder.display().to_string()).await;
    assert_eq!(
        fs::read_to_string(&folder).expect("the file"),
        "not a folder"
    );
}

#[tokio::test]
async fn a_corrupt_database_is_kept_aside_and_said() {
    const GARBAGE: &[u8] = b"this was a database once, and somebody's editor got hold of it";
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.quit(&mut session).await;
    let folder = local_folder(&session);
    let database = files(&folder)
        .into_iter()
        .find(|file| fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")))
        .expect("a database");
    fs::write(&database, GARBAGE).expect("the database can be spoilt");

    let window = Window::open(&mut session, &[]).await;
    window
        .see_within(LATER, "status", "The instance's data could not be read")
        .await;
    let kept = files(&folder)
        .into_iter()
        .filter(|file| fs::read(file).is_ok_and(|bytes| bytes == GARBAGE));
    assert_eq!(kept.count(), 1, "{:?}", files(&folder));
}

#[tokio::test]
async fn a_keyring_that_comes_late_or_was_restarted_needs_no_new_start() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.quit(&mut session).await;
    session.stop_keyring().expect("the keyring ends");

    let window = Window::open(&mut session, &[]).await;
    window
        .see_within(LATER, "alert", "There is no keyring")
        .await;
    session.start_keyring().expect("the keyring");
    let came = Instant::now();
    window.see("table", MATRIX).await;
    let took = came.elapsed();
    assert!(took < Duration::from_secs(5), "taken up after {took:?}");
    assert_eq!(session.opened().len(), 1, "nobody is asked to sign in");

    session.stop_keyring().expect("the keyring ends");
    session.start_keyring().expect("the keyring");
    assert_eq!(keyring::count(&session), 1);
    window.click("button", "Connection: ").await;
    window.click("menuitem", "Sign out").await;
    window.click("button", "Sign out").await;
    window.see("heading", "Sign in again").await;
    until("the keyring is empty", LATER, || {
        let count = keyring::count(&session);
        async move {
            match count {
                0 => Ok(()),
                count => Err(format!("{count} secrets")),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_browser_the_way_round_it_is_named() {
    let mut session = Session::with(&Options {
        browser: false,
        ..Options::default()
    });
    let window = Window::open(&mut session, &["--try-here"]).await;
    window
        .see_text_within(LATER, "No browser could be opened")
        .await;
    window.see("button", "Copy the address").await;
    window.click("button", "Cancel").await;
    window.see("alert", "cancelled").await;
    window.see("button", "Sign in again").await;
}

#[tokio::test]
async fn an_instance_that_somebody_else_runs_is_named() {
    let mut session = Session::new();
    let folder = local_folder(&session);
    let instance = Serve::at(&folder).start(&session);
    let window = Window::open(&mut session, &["--try-here"]).await;
    window
        .see_within(LATER, "alert", "The instance runs already")
        .await;
    assert_eq!(instance.stop(), Some(0));
    window.click("button", "Start").await;
    answer(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
}

/// A page that never paints is what a driver that cannot draw leaves: here its process stands still.
#[tokio::test]
async fn a_window_that_stays_blank_is_drawn_plainly_which_is_remembered_here_and_for_this_version()
{
    let mut session = Session::new();
    let first = start(&mut session, "first");
    let page = page_of(first).await;
    assert_eq!(variable(page.id(), PLAIN), None);
    process::freeze(page.id());
    // It starts once more, paints, and remembers that.
    let kept = until("it is remembered", LATER * 2, || {
        let kept = settings(&session)["plainRenderer"].clone();
        async move {
            kept.as_str()
                .map(str::to_owned)
                .ok_or_else(|| kept.to_string())
        }
    })
    .await;
    let again = until("another process shows the window", LATER, || {
        let found = windows(&session).into_iter().find(|id| *id != first);
        async move { found.ok_or_else(|| "there is none".to_owned()) }
    })
    .await;
    assert_eq!(variable(again, PLAIN).as_deref(), Some("1"));
    end(again).await;

    // The next start begins so.
    let second = start(&mut session, "second");
    let page = page_of(second).await;
    assert_eq!(variable(page.id(), PLAIN).as_deref(), Some("1"));
    until("it has painted", LATER, || {
        let is_seen = windows(&session).contains(&second);
        async move { is_seen.then_some(()).ok_or_else(|| "no window".to_owned()) }
    })
    .await;
    end(second).await;

    // What was found by another version, or on another machine, is tried again.
    let (version, machine) = kept.split_once(' ').expect("a version and a machine");
    for other in [format!("0.0.1 {machine}"), format!("{version} 0")] {
        let file = app_folder(&session).join("settings.json");
        let text = fs::read_to_string(&file).expect("the settings");
        let before = settings(&session)["plainRenderer"].clone();
        let before = before.as_str().expect("a mark").to_owned();
        fs::write(&file, text.replace(&before, &other)).expect("the settings can be changed");
        let third = start(&mut session, "third");
        let page = page_of(third).await;
        assert_eq!(variable(page.id(), PLAIN), None, "{other}");
        end(third).await;
    }
}

/// What makes WebKitGTK draw in the way that works everywhere.
const PLAIN: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts the app as a person does: a window that is driven stays what it is.
fn start(session: &mut Session, name: &str) -> u32 {
    let mut app = session.command(binary::app());
    session.spawn(name, &mut app).expect("it starts")
}

async fn end(app: u32) {
    let app = process::Process::of(app).expect("it runs");
    process::terminate(app.id());
    until_true("it has ended", LATER, || !app.runs()).await;
}

/// The process of an app's page, as soon as there is one: it has not painted yet.
async fn page_of(app: u32) -> process::Process {
    let began = Instant::now();
    loop {
        let all = process::descendants(app).into_iter();
        let mut pages = all.filter(|each| each.arguments[0].ends_with("WebKitWebProcess"));
        if let Some(page) = pages.next() {
            return page;
        }
        assert!(began.elapsed() < LATER, "no page of {app}");
        tokio::task::yield_now().await;
    }
}

/// The processes that show a window of the app.
fn windows(session: &Session) -> Vec<u32> {
    let script = "for id in $(xdotool search --onlyvisible --class '^miso-desktop$'); do \
                  xdotool getwindowpid \"$id\"; done";
    let output = session.command("sh").args(["-c", script]).output();
    let said = String::from_utf8(output.expect("xdotool starts").stdout).expect("numbers");
    said.lines().filter_map(|line| line.parse().ok()).collect()
}

/// What a process was started with.
fn variable(process: u32, name: &str) -> Option<String> {
    let all = fs::read(format!("/proc/{process}/environ")).ok()?;
    let text = String::from_utf8_lossy(&all).into_owned();
    let mut all = text.split('\0').filter_map(|each| each.split_once('='));
    let (_, value) = all.find(|(each, _)| *each == name)?;
    Some(value.to_owned())
}

fn settings(session: &Session) -> Value {
    let text = fs::read(app_folder(session).join("settings.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn app_folder(session: &Session) -> PathBuf {
    session.home().join(".local/share/ai.aifabrix.miso-desktop")
}

fn local_folder(session: &Session) -> PathBuf {
    app_folder(session).join("local")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("the instance's folder")
        .flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}
