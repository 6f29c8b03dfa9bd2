//! What goes from one environment to the next, and what went before.

use miso_api::DeployRequest;
use miso_client::{
    Comparison, ConfirmationId, ConnectionId, Promotion, PromotionChoice, PromotionStep,
};
use tauri::State;
use tauri::ipc::Channel;

use super::Answer;
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

/// The deployment that a choice comes to; asks nobody.
#[tauri::command]
#[specta::specta]
pub async fn promotion_request(choice: PromotionChoice) -> Answer<DeployRequest> {
    Ok(choice.request())
}

/// Sends what was chosen, one application after the other, and ends at the first that is refused. Where
/// it goes to production, `confirmation` names what was shown to be confirmed.
#[tauri::command]
#[specta::specta]
pub async fn promote(
    app: State<'_, App>,
    connection: ConnectionId,
    choices: Vec<PromotionChoice>,
    confirmation: Option<ConfirmationId>,
    told: Channel<PromotionStep>,
) -> Answer<()> {
    let client = app.client(&connection)?;
    let tell = |step| {
        if let Err(error) = told.send(step) {
            tracing::debug!(%error, "nobody listens to the promotion any more");
        }
    };
    client
        .promote(&choices, confirmation.as_deref(), tell)
        .await;
    Ok(())
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
