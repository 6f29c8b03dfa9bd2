//! The gate: what must hold before a change goes in (DESIGN.md, "Tests, in tiers").

use crate::bundle;
use crate::cargo::{self, Bindings, Tests};
use crate::packages::{self, For};
use crate::schemathesis;
use crate::step::{Failure, Steps};
use crate::ui;

/// Which part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All but what takes long.
    Gate,
    /// Format, lints and tests of the crates.
    Rust,
    /// The page's checks and tests.
    Ui,
    /// The tests from outside.
    EndToEnd,
    /// All.
    Full,
}

/// Runs a part. A step that fails does not hide what later ones find, unless they need it.
///
/// # Errors
/// When a step failed.
pub fn run(steps: &mut Steps, part: Part) -> Result<String, Failure> {
    let tried = try_all(steps, part);
    let closing = steps.close(match part {
        Part::Gate => "the gate",
        Part::Rust => "the crates",
        Part::Ui => "the page",
        Part::EndToEnd => "the tests from outside",
        Part::Full => "the gate and what takes longer",
    });
    match tried {
        // What a step found is in the closing; another error is why the rest was not tried.
        Err(failure) if !failure.is_of_a_step() => Err(failure),
        Ok(()) | Err(_) => closing,
    }
}

fn try_all(steps: &mut Steps, part: Part) -> Result<(), Failure> {
    let all = matches!(part, Part::Gate | Part::Full);
    if part != Part::Ui {
        let purpose = if part == Part::Rust {
            For::CrateTests
        } else {
            For::Test
        };
        packages::install(steps, purpose)?;
        cargo::install_nextest(steps)?;
        if part != Part::EndToEnd {
            cargo::install_deny(steps)?;
        }
        if purpose == For::Test && cfg!(target_os = "linux") {
            schemathesis::install(steps)?;
        }
    }
    let rust = all || part == Part::Rust;
    if rust {
        noted(cargo::fmt(steps));
        noted(cargo::deny(steps));
    }
    ui::build(steps)?;
    if all || part == Part::Ui {
        noted(ui::check(steps));
        noted(ui::test(steps));
    }
    if part == Part::Ui {
        return Ok(());
    }
    cargo::build_all(steps)?;
    if rust {
        noted(cargo::clippy(steps));
        noted(cargo::bindings(steps, Bindings::Check));
        noted(cargo::test(steps, Tests::Crates));
    }
    match part {
        Part::Gate | Part::EndToEnd => noted(cargo::test(steps, Tests::EndToEnd)),
        Part::Full => {
            cargo::build_app(steps, true)?;
            let bundled = if cfg!(target_os = "linux") {
                bundle::run(steps, &bundle::Wanted::usual()).map(drop)
            } else {
                Ok(())
            };
            noted(cargo::test(steps, Tests::EndToEndFull));
            // What is wrong with a package may be no step's, such as its size.
            bundled?;
        }
        Part::Rust | Part::Ui => {}
    }
    Ok(())
}

/// The step list keeps the outcome; the next step does not depend on it.
fn noted(_outcome: Result<(), Failure>) {}
