//! A file is about one thing; one that is long is about several.

use std::path::Path;

use super::{files, none, read};

const GENERATED: &[&str] = &["ui/src/ipc/bindings.ts"];

/// The most lines a kind of file may have.
const LIMITS: &[(&str, usize)] = &[("rs", 500), ("ts", 400), ("tsx", 400)];

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for file in files().iter().filter(|file| !is_generated(file)) {
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let Some((_, limit)) = LIMITS.iter().find(|(kind, _)| *kind == extension) else {
            continue;
        };
        let lines = read(file).lines().count();
        if lines > *limit {
            long.push(format!(
                "{}: {lines} lines, at most {limit}",
                file.display()
            ));
        }
    }
    none("files that should be several", &long);
}

fn is_generated(file: &Path) -> bool {
    GENERATED
        .iter()
        .any(|generated| file == Path::new(generated))
}
