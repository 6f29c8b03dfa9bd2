//! The app's icon in all sizes, made of `icons/icon.svg`.

use std::fs;
use std::path::Path;

use crate::bundle::tauri;
use crate::paths;
use crate::step::{Failure, Steps};

/// What Linux desktops look for, in pixels; Windows and macOS have theirs in one file each.
pub(crate) const SIZES: &[u32] = &[16, 24, 32, 48, 64, 128, 256, 512];
/// The file with all sizes for macOS, and for Windows.
pub(crate) const SETS: &[&str] = &["icon.icns", "icon.ico"];

/// Makes them anew.
///
/// # Errors
/// When Tauri's command fails or a file cannot be written.
pub fn write(steps: &mut Steps) -> Result<(), Failure> {
    make(steps, &paths::root().join("icons"))
}

/// Fails where a checked-in icon is not what would be made.
///
/// # Errors
/// When one differs, or they cannot be made.
pub fn check(steps: &mut Steps) -> Result<(), Failure> {
    let made = tempfile::tempdir()?;
    make(steps, made.path())?;
    let differ: Vec<String> = names()
        .into_iter()
        .filter(|name| {
            let kept = fs::read(paths::root().join("icons").join(name)).ok();
            kept != fs::read(made.path().join(name)).ok()
        })
        .collect();
    if differ.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "not what icons/icon.svg makes: {} (cargo xtask icons)",
        differ.join(", ")
    )))
}

/// The files beside the SVG.
pub(crate) fn names() -> Vec<String> {
    let pngs = SIZES.iter().map(|size| format!("{size}x{size}.png"));
    pngs.chain(SETS.iter().map(|&set| set.to_owned())).collect()
}

fn make(steps: &mut Steps, folder: &Path) -> Result<(), Failure> {
    let sizes: Vec<String> = SIZES.iter().map(u32::to_string).collect();
    let mut pngs = tauri();
    pngs.args(["icon", "icons/icon.svg", "--output"])
        .arg(folder);
    pngs.args(["--png", &sizes.join(",")]);
    steps.run("icons", "tauri icon --png", &mut pngs)?;
    // Its usual set has much for phones and shops: two files of it are wanted.
    let all = tempfile::tempdir()?;
    let mut sets = tauri();
    sets.args(["icon", "icons/icon.svg", "--output"])
        .arg(all.path());
    steps.run("icon sets", "tauri icon", &mut sets)?;
    for name in SETS {
        fs::copy(all.path().join(name), folder.join(name))?;
    }
    Ok(())
}
