//! Merging by example, and by what must hold whatever is merged.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const NONE: &BTreeMap<String, Side> = &BTreeMap::new();

fn paths(merged: &Merged, by: ChangedBy) -> Vec<&str> {
    let changes = merged.changes.iter().filter(|change| change.by == by);
    changes.map(|change| change.path.as_str()).collect()
}

#[test]
fn what_does_not_collide_is_merged_and_what_does_is_named() {
    let base = json!({"key": "shop", "image": "a:1", "port": 80, "healthCheck": {"path": "/", "interval": 30},
        "configuration": [{"name": "LEVEL", "value": "info"}, {"name": "SIZE", "value": "1"}]});
    let mine = json!({"key": "shop", "image": "a:2", "port": 80, "healthCheck": {"path": "/up", "interval": 30},
        "configuration": [{"name": "LEVEL", "value": "debug"}, {"name": "SIZE", "value": "1"},
            {"name": "MINE", "value": "m"}]});
    let theirs = json!({"key": "shop", "image": "a:3", "healthCheck": {"path": "/", "interval": 60},
        "configuration": [{"name": "THEIRS", "value": "t"}, {"name": "LEVEL", "value": "info"}]});
    let merged = merge(&base, &mine, &theirs, NONE);
    assert_eq!(
        merged.value,
        json!({"key": "shop", "image": "a:3", "healthCheck": {"path": "/up", "interval": 60},
            "configuration": [{"name": "THEIRS", "value": "t"}, {"name": "LEVEL", "value": "debug"},
                {"name": "MINE", "value": "m"}]})
    );
    assert_eq!(merged.open().collect::<Vec<_>>(), ["image"]);
    assert_eq!(
        paths(&merged, ChangedBy::Mine),
        [
            "healthCheck.path",
            "configuration[LEVEL].value",
            "configuration[MINE]"
        ]
    );
    assert_eq!(
        paths(&merged, ChangedBy::Theirs),
        [
            "port",
            "healthCheck.interval",
            "configuration[THEIRS]",
            "configuration[SIZE]"
        ]
    );
    let choices = BTreeMap::from([("image".to_owned(), Side::Mine)]);
    let decided = merge(&base, &mine, &theirs, &choices);
    assert_eq!(decided.value["image"], "a:2");
    assert_eq!(decided.open().count(), 0);
}

#[test]
fn what_one_removed_and_the_other_changed_collides_as_a_whole() {
    let base =
        json!({"scaling": {"minInstances": 1}, "roles": [{"name": "Reader", "value": "reader"}]});
    let mine = json!({"roles": []});
    let theirs =
        json!({"scaling": {"minInstances": 2}, "roles": [{"name": "Reader", "value": "reads"}]});
    let merged = merge(&base, &mine, &theirs, NONE);
    assert_eq!(
        merged.open().collect::<Vec<_>>(),
        ["scaling", "roles[Reader]"]
    );
    let all = [("roles[Reader]", Side::Mine), ("scaling", Side::Theirs)];
    let choices = all.map(|(path, side)| (path.to_owned(), side)).into();
    assert_eq!(
        merge(&base, &mine, &theirs, &choices).value,
        json!({"scaling": {"minInstances": 2}, "roles": []})
    );
}

#[test]
fn a_list_without_names_is_one_value() {
    for (base, mine, theirs) in [
        (json!([1, 2]), json!([1, 2, 3]), json!([0, 1, 2])),
        (
            json!([]),
            json!([{"name": "a"}, {"name": "a"}]),
            json!([{"name": "b"}]),
        ),
        (
            json!([{"name": "a"}]),
            json!([{"name": "b"}]),
            json!([{"key": "c"}]),
        ),
    ] {
        let (base, mine, theirs) = (json!({"x": base}), json!({"x": mine}), json!({"x": theirs}));
        let merged = merge(&base, &mine, &theirs, NONE);
        assert_eq!(merged.open().collect::<Vec<_>>(), ["x"], "{mine} {theirs}");
    }
}

