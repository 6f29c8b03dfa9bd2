//! Builds and runs the app: plugins, state, events, the window.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use logbook::Logbook;
use miso_client::{ConnectionId, Connections, Parts, SystemClock, Vault};
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use crate::calls::Calls;
use crate::data_lock::DataLock;
use crate::desktop::{self, NotStarted, SystemBrowser};
use crate::ending;
use crate::events::{Notice, ToPages, raise, raise_all};
use crate::local::{self, Local};
use crate::log_upkeep;
use crate::merged::OpenedFiles;
use crate::numbered::Numbered;
use crate::searches::Searches;
use crate::settings::{self, Settings, SettingsStore};
use crate::state::App;
use crate::watched_patterns::ToldPatterns;
use crate::{IDENTIFIER, bindings, links, recording, refuse, shell, trace};

/// Opens the app's window for a link, which the window follows, or says what is wrong with it.
/// Where there can be no window, the `complaint` about it is said here.
pub(crate) fn open_for_link(complaint: Option<String>) -> ExitCode {
    if let Some(complaint) = complaint.filter(|_| !desktop::has_display()) {
        return refuse(&complaint);
    }
    open(false)
}

/// Opens the app's window and runs until it is quit. Exit code 2 where it cannot open.
pub(crate) fn open(try_here: bool) -> ExitCode {
    if let Err(code) = desktop::prepare(plain_renderer_wanted()) {
        return code;
    }
    trace();
    let built = build(try_here);
    match built {
        Ok(app) => {
            app.run(|app, event| match event {
                RunEvent::ExitRequested { .. } => ending::begin(),
                RunEvent::Exit => ending::end(app),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            #[cfg(target_os = "linux")]
            if is_of_another_instance(&error) {
                desktop::begin_anew();
            }
            refuse(&format!("miso-desktop: the app could not start: {error}"))
        }
    }
}

/// Whether another instance held the app's place and did not answer.
#[cfg(target_os = "linux")]
fn is_of_another_instance(error: &tauri::Error) -> bool {
    matches!(error, tauri::Error::PluginInitialization(plugin, _) if plugin == "single-instance")
}

fn build(try_here: bool) -> tauri::Result<tauri::App> {
    let specta = bindings::builder();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(
            |app, arguments, _folder| ending::asked_to_open(app, &arguments),
        ))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(
            // One that was hidden in the tray at the end is seen at the next start.
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(StateFlags::all().difference(StateFlags::VISIBLE))
                .build(),
        )
        .on_window_event(desktop::follow)
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            specta.mount_events(app);
            if let Err(error) = set_up(app.handle(), try_here) {
                desktop::say_and_quit(app.handle(), &error);
            }
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn set_up(app: &AppHandle, try_here: bool) -> Result<(), NotStarted> {
    let folder = app.path().app_data_dir()?;
    let lock = DataLock::take(&folder)?;
    let (settings, notice) = SettingsStore::open(app)?;
    let mut notices: Vec<Notice> = notice.into_iter().collect();
    let known = settings.connections();
    let Settings { language, .. } = settings.settings();
    desktop::speak(language);
    // A page's process starts while the rest is made ready. What it asks for waits on this thread, and
    // on Linux nothing else lets it through before all is there.
    let opened_first = if cfg!(target_os = "linux") {
        Some(desktop::open_kept(app, &settings)?)
    } else {
        None
    };
    let cache = match Connections::cache_in(&folder) {
        Ok(cache) => cache,
        Err(failure) => {
            notices.push(Notice::because("cache_not_kept", failure));
            miso_client::Cache::in_memory()?
        }
    };
    let logbook = match Logbook::open(folder.join("logs")) {
        Ok(logbook) => Some(Arc::new(logbook)),
        Err(error) => {
            notices.push(Notice::because("logs_not_kept", error));
            None
        }
    };
    let parts = Parts {
        vault: Arc::new(Vault::platform(folder.join("turns"))),
        browser: Arc::new(SystemBrowser(app.clone())),
        clock: Arc::new(SystemClock::new()),
        publish: Arc::new(ToPages::of(app.clone())),
        cache: Arc::new(cache),
    };
    let to_restore: Vec<(ConnectionId, bool)> = known
        .iter()
        .map(|connection| (connection.id.clone(), connection.local_instance.is_some()))
        .collect();
    let state = App {
        connections: Connections::new(parts, known),
        logbook,
        settings,
        local: Local::in_folder(folder.join("local")),
        notices: Mutex::new(notices),
        try_here,
        calls: Calls::default(),
        searches: Searches::default(),
        merged: Numbered::default(),
        merged_searches: Searches::default(),
        counted_logs: Arc::default(),
        told_patterns: ToldPatterns::default(),
        opened: OpenedFiles::in_folder(&folder),
        link: Mutex::default(),
        _lock: lock,
    };
    for (connection, _) in &to_restore {
        state.connections.client(connection)?.begin_restoring();
    }
    app.manage(state);
    shell::serve(app, &folder);
    tauri::async_runtime::spawn(log_upkeep::run(app.clone()));
    let records = app.clone();
    tauri::async_runtime::spawn(async move {
        recording::apply(&records);
        desktop::look_after(&records);
    });
    for (connection, is_local) in to_restore {
        tauri::async_runtime::spawn(restore(app.clone(), connection, is_local));
    }
    links::follow(app);
    let lost = match opened_first {
        Some(lost) => lost,
        None => desktop::open_kept(app, &app.state::<App>().settings)?,
    };
    lost.iter().for_each(|label| desktop::forget(app, label));
    desktop::enter_tray(app);
    watch_for_paint(app.clone());
    Ok(())
}

/// Takes up a session of the last run.
async fn restore(app: AppHandle, connection: ConnectionId, is_local: bool) {
    let state = app.state::<App>();
    if is_local {
        match local::resume(&state, &connection).await {
            Ok(notices) => raise_all(&app, notices),
            Err(error) => raise(&app, error.into()),
        }
        return;
    }
    if let Ok(client) = state.client(&connection) {
        client.restore().await;
    }
}

/// On some Linux drivers the window stays blank; then the app starts once more with the renderer
/// that works everywhere. Where that one paints, it is remembered.
fn watch_for_paint(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let painted = crate::commands::start::painted_in_time().await;
        if painted && desktop::is_plain_again() {
            let mark = desktop::renderer_mark();
            if let Err(error) = app.state::<App>().settings.set_plain_renderer(&mark).await {
                tracing::error!(%error, "that the plain renderer is needed could not be kept");
            }
        } else if !painted && desktop::may_start_again() {
            tracing::warn!("nothing was painted: starting again with the plain renderer");
            ending::start_again_plainly(&app);
        }
    });
}

/// Whether an earlier run of this version on this machine found that the window needs the plain
/// renderer. Read before Tauri
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
    settings["plainRenderer"] == desktop::renderer_mark()
}
