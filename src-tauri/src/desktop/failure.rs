//! What is said when the app cannot start: there is no page yet that could say it.

use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::refuse;

/// Says in a window, and on standard error, why the app cannot start, and quits with exit code 2
/// when the window is closed.
pub(crate) fn say_and_quit(app: &AppHandle, error: &dyn std::error::Error) {
    let folder = match app.path().app_data_dir() {
        Ok(folder) => folder.display().to_string(),
        Err(error) => error.to_string(),
    };
    let words = words();
    let text = words
        .text
        .replace("{{folder}}", &folder)
        .replace("{{reason}}", &error.to_string());
    refuse(&format!("miso-desktop: {text}"));
    let quit = app.clone();
    app.dialog()
        .message(text)
        .title(words.title)
        .kind(MessageDialogKind::Error)
        .show(move |_| quit.exit(2));
}

struct Words {
    title: String,
    text: String,
}

/// From the same file as the pages' words.
fn words() -> Words {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../../ui/src/i18n/en.json")).unwrap_or_default();
    let word = |name: &str| {
        all["errors"]["app_not_started"][name]
            .as_str()
            .unwrap_or(name)
            .to_owned()
    };
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
        let words = words();
        assert!(words.title.len() > "title".len());
        assert!(words.text.contains("{{folder}}") && words.text.contains("{{reason}}"));
    }
}
