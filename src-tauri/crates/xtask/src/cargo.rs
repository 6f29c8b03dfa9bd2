//! Cargo commands, all over one set of features: what one of them compiled the next one takes.

use std::path::PathBuf;
use std::process::Command;

use crate::packages::answers;
use crate::paths;
use crate::step::{Failure, Steps};

const BINDINGS: &str = "ui/src/ipc/bindings.ts";
const APP: &str = "miso-desktop";

/// What to do with the generated bindings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bindings {
    /// Write them.
    Write,
    /// Fail where the file differs from what would be written.
    Check,
}

/// Which tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    /// Those of the crates.
    Crates,
    /// Those from outside.
    EndToEnd,
    /// Those from outside, the long ones too.
    EndToEndFull,
}

/// Builds the app and returns its binary.
///
/// # Errors
/// When it does not compile.
pub fn build_app(steps: &mut Steps, release: bool) -> Result<PathBuf, Failure> {
    // With --workspace cargo takes the features of all members together, as the tests do.
    let mut command = cargo();
    command.args(["build", "--workspace", "--bin", APP]);
    let (name, folder) = if release {
        ("release build", "release")
    } else {
        ("app build", "debug")
    };
    if release {
        command.arg("--release");
    }
    steps.run(name, &said(&command), &mut command)?;
    Ok(paths::target()
        .join(folder)
        .join(APP)
        .with_extension(std::env::consts::EXE_EXTENSION))
}

/// Builds everything there is, tests included.
///
/// # Errors
/// When it does not compile.
pub fn build_all(steps: &mut Steps) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["build", "--workspace", "--lib", "--bins", "--tests"]);
    steps.run("build", &said(&command), &mut command)
}

/// Formatting.
///
/// # Errors
/// When a file is not formatted.
pub fn fmt(steps: &mut Steps) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["fmt", "--all", "--check"]);
    steps.run("format", &said(&command), &mut command)
}

/// Lints.
///
/// # Errors
/// When there is a warning.
pub fn clippy(steps: &mut Steps) -> Result<(), Failure> {
    let mut command = cargo();
    command.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    steps.run("clippy", &said(&command), &mut command)
}

/// Writes or checks the bindings of the page. The app must be built.
///
/// # Errors
/// When they differ, or cannot be written.
pub fn bindings(steps: &mut Steps, what: Bindings) -> Result<(), Failure> {
    let app = paths::target()
        .join("debug")
        .join(APP)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(app);
    command.current_dir(paths::root()).arg("bindings");
    if what == Bindings::Check {
        command.arg("--check");
    }
    command.arg(BINDINGS);
    let said = match what {
        Bindings::Write => "write ui/src/ipc/bindings.ts",
        Bindings::Check => {
            "is ui/src/ipc/bindings.ts what the Rust commands say? (else: cargo xtask bindings)"
        }
    };
    steps.run("bindings", said, &mut command)
}

/// Runs tests.
///
/// # Errors
/// When one fails.
pub fn test(steps: &mut Steps, which: Tests) -> Result<(), Failure> {
    if which != Tests::Crates && !cfg!(target_os = "linux") {
        steps.skip(
            "end to end",
            "a desktop session of its own can be had on Linux alone",
        );
        return Ok(());
    }
    let mut command = cargo();
    command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    // One more than may work at a time (`.config/nextest.toml`): it is for what only waits.
    let threads = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    command.args(["--test-threads", &threads.to_string(), "--filterset"]);
    let name = match which {
        Tests::Crates => {
            command.arg("not package(miso-tests)");
            "tests"
        }
        Tests::EndToEnd => {
            command.arg("package(miso-tests)");
            "end to end"
        }
        Tests::EndToEndFull => {
            // Half an hour of the budget in real time is no window's, and takes as long.
            command.arg("package(miso-tests) or test(/^real_budget::.*half_an_hour$/)");
            command.args(["--run-ignored", "all"]);
            "end to end"
        }
    };
    steps.run(name, &said(&command), &mut command)
}

