//! Links into the app, whether it was started with one or runs already.

use std::sync::PoisonError;

use miso_client::{Link, link_from};
use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::Event as _;

use crate::desktop;
use crate::events::{LinkOpened, Notice, raise};
use crate::state::App;

/// Takes the link that the app was started with, and follows those that come later.
pub(crate) fn follow(app: &AppHandle) {
    match app.deep_link().get_current() {
        Ok(links) => {
            let first = links.unwrap_or_default().first().map(ToString::to_string);
            if let Some(link) = first.and_then(|link| read(app, &link)) {
                let state = app.state::<App>();
                *state.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
            }
        }
        Err(error) => tracing::warn!(%error, "the link that was opened could not be read"),
    }
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        for link in event.urls() {
            open(&handle, link.as_str());
        }
    });
}

/// The link that no page has followed yet; told once.
pub(crate) fn take(app: &App) -> Option<Link> {
    let mut link = app.link.lock().unwrap_or_else(PoisonError::into_inner);
    link.take()
}

fn open(app: &AppHandle, link: &str) {
    let Some(link) = read(app, link) else {
        return;
    };
    desktop::bring_forward(app);
    if let Err(error) = LinkOpened(link).emit(app) {
        tracing::warn!(%error, "a link could not be sent to the pages");
    }
}

/// Where a link leads; where it leads nowhere, that is said.
fn read(app: &AppHandle, link: &str) -> Option<Link> {
    match link_from(link) {
        Ok(link) => Some(link),
        Err(failure) => {
            let code = "link_invalid".to_owned();
            let params = failure.params;
            raise(app, Notice { code, params });
            None
        }
    }
}
