//! Events to the pages, and the way of the client's events to them.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use miso_api::Deployment;
use miso_client::{ConnectionId, Event, Failure, Publish, Resource, SessionState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager, WebviewWindow};
use tauri_specta::Event as _;

use crate::desktop;
use crate::drafts::Draft;
use crate::error::CommandError;
use crate::recording;
use crate::settings::Settings;
use crate::state::App;

/// A session has a new state.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct SessionChanged {
    connection: ConnectionId,
    session: SessionState,
    /// A smaller one than the page has is older news.
    #[specta(type = u32)]
    revision: u64,
}

/// A connection came, went or was changed.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct ConnectionsChanged;

/// A resource was read again, or could not be.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct ResourceChanged {
    connection: ConnectionId,
    resource: Resource,
    changed: bool,
}

/// A click waits for the budget; zero seconds: not any more.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct WaitDue {
    connection: ConnectionId,
    seconds: u32,
}

/// A deployment that was started here has ended.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct DeploymentEnded {
    connection: ConnectionId,
    deployment: Deployment,
}

/// Logs of a connection are recorded otherwise than before.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct RecordingsChanged {
    connection: ConnectionId,
}

/// The settings were changed in one of the windows.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct SettingsChanged {
    settings: Settings,
    /// How often they were changed in this run of the app: of two, the higher one is newer.
    revision: u32,
}

/// The desktop shows the app in its tray, or does so no more.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct TrayChanged {
    /// Whether it does.
    pub there: bool,
}

/// Something was typed and not sent in one of the windows.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct DraftKept {
    /// With nothing in it, what was kept there is gone.
    draft: Draft,
    /// The label of the window, which knows.
    window: String,
}

/// Something the user must know.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct NoticeRaised(pub Notice);

/// A link into the app was opened; the first page that asks takes it.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct LinkOpened;

/// Something the user must know, as code and parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// The stable word.
    pub code: String,
    /// What the words need.
    pub params: BTreeMap<String, String>,
}

impl Notice {
    /// A notice whose words end with a reason.
    pub(crate) fn because(code: &str, reason: impl std::fmt::Display) -> Self {
        Self {
            code: code.to_owned(),
            params: [("reason".to_owned(), reason.to_string())].into(),
        }
    }

    /// Whether an older one is news no more: it says the same of the same connection.
    fn replaces(&self, older: &Self) -> bool {
        let about = |notice: &Self| (notice.code.clone(), notice.params.get("name").cloned());
        about(self) == about(older)
    }
}

/// An error that nobody waits for.
impl From<CommandError> for Notice {
    fn from(error: CommandError) -> Self {
        let CommandError { code, params, .. } = error;
        Self { code, params }
    }
}

/// Takes the client's events to the pages.
pub(crate) struct ToPages {
    app: AppHandle,
    /// Whose browser is out: its return brings the window forward.
    signing_in: Mutex<HashSet<ConnectionId>>,
}

impl ToPages {
    pub(crate) fn of(app: AppHandle) -> Self {
        Self {
            app,
            signing_in: Mutex::default(),
        }
    }

    /// What people call a connection, while there is one.
    fn name_of(&self, connection: &ConnectionId) -> Option<String> {
        let state = self.app.try_state::<App>()?;
        Some(state.connections.get(connection).ok()?.name)
    }

    /// Whether an attempt to sign in has just come to its end.
    fn has_come_back(&self, connection: &ConnectionId, session: &SessionState) -> bool {
        let mut signing_in = self
            .signing_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match session {
            SessionState::SigningIn { .. } => {
                signing_in.insert(connection.clone());
                false
            }
            SessionState::SignedIn { .. }
            | SessionState::SignedOut { .. }
            | SessionState::Restoring { .. } => signing_in.remove(connection),
        }
    }
}

