//! Production is safe from slips (SECURITY.md): whatever is clicked and pressed while it is open, nothing is
//! written there that was not shown for three seconds before, in which it could be taken back.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fantoccini::actions::{
    InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::dialogs;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;
use crate::support::sign_in::{self, by_address, connection_of};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

/// Events between two looks at the instance.
const BATCH: usize = 20;
/// For so long something is shown before it is sent.
const SHOWN: Duration = Duration::from_secs(3);
/// The page sees a button come and go at its next turn.
const TURN: Duration = Duration::from_millis(250);
/// For so many batches a token of the tests' own account holds.
const SIGNED_IN: usize = 50;
/// At most so many things lie over each other.
const LAYERS: usize = 4;
/// So long the way to the instance may take.
const SENT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn three_hundred_random_events_write_nothing_unconfirmed_to_production() {
    slip(300, 20_261_125).await;
}

#[tokio::test]
#[ignore = "takes half an hour: cargo xtask test full"]
async fn promise_ten_thousand_random_events_write_nothing_unconfirmed_to_production() {
    slip(10_000, 4_711).await;
}

async fn slip(events: usize, seed: u64) {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance")
        .account()
        // What is tried is the page, not the budget.
        .argument("--rate-limit")
        .argument("90000000/9000000")
        .start(&session);
    let mut api = instance.account().await;
    in_production(&api).await;
    let window = by_address(&mut session, &instance).await;
    let connection = connection_of(&window).await;
    let mut chance = Chance(seed);
    let mut shown = Shown::default();
    let mut written = Written::of(&api).await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    eprintln!("seed {seed}");
    for batch in 0..events.div_ceil(BATCH) {
        if batch % SIGNED_IN == 0 {
            api = instance.account().await;
        }
        dialogs::close(&session, window.id());
        open_production(&window, &connection, &mut chance).await;
        if !is_signed_in(&window).await {
            sign_in_again(&mut session, &window, &instance).await;
        }
        watch(&window).await;
        for _ in 0..BATCH {
            *counts
                .entry(one_event(&window, &mut chance).await)
                .or_default() += 1;
        }
        shown.add(&look(&window).await);
        let now = Written::of(&api).await;
        now.held_against(&written, &mut shown, &format!("seed {seed}, batch {batch}"));
        written = now;
    }
    // What was begun is sent by then, or never.
    tokio::time::sleep(SHOWN + TURN).await;
    shown.add(&look(&window).await);
    let last = Written::of(&api).await;
    last.held_against(&written, &mut shown, &format!("seed {seed}, at the end"));
    let sent = last.deployments.len() - 1;
    eprintln!(
        "figure: {events} random events (seed {seed}: {counts:?}) with production open: {} times something \
         was shown to be taken back, {sent} deployments were sent, each after three seconds; none unconfirmed",
        shown.count,
    );
    assert!(
        events < 1_000 || shown.count > 10,
        "hardly anything was about to be sent"
    );
    assert_eq!(instance.stop(), Some(0));
}

/// An application that runs in production alone.
async fn in_production(api: &Api) {
    let manifest = json!({
        "key": "shop", "displayName": "Shop", "type": "webapp", "port": 3000, "image": "miso/hello:1.0",
    });
    let created = api.post("/api/applications", &manifest).await;
    assert_eq!(created.status, 201, "{created:?}");
    let request = json!({ "environment": "prod", "image": "miso/hello:1.0" });
    let answer = api.post("/api/applications/shop/deploy", &request).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    until("it runs in production", LATER, || async {
        let entries = &api.get("/api/applications/shop").await.json()["environments"];
        let runs = entries
            .as_array()
            .into_iter()
            .flatten()
            .any(|entry| entry["environment"] == "prod" && entry["status"] == "running");
        if runs {
            Ok(())
        } else {
            Err(entries.to_string())
        }
    })
    .await;
}

/// All that can be written to production of the application, as the instance has it.
struct Written {
    at: DateTime<Utc>,
    /// When each was asked for.
    deployments: BTreeMap<String, DateTime<Utc>>,
    rest: Value,
}

impl Written {
    async fn of(api: &Api) -> Self {
        let at = Utc::now();
        let path = "/api/applications/shop/deployments?environment=prod&pageSize=200";
        let all = api.get(path).await.json();
        let deployments = all["data"].as_array().into_iter().flatten().map(|one| {
            let id = one["id"].as_str().expect("an id").to_owned();
            let asked = one["createdAt"].as_str().expect("a time").parse();
            (id, asked.expect("a time"))
        });
        let configuration = api
            .get("/api/applications/shop/configuration?environment=prod")
            .await;
        let access = api.get("/api/applications/shop/access").await.json();
        let access: Vec<&Value> = access
            .as_array()
            .into_iter()
            .flatten()
            .filter(|row| row["environments"].to_string().contains("prod"))
            .collect();
        let rest = json!({
            "configuration": configuration.json()["items"],
            "access": access,
            "status": api.get("/api/applications/shop").await.status,
        });
        Self {
            at,
            deployments: deployments.collect(),
            rest,
        }
    }

