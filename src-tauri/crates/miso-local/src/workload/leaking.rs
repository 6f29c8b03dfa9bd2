//! Takes more and more memory and gives none back, until it stops at 256 MiB and is unwell. From
//! version 1.1 on it leaks half as fast.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::output::{Level, say};
use super::server::{degraded, serve, unwell, well};
use super::settings::Settings;

/// Where it stops, in MiB.
const MOST: u64 = 256;
/// From where on it is degraded.
const MUCH: u64 = 192;
/// How often it says how much it holds, in MiB.
const STEP: u64 = 32;
/// The variable that says how fast it leaks, in MiB a second.
const RATE: &str = "LEAK_MIB_PER_SECOND";
const USUAL_RATE: u64 = 2;

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let rate = std::env::var(RATE).ok().and_then(|rate| rate.parse().ok());
    let usual = if settings.is_at_least(1, 1) {
        USUAL_RATE / 2
    } else {
        USUAL_RATE
    };
    let rate = rate.unwrap_or(usual).clamp(1, MOST);
    let version = settings.version.clone();
    let held = Arc::new(AtomicU64::new(0));
    tokio::spawn(leak(rate, Arc::clone(&held)));
    serve(settings, move || {
        let held = held.load(Ordering::Relaxed);
        let message = format!("{held} of {MOST} MiB in use");
        let checks = |status| json!([{"name": "memory", "status": status, "message": message}]);
        match held {
            MOST.. => unwell(&version, checks("unhealthy")),
            MUCH.. => degraded(&version, checks("degraded")),
            _ => well(&version, checks("healthy")),
        }
    })
    .await
}

async fn leak(rate: u64, held: Arc<AtomicU64>) {
    let mut ticks =
        tokio::time::interval(Duration::from_secs(1) / u32::try_from(rate).unwrap_or(1));
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for total in 1..=MOST {
        ticks.tick().await;
        // Written to, so that the system really gives it.
        kept.push(vec![0xa5; 1024 * 1024]);
        held.store(total, Ordering::Relaxed);
        if total.is_multiple_of(STEP) {
            let level = if total < MUCH {
                Level::Info
            } else {
                Level::Warn
            };
            say(
                level,
                &format!(
                    "cache holds {} entries, {total} MiB; none was let go",
                    total * 512
                ),
                json!({"entries": total * 512, "mib": total}),
            );
        }
    }
    say(
        Level::Error,
        &format!("cache is full at {MOST} MiB; new entries are refused"),
        json!({"mib": MOST}),
    );
    // Held until the process ends.
    std::future::pending::<()>().await;
    drop(kept);
}
