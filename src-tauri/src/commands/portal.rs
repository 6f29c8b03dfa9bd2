//! What the instance knows and does: reads of the cached view, and the writes.

use chrono::{DateTime, Utc};
use miso_api::{
    Application, DeployRequest, Deployment, Environment, Health, Me, Page, PlannedChange,
};
use miso_client::{
    Activity, ConfirmationId, ConnectionId, Fleet, FleetPage, FleetQuery, FleetRow, Preflight,
    Reading, WantedImage,
};
use tauri::{AppHandle, State};

use super::{Answer, open};
use crate::state::App;

/// The caller.
#[tauri::command]
#[specta::specta]
pub async fn me(app: State<'_, App>, connection: ConnectionId) -> Answer<Reading<Me>> {
    Ok(app.client(&connection)?.me().await?)
}

/// Every application.
#[tauri::command]
#[specta::specta]
pub async fn applications(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Reading<Page<Application>>> {
    Ok(app.client(&connection)?.applications().await?)
}

/// One application.
#[tauri::command]
#[specta::specta]
pub async fn application(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<Application>> {
    Ok(app.client(&connection)?.application(application).await?)
}

/// The fleet: every application in every environment, and what is said above it.
#[tauri::command]
#[specta::specta]
pub async fn fleet(app: State<'_, App>, connection: ConnectionId) -> Answer<Reading<Fleet>> {
    Ok(app.client(&connection)?.fleet().await?)
}

/// What changed in the fleet since a moment; without one, the last that happened.
#[tauri::command]
#[specta::specta]
pub async fn activity(
    app: State<'_, App>,
    connection: ConnectionId,
    since: Option<DateTime<Utc>>,
) -> Answer<Reading<Activity>> {
    Ok(app.client(&connection)?.activity(since).await?)
}

/// A page of what the server finds, where it has more applications than the list holds, until it is called off.
#[tauri::command]
#[specta::specta]
pub async fn fleet_found(
    app: State<'_, App>,
    connection: ConnectionId,
    query: FleetQuery,
    page: u32,
    call: Option<u32>,
) -> Answer<FleetPage> {
    let client = app.client(&connection)?;
    let found = async { Ok(client.fleet_found(&query, page.max(1)).await?) };
    app.calls.run(call, found).await
}

/// One application in each of its environments.
#[tauri::command]
#[specta::specta]
pub async fn places(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
) -> Answer<Reading<FleetRow>> {
    Ok(app.client(&connection)?.places(application).await?)
}

/// Every environment.
#[tauri::command]
#[specta::specta]
pub async fn environments(
    app: State<'_, App>,
    connection: ConnectionId,
) -> Answer<Reading<Vec<Environment>>> {
    Ok(app.client(&connection)?.environments().await?)
}

/// One environment.
#[tauri::command]
#[specta::specta]
pub async fn environment(
    app: State<'_, App>,
    connection: ConnectionId,
    environment: String,
) -> Answer<Reading<Environment>> {
    Ok(app.client(&connection)?.environment(environment).await?)
}

/// Recent deployments, of everything or of one application.
#[tauri::command]
#[specta::specta]
pub async fn deployments(
    app: State<'_, App>,
    connection: ConnectionId,
    application: Option<String>,
) -> Answer<Reading<Page<Deployment>>> {
    Ok(app.client(&connection)?.deployments(application).await?)
}

/// A page of a history beyond what is kept fresh: of everything or of one application, in one environment or
/// in all. One request.
#[tauri::command]
#[specta::specta]
pub async fn deployments_older(
    app: State<'_, App>,
    connection: ConnectionId,
    application: Option<String>,
    environment: Option<String>,
    page: u32,
) -> Answer<Page<Deployment>> {
    let client = app.client(&connection)?;
    let (application, environment) = (application.as_deref(), environment.as_deref());
    Ok(client
        .older_deployments(application, environment, page.max(1))
        .await?)
}

/// One deployment.
#[tauri::command]
#[specta::specta]
pub async fn deployment(
    app: State<'_, App>,
    connection: ConnectionId,
    id: String,
) -> Answer<Reading<Deployment>> {
    Ok(app.client(&connection)?.deployment(id).await?)
}

/// The health of an application in an environment.
#[tauri::command]
#[specta::specta]
pub async fn health(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<Reading<Health>> {
    Ok(app
        .client(&connection)?
        .health(application, environment)
        .await?)
}

/// What is known about a deployment before it is sent, and whether it may be.
#[tauri::command]
#[specta::specta]
pub async fn preflight(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
    wanted: Option<WantedImage>,
) -> Answer<Preflight> {
    let client = app.client(&connection)?;
    let image = wanted.and_then(|wanted| wanted.image());
    Ok(client.preflight(&application, &environment, image.as_deref()))
}

/// Starts a deployment. Sent once; to production only with what `deployments_show` answered when it
/// was shown to be confirmed, three seconds before.
#[tauri::command]
#[specta::specta]
pub async fn deploy(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    request: DeployRequest,
    confirmation: Option<ConfirmationId>,
) -> Answer<Deployment> {
    let client = app.client(&connection)?;
    let confirmation = confirmation.as_deref();
    let sending = client.deploy_confirmed(&application, &request, confirmation);
    Ok(sending.await?)
}

/// What a deployment would change, by the instance's own word; nothing happens.
#[tauri::command]
#[specta::specta]
pub async fn dry_run(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    request: DeployRequest,
) -> Answer<Vec<PlannedChange>> {
    let client = app.client(&connection)?;
    Ok(client.dry_run(&application, &request).await?)
}

/// Calls a deployment off.
#[tauri::command]
#[specta::specta]
pub async fn deployment_cancel(
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    id: String,
) -> Answer<()> {
    let client = app.client(&connection)?;
    Ok(client.cancel_deployment(&application, &id).await?)
}

/// Opens an application's own address in the browser.
#[tauri::command]
#[specta::specta]
pub async fn application_open(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    application: String,
    environment: String,
) -> Answer<()> {
    let client = app.client(&connection)?;
    let url = client.address_of(application, &environment).await?;
    open(handle, url).await
}
