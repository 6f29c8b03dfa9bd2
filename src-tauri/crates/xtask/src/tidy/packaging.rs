//! What goes into installers, as far as it can be told without making one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{files, none, read};
use crate::icons;
use crate::paths;

fn json(file: &str) -> Value {
    serde_json::from_str(&read(Path::new(file))).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All texts anywhere in a part of the configuration.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(parts) => parts.iter().flat_map(texts).collect(),
        Value::Object(parts) => parts.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn the_icons_are_there_in_their_sizes_and_all_are_packed() {
    let there: BTreeSet<String> = files()
        .iter()
        .filter_map(|file| Some(file.strip_prefix("icons").ok()?.display().to_string()))
        .collect();
    let mut wanted: BTreeSet<String> = icons::names().into_iter().collect();
    let configuration = json("tauri.conf.json");
    let packed: BTreeSet<String> = texts(&configuration["bundle"]["icon"])
        .iter()
        .map(|path| path.trim_start_matches("icons/").to_owned())
        .collect();
    assert_eq!(packed, wanted, "tauri.conf.json packs others");
    wanted.insert("icon.svg".to_owned());
    assert_eq!(there, wanted, "icons/ has others");

    let bytes =
        |name: &str| std::fs::read(paths::root().join("icons").join(name)).expect("an icon");
    for size in icons::SIZES {
        let png = bytes(&format!("{size}x{size}.png"));
        // Width and height stand at a fixed place (PNG, 11.2.1), big-endian.
        let side = size.to_be_bytes();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{size}");
        assert_eq!([&png[16..20], &png[20..24]], [side, side], "{size}");
    }
    assert_eq!(&bytes("icon.icns")[..4], b"icns");
    let ico = bytes("icon.ico");
    assert_eq!(&ico[..4], [0, 0, 1, 0], "an icon file");
    assert!(ico[4] >= 4, "at least four sizes");
}

#[test]
fn the_mark_in_the_window_is_the_icons() {
    let icon = read(Path::new("icons/icon.svg"));
    let line = icon
        .split("<path d=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the icon has a line");
    let mark = read(Path::new("ui/src/components/Mark.tsx"));
    assert!(mark.contains(line), "Mark.tsx lacks {line}");
}

#[test]
fn the_desktop_entry_takes_the_links_and_the_metadata_names_it() {
    let configuration = json("tauri.conf.json");
    let entry = read(Path::new("src-tauri/linux/miso-desktop.desktop"));
    let schemes = &configuration["plugins"]["deep-link"]["desktop"]["schemes"];
    let types: Vec<String> = texts(schemes)
        .iter()
        .map(|scheme| format!("x-scheme-handler/{scheme};"))
        .collect();
    assert!(!types.is_empty());
    assert!(entry.contains(&format!("\nMimeType={}\n", types.concat())));
    let binary = configuration["mainBinaryName"].as_str().expect("a name");
    assert!(entry.contains(&format!("\nStartupWMClass={binary}\n")));
    assert!(entry.contains("\nExec={{exec}} %u\n"));
    let comment = configuration["bundle"]["shortDescription"].as_str();
    let comment = comment.expect("a description");
    assert!(entry.contains(&format!("\nComment={comment}\n")));

    let identifier = configuration["identifier"].as_str().expect("one");
    let metadata = format!("src-tauri/linux/{identifier}.metainfo.xml");
    let metadata = read(Path::new(&metadata));
    let version = env!("CARGO_PKG_VERSION");
    for wanted in [
        format!("<id>{identifier}</id>"),
        format!("<summary>{comment}</summary>"),
        format!("<launchable type=\"desktop-id\">{binary}.desktop</launchable>"),
        format!("<release version=\"{version}\""),
    ] {
        assert!(metadata.contains(&wanted), "the metadata lacks {wanted}");
    }
}

#[test]
fn what_installers_take_from_the_project_is_there() {
    let configuration = json("tauri.conf.json");
    let bundle = &configuration["bundle"];
    let linux = &bundle["linux"];
    let named: Vec<PathBuf> = [&linux["deb"], &linux["rpm"], &linux["appimage"]]
        .into_iter()
        .flat_map(|kind| texts(&kind["files"]))
        .chain(texts(&linux["deb"]["desktopTemplate"]))
        .chain(texts(&linux["rpm"]["desktopTemplate"]))
        .chain(texts(&bundle["licenseFile"]))
        .map(PathBuf::from)
        .collect();
    assert!(named.len() > 6, "{named:?}");
    let known = files();
    let missing: Vec<String> = named
        .iter()
        .filter(|file| !known.contains(file))
        .map(|file| file.display().to_string())
        .collect();
    none("named in tauri.conf.json, but not there", &missing);
}

#[test]
fn an_ordinary_build_asks_for_no_updates_and_a_release_asks_over_tls() {
    let ordinary = json("tauri.conf.json");
    assert!(ordinary["plugins"]["updater"].is_null());
    assert!(ordinary["bundle"]["createUpdaterArtifacts"].is_null());
    let release = json("src-tauri/release.conf.json");
    assert_eq!(release["bundle"]["createUpdaterArtifacts"], true);
    let updater = &release["plugins"]["updater"];
    let endpoints = texts(&updater["endpoints"]);
    assert!(!endpoints.is_empty());
    assert!(
        endpoints
            .iter()
            .all(|address| address.starts_with("https://"))
    );
    assert!(updater["dangerousInsecureTransportProtocol"].is_null());
    assert!(updater["pubkey"].is_string());
}

#[test]
fn what_security_md_promises_is_tested_by_the_tests_that_it_names() {
    let promises = read(Path::new("SECURITY.md"));
    let named: Vec<&str> = promises
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.starts_with("promise_"))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    let sources: Vec<String> = files()
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
        .map(|file| read(file))
        .collect();
    let missing: Vec<String> = named
        .iter()
        .filter(|name| {
            let function = format!("fn {name}(");
            !sources.iter().any(|source| source.contains(&function))
        })
        .map(|name| (*name).to_owned())
        .collect();
    none("named in SECURITY.md, but no test", &missing);
}
