//! The page: its packages, its build, its checks.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::paths;
use crate::step::{Failure, Steps};

/// The oldest Node with which the page builds: (major, minor).
const NODE: (u32, u32) = (20, 19);

/// Builds `ui/dist` where the sources are newer than it. Every cargo command that compiles the app
/// needs it.
///
/// # Errors
/// When Node is missing or too old, or a step fails.
pub fn build(steps: &mut Steps) -> Result<(), Failure> {
    packages(steps)?;
    if !dist_is_stale() {
        println!("\n==> ui build: ui/dist is newer than its sources");
        return Ok(());
    }
    steps.run("ui build", "npm run build", npm().args(["run", "build"]))
}

/// Installs the packages of the page where the lock file is newer than what is installed.
///
/// # Errors
/// When Node is missing or too old, or npm fails.
pub fn packages(steps: &mut Steps) -> Result<(), Failure> {
    check_node()?;
    let ui = paths::ui();
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    let locked = modified(&ui.join("package-lock.json"));
    if locked.is_none() {
        return Err(Failure::new("ui/package-lock.json is missing"));
    }
    if installed >= locked {
        return Ok(());
    }
    steps.run(
        "ui packages",
        "npm ci",
        npm().args(["ci", "--no-audit", "--no-fund"]),
    )
}

/// Types, lint and formatting of the page.
///
/// # Errors
/// When something is found.
pub fn check(steps: &mut Steps) -> Result<(), Failure> {
    steps.run("ui check", "npm run check", npm().args(["run", "check"]))
}

/// The page's own tests.
///
/// # Errors
/// When one fails.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    steps.run("ui test", "npm test", npm().args(["test"]))
}

/// Whether there is a built page at all.
pub fn is_built() -> bool {
    paths::ui().join("dist/index.html").is_file()
}

/// npm, in the page's folder.
pub fn npm() -> Command {
    // On Windows npm is a script, which only its full name finds.
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(paths::ui());
    command
}

fn check_node() -> Result<(), Failure> {
    let wanted = format!("{}.{} or newer (https://nodejs.org)", NODE.0, NODE.1);
    let output = Command::new("node")
        .arg("--version")
        .stderr(Stdio::null())
        .output();
    let Ok(output) = output else {
        return Err(Failure::new(format!(
            "Node.js is missing; the page needs {wanted}"
        )));
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match version(&text) {
        Some(found) if found >= NODE => Ok(()),
        _ => Err(Failure::new(format!(
            "Node.js {text} is too old; the page needs {wanted}"
        ))),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn dist_is_stale() -> bool {
    let ui = paths::ui();
    let built = modified(&ui.join("dist/index.html"));
    let sources = fs::read_dir(&ui)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let newest = sources
        .filter(|path| !path.ends_with("dist") && !path.ends_with("node_modules"))
        .filter_map(|path| newest(&path))
        .max();
    built < newest.max(modified(&ui.join("node_modules/.package-lock.json")))
}

/// When the newest file below a path was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?.flatten();
    // The folder's own time tells of files that were removed.
    entries
        .filter_map(|entry| newest(&entry.path()))
        .max()
        .max(modified(path))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn reads_what_node_prints() {
        assert_eq!(version("v20.19.2"), Some((20, 19)));
        assert_eq!(version("v8"), None);
        assert_eq!(version(""), None);
    }
}
