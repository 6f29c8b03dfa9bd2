//! The configuration of an application.

use miso_api::Configuration;
use miso_client::{ConnectionId, Reading, Versioned};
use tauri::State;

use super::Answer;
use crate::state::App;

/// The configuration in an environment, or the manifest's own items.
#[tauri::command]
#[specta::specta]
pub async fn configuration(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: Option<String>,
) -> Answer<Reading<Versioned<Configuration>>> {
    let client = app.client(&connection)?;
    Ok(client.configuration(application, environment).await?)
}
