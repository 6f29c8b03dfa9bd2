//! A configuration while it is changed: compared, checked, merged, taken from a file and saved.

use std::collections::BTreeMap;

use miso_api::Configuration;
use miso_api::manifest::{self, Violation};
use miso_client::configuring::{
    self, ConfigurationReview, EditedItem, ExportFormat, Imported, ItemDifference, ItemSide,
    MergedItems, SideBySide,
};
use miso_client::{ConnectionId, Reading, SecretString, Versioned};
use serde_json::Value;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_clipboard_manager::ClipboardExt;

use super::{Answer, copy};
use crate::desktop::save_as;
use crate::error::CommandError;
use crate::state::App;
use crate::typed_secret::TypedSecret;

/// What changes between a configuration as it was read and as it is now, and what of that breaks a
/// rule.
#[tauri::command]
#[specta::specta]
pub fn configuration_review(
    before: Vec<EditedItem>,
    after: Vec<EditedItem>,
) -> ConfigurationReview {
    configuring::review(&before, &after)
}

/// What of a list of items breaks a rule, whatever the list is.
#[tauri::command]
#[specta::specta]
pub fn configuration_check(items: Value) -> Vec<Violation> {
    manifest::item_violations(&items, "items")
}

/// Both people's changes: what does not collide is merged.
#[tauri::command]
#[specta::specta]
pub fn configuration_merge(
    was: Vec<EditedItem>,
    yours: Vec<EditedItem>,
    theirs: Vec<EditedItem>,
) -> MergedItems {
    configuring::merge(&was, &yours, &theirs)
}

/// The items after each conflict was settled for a side.
#[tauri::command]
#[specta::specta]
pub fn configuration_settle(
    merged: MergedItems,
    sides: BTreeMap<String, ItemSide>,
) -> Vec<EditedItem> {
    configuring::settle(merged, &sides)
}

/// Changes that were kept as a draft, upon what the server says now.
#[tauri::command]
#[specta::specta]
pub fn configuration_take_up(
    differences: Vec<ItemDifference>,
    now: Vec<EditedItem>,
) -> MergedItems {
    configuring::take_up(differences, &now)
}

/// Puts the variables of a configuration on the clipboard, as the text of a file; of its secrets the
/// names alone.
#[tauri::command]
#[specta::specta]
pub async fn configuration_copy(
    handle: AppHandle,
    items: Vec<EditedItem>,
    format: ExportFormat,
) -> Answer<()> {
    copy(&handle, configuring::export(&items, format))
}

/// Saves the same text as a file; whether somebody chose where to.
#[tauri::command]
#[specta::specta]
pub async fn configuration_save_file(
    window: WebviewWindow,
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    items: Vec<EditedItem>,
    format: ExportFormat,
) -> Answer<bool> {
    app.client(&connection)?;
    let name = configuring::file_name(&application, &environment, format);
    let saved = save_as(window, &name, configuring::export(&items, format)).await;
    saved.map_err(|error| CommandError::new("file_not_written").with("reason", error))
}

/// What the text of a file brings to a configuration. The secrets among it stay here.
#[tauri::command]
#[specta::specta]
pub async fn configuration_import(
    app: State<'_, App>,
    connection: ConnectionId,
    items: Vec<EditedItem>,
    text: TypedSecret,
) -> Answer<Imported> {
    let client = app.client(&connection)?;
    Ok(client.import_configuration(&items, &text.into_secret())?)
}

/// The same of what is on the clipboard, which the page does not see.
#[tauri::command]
#[specta::specta]
pub async fn configuration_import_clipboard(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    items: Vec<EditedItem>,
) -> Answer<Imported> {
    let client = app.client(&connection)?;
    let read = move || handle.clipboard().read_text().map(SecretString::from);
    let text = tauri::async_runtime::spawn_blocking(read).await?;
    let text = text.map_err(|_| CommandError::new("clipboard_empty"))?;
    Ok(client.import_configuration(&items, &text)?)
}

/// Holds a secret that was typed until it is saved; the word for it.
#[tauri::command]
#[specta::specta]
pub fn configuration_hold(
    app: State<'_, App>,
    connection: ConnectionId,
    secret: TypedSecret,
) -> Answer<String> {
    Ok(app.client(&connection)?.hold_secret(secret.into_secret()))
}

/// Forgets secrets that are not going to be saved.
#[tauri::command]
#[specta::specta]
pub fn configuration_let_go(
    app: State<'_, App>,
    connection: ConnectionId,
    words: Vec<String>,
) -> Answer<()> {
    app.client(&connection)?.let_go_of_secrets(&words);
    Ok(())
}

/// Replaces a configuration, where it is still of the version that is named. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn configuration_save(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: Option<String>,
    items: Vec<EditedItem>,
    version: Option<String>,
) -> Answer<Versioned<Configuration>> {
    let client = app.client(&connection)?;
    let (environment, version) = (environment.as_deref(), version.as_deref());
    let saved = client.save_edited_configuration(&application, environment, items, version);
    Ok(saved.await?)
}

/// The configurations of all environments side by side.
#[tauri::command]
#[specta::specta]
pub async fn configuration_compare(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<SideBySide>> {
    let client = app.client(&connection)?;
    Ok(client.compare_configuration(application).await?)
}
