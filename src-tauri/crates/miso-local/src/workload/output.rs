//! What a workload prints: one JSON object a line.

use std::io::{self, Write};

use serde_json::{Value, json};

/// How bad a line is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Prints a line with fields.
pub(super) fn say(level: Level, message: &str, fields: Value) {
    let line = json!({"level": level.as_str(), "message": message, "fields": fields});
    print(io::stdout().lock(), &line.to_string());
}

/// Prints plain text where programs print what ends them.
pub(super) fn complain(text: &str) {
    print(io::stderr().lock(), text);
}

fn print(mut to: impl Write, line: &str) {
    let printed = writeln!(to, "{line}").and_then(|()| to.flush());
    if printed.is_err() {
        // Nobody reads any more: who started this is gone, and so is its reason to run.
        std::process::exit(0);
    }
}
