//! What starting, holding and listing cost, against the least that is possible here: the same page as a
//! file in a window that does nothing else, a window with an empty page, the bare requests.
//! `cargo xtask bench` prints it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::support::api::Api;
use crate::support::binary;
use crate::support::instance::Serve;
use crate::support::process;
use crate::support::screen::{Pixel, Screen};
use crate::support::session::Session;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, SOON, until, until_true};
use crate::support::window::Window;

/// Each is measured so often; the middle one counts.
const TURNS: usize = 9;
/// Applications on the page that is started with.
const ROWS: usize = 50;
/// Applications that are listed.
const LISTED: usize = 1_000;
/// A page of the list (API.md, "Lists").
const PAGE: usize = 200;
/// The key that goes to the first row.
const KEY: char = 'j';
/// Where a window's memory is looked at: once it changes by less between two looks.
const STEADY: f64 = 0.005;

#[tokio::test]
#[ignore = "measures: cargo xtask bench"]
async fn what_starting_holding_and_listing_cost() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance")
        .account()
        .unlimited()
        .start(&session);
    let api = instance.account().await;
    make(&api, 0..ROWS).await;
    let window = by_address(&mut session, &instance).await;
    let connection = connection_of(&window).await;
    let screen = Screen::of(&session);
    let page = page_of(&session, &window, &connection, &screen).await;
    window.quit(&mut session).await;

    let mut took = [const { Vec::new() }; 3];
    let mut held = [const { Vec::new() }; 3];
    for _ in 0..TURNS {
        for (at, command) in page.commands(&session).into_iter().enumerate() {
            let (answered, memory) = started(&mut session, &screen, command, &page).await;
            took[at].push(answered);
            held[at].push(memory);
        }
    }
    let [app, rows, empty] = took.map(median);
    let [app_held, rows_held, empty_held] = held.map(median);
    let mut figures = Map::new();
    figures.insert("start.interactive".to_owned(), against(app, rows, "ms"));
    figures.insert("start.empty".to_owned(), against(app, empty, "ms"));
    figures.insert(
        "memory.idle".to_owned(),
        against(app_held, empty_held, "MiB"),
    );
    figures.insert(
        "memory.page".to_owned(),
        against(app_held, rows_held, "MiB"),
    );

    make(&api, ROWS..LISTED).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Applications").await;
    let (ours, bare) = listed(&window, &connection, &api).await;
    figures.insert("ipc.list_1000".to_owned(), against(ours, bare, "ms"));
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
    tell(&figures, "MISO_WINDOW_FIGURES_JSON");
}

/// Prints the figures, and writes them where the variable says.
pub fn tell(figures: &Map<String, Value>, variable: &str) {
    for (name, figure) in figures {
        eprintln!("{name}: {figure}");
    }
    if let Some(file) = std::env::var_os(variable) {
        let text = serde_json::to_string_pretty(figures).expect("figures");
        fs::write(file, text + "\n").expect("the figures can be written");
    }
}

/// A figure beside its yardstick.
pub fn against(ours: f64, yardstick: f64, unit: &str) -> Value {
    let ratio = ours / yardstick;
    json!({ "ours": ours, "yardstick": yardstick, "ratio": ratio, "unit": unit })
}

/// Milliseconds whose goal is absolute.
pub fn alone(ours: f64) -> Value {
    json!({ "ours": ours, "yardstick": null, "ratio": null, "unit": "ms" })
}

/// The middle one.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

async fn make(api: &Api, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let manifest = json!({
            "key": format!("orders-{number:04}"), "displayName": format!("Orders {number}"), "type": "external",
        });
        let made = api.post("/api/applications", &manifest).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
}

/// The page that is started with, as it is left and as files beside it.
struct StartPage {
    rows: PathBuf,
    empty: PathBuf,
    /// A column of the window where nothing but the rows' ground is, and its height.
    column: (i16, u16),
    /// What a row's ground becomes when the key was answered.
    chosen: Pixel,
}

impl StartPage {
    /// The app, the same rows as a file, an empty page.
    fn commands(&self, session: &Session) -> [Command; 3] {
        let yardstick = binary::app().with_file_name("examples/yardstick");
        let opened = |file: &Path| {
            let mut command = session.command(&yardstick);
            command.arg(format!("file://{}", file.display()));
            command
        };
        [
            session.command(binary::app()),
            opened(&self.rows),
            opened(&self.empty),
        ]
    }
}

