//! What was, at any time, as far as it was seen.

use chrono::{DateTime, Utc};
use miso_client::{ConnectionId, FleetThen, Observed};
use tauri::State;

use super::Answer;
use crate::state::App;

/// The fleet as it was known at a time. Asks for nothing.
#[tauri::command]
#[specta::specta]
pub async fn fleet_at(
    app: State<'_, App>,
    connection: ConnectionId,
    time: DateTime<Utc>,
) -> Answer<FleetThen> {
    Ok(app.client(&connection)?.fleet_at(time)?)
}

/// Since when the past of the fleet is known, with its gaps, and when something changed.
#[tauri::command]
#[specta::specta]
pub async fn observed(app: State<'_, App>, connection: ConnectionId) -> Answer<Observed> {
    Ok(app.client(&connection)?.observed()?)
}
