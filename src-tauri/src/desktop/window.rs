//! The windows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::utils::config::Color;
use tauri::{
    AppHandle, Manager, Theme as SystemTheme, UserAttentionType, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, Window, WindowEvent,
};

use url::Url;

use super::tray::is_in_tray;
use crate::ending;
use crate::error::CommandError;
use crate::events::mention;
use crate::settings::{LABELS, SettingsStore, Theme, Zoom};
use crate::state::App;

const LIGHT: Color = Color(0xfd, 0xfd, 0xfc, 0xff);
const DARK: Color = Color(0x17, 0x19, 0x1b, 0xff);
const WHITE: Color = Color(0xff, 0xff, 0xff, 0xff);
const BLACK: Color = Color(0x00, 0x00, 0x00, 0xff);

/// Which windows were looked at, the last one last.
static LOOKED_AT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Opens the windows of the last time, each with its address. The app needs the first of them; of the
/// others it gives those that could not be opened, which are to be forgotten.
pub(crate) fn open_kept(app: &AppHandle, settings: &SettingsStore) -> tauri::Result<Vec<String>> {
    let mut lost = Vec::new();
    for label in settings.windows().labels() {
        let Err(error) = open(app, settings, &label) else {
            continue;
        };
        if settings.windows().is_first(&label) {
            return Err(error);
        }
        tracing::warn!(%error, label, "a window could not be opened again");
        lost.push(label);
    }
    // The one that was opened last has the focus; the first is where one goes on.
    if settings.windows().labels().len() > 1 {
        bring_forward(app);
    }
    Ok(lost)
}

/// Opens another window at an address of the app. To be called from another thread than that of
/// the windows.
///
/// # Errors
/// `too_many_windows`, `window_not_opened`.
pub(crate) fn open_another(app: &AppHandle, address: String) -> Result<(), CommandError> {
    let failed = |reason: &dyn std::fmt::Display| {
        CommandError::new("window_not_opened").with("reason", reason)
    };
    let settings = &app.state::<App>().settings;
    let label = settings
        .add_window(address)
        .map_err(|error| failed(&error))?;
    let Some(label) = label else {
        return Err(CommandError::new("too_many_windows").with("most", LABELS.len()));
    };
    save(app);
    open(app, settings, label).map_err(|error| {
        forget(app, label);
        failed(&error)
    })
}

/// Opens a window where the app begins. Where there are too many, one that is there comes forward and
/// says so.
pub(crate) fn open_empty(app: &AppHandle) {
    let app = app.clone();
    // Whoever asks may be the thread that makes windows.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = open_another(&app, "/".to_owned()) {
            mention(&app, error.into());
            bring_forward(&app);
        }
    });
}

/// Opens a window in the right theme and size, with its background set before the first paint.
fn open(app: &AppHandle, settings: &SettingsStore, label: &str) -> tauri::Result<()> {
    let theme = settings.settings().theme;
    let chosen = match theme {
        Theme::System | Theme::HighContrast => None,
        Theme::Light => Some(SystemTheme::Light),
        Theme::Dark => Some(SystemTheme::Dark),
    };
    let (light, dark) = match theme {
        Theme::System | Theme::Light | Theme::Dark => (LIGHT, DARK),
        Theme::HighContrast => (WHITE, BLACK),
    };
    let window = WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title("Miso Desktop")
        .inner_size(1280.0, 800.0)
        .min_inner_size(720.0, 480.0)
        .theme(chosen)
        .background_color(if chosen == Some(SystemTheme::Dark) {
            dark
        } else {
            light
        })
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                tracing::debug!(%error, "the window's title could not be set");
            }
        })
        .on_navigation(is_own)
        .disable_drag_drop_handler()
        .build()?;
    if chosen.is_none() && window.theme().is_ok_and(|theme| theme == SystemTheme::Dark) {
        window.set_background_color(Some(dark))?;
    }
    #[cfg(target_os = "linux")]
    keep_no_copies(&window)?;
    window.set_zoom(settings.zoom().factor())
}

/// The page is loaded once, from the app itself: WebKit need not keep what it was made of, nor pages to
/// go back to (webkit2gtk, `WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER`).
#[cfg(target_os = "linux")]
fn keep_no_copies(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{CacheModel, WebContextExt, WebViewExt};

    window.with_webview(|page| {
        if let Some(context) = page.inner().context() {
            context.set_cache_model(CacheModel::DocumentViewer);
        }
    })
}

