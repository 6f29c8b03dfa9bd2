//! What the diagnostics page shows, and hands on.

use chrono::Utc;
use tauri::{AppHandle, State, WebviewWindow};

use super::{Answer, copy};
use crate::desktop;
use crate::diagnostics::Diagnostics;
use crate::error::CommandError;
use crate::recent_log::recent_log;
use crate::state::App;

const FILE: &str = "miso-desktop-diagnostics.txt";

/// Versions, and of each connection its budget and what went wrong lately.
#[tauri::command]
#[specta::specta]
pub async fn diagnostics(app: State<'_, App>) -> Answer<Diagnostics> {
    Ok(Diagnostics::of(&app))
}

/// Copies that as text.
#[tauri::command]
#[specta::specta]
pub async fn diagnostics_copy(handle: AppHandle, app: State<'_, App>) -> Answer<()> {
    copy(&handle, Diagnostics::of(&app).to_text(Utc::now(), &[]))
}

/// Writes that, with the app's own log of late, to the file that the system's dialog names; whether
/// somebody chose one.
#[tauri::command]
#[specta::specta]
pub async fn diagnostics_export(window: WebviewWindow, app: State<'_, App>) -> Answer<bool> {
    let text = Diagnostics::of(&app).to_text(Utc::now(), &recent_log().lines());
    let saved = desktop::save_as(window, FILE, text).await;
    saved.map_err(|error| CommandError::new("file_not_written").with("reason", error))
}
