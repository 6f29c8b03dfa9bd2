//! Every command of the app, called as a page calls it with arguments that no page would send: each
//! is answered or refused in a known form, none brings the app down, none tells a token (SECURITY.md,
//! "commands are denied by default").

use std::collections::BTreeMap;

use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};

use crate::support::instance::Serve;
use crate::support::keyring;
use crate::support::process::Process;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, by_address, connection_of};
use crate::support::wait::LATER;
use crate::support::window::Window;

const NAMES: &str = include_str!("../../src-tauri/src/commands/names.rs");
const BINDINGS: &str = include_str!("../../ui/src/ipc/bindings.ts");
/// An authority's certificate.
const PEM: &str = include_str!("../../src-tauri/src/authorities_test.pem");

/// These would end what the others are tried on, or go out of the window: never with the id of the
/// connection that is there.
const GUARDED: &[&str] = &[
    "application_delete",
    "application_open",
    "configuration_save_file",
    "connection_another",
    "connection_remove",
    "merged_export",
    "sign_in",
    "sign_in_as_service",
    "sign_in_on_device",
    "sign_out",
];

/// These open the system's own dialog, or end the app, whatever they are called with, and take nothing.
const UNCALLED: &[&str] = &["diagnostics_export", "quit"];

/// These open windows, which are as much as the app itself: with nothing that is an address.
const UNOPENED: &[&str] = &["window_open"];

/// These change how a connection is reached: with the id of one that nobody needs.
const SPARED: &[&str] = &["connection_change"];

/// These have nothing here that they could answer with: nobody signs in meanwhile, nothing here can
/// be deployed, nothing is on the clipboard, nobody has access as it is said, and nobody guesses a lease. Every call that comes to
/// them is refused.
const REFUSING: &[&str] = &[
    "sign_in_copy_address",
    "deployment",
    "deploy",
    "dry_run",
    "deployment_course",
    "deployment_cancel",
    "access_decide",
    "access_revoke",
    "compare_open",
    "promotion",
    "deployments_compare",
    "configuration_import_clipboard",
    "watch_renew",
];

/// The least of a command's calls that come as far as the command, in a hundred.
const REACHED: u64 = 10;

/// Calls in one script.
const BATCH: u64 = 250;

#[tokio::test]
async fn promise_no_command_is_brought_down_by_what_it_is_called_with() {
    call_each(200, 256 << 20).await;
}

#[tokio::test]
#[ignore = "takes ten minutes: cargo xtask test full"]
async fn ten_thousand_calls_bring_no_command_down() {
    call_each(10_000, 1 << 30).await;
}

