//! What stands beside a deployment: what helps and guards before it, and how it goes after.

use miso_client::{
    ConfirmationId, ConnectionId, Course, DeployChoices, PlannedDeployment, Reading,
};
use tauri::{AppHandle, State};
use tauri_plugin_clipboard_manager::ClipboardExt;

use super::{Answer, open};
use crate::state::App;

/// Says that these deployments are shown now to be confirmed; `deploy` takes the answer after three
/// seconds, for each of them once.
#[tauri::command]
#[specta::specta]
pub fn deployments_show(
    app: State<'_, App>,
    connection: ConnectionId,
    deployments: Vec<PlannedDeployment>,
) -> Answer<ConfirmationId> {
    Ok(app.client(&connection)?.show_to_confirm(deployments)?)
}

/// Takes back what was shown to be confirmed: nothing of it can be sent any more.
#[tauri::command]
#[specta::specta]
pub fn deployments_take_back(
    app: State<'_, App>,
    connection: ConnectionId,
    confirmation: ConfirmationId,
) -> Answer<()> {
    app.client(&connection)?.take_back(&confirmation);
    Ok(())
}

/// How a deployment goes: as usual, slow, stuck, or out of contact.
#[tauri::command]
#[specta::specta]
pub async fn deployment_course(
    app: State<'_, App>,
    connection: ConnectionId,
    id: String,
) -> Answer<Reading<Course>> {
    Ok(app.client(&connection)?.course(id).await?)
}

/// The image that the clipboard names, where it looks like one of the application's own; nothing else of
/// it comes to a page.
#[tauri::command]
#[specta::specta]
pub async fn clipboard_image(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<Option<String>> {
    let client = app.client(&connection)?;
    // What is no text, or cannot be read, offers nothing.
    let reading = tauri::async_runtime::spawn_blocking(move || handle.clipboard().read_text().ok());
    let text = reading.await?;
    Ok(text.and_then(|text| client.image_in(&application, &environment, &text)))
}

/// What the form of a deployment begins with, and what else could be meant; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn deploy_choices(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    wanted: Option<String>,
    copied: Option<String>,
) -> Answer<DeployChoices> {
    let client = app.client(&connection)?;
    Ok(client.deploy_choices(&application, &environment, wanted, copied))
}

/// Opens the page of the application's own repository that compares two of its images.
#[tauri::command]
#[specta::specta]
pub async fn compare_open(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    before: String,
    after: String,
) -> Answer<()> {
    let client = app.client(&connection)?;
    open(handle, client.compare_page(&application, &before, &after)?).await
}
