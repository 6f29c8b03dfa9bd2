//! The secrets of a real session are in the keyring and in the app's own memory, and nowhere else
//! (SECURITY.md, "secrets stay in Rust").

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fantoccini::key::Key;
use memchr::memmem::Finder;
use serde_json::Value;
use url::Url;

use crate::support::axe;
use crate::support::dialogs;
use crate::support::instance::{ACCOUNT, Serve};
use crate::support::pictures;
use crate::support::process::{Process, descendants};
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, answer, connection_of};
use crate::support::wait::LATER;
use crate::support::window::Window;
use crate::support::{keyring, memory};

/// No token is longer than this.
const LONGEST: usize = 8_192;

#[tokio::test]
async fn promise_secrets_are_nowhere_but_in_the_app_and_the_keyring() {
    let mut session = Session::new();
    let window = Window::open_logging(&mut session, &["--try-here"], "trace").await;
    answer(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
    let connection = connection_of(&window).await;
    let mut secrets = Secrets::default();
    secrets.take_from_the_keyring(&session, &connection);
    secrets.take_from_the_browser(&session);
    secrets.take_tokens_from(&window);
    use_it(&window).await;
    window.quit(&mut session).await;

    // The next run renews the session: a spent token, its successor, another access token.
    let before = session.logs();
    let window = Window::open_logging(&mut session, &[], "trace").await;
    window.see_within(LATER, "link", "checkout").await;
    use_it(&window).await;
    secrets.take_from_the_keyring(&session, &connection);
    let access = secrets.take_tokens_from(&window);
    assert!(
        access > 0,
        "the app holds the token it shows the pages with"
    );
    let launch = launch_key(&session);
    secrets.add("the launch key", &launch);

    let mut looked = Looked::default();
    let marker = "marker-that-the-page-itself-holds";
    hold(&window, marker).await;
    look_into_memory(&mut looked, &window, &secrets, marker);
    let held = ["aino.laine", "checkout", "marker-that-the-page"];
    look_into_the_page(&mut looked, &window, &secrets, &held).await;
    let handed_on = diagnostics(&session, &window).await;
    for part in [
        "Miso Desktop ",
        "sent in an hour: ",
        "\n[log]\n",
        "/api/applications",
    ] {
        assert!(handed_on.contains(part), "{part} in {handed_on}");
    }
    looked.at("the diagnostics", handed_on.as_bytes(), &secrets, &[]);
    look_at_processes(&mut looked, &window, &secrets);
    assert!(
        looked.processes > 5,
        "the app, its web processes and its workloads"
    );
    let logs: Vec<_> = before.into_iter().chain(session.logs()).collect();
    let logged = logs.iter().map(|(_, text)| text.len()).sum::<usize>();
    assert!(logged > 100_000, "the log is at its finest: {logged} bytes");
    for (name, text) in &logs {
        looked.at(
            &format!("the log of {name}"),
            text.as_bytes(),
            &secrets,
            &[],
        );
    }
    window.quit(&mut session).await;
    look_into_files(&mut looked, &session.home(), &secrets);

    assert_eq!(looked.found, Vec::<String>::new());
    eprintln!(
        "figure: {} secrets (2 refresh tokens, {} access and ID tokens, the keyring's entries, the \
         browser's one-time values, the launch key) looked for in {} places: {} MiB of memory of {} \
         web processes, {} KiB of texts a script can reach, {} processes' arguments and environment, \
         {} KiB of log at its finest, {} files: none",
        secrets.0.len(),
        secrets.tokens(),
        looked.places,
        looked.memory >> 20,
        looked.web_processes,
        looked.reachable >> 10,
        looked.processes,
        logged >> 10,
        looked.files,
    );
}

#[tokio::test]
async fn promise_a_secret_that_is_typed_is_sent_and_left_nowhere() {
    let (id, secret) = ACCOUNT;
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let window = Window::open_logging(&mut session, &[], "trace").await;
    window.see_within(LATER, "button", "Start").await;
    window
        .fill("Connect to an instance", instance.ready("url"))
        .await;
    window.click("button", "Sign in with the browser").await;
    // Nobody answers in the browser: there is none where a service account is used.
    session.next_opened(LATER).await;
    window.click("button", "Sign in as a service account").await;
    window.fill("Client id", id).await;
    window.fill("Client secret", "not the right one").await;
    window.press([Key::Return.into()]).await;
    window
        .see_text_within(LATER, "does not take this client id with this secret")
        .await;
    axe::finds_nothing_serious(&window, "the form of a service account").await;
    window.picture(&pictures::out("service-account")).await;
    window.fill("Client secret", secret).await;
    window.press([Key::Return.into()]).await;
    window.see_within(LATER, "heading", "Home").await;
    let connection = connection_of(&window).await;
    let kept = keyring::refresh_token(&session, &connection);
    assert_eq!(kept.as_deref(), Some(secret), "the keyring has it");

    let mut secrets = Secrets::default();
    secrets.add("the typed secret", secret);
    secrets.add("the typed secret in base64", &STANDARD.encode(secret));
    let entry = keyring::entry(&session, &connection).expect("an entry");
    secrets.add("the keyring's entry", entry.trim());
    let mut looked = Looked::default();
    let marker = "marker-that-the-page-itself-holds";
    hold(&window, marker).await;
    look_into_the_page(&mut looked, &window, &secrets, &[id, marker]).await;
    look_at_processes(&mut looked, &window, &secrets);
    assert!(looked.processes > 2, "the app and its web processes");
    window.quit(&mut session).await;

    // It outlives the app, and nobody types it again.
    let before = session.logs();
    let window = Window::open_logging(&mut session, &[], "trace").await;
    window.see_within(LATER, "heading", "Home").await;
    window.quit(&mut session).await;
    let logs: Vec<_> = before.into_iter().chain(session.logs()).collect();
    let logged = logs.iter().map(|(_, text)| text.len()).sum::<usize>();
    assert!(logged > 20_000, "the log is at its finest: {logged} bytes");
    for (name, text) in &logs {
        let place = format!("the log of {name}");
        looked.at(&place, text.as_bytes(), &secrets, &[]);
    }
    assert_eq!(instance.stop(), Some(0));
    look_into_files(&mut looked, &session.home(), &secrets);
    assert_eq!(looked.found, Vec::<String>::new());
    eprintln!(
        "figure: a service account's secret, typed and sent, looked for in {} places ({} KiB of texts a \
         script can reach, {} KiB of log at its finest, {} files): none",
        looked.places,
        looked.reachable >> 10,
        logged >> 10,
        looked.files,
    );
}

/// Has the page hold a text, put together there: what looks for it finds that.
async fn hold(window: &Window, marker: &str) {
    let script = "window.marker = arguments[0].join('-')";
    let parts = marker.split('-').collect();
    window.script(script, vec![parts]).await;
}

/// Has the app make requests and show what came.
async fn use_it(window: &Window) {
    window.click("link", "Applications").await;
    window.see("heading", "Applications").await;
    window.click("link", "checkout").await;
    window.see("heading", "checkout").await;
    window.click("link", "Logs").await;
    window.see("region", "Log lines").await;
    window.click("link", "Home").await;
    window.see_within(LATER, "table", MATRIX).await;
}

/// What is handed on where somebody looks for a mistake.
async fn diagnostics(session: &Session, window: &Window) -> String {
    let file = session.home().join("miso-desktop-diagnostics.txt");
    window.click("link", "Settings").await;
    window.click("link", "Diagnostics").await;
    window.click("button", "Export").await;
    dialogs::save(session, &file).await;
    window.see("button", "Saved").await;
    fs::read_to_string(&file).expect("it can be read")
}

/// What must not be found, each with what it is.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn add(&mut self, what: &str, secret: &str) {
        assert!(
            secret.len() > 15,
            "{what} is too short to be told: {secret}"
        );
        if !self.0.iter().any(|(_, known)| known == secret) {
            self.0.push((what.to_owned(), secret.to_owned()));
        }
    }

    fn tokens(&self) -> usize {
        let tokens = self.0.iter().filter(|(what, _)| what == "a signed token");
        tokens.count()
    }

    fn take_from_the_keyring(&mut self, session: &Session, connection: &str) {
        let token = keyring::refresh_token(session, connection).expect("a refresh token");
        let entry = keyring::entry(session, connection).expect("an entry");
        self.add("the keyring's entry", entry.trim());
        self.add("a refresh token", &token);
        self.add(
            "a refresh token in base64",
            STANDARD.encode(&token).trim_end_matches('='),
        );
    }

    /// What stands in the address that the browser was sent to is good once, and no page's business.
    fn take_from_the_browser(&mut self, session: &Session) {
        let opened = session.opened();
        let address = Url::parse(opened.last().expect("an address")).expect("a URL");
        for name in ["state", "nonce"] {
            let value = address.query_pairs().find(|(key, _)| key == name);
            let (_, value) = value.unwrap_or_else(|| panic!("no {name} in {address}"));
            self.add(&format!("the browser's {name}"), &value);
        }
    }

    /// The signed tokens in the app's memory, where they may be; how many there are.
    fn take_tokens_from(&mut self, window: &Window) -> usize {
        let app = Process::of(window.id()).expect("the app runs");
        let begin = Finder::new("eyJ");
        let mut tokens = BTreeSet::new();
        let read = memory::each_piece(&app, LONGEST, |piece| {
            for at in begin.find_iter(piece) {
                tokens.extend(token_at(&piece[at..]));
            }
        });
        read.expect("a child's memory can be read");
        for token in &tokens {
            self.add("a signed token", token);
        }
        tokens.len()
    }
}

