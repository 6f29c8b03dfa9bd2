//! Windows that start where something is amiss: each says what, and nothing is lost.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use xtask::desktop::Options;

use crate::support::axe;
use crate::support::binary;
use crate::support::pictures;
use crate::support::policy::Policy;
use crate::support::process::Process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, answer, try_it_here};
use crate::support::wait::{LATER, until};
use crate::support::webdriver::free_port;
use crate::support::window::Window;

#[tokio::test]
async fn the_first_window_paints_soon_and_breaks_no_rule() {
    let mut session = Session::new();
    let began = Instant::now();
    let window = Window::open(&mut session, &[]).await;
    window.see("button", "Start").await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "painted after {:?}",
        began.elapsed()
    );
    let policy = Policy::watch(&window).await;
    axe::finds_nothing_serious(&window, "Welcome").await;
    policy.has_held().await;
    policy.would_tell().await;
}

#[tokio::test]
async fn every_page_can_be_used_by_everybody() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    let policy = Policy::watch(&window).await;
    for page in [
        "Home",
        "Applications",
        "Deployments",
        "Environments",
        "Settings",
    ] {
        window.click("link", page).await;
        window.see("heading", page).await;
        axe::finds_nothing_serious(&window, page).await;
    }
    window.click("link", "Home").await;
    window.click("link", "checkout").await;
    window.see("heading", "checkout").await;
    for (tab, sign) in [
        ("Now", "heading"),
        ("Logs", "region"),
        ("Deployments", "table"),
    ] {
        window.click("link", tab).await;
        window.see(sign, "").await;
        axe::finds_nothing_serious(&window, tab).await;
    }
    window.click("button", "Deploy…").await;
    window.see("heading", "Deploy checkout").await;
    axe::finds_nothing_serious(&window, "the deploy panel").await;
    window.press([Key::Escape.into()]).await;
    for dialog in ["Search or go to", "Shortcuts"] {
        match dialog {
            "Shortcuts" => window.press(['?']).await,
            _ => window.chord(Key::Control, 'k').await,
        }
        window.see("dialog", dialog).await;
        axe::finds_nothing_serious(&window, dialog).await;
        window.press([Key::Escape.into()]).await;
        window.see_gone("dialog", dialog).await;
    }
    window.click("button", "Connection: ").await;
    window.see("menuitem", "Sign out").await;
    axe::finds_nothing_serious(&window, "the connection's menu").await;
    policy.has_held().await;
}

#[tokio::test]
async fn a_wrong_address_is_explained_and_kept() {
    let mut session = Session::new();
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let address = format!("http://127.0.0.1:{}", free_port());
    window.fill("Connect to an instance", &address).await;
    window.click("button", "Sign in with the browser").await;
    window.see("alert", "cannot be reached").await;
    let typed = window
        .script("return document.querySelector('input').value", Vec::new())
        .await;
    assert_eq!(typed, address, "what was typed stays");
    assert!(session.opened().is_empty(), "nobody is sent anywhere");
}

#[tokio::test]
async fn an_address_of_something_else_is_explained() {
    let mut session = Session::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let page = "<html><title>Guests: please sign in</title></html>";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{page}",
                page.len()
            );
            let mut asked = [0; 4096];
            let _read = stream.read(&mut asked);
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    window.fill("Connect to an instance", &address).await;
    window.click("button", "Sign in with the browser").await;
    window.see_within(LATER, "alert", "").await;
    // What it was is said by the doctor, in the words of what answered.
    let doctor = "The way to the instance";
    until("the walk has come to its end", LATER, || async {
        let said = window.text_of("region", doctor).await;
        let host = address.trim_start_matches("http://");
        match said.contains(host) && said.contains("200") {
            true => Ok(()),
            false => Err(said),
        }
    })
    .await;
    window
        .picture(&pictures::out("doctor-something-else"))
        .await;
    assert!(session.opened().is_empty(), "nobody is sent anywhere");
}

