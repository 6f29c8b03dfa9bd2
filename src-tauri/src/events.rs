//! Events to the pages, and the way of the client's events to them.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use miso_api::Deployment;
use miso_client::{ConnectionId, Event, Publish, Resource, SessionState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event as _;

use crate::desktop;
use crate::state::App;

/// A session has a new state.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct SessionChanged {
    connection: ConnectionId,
    session: SessionState,
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

/// Something the user must know.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct NoticeRaised(pub Notice);

/// Something the user must know, as code and parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// The stable word.
    pub code: String,
    /// What the words need.
    pub params: BTreeMap<String, String>,
}

/// Takes the client's events to the pages.
pub(crate) struct ToPages(pub AppHandle);

impl Publish for ToPages {
    fn publish(&self, event: Event) {
        let app = &self.0;
        let sent = match event {
            Event::SessionChanged {
                connection,
                session,
            } => {
                if let SessionState::SignedIn { .. } = session {
                    desktop::bring_forward(app);
                }
                SessionChanged {
                    connection,
                    session,
                }
                .emit(app)
            }
            Event::ConnectionsChanged => {
                if let Some(state) = app.try_state::<App>() {
                    state.save_connections(app);
                }
                ConnectionsChanged.emit(app)
            }
            Event::ResourceChanged {
                connection,
                resource,
                changed,
            } => ResourceChanged {
                connection,
                resource,
                changed,
            }
            .emit(app),
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
            } => DeploymentEnded {
                connection,
                deployment: *deployment,
            }
            .emit(app),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event could not be sent to the pages");
        }
    }
}

/// Tells the pages something the user must know, those that open later too.
pub(crate) fn raise(app: &AppHandle, notice: Notice) {
    if let Some(state) = app.try_state::<App>() {
        state
            .notices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(notice.clone());
    }
    if let Err(error) = NoticeRaised(notice).emit(app) {
        tracing::warn!(%error, "a notice could not be sent to the pages");
    }
}
