//! Has the fault that `FAULT` names, for real: `crash`, `value`, `secret`, `dependency`, `slow`,
//! `leak`, `check`, `burst`, `port` or `flap`; without it, and before version 1.0, it is well.
//!
//! `FAULT_AFTER` is how many seconds it is well before that (0: it never is), `FAULT_PERIOD` how
//! many seconds of flapping are alike, `FAULT_LINES` how many errors a second a burst has,
//! `FAULT_MIB` how much a leak takes, `FAULT_CHECK` what the failing check is called. `value` needs
//! `QUEUE_SIZE` to be a number, `secret` needs `API_TOKEN`, `dependency` asks those in `DEPENDS_ON`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;

use super::lifeline::Neighbours;
use super::output::{Level, complain, say};
use super::server::{Health, asked_to_end, degraded, serve, unwell, well};
use super::settings::Settings;
use super::{FAILED, dependent};

const QUEUE_SIZE: &str = "QUEUE_SIZE";
const API_TOKEN: &str = "API_TOKEN";
const REFUSAL: &str = "connect ECONNREFUSED 10.0.3.7:5432";
/// How often it tries again what is refused.
const RETRY: Duration = Duration::from_secs(1);
/// The most errors a second, and the most memory in MiB.
const MOST_LINES: f64 = 200.0;
const MOST_MIB: f64 = 256.0;

/// Runs until it is asked to end, or until its fault ends it.
pub(super) async fn run(settings: Settings, neighbours: watch::Receiver<Neighbours>) -> ExitCode {
    let has_it = settings.is_at_least(1, 0);
    let fault = std::env::var("FAULT").ok().filter(|_| has_it);
    let fault = fault.unwrap_or_default();
    let after = seconds("FAULT_AFTER", 0.0);
    match fault.as_str() {
        "crash" => crash(settings, after).await,
        "value" => with_value(settings).await,
        "secret" => with_secret(settings).await,
        "dependency" => dependent::run(settings, neighbours).await,
        "slow" => slow(settings, after).await,
        "leak" => leak(settings, after).await,
        "check" => check(settings, after).await,
        "burst" => burst(settings, after).await,
        "port" => port(settings, after).await,
        "flap" => flap(settings, after).await,
        "" => plainly(settings).await,
        other => {
            complain(&format!("FAULT names none that there is: {other}"));
            ExitCode::from(FAILED)
        }
    }
}

async fn plainly(settings: Settings) -> ExitCode {
    let version = settings.version.clone();
    serve(settings, move || well(&version, json!([]))).await
}

async fn crash(settings: Settings, after: Duration) -> ExitCode {
    if !after.is_zero() {
        tokio::select! {
            code = plainly(settings) => return code,
            () = sleep(after) => {}
        }
    }
    complain("thread 'main' panicked: index out of bounds: the len is 3 but the index is 3");
    ExitCode::from(101)
}

async fn with_value(settings: Settings) -> ExitCode {
    let size = std::env::var(QUEUE_SIZE).unwrap_or_default();
    if size.parse::<u32>().is_err() {
        complain(&format!("{QUEUE_SIZE} is not a number: {size}"));
        return ExitCode::from(FAILED);
    }
    plainly(settings).await
}

async fn with_secret(settings: Settings) -> ExitCode {
    if std::env::var(API_TOKEN).is_ok_and(|token| !token.is_empty()) {
        return plainly(settings).await;
    }
    complain(&format!("{API_TOKEN} is not set"));
    ExitCode::from(FAILED)
}

/// Not well before that time is over.
async fn slow(settings: Settings, after: Duration) -> ExitCode {
    let (version, began) = (settings.version.clone(), Instant::now());
    serve(settings, move || {
        let left = after.saturating_sub(began.elapsed()).as_secs_f64().ceil();
        if left <= 0.0 {
            return well(&version, json!([{"name": "cache", "status": "healthy"}]));
        }
        let message = format!("warming up, {left:.0} s left");
        let check = json!([{"name": "cache", "status": "unhealthy", "message": message}]);
        unwell(&version, check)
    })
    .await
}

