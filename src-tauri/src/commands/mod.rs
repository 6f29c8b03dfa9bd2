//! What the pages can call: each command parses, calls and maps the error, in a few lines. Every
//! name stands in `names.rs` and is granted by a capability.

pub(crate) mod access;
pub(crate) mod anything;
pub(crate) mod applications;
pub(crate) mod batch;
pub(crate) mod configuration;
pub(crate) mod configuring;
pub(crate) mod connections;
pub(crate) mod deploying;
pub(crate) mod diagnostics;
pub(crate) mod documents;
pub(crate) mod explorer;
pub(crate) mod log_gaps;
pub(crate) mod log_older;
pub(crate) mod log_patterns;
pub(crate) mod log_search;
pub(crate) mod log_view;
pub(crate) mod logs;
pub(crate) mod merged_logs;
pub(crate) mod monitoring;
pub(crate) mod network;
pub(crate) mod past;
pub(crate) mod portal;
pub(crate) mod promotion;
pub(crate) mod session;
pub(crate) mod start;
pub(crate) mod watch;
pub(crate) mod windows;

use miso_client::{Browser, RolloutStep};
use tauri::AppHandle;
use tauri::ipc::Channel;
use tauri_plugin_clipboard_manager::ClipboardExt;
use url::Url;

use crate::desktop::SystemBrowser;
use crate::error::CommandError;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, CommandError>;

/// Tells a page how a rollout goes on; it may have gone elsewhere meanwhile.
fn telling(told: Channel<RolloutStep>) -> impl Fn(&RolloutStep) + Send + Sync {
    move |step| {
        if let Err(error) = told.send(step.clone()) {
            tracing::debug!(%error, "nobody listens to the rollout any more");
        }
    }
}

/// Puts a text on the clipboard.
fn copy(handle: &AppHandle, text: impl Into<String>) -> Answer<()> {
    handle
        .clipboard()
        .write_text(text.into())
        .map_err(|error| CommandError::new("clipboard_failed").with("reason", error))
}

/// Opens an address in the system's browser.
async fn open(handle: AppHandle, url: Url) -> Answer<()> {
    tauri::async_runtime::spawn_blocking(move || SystemBrowser(handle).open(&url))
        .await?
        .map_err(|reason| CommandError::new("browser_not_opened").with("reason", reason))
}
