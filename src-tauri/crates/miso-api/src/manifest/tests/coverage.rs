//! No rule of the table is without a case, and every pattern compiles.

use std::collections::BTreeSet;

use super::cases::cases;
use crate::manifest::ViolationCode::{self, *};
use crate::manifest::rule::{Need, Object, Rule, Shape, Text};
use crate::manifest::table;

/// The cases above are written by hand; none of the table's rules may be without one.
#[test]
fn no_rule_is_without_a_case() {
    let mut wanted = BTreeSet::new();
    walk(&table::MANIFEST, "", &mut |path, code| {
        // The last two repeat `configuration` and `environments`, which have cases of their own.
        let repeated = [
            "conditionalConfiguration/*/configuration/",
            "environments/*/configuration/",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix));
        if !repeated && !path.starts_with("environmentOverrides") {
            wanted.insert((path.to_owned(), code));
        }
    });
    for (pointer, _, code) in cases() {
        wanted.remove(&(pattern_of(pointer), code));
    }
    // One end of a range each is reached by the neighbour that must not be less.
    wanted.remove(&("scaling/minInstances".to_owned(), TooLarge));
    wanted.remove(&("scaling/maxInstances".to_owned(), TooSmall));
    assert_eq!(wanted, BTreeSet::new());
}

#[test]
fn every_pattern_compiles() {
    let mut seen = 0;
    let mut on_shape = |shape: &Shape| {
        assert!(shape.regex().is_some(), "{}", shape.pattern);
        seen += 1;
    };
    on_shape(&table::ENVIRONMENT_KEY);
    shapes(&table::MANIFEST, &mut on_shape);
    assert!(seen > 20);
}

/// `/configuration/0/name` as `configuration/*/name`.
fn pattern_of(pointer: &str) -> String {
    let parts: Vec<_> = pointer.split('/').skip(1).collect();
    let starred = parts
        .iter()
        .enumerate()
        .map(|(at, part)| match part.parse::<usize>() {
            Ok(_) => "*",
            Err(_) if at == 1 && parts[0] == "environments" => "*",
            Err(_) => part,
        });
    starred.collect::<Vec<_>>().join("/")
}

fn walk(object: &Object, path: &str, found: &mut impl FnMut(&str, ViolationCode)) {
    for field in object.fields {
        let path = if path.is_empty() {
            field.name.to_owned()
        } else {
            format!("{path}/{}", field.name)
        };
        if !matches!(field.need, Need::Never) {
            found(&path, Required);
        }
        walk_rule(&field.rule, &path, found);
    }
    if let Some(pair) = &object.ordered {
        found(&format!("{path}/{}", pair.least), MinOverMax);
    }
}

fn walk_rule(rule: &Rule, path: &str, found: &mut impl FnMut(&str, ViolationCode)) {
    if !matches!(rule, Rule::Anything) {
        found(path, WrongType);
    }
    match rule {
        Rule::Anything | Rule::Flag => {}
        Rule::Integer { .. } | Rule::Number { .. } => {
            found(path, TooSmall);
            found(path, TooLarge);
        }
        Rule::Text(Text { min, max, shape }) => {
            if *min > 0 {
                found(path, TooShort);
            }
            if *max < usize::MAX {
                found(path, TooLong);
            }
            if let Some(shape) = shape {
                found(path, shape.code);
            }
        }
        Rule::OneOf(_) => found(path, NotOneOf),
        Rule::List(rule) => walk_rule(rule, &format!("{path}/*"), found),
        Rule::Object(object) => walk_boxed(object, path, found),
        Rule::ByEnvironment(object) | Rule::ByEnvironmentOrRead(object) => {
            found(&format!("{path}/*"), WrongType);
            walk_boxed(object, &format!("{path}/*"), found);
        }
    }
}

fn walk_boxed(object: &Object, path: &str, mut found: &mut dyn FnMut(&str, ViolationCode)) {
    walk(object, path, &mut found);
}

fn shapes(object: &Object, seen: &mut dyn FnMut(&Shape)) {
    for field in object.fields {
        shapes_of(&field.rule, seen);
    }
}

fn shapes_of(rule: &Rule, seen: &mut dyn FnMut(&Shape)) {
    match rule {
        Rule::Text(Text {
            shape: Some(shape), ..
        }) => seen(shape),
        Rule::Text(_) | Rule::Anything | Rule::Flag | Rule::OneOf(_) => {}
        Rule::Integer { .. } | Rule::Number { .. } => {}
        Rule::List(rule) => shapes_of(rule, seen),
        Rule::Object(object) | Rule::ByEnvironment(object) | Rule::ByEnvironmentOrRead(object) => {
            shapes(object, seen)
        }
    }
}
