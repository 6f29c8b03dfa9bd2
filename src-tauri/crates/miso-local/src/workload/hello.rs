//! A page that is well.

use std::process::ExitCode;

use serde_json::json;

use super::server::{serve, well};
use super::settings::Settings;

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let version = settings.version.clone();
    serve(settings, move || {
        well(
            &version,
            json!([{"name": "http", "status": "healthy", "latencyMs": 0}]),
        )
    })
    .await
}