/// Does the errands of a day in the real window, and measures them.
///
/// # Errors
/// When one fails.
pub fn errands(steps: &mut Steps, variable: &str, file: &std::path::Path) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["nextest", "run", "--workspace", "--run-ignored", "only"]);
    command.args([
        "--no-capture",
        "--filterset",
        "package(miso-tests) and test(/^errands::/)",
    ]);
    command.env(variable, file);
    steps.run("errands", &said(&command), &mut command)
}

/// Measures the log book, as fast as it is compiled for people.
///
/// # Errors
/// When it cannot be built, or ends early.
pub fn log_figures(
    steps: &mut Steps,
    variable: &str,
    file: &std::path::Path,
) -> Result<(), Failure> {
    let mut command = cargo();
    command.args([
        "run",
        "--release",
        "--package",
        "logbook",
        "--example",
        "figures",
    ]);
    command.env(variable, file);
    steps.run("log figures", &said(&command), &mut command)
}

/// Builds the app as people have it, and the window it is measured against.
///
/// # Errors
/// When one does not compile.
pub fn build_measured(steps: &mut Steps) -> Result<PathBuf, Failure> {
    let mut command = cargo();
    command.args(["build", "--workspace", "--release", "--bin", APP]);
    command.args(["--example", "yardstick"]);
    steps.run("release build", &said(&command), &mut command)?;
    Ok(paths::target()
        .join("release")
        .join(APP)
        .with_extension(std::env::consts::EXE_EXTENSION))
}

/// Measures the window of an app that was built as people have it. Each variable says where the figures of
/// one test go.
///
/// # Errors
/// When one cannot be taken.
pub fn window_figures(
    steps: &mut Steps,
    app: &std::path::Path,
    files: &[(&str, PathBuf)],
) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["nextest", "run", "--workspace", "--run-ignored", "only"]);
    command.args(["--no-capture", "--no-fail-fast", "--filterset"]);
    command.arg("package(miso-tests) and test(/^(log_|answer_)?figures::/)");
    command.env("MISO_DESKTOP", app);
    command.envs(files.iter().map(|(variable, file)| (variable, file)));
    steps.run("window figures", &said(&command), &mut command)
}

/// Installs the test runner where it is missing.
///
/// # Errors
/// When it cannot be installed.
pub fn install_nextest(steps: &mut Steps) -> Result<(), Failure> {
    if answers("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    let mut command = cargo();
    command.args(["install", "cargo-nextest", "--locked"]);
    // Lean: without what it needs to replace itself.
    command.args(["--no-default-features", "--features", "default-no-update"]);
    steps.run("test runner", &said(&command), &mut command)
}

/// What other people's code brings: licences, where it comes from, what is not wanted (`deny.toml`).
///
/// # Errors
/// When something is not allowed.
pub fn deny(steps: &mut Steps) -> Result<(), Failure> {
    // It reads the packages for the other systems too, which no build here has fetched.
    let mut fetch = cargo();
    fetch.args(["fetch", "--locked"]);
    steps.run("all crates", &said(&fetch), &mut fetch)?;
    let mut command = cargo();
    command.args(["deny", "--offline", "check", "bans", "licenses", "sources"]);
    steps.run("licences and sources", &said(&command), &mut command)
}

/// Installs what checks them where it is missing.
///
/// # Errors
/// When it cannot be installed.
pub fn install_deny(steps: &mut Steps) -> Result<(), Failure> {
    if answers("cargo", &["deny", "--version"]) {
        return Ok(());
    }
    let mut command = cargo();
    command.args(["install", "cargo-deny", "--locked"]);
    steps.run("licence checker", &said(&command), &mut command)
}

fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(paths::root());
    // What the outer cargo says of this package must not reach the inner one's build scripts.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

fn said(command: &Command) -> String {
    let args: Vec<_> = command
        .get_args()
        .map(|arg| arg.to_string_lossy())
        .collect();
    format!("cargo {}", args.join(" "))
}
