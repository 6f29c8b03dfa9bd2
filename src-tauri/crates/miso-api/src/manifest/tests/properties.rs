//! What holds for any document.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use super::examples::full;
use crate::manifest::ViolationCode::Required;
use crate::manifest::{Violation, violations, without_read_only};

proptest! {
    #[test]
    fn any_document_is_judged(document in any_json()) {
        for one in violations(&document) {
            prop_assert!(resolves(&document, &one), "{one:?} in {document}");
        }
    }

    #[test]
    fn any_change_of_a_full_manifest_is_judged(
        which in any::<prop::sample::Index>(), value in any_json(),
    ) {
        let mut manifest = full();
        let mut pointers = Vec::new();
        all_pointers(&manifest, "", &mut pointers);
        let pointer = which.get(&pointers);
        *manifest.pointer_mut(pointer).unwrap() = value;
        for one in violations(&manifest) {
            prop_assert!(resolves(&manifest, &one), "{one:?} in {manifest}");
            prop_assert!(!one.to_string().is_empty());
        }
    }

    #[test]
    fn unknown_fields_are_fine(
        added in btree_map("x-[a-z]{1,8}", any_json(), 0..6),
        nested in btree_map("x-[a-z]{1,8}", any_json(), 0..6),
    ) {
        let mut manifest = full();
        manifest.as_object_mut().unwrap().extend(added);
        for pointer in ["/healthCheck", "/configuration/0", "/environments/test", "/roles/0"] {
            let object = manifest.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            object.extend(nested.clone());
        }
        prop_assert_eq!(violations(&manifest), []);
        let kept = without_read_only(manifest.as_object().unwrap().clone());
        prop_assert_eq!(Value::Object(kept), manifest);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        "[a-zA-Z]{1,12}",
        ".{0,6}",
        Just("environments".to_owned()),
        Just("type".to_owned()),
        Just("configuration".to_owned()),
        Just("scaling".to_owned()),
        Just("key".to_owned()),
        Just("name".to_owned()),
        Just("minInstances".to_owned()),
        Just("image".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,60}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(names.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn all_pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                all_pointers(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                all_pointers(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the path of a violation leads to a value, or, where one is required, to a place that
/// has none in an object that is there.
fn resolves(document: &Value, violation: &Violation) -> bool {
    let mut at = Some(document);
    let mut rest = violation.field.as_str();
    while !rest.is_empty() {
        let Some(here) = at else { return false };
        if let Some(bracket) = rest.strip_prefix('[') {
            let mut index = serde_json::Deserializer::from_str(bracket).into_iter::<Value>();
            let Some(Ok(key)) = index.next() else {
                return false;
            };
            let after = index.byte_offset();
            at = match key {
                Value::String(name) => here.get(name),
                number => number.as_u64().and_then(|index| here.get(index as usize)),
            };
            let Some(left) = bracket[after..].strip_prefix(']') else {
                return false;
            };
            rest = left;
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            if !here.is_object() {
                return false;
            }
            at = here.get(&plain[..end]);
            rest = &plain[end..];
        }
    }
    match violation.code {
        Required => at.is_none_or(Value::is_null),
        _ => at.is_some(),
    }
}