#[test]
fn what_both_added_is_merged_by_its_fields() {
    let merged = merge(
        &json!({}),
        &json!({"healthCheck": {"path": "/a"}, "same": {"x": 1}}),
        &json!({"healthCheck": {"interval": 10}, "same": {"x": 1}}),
        NONE,
    );
    assert_eq!(
        merged.value,
        json!({"healthCheck": {"path": "/a", "interval": 10}, "same": {"x": 1}})
    );
    assert_eq!(paths(&merged, ChangedBy::Both), ["same"]);
}

#[test]
fn every_field_has_a_path_of_its_own() {
    let base = json!({});
    let mine = json!({"a.b": 1, "a": {"b": 1, "[c]": 1, "": 1, "\"": 1}, "l": [{"name": "x y"}, {"name": "x"}]});
    let merged = merge(
        &json!({"a": {}, "l": [{"name": "z"}]}),
        &mine,
        &json!({"a": {}, "l": [{"name": "z"}]}),
        NONE,
    );
    let found = paths(&merged, ChangedBy::Mine);
    assert_eq!(
        found,
        [
            "[\"a.b\"]",
            "a.b",
            "a[\"[c]\"]",
            "a[\"\"]",
            "a[\"\\\"\"]",
            "l[z]",
            "l[\"x y\"]",
            "l[x]"
        ]
    );
    assert_eq!(
        paths(&merge(&base, &mine, &base, NONE), ChangedBy::Mine).len(),
        3
    );
}

/// The leaves of a document: its fields, those of an object in it, and of the named items of a list.
const LEAVES: [&str; 8] = [
    "a", "b", "o.x", "o.y", "l[ONE].v", "l[ONE].w", "l[TWO].v", "l[TWO].w",
];

type Leaves = [Option<u8>; LEAVES.len()];

fn document(leaves: &Leaves) -> Value {
    let mut document = json!({"o": {}, "l": [{"name": "ONE"}, {"name": "TWO"}]});
    for (path, leaf) in LEAVES.iter().zip(leaves) {
        let Some(leaf) = leaf else { continue };
        match path.split_once('.') {
            None => document[*path] = json!(leaf),
            Some(("o", name)) => document["o"][name] = json!(leaf),
            Some(("l[ONE]", name)) => document["l"][0][name] = json!(leaf),
            Some((_, name)) => document["l"][1][name] = json!(leaf),
        }
    }
    document
}

fn leaves() -> impl Strategy<Value = Leaves> {
    prop::array::uniform8(prop::option::of(0..3_u8))
}

/// Items of a list by name, each with one value.
type Items = BTreeMap<u8, u8>;

fn list(items: &Items) -> Value {
    let items = items.iter();
    items
        .map(|(name, value)| json!({"name": name.to_string(), "v": value}))
        .collect()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        "[a-c]{0,1}".prop_map(Value::from),
    ];
    let name = prop_oneof![Just("name"), Just("key"), Just("a"), Just("b.c")];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let field = (name.clone().prop_map(str::to_owned), inner.clone());
        let object = prop::collection::vec(field, 0..4)
            .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>());
        let named =
            ("[a-d]", inner.clone()).prop_map(|(name, value)| json!({"name": name, "a": value}));
        prop_oneof![
            object.prop_map(Value::Object),
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(named, 0..4).prop_map(Value::from),
        ]
    })
}

