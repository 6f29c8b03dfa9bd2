//! The start of the app, and what it remembers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;
use tokio::sync::watch;

use super::Answer;
use crate::events::Notice;
use crate::settings::Settings;
use crate::state::{App, ConnectionView};

/// Everything a page needs before its first paint.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppStart {
    version: String,
    settings: Settings,
    connections: Vec<ConnectionView>,
    /// The route that was open when the app was quit.
    address: Option<String>,
    notices: Vec<Notice>,
    /// Whether to do what a click on "Try it here" does.
    try_here: bool,
}

static PAINTED: std::sync::LazyLock<watch::Sender<bool>> =
    std::sync::LazyLock::new(|| watch::Sender::new(false));

/// The one call before the first paint.
#[tauri::command]
#[specta::specta]
pub fn app_start(app: State<'_, App>) -> AppStart {
    AppStart {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: app.settings.settings(),
        connections: app.views(),
        address: app.settings.address(),
        notices: app.notices(),
        try_here: app.try_here,
    }
}

/// Says that something was painted.
#[tauri::command]
#[specta::specta]
pub fn painted() -> Answer<()> {
    PAINTED.send_replace(true);
    Ok(())
}

/// Keeps what the user chose.
#[tauri::command]
#[specta::specta]
pub async fn settings_save(app: State<'_, App>, settings: Settings) -> Answer<()> {
    Ok(app.settings.set_settings(&settings).await?)
}

/// Keeps the route that is open.
#[tauri::command]
#[specta::specta]
pub async fn address_save(app: State<'_, App>, address: String) -> Answer<()> {
    Ok(app.settings.set_address(&address).await?)
}

/// Whether something was painted within the limit.
pub(crate) async fn painted_within(limit: Duration) -> bool {
    let mut painted = PAINTED.subscribe();
    let result = tokio::time::timeout(limit, painted.wait_for(|painted| *painted)).await;
    matches!(result, Ok(Ok(_)))
}
