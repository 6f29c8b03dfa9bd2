//! What a shell completes with: a short script for each, which asks `miso-desktop __complete` how the
//! words so far go on. That looks at what is kept, and never asks an instance. Packages bring the same
//! scripts where shells look for them.

use std::process::ExitCode;

use super::{asking, data_folder};
use crate::say;

/// A shell that completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
}

const BASH: &str = include_str!("../../completions/miso-desktop.bash");

const ZSH: &str = include_str!("../../completions/_miso-desktop");

const FISH: &str = include_str!("../../completions/miso-desktop.fish");

const COMMANDS: &[&str] = &["api", "apps", "logs", "completions", "local"];
pub(super) const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const OF_ALL: &[&str] = &["--connection", "--json", "--help"];
const OF_API: &[&str] = &["--data", "--header", "--include", "--yes"];
const OF_LOGS: &[&str] = &["--environment", "--since", "--grep", "--level", "--follow"];
const OF_LOCAL: &[&str] = &[
    "--port",
    "--data",
    "--seed",
    "--client-id",
    "--client-secret",
    "--rate-limit",
    "--speaks",
    "--v1-rate-limit",
    "--without",
    "--rotate-key",
    "--help",
];
const SHELLS: &[&str] = &["bash", "zsh", "fish"];
const TIMES: &[&str] = &["15m", "1h", "6h", "1d"];
const READINGS: &[&str] = &["documented", "v1", "both"];
/// Options of the local instance whose value nothing here knows.
const WITH_VALUE: &[&str] = &[
    "--port",
    "--data",
    "--client-id",
    "--client-secret",
    "--rate-limit",
    "--v1-rate-limit",
    "--without",
];
const SEEDS: &[&str] = &["demo", "empty", "many:"];
const LEVELS: &[&str] = &["error", "warn,error", "warn", "info", "debug"];

impl Shell {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    pub(super) fn script(self) -> &'static str {
        let script = match self {
            Self::Bash => BASH,
            Self::Zsh => ZSH,
            Self::Fish => FISH,
        };
        script.trim_end()
    }
}

/// How words go on.
#[derive(Debug, PartialEq, Eq)]
enum Next<'a> {
    /// With one of these.
    One(Vec<&'static str>),
    /// With a connection.
    Connection,
    /// With an application of a connection.
    Application(Option<&'a str>),
    /// With an environment of a connection.
    Environment(Option<&'a str>),
}

/// Prints how the last of the words may go on, a line each.
pub(super) fn complete(words: &[String]) -> ExitCode {
    let (current, before) = match words.split_last() {
        Some((current, before)) => (current.as_str(), before),
        None => ("", &[][..]),
    };
    let current = current.trim_start_matches(['\'', '"']);
    let found = match next(before, current) {
        Next::One(words) => words.into_iter().map(str::to_owned).collect(),
        next => from_what_is_known(&next),
    };
    let found: Vec<String> = found
        .into_iter()
        .filter(|word| word.starts_with(current) && !word.contains(miso_api::acts))
        .collect();
    match found.is_empty() {
        true => ExitCode::SUCCESS,
        false => say(&found.join("\n")),
    }
}

fn from_what_is_known(next: &Next<'_>) -> Vec<String> {
    let Some(folder) = data_folder() else {
        return Vec::new();
    };
    match next {
        Next::One(_) => Vec::new(),
        Next::Connection => asking::connection_names(&folder),
        Next::Application(connection) => asking::names(&folder, *connection).applications,
        Next::Environment(connection) => asking::names(&folder, *connection).environments,
    }
}

fn next<'a>(before: &'a [String], current: &str) -> Next<'a> {
    let words: Vec<&str> = before.iter().map(String::as_str).collect();
    let Some((command, rest)) = words.split_first() else {
        return Next::One(match current.starts_with('-') {
            true => vec!["--new-window", "--try-here", "--version", "--help"],
            false => COMMANDS.to_vec(),
        });
    };
    let own = match *command {
        "api" => OF_API,
        "logs" => OF_LOGS,
        "apps" => &[],
        "completions" => return Next::One(SHELLS.to_vec()),
        "local" => {
            return Next::One(match rest {
                [] => vec!["serve"],
                [.., "--speaks"] => READINGS.to_vec(),
                [.., "--seed"] => SEEDS.to_vec(),
                [.., option] if WITH_VALUE.contains(option) => Vec::new(),
                _ => OF_LOCAL.to_vec(),
            });
        }
        _ => return Next::One(Vec::new()),
    };
    let connection = connection_in(rest);
    match rest.last() {
        Some(&("-c" | "--connection")) => return Next::Connection,
        Some(&("-e" | "--environment" | "--env")) => return Next::Environment(connection),
        Some(&"--since") => return Next::One(TIMES.to_vec()),
        Some(&"--level") => return Next::One(LEVELS.to_vec()),
        Some(&("-d" | "--data" | "-H" | "--header" | "--grep")) => return Next::One(Vec::new()),
        Some(_) | None => {}
    }
    if current.starts_with('-') {
        return Next::One([own, OF_ALL].concat());
    }
    match (*command, positionals(rest)) {
        ("api", 0) => Next::One(METHODS.to_vec()),
        ("logs", 0) => Next::Application(connection),
        _ => Next::One(Vec::new()),
    }
}

fn takes_a_value(word: &str) -> bool {
    matches!(
        word,
        "-c" | "--connection"
            | "-e"
            | "--environment"
            | "--env"
            | "--since"
            | "--grep"
            | "--level"
            | "-d"
            | "--data"
            | "-H"
            | "--header"
    )
}

fn connection_in<'a>(words: &[&'a str]) -> Option<&'a str> {
    let at = words
        .iter()
        .position(|word| matches!(*word, "-c" | "--connection"))?;
    words.get(at + 1).copied()
}

/// How many words there are that belong to no option.
fn positionals(words: &[&str]) -> usize {
    let mut count = 0;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if takes_a_value(word) {
            words.next();
        } else if !word.starts_with('-') {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let (current, before) = words.split_last().unwrap();
        match next(before, current) {
            Next::One(words) => words.join(" "),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn words_go_on_as_the_arguments_say() {
        assert!(next_of(&[""]).starts_with("api apps logs"));
        assert!(next_of(&["--"]).contains("--version"));
        assert!(next_of(&["api", ""]).starts_with("GET"));
        assert_eq!(next_of(&["api", "GET", ""]), "");
        assert_eq!(next_of(&["logs", ""]), "Application(None)");
        assert_eq!(
            next_of(&["logs", "-c", "Orders live", ""]),
            "Application(Some(\"Orders live\"))"
        );
        assert_eq!(next_of(&["logs", "checkout", ""]), "");
        assert_eq!(
            next_of(&["logs", "checkout", "-e", ""]),
            "Environment(None)"
        );
        assert_eq!(next_of(&["apps", "-c", ""]), "Connection");
        assert_eq!(
            next_of(&["local", "serve", "--speaks", ""]),
            "documented v1 both"
        );
        assert_eq!(next_of(&["local", "serve", "--port", ""]), "");
        assert!(next_of(&["logs", "checkout", "-"]).contains("--follow"));
        assert!(!next_of(&["apps", "-"]).contains("--follow"));
        assert_eq!(next_of(&["local", ""]), "serve");
        assert_eq!(next_of(&["completions", ""]), "bash zsh fish");
    }
}
