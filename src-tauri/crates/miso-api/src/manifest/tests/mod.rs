//! The rules against hand-written manifests.
#![allow(clippy::panic, clippy::unwrap_used)]

mod cases;
mod coverage;
mod examples;
mod properties;

use cases::{cases, long};
use examples::{full, smallest};
use serde_json::{Value, json};

use super::ViolationCode::{self, *};
use super::{Violation, violations, without_absent, without_read_only};

#[test]
fn the_examples_pass() {
    assert_eq!(violations(&smallest()), []);
    assert_eq!(violations(&full()), []);
}

#[test]
fn each_broken_row_gives_exactly_its_violation() {
    for (pointer, value, code) in cases() {
        let mut manifest = full();
        *manifest
            .pointer_mut(pointer)
            .unwrap_or_else(|| place_for(pointer)) = value.clone();
        let found: Vec<_> = violations(&manifest)
            .into_iter()
            .map(|one| (one.field, one.code))
            .collect();
        assert_eq!(found, [(path_of(pointer), code)], "{pointer} = {value}");
    }
}

#[test]
fn a_missing_field_is_the_same_as_a_null_one() {
    for (pointer, value, code) in cases().into_iter().filter(|(_, value, _)| value.is_null()) {
        if code != Required {
            continue;
        }
        let (mut as_null, mut gone) = (full(), full());
        *as_null.pointer_mut(pointer).unwrap() = value;
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = gone.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        assert!(parent.shift_remove(name).is_some(), "{pointer}");
        assert_eq!(violations(&gone), violations(&as_null), "{pointer}");
    }
}

#[test]
fn limits_are_inclusive_and_counted_in_characters() {
    for (pointer, value) in [
        ("/key", json!("abc")),
        ("/key", long(40)),
        ("/displayName", json!("é".repeat(100))),
        ("/description", json!("😀".repeat(500))),
        ("/port", json!(1)),
        ("/port", json!(65_535)),
        ("/healthCheck/interval", json!(10)),
        ("/healthCheck/interval", json!(300)),
        ("/healthCheck/probeIntervalInSeconds", json!(60)),
        ("/healthCheck/probeIntervalInSeconds", json!(600)),
        ("/scaling/minInstances", json!(1)),
        ("/scaling/maxInstances", json!(20)),
        ("/scaling/cpuThreshold", json!(10)),
        ("/scaling/cpuThreshold", json!(90)),
        (
            "/repository/repositoryUrl",
            json!("https://gitlab.com/a/b/c"),
        ),
        (
            "/repository/repositoryUrl",
            json!("https://dev.azure.com/org/project/_git/name"),
        ),
        (
            "/repository/repositoryUrl",
            json!("https://dev.azure.com/org/project/name"),
        ),
        ("/build/context", json!("a")),
        ("/build/context", json!(".")),
        ("/permissions/0/roles", json!([])),
    ] {
        let mut manifest = full();
        *manifest.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(violations(&manifest), [], "{pointer} = {value}");
    }
}

#[test]
fn both_ends_of_the_number_of_instances() {
    let mut manifest = full();
    manifest["scaling"] = json!({"minInstances": 21});
    assert_eq!(
        codes(&manifest),
        [("scaling.minInstances".into(), TooLarge)]
    );
    manifest["scaling"] = json!({"maxInstances": 0});
    assert_eq!(
        codes(&manifest),
        [("scaling.maxInstances".into(), TooSmall)]
    );
}

#[test]
fn an_external_application_needs_neither_image_nor_port() {
    let mut manifest = json!({"key": "crm", "displayName": "CRM", "type": "external"});
    assert_eq!(violations(&manifest), []);
    manifest["image"] = json!("no tag");
    assert_eq!(codes(&manifest), [("image".into(), Pattern)]);
    manifest["type"] = json!("api");
    assert_eq!(
        codes(&manifest),
        [("image".into(), Pattern), ("port".into(), Required)]
    );
}

