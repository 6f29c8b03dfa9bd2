//! The commands and events, and their TypeScript.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use specta_typescript::Typescript;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{commands, events, refuse};

const HEADER: &str =
    "// Generated from Rust by `cargo xtask bindings`. Do not edit.\n/* eslint-disable */\n";

/// Everything a page can call and hear.
pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .error_handling(ErrorHandlingMode::Throw)
        // A log line's fields may hold any JSON number, and JavaScript reads all of them as its own.
        .dangerously_cast_bigints_to_number()
        .disable_serde_phases()
        .commands(collect_commands![
            commands::start::app_start,
            commands::start::painted,
            commands::start::settings_save,
            commands::start::address_save,
            commands::start::draft_save,
            commands::diagnostics::diagnostics,
            commands::diagnostics::diagnostics_copy,
            commands::diagnostics::diagnostics_export,
            commands::connections::connections,
            commands::connections::connection_probe,
            commands::connections::connection_add,
            commands::connections::connection_another,
            commands::connections::connection_way,
            commands::connections::connection_change,
            commands::connections::connection_lacks,
            commands::connections::connection_ask_again,
            commands::connections::connections_offered,
            commands::connections::connections_accept,
            commands::connections::connections_copy_file,
            commands::connections::connection_unlock,
            commands::connections::connection_lock_again,
            commands::connections::connection_remove,
            commands::start::link_take,
            commands::start::link_copy,
            commands::start::facts_copy,
            commands::connections::local_start,
            commands::network::address_examine,
            commands::network::connection_examine,
            commands::network::call_off,
            commands::network::authority_keep,
            commands::session::sign_in,
            commands::session::sign_in_on_device,
            commands::session::sign_in_as_service,
            commands::session::sign_in_device_code,
            commands::session::sign_in_cancel,
            commands::session::sign_in_copy_address,
            commands::session::sign_out,
            commands::portal::me,
            commands::portal::applications,
            commands::portal::application,
            commands::portal::fleet,
            commands::portal::activity,
            commands::past::fleet_at,
            commands::past::observed,
            commands::portal::fleet_found,
            commands::portal::places,
            commands::portal::environments,
            commands::portal::environment,
            commands::portal::deployments,
            commands::portal::deployments_older,
            commands::portal::deployment,
            commands::portal::health,
            commands::monitoring::timeline,
            commands::monitoring::timeline_range,
            commands::monitoring::timeline_finer,
            commands::monitoring::answer,
            commands::monitoring::health_overview,
            commands::portal::preflight,
            commands::portal::deploy,
            commands::deploying::deployments_show,
            commands::deploying::deployments_take_back,
            commands::deploying::deployment_course,
            commands::deploying::clipboard_image,
            commands::deploying::deploy_choices,
            commands::deploying::compare_open,
            commands::portal::dry_run,
            commands::portal::deployment_cancel,
            commands::portal::application_open,
            commands::promotion::promotion,
            commands::promotion::promotion_request,
            commands::promotion::promote,
            commands::promotion::deployments_compare,
            commands::applications::manifest_check,
            commands::applications::manifest,
            commands::applications::application_show,
            commands::applications::application_create,
            commands::applications::application_update,
            commands::applications::application_delete,
            commands::configuration::configuration,
            commands::configuring::configuration_save,
            commands::configuring::configuration_review,
            commands::configuring::configuration_check,
            commands::configuring::configuration_merge,
            commands::configuring::configuration_settle,
            commands::configuring::configuration_take_up,
            commands::configuring::configuration_copy,
            commands::configuring::configuration_save_file,
            commands::configuring::configuration_import,
            commands::configuring::configuration_import_clipboard,
            commands::configuring::configuration_hold,
            commands::configuring::configuration_let_go,
            commands::configuring::configuration_compare,
            commands::access::rights,
            commands::access::rights_held,
            commands::access::access_grid,
            commands::access::access_choices,
            commands::access::access_asked,
            commands::access::access,
            commands::access::access_grant,
            commands::access::access_revoke,
            commands::access::access_requests,
            commands::access::access_ask,
            commands::access::access_decide,
            commands::batch::batch_review,
            commands::batch::batch,
            commands::documents::merge_changes,
            commands::documents::manifest_plain,
            commands::explorer::api_operations,
            commands::explorer::api_operation,
            commands::explorer::api_show,
            commands::explorer::api_send,
            commands::explorer::api_history,
            commands::explorer::call_copy,
            commands::explorer::command_copy,
            commands::watch::watch,
            commands::watch::watch_renew,
            commands::watch::watch_end,
            commands::watch::refresh,
            commands::logs::log_follow,
            commands::logs::log_refresh,
            commands::logs::log_recordings,
            commands::logs::log_window,
            commands::logs::log_heat,
            commands::merged_logs::merged_open,
            commands::merged_logs::merged_refresh,
            commands::merged_logs::merged_window,
            commands::merged_logs::merged_heat,
            commands::merged_logs::merged_close,
            commands::merged_logs::merged_search,
            commands::merged_logs::merged_search_on,
            commands::merged_logs::merged_matches,
            commands::merged_logs::merged_match,
            commands::merged_logs::merged_marks,
            commands::merged_logs::merged_search_heat,
            commands::merged_logs::merged_search_end,
            commands::merged_logs::merged_export,
            commands::merged_logs::log_file_open,
            commands::merged_logs::log_file_take,
            commands::merged_logs::log_file_show,
            commands::merged_logs::log_file_close,
            commands::log_gaps::log_backfill,
            commands::log_gaps::log_moved,
            commands::log_older::log_kept,
            commands::log_older::log_older,
            commands::log_patterns::log_new_since,
            commands::log_patterns::log_patterns_watched,
            commands::log_patterns::log_pattern_watch,
            commands::log_patterns::log_pattern_forget,
            commands::anything::anything_known,
            commands::anything::anything_in_logs,
            commands::log_search::log_search,
            commands::log_search::log_search_on,
            commands::log_search::log_matches,
            commands::log_search::log_search_end,
            commands::log_view::time_read,
            commands::log_view::log_position_at,
            commands::log_view::log_match,
            commands::log_view::log_marks,
            commands::log_view::log_search_heat,
            commands::windows::window_open,
            commands::windows::zoom,
            commands::windows::quit,
        ])
        .events(collect_events![
            events::SessionChanged,
            events::ConnectionsChanged,
            events::ResourceChanged,
            events::WaitDue,
            events::DeploymentEnded,
            events::RecordingsChanged,
            events::SettingsChanged,
            events::DraftKept,
            events::TrayChanged,
            events::NoticeRaised,
            events::LinkOpened,
        ])
}

