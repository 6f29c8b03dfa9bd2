//! The tray: how what is watched is, in words and by a shape, and ways to open the app and to quit it. It is
//! there where the desktop has one, which on Linux is known by a watcher on the session's bus.

#[cfg(target_os = "linux")]
mod item;
#[cfg(target_os = "linux")]
mod shape;

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager};
use tauri_specta::Event as _;

use super::words::text;
use crate::events::TrayChanged;
use crate::state::App;

/// Whether the desktop shows it.
static IS_THERE: AtomicBool = AtomicBool::new(false);

/// How what is watched is, over all connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Watched {
    /// Nothing is, or nothing is known of it.
    #[default]
    Nothing,
    Well,
    /// So many places are not.
    Unwell(usize),
}

/// Whether there is a tray that the app is in.
pub(crate) fn is_in_tray() -> bool {
    IS_THERE.load(Ordering::SeqCst)
}

/// Puts the app into the tray, as soon as there is one.
pub(crate) fn enter_tray(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    item::enter(app);
    // Elsewhere the app goes without one for now.
    #[cfg(not(target_os = "linux"))]
    let _ = app;
}

/// Shows in the tray how what is watched is now.
pub(super) fn show_watched(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    item::show();
    let _ = app;
}

/// The desktop shows it, or does so no more.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is none"))]
fn set_there(app: &AppHandle, is_there: bool) {
    if IS_THERE.swap(is_there, Ordering::SeqCst) == is_there {
        return;
    }
    if let Err(error) = (TrayChanged { there: is_there }).emit(app) {
        tracing::warn!(%error, "the pages could not be told of the tray");
    }
    // What was hidden in it is not to be lost with it.
    let windows = app.webview_windows();
    let is_seen = windows
        .values()
        .any(|window| window.is_visible().unwrap_or(true));
    if !is_there && !is_seen {
        super::bring_forward(app);
    }
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is none"))]
fn watched(app: &AppHandle) -> Watched {
    let Some(state) = app.try_state::<App>() else {
        return Watched::Nothing;
    };
    let all = state.connections.list().into_iter();
    let unwell = all.filter_map(|(connection, _)| {
        let client = state.connections.client(&connection.id).ok()?;
        client.watched_unwell()
    });
    match unwell.reduce(|one, other| one + other) {
        None => Watched::Nothing,
        Some(0) => Watched::Well,
        Some(count) => Watched::Unwell(count),
    }
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is none"))]
impl Watched {
    fn words(self) -> String {
        match self {
            Self::Nothing => text("tray.nothing", &[]),
            Self::Well => text("tray.well", &[]),
            Self::Unwell(count) => text("tray.unwell", &[("count", &count.to_string())]),
        }
    }
}
