//! Calls the other applications of its environment through their addresses, as people would, so
//! that what they are asked and how they answer can be seen.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::call::Caller;
use super::lifeline::Neighbours;
use super::output::{Level, say};
use super::server::{serve, well};
use super::settings::Settings;

/// The variable that says how many visits it makes a second.
const RATE: &str = "VISITS_PER_SECOND";
const USUAL_RATE: f64 = 3.0;
const HIGHEST_RATE: f64 = 100.0;
/// Each of how many visits goes to a page that is not there.
const LOST: u64 = 25;
/// How often it says what it did, in visits.
const REPORT: u64 = 60;

#[derive(Default)]
struct Visits {
    made: AtomicU64,
    failed: AtomicU64,
    known: AtomicUsize,
}

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings, neighbours: watch::Receiver<Neighbours>) -> ExitCode {
    let rate = std::env::var(RATE).ok().and_then(|rate| rate.parse().ok());
    let rate = rate
        .filter(|rate: &f64| *rate > 0.0)
        .unwrap_or(USUAL_RATE)
        .min(HIGHEST_RATE);
    let visits = Arc::new(Visits::default());
    let version = settings.version.clone();
    tokio::spawn(visit(
        Caller::new(&settings.application),
        Duration::from_secs_f64(1.0 / rate),
        neighbours,
        Arc::clone(&visits),
    ));
    serve(settings, move || {
        let message = format!(
            "{} visits to {} applications, {} failed",
            visits.made.load(Ordering::Relaxed),
            visits.known.load(Ordering::Relaxed),
            visits.failed.load(Ordering::Relaxed),
        );
        well(
            &version,
            json!([{"name": "visits", "status": "healthy", "message": message}]),
        )
    })
    .await
}

/// Visits one after the other, round and round.
async fn visit(
    caller: Caller,
    pause: Duration,
    neighbours: watch::Receiver<Neighbours>,
    visits: Arc<Visits>,
) {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turn = 0_usize;
    loop {
        ticks.tick().await;
        let next = {
            let neighbours = neighbours.borrow();
            visits.known.store(neighbours.len(), Ordering::Relaxed);
            let at = turn.checked_rem(neighbours.len());
            at.and_then(|at| neighbours.iter().nth(at))
                .map(|(key, address)| (key.clone(), address.clone()))
        };
        turn = turn.wrapping_add(1);
        let Some((key, address)) = next else { continue };
        let made = visits.made.fetch_add(1, Ordering::Relaxed) + 1;
        let path = if made.is_multiple_of(LOST) {
            "/lost-page"
        } else {
            "/"
        };
        match caller.get(&address, path).await {
            Ok((status, ms)) if !status.is_server_error() => say(
                Level::Debug,
                &format!("{key}{path} answers {} in {ms} ms", status.as_u16()),
                json!({"application": key, "path": path, "status": status.as_u16(), "ms": ms}),
            ),
            other => {
                visits.failed.fetch_add(1, Ordering::Relaxed);
                let why = match other {
                    Ok((status, _)) => format!("it answers {}", status.as_u16()),
                    Err(why) => why,
                };
                say(
                    Level::Warn,
                    &format!("{key}{path} could not be visited: {why}"),
                    json!({"application": key, "path": path}),
                );
            }
        }
        if made.is_multiple_of(REPORT) {
            say(
                Level::Info,
                &format!("{made} visits so far"),
                json!({"visits": made, "failed": visits.failed.load(Ordering::Relaxed)}),
            );
        }
    }
}
