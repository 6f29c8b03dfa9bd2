//! Signing in and out. No command returns a token or the address the browser was sent to.

use miso_client::{ConnectionId, DeviceCode};
use tauri::{AppHandle, State};

use super::{Answer, copy};
use crate::error::CommandError;
use crate::events::raise_all;
use crate::local;
use crate::state::App;
use crate::typed_secret::TypedSecret;

/// Begins to sign in with the browser; how it goes is told by events.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    remember: bool,
) -> Answer<()> {
    if app.connections.get(&connection)?.local_instance.is_some() {
        let (_, notices) = local::start(&app).await?;
        raise_all(&handle, notices);
    }
    let client = app.client(&connection)?;
    tauri::async_runtime::spawn(async move { client.sign_in(remember).await });
    Ok(())
}

/// Begins to sign in on another device; how it goes is told by events.
#[tauri::command]
#[specta::specta]
pub fn sign_in_on_device(
    app: State<'_, App>,
    connection: ConnectionId,
    remember: bool,
) -> Answer<()> {
    let client = app.client(&connection)?;
    tauri::async_runtime::spawn(async move { client.sign_in_on_device(remember).await });
    Ok(())
}

/// Signs in as a service account, with the secret that was typed for it; how that goes is told by
/// events too.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_as_service(
    app: State<'_, App>,
    connection: ConnectionId,
    client_id: String,
    secret: TypedSecret,
    remember: bool,
) -> Answer<()> {
    let client = app.client(&connection)?;
    let signing_in = client.sign_in_as_service(client_id, secret.into_secret(), remember);
    Ok(signing_in.await?)
}

/// What the other device is to be told, while it is waited for.
#[tauri::command]
#[specta::specta]
pub fn sign_in_device_code(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Option<DeviceCode>> {
    Ok(app.client(&connection)?.device_code())
}

/// Calls the attempt off.
#[tauri::command]
#[specta::specta]
pub fn sign_in_cancel(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    app.client(&connection)?.cancel_sign_in();
    Ok(())
}

/// Puts the address the browser was sent to on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_copy_address(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<()> {
    let address = app.client(&connection)?.sign_in_address();
    let address = address.ok_or_else(|| CommandError::new("sign_in_cancelled"))?;
    copy(&handle, address)
}

/// Signs out and forgets what was kept of the account here.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    let signed_out = app.client(&connection)?.sign_out().await;
    let erased = app.erase(&connection).await;
    signed_out?;
    erased
}
