//! Depends on other applications, those that `DEPENDS_ON` names by their keys, and says in its
//! checks how each of them is. Where one is not well it is degraded: it answers, with less.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::timeout;

use super::call::Caller;
use super::lifeline::Neighbours;
use super::output::{Level, say};
use super::server::{degraded, serve, well};
use super::settings::Settings;

/// How often it asks the others.
const PAUSE: Duration = Duration::from_secs(2);
/// How long it waits to be told where the others are.
const FIRST_ADDRESSES: Duration = Duration::from_secs(1);
/// The variable that names the others, separated by commas.
const DEPENDS_ON: &str = "DEPENDS_ON";

/// What is known of one: how long it took, or why it does not count as well.
type Known = Result<u64, String>;

/// Runs until it is asked to end.
pub(super) async fn run(
    settings: Settings,
    mut neighbours: watch::Receiver<Neighbours>,
) -> ExitCode {
    let others: Vec<String> = std::env::var(DEPENDS_ON)
        .unwrap_or_default()
        .split(',')
        .map(|key| key.trim().to_owned())
        .filter(|key| !key.is_empty())
        .collect();
    if others.is_empty() {
        say(
            Level::Warn,
            &format!("{DEPENDS_ON} names no application: it depends on none"),
            json!({}),
        );
    }
    let known: Arc<Mutex<BTreeMap<String, Known>>> = Arc::default();
    let (version, environment) = (settings.version.clone(), settings.environment.clone());
    // The first look is over before anybody asks how it is. Where the addresses do not come, it
    // says so.
    drop(timeout(FIRST_ADDRESSES, neighbours.changed()).await);
    let caller = Caller::new(&settings.application);
    look(&caller, &others, &environment, &neighbours, &known).await;
    {
        let known = Arc::clone(&known);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                look(&caller, &others, &environment, &neighbours, &known).await;
            }
        });
    }
    serve(settings, move || {
        let known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let checks: Vec<Value> = known.iter().map(|(key, known)| check(key, known)).collect();
        if known.values().all(Result::is_ok) {
            well(&version, json!(checks))
        } else {
            degraded(&version, json!(checks))
        }
    })
    .await
}

fn check(key: &str, known: &Known) -> Value {
    match known {
        Ok(ms) => json!({"name": key, "status": "healthy", "latencyMs": ms}),
        Err(why) => json!({"name": key, "status": "unhealthy", "message": why}),
    }
}

/// Asks each of the others once, and says what has changed.
async fn look(
    caller: &Caller,
    others: &[String],
    environment: &str,
    neighbours: &watch::Receiver<Neighbours>,
    known: &Mutex<BTreeMap<String, Known>>,
) {
    for key in others {
        let address = neighbours.borrow().get(key).cloned();
        let now = match address {
            None => Err(format!("it was not deployed to {environment}")),
            Some(address) => match caller.get(&address, "/health").await {
                Ok((StatusCode::OK, ms)) => Ok(ms),
                Ok((status, _)) => Err(format!("it answers {}", status.as_u16())),
                Err(why) => Err(why),
            },
        };
        let before = {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(key.clone(), now.clone())
        };
        match (before, now) {
            (Some(Err(before)), Err(why)) if before == why => {}
            (_, Err(why)) => say(
                Level::Warn,
                &format!("{key} is not well: {why}; answering without it"),
                json!({"dependency": key}),
            ),
            (Some(Err(_)), Ok(_)) => say(
                Level::Info,
                &format!("{key} is well again"),
                json!({"dependency": key}),
            ),
            (None | Some(Ok(_)), Ok(_)) => {}
        }
    }
}
