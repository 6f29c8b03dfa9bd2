//! A command parses, calls and maps: what is longer is a rule, and stands elsewhere.

use super::{files, none, read};

const COMMANDS: &str = "src-tauri/src/commands";
/// Lines of a command's body (CONTRIBUTING.md).
const MOST: usize = 10;

#[test]
fn commands_are_short() {
    let (mut long, mut seen) = (Vec::new(), 0);
    for file in files().iter().filter(|file| file.starts_with(COMMANDS)) {
        for (name, lines) in commands(&read(file)) {
            seen += 1;
            if lines > MOST {
                long.push(format!(
                    "{}: {name}: {lines} lines, at most {MOST}",
                    file.display()
                ));
            }
        }
    }
    assert!(seen > 100, "commands are not found any more: {seen}");
    none("commands that hold a rule", &long);
}

/// Each command with the lines of its body, as rustfmt writes them.
fn commands(text: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line != "#[tauri::command]" {
            continue;
        }
        let head = lines.by_ref().find(|line| line.starts_with("pub "));
        let Some(head) = head else {
            continue;
        };
        if !head.ends_with('{') {
            lines.by_ref().find(|line| line.ends_with('{'));
        }
        let body = lines.by_ref().take_while(|line| *line != "}").count();
        let name = head.split_once("fn ").map_or(head, |(_, name)| name);
        found.push((name.split('(').next().unwrap_or(name), body));
    }
    found
}

#[test]
fn the_lines_of_a_body_are_counted() {
    let text = "#[tauri::command]\n#[specta::specta]\npub async fn one(\n    a: u32,\n) -> u32 {\n    a\n}\n\n\
        fn two() {\n    3\n}\n#[tauri::command]\npub fn three() -> u32 {\n    1;\n    2\n}\n";
    assert_eq!(commands(text), [("one", 1), ("three", 2)]);
}
