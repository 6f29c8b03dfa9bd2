//! How the rules are applied.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use super::rule::{Need, Object, Ordered, Rule, Shape, Text};
use super::table::ENVIRONMENT_KEY;
use super::{Violation, ViolationCode};

/// Every broken rule of a whole document.
pub(super) fn document(value: &Value, object: &Object) -> Vec<Violation> {
    let mut found = Vec::new();
    match value {
        Value::Object(map) => fields(map, object, "", &mut found),
        other => {
            let actual = type_name(other);
            found.push(violation(
                "",
                ViolationCode::NotAnObject,
                [("actual", actual.to_owned())],
            ));
        }
    }
    found
}

/// Every broken rule of a list of items with names, each of which may come once.
pub(super) fn list(value: &Value, rule: &Rule, field: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    check(value, rule, field, &mut found);
    let mut seen = BTreeSet::new();
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        let name = item.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| !name.is_empty())
            && !seen.insert(name)
        {
            let path = format!("{field}[{index}].name");
            found.push(violation(&path, ViolationCode::Twice, []));
        }
    }
    found
}

fn fields(map: &Map<String, Value>, object: &Object, path: &str, found: &mut Vec<Violation>) {
    for field in object.fields {
        let path = member(path, field.name);
        match map.get(field.name).filter(|value| !value.is_null()) {
            Some(value) => check(value, &field.rule, &path, found),
            None if is_needed(&field.need, map) => {
                found.push(violation(&path, ViolationCode::Required, []));
            }
            None => {}
        }
    }
    if let Some(pair) = &object.ordered {
        order(map, pair, path, found);
    }
}

fn check(value: &Value, rule: &Rule, path: &str, found: &mut Vec<Violation>) {
    match (rule, value) {
        (Rule::Anything, _) | (Rule::Flag, Value::Bool(_)) => {}
        (Rule::ByEnvironmentOrRead(_), Value::Array(_)) => {}
        (Rule::Integer { min, max }, Value::Number(number)) if is_integer(number) => {
            range(number, *min, *max, path, found);
        }
        (Rule::Number { min, max }, Value::Number(number)) => {
            range(number, *min, *max, path, found);
        }
        (Rule::Text(rule), Value::String(text)) => check_text(text, rule, path, found),
        (Rule::OneOf(allowed), Value::String(text)) => {
            if !allowed.contains(&text.as_str()) {
                let params = [("allowed", allowed.join(", "))];
                found.push(violation(path, ViolationCode::NotOneOf, params));
            }
        }
        (Rule::List(rule), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check(item, rule, &format!("{path}[{index}]"), found);
            }
        }
        (Rule::Object(object), Value::Object(map)) => fields(map, object, path, found),
        (Rule::ByEnvironment(object) | Rule::ByEnvironmentOrRead(object), Value::Object(map)) => {
            for (key, value) in map {
                let path = member(path, key);
                check_shape(key, &ENVIRONMENT_KEY, &path, found);
                check(value, &Rule::Object(object), &path, found);
            }
        }
        (rule, value) => {
            let params = [
                ("expected", expected(rule).to_owned()),
                ("actual", type_name(value).to_owned()),
            ];
            found.push(violation(path, ViolationCode::WrongType, params));
        }
    }
}

fn is_needed(need: &Need, beside: &Map<String, Value>) -> bool {
    let is = |name: &str, text: &str| beside.get(name).and_then(Value::as_str) == Some(text);
    match need {
        Need::Never => false,
        Need::Always => true,
        Need::When(name, text) => is(name, text),
        Need::Unless(name, text) => !is(name, text),
    }
}

fn check_text(text: &str, rule: &Text, path: &str, found: &mut Vec<Violation>) {
    let length = text.chars().count();
    if length < rule.min {
        let params = [
            ("min", rule.min.to_string()),
            ("length", length.to_string()),
        ];
        found.push(violation(path, ViolationCode::TooShort, params));
        if length == 0 {
            return;
        }
    }
    if length > rule.max {
        let params = [
            ("max", rule.max.to_string()),
            ("length", length.to_string()),
        ];
        found.push(violation(path, ViolationCode::TooLong, params));
    }
    if let Some(shape) = rule.shape {
        check_shape(text, shape, path, found);
    }
}

fn check_shape(text: &str, shape: &Shape, path: &str, found: &mut Vec<Violation>) {
    if shape.matches(text) {
        return;
    }
    let named = shape
        .params
        .iter()
        .map(|(name, words)| (*name, (*words).to_owned()));
    let shown =
        (shape.code == ViolationCode::Pattern).then(|| ("pattern", shape.pattern.to_owned()));
    found.push(violation(path, shape.code, named.chain(shown)));
}

fn range(number: &Number, min: i64, max: i64, path: &str, found: &mut Vec<Violation>) {
    let Some(value) = number.as_f64() else { return };
    if value < min as f64 {
        let params = [("min", min.to_string()), ("value", number.to_string())];
        found.push(violation(path, ViolationCode::TooSmall, params));
    } else if value > max as f64 {
        let params = [("max", max.to_string()), ("value", number.to_string())];
        found.push(violation(path, ViolationCode::TooLarge, params));
    }
}

fn order(map: &Map<String, Value>, pair: &Ordered, path: &str, found: &mut Vec<Violation>) {
    let number = |name: &str| map.get(name).and_then(Value::as_i64);
    let (Some(least), Some(most)) = (number(pair.least), number(pair.most)) else {
        return;
    };
    if least <= most {
        return;
    }
    let params = [
        ("min", least.to_string()),
        ("max", most.to_string()),
        ("other", member(path, pair.most)),
    ];
    found.push(violation(
        &member(path, pair.least),
        ViolationCode::MinOverMax,
        params,
    ));
}

/// `3000` is one, `3000.0` is not: what reads the manifest after us reads integers.
fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

fn member(path: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match (plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{}]", Value::from(name)),
    }
}

fn expected(rule: &Rule) -> &'static str {
    match rule {
        Rule::Anything => "anything",
        Rule::Flag => "boolean",
        Rule::Integer { .. } => "integer",
        Rule::Number { .. } => "number",
        Rule::Text(_) | Rule::OneOf(_) => "string",
        Rule::List(_) => "array",
        Rule::Object(_) | Rule::ByEnvironment(_) | Rule::ByEnvironmentOrRead(_) => "object",
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_integer(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn violation(
    field: &str,
    code: ViolationCode,
    params: impl IntoIterator<Item = (&'static str, String)>,
) -> Violation {
    let params: BTreeMap<String, String> = params
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    Violation {
        code,
        field: field.to_owned(),
        params,
    }
}
