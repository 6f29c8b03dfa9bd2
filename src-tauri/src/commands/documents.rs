//! What is made of a manifest that a page holds. Nobody is asked.

use std::collections::BTreeMap;

use miso_api::manifest::without_read_only;
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

/// The manifest of an application that was read, to look at: without what a server adds, and without
/// what counts as absent.
#[tauri::command]
#[specta::specta]
pub async fn manifest_plain(manifest: Map<String, Value>) -> Answer<Map<String, Value>> {
    let mut plain = Value::Object(without_read_only(manifest));
    drop_nulls(&mut plain);
    match plain {
        Value::Object(plain) => Ok(plain),
        _ => Ok(Map::new()),
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn what_is_shown_is_what_the_manifest_says() {
        let read = json!({"key": "shop", "description": null, "status": "running", "environments": [],
            "environmentOverrides": {"prod": {"image": "a:1"}}, "ours": {"kept": true},
            "configuration": [{"name": "A", "value": null, "isSet": true, "portalInput": null}]});
        let plain = manifest_plain(read.as_object().unwrap().clone()).await;
        let plain = plain.ok().map(Value::Object);
        assert_eq!(
            plain,
            Some(json!({"key": "shop", "ours": {"kept": true},
                "configuration": [{"name": "A", "isSet": true}],
                "environments": {"prod": {"image": "a:1"}}}))
        );
    }
}
