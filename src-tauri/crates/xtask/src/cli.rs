//! What can be asked, and who answers.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, ValueExt};

use crate::step::{Failure, Steps};
use crate::{bench, bundle, cargo, display, gate, icons, packages, ui};

const USAGE: &str = "\
The commands of Miso Desktop.

Usage: cargo xtask COMMAND [OPTIONS]

  run [--release] [-- ARGS]   install what the system lacks, build, start the app;
                              without a display: start it on a virtual one with the
                              instance of its own, and save a picture
  build [--release]           the same without starting it
  test                        the gate: everything that must hold before a change goes in
  test rust | ui | e2e        one part of it
  test full                   the gate and what takes longer
  bench [--json FILE]         what a start, a list, memory and kept log lines cost, as ratios to the
                              least that is possible; a table for the README
  bench errands [--json FILE] what errands cost: clicks, keys, time and requests
  bench logs [--json FILE]    how fast a million kept log lines are, beside ripgrep where it is there
  bindings                    write ui/src/ipc/bindings.ts from the Rust commands
  bundle [KIND...] [--signed] make installers: of deb, rpm, appimage or dmg, app or nsis, msi those
                              that are named, else the first that this system has; signed for the
                              updater with the key in TAURI_SIGNING_PRIVATE_KEY
  icons                       make the sizes in icons/ from icons/icon.svg

Each step says what it does and how long it took; its output is kept in target/xtask/.
Packages are installed on Debian and Ubuntu; elsewhere the missing ones are named.";