    /// What is new was shown before, or this fails.
    fn held_against(&self, before: &Self, shown: &mut Shown, what: &str) {
        for (id, at) in &self.deployments {
            if before.deployments.contains_key(id) {
                continue;
            }
            assert!(
                shown.take(*at - SENT, *at + TURN),
                "{what}: {id} was sent at {at} without being shown: {:?}",
                shown.times
            );
        }
        if self.rest != before.rest {
            let (from, to) = (before.at - SENT, self.at + TURN);
            let is_deleted = self.rest["status"] != before.rest["status"];
            assert!(
                shown.take(from, to) || (is_deleted && shown.take_typed(from, to)),
                "{what}: {} became {} without being shown: {:?}",
                before.rest,
                self.rest,
                shown.times
            );
        }
    }
}

/// When something was shown that could be taken back, from and to.
#[derive(Default)]
struct Shown {
    times: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    count: usize,
    /// When the key stood where it is asked for before something is deleted, from and to: the other way to
    /// confirm.
    typed: BTreeMap<DateTime<Utc>, Typed>,
}

/// A time in which the key stood there.
struct Typed {
    /// `None` while it still does.
    to: Option<DateTime<Utc>>,
    /// Whether a write was put down to it.
    is_taken: bool,
}

impl Shown {
    fn add(&mut self, said: &Value) {
        let time = |value: &Value| DateTime::from_timestamp_millis(value.as_i64()?);
        for pair in said["shown"].as_array().into_iter().flatten() {
            let ends = (time(&pair[0]), time(&pair[1]));
            if let (Some(from), Some(to)) = ends {
                self.times.push((from, to));
                self.count += 1;
            }
        }
        // What is not told any more went with its page.
        for typed in self.typed.values_mut() {
            typed.to = typed.to.or(Some(Utc::now()));
        }
        for pair in said["typed"].as_array().into_iter().flatten() {
            if let Some(from) = time(&pair[0]) {
                let typed = self.typed.entry(from).or_insert(Typed {
                    to: None,
                    is_taken: false,
                });
                typed.to = time(&pair[1]);
            }
        }
    }

    /// Takes a time in which the key stood there, where that had not ended before `from`, nor began after
    /// `to`; whether there was one. Each stands for one write.
    fn take_typed(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let found = self.typed.iter_mut().find(|(began, typed)| {
            !typed.is_taken && **began <= to && typed.to.is_none_or(|ended| ended >= from)
        });
        found.map(|(_, typed)| typed.is_taken = true).is_some()
    }

    /// Takes one that was shown long enough and ended in that time; whether there was one. Each stands for
    /// one write.
    fn take(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let found = self.times.iter().position(|(began, ended)| {
            let lasted = (*ended - *began).to_std().unwrap_or_default();
            lasted + TURN >= SHOWN && (from..=to).contains(ended)
        });
        found.map(|at| self.times.remove(at)).is_some()
    }
}

/// splitmix64: the same events for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("it fits")
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A click or a stroke, as a hand or a cat would. Its kind.
async fn one_event(window: &Window, chance: &mut Chance) -> &'static str {
    if chance.below(100) == 0 {
        tokio::time::sleep(SHOWN + TURN).await;
        return "waits";
    }
    match chance.below(10) {
        0..5 => {
            let places = window.script(PLACES, Vec::new()).await;
            let places = places.as_array().cloned().unwrap_or_default();
            if places.is_empty() {
                return "nothing to click";
            }
            let place = &places[chance.below(places.len())];
            click(window, place[0].as_i64(), place[1].as_i64()).await;
            "clicks on what can be pressed"
        }
        5 => {
            let (x, y) = (chance.below(1_260), chance.below(780));
            click(window, i64::try_from(x).ok(), i64::try_from(y).ok()).await;
            "clicks anywhere"
        }
        6 => {
            strokes(window, Some(Key::Control), char::from(Key::Enter)).await;
            "Ctrl and Enter"
        }
        7 => {
            let key = chance.pick(&[
                Key::Enter,
                Key::Enter,
                Key::Tab,
                Key::Tab,
                Key::Escape,
                Key::Down,
                Key::Up,
            ]);
            strokes(window, None, char::from(key)).await;
            "keys"
        }
        8 => {
            let held = chance.pick(&[Key::Control, Key::Shift, Key::Alt]);
            strokes(window, Some(held), chance.pick(&LETTERS)).await;
            "letters with another key"
        }
        _ => {
            strokes(window, None, chance.pick(&LETTERS)).await;
            "letters"
        }
    }
}

