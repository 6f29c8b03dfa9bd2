//! The tool that calls the local instance by its OpenAPI document alone, in an environment of its
//! own below `target`, which has the published client of `/api/v1` too.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::packages::answers;
use crate::paths;
use crate::step::{Failure, Steps};

/// Where it is.
pub fn program() -> PathBuf {
    folder().join("bin").join("schemathesis")
}

/// The Python that has the published client `miso-client`.
pub fn python() -> PathBuf {
    folder().join("bin").join("python")
}

/// What it is told: how to call, and what counts as wrong.
pub fn config() -> PathBuf {
    sources().join("schemathesis.toml")
}

/// Installs it where it is missing, or another version than the wanted one is there.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn install(steps: &mut Steps) -> Result<(), Failure> {
    let wanted = sources().join("requirements.txt");
    let installed = folder().join("requirements.txt");
    let current =
        fs::read(&installed).is_ok_and(|have| fs::read(&wanted).is_ok_and(|want| want == have));
    let program = program();
    if current && answers(&program.to_string_lossy(), &["--version"]) {
        return Ok(());
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(folder());
    steps.run(
        "python environment",
        "python3 -m venv target/schemathesis",
        &mut make,
    )?;
    let mut fill = Command::new(python());
    fill.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .args(["--no-deps", "--requirement"])
    .arg(&wanted);
    steps.run(
        "schemathesis",
        "pip install --requirement tests/schemathesis/requirements.txt",
        &mut fill,
    )?;
    fs::copy(&wanted, &installed)?;
    Ok(())
}

fn folder() -> PathBuf {
    paths::target().join("schemathesis")
}

fn sources() -> PathBuf {
    paths::root().join("tests").join("schemathesis")
}
