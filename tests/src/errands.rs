//! What the errands of a day cost: clicks, keys, milliseconds and requests of each (UX.md, "it starts with a
//! question or an errand"). `cargo xtask bench errands` prints them.

use std::time::{Duration, Instant};

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::shop;
use crate::support::sign_in::{by_address, connection_of};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// Going back is sent by then.
const ROLLED_BACK: Duration = Duration::from_secs(5);
/// The log of an application whose lines are kept should be seen by then. Measured, not demanded: how long a
/// window takes on a machine that does other things besides says little of the app.
const LOG_SEEN: Duration = Duration::from_millis(300);

#[tokio::test]
#[ignore = "measures: cargo xtask bench errands"]
async fn errands() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    for key in ["basket", "catalogue", "shop"] {
        let mut manifest = shop::manifest(key, "miso/talkative:1.0");
        manifest["configuration"] = json!([
            { "name": "LEVEL", "value": "info", "location": "variable", "required": false }
        ]);
        api.create_from(&manifest).await;
        api.deployed(key, 1).await;
    }
    api.deploy("basket", "test", "miso/talkative:1.0").await;
    api.deploy("shop", "test", "miso/hello:1.0").await;
    api.deployed("basket", 2).await;
    api.deployed("shop", 2).await;
    api.deploy("basket", "dev", "miso/talkative:1.1").await;
    api.deployed("basket", 3).await;
    api.deploy("shop", "test", "miso/failing-health:2.0").await;
    api.deployed("shop", 3).await;
    let window = by_address(&mut session, &instance).await;
    window.see_text_within(LATER, "1 of 3 unwell").await;
    window.quit(&mut session).await;

    let begun = Instant::now();
    let window = Window::open_logging(&mut session, &[], "miso_client=debug").await;
    let mut day = Day {
        window,
        session: &session,
        api: &api,
        clicks: 0,
        keys: 0,
        done: Vec::new(),
    };
    day.anything_unwell(begun).await;
    let connection = connection_of(&day.window).await;
    day.who_deployed_last().await;
    day.at(&connection, "catalogue/dev").await;
    day.restart().await;
    day.at(&connection, "shop/test").await;
    day.roll_back().await;
    day.at(&connection, "shop/dev").await;
    day.compare_configuration().await;
    day.at(&connection, "shop/dev/access").await;
    day.grant_access().await;
    day.window.press("gh".chars()).await;
    day.promote().await;
    // The log was looked at before, and is kept.
    day.at(&connection, "basket/dev/logs").await;
    day.window.see("region", "Log lines").await;
    day.window.press("gh".chars()).await;
    day.window.see("heading", "Home").await;
    day.find_and_see_the_log().await;
    day.tell();
    assert_eq!(instance.stop(), Some(0));
}

/// The window in which it is done, and what it has cost so far.
struct Day<'a> {
    window: Window,
    session: &'a Session,
    api: &'a Api,
    clicks: u32,
    keys: u32,
    done: Vec<Errand>,
}

/// What one errand has cost.
struct Errand {
    name: &'static str,
    clicks: u32,
    keys: u32,
    milliseconds: u128,
    /// What it should take at most, where that is stated.
    goal: Option<Duration>,
    requests: usize,
}