impl Publish for ToPages {
    fn publish(&self, event: Event) {
        let app = &self.app;
        let sent = match event {
            Event::SessionChanged {
                connection,
                session,
                revision,
            } => {
                if self.has_come_back(&connection, &session) {
                    desktop::bring_forward(app);
                }
                SessionChanged {
                    connection,
                    session,
                    revision,
                }
                .emit(app)
            }
            Event::ConnectionsChanged => {
                let handle = app.clone();
                tauri::async_runtime::spawn(async move {
                    if let Some(state) = handle.try_state::<App>() {
                        // One that is new, or leads elsewhere now, records as the others do.
                        recording::apply(&handle);
                        desktop::look_after(&handle);
                        state.save_connections(&handle).await;
                    }
                });
                ConnectionsChanged.emit(app)
            }
            Event::ResourceChanged {
                connection,
                resource,
                changed,
            } => {
                desktop::tell_news(app, &connection, &resource);
                ResourceChanged {
                    connection,
                    resource,
                    changed,
                }
                .emit(app)
            }
            Event::WaitDue { connection, wait } => {
                let seconds = u32::try_from(wait.as_secs_f64().ceil() as u64).unwrap_or(u32::MAX);
                WaitDue {
                    connection,
                    seconds,
                }
                .emit(app)
            }
            Event::DeploymentEnded {
                connection,
                deployment,
            } => {
                desktop::tell_end(app, &connection, &deployment);
                DeploymentEnded {
                    connection,
                    deployment: *deployment,
                }
                .emit(app)
            }
            Event::RecordingsChanged { connection } => RecordingsChanged { connection }.emit(app),
            Event::SignOutNotTold {
                connection,
                provider,
                failure,
            } => {
                raise(app, not_told(self.name_of(&connection), provider, failure));
                Ok(())
            }
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event could not be sent to the pages");
        }
    }
}

/// Somebody signed out here, and the provider does not know it.
fn not_told(name: Option<String>, provider: String, failure: Failure) -> Notice {
    let CommandError {
        code, mut params, ..
    } = failure.into();
    let reason = params.remove("reason").or_else(|| params.remove("error"));
    let params = [
        ("name", name.unwrap_or_else(|| provider.clone())),
        ("provider", provider),
        ("reason", reason.unwrap_or(code)),
    ];
    Notice {
        code: "sign_out_not_told".to_owned(),
        params: params.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

/// Tells the pages something the user must know, those that open later too.
pub(crate) fn raise(app: &AppHandle, notice: Notice) {
    if let Some(state) = app.try_state::<App>() {
        let mut notices = state.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.retain(|older| !notice.replaces(older));
        notices.push(notice.clone());
    }
    mention(app, notice);
}

/// Tells the pages that are open now something that is soon of no matter.
pub(crate) fn mention(app: &AppHandle, notice: Notice) {
    if let Err(error) = NoticeRaised(notice).emit(app) {
        tracing::warn!(%error, "a notice could not be sent to the pages");
    }
}

/// Does at once what settings that were changed say, and tells the pages of all windows.
pub(crate) fn tell_settings(app: &AppHandle, settings: Settings, revision: u32) -> SettingsChanged {
    desktop::speak(settings.language);
    recording::apply(app);
    desktop::look_after(app);
    let changed = SettingsChanged { settings, revision };
    if let Err(error) = changed.emit(app) {
        tracing::warn!(%error, "the pages could not be told of the settings");
    }
    changed
}

/// The same of what was typed in one of them.
pub(crate) fn tell_draft(window: &WebviewWindow, draft: Draft) {
    let kept = DraftKept {
        draft,
        window: window.label().to_owned(),
    };
    if let Err(error) = kept.emit(window) {
        tracing::warn!(%error, "the pages could not be told of a draft");
    }
}

/// Does the same as [`raise`] for several.
pub(crate) fn raise_all(app: &AppHandle, notices: impl IntoIterator<Item = Notice>) {
    notices.into_iter().for_each(|notice| raise(app, notice));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_takes_the_place_of_an_older_one_about_the_same() {
        let notice = |code: &str, params: &[(&str, &str)]| Notice {
            code: code.to_owned(),
            params: params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let link = notice("link_invalid", &[("link", "miso://a")]);
        assert!(notice("link_invalid", &[("link", "miso://b")]).replaces(&link));
        assert!(!notice("port_moved", &[]).replaces(&link));
        let told = |name| notice("sign_out_not_told", &[("name", name)]);
        assert!(told("Orders").replaces(&told("Orders")));
        assert!(
            !told("Orders").replaces(&told("Live")),
            "of each connection"
        );
    }
}
