//! The configuration of an application.

use miso_api::{Configuration, ConfigurationItem};
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

/// Replaces a configuration, where it is still of the version that is named. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn configuration_save(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: Option<String>,
    items: Vec<ConfigurationItem>,
    version: Option<String>,
) -> Answer<Versioned<Configuration>> {
    let client = app.client(&connection)?;
    let (environment, version) = (environment.as_deref(), version.as_deref());
    Ok(client
        .save_configuration(&application, environment, &items, version)
        .await?)
}
