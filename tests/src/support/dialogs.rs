//! The system's own dialogs, which the page knows nothing of.

use std::path::Path;

use super::session::Session;
use super::wait::{LATER, until};

/// Confirms the dialog that asks where a file is saved, until it is there.
pub async fn save(session: &Session, file: &Path) {
    let confirm = "id=$(xdotool search --onlyvisible --name 'Save File' | head -n 1) && [ -n \"$id\" ] && \
        timeout 5 xdotool windowactivate --sync \"$id\" key --clearmodifiers Return";
    until("the file is written", LATER, || async {
        if file.is_file() {
            return Ok(());
        }
        let mut command = session.command("sh");
        let pressed = command.args(["-c", confirm]).output();
        Err(format!("{:?}", pressed.expect("xdotool starts")))
    })
    .await;
}

/// Closes a dialog about files that stands over the window of a process and takes its input.
pub fn close(session: &Session, app: u32) {
    let script = "for id in $(xdotool search --all --onlyvisible --pid \"$0\" --name '^(Save|Open) File'); do \
                  timeout 2 xdotool windowactivate --sync \"$id\" key --clearmodifiers Escape; done";
    let closed = session
        .command("sh")
        .args(["-c", script, &app.to_string()])
        .status();
    closed.expect("xdotool starts");
}
