//! Well at first; then its database refuses, and stays that way: unless its configuration names
//! another host (`DB_HOST`).

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

use super::output::{Level, say};
use super::server::{serve, unwell, well};
use super::settings::Settings;

/// How long its database answers.
const WELL: Duration = Duration::from_secs(8);
/// How often it tries to reach it again.
const RETRY: Duration = Duration::from_secs(4);
/// The host that refuses; also where none is named.
const REFUSING: &str = "10.0.3.7";
const REFUSAL: &str = "connect ECONNREFUSED 10.0.3.7:5432";

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let (version, began) = (settings.version.clone(), Instant::now());
    let refused = std::env::var("DB_HOST").map_or(true, |host| host.is_empty() || host == REFUSING);
    if refused {
        tokio::spawn(lose_the_database());
    }
    serve(settings, move || {
        if !refused || began.elapsed() < WELL {
            return well(
                &version,
                json!([
                    {"name": "db", "status": "healthy", "latencyMs": 3},
                    {"name": "cache", "status": "healthy", "latencyMs": 1},
                ]),
            );
        }
        unwell(
            &version,
            json!([
                {"name": "db", "status": "unhealthy", "latencyMs": 2000, "message": REFUSAL},
                {"name": "cache", "status": "healthy", "latencyMs": 1},
            ]),
        )
    })
    .await
}

async fn lose_the_database() {
    tokio::time::sleep(WELL).await;
    let mut attempt = 1;
    loop {
        say(
            Level::Warn,
            "pool: no idle connection after 2000 ms (max 10)",
            json!({"max": 10}),
        );
        say(
            Level::Error,
            REFUSAL,
            json!({"host": REFUSING, "port": 5432, "attempt": attempt}),
        );
        if attempt == 5 {
            say(
                Level::Warn,
                "circuit \"db\" opened after 5 failures",
                json!({"circuit": "db"}),
            );
        }
        attempt += 1;
        tokio::time::sleep(RETRY).await;
    }
}
