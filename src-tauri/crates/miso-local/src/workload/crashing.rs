//! Ends with an error before it is ever well.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::FAILED;
use super::output::{Level, complain, say};
use super::server::{serve, unwell};
use super::settings::Settings;

const STEP: Duration = Duration::from_millis(500);

/// Runs for two seconds.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let version = settings.version.clone();
    let serving = serve(settings, move || {
        unwell(
            &version,
            json!([{"name": "startup", "status": "unhealthy", "message": "migrations have not run"}]),
        )
    });
    tokio::select! {
        code = serving => code,
        () = migrate() => ExitCode::from(FAILED),
    }
}

async fn migrate() {
    for (number, what) in [
        (41, "add orders.currency"),
        (42, "backfill orders.currency"),
    ] {
        sleep(STEP).await;
        say(
            Level::Info,
            &format!("migration {number}: {what}"),
            json!({"migration": number}),
        );
    }
    sleep(STEP).await;
    say(
        Level::Warn,
        "migration 42: 1204 rows have no country",
        json!({"migration": 42, "rows": 1204}),
    );
    sleep(STEP).await;
    complain("migration 42 failed: null value in column \"currency\" of relation \"orders\"");
}
