//! What is made of a manifest that a page holds. Nobody is asked.

use std::collections::BTreeMap;

use miso_api::manifest;
use miso_client::merge::{self, Merged, Side};
use serde_json::{Map, Value};

use super::Answer;

/// Merges two changes of a document, and names what collides: `choices` says whose a field is to be,
/// by the path at which it was named.
#[tauri::command]
#[specta::specta]
pub async fn merge_changes(
    base: Value,
    mine: Value,
    theirs: Value,
    choices: BTreeMap<String, Side>,
) -> Answer<Merged> {
    Ok(merge::merge(&base, &mine, &theirs, &choices))
}

/// A manifest as a read gave it, fit to be edited and sent: without what a server adds.
#[tauri::command]
#[specta::specta]
pub async fn manifest_plain(manifest: Map<String, Value>) -> Answer<Map<String, Value>> {
    Ok(manifest::without_read_only(manifest))
}
