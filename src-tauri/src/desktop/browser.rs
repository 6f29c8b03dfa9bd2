//! The browser the user already has.

use miso_client::Browser;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// Opens addresses by the system's usual means.
pub(crate) struct SystemBrowser(pub AppHandle);

impl Browser for SystemBrowser {
    fn open(&self, address: &Url) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        if let Some(result) = linux::xdg_open(address) {
            return result;
        }
        self.0
            .opener()
            .open_url(address.as_str(), None::<&str>)
            .map_err(|error| error.to_string())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use url::Url;

    /// `xdg-open` says by its exit code that nothing could be opened; other openers do not. It
    /// may also stay as long as the browser does. `None` where there is no `xdg-open`.
    pub(super) fn xdg_open(address: &Url) -> Option<Result<(), String>> {
        let mut child = Command::new("xdg-open")
            .arg(address.as_str())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Some(Ok(())),
                Ok(Some(status)) => return Some(Err(format!("xdg-open: {status}"))),
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => return Some(Err(error.to_string())),
            }
        }
        std::thread::spawn(move || child.wait());
        Some(Ok(()))
    }
}
