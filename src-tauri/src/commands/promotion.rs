//! What goes from one environment to the next, and what went before.

use miso_api::DeployRequest;
use miso_client::{
    Comparison, ConfirmationId, ConnectionId, Promotion, PromotionChoice, RolloutStep,
};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, telling};
use crate::state::App;

/// What an application would bring from one environment to another.
#[tauri::command]
#[specta::specta]
pub async fn promotion(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    from: String,
    to: String,
) -> Answer<Promotion> {
    let client = app.client(&connection)?;
    Ok(client.promotion(&application, &from, &to).await?)
}

/// The deployment that a choice comes to, with words in the place of its secrets; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn promotion_request(choice: PromotionChoice) -> Answer<DeployRequest> {
    Ok(choice.request())
}

/// Sends what was chosen, one application after the other, and ends at the first that is refused. Once
/// the call is called off, nothing more is sent. Where it goes to production, `confirmation` names what
/// was shown to be confirmed.
#[tauri::command]
#[specta::specta]
pub async fn promote(
    app: State<'_, App>,
    connection: ConnectionId,
    choices: Vec<PromotionChoice>,
    confirmation: Option<ConfirmationId>,
    told: Channel<RolloutStep>,
    call: u32,
) -> Answer<Vec<RolloutStep>> {
    let (client, told) = (app.client(&connection)?, telling(told));
    let send = |stop| async move {
        client
            .promote(&choices, confirmation.as_deref(), &stop, &told)
            .await
    };
    Ok(app.calls.until_called_off(call, send).await)
}

/// Two deployments beside each other.
#[tauri::command]
#[specta::specta]
pub async fn deployments_compare(
    app: State<'_, App>,
    connection: ConnectionId,
    one: String,
    other: String,
) -> Answer<Comparison> {
    Ok(app.client(&connection)?.compare(&one, &other).await?)
}
