//! Every command is declared and granted (SECURITY.md, "commands are denied by default").

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{files, none, read};

const DECLARED: &str = "src-tauri/src/commands/names.rs";

#[test]
fn every_command_is_declared_and_granted() {
    let commands = commands();
    assert!(!commands.is_empty(), "no command found in src-tauri/src");
    let declared = declared();
    let granted = granted();
    let mut wrong = Vec::new();
    for command in &commands {
        if !declared.contains(command) {
            wrong.push(format!("{command} is not declared in {DECLARED}"));
        }
        if !granted.contains(&format!("allow-{}", command.replace('_', "-"))) {
            wrong.push(format!("{command} is granted by no capability"));
        }
    }
    wrong.extend(
        declared
            .difference(&commands)
            .map(|name| format!("{name} is declared and does not exist")),
    );
    none("commands and what allows them", &wrong);
}

#[test]
fn capabilities_name_what_they_allow() {
    let mut wrong = Vec::new();
    for file in capabilities() {
        let text = read(&file);
        let capability: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        if capability.get("remote").is_some() {
            wrong.push(format!("{}: a remote origin", file.display()));
        }
        let permissions = identifiers(&capability["permissions"]);
        let broad = permissions
            .iter()
            .filter(|name| name.contains('*') || name.ends_with(":default"));
        // Tauri's own default lists are broad, its core's too: each call is named.
        wrong.extend(broad.map(|name| format!("{}: {name}", file.display())));
        let windows = identifiers(&capability["windows"]);
        let unnamed = windows.iter().filter(|name| name.contains('*'));
        wrong.extend(unnamed.map(|name| format!("{}: windows {name}", file.display())));
    }
    none("capabilities that allow more than they say", &wrong);
}

fn commands() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files()
        .iter()
        .filter(|file| file.starts_with("src-tauri/src"))
    {
        let text = read(file);
        for after in text.split("#[tauri::command").skip(1) {
            let name = after
                .split_once("fn ")
                .and_then(|(_, rest)| rest.split(['(', '<']).next());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

/// The list that the build script gives to Tauri.
fn declared() -> BTreeSet<String> {
    let text = read(Path::new(DECLARED));
    let Some((_, list)) = text.split_once("const COMMANDS") else {
        panic!("{DECLARED} has no COMMANDS");
    };
    let list = list.split_once("];").map_or(list, |(list, _)| list);
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn granted() -> BTreeSet<String> {
    let texts = capabilities().into_iter().map(|file| read(&file));
    texts
        .filter_map(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .flat_map(|capability| identifiers(&capability["permissions"]))
        .collect()
}

fn capabilities() -> Vec<PathBuf> {
    let json = |file: &PathBuf| file.extension() == Some("json".as_ref());
    let mut found = files();
    found.retain(|file| file.starts_with("src-tauri/capabilities") && json(file));
    assert!(!found.is_empty(), "no capability");
    found
}

/// A permission is a name, or an object with one and a scope.
fn identifiers(permissions: &serde_json::Value) -> Vec<String> {
    let list = permissions.as_array().into_iter().flatten();
    list.filter_map(|entry| entry.as_str().or_else(|| entry["identifier"].as_str()))
        .map(str::to_owned)
        .collect()
}