/// Parses the arguments of the process and runs what they ask for.
pub fn main() -> ExitCode {
    let request = match parse(lexopt::Parser::from_env()) {
        Ok(request) => request,
        Err(problem) => {
            eprintln!("{problem}\n`cargo xtask --help` names the commands.");
            return ExitCode::from(2);
        }
    };
    let mut steps = Steps::new();
    let outcome = match request {
        Request::Help => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Request::Run { release, args } => display::run(&mut steps, release, &args),
        Request::Build { release } => build(&mut steps, release),
        Request::Test(part) => gate::run(&mut steps, part),
        Request::Bench { json } => bench::all(&mut steps, json.as_deref()),
        Request::Errands { json } => bench::errands(&mut steps, json.as_deref()),
        Request::Logs { json } => bench::logs(&mut steps, json.as_deref()),
        Request::Bindings => write_bindings(&mut steps),
        Request::Bundle(wanted) => bundle::run(&mut steps, &wanted),
        Request::Icons => write_icons(&mut steps),
    };
    match outcome {
        Ok(closing) => {
            println!("\n{closing}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("\nFAILED: {failure}");
            ExitCode::FAILURE
        }
    }
}

enum Request {
    Help,
    Run { release: bool, args: Vec<OsString> },
    Build { release: bool },
    Test(gate::Part),
    Bench { json: Option<PathBuf> },
    Errands { json: Option<PathBuf> },
    Logs { json: Option<PathBuf> },
    Bindings,
    Bundle(bundle::Wanted),
    Icons,
}

fn parse(mut parser: lexopt::Parser) -> Result<Request, lexopt::Error> {
    let mut words = Vec::new();
    let mut release = false;
    let mut args = Vec::new();
    let mut json = None;
    let mut signed = false;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Long("release") => release = true,
            Arg::Long("signed") => signed = true,
            Arg::Long("json") => json = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if words.first().is_some_and(|word| word == "run") => {
                args.push(value);
                args.extend(parser.raw_args()?);
            }
            Arg::Value(value) => words.push(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let request = match words.as_slice() {
        [] | ["help"] => Request::Help,
        ["run"] => Request::Run { release, args },
        ["build"] => Request::Build { release },
        ["test"] => Request::Test(gate::Part::Gate),
        ["test", "rust"] => Request::Test(gate::Part::Rust),
        ["test", "ui"] => Request::Test(gate::Part::Ui),
        ["test", "e2e"] => Request::Test(gate::Part::EndToEnd),
        ["test", "full"] => Request::Test(gate::Part::Full),
        ["bench"] => Request::Bench { json: json.clone() },
        ["bench", "errands"] => Request::Errands { json: json.clone() },
        ["bench", "logs"] => Request::Logs { json: json.clone() },
        ["bindings"] => Request::Bindings,
        ["bundle", kinds @ ..] => Request::Bundle(bundle::Wanted {
            kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(),
            signed,
        }),
        ["icons"] => Request::Icons,
        _ => return Err(format!("unknown command: {}", words.join(" ")).into()),
    };
    if release && !matches!(request, Request::Run { .. } | Request::Build { .. }) {
        return Err("--release goes with run and build".into());
    }
    if signed && !matches!(request, Request::Bundle(_)) {
        return Err("--signed goes with bundle".into());
    }
    let measures = matches!(
        request,
        Request::Bench { .. } | Request::Errands { .. } | Request::Logs { .. }
    );
    if json.is_some() && !measures {
        return Err("--json goes with bench".into());
    }
    Ok(request)
}

fn build(steps: &mut Steps, release: bool) -> Result<String, Failure> {
    packages::install(steps, packages::For::Build)?;
    ui::build(steps)?;
    let binary = cargo::build_app(steps, release)?;
    Ok(format!(
        "Built. Start it with {} or `cargo xtask run`.",
        binary.display()
    ))
}

fn write_bindings(steps: &mut Steps) -> Result<String, Failure> {
    packages::install(steps, packages::For::Build)?;
    // The page needs the bindings and the binary needs a page: an older one will do here.
    if !ui::is_built() {
        ui::build(steps)?;
    }
    cargo::build_app(steps, false)?;
    cargo::bindings(steps, cargo::Bindings::Write)?;
    Ok("Written: ui/src/ipc/bindings.ts. Commit it with the commands it belongs to.".to_owned())
}

fn write_icons(steps: &mut Steps) -> Result<String, Failure> {
    icons::write(steps)?;
    Ok("Made: icons/. Look at them, and commit them with icons/icon.svg.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Request, parse};

    fn parsed(args: &[&str]) -> Result<Request, lexopt::Error> {
        parse(lexopt::Parser::from_args(args))
    }

    #[test]
    fn what_follows_run_goes_to_the_app() {
        let Ok(Request::Run { release, args }) =
            parsed(&["run", "--release", "--", "local", "--port", "1"])
        else {
            panic!("run is a command");
        };
        assert!(release);
        assert_eq!(args, ["local", "--port", "1"]);
    }

    #[test]
    fn the_figures_go_where_they_are_wanted() {
        let Ok(Request::Errands { json }) = parsed(&["bench", "errands", "--json", "a.json"])
        else {
            panic!("bench errands is a command");
        };
        assert_eq!(json.as_deref(), Some("a.json".as_ref()));
        let Ok(Request::Logs { json }) = parsed(&["bench", "logs"]) else {
            panic!("bench logs is a command");
        };
        assert_eq!(json, None);
        assert!(matches!(parsed(&["bench"]), Ok(Request::Bench { .. })));
    }

    #[test]
    fn installers_are_named_and_signed_where_that_is_asked_for() {
        let Ok(Request::Bundle(wanted)) = parsed(&["bundle", "deb", "rpm", "--signed"]) else {
            panic!("bundle is a command");
        };
        assert_eq!(wanted.kinds, ["deb", "rpm"]);
        assert!(wanted.signed);
        let Ok(Request::Bundle(wanted)) = parsed(&["bundle"]) else {
            panic!("bundle needs no kind");
        };
        assert!(wanted.kinds.is_empty() && !wanted.signed);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for args in [
            &["tset"][..],
            &["test", "rusty"],
            &["--quick"],
            &["test", "--release"],
            &["build", "--signed"],
            &["test", "--json", "x"],
            &["bench", "logs", "errands"],
        ] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
    }
}