/// The JSON Web Token that begins here, if one does.
fn token_at(bytes: &[u8]) -> Option<String> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let token: Vec<u8> = bytes
        .iter()
        .take(LONGEST)
        .take_while(is_part)
        .copied()
        .collect();
    let token = String::from_utf8(token).ok()?;
    let mut parts = token.split('.');
    let payload = parts.nth(1)?;
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let signature = parts.next()?;
    let is_signed = payload["exp"].is_number() && signature.len() > 40;
    is_signed.then_some(token)
}

/// Where it was looked, and what was found there.
#[derive(Default)]
struct Looked {
    places: usize,
    memory: u64,
    web_processes: usize,
    reachable: usize,
    processes: usize,
    files: usize,
    found: Vec<String>,
}

impl Looked {
    /// Looks for all but `allowed` in a place.
    fn at(&mut self, place: &str, bytes: &[u8], secrets: &Secrets, allowed: &[&str]) {
        self.places += 1;
        for (what, secret) in &secrets.0 {
            let is_allowed = allowed.contains(&what.as_str());
            if !is_allowed && Finder::new(secret).find(bytes).is_some() {
                self.found.push(format!("{what} in {place}"));
            }
        }
    }
}

/// The page's memory has nothing of it, neither as bytes nor as JavaScript's wide texts.
fn look_into_memory(looked: &mut Looked, window: &Window, secrets: &Secrets, marker: &str) {
    let mut wanted: Vec<(String, Vec<u8>)> = Vec::new();
    for (what, secret) in &secrets.0 {
        wanted.push((what.clone(), secret.clone().into_bytes()));
        let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        wanted.push((format!("{what}, wide,"), wide));
    }
    let mut marked = false;
    for process in descendants(window.id()) {
        let name = process.arguments.first().cloned().unwrap_or_default();
        if !name.contains("WebKit") {
            continue;
        }
        let finders: Vec<_> = wanted
            .iter()
            .map(|(what, bytes)| (what, Finder::new(bytes)))
            .collect();
        let marker = Finder::new(marker);
        let mut found = BTreeSet::new();
        let read = memory::each_piece(&process, LONGEST * 2, |piece| {
            let here = finders
                .iter()
                .filter(|(_, finder)| finder.find(piece).is_some());
            found.extend(here.map(|(what, _)| (*what).clone()));
            marked |= marker.find(piece).is_some();
        });
        looked.memory += read.expect("a child's memory can be read");
        looked.places += 1;
        looked.web_processes += 1;
        let all = found
            .into_iter()
            .map(|what| format!("{what} in the memory of {name}"));
        looked.found.extend(all);
    }
    assert!(marked, "what the page does hold is found");
}

