//! The same for several applications at once.

use miso_client::{BatchAct, BatchOrder, BatchReview, ConfirmationId, ConnectionId, RolloutStep};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, telling};
use crate::state::App;

/// What a batch would do, by what is known. Sends nothing.
#[tauri::command]
#[specta::specta]
pub async fn batch_review(
    app: State<'_, App>,
    connection: ConnectionId,
    environment: String,
    applications: Vec<String>,
    act: BatchAct,
) -> Answer<BatchReview> {
    let client = app.client(&connection)?;
    Ok(client.batch_review(&environment, &applications, &act).await)
}

/// Starts one deployment after the other, each sent once, and tells of each how far it is. Once the
/// call is called off, nothing more is sent. `confirmation` names what was shown of it, without which
/// nothing goes to production.
#[tauri::command]
#[specta::specta]
pub async fn batch(
    app: State<'_, App>,
    connection: ConnectionId,
    environment: String,
    orders: Vec<BatchOrder>,
    confirmation: Option<ConfirmationId>,
    told: Channel<RolloutStep>,
    call: u32,
) -> Answer<Vec<RolloutStep>> {
    let (client, told) = (app.client(&connection)?, telling(told));
    let send = |stop| async move {
        client
            .batch(&environment, &orders, confirmation.as_deref(), &stop, &told)
            .await
    };
    Ok(app.calls.until_called_off(call, send).await)
}