/// Those that mean something somewhere, and others.
const LETTERS: [char; 20] = [
    'a', 'b', 'd', 'e', 'g', 'h', 'j', 'k', 'l', 'o', 'p', 'r', 's', 'x', '1', '2', '.', ' ', '/',
    '?',
];

/// The middle of everything that can be pressed, but of what ends the session or the connection.
const PLACES: &str = "const sees = (element) => { const box = element.getBoundingClientRect(); \
        return box.width > 0 && box.height > 0 && box.top >= 0 && box.left >= 0 && \
            box.bottom <= innerHeight && box.right <= innerWidth; }; \
    return [...document.querySelectorAll('button, a, input, textarea, select, [role=option], [role=menuitem]')] \
        .filter((element) => sees(element) && element.type !== 'file' && \
            !/sign out|remove|erase|file/i.test(element.textContent + element.ariaLabel)) \
        .map((element) => { const box = element.getBoundingClientRect(); \
            return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]; })";

async fn click(window: &Window, x: Option<i64>, y: Option<i64>) {
    let (Some(x), Some(y)) = (x, y) else { return };
    let pressed = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveTo {
            duration: None,
            x: x as f64,
            y: y as f64,
        })
        .then(PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        })
        .then(PointerAction::Up {
            button: MOUSE_BUTTON_LEFT,
        });
    // What was there may be gone, as under a hand.
    let _gone = window.client().perform_actions(pressed).await;
}

async fn strokes(window: &Window, held: Option<Key>, key: char) {
    let mut strokes = KeyActions::new("keyboard".to_owned());
    if let Some(held) = held {
        strokes = strokes.then(KeyAction::Down { value: held.into() });
    }
    strokes = strokes
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key });
    if let Some(held) = held {
        strokes = strokes.then(KeyAction::Up { value: held.into() });
    }
    let _gone = window.client().perform_actions(strokes).await;
}

/// Comes back to production, mostly with the panel open.
async fn open_production(window: &Window, connection: &str, chance: &mut Chance) {
    let here = format!("{connection}/applications/shop/prod");
    if window.address().await.contains(&here) && chance.below(4) != 0 {
        return;
    }
    let page = chance.pick(&[
        "?deploy=new",
        "?deploy=new&image=miso%2Fhello%3A1.1",
        "?deploy=new&image=miso%2Fhello%3A1.2",
        "",
        "/configuration",
        "/access",
        "/deployments",
    ]);
    let address = format!("/c/{connection}/applications/shop/prod{page}");
    window.go_to(&address).await;
}

/// Has the page note when something is shown that can be taken back, and when the key stands in a question.
async fn watch(window: &Window) {
    let script = "if (window.slips) return; \
        const slips = { shown: [], typed: [], since: { shown: null, typed: null } }; window.slips = slips; \
        const note = (what, holds) => { \
            const since = slips.since[what]; \
            if (holds && since === null) slips.since[what] = Date.now(); \
            if (!holds && since !== null) { slips[what].push([since, Date.now()]); slips.since[what] = null; } \
        }; \
        const inputs = ['[role=dialog]', '[role=alertdialog]', 'dialog'].map((layer) => layer + ' input').join(); \
        const look = () => { \
            note('shown', [...document.querySelectorAll('button')] \
                .some((button) => /^Take it back/i.test(button.textContent))); \
            note('typed', [...document.querySelectorAll(inputs)].some(({ value }) => value === 'shop')); \
        }; \
        new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true }); \
        document.addEventListener('input', look, true); \
        look()";
    window.script(script, Vec::new()).await;
}

/// What it noted since it was asked last; of what is typed also what stands there still.
async fn look(window: &Window) -> Value {
    let script = "const { shown = [], typed = [], since = {} } = window.slips ?? {}; \
        if (window.slips) { window.slips.shown = []; window.slips.typed = []; } \
        return { shown, typed: since.typed ? [...typed, [since.typed, null]] : typed }";
    window.script(script, Vec::new()).await
}

async fn is_signed_in(window: &Window) -> bool {
    window.find("heading", "Sign in again").await.is_empty()
}

async fn sign_in_again(session: &mut Session, window: &Window, instance: &Instance) {
    // What was opened over the page is closed, layer by layer, and what else wanted a browser is left.
    for _ in 0..LAYERS {
        strokes(window, None, char::from(Key::Escape)).await;
    }
    session.pass_over_opened();
    if !window.find("button", "Cancel").await.is_empty() {
        window.click("button", "Cancel").await;
    }
    window.click("button", "Sign in with the browser").await;
    sign_in::answer_with_key(session, instance).await;
    window.see_gone("heading", "Sign in again").await;
}
