//! Who may do what.

use miso_api::{AccessDecision, AccessEntry, AccessGrant, AccessRequest, AccessWish, Page};
use miso_client::{ConnectionId, Reading, Rights};
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

/// Gives a subject access, in place of what it had. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_grant(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    subject: String,
    grant: AccessGrant,
) -> Answer<AccessEntry> {
    let client = app.client(&connection)?;
    Ok(client.grant_access(&application, &subject, &grant).await?)
}

/// Takes a subject's access away. Sent once.
#[tauri::command]
#[specta::specta]
pub async fn access_revoke(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    subject: String,
) -> Answer<()> {
    let client = app.client(&connection)?;
    Ok(client.revoke_access(&application, &subject).await?)
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
