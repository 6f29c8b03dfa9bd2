//! What a start, a list, memory and kept log lines cost, beside the least that is possible; what errands
//! cost: clicks, keys, time and requests of each, in the real window.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use crate::cargo;
use crate::packages::{self, For};
use crate::paths;
use crate::step::{Failure, Steps};
use crate::ui;

/// The variable that says where the figures go.
const FIGURES: &str = "MISO_ERRANDS_JSON";
/// The same for those of the log book.
const LOG_FIGURES: &str = "MISO_FIGURES_JSON";

/// Those of the window that tests write.
const WINDOW_FIGURES: [&str; 3] = [
    "MISO_WINDOW_FIGURES_JSON",
    "MISO_LOG_WINDOW_FIGURES_JSON",
    "MISO_ANSWER_FIGURES_JSON",
];
/// What a figure is, in the words of the table.
const SAID: &[(&str, &str, &str)] = &[
    (
        "start.interactive",
        "from the start until a row of the cached list answers a key",
        "the same rows as a static page",
    ),
    ("start.empty", "the same", "an empty window"),
    (
        "memory.idle",
        "memory at rest, all processes",
        "an empty window",
    ),
    ("memory.page", "the same", "the same rows as a static page"),
    (
        "ipc.list_1000",
        "a list of 1,000 applications, fetched anew",
        "its five bare requests",
    ),
    (
        "logs.search.literal",
        "1,000,000 kept lines: a text",
        "ripgrep",
    ),
    (
        "logs.search.literal_often",
        "a text that most lines have",
        "ripgrep",
    ),
    ("logs.search.regex", "a regular expression", "ripgrep"),
    ("logs.search.level", "a level", "ripgrep"),
    ("logs.search.lnav", "a text", "lnav, from its start"),
    ("logs.patterns", "the patterns of all lines", ""),
    ("logs.patterns_errors", "the patterns of errors", ""),
    ("logs.append", "lines kept a second", ""),
    ("logs.memory", "memory that they add", ""),
    (
        "logs.window_p99",
        "200 lines by position, without the window, p99",
        "",
    ),
    ("logs.window_ipc_p99", "the same in the page, p99", ""),
    (
        "logs.first_match_p50",
        "from a key to the first matches on the screen, p50",
        "",
    ),
    ("logs.first_match_p99", "the same, p99", ""),
    (
        "answer.cached",
        "from the start until Home says why something is unwell",
        "",
    ),
    (
        "answer.anew",
        "the same with nothing kept but the session",
        "",
    ),
];

/// Measures everything that has a yardstick; prints a table, and writes the figures where that is asked for.
///
/// # Errors
/// When something cannot be built or measured.
pub fn all(steps: &mut Steps, json: Option<&Path>) -> Result<String, Failure> {
    packages::install(steps, For::Test)?;
    cargo::install_nextest(steps)?;
    ui::build(steps)?;
    let app = cargo::build_measured(steps)?;
    cargo::build_all(steps)?;
    let logs = paths::logs().join("log-figures.json");
    cargo::log_figures(steps, LOG_FIGURES, &logs)?;
    let files = WINDOW_FIGURES.map(|variable| {
        let name = variable.to_lowercase().replace('_', "-");
        (variable, paths::logs().join(name))
    });
    cargo::window_figures(steps, &app, &files)?;
    let mut figures = Map::new();
    for file in files.iter().map(|(_, file)| file).chain([&logs]) {
        figures.extend(read(file)?);
    }
    let file = json.map_or_else(|| paths::logs().join("figures.json"), absolute);
    let text =
        serde_json::to_string_pretty(&figures).map_err(|error| Failure::new(error.to_string()))?;
    fs::write(&file, text + "\n").map_err(|error| Failure::new(error.to_string()))?;
    Ok(format!(
        "{}\n{}\nThe figures are in {}.",
        table(&figures),
        machine(),
        file.display()
    ))
}

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

fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let failed = |error: String| Failure::new(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// In Markdown; smaller ratios are better.
fn table(figures: &Map<String, Value>) -> String {
    let mut text = "| what | ours | yardstick | ratio |\n| --- | ---: | ---: | ---: |\n".to_owned();
    for (name, what, against) in SAID {
        let Some(figure) = figures.get(*name) else {
            continue;
        };
        let unit = figure["unit"].as_str().unwrap_or_default();
        let said = |number: &Value| {
            number
                .as_f64()
                .map(|number| format!("{} {unit}", short(number)))
        };
        let yardstick = said(&figure["yardstick"]).map(|number| format!("{against}: {number}"));
        let ratio = figure["ratio"].as_f64().map(|ratio| format!("{ratio:.2}"));
        // A text that cannot be written into a text is none.
        let _ = writeln!(
            text,
            "| {what} | {} | {} | {} |",
            said(&figure["ours"]).unwrap_or_default(),
            yardstick.unwrap_or_default(),
            ratio.unwrap_or_default()
        );
    }
    text
}

/// As many digits as mean something.
fn short(number: f64) -> String {
    if number >= 100.0 {
        format!("{number:.0}")
    } else if number >= 10.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.2}")
    }
}

/// On what it was measured, and against which versions.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let first_line = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().next().map(str::to_owned)
    };
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .unwrap_or("this system")
        .trim_matches('"')
        .to_owned();
    let versions = [
        first_line("pkg-config", "--modversion=webkit2gtk-4.1")
            .map(|version| format!("WebKitGTK {version}")),
        first_line("rg", "--version"),
        first_line("lnav", "--version"),
    ];
    let versions: Vec<String> = versions.into_iter().flatten().collect();
    format!("{cores} cores, {name}, {}", versions.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Map, table};

    #[test]
    fn a_figure_is_a_row_with_its_yardstick_or_without() {
        let mut figures = Map::new();
        let start = json!({ "ours": 500.4, "yardstick": 400.0, "ratio": 1.251, "unit": "ms" });
        figures.insert("start.interactive".to_owned(), start);
        let append = json!({ "ours": 1.5, "yardstick": null, "ratio": null, "unit": "ms" });
        figures.insert("logs.append".to_owned(), append);
        let text = table(&figures);
        let rows: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| from the start until a row of the cached list answers a key | 500 ms \
                 | the same rows as a static page: 400 ms | 1.25 |",
                "| lines kept a second | 1.50 ms |  |  |",
            ]
        );
    }
}
