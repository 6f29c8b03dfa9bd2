//! The app: it wires the crates below it to a window and holds no rules of its own.

mod answering;
mod app;
mod authorities;
#[cfg(test)]
mod bare_instance;
mod bindings;
mod calls;
mod commands;
mod data_lock;
mod desktop;
mod diagnostics;
mod drafts;
mod ending;
mod error;
mod events;
mod exporting;
mod gate;
mod links;
mod local;
pub mod local_serve;
mod log_upkeep;
mod logs_holding;
mod merged;
mod numbered;
#[cfg(unix)]
#[cfg(test)]
mod real_budget;
mod recent_log;
mod recording;
mod searches;
#[cfg(test)]
mod service_client;
mod settings;
mod shell;
mod state;
#[cfg(test)]
mod thirty_faults;
mod typed_secret;
mod typed_time;
mod unfinished;
mod watched_patterns;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::recent_log::{KEPT, recent_log};

/// The app's identifier; the platform's folder for its data is named by it. The same as in
/// `tauri.conf.json`, for what must know it before Tauri exists.
pub(crate) const IDENTIFIER: &str = "ai.aifabrix.miso-desktop";

/// Has an app that runs already open another window.
pub(crate) const NEW_WINDOW: &str = "--new-window";

const USAGE: &str = "\
Usage: miso-desktop [--new-window | --try-here | LINK]
       miso-desktop api METHOD PATH [OPTIONS]  a call of an instance's API, with the app's session
       miso-desktop logs APP [OPTIONS]         an application's log
       miso-desktop apps [OPTIONS]             what runs where, and how it is
       miso-desktop completions bash|zsh|fish  what completes all of this in a shell
       miso-desktop local serve [OPTIONS]      an instance on this machine, without a window

Each of them explains itself with --help.

  LINK         such as miso://connect?instance=https://miso.example.com
  --new-window open another window where the app runs already
  --try-here   start the instance inside the app and sign in to it
  --version    print the version
  --help       print this";

const LOCAL_USAGE: &str = "\
Usage: miso-desktop local serve [OPTIONS]

  serve        run a complete Miso instance on this machine, without a window
               (see: miso-desktop local serve --help)";

/// Does what the arguments say: the window, or one of the commands without one.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let words: Vec<String> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // The app that runs already is told the arguments.
        [] | [NEW_WINDOW] => app::open(false),
        ["--try-here"] => app::open(true),
        // Which link it is, is read where a running app hears of it too.
        [link] if link.to_ascii_lowercase().starts_with("miso:") => {
            app::open_for_link(links::complaint(link))
        }
        ["workload", ..] => miso_local::workload::run(arguments[1..].to_vec()),
        ["api" | "logs" | "apps" | "completions" | "__complete", ..] => shell::run(arguments),
        ["local", "serve", ..] => local_serve::run(arguments[2..].to_vec()),
        ["local", "--help" | "-h"] => say(LOCAL_USAGE),
        // For whoever works on the app, by `cargo xtask bindings`.
        ["bindings", "--check", file] => bindings::check(file.as_ref()),
        ["bindings", file] => bindings::write(file.as_ref()),
        ["--version" | "-V"] => say(&format!("miso-desktop {}", env!("CARGO_PKG_VERSION"))),
        ["--help" | "-h"] => say(USAGE),
        other => refuse(&not_understood(other)),
    }
}

/// What is wrong with the arguments, and what they may be; an address has its own way in.
fn not_understood(words: &[&str]) -> String {
    let is_address = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.starts_with("https://") || word.starts_with("http://")
    };
    let all = words.join(" ");
    match words {
        [address] if is_address(address) => format!(
            "miso-desktop: an instance is opened by a link: miso-desktop 'miso://connect?instance={address}'"
        ),
        ["local", ..] => format!("miso-desktop: '{all}' is not understood.\n\n{LOCAL_USAGE}"),
        _ => format!("miso-desktop: '{all}' is not understood.\n\n{USAGE}"),
    }
}

/// Says what was asked for.
pub(crate) fn say(text: &str) -> ExitCode {
    // Where standard output is closed nobody wants it any more.
    let _ = writeln!(io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// Says on standard error why nothing was done; exit code 2.
pub(crate) fn refuse(text: &str) -> ExitCode {
    complain(text);
    ExitCode::from(2)
}

/// Says on standard error what whoever called should know.
pub(crate) fn complain(text: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Logs to standard error what `MISO_LOG` asks for, warnings where it asks for nothing; and keeps
/// the last of what whoever looks for a mistake needs.
pub(crate) fn trace() {
    let filter = EnvFilter::try_from_env("MISO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // It would write what it sends to an engine, secrets of applications among it.
    let filter = match "bollard=warn".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    };
    let told = fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .with_filter(filter);
    let kept = fmt::layer()
        .with_ansi(false)
        .with_writer(recent_log())
        .with_filter(EnvFilter::new(KEPT));
    tracing_subscriber::registry().with(told).with(kept).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_leads_to_what_is() {
        let hint = not_understood(&["https://miso.example.com"]);
        assert!(
            hint.contains("miso://connect?instance=https://miso.example.com"),
            "{hint}"
        );
        assert!(not_understood(&["local", "server"]).contains("local serve [OPTIONS]"));
        assert!(not_understood(&["--what"]).ends_with(USAGE));
        assert!(!USAGE.contains("bindings"), "that is no user's business");
    }

    #[test]
    fn the_manual_has_every_command_and_option() {
        // In a manual a hyphen that is typed is written with a backslash.
        let manual = include_str!("../linux/miso-desktop.1").replace('\\', "");
        let commands = ["api", "logs", "apps", "completions"].map(shell::help);
        let all = [USAGE, local_serve::HELP].map(str::to_owned);
        for help in all.into_iter().chain(commands) {
            assert!(!help.is_empty());
            let words = help.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            let options = words.filter(|word| word.starts_with("--") && word.len() > 2);
            for option in options {
                assert!(manual.contains(option), "{option} is not in the manual");
            }
        }
        for command in ["api", "logs", "apps", "completions", "local serve"] {
            assert!(
                manual.contains(&format!("miso-desktop {command}")),
                "{command}"
            );
        }
    }

    #[test]
    fn exit_codes_are_explained_wherever_they_are_looked_for() {
        let manual = include_str!("../linux/miso-desktop.1");
        let readme = include_str!("../../README.md");
        let help = shell::help("api");
        for code in (0..=9).chain([130]) {
            assert!(manual.contains(&format!(".TP\n.B {code}\n")), "{code}");
            assert!(readme.contains(&format!("\n| {code} | ")), "{code}");
            assert!(
                help.contains(&format!(" {code} ")) || help.contains(&format!("\n{code} ")),
                "{code}"
            );
        }
    }

    #[test]
    fn the_desktops_actions_are_understood() {
        let entry = include_str!("../linux/miso-desktop.desktop");
        let lines = entry
            .lines()
            .filter_map(|line| line.strip_prefix("Exec={{exec}} "));
        let all: Vec<&str> = lines.collect();
        assert_eq!(all, ["%u", NEW_WINDOW]);
    }

    #[test]
    fn the_identifier_is_the_one_of_the_configuration() {
        let configuration = include_str!("../../tauri.conf.json");
        let configuration: serde_json::Value = serde_json::from_str(configuration).unwrap();
        assert_eq!(configuration["identifier"], IDENTIFIER);
    }
}
