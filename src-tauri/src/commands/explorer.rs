//! The instance's own API: what it offers, and calls of it by hand.

use std::sync::Arc;

use miso_client::transport::Passing;
use miso_client::{
    ApiAnswer, ApiCall, ApiLanguage, ApiOperation, ApiOperations, ApiSent, Client, ConfirmationId,
    ConnectionId, CopiedCall, CopiedCommand, PlannedCall,
};
use tauri::{AppHandle, State};
use tokio_util::sync::CancellationToken;

use super::{Answer, copy};
use crate::drafts::Draft;
use crate::error::CommandError;
use crate::gate::Gate;
use crate::shell;
use crate::state::App;

/// Where what was sent by hand is kept among the drafts, without what may be a secret.
const KEPT_AT: &str = "sent calls";
const FIELD: &str = "calls";

/// The operations that the instance's own document lists. It is asked for again `anew`, or after an
/// hour.
#[tauri::command]
#[specta::specta]
pub async fn api_operations(
    app: State<'_, App>,
    connection: ConnectionId,
    anew: bool,
) -> Answer<ApiOperations> {
    Ok(app.client(&connection)?.api_operations(anew).await?)
}

/// One of them with what it takes.
#[tauri::command]
#[specta::specta]
pub async fn api_operation(
    app: State<'_, App>,
    connection: ConnectionId,
    method: String,
    path: String,
) -> Answer<ApiOperation> {
    let client = app.client(&connection)?;
    Ok(client.api_operation(&method, &path).await?)
}

/// Says that a call is shown now to be confirmed, where it writes to production; null where it needs no
/// confirmation. `api_send` takes it after three seconds; `deployments_take_back` takes it back.
#[tauri::command]
#[specta::specta]
pub async fn api_show(
    app: State<'_, App>,
    connection: ConnectionId,
    call: ApiCall,
) -> Answer<Option<PlannedCall>> {
    Ok(app.client(&connection)?.show_call(&call)?)
}

/// Sends a call with the session, a write once. Its answer is given as it is, whatever its status. It can
/// be called off by its number, a write until it leaves.
#[tauri::command]
#[specta::specta]
pub async fn api_send(
    app: State<'_, App>,
    connection: ConnectionId,
    call: ApiCall,
    confirmation: Option<ConfirmationId>,
    number: u32,
) -> Answer<ApiAnswer> {
    let client = recalled(&app, &connection)?;
    let work = |off| sent(&client, &call, confirmation.as_deref(), off);
    let answer = app.calls.until_called_off(number, work).await;
    if let Err(error) = keep(&app, connection, &client).await {
        tracing::warn!(?error, "what was sent by hand is not kept beyond this run");
    }
    answer
}

/// What was sent by hand on a connection, newest first.
#[tauri::command]
#[specta::specta]
pub async fn api_history(app: State<'_, App>, connection: ConnectionId) -> Answer<Vec<ApiSent>> {
    Ok(recalled(&app, &connection)?.sent_calls())
}

/// Puts a call on the clipboard as code, in which a variable stands for the token.
#[tauri::command]
#[specta::specta]
pub async fn call_copy(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    copied: CopiedCall,
    language: ApiLanguage,
) -> Answer<()> {
    let code = app.client(&connection)?.copied_call(&copied, language)?;
    copy(&handle, code)
}

/// Puts what a page shows on the clipboard as a command of the app's own, which has the session.
#[tauri::command]
#[specta::specta]
pub async fn command_copy(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    copied: CopiedCommand,
) -> Answer<()> {
    let name = shell::name_of(&app.connections.to_save(), &connection);
    let command = app.client(&connection)?.copied_command(&copied, &name)?;
    copy(&handle, command)
}

async fn sent(
    client: &Client,
    call: &ApiCall,
    confirmation: Option<&str>,
    off: CancellationToken,
) -> Answer<ApiAnswer> {
    let gate = Arc::new(Gate::default());
    let passing = Passing {
        leave: call.writes().then(|| gate.leaving()),
        ..Passing::default()
    };
    let sending = client.send_call_passing(call, confirmation, passing);
    match gate.unless_off(&off, sending).await {
        Some(answer) => Ok(answer?),
        None => Err(CommandError::new("called_off")),
    }
}

/// The client with what was sent in earlier runs.
fn recalled(app: &App, connection: &ConnectionId) -> Answer<Client> {
    let client = app.client(connection)?;
    let account = app.connections.get(connection)?.account;
    let account = account.map(|account| account.subject);
    client.recall_calls(|| {
        let kept = app
            .settings
            .drafts()
            .at(connection, account.as_ref(), KEPT_AT);
        let calls = kept.and_then(|draft| serde_json::from_str(draft.fields.get(FIELD)?).ok());
        calls.unwrap_or_default()
    });
    Ok(client)
}

async fn keep(app: &App, connection: ConnectionId, client: &Client) -> Answer<()> {
    let sent = client.sent_calls().into_iter();
    let calls: Vec<ApiSent> = sent.map(ApiSent::without_secrets).collect();
    let account = app.connections.get(&connection)?.account;
    let calls = serde_json::to_string(&calls).unwrap_or_default();
    let fields = [(FIELD.to_owned(), calls)].into();
    let draft = Draft::of(connection, account, KEPT_AT.to_owned(), fields).map_err(Arc::new)?;
    Ok(app
        .settings
        .change_drafts(|drafts| drafts.keep(draft))
        .await?)
}
