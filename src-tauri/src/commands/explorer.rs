//! The instance's own API: what it offers, and calls of it by hand.

use std::sync::Arc;

use miso_client::transport::Passing;
use miso_client::{
    Account, ApiAnswer, ApiCall, ApiLanguage, ApiOperation, ApiOperations, ApiSent, Client,
    ConfirmationId, ConnectionId, CopiedCall, CopiedCommand, PlannedCall, SentBy,
};
use tauri::{AppHandle, State};
use tokio_util::sync::CancellationToken;

use super::{Answer, copy};
use crate::drafts::{Draft, Drafts};
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
    Ok(app.client(&connection)?.show_call(&call).await?)
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
    let whose = Whose::now(&app, &connection, &client)?;
    let work = |off| sent(&client, &call, confirmation.as_deref(), off);
    let answer = app.calls.until_called_off(number, work).await;
    keep(&app, whose, &client).await;
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

/// Who sends a call, and whose the list is that it comes into.
struct Whose {
    connection: ConnectionId,
    account: Option<Account>,
    by: SentBy,
}

impl Whose {
    fn now(app: &App, connection: &ConnectionId, client: &Client) -> Answer<Self> {
        let by = client.sent_by();
        Ok(Self {
            connection: connection.clone(),
            account: app.connections.get(connection)?.account,
            by,
        })
    }

    /// The drafts with what was sent, as it is when they are changed; as they are where somebody else
    /// has come, or where it is too much.
    fn kept_in(self, drafts: Drafts, client: &Client) -> Drafts {
        let Some(sent) = client.sent_calls_of(self.by) else {
            return drafts;
        };
        let calls = serde_json::to_string(&sent).unwrap_or_default();
        let fields = [(FIELD.to_owned(), calls)].into();
        match Draft::of(self.connection, self.account, KEPT_AT.to_owned(), fields) {
            Ok(draft) => drafts.keep(draft),
            Err(_) => drafts,
        }
    }
}

async fn keep(app: &App, whose: Whose, client: &Client) {
    let change = |drafts| whose.kept_in(drafts, client);
    if let Err(error) = app.settings.change_drafts(change).await {
        let error = CommandError::from(error);
        tracing::warn!(
            code = error.code,
            "what was sent by hand is not kept beyond this run"
        );
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use url::Url;

    use super::*;
    use crate::service_client::connections;

    #[tokio::test]
    async fn what_ends_after_its_account_left_changes_nothing_of_what_is_kept() {
        let connections = connections();
        let url = Url::parse("http://127.0.0.1:1/").unwrap();
        let id = connections.add(url, "http://127.0.0.1:1".to_owned());
        let client = connections.client(&id).unwrap();
        let sent = ApiSent {
            at: DateTime::UNIX_EPOCH,
            call: ApiCall {
                method: "GET".to_owned(),
                template: "/api/first".to_owned(),
                path: "/api/first".to_owned(),
                query: Vec::new(),
                headers: Vec::new(),
                body: None,
            },
            writes: false,
            status: Some(200),
            code: None,
            milliseconds: Some(3),
        };
        client.recall_calls(|| vec![sent]);
        let whose = || Whose {
            connection: id.clone(),
            account: None,
            by: client.sent_by(),
        };
        let (in_time, late) = (whose(), whose());
        let drafts = in_time.kept_in(Drafts::default(), &client);
        let kept = drafts.at(&id, None, KEPT_AT).unwrap();
        assert!(kept.fields[FIELD].contains("/api/first"), "{kept:?}");
        // Nobody is signed in: there is nothing else to end.
        let _nothing = client.sign_out().await;
        assert_eq!(late.kept_in(drafts.clone(), &client), drafts);
    }
}
