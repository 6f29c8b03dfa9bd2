//! What errands cost: clicks, keys, time and requests of each, in the real window. And how fast the log
//! book is, beside ripgrep.

use std::path::{Path, PathBuf};

use crate::cargo;
use crate::packages::{self, For};
use crate::paths;
use crate::step::{Failure, Steps};
use crate::ui;

/// The variable that says where the figures go.
const FIGURES: &str = "MISO_ERRANDS_JSON";
/// The same for those of the log book.
const LOG_FIGURES: &str = "MISO_FIGURES_JSON";

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

/// Measures the log book; the figures are printed, and written where that is asked for.
///
/// # Errors
/// When it cannot be built, or ends early.
pub fn logs(steps: &mut Steps, json: Option<&Path>) -> Result<String, Failure> {
    let file = json.map_or_else(|| paths::logs().join("log-figures.json"), absolute);
    cargo::log_figures(steps, LOG_FIGURES, &file)?;
    Ok(format!("The figures are in {}.", file.display()))
}

/// The tests run elsewhere.
fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}
