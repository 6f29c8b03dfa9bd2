//! The main window.

use tauri::utils::config::Color;
use tauri::{
    AppHandle, Manager, Theme as SystemTheme, UserAttentionType, WebviewUrl, WebviewWindowBuilder,
};

use url::Url;

use crate::settings::Theme;

const MAIN: &str = "main";
const LIGHT: Color = Color(0xfd, 0xfd, 0xfc, 0xff);
const DARK: Color = Color(0x17, 0x19, 0x1b, 0xff);
const WHITE: Color = Color(0xff, 0xff, 0xff, 0xff);
const BLACK: Color = Color(0x00, 0x00, 0x00, 0xff);

/// Opens the main window in the right theme, with its background set before the first paint.
pub(crate) fn open_main(app: &AppHandle, theme: Theme) -> tauri::Result<()> {
    let chosen = match theme {
        Theme::System | Theme::HighContrast => None,
        Theme::Light => Some(SystemTheme::Light),
        Theme::Dark => Some(SystemTheme::Dark),
    };
    let (light, dark) = match theme {
        Theme::System | Theme::Light | Theme::Dark => (LIGHT, DARK),
        Theme::HighContrast => (WHITE, BLACK),
    };
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
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
        .zoom_hotkeys_enabled(true)
        .build()?;
    if chosen.is_none() && window.theme().is_ok_and(|theme| theme == SystemTheme::Dark) {
        window.set_background_color(Some(dark))?;
    }
    Ok(())
}

/// Nothing but the app's own page is ever shown, whatever is dropped on it or linked from it.
fn is_own(address: &Url) -> bool {
    let origin = (address.scheme(), address.host_str(), address.port());
    matches!(
        origin,
        ("tauri", Some("localhost"), None) | ("http" | "https", Some("tauri.localhost"), None)
    ) || (tauri::is_dev() && origin == ("http", Some("127.0.0.1"), Some(5173)))
}

/// Brings the main window to the front, or asks for attention where the system allows no more.
pub(crate) fn bring_forward(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
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

/// Whether somebody looks at the main window, as far as the system says.
pub(super) fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN).is_some_and(|window| {
        window.is_focused().unwrap_or_default() && !window.is_minimized().unwrap_or_default()
    })
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
