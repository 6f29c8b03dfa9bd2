//! Connections, and the local instance.

use miso_client::{ConnectionEdit, ConnectionId, InstanceFound, address, signin};
use tauri::{AppHandle, State};

use super::Answer;
use crate::events::raise_all;
use crate::local;
use crate::state::{App, ConnectionView};

/// Every connection. It looks into the cached view, which is not for the window's own thread.
#[tauri::command]
#[specta::specta]
pub async fn connections(app: State<'_, App>) -> Answer<Vec<ConnectionView>> {
    Ok(app.views())
}

/// What is behind an address.
#[tauri::command]
#[specta::specta]
pub async fn connection_probe(address: String) -> Answer<InstanceFound> {
    Ok(signin::probe(&address::instance_from(&address)?).await?)
}

/// The connection to the instance behind an address.
#[tauri::command]
#[specta::specta]
pub async fn connection_add(app: State<'_, App>, address: String) -> Answer<ConnectionView> {
    let found = signin::probe(&address::instance_from(&address)?).await?;
    app.view(&app.connections.add(found.url, found.issuer))
}

/// Changes a connection's name, its colour, whether it is production and whether it is locked.
#[tauri::command]
#[specta::specta]
pub async fn connection_edit(
    app: State<'_, App>,
    connection: ConnectionId,
    edit: ConnectionEdit,
) -> Answer<ConnectionView> {
    app.connections.edit(&connection, edit)?;
    app.view(&connection)
}

/// Lets writes through on a locked connection for 15 minutes.
#[tauri::command]
#[specta::specta]
pub async fn connection_unlock(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    Ok(app.connections.unlock(&connection)?)
}

/// Locks it again before that.
#[tauri::command]
#[specta::specta]
pub async fn connection_lock_again(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    Ok(app.connections.lock_again(&connection)?)
}

/// Removes a connection with all that was kept of it.
#[tauri::command]
#[specta::specta]
pub async fn connection_remove(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    let removed = app.connections.remove(&connection).await;
    let erased = app.erase_logs(&connection).await;
    removed?;
    erased
}

/// Starts the instance inside the app unless it runs, and gives the connection to it.
#[tauri::command]
#[specta::specta]
pub async fn local_start(handle: AppHandle, app: State<'_, App>) -> Answer<ConnectionView> {
    let (connection, notices) = local::start(&app).await?;
    raise_all(&handle, notices);
    app.view(&connection)
}