impl Day<'_> {
    /// Is anything unwell? No input: the app is started, and says it.
    async fn anything_unwell(&mut self, begun: Instant) {
        self.window.see_text_within(LATER, "1 of 3 unwell").await;
        self.end("is anything unwell, from its start", (begun, 0), [0, 0]);
    }

    /// Who deployed last? No input: it stands beside what is unwell.
    async fn who_deployed_last(&mut self) {
        let begun = self.begin();
        let last = "return document.querySelector(\"[aria-label='Since you last looked'] li a[href*='deploy=']\")\
            ?.innerText ?? ''";
        until("the last deployment is told", LATER, || async {
            let told = self.window.script(last, Vec::new()).await.to_string();
            let says = ["shop", "2.0", "test", "by test-client"];
            if says.iter().all(|word| told.contains(word)) {
                Ok(())
            } else {
                Err(told)
            }
        })
        .await;
        self.end("who deployed last", begun, [0, 0]);
    }

    /// Two clicks in the header and the panel, outside of production.
    async fn restart(&mut self) {
        let sent = self.sent().await;
        let begun = self.begin();
        self.click("button", "Restart").await;
        self.click("button", "in dev").await;
        self.until_sent(sent).await;
        self.end("restart", begun, [2, 0]);
    }

    /// Two clicks, while what runs is unwell.
    async fn roll_back(&mut self) {
        let sent = self.sent().await;
        self.window
            .see_within(LATER, "button", "Roll back test to")
            .await;
        let begun = self.begin();
        self.click("button", "Roll back test to").await;
        self.click("button", "Roll back test to").await;
        self.until_sent(sent).await;
        let took = self.end("roll back", begun, [2, 0]);
        self.goal(ROLLED_BACK);
        assert!(took < ROLLED_BACK.as_millis(), "{took} ms");
    }

    /// Two clicks: the tab, and all environments beside each other.
    async fn compare_configuration(&mut self) {
        let begun = self.begin();
        self.click("link", "Configuration").await;
        self.click("button", "All environments").await;
        self.window
            .see("table", "Configuration of all environments")
            .await;
        self.end("compare configuration of two environments", begun, [2, 0]);
    }

    /// From the application's access: the form, who, where, and that it is meant.
    async fn grant_access(&mut self) {
        self.window.see("button", "Grant access…").await;
        let begun = self.begin();
        self.click("button", "Grant access…").await;
        let focused = "return document.activeElement?.name ?? ''";
        until("the subject can be typed", SOON, || async {
            match self.window.script(focused, Vec::new()).await {
                name if name == "subject" => Ok(()),
                other => Err(other.to_string()),
            }
        })
        .await;
        self.press("mikko.saari").await;
        self.click("radio", "developer").await;
        self.click("checkbox", "dev").await;
        self.click("button", "Grant in dev").await;
        self.api.has_access("shop", "mikko.saari").await;
        self.end("grant access", begun, [4, 11]);
    }

    /// Three clicks: the page, the application, and off it goes.
    async fn promote(&mut self) {
        let sent = self.sent().await;
        let begun = self.begin();
        self.click("link", "Promote").await;
        self.click("checkbox", "basket").await;
        self.click("button", "Promote 1 to test").await;
        self.until_sent(sent).await;
        self.end("promote dev → test", begun, [3, 0]);
    }

    /// At most seven keys: the palette, some letters, Enter, the log's own key.
    async fn find_and_see_the_log(&mut self) {
        let begun = self.begin();
        self.window.chord(Key::Control, 'k').await;
        self.keys += 1;
        self.window.see_focus("combobox").await;
        self.press("bas").await;
        self.window.see_chosen("basket").await;
        self.window.press([Key::Enter.into()]).await;
        self.keys += 1;
        self.window.see("heading", "basket").await;
        // In the page's own time: what drives the window is no part of it.
        let watched = "window.shown = null; addEventListener('keydown', (event) => { const begun = event.timeStamp; \
            const look = () => { const seen = document.querySelector(\"[aria-label='Log lines'] time\"); \
                if (seen) window.shown = performance.now() - begun; else requestAnimationFrame(look); }; look(); }, \
            { once: true, capture: true })";
        self.window.script(watched, Vec::new()).await;
        self.press("2").await;
        let shown = until("its lines are seen", SOON, || async {
            let shown = self.window.script("return window.shown", Vec::new()).await;
            shown.as_f64().ok_or_else(|| "not yet".to_owned())
        })
        .await;
        let keys = self.keys;
        self.end("find an application and its live log", begun, [0, keys]);
        assert!(keys <= 7, "{keys} keys");
        self.goal(LOG_SEEN);
        if let Some(errand) = self.done.last_mut() {
            errand.milliseconds = shown as u128;
        }
    }

    /// Says what the last errand should take at most.
    fn goal(&mut self, goal: Duration) {
        if let Some(errand) = self.done.last_mut() {
            errand.goal = Some(goal);
        }
    }

    async fn at(&self, connection: &str, page: &str) {
        let address = format!("/c/{connection}/applications/{page}");
        self.window.go_to(&address).await;
        let key = page.split('/').next().unwrap_or_default();
        self.window.see("heading", key).await;
    }

    async fn click(&mut self, role: &str, name: &str) {
        self.window.click(role, name).await;
        self.clicks += 1;
    }

    async fn press(&mut self, letters: &str) {
        self.window.press(letters.chars()).await;
        self.keys += u32::try_from(letters.chars().count()).unwrap_or(u32::MAX);
    }

    fn begin(&mut self) -> (Instant, usize) {
        (self.clicks, self.keys) = (0, 0);
        (Instant::now(), self.requests())
    }

    /// Notes what it has cost, which may not be more inputs than `[clicks, keys]`; its milliseconds.
    fn end(
        &mut self,
        name: &'static str,
        (begun, requests): (Instant, usize),
        most: [u32; 2],
    ) -> u128 {
        let milliseconds = begun.elapsed().as_millis();
        let (clicks, keys) = (self.clicks, self.keys);
        assert!(
            clicks <= most[0] && keys <= most[1],
            "{name}: {clicks} clicks, {keys} keys"
        );
        let requests = self.requests() - requests;
        self.done.push(Errand {
            name,
            clicks,
            keys,
            milliseconds,
            goal: None,
            requests,
        });
        milliseconds
    }

    /// Requests that the app has sent so far.
    fn requests(&self) -> usize {
        let log = std::fs::read_to_string(self.session.log("window")).unwrap_or_default();
        log.lines()
            .filter(|line| line.contains("answer method="))
            .count()
    }

    /// Deployments that the instance knows.
    async fn sent(&self) -> usize {
        let all = self.api.get("/api/deployments?pageSize=200").await.json();
        all["data"].as_array().map_or(0, Vec::len)
    }

    async fn until_sent(&self, before: usize) {
        until("it is sent", SOON, || async {
            match self.sent().await {
                now if now > before => Ok(()),
                now => Err(format!("{now} deployments")),
            }
        })
        .await;
    }

    fn tell(&self) {
        eprintln!(
            "{:<40} {:>6} {:>6} {:>8} {:>8} {:>8}",
            "errand", "clicks", "keys", "ms", "goal", "requests"
        );
        for Errand {
            name,
            clicks,
            keys,
            milliseconds,
            goal,
            requests,
        } in &self.done
        {
            let goal = goal.map_or("-".to_owned(), |goal| goal.as_millis().to_string());
            eprintln!("{name:<40} {clicks:>6} {keys:>6} {milliseconds:>8} {goal:>8} {requests:>8}");
        }
        let Some(file) = std::env::var_os("MISO_ERRANDS_JSON") else {
            return;
        };
        let all: Vec<Value> = self
            .done
            .iter()
            .map(|one| {
                json!({ "errand": one.name, "clicks": one.clicks, "keys": one.keys,
                    "milliseconds": one.milliseconds as u64,
                    "goalMilliseconds": one.goal.map(|goal| goal.as_millis() as u64),
                    "requests": one.requests })
            })
            .collect();
        let text = serde_json::to_string_pretty(&all).expect("figures");
        std::fs::write(file, text + "\n").expect("the figures can be written");
    }
}
