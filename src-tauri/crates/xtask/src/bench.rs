//! What errands cost: clicks, keys, time and requests of each, in the real window.

use std::path::{Path, PathBuf};

use crate::cargo;
use crate::packages::{self, For};
use crate::paths;
use crate::step::{Failure, Steps};
use crate::ui;

/// The variable that says where the figures go.
const FIGURES: &str = "MISO_ERRANDS_JSON";

/// Measures the errands; the figures are printed, and written where that is asked for.
///
/// # Errors
/// When one cannot be done, or takes more than it may.
pub fn errands(steps: &mut Steps, json: Option<&Path>) -> Result<String, Failure> {
    packages::install(steps, For::Test)?;
    cargo::install_nextest(steps)?;
    ui::build(steps)?;
    cargo::build_all(steps)?;
    let file = json.map_or_else(|| paths::logs().join("errands.json"), absolute);
    cargo::errands(steps, FIGURES, &file)?;
    Ok(format!("The figures are in {}.", file.display()))
}

/// The tests run elsewhere.
fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}
