//! What is said when the app cannot start: there is no page yet that could say it.

use miso_client::Failure;
use tauri::{AppHandle, Manager};

use super::words::text;
use crate::data_lock::NotLocked;
use crate::refuse;
use crate::settings::NotOpened;

/// Why the app cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotStarted {
    #[error(transparent)]
    Lock(#[from] NotLocked),
    #[error(transparent)]
    Settings(#[from] NotOpened),
    #[error(transparent)]
    Client(#[from] Failure),
    #[error(transparent)]
    Tauri(#[from] tauri::Error),
}

impl NotStarted {
    /// The word that chooses the words.
    fn code(&self) -> &'static str {
        match self {
            Self::Lock(NotLocked::InUse) => "app_runs_elsewhere",
            Self::Lock(NotLocked::ByCommand) => "command_in_the_way",
            Self::Lock(NotLocked::Io(_)) | Self::Settings(_) => "app_not_started",
            Self::Client(_) | Self::Tauri(_) => "app_broken",
        }
    }
}

/// Says in a window, and on standard error, why the app cannot start, and quits with exit code 2
/// when the window is closed.
pub(crate) fn say_and_quit(app: &AppHandle, error: &NotStarted) {
    let folder = match app.path().app_data_dir() {
        Ok(folder) => folder.display().to_string(),
        Err(error) => error.to_string(),
    };
    let reason = error.to_string();
    let words = words(error.code(), &[("folder", &folder), ("reason", &reason)]);
    let Words { title, text } = words;
    refuse(&format!("miso-desktop: {text}"));
    // What is open already has nothing behind it.
    for window in app.webview_windows().values() {
        if let Err(error) = window.hide() {
            tracing::debug!(%error, "a window could not be hidden");
        }
    }
    show(app, &title, &text);
}

/// On the main thread, which GTK wants everything on: what the dialog plugin opens here runs on
/// another one beside Tauri's, and may never be closed.
#[cfg(target_os = "linux")]
fn show(app: &AppHandle, title: &str, text: &str) {
    use gtk::prelude::{DialogExt, GtkWindowExt, MessageDialogExt, WidgetExt};

    let dialog = gtk::MessageDialog::new(
        None::<&gtk::Window>,
        gtk::DialogFlags::empty(),
        gtk::MessageType::Error,
        gtk::ButtonsType::Close,
        title,
    );
    dialog.set_title(title);
    dialog.set_secondary_text(Some(text));
    dialog.set_default_response(gtk::ResponseType::Close);
    let quit = app.clone();
    dialog.connect_response(move |_, _| quit.exit(2));
    dialog.show_all();
}

#[cfg(not(target_os = "linux"))]
fn show(app: &AppHandle, title: &str, text: &str) {
    use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

    let quit = app.clone();
    app.dialog()
        .message(text)
        .title(title)
        .kind(MessageDialogKind::Error)
        .show(move |_| quit.exit(2));
}

struct Words {
    title: String,
    text: String,
}

fn words(code: &str, parameters: &[(&str, &str)]) -> Words {
    let word = |name: &str| text(&format!("errors.{code}.{name}"), parameters);
    Words {
        title: word("title"),
        text: word("text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_there() {
        for (code, names_reason) in [
            ("app_runs_elsewhere", false),
            ("command_in_the_way", false),
            ("app_not_started", true),
            ("app_broken", true),
        ] {
            let words = words(code, &[]);
            assert!(!words.title.contains(code), "{code}");
            assert!(words.text.contains("{{folder}}"), "{code}");
            assert_eq!(words.text.contains("{{reason}}"), names_reason, "{code}");
        }
    }
}