/// With lists in an order that says nothing.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::Object(fields) => {
            let fields = fields.iter().collect::<BTreeMap<_, _>>().into_iter();
            let fields = fields.map(|(name, value)| (name.clone(), sorted(value)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

proptest! {
    /// Each leaf is what whoever changed it made of it; the collisions are those that both changed in
    /// different ways, and each is as it was chosen.
    #[test]
    fn no_change_is_lost(base in leaves(), mine in leaves(), theirs in leaves(),
        chosen in prop::array::uniform8(any::<bool>())) {
        let documents = [&base, &mine, &theirs].map(document);
        let merge = |choices| merge(&documents[0], &documents[1], &documents[2], choices);
        let mut colliding = Vec::new();
        let mut expected = base;
        let mut choices = BTreeMap::new();
        for at in 0..LEAVES.len() {
            expected[at] = match (base[at], mine[at], theirs[at]) {
                (_, mine, theirs) if mine == theirs => mine,
                (base, mine, theirs) if mine == base => theirs,
                (base, mine, theirs) if theirs == base => mine,
                (_, mine, theirs) => {
                    colliding.push(LEAVES[at]);
                    let side = if chosen[at] { Side::Mine } else { Side::Theirs };
                    choices.insert(LEAVES[at].to_owned(), side);
                    if chosen[at] { mine } else { theirs }
                }
            };
        }
        let undecided = merge(NONE);
        let mut open: Vec<_> = undecided.open().collect();
        open.sort_unstable();
        colliding.sort_unstable();
        prop_assert_eq!(open, colliding);
        let decided = merge(&choices);
        prop_assert_eq!(decided.open().count(), 0);
        prop_assert_eq!(sorted(&decided.value), sorted(&document(&expected)));
    }

    /// Items that one added, removed or changed are so in what comes of it.
    #[test]
    fn no_item_is_lost(base in any::<[Option<u8>; 6]>(), mine in any::<[Option<u8>; 6]>(),
        theirs in any::<[Option<u8>; 6]>()) {
        let items = |from: &[Option<u8>; 6]| {
            let named = (0..).zip(from).filter_map(|(name, value)| Some((name, (*value)? % 3)));
            named.collect::<Items>()
        };
        let [base, mine, theirs] = [&base, &mine, &theirs].map(items);
        let merged = merge(&list(&base), &list(&mine), &list(&theirs), NONE);
        for name in 0..6_u8 {
            let [base, mine, theirs] = [&base, &mine, &theirs].map(|items| items.get(&name).copied());
            let wanted = if mine == base { theirs } else { mine };
            let collides = mine != theirs && mine != base && theirs != base;
            let text = name.to_string();
            let found = merged.value.as_array().unwrap().iter().find(|item| item["name"] == *text);
            if !collides {
                prop_assert_eq!(found.map(|item| item["v"].clone()), wanted.map(Value::from));
            }
            let named = merged.open().any(|path| path.starts_with(&format!("[{name}]")));
            prop_assert_eq!(named, collides);
        }
    }

    /// Whatever is merged: what only one changed is as that one has it, to the order of its lists.
    #[test]
    fn what_one_alone_changed_is_what_comes_of_it(base in any_json(), other in any_json()) {
        for (mine, theirs) in [(&other, &other), (&base, &other), (&other, &base)] {
            let merged = merge(&base, mine, theirs, NONE);
            prop_assert_eq!(merged.open().count(), 0);
            prop_assert_eq!(merged.value.to_string(), other.to_string());
        }
        let nothing = merge(&base, &base, &base, NONE);
        prop_assert!(nothing.changes.is_empty());
    }

    /// It does not matter whose is whose, and merging again changes nothing.
    #[test]
    fn it_is_symmetric_and_done_at_once(base in any_json(), mine in any_json(), theirs in any_json()) {
        let one = merge(&base, &mine, &theirs, NONE);
        let other = merge(&base, &theirs, &mine, NONE);
        let named = |merged: &Merged| {
            let mut open: Vec<String> = merged.open().map(str::to_owned).collect();
            open.sort_unstable();
            open
        };
        prop_assert_eq!(named(&one), named(&other));
        let swapped = named(&one).into_iter().map(|path| (path, Side::Mine)).collect();
        let other = merge(&base, &theirs, &mine, &swapped);
        prop_assert_eq!(sorted(&one.value), sorted(&other.value));
        let again = merge(&base, &one.value, &theirs, NONE);
        prop_assert_eq!(sorted(&again.value), sorted(&one.value));
    }
}
