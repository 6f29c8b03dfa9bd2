//! Manifests and secrets that are changed together.

use super::*;
use crate::configuration::take_secrets;

const KEY: &str = "orders-api";

fn seal() -> Seal {
    Seal::new(&[7; 32]).unwrap()
}

fn document(manifest: Value) -> Document {
    let mut manifest = manifest.as_object().unwrap().clone();
    let taken = take_secrets(&mut manifest);
    let secrets = taken.iter().map(|secret| seal().seal(KEY, secret).unwrap());
    Document {
        application: KEY.to_owned(),
        secrets: secrets.collect(),
        manifest,
    }
}

fn variable(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value, "location": "variable", "required": true})
}

fn secret(name: &str, value: Value) -> Value {
    json!({"name": name, "value": value, "location": "keyvault", "required": true})
}

fn wishes(items: Value, keeps: bool) -> Vec<Wish> {
    let items = items.as_array().unwrap().clone().into_iter();
    items
        .map(|item| Wish {
            item: item.as_object().unwrap().clone(),
            keeps,
        })
        .collect()
}

fn values(document: &Document, environment: &str) -> Value {
    json!(document.values(&seal(), environment).unwrap())
}

fn base() -> Document {
    document(json!({"configuration": [
        variable("LEVEL", "info"), variable("REGION", "north"), secret("PASSWORD", json!("hunter2")),
    ]}))
}

#[test]
fn an_environment_has_exactly_what_it_was_given_and_others_are_as_they_were() {
    let mut changed = base();
    let given = json!([
        variable("LEVEL", "debug"),
        secret("PASSWORD", Value::Null),
        secret("TOKEN", json!("t"))
    ]);
    changed
        .replace(&seal(), Some("dev"), wishes(given, true))
        .unwrap();
    let dev = json!({"LEVEL": "debug", "PASSWORD": "hunter2", "TOKEN": "t"});
    assert_eq!(values(&changed, "dev"), dev);
    assert_eq!(values(&changed, "prod"), values(&base(), "prod"));
    let stored = Value::Object(changed.manifest.clone()).to_string();
    assert!(!stored.contains("hunter2"), "{stored}");
    // What was not overridden follows the manifest, what was taken away stays away.
    let mut again = changed.clone();
    let given = json!([
        variable("LEVEL", "warn"),
        variable("REGION", "south"),
        secret("PASSWORD", json!("new"))
    ]);
    again.replace(&seal(), None, wishes(given, true)).unwrap();
    let dev = json!({"LEVEL": "debug", "PASSWORD": "new", "TOKEN": "t"});
    assert_eq!(values(&again, "dev"), dev);
}

#[test]
fn a_secret_without_a_value_keeps_its_own_only_where_it_is_to() {
    for (keeps, expected) in [(true, json!({"PASSWORD": "hunter2"})), (false, json!({}))] {
        for environment in [None, Some("dev")] {
            let mut changed = base();
            let given = json!([secret("PASSWORD", Value::Null)]);
            changed
                .replace(&seal(), environment, wishes(given, keeps))
                .unwrap();
            assert_eq!(values(&changed, "dev"), expected, "{environment:?} {keeps}");
            assert_eq!(changed.items(environment)[0].item["isSet"], keeps);
        }
    }
}

#[test]
fn the_tag_changes_with_a_secret_and_not_with_what_stays() {
    let mut document = base();
    let tag = document.tag(Some("dev"));
    let same = document.wishes(&seal(), "dev").unwrap();
    document.replace(&seal(), Some("dev"), same).unwrap();
    assert_eq!(document.tag(Some("dev")), tag);
    let other = json!([
        variable("LEVEL", "info"),
        variable("REGION", "north"),
        secret("PASSWORD", json!("other"))
    ]);
    document
        .replace(&seal(), Some("dev"), wishes(other, true))
        .unwrap();
    assert_ne!(document.tag(Some("dev")), tag);
    assert_eq!(document.tag(Some("test")), tag);
}

#[test]
fn what_was_read_can_be_put_back_and_keeps_its_secrets_where_conditions_move() {
    let condition = |words: &str, value: Value| json!({"condition": words, "configuration": [secret("KEY", value)]});
    let before = document(json!({
        "configuration": [secret("PASSWORD", json!("hunter2"))],
        "conditionalConfiguration": [condition("{{a}}", json!("one")), condition("{{b}}", json!("two"))],
        "environments": {"prod": {"configuration": [secret("PASSWORD", json!("hunter3"))]}},
    }));
    let same = before.rewritten(&seal(), before.manifest.clone()).unwrap();
    assert_eq!(same.manifest, before.manifest);
    assert_eq!(values(&same, "prod"), json!({"PASSWORD": "hunter3"}));
    let mut moved = before.manifest.clone();
    moved["conditionalConfiguration"]
        .as_array_mut()
        .unwrap()
        .reverse();
    moved["configuration"] = json!([]);
    let moved = before.rewritten(&seal(), moved).unwrap();
    let opened: BTreeMap<&str, String> = moved
        .secrets
        .iter()
        .map(|secret| (secret.scope.as_str(), seal().open(KEY, secret).unwrap()))
        .collect();
    let expected = [
        ("conditionalConfiguration/0", "two"),
        ("conditionalConfiguration/1", "one"),
        ("environments/prod", "hunter3"),
    ];
    let expected = expected.map(|(scope, value)| (scope, value.to_owned()));
    assert_eq!(opened, BTreeMap::from(expected));
}