/// Writes the bindings.
pub(crate) fn write(file: &Path) -> ExitCode {
    let written = make().and_then(|text| fs::write(file, text).map_err(|error| error.to_string()));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("The bindings could not be written: {error}")),
    }
}

/// Says whether the bindings are what they would be if written now.
pub(crate) fn check(file: &Path) -> ExitCode {
    let kept = fs::read_to_string(file).map_err(|error| error.to_string());
    match make().and_then(|fresh| Ok(fresh == kept?)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            refuse(&format!(
                "{} is not fresh: run `cargo xtask bindings`.",
                file.display()
            ));
            ExitCode::FAILURE
        }
        Err(error) => refuse(&format!("The bindings could not be compared: {error}")),
    }
}

fn make() -> Result<String, String> {
    let file = std::env::temp_dir().join(format!("miso-bindings-{}.ts", std::process::id()));
    builder()
        .export(Typescript::default().header(HEADER), &file)
        .map_err(|error| error.to_string())?;
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    fs::remove_file(&file).map_err(|error| error.to_string())?;
    Ok(text.lines().map(always_there).collect())
}

/// A field that may be missing when it is read is always there when Rust writes it, as `null` if
/// need be; the generator marks it optional for both.
fn always_there(line: &str) -> String {
    let field = line.trim_start();
    let is_field = line.starts_with('\t')
        && field
            .split_once("?: ")
            .is_some_and(|(name, _)| name.chars().all(char::is_alphanumeric));
    let line = if is_field {
        line.replacen("?: ", ": ", 1)
    } else {
        line.to_owned()
    };
    line + "\n"
}
