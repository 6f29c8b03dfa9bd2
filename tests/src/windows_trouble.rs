//! "Try it here" where something is in the way: the window says what, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xtask::desktop::Options;

use crate::support::instance::Serve;
use crate::support::keyring;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, answer, try_it_here};
use crate::support::wait::{LATER, until};
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

fn local_folder(session: &Session) -> PathBuf {
    session
        .home()
        .join(".local/share/ai.aifabrix.miso-desktop/local")
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
