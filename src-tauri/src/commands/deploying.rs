//! What stands beside a deployment: its confirmation before, how it goes after.

use miso_client::{ConfirmationId, ConnectionId, Course, PlannedDeployment, Reading};
use tauri::State;

use super::Answer;
use crate::state::App;

/// Says that these deployments are shown now to be confirmed; `deploy` takes the answer after three
/// seconds, for each of them once.
#[tauri::command]
#[specta::specta]
pub fn deployments_show(
    app: State<'_, App>,
    connection: ConnectionId,
    deployments: Vec<PlannedDeployment>,
) -> Answer<ConfirmationId> {
    Ok(app.client(&connection)?.show_to_confirm(deployments)?)
}

/// Takes back what was shown to be confirmed: nothing of it can be sent any more.
#[tauri::command]
#[specta::specta]
pub fn deployments_take_back(
    app: State<'_, App>,
    connection: ConnectionId,
    confirmation: ConfirmationId,
) -> Answer<()> {
    app.client(&connection)?.take_back(&confirmation);
    Ok(())
}

/// How a deployment goes: as usual, slow, stuck, or out of contact.
#[tauri::command]
#[specta::specta]
pub async fn deployment_course(
    app: State<'_, App>,
    connection: ConnectionId,
    id: String,
) -> Answer<Reading<Course>> {
    Ok(app.client(&connection)?.course(id).await?)
}