#[test]
fn all_violations_are_given_in_the_order_of_the_table() {
    let found = codes(&json!({"port": 0, "key": "A", "displayName": 7}));
    let wanted = [
        ("key", TooShort),
        ("key", Pattern),
        ("displayName", WrongType),
        ("type", Required),
        ("image", Required),
        ("port", TooSmall),
    ];
    assert_eq!(found, wanted.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn a_document_that_is_no_object_is_one_violation() {
    for (document, actual) in [
        (json!(null), "null"),
        (json!([]), "array"),
        (json!("x"), "string"),
        (json!(1), "integer"),
        (json!(1.5), "number"),
        (json!(true), "boolean"),
    ] {
        let params = [("actual".to_owned(), actual.to_owned())].into();
        let wanted = Violation {
            code: NotAnObject,
            field: String::new(),
            params,
        };
        assert_eq!(violations(&document), [wanted]);
    }
}

#[test]
fn an_environment_is_named_by_a_key() {
    let mut manifest = smallest();
    manifest["environments"] = json!({"My Test": {"image": "x"}, "": {}, "dev": {}});
    let wanted = [
        (r#"environments["My Test"]"#, Pattern),
        (r#"environments["My Test"].image"#, Pattern),
        (r#"environments[""]"#, Pattern),
    ];
    assert_eq!(
        codes(&manifest),
        wanted.map(|(field, code)| (field.to_owned(), code))
    );
}

#[test]
fn what_was_read_can_be_put_back() {
    let read = json!({
        "key": "my-app", "displayName": "My Application", "description": null, "type": "webapp",
        "image": "miso/hello:1.0", "port": 3000, "status": "running",
        "url": "http://127.0.0.1:40001", "createdAt": "2026-11-24T08:00:00Z",
        "updatedAt": "2026-11-24T08:00:00Z", "extra": {"kept": null},
        "configuration": [{"name": "SECRET", "value": null, "location": "keyvault",
                           "required": true, "isSet": true}],
        "environments": [{"environment": "dev", "status": "running", "image": "miso/hello:1.0"}],
        "environmentOverrides": {"prod": {"image": "miso/hello:0.9"}}
    });
    assert_eq!(violations(&read), []);
    let put = Value::Object(without_read_only(read.as_object().unwrap().clone()));
    assert_eq!(violations(&put), []);
    assert_eq!(
        put,
        json!({
            "key": "my-app", "displayName": "My Application", "description": null,
            "type": "webapp", "image": "miso/hello:1.0", "port": 3000, "extra": {"kept": null},
            "configuration": [{"name": "SECRET", "value": null, "location": "keyvault",
                               "required": true, "isSet": true}],
            "environments": {"prod": {"image": "miso/hello:0.9"}}
        })
    );
}

#[test]
fn where_it_runs_is_passed_over_under_the_name_it_is_read_by_only() {
    let mut sent = full();
    sent["environments"] = json!([{"environment": "dev", "status": "running"}]);
    assert_eq!(violations(&sent), []);
    sent["environmentOverrides"] = json!([null, null]);
    let fields: Vec<_> = violations(&sent)
        .into_iter()
        .map(|violation| (violation.field, violation.code))
        .collect();
    let wrong = ("environmentOverrides".to_owned(), ViolationCode::WrongType);
    assert_eq!(fields, [wrong]);
}

#[test]
fn what_is_null_is_not_kept_but_of_unknown_fields() {
    let sent = json!({"key": "my-app", "configuration": null, "extra": null, "port": 3000});
    let kept = without_absent(sent.as_object().unwrap().clone());
    assert_eq!(
        Value::Object(kept),
        json!({"key": "my-app", "extra": null, "port": 3000})
    );
}

#[test]
fn overrides_of_a_request_are_not_read_only() {
    let sent = json!({"environments": {"dev": {}}, "environmentOverrides": {"prod": {}}});
    let put = without_read_only(sent.as_object().unwrap().clone());
    assert_eq!(Value::Object(put), json!({"environments": {"dev": {}}}));
}

#[test]
fn sentences_and_the_wire_form() {
    let mut manifest = full();
    manifest["key"] = json!("x");
    manifest["port"] = json!("80");
    manifest["scaling"]["minInstances"] = json!(9);
    manifest["repository"]["repositoryUrl"] = json!("git@host:x");
    let sentences: Vec<_> = violations(&manifest)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        sentences,
        [
            "key must have at least 3 characters, it has 1",
            "port must be an integer, not a string",
            "repository.repositoryUrl must be the URL of a repository on GitHub, GitLab or Azure \
             DevOps",
            "scaling.minInstances is 9 and must not be more than scaling.maxInstances, which is 2",
        ]
    );
    assert_eq!(
        serde_json::to_value(&violations(&manifest)[0]).unwrap(),
        json!({"code": "too_short", "field": "key", "params": {"length": "1", "min": "3"}})
    );
    assert_eq!(
        violations(&json!(1))[0].to_string(),
        "the manifest must be an object, not an integer"
    );
}

fn codes(manifest: &Value) -> Vec<(String, ViolationCode)> {
    violations(manifest)
        .into_iter()
        .map(|one| (one.field, one.code))
        .collect()
}

fn place_for(pointer: &str) -> &'static mut Value {
    panic!("the full example has nothing at {pointer}")
}

/// `/configuration/0/name` as `configuration[0].name`.
fn path_of(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if path.is_empty() => path.push_str(part),
            Err(_) => path.push_str(&format!(".{part}")),
        }
    }
    path
}

#[test]
fn a_list_of_items_is_held_to_the_rules_of_the_manifest_and_names_come_once() {
    let items = json!([
        {"name": "A", "value": "1", "location": "variable", "required": false},
        {"name": "b", "value": "1", "location": "variable", "required": false},
        {"name": "A", "location": "variable", "required": false},
        {"name": "A", "location": "keyvault", "required": false},
    ]);
    let found: Vec<_> = crate::manifest::item_violations(&items, "items")
        .into_iter()
        .map(|violation| (violation.field, violation.code))
        .collect();
    let field = |name: &str| name.to_owned();
    assert_eq!(
        found,
        [
            (field("items[1].name"), ViolationCode::Pattern),
            (field("items[2].value"), ViolationCode::Required),
            (field("items[2].name"), ViolationCode::Twice),
            (field("items[3].name"), ViolationCode::Twice),
        ]
    );
    let none = crate::manifest::item_violations(&json!({}), "items");
    assert_eq!(none[0].code, ViolationCode::WrongType);
}
