//! Connections, and the local instance.

use miso_client::{
    AuthorityOffer, Capability, ConnectionEdit, ConnectionId, ConnectionOffer, ConnectionWay,
    InstanceFound, Network, address, signin,
};
use tauri::{AppHandle, Manager, State};

use super::{Answer, copy};
use crate::authorities;
use crate::events::raise_all;
use crate::local;
use crate::state::{App, ConnectionView};

/// Every connection. It looks into the cached view, which is not for the window's own thread.
#[tauri::command]
#[specta::specta]
pub async fn connections(app: State<'_, App>) -> Answer<Vec<ConnectionView>> {
    Ok(app.views())
}

/// What is behind an address, and how people sign in there; without a way, by that of the
/// connection to it, or the usual one.
#[tauri::command]
#[specta::specta]
pub async fn connection_probe(
    app: State<'_, App>,
    address: String,
    way: Option<ConnectionWay>,
    call: Option<u32>,
) -> Answer<InstanceFound> {
    let instance = address::instance_from(&address)?;
    let way = app.connections.way_to(&instance, way);
    let way = way.checked()?;
    let network = Network::new(way.network);
    let probe = async { Ok(signin::probe_with(&instance, &way.sign_in, &network).await?) };
    app.calls.run(call, probe).await
}

/// The connection to the instance that was found behind an address. One that is there already keeps
/// its way, unless another was chosen.
#[tauri::command]
#[specta::specta]
pub async fn connection_add(
    handle: AppHandle,
    app: State<'_, App>,
    found: InstanceFound,
    way: Option<ConnectionWay>,
) -> Answer<ConnectionView> {
    let url = address::instance_from(found.url.as_str())?;
    let found = InstanceFound { url, ..found };
    let (connection, has_to_restore) = app.connections.add_by(found, way)?;
    if has_to_restore {
        restore_again(&handle, &connection)?;
    }
    app.view(&connection)
}

/// Another connection to the instance of one, for another account.
#[tauri::command]
#[specta::specta]
pub async fn connection_another(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<ConnectionView> {
    app.view(&app.connections.another(&connection)?)
}

/// How a connection is reached and signed in to.
#[tauri::command]
#[specta::specta]
pub async fn connection_way(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<ConnectionWay> {
    Ok(app.connections.way(&connection)?)
}

/// Changes a connection: its name, colour and protection, how it is reached and signed in to. All
/// of it, or nothing where anything cannot be used.
#[tauri::command]
#[specta::specta]
pub async fn connection_change(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    edit: ConnectionEdit,
    way: ConnectionWay,
) -> Answer<ConnectionView> {
    if app.connections.change(&connection, edit, way)? {
        restore_again(&handle, &connection)?;
    }
    app.view(&connection)
}

/// Takes up the session of a connection that signs in elsewhere now, if it has one.
fn restore_again(handle: &AppHandle, connection: &ConnectionId) -> Answer<()> {
    let client = handle.state::<App>().client(connection)?;
    tauri::async_runtime::spawn(async move { client.restore_for_settings().await });
    Ok(())
}

/// What the instance of a connection is known not to offer.
#[tauri::command]
#[specta::specta]
pub async fn connection_lacks(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Vec<Capability>> {
    Ok(app.client(&connection)?.lacking())
}

/// Has what an instance does not offer asked for again, now and not after a day.
#[tauri::command]
#[specta::specta]
pub async fn connection_ask_again(app: State<'_, App>, connection: ConnectionId) -> Answer<()> {
    app.client(&connection)?.forget_lacking();
    Ok(())
}

/// What a team's connections file offers.
#[tauri::command]
#[specta::specta]
pub async fn connections_offered(
    app: State<'_, App>,
    file: String,
) -> Answer<Vec<ConnectionOffer>> {
    Ok(app.connections.offered(&file)?)
}

/// Makes connections of what was offered.
#[tauri::command]
#[specta::specta]
pub async fn connections_accept(
    handle: AppHandle,
    app: State<'_, App>,
    mut offers: Vec<ConnectionOffer>,
) -> Answer<Vec<ConnectionView>> {
    for offer in &mut offers {
        for AuthorityOffer { pem, .. } in std::mem::take(&mut offer.authorities) {
            let kept = authorities::keep_for(&handle, &offer.name, &pem)?;
            offer.way.network.authorities.push(kept);
        }
    }
    let made = app.connections.accept(offers)?;
    made.iter().map(|connection| app.view(connection)).collect()
}

/// Copies the file that hands all connections to others; it holds no account and no secret.
#[tauri::command]
#[specta::specta]
pub async fn connections_copy_file(handle: AppHandle, app: State<'_, App>) -> Answer<()> {
    copy(&handle, app.connections.to_file()?)
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
    let erased = app.erase(&connection).await;
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
