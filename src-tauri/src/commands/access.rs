//! Who may do what.

use miso_api::{AccessDecision, AccessEntry, AccessGrant, AccessRequest, AccessWish, Page};
use miso_client::{
    AccessChoices, AccessGrid, AskedAccess, ConnectionId, HeldRights, Reading, Rights,
};
use tauri::State;

use super::Answer;
use crate::state::App;

/// What the caller may do, as far as is known; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn rights(
    app: State<'_, App>,
    connection: ConnectionId,
    application: Option<String>,
    environment: Option<String>,
) -> Answer<Rights> {
    let client = app.client(&connection)?;
    Ok(client.rights(application.as_deref(), environment.as_deref()))
}

/// What the caller may do, permission by permission and environment by environment; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn rights_held(
    app: State<'_, App>,
    connection: ConnectionId,
    application: Option<String>,
) -> Answer<HeldRights> {
    let client = app.client(&connection)?;
    Ok(client.rights_held(application.as_deref()))
}

/// Who has access to an application, as a grid, with what of it the caller may change.
#[tauri::command]
#[specta::specta]
pub async fn access_grid(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<AccessGrid>> {
    Ok(app.client(&connection)?.access_grid(application).await?)
}

/// What access to an application can be asked for; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn access_choices(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<AccessChoices> {
    Ok(app.client(&connection)?.access_choices(&application))
}

/// The requests for access as the caller sees them.
#[tauri::command]
#[specta::specta]
pub async fn access_asked(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Reading<Vec<AskedAccess>>> {
    Ok(app.client(&connection)?.asked_access().await?)
}

/// Who has access to an application.
#[tauri::command]
#[specta::specta]
pub async fn access(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<Vec<AccessEntry>>> {
    Ok(app.client(&connection)?.access(application).await?)
}

/// Gives a subject access, in place of what it had: the row that was seen, or none. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_grant(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    subject: String,
    grant: AccessGrant,
    seen: Option<AccessEntry>,
) -> Answer<AccessEntry> {
    let client = app.client(&connection)?;
    let granted = client.grant_access(&application, &subject, &grant, seen.as_ref());
    Ok(granted.await?)
}

/// Takes a subject's access away: the row that was seen. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_revoke(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    seen: AccessEntry,
) -> Answer<()> {
    let client = app.client(&connection)?;
    Ok(client.revoke_access(&application, &seen).await?)
}

/// Requests for access.
#[tauri::command]
#[specta::specta]
pub async fn access_requests(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Reading<Page<AccessRequest>>> {
    Ok(app.client(&connection)?.access_requests().await?)
}

/// Asks for access. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_ask(
    app: State<'_, App>,
    connection: ConnectionId,
    wish: AccessWish,
) -> Answer<AccessRequest> {
    Ok(app.client(&connection)?.ask_for_access(&wish).await?)
}

/// Decides about a request for access. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_decide(
    app: State<'_, App>,
    connection: ConnectionId,
    id: String,
    decision: AccessDecision,
) -> Answer<AccessRequest> {
    let client = app.client(&connection)?;
    Ok(client.decide_access(&id, &decision).await?)
}
