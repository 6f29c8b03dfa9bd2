//! The way to an instance: what the doctor finds on it, and the authorities that are trusted on it.

use miso_client::doctor::{self, Diagnosis, Examined};
use miso_client::{ConnectionId, ConnectionWay, Network, address};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::Answer;
use crate::authorities;
use crate::state::App;

/// Walks the way to an address up to its provider, by the way that is given, else by that of the
/// connection to it, or the usual one; each step is told as it has been examined.
#[tauri::command]
#[specta::specta]
pub async fn address_examine(
    app: State<'_, App>,
    address: String,
    way: Option<ConnectionWay>,
    told: Channel<Examined>,
    call: Option<u32>,
) -> Answer<Diagnosis> {
    let instance = address::instance_from(&address)?;
    let way = app.connections.way_to(&instance, way);
    let network = Network::new(way.network);
    let told = |examined: &Examined| tell(&told, examined);
    let walk = async { Ok(doctor::examine(&instance, &network, &way.sign_in, &told).await) };
    app.calls.run(call, walk).await
}

/// Walks the way to the instance of a connection, up to a call of its API; each step is told as it
/// has been examined.
#[tauri::command]
#[specta::specta]
pub async fn connection_examine(
    app: State<'_, App>,
    connection: ConnectionId,
    told: Channel<Examined>,
    call: Option<u32>,
) -> Answer<Diagnosis> {
    let client = app.client(&connection)?;
    let walk = async { Ok(client.examine(&|examined| tell(&told, examined)).await) };
    app.calls.run(call, walk).await
}

/// Ends a call that its page gave a number, wherever it is.
#[tauri::command]
#[specta::specta]
pub fn call_off(app: State<'_, App>, call: u32) -> Answer<()> {
    app.calls.call_off(call);
    Ok(())
}

/// Keeps a PEM file with certificates of authorities, and says where: whoever chose it may throw
/// the original away.
#[tauri::command]
#[specta::specta]
pub async fn authority_keep(handle: AppHandle, name: String, pem: String) -> Answer<String> {
    let kept = authorities::keep_for(&handle, &name, &pem)?;
    Ok(kept.display().to_string())
}

fn tell(told: &Channel<Examined>, examined: &Examined) {
    if let Err(error) = told.send(examined.clone()) {
        tracing::debug!(%error, "nobody listens to the doctor any more");
    }
}
