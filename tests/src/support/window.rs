//! The app's real window, driven through WebKitWebDriver.

use std::ops::Deref;
use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use serde_json::{Map, Value, json};

use super::binary;
use super::page::Page;
use super::process;
use super::session::Session;
use super::wait::{LATER, SOON, until};
use super::webdriver::Driver;

/// How long a window may take to go before its close is asked for once more.
const STROKE: Duration = Duration::from_secs(3);

/// A window. It ends with its session, or before with [`Window::quit`].
pub struct Window {
    driver: Driver,
    app: u32,
}

impl Window {
    /// Starts the app and drives its window.
    pub async fn open(session: &mut Session, arguments: &[&str]) -> Self {
        Self::open_app(session, &binary::app(), arguments).await
    }

    /// The same with another binary.
    pub async fn open_app(session: &mut Session, app: &Path, arguments: &[&str]) -> Self {
        Self::open_with(session, app, arguments, "warn").await
    }

    /// The same as [`Self::open`], where the app's log is read.
    pub async fn open_logging(session: &mut Session, arguments: &[&str], level: &str) -> Self {
        Self::open_with(session, &binary::app(), arguments, level).await
    }

    async fn open_with(session: &mut Session, app: &Path, arguments: &[&str], level: &str) -> Self {
        let driver = driver(session, app, arguments, level).await;
        let running = app.to_string_lossy();
        let all = process::descendants(driver.process);
        let own = all.iter().find(|process| {
            process
                .arguments
                .first()
                .is_some_and(|first| *first == running)
        });
        let app = own.unwrap_or_else(|| panic!("{running} does not run")).id();
        Self { driver, app }
    }

    /// Drives the window of an app that a program starts in its own way, and stays for.
    pub async fn opened_by(session: &mut Session, program: &Path) -> Self {
        let driver = driver(session, program, &[], "warn").await;
        let search = ["search", "--onlyvisible", "--class", "^miso-desktop$"];
        let app = until("the app has a window", LATER, || {
            let mut ask = session.command("xdotool");
            let output = ask.args(search).args(["getwindowpid", "%1"]).output();
            let said = String::from_utf8(output.expect("xdotool starts").stdout);
            let said = said.expect("a number");
            async move { said.trim().parse().map_err(|_| said) }
        })
        .await;
        Self { driver, app }
    }

    /// The process of the app.
    pub fn id(&self) -> u32 {
        self.app
    }

    /// Gives the window another size, in pixels, and waits until the page has it.
    pub async fn resize(&self, session: &Session, width: u32, height: u32) {
        let script = "for id in $(xdotool search --onlyvisible --pid \"$0\"); do \
                      timeout 2 xdotool windowsize \"$id\" \"$1\" \"$2\"; done";
        let wanted = json!([width, height]);
        until("the window has its new size", SOON, || async {
            let size = "return [innerWidth, innerHeight]";
            let has = self.script(size, Vec::new()).await;
            if has == wanted {
                return Ok(());
            }
            let asked = session
                .command("sh")
                .args(["-c", script])
                .args([self.app, width, height].map(|number| number.to_string()))
                .status();
            asked.expect("xdotool starts");
            Err(has.to_string())
        })
        .await;
    }

    /// Minimizes the window, and waits until nobody looks at it.
    pub async fn put_away(&self, session: &Session) {
        let script = "for id in $(xdotool search --onlyvisible --pid \"$0\"); do \
                      timeout 2 xdotool windowminimize \"$id\"; done";
        until("the window is not in front", SOON, || async {
            let has_focus = self.script("return document.hasFocus()", Vec::new()).await;
            if has_focus == json!(false) {
                return Ok(());
            }
            let id = self.id().to_string();
            let asked = session.command("sh").args(["-c", script, &id]).status();
            asked.expect("xdotool starts");
            Err("it has the focus".to_owned())
        })
        .await;
    }

