//! More windows than one, how large all of them show their pages, and their end.

use tauri::{AppHandle, State};

use super::Answer;
use crate::desktop;
use crate::error::CommandError;
use crate::events::mention;
use crate::settings::ZoomStep;
use crate::state::App;

/// Characters of an address; a longer one is none.
const LONGEST: usize = 8_192;
/// What addresses of the app begin with (`ui/src/app/paths.ts`).
const BEGINNINGS: [&str; 3] = ["/c/", "/settings", "/welcome"];

/// Opens another window at an address of the app. What stands in the way is told like what else the
/// user must know: whoever clicked on a link does not wait for an answer.
#[tauri::command]
#[specta::specta]
pub async fn window_open(handle: AppHandle, address: String) -> Answer<()> {
    if !is_address(&address) {
        return Err(CommandError::new("link_invalid").with("link", shown(&address)));
    }
    if let Err(error) = desktop::open_another(&handle, address) {
        mention(&handle, error.into());
    }
    Ok(())
}

/// Shows the pages of all windows larger, smaller or as they are made.
#[tauri::command]
#[specta::specta]
pub async fn zoom(handle: AppHandle, app: State<'_, App>, step: ZoomStep) -> Answer<()> {
    let zoom = app.settings.step_zoom(step).map_err(std::sync::Arc::new)?;
    desktop::show_in_size(&handle, zoom);
    Ok(app.settings.save().await?)
}

/// Ends the app with all its windows, which come back at the next start.
#[tauri::command]
#[specta::specta]
pub async fn quit(handle: AppHandle) -> Answer<()> {
    handle.exit(0);
    Ok(())
}

/// Whether a page can have this address.
fn is_address(text: &str) -> bool {
    let begins = BEGINNINGS.iter().any(|each| text.starts_with(each));
    begins && text.len() <= LONGEST && !text.chars().any(char::is_control)
}

fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_the_app_is_opened() {
        for good in [
            "/welcome",
            "/c/x/applications/shop/dev/logs?q=a%20b",
            "/settings",
        ] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("/c/{}", "x".repeat(LONGEST));
        for bad in ["", "c/x", "https://example.com/", "/etc", "/c/a\nb", &long] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
