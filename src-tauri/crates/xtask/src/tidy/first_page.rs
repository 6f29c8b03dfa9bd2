//! The first page loads little; what only some pages need comes with them.

use std::path::Path;

use super::{none, read};

/// Parts of the page that it can be started without.
const LATER: &[&str] = &["editor", "forms"];
/// The most script that the first page may load, in bytes as it is served to the window.
const SCRIPT_LIMIT: u64 = 700_000;

#[test]
fn the_first_page_loads_little() {
    let index = read(Path::new("ui/dist/index.html"));
    let scripts: Vec<&str> = index
        .split("./assets/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "js"))
        .collect();
    assert!(!scripts.is_empty(), "the page is built: {index}");
    let early: Vec<String> = scripts
        .iter()
        .filter(|script| {
            LATER
                .iter()
                .any(|part| script.starts_with(&format!("{part}-")))
        })
        .map(|script| format!("{script} is loaded before the first picture"))
        .collect();
    none("what can come later", &early);
    let bytes: u64 = scripts
        .iter()
        .map(|script| {
            let file = crate::paths::root().join("ui/dist/assets").join(script);
            std::fs::metadata(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
                .len()
        })
        .sum();
    assert!(
        bytes <= SCRIPT_LIMIT,
        "the first page loads {bytes} bytes of script, at most {SCRIPT_LIMIT}"
    );
}