/// Calls each command so often; the app's memory may grow by so many bytes meanwhile.
async fn call_each(calls: u64, growth: u64) {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance")
        .account()
        // What is tried is the app, not its budget.
        .argument("--rate-limit")
        .argument("90000000/9000000")
        .start(&session);
    let api = instance.account().await;
    for key in ["shop", "till"] {
        let manifest = json!({ "key": key, "displayName": key, "type": "external" });
        assert_eq!(api.post("/api/applications", &manifest).await.status, 201);
    }
    let window = by_address(&mut session, &instance).await;
    let app = Process::of(window.id()).expect("the app runs");
    let connection = connection_of(&window).await;
    let spare = another(&window, &connection).await;
    let secret = keyring::refresh_token(&session, &connection).expect("it is kept");
    let patience = TimeoutConfiguration::new(Some(LATER * 20), None, None);
    let set = window.client().update_timeouts(patience).await;
    set.expect("scripts may take long");

    let commands = commands();
    let memory_before = app.memory();
    let mut all = Outcomes::default();
    for (number, (command, parameters)) in (1..).zip(&commands) {
        let known = json!({
            "connection": match command.as_str() {
                guarded if GUARDED.contains(&guarded) => Value::Null,
                spared if SPARED.contains(&spared) => json!(spare),
                _ => json!(connection),
            },
            "applications": ["shop", "till"],
            "address": instance.ready("url"),
            "opens": !UNOPENED.contains(&command.as_str()),
            "secrets": [secret],
            "pem": PEM,
        });
        let mut one = Outcomes::default();
        for batch in 0..calls.div_ceil(BATCH) {
            let count = BATCH.min(calls - batch * BATCH);
            let seed = number * 1_000 + batch;
            let arguments = json!([command, parameters, count, seed, known]);
            let arguments = arguments.as_array().expect("a list").clone();
            let said = window
                .client()
                .execute_async(include_str!("support/fuzz.js"), arguments)
                .await;
            one.add(&said.unwrap_or_else(|error| panic!("{command}: {error}")));
            assert!(app.runs(), "{command}: the app has ended");
        }
        eprintln!("{command}: {one:?}");
        if one.reached * 100 < calls * REACHED {
            let reached = one.reached;
            one.bad.push(format!(
                "{command}: only {reached} of {calls} calls came to it"
            ));
        }
        let refuses = [GUARDED, REFUSING, UNOPENED]
            .concat()
            .contains(&command.as_str());
        if one.answered == 0 && !refuses {
            one.bad.push(format!("{command}: no call was answered"));
        }
        all.join(one);
    }
    assert_eq!(all.bad, Vec::<String>::new());
    no_other_command_can_be_called(&window).await;

    window.click("link", "Home").await;
    window.see_within(LATER, "table", MATRIX).await;
    for (name, text) in session.logs() {
        assert!(!text.contains("panicked"), "{name}: {text}");
    }
    let memory_after = app.memory();
    assert!(
        memory_after.saturating_sub(memory_before) < growth,
        "the app's memory went from {} to {} MiB",
        memory_before >> 20,
        memory_after >> 20
    );
    eprintln!(
        "figure: {} commands, {calls} calls each: {} answered, {} refused, none hung, told a token or \
         panicked; the slowest took {:.1} s; the app's memory went from {} to {} MiB; {:?}",
        commands.len(),
        all.answered,
        all.refused.values().sum::<u64>(),
        all.slowest / 1_000.0,
        memory_before >> 20,
        memory_after >> 20,
        all.refused,
    );
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

/// One more connection to the same instance.
async fn another(window: &Window, connection: &str) -> String {
    let script = "const [connection, done] = arguments; \
        window.__TAURI_INTERNALS__.invoke('connection_another', { connection }) \
            .then((made) => done(made.id), (error) => done(error))";
    let made = window
        .client()
        .execute_async(script, vec![json!(connection)])
        .await;
    let made = made.expect("an answer");
    made.as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// What is not granted is denied, whatever it is.
async fn no_other_command_can_be_called(window: &Window) {
    let others = [
        "no_such_command",
        "plugin:app|version",
        "plugin:clipboard-manager|read_text",
        "plugin:event|emit",
        "plugin:fs|read_text_file",
        "plugin:opener|open_path",
        "plugin:opener|open_url",
        "plugin:path|resolve_directory",
        "plugin:shell|execute",
        "plugin:store|load",
        "plugin:webview|create_webview_window",
        "plugin:window|create",
    ];
    let script = "const [names, done] = arguments; \
        Promise.all(names.map((name) => window.__TAURI_INTERNALS__.invoke(name, {}).then( \
            () => `${name} was answered`, \
            (error) => /not allowed|not found/.test(String(error)) ? null : `${name}: ${error}`))) \
            .then((all) => done(all.filter((each) => each !== null)))";
    let said = window
        .client()
        .execute_async(script, vec![json!(others)])
        .await;
    assert_eq!(said.expect("an answer"), json!([]));
}

/// What came of the calls.
#[derive(Debug, Default)]
struct Outcomes {
    answered: u64,
    /// Answered, or refused by the command itself.
    reached: u64,
    refused: BTreeMap<String, u64>,
    /// Hung, answered in no known form, or told a secret.
    bad: Vec<String>,
    slowest: f64,
}

impl Outcomes {
    fn add(&mut self, said: &Value) {
        let Some(refused) = said["refused"].as_object() else {
            panic!("{said}");
        };
        self.answered += said["answered"].as_u64().unwrap_or_default();
        self.reached += said["reached"].as_u64().unwrap_or_default();
        for (word, count) in refused {
            *self.refused.entry(word.clone()).or_default() += count.as_u64().unwrap_or_default();
        }
        for kind in ["strange", "hung", "told"] {
            let bad = said[kind].as_array().into_iter().flatten();
            self.bad.extend(bad.map(|one| format!("{kind}: {one}")));
        }
        self.slowest = self
            .slowest
            .max(said["slowest"].as_f64().unwrap_or_default());
    }

    fn join(&mut self, other: Self) {
        self.answered += other.answered;
        self.reached += other.reached;
        self.bad.extend(other.bad);
        for (word, count) in other.refused {
            *self.refused.entry(word).or_default() += count;
        }
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// Every declared command with its parameters, names and types, as its bindings say them.
fn commands() -> Vec<(String, Vec<(String, String)>)> {
    let declared = NAMES
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
    let mut commands: Vec<_> = declared
        .filter(|name| !UNCALLED.contains(name))
        .map(|name| (name.to_owned(), parameters(name)))
        .collect();
    // What the others go on with is ended after them.
    commands.sort_by_key(|(name, _)| name.ends_with("_close") || name.ends_with("_end"));
    assert!(commands.len() > 30, "{commands:?}");
    for name in UNCALLED {
        assert!(parameters(name).is_empty(), "{name} takes something");
    }
    commands
}

/// `application: (connection: ConnectionId, application: string) => __TAURI_INVOKE<…>("application", …`.
fn parameters(command: &str) -> Vec<(String, String)> {
    let called = format!(">(\"{command}\"");
    let line = BINDINGS.lines().find(|line| line.contains(&called));
    let line = line.unwrap_or_else(|| panic!("{command} has no binding"));
    let (head, _) = line.split_once(" => ").expect("a function");
    let (_, list) = head.split_once(": (").expect("parameters");
    list.trim_end_matches(')')
        .split(", ")
        .filter_map(|parameter| parameter.split_once(": "))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}
