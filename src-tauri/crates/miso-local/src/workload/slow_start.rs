//! Well after some seconds.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

use super::output::{Level, say};
use super::server::{serve, unwell, well};
use super::settings::Settings;

/// How long it takes to be well.
const WARMING_UP: Duration = Duration::from_secs(6);

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let (version, began) = (settings.version.clone(), Instant::now());
    tokio::spawn(async {
        for (share, what) in [
            (25, "prices"),
            (50, "products"),
            (75, "stock"),
            (100, "customers"),
        ] {
            tokio::time::sleep(WARMING_UP / 4).await;
            say(
                Level::Info,
                &format!("cache {share} % warm, {what} loaded"),
                json!({"percent": share}),
            );
        }
    });
    serve(settings, move || {
        let left = WARMING_UP.saturating_sub(began.elapsed());
        if left.is_zero() {
            return well(&version, json!([{"name": "cache", "status": "healthy"}]));
        }
        let message = format!("warming up, {:.0} s left", left.as_secs_f64().ceil());
        unwell(
            &version,
            json!([{"name": "cache", "status": "unhealthy", "message": message}]),
        )
    })
    .await
}
