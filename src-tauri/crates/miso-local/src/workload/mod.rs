//! The child process that is a workload: a small HTTP server that prints what it does. It is
//! configured by its environment alone, and ends when its standard input closes.

mod call;
mod crashing;
mod dependent;
mod failing_health;
mod faulty;
mod hello;
mod leaking;
mod lifeline;
mod output;
mod page;
mod server;
mod settings;
mod slow_start;
mod talkative;
mod visitor;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::workloads::catalogue::Program;
use lifeline::Neighbours;
use output::{Level, say};
use serde_json::json;
use settings::Settings;
use tokio::sync::watch;

/// The user agent of a probe.
pub(crate) const PROBE: &str = "miso-probe";
/// The header by which the answer to a probe is known as the process's own.
pub(crate) const PROCESS: &str = "x-miso-process";
/// The variable that holds that header's value.
pub(crate) const PROCESS_VARIABLE: &str = "MISO_PROCESS";
/// The exit code of a process whose port was taken.
pub(crate) const PORT_TAKEN: u8 = 75;
const USAGE: u8 = 2;
const FAILED: u8 = 1;

/// Runs the workload that the one argument names, until it is asked to end. Exit code 2: no such
/// workload, or an environment that says too little.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let program = match args.as_slice() {
        [name] => name.to_str().and_then(Program::named),
        _ => None,
    };
    let Some(program) = program else {
        say(Level::Error, "there is no such workload", json!({}));
        return ExitCode::from(USAGE);
    };
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(missing) => {
            say(Level::Error, &format!("{missing} is not set"), json!({}));
            return ExitCode::from(USAGE);
        }
    };
    let neighbours = lifeline::hold();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run_program(program, settings, neighbours)),
        Err(error) => {
            say(Level::Error, &format!("cannot start: {error}"), json!({}));
            ExitCode::from(FAILED)
        }
    }
}

async fn run_program(
    program: Program,
    settings: Settings,
    neighbours: watch::Receiver<Neighbours>,
) -> ExitCode {
    match program {
        Program::Hello => hello::run(settings).await,
        Program::SlowStart => slow_start::run(settings).await,
        Program::FailingHealth => failing_health::run(settings).await,
        Program::Crashing => crashing::run(settings).await,
        Program::Leaking => leaking::run(settings).await,
        Program::Talkative => talkative::run(settings).await,
        Program::Dependent => dependent::run(settings, neighbours).await,
        Program::Faulty => faulty::run(settings, neighbours).await,
        Program::Visitor => visitor::run(settings, neighbours).await,
    }
}
