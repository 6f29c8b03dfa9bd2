//! What axe-core finds on a page.

use std::path::Path;

use serde_json::json;

use super::page::Page;

const AXE: &str = "../ui/node_modules/axe-core/axe.min.js";

/// Fails the test where axe finds something serious or critical (UX.md, "Rules").
pub async fn finds_nothing_serious(page: &Page, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
    let axe = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    // The page's policy runs no script but its own; the driver's are not held to it.
    page.script(&axe, Vec::new()).await;
    let script = "const done = arguments[arguments.length - 1]; \
                  axe.run(document).then(done, (error) => done({ error: String(error) }));";
    let found = page.client().execute_async(script, Vec::new()).await;
    let found = found.unwrap_or_else(|error| panic!("axe on {name}: {error}"));
    let looked_at = found["passes"].as_array().map(Vec::len).unwrap_or_default();
    assert!(
        looked_at > 5,
        "axe on {name} looked at {looked_at} rules: {}",
        found["error"]
    );
    let serious: Vec<String> = found["violations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|violation| {
            violation["impact"] == json!("serious") || violation["impact"] == json!("critical")
        })
        .flat_map(|violation| {
            let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
            let id = violation["id"].clone();
            nodes
                .into_iter()
                .map(move |node| format!("{id}: {} ({})", node["html"], node["failureSummary"]))
        })
        .collect();
    assert!(
        serious.is_empty(),
        "axe on {name}:\n  {}",
        serious.join("\n  ")
    );
}
