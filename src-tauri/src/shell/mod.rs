//! The session in the user's own shell: `miso-desktop api`, `logs` and `apps`. Where the app runs they
//! are carried out by it, asked through a socket that its user alone can open; else they take the
//! app's place for a moment, with the session that the keyring holds. The token is in neither what
//! they are given nor what they say.

mod alone;
mod api;
mod apps;
mod arguments;
mod asking;
mod carrying;
mod completing;
mod desk;
mod exit;
mod logs;
mod printing;
mod protocol;
#[cfg(unix)]
mod socket;
mod spool;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tauri::AppHandle;

use crate::{IDENTIFIER, refuse, say, trace};
use arguments::Asked;
pub(crate) use carrying::name_of;

/// Carries out the command that the arguments say.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    match arguments::parse(arguments) {
        Ok(Asked::Help(help)) => say(&help),
        Ok(Asked::Script(shell)) => say(shell.script()),
        Ok(Asked::Complete(words)) => completing::complete(&words),
        Ok(Asked::Ask(asked)) => {
            trace();
            asking::run(*asked)
        }
        Err(reason) => refuse(&format!("miso-desktop: {reason}.")),
    }
}

/// Lets the commands in the user's shell ask this app, as long as it runs.
#[cfg(unix)]
pub(crate) fn serve(app: &AppHandle, folder: &Path) {
    let (desk, folder) = (desk::Desk::App(app.clone()), folder.to_owned());
    tauri::async_runtime::spawn(async move {
        match socket::serve(std::sync::Arc::new(desk), &folder) {
            Ok(serving) => serving.forever().await,
            Err(error) => {
                tracing::warn!(%error, "commands in a shell cannot ask this app");
            }
        }
    });
}

/// There is no such socket here yet: a command says that the app is in the way.
#[cfg(not(unix))]
pub(crate) fn serve(_app: &AppHandle, _folder: &Path) {}

/// The app's own data, as Tauri names it.
fn data_folder() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join(IDENTIFIER))
}

/// What a command says of itself.
#[cfg(test)]
pub(crate) fn help(command: &str) -> String {
    match arguments::parse(vec![command.into(), "--help".into()]) {
        Ok(Asked::Help(help)) => help,
        Ok(Asked::Script(_) | Asked::Complete(_) | Asked::Ask(_)) | Err(_) => String::new(),
    }
}