/// Nothing but the app's own page is ever shown, whatever is dropped on it or linked from it.
fn is_own(address: &Url) -> bool {
    let origin = (address.scheme(), address.host_str(), address.port());
    matches!(
        origin,
        ("tauri", Some("localhost"), None) | ("http" | "https", Some("tauri.localhost"), None)
    ) || (tauri::is_dev() && origin == ("http", Some("127.0.0.1"), Some(5173)))
}

/// Shows the pages of all windows in a size.
pub(crate) fn show_in_size(app: &AppHandle, zoom: Zoom) {
    for window in app.webview_windows().values() {
        if let Err(error) = window.set_zoom(zoom.factor()) {
            tracing::warn!(%error, "a window could not be zoomed");
        }
    }
}

/// What becomes of a window: which one is looked at, and which one comes back at the next start.
pub(crate) fn follow(window: &Window, event: &WindowEvent) {
    let label = window.label();
    match event {
        WindowEvent::Focused(true) => {
            let mut looked_at = looked_at();
            looked_at.retain(|other| other != label);
            looked_at.push(label.to_owned());
        }
        // At the end of the app all windows go, and all come back; only a person closes one.
        WindowEvent::CloseRequested { api, .. } if !ending::has_begun() => {
            if !goes_on_without(window) {
                forget(window.app_handle(), label);
                return;
            }
            api.prevent_close();
            if let Err(error) = window.hide() {
                tracing::warn!(%error, "the window could not be hidden");
            }
        }
        WindowEvent::Destroyed => looked_at().retain(|other| other != label),
        _ => {}
    }
}

/// Whether the app goes on in the tray where its last window is closed: where that was chosen, and
/// there is a tray to come back from.
fn goes_on_without(window: &Window) -> bool {
    let Some(state) = window.try_state::<App>() else {
        return false;
    };
    let settings = &state.settings;
    let is_last = settings.windows().labels() == [window.label()];
    is_last && settings.settings().close_to_tray && is_in_tray()
}

/// The window that was looked at last, else the first one that is open.
pub(crate) fn in_front(app: &AppHandle) -> Option<WebviewWindow> {
    let looked_at = looked_at().clone();
    let last = looked_at.iter().rev().map(String::as_str);
    last.chain(LABELS)
        .find_map(|label| app.get_webview_window(label))
}

/// Brings the window that was looked at last to the front, or asks for attention where the system
/// allows no more.
pub(crate) fn bring_forward(app: &AppHandle) {
    let Some(window) = in_front(app) else {
        return;
    };
    let brought = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus())
        .and_then(|()| {
            if window.is_focused()? {
                return Ok(());
            }
            window.request_user_attention(Some(UserAttentionType::Informational))
        });
    if let Err(error) = brought {
        tracing::debug!(%error, "the window could not be brought forward");
    }
}

/// Whether somebody looks at one of the windows, as far as the system says.
pub(super) fn is_in_front(app: &AppHandle) -> bool {
    app.webview_windows().values().any(|window| {
        window.is_focused().unwrap_or_default() && !window.is_minimized().unwrap_or_default()
    })
}

/// A window does not come back at the next start.
pub(crate) fn forget(app: &AppHandle, label: &str) {
    let Some(state) = app.try_state::<App>() else {
        return;
    };
    if let Err(error) = state.settings.drop_window(label) {
        tracing::warn!(%error, "that a window was closed could not be kept");
    }
    save(app);
}

fn save(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = app.state::<App>().settings.save().await {
            tracing::warn!(%error, "which windows are open could not be saved");
        }
    });
}

fn looked_at() -> MutexGuard<'static, Vec<String>> {
    LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_page_is_shown() {
        let own = |address: &str| is_own(&address.parse().unwrap());
        assert!(own("tauri://localhost/c/x"));
        assert!(own("http://tauri.localhost/"));
        for foreign in [
            "file:///etc/passwd",
            "http://localhost/",
            "https://tauri.localhost.example/",
            "tauri://elsewhere/",
            "about:blank",
            "data:text/html,x",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
