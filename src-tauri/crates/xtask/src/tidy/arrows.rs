//! Who may know whom (DESIGN.md, "The rooms").

use std::path::Path;

use super::{files, none, read};

/// A package, and those of ours it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("miso-api", &[]),
    ("logbook", &["miso-api"]),
    ("miso-client", &["miso-api"]),
    ("miso-local", &["miso-api"]),
    (
        "miso-desktop",
        &["miso-api", "miso-client", "miso-local", "logbook"],
    ),
    ("xtask", &[]),
    ("miso-tests", &["xtask"]),
];

/// The only package that knows Tauri.
const TAURI: &str = "miso-desktop";

#[test]
fn packages_depend_only_on_what_they_may_know() {
    let manifests = files();
    let manifests = manifests.iter().filter(|file| file.ends_with("Cargo.toml"));
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for file in manifests {
        let manifest: toml::Table = read(file).parse().expect("TOML");
        let Some(name) = manifest
            .get("package")
            .and_then(|package| package.get("name")?.as_str())
        else {
            continue;
        };
        let Some((_, allowed)) = ARROWS.iter().find(|(package, _)| *package == name) else {
            wrong.push(format!("{name} is not in the list of arrows"));
            continue;
        };
        seen.push(name.to_owned());
        for dependency in dependencies(&manifest) {
            let ours = ARROWS.iter().any(|(package, _)| *package == dependency);
            let tauri = dependency == "tauri" || dependency.starts_with("tauri-");
            if (ours && !allowed.contains(&dependency.as_str())) || (tauri && name != TAURI) {
                wrong.push(format!("{name} → {dependency}"));
            }
        }
    }
    let gone = ARROWS
        .iter()
        .filter(|(package, _)| !seen.iter().any(|name| name == package));
    wrong.extend(gone.map(|(package, _)| format!("{package} does not exist")));
    none("arrows that DESIGN.md does not have", &wrong);
}

#[test]
fn one_folder_of_the_page_knows_tauri() {
    let files = files();
    let outside = files
        .iter()
        .filter(|file| file.starts_with("ui/src") && !file.starts_with("ui/src/ipc"));
    let scripts = outside.filter(|file| {
        matches!(
            file.extension().and_then(|extension| extension.to_str()),
            Some("ts" | "tsx")
        )
    });
    let knowing: Vec<String> = scripts
        .filter(|file| read(Path::new(file)).contains("@tauri-apps/"))
        .map(|file| file.display().to_string())
        .collect();
    none("@tauri-apps is for ui/src/ipc alone", &knowing);
}

/// Names of all dependencies: ordinary, of tests, of build scripts, of single platforms.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let mut names = Vec::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else {
            continue;
        };
        if key.ends_with("dependencies") {
            names.extend(table.iter().map(|(name, entry)| package_name(name, entry)));
        } else if key == "target" {
            let platforms = table.values().filter_map(toml::Value::as_table);
            names.extend(platforms.flat_map(dependencies));
        }
    }
    names
}

fn package_name(name: &str, entry: &toml::Value) -> String {
    entry
        .get("package")
        .and_then(toml::Value::as_str)
        .unwrap_or(name)
        .to_owned()
}
