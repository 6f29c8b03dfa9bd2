//! Applications: their manifests, made, changed, deleted.

use miso_api::Application;
use miso_api::manifest::{Violation, violations};
use miso_client::{ConfirmationId, ConnectionId, PlannedCreation, Versioned};
use serde_json::Value;
use tauri::State;

use super::Answer;
use crate::state::App;

/// Every rule that a manifest breaks; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn manifest_check(manifest: Value) -> Answer<Vec<Violation>> {
    Ok(violations(&manifest))
}

/// An application's manifest as the server has it now.
#[tauri::command]
#[specta::specta]
pub async fn manifest(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Versioned<Value>> {
    Ok(app.client(&connection)?.manifest(&application).await?)
}

/// Says that a new application is shown now to be confirmed; nothing where creating it deploys nothing to
/// production.
#[tauri::command]
#[specta::specta]
pub async fn application_show(
    app: State<'_, App>,
    connection: ConnectionId,
    manifest: Value,
) -> Answer<Option<PlannedCreation>> {
    Ok(app.client(&connection)?.show_creation(&manifest).await?)
}

/// Creates an application. Sent once; where that deploys to production only with what
/// `application_show` answered three seconds before.
#[tauri::command]
#[specta::specta]
pub async fn application_create(
    app: State<'_, App>,
    connection: ConnectionId,
    manifest: Value,
    confirmation: Option<ConfirmationId>,
) -> Answer<Application> {
    let client = app.client(&connection)?;
    let confirmation = confirmation.as_deref();
    Ok(client.create_confirmed(manifest, confirmation).await?)
}

/// Replaces an application's manifest, where it is still of the version that is named. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn application_update(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    manifest: Value,
    version: Option<String>,
) -> Answer<Versioned<Value>> {
    let client = app.client(&connection)?;
    let version = version.as_deref();
    Ok(client
        .update_application(&application, manifest, version)
        .await?)
}

/// Deletes an application. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn application_delete(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    force: bool,
) -> Answer<()> {
    let client = app.client(&connection)?;
    Ok(client.delete_application(&application, force).await?)
}