#[tokio::test]
async fn an_app_folder_that_cannot_be_used_is_named() {
    let mut session = Session::new();
    let folder = data_folder(&session);
    fs::create_dir_all(folder.parent().expect("a parent")).expect("the data folder");
    fs::write(&folder, "not a folder").expect("a file in its place");
    let mut app = session.command(binary::app());
    let id = session.spawn("app", &mut app).expect("it starts");
    let close = "id=$(xdotool search --onlyvisible --name 'Miso Desktop cannot start') && \
                 xdotool windowactivate --sync \"$id\" && xdotool key Return";
    let mut seen = false;
    let code = until("it says so and ends", LATER, || {
        let ended = session.ended(id).expect("its state");
        if ended.is_none() {
            let pressed = session
                .command("timeout")
                .args(["5", "sh", "-c", close])
                .status();
            seen |= pressed.expect("xdotool starts").success();
        }
        async move { ended.ok_or_else(|| "it runs".to_owned()) }
    })
    .await;
    assert!(seen, "no window says so");
    assert_eq!(code.code(), Some(2));
    let said = fs::read_to_string(session.log("app")).expect("its words");
    assert!(said.contains(&folder.display().to_string()), "{said}");
    assert_eq!(
        fs::read_to_string(&folder).expect("the file"),
        "not a folder"
    );
}

#[tokio::test]
async fn a_closed_browser_is_no_end() {
    let mut session = Session::new();
    let window = Window::open(&mut session, &["--try-here"]).await;
    // The person closes the browser: nothing comes back from the first address.
    session.next_opened(LATER).await;
    window.click("button", "Cancel").await;
    window.see("alert", "cancelled").await;
    window.click("button", "Sign in again").await;
    answer(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
}

#[tokio::test]
async fn without_a_keyring_the_choice_is_said() {
    let mut session = Session::with(&Options {
        keyring: false,
        ..Options::default()
    });
    let window = Window::open(&mut session, &["--try-here"]).await;
    window
        .see_within(LATER, "alert", "There is no keyring")
        .await;
    assert!(
        session.opened().is_empty(),
        "it is said before anybody signs in"
    );
    window
        .click("button", "Keep me signed in until I quit")
        .await;
    answer(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_kept_aside() {
    const TORN: &str = "{\"connections\": [{\"id\": \"";
    let mut session = Session::new();
    let folder = data_folder(&session);
    fs::create_dir_all(&folder).expect("the app's folder");
    fs::write(folder.join("settings.json"), TORN).expect("torn settings");
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    window.see("status", "The settings could not be read").await;
    let kept: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the app's folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text == TORN))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_ne!(kept[0].file_name(), Some("settings.json".as_ref()));
}

#[tokio::test]
async fn the_locale_c_is_no_blank_window() {
    let mut session = Session::with(&Options {
        lang: "C".to_owned(),
        ..Options::default()
    });
    let window = try_it_here(&mut session).await;
    let policy = Policy::watch(&window).await;
    let language = window.script("return navigator.language", Vec::new()).await;
    assert_ne!(language, "C");
    policy.has_held().await;
}

#[tokio::test]
async fn without_a_display_the_other_way_is_named() {
    let session = Session::without_display();
    let output = session.command(binary::app()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("local serve"), "{said}");
    assert!(!said.contains("panicked"), "{said}");

    // A link that is wrong is wrong without a display too.
    let mut bad = session.command(binary::app());
    let output = bad.arg("miso://connect").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("leads nowhere: miso://connect"), "{said}");
}

#[tokio::test]
async fn a_second_start_shows_the_first() {
    let mut session = Session::new();
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let first = Process::of(window.id()).expect("the app runs");
    let mut second = session.command("timeout");
    let status = second
        .arg("20")
        .arg(binary::app())
        .status()
        .expect("it starts");
    assert_eq!(status.code(), Some(0), "the second one ends by itself");
    assert!(first.runs());
    let active = || {
        let script = "xdotool getactivewindow getwindowpid";
        let output = session
            .command("sh")
            .args(["-c", script])
            .output()
            .expect("xdotool");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let expected = first.id().to_string();
    until("the first is in front", LATER, || {
        let (pid, expected) = (active(), expected.clone());
        async move { if pid == expected { Ok(()) } else { Err(pid) } }
    })
    .await;
}

fn data_folder(session: &Session) -> PathBuf {
    session.home().join(".local/share/ai.aifabrix.miso-desktop")
}