/// Storage, document and every value that a script can reach.
async fn look_into_the_page(
    looked: &mut Looked,
    window: &Window,
    secrets: &Secrets,
    held: &[&str],
) {
    let said = window
        .client()
        .execute_async(include_str!("support/reachable.js"), Vec::new())
        .await
        .expect("the page can be walked");
    let texts = said["texts"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(
        held.iter().all(|text| texts.contains(text)),
        "the walk sees what the page holds"
    );
    assert_eq!(
        (&said["names"], &said["lost"]),
        (&Value::Array(Vec::new()), &Value::Bool(false))
    );
    looked.reachable = texts.len();
    looked.at("the page", texts.as_bytes(), secrets, &[]);
}

/// Arguments and environment of the app and all that it started.
fn look_at_processes(looked: &mut Looked, window: &Window, secrets: &Secrets) {
    let app = Process::of(window.id()).expect("the app runs");
    let all: Vec<_> = descendants(window.id()).into_iter().chain([app]).collect();
    for process in all {
        looked.processes += 1;
        for part in ["cmdline", "environ"] {
            let place = format!("the {part} of {:?}", process.arguments.first());
            let bytes = match fs::read(format!("/proc/{}/{part}", process.id())) {
                Ok(bytes) => bytes,
                Err(_) if !process.runs() => continue,
                Err(error) => panic!("{place} cannot be read: {error}"),
            };
            looked.at(&place, &bytes, secrets, &[]);
        }
    }
}

/// Every file but the keyring's own; the launch key stands in the file that keeps it.
fn look_into_files(looked: &mut Looked, folder: &Path, secrets: &Secrets) {
    for path in files(folder) {
        if path.components().any(|part| part.as_os_str() == "keyrings") {
            continue;
        }
        looked.files += 1;
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => panic!("{} cannot be read: {error}", path.display()),
        };
        let allowed: &[&str] = match path == identity(folder) {
            true => &["the launch key"],
            false => &[],
        };
        looked.at(&path.display().to_string(), &bytes, secrets, allowed);
    }
    assert!(looked.files > 10, "{} files", looked.files);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(error) => panic!("{} cannot be read: {error}", folder.display()),
    };
    entries
        .map(|entry| entry.expect("an entry of a folder"))
        .flat_map(|entry| {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => files(&path),
                Ok(kind) if kind.is_file() => vec![path],
                Ok(_) => Vec::new(),
                Err(error) => panic!("{} cannot be told: {error}", path.display()),
            }
        })
        .collect()
}

fn identity(home: &Path) -> PathBuf {
    home.join(".local/share/ai.aifabrix.miso-desktop/local/identity.json")
}

fn launch_key(session: &Session) -> String {
    let kept = fs::read(identity(&session.home())).expect("the instance's identity");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    let key = kept["launch_key"].as_str().or(kept["launchKey"].as_str());
    key.expect("its launch key").to_owned()
}
