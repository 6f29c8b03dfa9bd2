//! What is kept of logs is dropped in its time, also of those that nobody looks at.

use std::time::Duration;

use miso_client::ConnectionId;
use tauri::{AppHandle, Manager};

use crate::state::App;

/// So often it is looked through; lines are kept by the day.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Drops what is too old, now and every hour.
pub(crate) async fn run(handle: AppHandle) {
    loop {
        look_through(&handle).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Drops what is older, or more, than the settings say.
pub(crate) async fn look_through(handle: &AppHandle) {
    let handle = handle.clone();
    let looked = tauri::async_runtime::spawn_blocking(move || {
        let app = handle.state::<App>();
        let Some(logbook) = app.logbook.as_ref() else {
            return Ok(());
        };
        let total = app.settings.settings().log_keeping.total_bytes();
        logbook.keep(total, |key| {
            let connection = ConnectionId::from(key.connection.clone());
            app.log_limits(&connection, &key.environment).age
        })
    });
    match looked.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "old log lines could not be dropped"),
        Err(error) => tracing::warn!(%error, "dropping old log lines ended"),
    }
}
