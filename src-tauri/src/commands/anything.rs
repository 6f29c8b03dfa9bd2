//! What holds a text that somebody copied: of all that is known, and of the logs that are kept.

use std::sync::Arc;
use std::time::Duration;

use logbook::{BookKey, Logbook};
use miso_client::{Anything, ConnectionId};
use tauri::State;
use tauri::ipc::Channel;

use super::Answer;
use crate::logs_holding::{LogHolding, LogsHolding, LogsLooked};
use crate::state::{App, log_store_failed};

/// Logs are looked at for so long.
const LONGEST: Duration = Duration::from_secs(2);
/// It takes so long at most to end where it is.
const ENDS: Duration = Duration::from_millis(200);

/// What holds a text, of all that is known by now. Asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn anything_known(
    app: State<'_, App>,
    connection: ConnectionId,
    text: String,
) -> Answer<Anything> {
    Ok(app.connections.anything(&connection, &text)?)
}

/// Tells which of the kept logs of a connection hold a text, for two seconds at most, until it is
/// called off; gives how far they were looked at.
#[tauri::command]
#[specta::specta]
pub async fn anything_in_logs(
    app: State<'_, App>,
    connection: ConnectionId,
    text: String,
    found: Channel<LogHolding>,
    call: u32,
) -> Answer<LogsLooked> {
    let own = app.book_key(&connection, "", "")?;
    let Some(logs) = app.logbook.clone() else {
        return Ok(LogsLooked::default());
    };
    let look = looked(logs, own, text, found);
    app.calls.run(Some(call), look).await
}

/// Looks into logs for two seconds at most; ends where it is once nobody waits for it.
async fn looked(
    logs: Arc<Logbook>,
    own: BookKey,
    text: String,
    found: Channel<LogHolding>,
) -> Answer<LogsLooked> {
    let looking = Ended(Arc::new(LogsHolding::new(&text)));
    let looks = looking.0.clone();
    let mut look = tauri::async_runtime::spawn_blocking(move || {
        looks.look(&logs, &own, |one| tell(&found, one))
    });
    let ended = match tokio::time::timeout(LONGEST, &mut look).await {
        Ok(ended) => Some(ended),
        Err(_) => {
            looking.0.stop();
            tokio::time::timeout(ENDS, &mut look).await.ok()
        }
    };
    if let Some(ended) = ended {
        ended?.map_err(log_store_failed)?;
    }
    Ok(looking.0.so_far())
}

fn tell(found: &Channel<LogHolding>, one: LogHolding) {
    if let Err(error) = found.send(one) {
        tracing::debug!(%error, "a page that looks for a text has gone");
    }
}

/// Ends what looks into logs once nobody waits for it.
struct Ended(Arc<LogsHolding>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.stop();
    }
}
