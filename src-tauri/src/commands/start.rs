//! The start of the app, and what it remembers.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::Utc;
use miso_client::{ConnectionId, ConnectionWay, LinkTarget};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, State, WebviewWindow};
use tokio::sync::watch;

use super::{Answer, copy};
use crate::desktop::{self, Spoken};
use crate::drafts::Draft;
use crate::events::{Notice, SettingsChanged, tell_draft, tell_settings};
use crate::log_upkeep;
use crate::settings::Settings;
use crate::state::{App, ConnectionView};

/// Everything a page needs before its first paint.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppStart {
    /// What the page's window is called within the app.
    window: String,
    version: String,
    settings: Settings,
    /// How often the settings were changed in this run of the app.
    settings_revision: u32,
    /// The system's language, as far as the app speaks it.
    system_language: Spoken,
    connections: Vec<ConnectionView>,
    /// The route that was open in the window when the app was quit, or that it was opened for.
    address: Option<String>,
    notices: Vec<Notice>,
    /// What was typed and not sent.
    drafts: Vec<Draft>,
    /// Whether to do what a click on "Try it here" does.
    try_here: bool,
    /// Whether the desktop shows the app in a tray.
    tray: bool,
    /// How nearly every instance is reached and signed in to.
    usual_way: ConnectionWay,
    /// The link that the app was started with, told once.
    link: Option<LinkTarget>,
}

impl AppStart {
    fn of(window: &WebviewWindow, app: &App) -> Self {
        let windows = app.settings.windows();
        let (settings, settings_revision) = app.settings.stamped_settings();
        Self {
            window: window.label().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings,
            settings_revision,
            system_language: desktop::of_the_system(),
            connections: app.views(),
            address: windows.address_of(window.label()),
            notices: app.notices(),
            drafts: app.settings.drafts().recent(Utc::now()),
            try_here: app.try_here && windows.is_first(window.label()),
            tray: desktop::is_in_tray(),
            usual_way: ConnectionWay::default(),
            link: app.take_link(window),
        }
    }
}

/// How far the first page has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    /// Its script runs.
    Runs,
    Painted,
}

/// A page whose script does not run by now is not merely slow.
const RUN_LIMIT: Duration = Duration::from_secs(15);
/// A page that runs and has painted nothing by now will not.
const PAINT_LIMIT: Duration = Duration::from_secs(3);

static SHOWN: LazyLock<watch::Sender<Shown>> = LazyLock::new(|| watch::Sender::new(Shown::Nothing));

/// The one call before the first paint. It looks into the cached view, which is not for the
/// window's own thread.
#[tauri::command]
#[specta::specta]
pub async fn app_start(window: WebviewWindow, app: State<'_, App>) -> Answer<AppStart> {
    has_come_to(Shown::Runs);
    Ok(AppStart::of(&window, &app))
}

/// The link that was opened for this window and that no page has followed yet, told once.
#[tauri::command]
#[specta::specta]
pub async fn link_take(window: WebviewWindow, app: State<'_, App>) -> Answer<Option<LinkTarget>> {
    Ok(app.take_link(&window))
}

/// Puts a link to a page of a connection on the clipboard: what of its address a link may say.
#[tauri::command]
#[specta::specta]
pub fn link_copy(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    page: String,
) -> Answer<()> {
    copy(&handle, app.connections.link_to(&connection, &page)?)
}

/// Puts what a page says of something on the clipboard, as text, with a link to it on a line of its
/// own.
#[tauri::command]
#[specta::specta]
pub fn facts_copy(
    handle: AppHandle,
    app: State<'_, App>,
    connection: ConnectionId,
    page: String,
    facts: String,
) -> Answer<()> {
    let link = app.connections.link_to(&connection, &page)?;
    copy(&handle, format!("{facts}\n{link}"))
}

/// Says that something was painted.
#[tauri::command]
#[specta::specta]
pub fn painted() -> Answer<()> {
    has_come_to(Shown::Painted);
    Ok(())
}

/// Keeps what the user changed: what differs between the settings and how the page had them before.
/// Gives them as they are now, with what other windows changed.
#[tauri::command]
#[specta::specta]
pub async fn settings_save(
    handle: AppHandle,
    app: State<'_, App>,
    settings: Settings,
    before: Settings,
) -> Answer<SettingsChanged> {
    let keeping = before.log_keeping != settings.log_keeping;
    let changed = app.settings.change_settings(&before, settings);
    let (settings, revision) = changed.map_err(Arc::new)?;
    let changed = tell_settings(&handle, settings, revision);
    if keeping {
        log_upkeep::look_through(&handle).await;
    }
    app.settings.save().await?;
    Ok(changed)
}

/// Keeps the route that is open in the window.
#[tauri::command]
#[specta::specta]
pub async fn address_save(
    window: WebviewWindow,
    app: State<'_, App>,
    address: String,
) -> Answer<()> {
    Ok(app.settings.set_address(window.label(), &address).await?)
}

/// Keeps what was typed at a place and is not sent yet; with nothing in it, what was kept there goes.
#[tauri::command]
#[specta::specta]
pub async fn draft_save(
    window: WebviewWindow,
    app: State<'_, App>,
    connection: ConnectionId,
    place: String,
    fields: BTreeMap<String, String>,
) -> Answer<()> {
    let account = app.connections.get(&connection)?.account;
    let draft = Draft::of(connection, account, place, fields).map_err(Arc::new)?;
    tell_draft(&window, draft.clone());
    let keeping = app.settings.change_drafts(|drafts| drafts.keep(draft));
    Ok(keeping.await?)
}

/// Whether something was painted in time. A machine that is busy may be slow to run the page; once
/// it runs, painting is soon done.
pub(crate) async fn painted_in_time() -> bool {
    comes_to(Shown::Runs, RUN_LIMIT).await && comes_to(Shown::Painted, PAINT_LIMIT).await
}

fn has_come_to(stage: Shown) {
    SHOWN.send_if_modified(|shown| {
        let further = stage > *shown;
        *shown = stage.max(*shown);
        further
    });
}

async fn comes_to(stage: Shown, limit: Duration) -> bool {
    let mut shown = SHOWN.subscribe();
    let result = tokio::time::timeout(limit, shown.wait_for(|shown| *shown >= stage)).await;
    matches!(result, Ok(Ok(_)))
}
