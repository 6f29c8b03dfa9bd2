//! The top level and the map of it.

use std::collections::BTreeSet;
use std::path::Path;

use super::{files, none, read};
use crate::paths;

/// Fixed by the user of the project (DESIGN.md, "The rooms").
const ROOMS: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "icons",
    "src-tauri",
    "tauri.conf.json",
    "tests",
    "ui",
];

/// What may stand beside them besides dot files.
const BESIDE: &[&str] = &[
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "LICENSE",
    "SECURITY.md",
    "clippy.toml",
    "deny.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

#[test]
fn the_top_level_is_the_agreed_one() {
    let found: BTreeSet<String> = files()
        .iter()
        .filter_map(|file| file.components().next())
        .map(|first| first.as_os_str().to_string_lossy().into_owned())
        .collect();
    let missing = ROOMS
        .iter()
        .filter(|room| !found.contains(**room))
        .map(|room| format!("missing: {room}"));
    let allowed =
        |name: &str| ROOMS.contains(&name) || BESIDE.contains(&name) || name.starts_with('.');
    let extra = found
        .iter()
        .filter(|name| !allowed(name))
        .map(|name| format!("not agreed: {name}"));
    none(
        "the top level differs from DESIGN.md",
        &missing.chain(extra).collect::<Vec<_>>(),
    );
}

#[test]
fn the_readme_maps_the_folders_that_exist() {
    let readme = read(Path::new("README.md"));
    let named: Vec<&str> = readme
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.ends_with('/'))
        .collect();
    let gone = named
        .iter()
        .filter(|folder| !folder.contains([' ', '<']) && !paths::root().join(folder).is_dir())
        .map(|folder| format!("named, but not there: {folder}"));
    let crates = files()
        .iter()
        .filter_map(|file| {
            file.strip_prefix("src-tauri/crates")
                .ok()?
                .components()
                .next()
                .map(|c| c.as_os_str().to_owned())
        })
        .map(|name| format!("src-tauri/crates/{}/", name.to_string_lossy()))
        .collect::<BTreeSet<_>>();
    let rooms = ["icons/", "src-tauri/", "tests/", "ui/"].map(str::to_owned);
    let unnamed = crates
        .into_iter()
        .chain(rooms)
        .filter(|folder| !named.contains(&folder.as_str()))
        .map(|folder| format!("not in the map: {folder}"));
    none(
        "README.md's map is wrong",
        &gone.chain(unnamed).collect::<Vec<_>>(),
    );
}
