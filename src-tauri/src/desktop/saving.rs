//! A text as a file, where the system's own dialog says.

use std::io;
use std::path::PathBuf;

use tauri::{Manager, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use crate::unfinished::Unfinished;

/// Asks where to, with a name to begin with, and writes it there, for its owner alone; whether somebody
/// chose a place.
///
/// # Errors
/// What the disk says, with the file's path; what the dialog chose is no file.
pub(crate) async fn save_as(window: WebviewWindow, name: &str, text: String) -> io::Result<bool> {
    let Some(path) = choose_file(&window, name).await? else {
        return Ok(false);
    };
    let write = move || Unfinished::write(&path, text.as_bytes());
    tauri::async_runtime::spawn_blocking(write)
        .await
        .map_err(io::Error::other)??;
    Ok(true)
}

/// Asks where a file is to be, with a name to begin with; `None` where nobody chose a place.
///
/// # Errors
/// What the dialog chose is no file.
pub(crate) async fn choose_file(window: &WebviewWindow, name: &str) -> io::Result<Option<PathBuf>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut dialog = window.dialog().file().set_parent(window);
    let downloads = window.path().download_dir().ok();
    let folder = downloads.filter(|folder| folder.is_dir());
    if let Some(folder) = folder.or_else(|| window.path().home_dir().ok()) {
        dialog = dialog.set_directory(folder);
    }
    dialog.set_file_name(name).save_file(move |chosen| {
        // Who asked may have gone.
        let _ = tell.send(chosen);
    });
    let Ok(Some(chosen)) = told.await else {
        return Ok(None);
    };
    chosen.into_path().map(Some).map_err(io::Error::other)
}