/// Takes memory all the time, and is unwell once it has as much as it may.
async fn leak(settings: Settings, after: Duration) -> ExitCode {
    let most = number("FAULT_MIB", 128.0).clamp(1.0, MOST_MIB);
    let (version, began) = (settings.version.clone(), Instant::now());
    tokio::spawn(async move {
        let mut kept: Vec<Vec<u8>> = Vec::new();
        while (kept.len() as f64) < most {
            // Written to, so that the system really gives it.
            kept.push(vec![0xa5; 1024 * 1024]);
            sleep(after.div_f64(most)).await;
        }
        say(
            Level::Error,
            "session cache is full; entries are refused",
            json!({}),
        );
        // Held until the process ends.
        std::future::pending::<()>().await;
        drop(kept);
    });
    serve(settings, move || {
        let share = began.elapsed().as_secs_f64() / after.as_secs_f64().max(1.0);
        let held = (share * most).min(most);
        let message = format!("session cache holds {held:.0} of {most:.0} MiB");
        let checks = |status| json!([{"name": "memory", "status": status, "message": message}]);
        match share >= 1.0 {
            true => degraded(&version, checks("degraded")),
            false => well(&version, checks("healthy")),
        }
    })
    .await
}

/// A check fails from some time on.
async fn check(settings: Settings, after: Duration) -> ExitCode {
    let (version, began) = (settings.version.clone(), Instant::now());
    let name = std::env::var("FAULT_CHECK").unwrap_or_else(|_| "db".to_owned());
    tokio::spawn(async move {
        sleep(after).await;
        loop {
            say(Level::Error, REFUSAL, json!({"port": 5432}));
            sleep(RETRY).await;
        }
    });
    serve(settings, move || {
        checked(&version, &name, began.elapsed() < after)
    })
    .await
}

fn checked(version: &str, name: &str, is_well: bool) -> Health {
    match is_well {
        true => well(
            version,
            json!([{"name": name, "status": "healthy", "latencyMs": 3}]),
        ),
        false => unwell(
            version,
            json!([{"name": name, "status": "unhealthy", "message": REFUSAL}]),
        ),
    }
}

/// Writes one error after the other from some time on, and says that it is well.
async fn burst(settings: Settings, after: Duration) -> ExitCode {
    let rate = number("FAULT_LINES", 20.0).clamp(1.0, MOST_LINES);
    tokio::spawn(async move {
        sleep(after).await;
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        for order in 1_u64.. {
            ticks.tick().await;
            let message = format!("order {order} could not be priced: no rate for SEK");
            say(Level::Error, &message, fields(order));
        }
    });
    plainly(settings).await
}

fn fields(order: u64) -> Value {
    json!({"order": order})
}

/// Closes its port after some time, or never opens it, and runs on.
async fn port(settings: Settings, after: Duration) -> ExitCode {
    if !after.is_zero() {
        tokio::select! {
            code = plainly(settings) => return code,
            () = sleep(after) => {}
        }
    }
    say(Level::Warn, "waiting for the leader's lock", json!({}));
    asked_to_end().await;
    ExitCode::SUCCESS
}

/// Is unwell and well in turns from some time on.
async fn flap(settings: Settings, after: Duration) -> ExitCode {
    let period = seconds("FAULT_PERIOD", 5.0).max(Duration::from_millis(100));
    let (version, began) = (settings.version.clone(), Instant::now());
    serve(settings, move || {
        let since = began.elapsed().checked_sub(after);
        let turn = since.map(|since| since.as_secs_f64().div_euclid(period.as_secs_f64()));
        let is_well = turn.is_none_or(|turn| turn % 2.0 >= 1.0);
        checked(&version, "upstream", is_well)
    })
    .await
}

fn seconds(name: &str, usual: f64) -> Duration {
    Duration::from_secs_f64(number(name, usual).clamp(0.0, 86_400.0))
}

fn number(name: &str, usual: f64) -> f64 {
    let said = std::env::var(name)
        .ok()
        .and_then(|said| said.trim().parse().ok());
    said.filter(|said: &f64| said.is_finite()).unwrap_or(usual)
}
