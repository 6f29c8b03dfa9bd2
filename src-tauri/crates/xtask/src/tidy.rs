//! Conventions that matter, as tests (DESIGN.md, rule 15).

mod access;
mod arrows;
mod commands;
mod first_page;
mod layout;
mod lengths;
mod packaging;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::paths;

/// Every file of the project with its path from the root, as git sees it: what is ignored is not
/// part of it, what is not yet added is.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .current_dir(paths::root())
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .expect("git is needed to know the files of the project");
    assert!(
        output.status.success(),
        "git: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = String::from_utf8(output.stdout).expect("names in UTF-8");
    let mut files: Vec<PathBuf> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect();
    // A removed file that git still knows is no longer part of the project.
    files.retain(|file| paths::root().join(file).is_file());
    files.sort();
    files.dedup();
    assert!(!files.is_empty(), "git knows no file here");
    files
}

fn read(file: &Path) -> String {
    let path = paths::root().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All findings at once, a line each.
fn none(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{what}:\n  {}", findings.join("\n  "));
}