/// Opens the list, and keeps what it looks like as a file that answers the same key.
async fn page_of(
    session: &Session,
    window: &Window,
    connection: &str,
    screen: &Screen,
) -> StartPage {
    window.go_to(&format!("/c/{connection}/applications")).await;
    window.see_within(LATER, "link", "orders-0000").await;
    let place = "const row = document.querySelector('[data-list] [data-row]').getBoundingClientRect(); \
        return [Math.round(row.left) + 2, innerHeight]";
    let place = window.script(place, Vec::new()).await;
    let number = |at: usize| place[at].as_i64().expect("a number");
    let column = (
        i16::try_from(number(0)).expect("it is on the screen"),
        u16::try_from(number(1)).expect("it is on the screen"),
    );
    let before: HashSet<Pixel> = screen.column(column.0, column.1).into_iter().collect();
    let mut chosen = None;
    until("a row shows that it is chosen", SOON, || {
        screen.press(KEY);
        let now = screen.column(column.0, column.1);
        chosen = now.into_iter().find(|pixel| !before.contains(pixel));
        async move { chosen.ok_or_else(|| "nothing has changed".to_owned()) }
    })
    .await;
    let chosen = chosen.expect("it was seen");

    let folder = session.home().join("page");
    copy_assets(&folder);
    let styles = "return [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]) \
        .map((rule) => rule.cssText).join('\\n')";
    let styles = window.script(styles, Vec::new()).await;
    let content = "const page = document.documentElement.cloneNode(true); \
        for (const gone of page.querySelectorAll('script, style, link')) gone.remove(); return page.outerHTML";
    let content = window.script(content, Vec::new()).await;
    let styles = styles.as_str().expect("its styles");
    let styles = styles.replace("tauri://localhost/", "");
    let answer = format!(
        "<style>{styles}</style><script>addEventListener('keydown', (event) => {{ if (event.key === '{KEY}') \
         document.querySelector('[data-list] [data-item]').focus(); }})</script></body>"
    );
    let content = content.as_str().expect("its content");
    let rows = folder.join("rows.html");
    fs::write(
        &rows,
        format!("<!doctype html>{}", content.replace("</body>", &answer)),
    )
    .expect("the page is written");
    let empty = folder.join("empty.html");
    let ground = format!("#{chosen:06x}");
    // WebKit waits before it paints what has next to nothing to see: a square makes it paint at once.
    fs::write(
        &empty,
        format!(
            "<!doctype html><title>Empty</title><svg width=\"64\" height=\"64\"></svg><script>addEventListener('keydown', () => {{ \
             document.documentElement.style.background = '{ground}'; }})</script>"
        ),
    )
    .expect("the page is written");
    StartPage {
        rows,
        empty,
        column,
        chosen,
    }
}

/// The fonts of the page, where its styles look for them.
fn copy_assets(folder: &Path) {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist/assets");
    let to = folder.join("assets");
    fs::create_dir_all(&to).expect("a folder");
    for file in fs::read_dir(built).expect("the page is built").flatten() {
        fs::copy(file.path(), to.join(file.file_name())).expect("it is copied");
    }
}

/// Starts it: milliseconds until a row answers a key, and the memory it holds when it has come to rest.
async fn started(
    session: &mut Session,
    screen: &Screen,
    mut command: Command,
    page: &StartPage,
) -> (f64, f64) {
    let begun = Instant::now();
    let id = session
        .spawn("measured", &mut command)
        .expect("it can be started");
    screen.press_until(KEY, page.column, page.chosen).await;
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    let mut before = 0.0;
    let held = until("its memory has come to rest", LATER, || {
        let now = proportional(id);
        let is_steady = (now - before).abs() < STEADY * now;
        before = now;
        async move {
            // Between two looks.
            tokio::time::sleep(Duration::from_millis(500)).await;
            if is_steady {
                Ok(now)
            } else {
                Err(format!("{now} MiB"))
            }
        }
    })
    .await;
    let all = process::descendants(id);
    process::terminate(id);
    until_true("it has ended", LATER, || {
        session.ended(id).is_ok_and(|code| code.is_some()) && all.iter().all(|one| !one.runs())
    })
    .await;
    (took, held)
}

/// The memory of a process and those it started, what they share counted once, in MiB (proc(5), `Pss`).
fn proportional(id: u32) -> f64 {
    let all = process::descendants(id);
    let kibibytes = all.iter().filter_map(|one| {
        let file = format!("/proc/{}/smaps_rollup", one.id());
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    });
    kibibytes.sum::<f64>() / 1_024.0
}

/// The list of all applications anew: by a command of the app, and as the bare requests it takes, in ms.
async fn listed(window: &Window, connection: &str, api: &Api) -> (f64, f64) {
    let script = "const [connection, done] = arguments; const begun = performance.now(); \
        window.__TAURI_INTERNALS__.invoke('refresh', { connection, resource: { kind: 'applications' } }) \
            .then(() => window.__TAURI_INTERNALS__.invoke('applications', { connection })) \
            .then((all) => done([performance.now() - begun, all.value.data.length]), \
                (error) => done([0, JSON.stringify(error)]))";
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        // Nobody may answer that nothing has changed.
        let manifest = json!({
            "key": "orders-0000", "displayName": format!("Orders, {turn}"), "type": "external",
        });
        let put = api.write("PUT", "/api/applications/orders-0000", &[], &manifest);
        assert_eq!(put.await.status, 200);
        let said = window
            .client()
            .execute_async(script, vec![json!(connection)]);
        let said = said.await.expect("it is answered");
        assert_eq!(said[1], LISTED, "{said}");
        ours.push(said[0].as_f64().expect("a time"));
        let begun = Instant::now();
        for page in 1..=LISTED / PAGE {
            let path = format!("/api/applications?page={page}&pageSize={PAGE}");
            let answer = api.get(&path).await.json();
            assert_eq!(answer["data"].as_array().map(Vec::len), Some(PAGE));
        }
        bare.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    (median(ours), median(bare))
}
