//! Builds and runs the app: plugins, state, events, the window.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use logbook::Logbook;
use miso_client::{ConnectionId, Connections, Parts, SystemClock, Vault};
use tauri::{AppHandle, Manager, RunEvent};

use crate::desktop::{self, SystemBrowser};
use crate::events::{Notice, ToPages, raise};
use crate::local::{self, Local};
use crate::settings::{self, SettingsStore};
use crate::state::App;
use crate::{IDENTIFIER, bindings, refuse, trace};

/// A window that has painted nothing by now will not.
const PAINT_LIMIT: Duration = Duration::from_secs(3);

/// Opens the app's window and runs until it is quit. Exit code 2 where it cannot open.
pub(crate) fn open(try_here: bool) -> ExitCode {
    if let Err(code) = desktop::prepare(plain_renderer_wanted()) {
        return code;
    }
    trace();
    let built = build(try_here);
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event
                    && let Some(state) = app.try_state::<App>()
                {
                    tauri::async_runtime::block_on(state.local.stop());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&format!("miso-desktop: the app could not start: {error}")),
    }
}

fn build(try_here: bool) -> tauri::Result<tauri::App> {
    let specta = bindings::builder();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _folder| {
                desktop::bring_forward(app);
            },
        ))
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            specta.mount_events(app);
            if let Err(error) = set_up(app.handle(), try_here) {
                desktop::say_and_quit(app.handle(), error.as_ref());
            }
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn set_up(app: &AppHandle, try_here: bool) -> Result<(), Box<dyn std::error::Error>> {
    let (settings, notice) = SettingsStore::open(app)?;
    let folder = app.path().app_data_dir()?;
    let known = settings.connections();
    let theme = settings.settings().theme;
    let parts = Parts {
        vault: Arc::new(Vault::platform()),
        browser: Arc::new(SystemBrowser(app.clone())),
        clock: Arc::new(SystemClock::new()),
        publish: Arc::new(ToPages(app.clone())),
        cache: Arc::new(Connections::cache_in(&folder)?),
    };
    let to_restore: Vec<(ConnectionId, bool)> = known
        .iter()
        .map(|connection| (connection.id.clone(), connection.local_instance.is_some()))
        .collect();
    let state = App {
        connections: Connections::new(parts, known)?,
        logbook: Logbook::open(folder.join("logs"))?,
        settings,
        local: Local::in_folder(folder.join("local")),
        notices: Mutex::new(notice.into_iter().collect()),
        try_here,
    };
    for (connection, _) in &to_restore {
        state
            .client(connection)
            .map_err(|error| error.code)?
            .begin_restoring();
    }
    app.manage(state);
    for (connection, is_local) in to_restore {
        tauri::async_runtime::spawn(restore(app.clone(), connection, is_local));
    }
    desktop::open_main(app, theme)?;
    watch_for_paint(app.clone());
    Ok(())
}

/// Takes up a session of the last run.
async fn restore(app: AppHandle, connection: ConnectionId, is_local: bool) {
    let state = app.state::<App>();
    if is_local {
        match local::resume(&state, &connection).await {
            Ok(notices) => notices.into_iter().for_each(|notice| raise(&app, notice)),
            Err(error) => raise(
                &app,
                Notice {
                    code: error.code,
                    params: error.params,
                },
            ),
        }
        return;
    }
    if let Ok(client) = state.client(&connection) {
        client.restore().await;
    }
}

/// On some Linux drivers the window stays blank; then the app starts once more with the renderer
/// that works everywhere, and remembers.
fn watch_for_paint(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let painted = crate::commands::start::painted_within(PAINT_LIMIT).await;
        if painted || desktop::under_automation() {
            return;
        }
        if desktop::may_start_again() {
            tracing::warn!("nothing was painted: starting again with the plain renderer");
            if let Err(error) = app.state::<App>().settings.set_plain_renderer() {
                tracing::error!(%error, "that could not be kept for the next start");
            }
            app.state::<App>().local.stop().await;
            // A thread of its own: giving up the place of the one instance blocks.
            std::thread::spawn(move || {
                // Else the new process would find this one and leave.
                tauri_plugin_single_instance::destroy(&app);
                desktop::start_again_plainly();
                app.exit(0);
            });
        }
    });
}

/// Whether an earlier run found that the window needs the plain renderer. Read before Tauri
/// exists, since the environment must be right by then.
fn plain_renderer_wanted() -> bool {
    let Some(folder) = dirs::data_dir() else {
        return false;
    };
    let file = folder.join(IDENTIFIER).join(settings::FILE);
    let Ok(bytes) = std::fs::read(file) else {
        return false;
    };
    let settings: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    settings["plainRenderer"].as_bool().unwrap_or_default()
}
