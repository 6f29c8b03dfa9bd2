//! What is kept of logs is dropped in its time, also of those that nobody looks at.

use std::sync::Arc;
use std::time::Duration;

use logbook::Logbook;

/// So often it is looked through; lines are kept by the day.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Drops what is too old, now and every hour.
pub(crate) async fn run(logbook: Arc<Logbook>) {
    loop {
        let logs = logbook.clone();
        let dropped = tauri::async_runtime::spawn_blocking(move || logs.retire()).await;
        match dropped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "old log lines could not be dropped"),
            Err(error) => tracing::warn!(%error, "dropping old log lines ended"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
