//! An installer for the system this runs on.

use crate::packages::{self, For};
use crate::paths;
use crate::step::{Failure, Steps};
use crate::ui;

/// Fetched when it is needed: only the installer needs it, and it has a package for each system,
/// of which a mirror may lack some.
const CLI: &str = "@tauri-apps/cli@2.12.5";

/// Makes the installer with Tauri's own command.
///
/// # Errors
/// When a step fails.
pub fn run(steps: &mut Steps) -> Result<String, Failure> {
    packages::install(steps, For::Build)?;
    ui::packages(steps)?;
    let kind = if cfg!(target_os = "macos") {
        "dmg"
    } else if cfg!(windows) {
        "nsis"
    } else {
        "deb"
    };
    let mut tauri = ui::npm();
    tauri
        .current_dir(paths::root())
        .args(["exec", "--yes", "--package", CLI, "--"])
        .args(["tauri", "build", "--bundles", kind]);
    steps.run(
        "bundle",
        &format!("tauri build --bundles {kind}"),
        &mut tauri,
    )?;
    let folder = paths::target().join("release/bundle").join(kind);
    Ok(format!("Made: see {}", folder.display()))
}