    /// Ends the app with all its windows by the key for that, and waits until it has ended.
    pub async fn quit_all(self, session: &mut Session) {
        let app = process::Process::of(self.app).expect("the app runs");
        // The page may be gone before it has answered.
        let pressed = self.chorded(Key::Control, 'q');
        let _gone = tokio::time::timeout(SOON, pressed).await;
        self.see_ended(&app).await;
        self.driver.stop(session).await;
    }

    /// Waits until the app has ended by itself, and ends what drove its window.
    pub async fn ended(self, session: &mut Session) {
        if let Some(app) = process::Process::of(self.app) {
            self.see_ended(&app).await;
        }
        self.driver.stop(session).await;
    }

    async fn see_ended(&self, app: &process::Process) {
        until("the app has ended", LATER, || async {
            match app.runs() {
                true => Err(format!("it runs: {}", app.doing())),
                false => Ok(()),
            }
        })
        .await;
    }

    /// Closes the window as a person does, and waits until the app has ended. A stroke that the
    /// window manager missed is made again, as a person would.
    pub async fn quit(self, session: &mut Session) {
        let app = process::Process::of(self.app).expect("the app runs");
        let mut strokes = 0;
        let began = Instant::now();
        until("the app has ended", SOON, || {
            let runs = app.runs();
            if runs && began.elapsed() >= STROKE * strokes {
                strokes += 1;
                self.press_to_close(session);
            }
            let result = match runs {
                true => Err(format!("it runs, after {strokes} strokes: {}", app.doing())),
                false => Ok(()),
            };
            async move { result }
        })
        .await;
        self.driver.stop(session).await;
    }

    /// Asks the window manager to close the window.
    pub fn press_to_close(&self, session: &Session) {
        let script = "for id in $(xdotool search --onlyvisible --pid \"$0\"); do \
                      timeout 2 xdotool windowactivate --sync \"$id\" key --clearmodifiers alt+F4; done";
        let pressed = session
            .command("sh")
            .args(["-c", script, &self.app.to_string()])
            .status();
        pressed.expect("xdotool starts");
    }
}

impl Deref for Window {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.driver.page
    }
}

async fn driver(session: &mut Session, app: &Path, arguments: &[&str], level: &str) -> Driver {
    let mut command = session.command("WebKitWebDriver");
    command
        .arg("--host=127.0.0.1")
        .env("MISO_LOG", level)
        .env("TAURI_WEBVIEW_AUTOMATION", "true");
    let mut capabilities: Map<String, Value> = Map::new();
    capabilities.insert(
        "webkitgtk:browserOptions".to_owned(),
        json!({ "binary": app.to_string_lossy(), "args": arguments }),
    );
    Driver::start(session, "window", command, capabilities).await
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Driver, Session, driver};

    const BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

    const PAGE: &str = "data:text/html,<title>Probe</title><h1>Fleet</h1><label>Name <input></label>\
        <button onclick=\"document.querySelector('h1').textContent='Hello '%2Bdocument.querySelector('input').value\">Greet</button>\
        <button aria-label='Close' hidden>x</button><a href='%23a'>Docs</a>";

    /// The means of the tests, tried on a page that is none of ours.
    #[tokio::test]
    async fn finds_what_a_person_would_look_for() {
        if !Path::new(BROWSER).exists() {
            eprintln!("{BROWSER} is not here: nothing to try the driver on");
            return;
        }
        let mut session = Session::new();
        let Driver { page, .. } =
            driver(&mut session, Path::new(BROWSER), &["--automation"], "warn").await;
        page.client().goto(PAGE).await.expect("the page opens");
        page.see("heading", "Fleet").await;
        page.fill("Name", "Miso").await;
        page.click("button", "Greet").await;
        page.see("heading", "Hello Miso").await;
        page.see_text("Greet").await;
        assert!(
            page.find("button", "Close").await.is_empty(),
            "what is hidden cannot be found"
        );
        assert_eq!(page.find("link", "Docs").await.len(), 1);
        assert_eq!(page.title().await, "Probe");
    }
}
