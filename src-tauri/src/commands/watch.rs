//! Leases: what is on screen is kept fresh while its page holds one.

use miso_client::{ConnectionId, Lease, Resource};
use tauri::State;

use super::Answer;
use crate::state::App;

/// Has a resource kept fresh.
#[tauri::command]
#[specta::specta]
pub async fn watch(
    app: State<'_, App>,
    connection: ConnectionId,
    resource: Resource,
) -> Answer<Lease> {
    Ok(app.client(&connection)?.watch(resource))
}

/// Renews a lease.
#[tauri::command]
#[specta::specta]
pub fn watch_renew(app: State<'_, App>, connection: ConnectionId, lease: String) -> Answer<()> {
    Ok(app.client(&connection)?.renew(&lease)?)
}

/// Ends a lease.
#[tauri::command]
#[specta::specta]
pub fn watch_end(app: State<'_, App>, connection: ConnectionId, lease: String) -> Answer<()> {
    app.client(&connection)?.end(&lease);
    Ok(())
}

/// Asks the server now; the new value is announced by an event.
#[tauri::command]
#[specta::specta]
pub async fn refresh(
    app: State<'_, App>,
    connection: ConnectionId,
    resource: Resource,
) -> Answer<()> {
    Ok(app.client(&connection)?.refresh(&resource).await?)
}
