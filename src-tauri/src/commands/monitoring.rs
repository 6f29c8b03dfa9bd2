//! What was seen and measured of an application over time.

use chrono::{DateTime, Utc};
use miso_client::{ConnectionId, FinerSteps, PlaceHealth, Reading, TimeRange, Timeline};
use tauri::State;

use super::Answer;
use crate::answering::log_says;
use crate::state::App;

/// The health of an application, what was measured and what changed, over one axis.
#[tauri::command]
#[specta::specta]
pub async fn timeline(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    range: TimeRange,
) -> Answer<Reading<Timeline>> {
    let client = app.client(&connection)?;
    Ok(client.timeline(application, environment, range).await?)
}

/// The range in which the last change is seen with what was before it.
#[tauri::command]
#[specta::specta]
pub async fn timeline_range(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<Reading<TimeRange>> {
    let client = app.client(&connection)?;
    Ok(client.timeline_range(application, environment).await?)
}

/// A part of a timeline in finer steps than those it is shown in; nothing where there are none, or where
/// requests are short. One request.
#[tauri::command]
#[specta::specta]
pub async fn timeline_finer(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    range: TimeRange,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Answer<Option<FinerSteps>> {
    let client = app.client(&connection)?;
    let finer = client.timeline_finer(&application, &environment, range, (from, to));
    Ok(finer.await?)
}

/// How an application is in an environment, since when, and what is known of why; nothing where it was
/// never deployed.
#[tauri::command]
#[specta::specta]
pub async fn answer(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<Reading<Option<miso_client::Answer>>> {
    let client = app.client(&connection)?;
    let (key, there) = (application.clone(), environment.clone());
    let log = |span| log_says(&app, &connection, &key, &there, span);
    Ok(client.answer(application, environment, log).await?)
}

/// The health of an application in all its environments over the last day.
#[tauri::command]
#[specta::specta]
pub async fn health_overview(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<Vec<PlaceHealth>>> {
    Ok(app
        .client(&connection)?
        .health_overview(application)
        .await?)
}
