//! What must be right in the process before the first window.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::process::{Command, ExitCode};

use crate::refuse;

/// Set in a process that was started once more because its window stayed blank.
const AGAIN: &str = "MISO_PLAIN_RENDERER";
/// Set in a process that began anew.
const ANEW: &str = "MISO_BEGAN_ANEW";
/// What makes WebKitGTK draw in the way that works everywhere.
const PLAIN: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Makes the process fit for a window, or says why there can be none. Call it first in `main`:
/// it changes the environment.
pub(crate) fn prepare(plain_renderer: bool) -> Result<(), ExitCode> {
    #[cfg(target_os = "linux")]
    {
        if !has_display() {
            return Err(refuse(
                "miso-desktop: there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).\n\
                 Without one, `miso-desktop local serve` runs the local instance by itself.",
            ));
        }
        set_sane_language();
        if plain_renderer {
            set(PLAIN, "1");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = plain_renderer;
    Ok(())
}

/// What stands for this machine and this version of the app where it is kept that the window needs the
/// plain renderer: a folder that moved elsewhere, or a newer app, tries the other one again.
pub(crate) fn renderer_mark() -> String {
    let files = ["/etc/machine-id", "/proc/sys/kernel/hostname"];
    let read = |file: &str| std::fs::read_to_string(file).ok();
    let machine = files.into_iter().filter_map(read);
    let machine = machine.map(|name| name.trim().to_owned());
    let machine = machine.collect::<Vec<_>>().join(" ");
    mark_of(env!("CARGO_PKG_VERSION"), &machine)
}

/// A machine's id is nobody else's business: only a number made of it is kept.
fn mark_of(version: &str, machine: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (version, machine).hash(&mut hasher);
    format!("{version} {:016x}", hasher.finish())
}

/// Whether there can be a window at all.
pub(crate) fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().any(is_set)
}

/// Whether starting the app once more with another renderer could help: this one has not got it.
/// A window that is driven from outside stays what it is.
pub(crate) fn may_start_again() -> bool {
    let driven = std::env::var("TAURI_WEBVIEW_AUTOMATION").as_deref() == Ok("true");
    cfg!(target_os = "linux") && !driven && std::env::var_os(PLAIN).is_none()
}

/// Whether this process was started because the window of another one stayed blank.
pub(crate) fn is_plain_again() -> bool {
    std::env::var_os(AGAIN).is_some()
}

/// How the app draws when it starts once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renderer {
    /// As this one does.
    AsNow,
    /// In the way that works everywhere.
    Plain,
}

/// Starts the app once more. Call it at the very end of this one.
pub(crate) fn start_again(renderer: Renderer) {
    let started = this_command().and_then(|mut command| {
        command.env_remove(ANEW);
        if renderer == Renderer::Plain {
            command.env(AGAIN, "1").env(PLAIN, "1");
        }
        command.spawn()
    });
    if let Err(error) = started {
        crate::complain(&format!(
            "miso-desktop: it could not be started again: {error}"
        ));
    }
}

/// Begins this process anew, once: the instance that would have been asked to come forward ended as it
/// was asked, and the message bus knew too late. Returns where that was tried already or cannot be.
#[cfg(target_os = "linux")]
pub(crate) fn begin_anew() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(ANEW).is_some() {
        return;
    }
    let begun = this_command().map(|mut command| command.env(ANEW, "1").exec());
    match begun {
        Ok(error) | Err(error) => crate::complain(&format!(
            "miso-desktop: it could not be begun anew: {error}"
        )),
    }
}

/// What this process was started with.
fn this_command() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1));
    Ok(command)
}

/// In the locale `C`, WebKitGTK's `navigator.language` is "C", on which `Intl` throws.
#[cfg(target_os = "linux")]
fn set_sane_language() {
    let effective = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let name = effective.split('.').next().unwrap_or_default();
    if matches!(name, "" | "C" | "POSIX") {
        set("LANG", "en_GB.UTF-8");
        set("LC_ALL", "en_GB.UTF-8");
    }
}

#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "no other thread runs yet: this is the first thing that main does"
)]
fn set(name: &str, value: &str) {
    unsafe { std::env::set_var(name, value) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_and_another_version_try_again() {
        let here = mark_of("1.0.0", "one");
        assert_eq!(here, mark_of("1.0.0", "one"));
        assert_ne!(here, mark_of("1.0.1", "one"));
        assert_ne!(here, mark_of("1.0.0", "two"));
        assert!(!here.contains("one"), "{here}");
        assert_eq!(renderer_mark(), renderer_mark());
    }
}
