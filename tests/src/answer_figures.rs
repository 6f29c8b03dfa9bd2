//! How soon after a start the page says why something is unwell, as `cargo xtask bench` prints it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Map;

use crate::figures::{alone, median, tell};
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

const TURNS: usize = 5;
/// A probe has to see that it is unwell.
const BROKEN: Duration = Duration::from_secs(60);
/// What is known from the runs before.
const CACHE: &str = "cache.sqlite";
const HOME: &str = "return document.querySelector('main')?.innerText ?? ''";

#[tokio::test]
#[ignore = "measures: cargo xtask bench"]
async fn from_the_start_to_the_sentence() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "dev", "miso/failing-health:2.0").await;
    let window = by_address(&mut session, &instance).await;
    says(&window, BROKEN).await;
    window.quit(&mut session).await;
    let files = files_of(&session.home());
    assert!(!files.is_empty(), "the app keeps what it knows");

    let (mut cached, mut anew) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        cached.push(told(&mut session).await);
        for file in &files {
            fs::remove_file(file).expect("it is there");
        }
        anew.push(told(&mut session).await);
    }
    let mut figures = Map::new();
    figures.insert("answer.cached".to_owned(), alone(median(cached)));
    figures.insert("answer.anew".to_owned(), alone(median(anew)));
    assert_eq!(instance.stop(), Some(0));
    tell(&figures, "MISO_ANSWER_FIGURES_JSON");
}

/// Milliseconds from the start of the app, by way of the driver of its window, until Home says what is
/// unwell and since when. Nothing is clicked.
async fn told(session: &mut Session) -> f64 {
    let begun = Instant::now();
    let window = Window::open(session, &[]).await;
    says(&window, LATER).await;
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    window.quit(session).await;
    took
}

async fn says(window: &Window, patience: Duration) {
    until("Home says why", patience, || async {
        let said = window.script(HOME, Vec::new()).await;
        let said = said.as_str().unwrap_or_default().to_owned();
        match said.contains("Unhealthy for ") && said.contains("ECONNREFUSED") {
            true => Ok(()),
            false => Err(said),
        }
    })
    .await;
}

/// Every cache below a folder.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files_of(&path));
        } else if path.ends_with(CACHE) {
            all.push(path);
        }
    }
    all
}
