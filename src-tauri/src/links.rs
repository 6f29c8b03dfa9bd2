//! Links into the app, whether it was started with one or runs already.

use miso_client::{LinkTarget, link_from};
use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::Event as _;

use crate::desktop;
use crate::error::CommandError;
use crate::events::{LinkOpened, raise};
use crate::state::App;

/// Takes the link that the app was started with, and follows those that come later.
pub(crate) fn follow(app: &AppHandle) {
    match app.deep_link().get_current() {
        Ok(links) => {
            let first = links.unwrap_or_default().first().map(ToString::to_string);
            if let Some(link) = first.and_then(|link| read(app, &link)) {
                let state = app.state::<App>();
                let first = state.settings.windows().labels().swap_remove(0);
                state.keep_link(link, first);
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

/// Why a link cannot be followed, as a sentence for the terminal it was given in; `None` where it can.
pub(crate) fn complaint(link: &str) -> Option<String> {
    let failure = link_from(link).err()?;
    let shown = failure.params.get("link").map_or(link, String::as_str);
    Some(format!(
        "miso-desktop: this link leads nowhere: {shown}\n\
         It looks like miso://connect?instance=https://miso.example.com"
    ))
}

/// Keeps the link for the page that takes it: one that is not there yet does not miss it.
fn open(app: &AppHandle, link: &str) {
    let Some(link) = read(app, link) else {
        return;
    };
    lead(app, link);
}

/// Leads there whoever sits before the windows, in the one that was looked at last.
pub(crate) fn lead(app: &AppHandle, link: LinkTarget) {
    let Some(window) = desktop::in_front(app) else {
        return;
    };
    let state = app.state::<App>();
    state.keep_link(link, window.label().to_owned());
    desktop::bring_forward(app);
    if let Err(error) = LinkOpened.emit(app) {
        tracing::warn!(%error, "the pages could not be told of a link");
    }
}

/// Where a link leads; where it leads nowhere, that is said.
fn read(app: &AppHandle, link: &str) -> Option<LinkTarget> {
    match link_from(link) {
        Ok(link) => Some(app.state::<App>().connections.target_of(link)),
        Err(failure) => {
            raise(app, CommandError::from(failure).into());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_said_with_one_that_does() {
        assert_eq!(complaint("miso://connect?instance=miso.example.com"), None);
        let said = complaint("miso://connect").unwrap();
        assert!(said.contains("leads nowhere: miso://connect"), "{said}");
        assert!(said.contains("miso://connect?instance="), "{said}");
    }
}
