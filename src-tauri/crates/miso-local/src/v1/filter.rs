//! The `filter` parameter of lists (API-V1.md §1.4): `field:op:value`, repeated, or a JSON object
//! `{"field": {"op": value}}`.

use std::cmp::Ordering;

use serde_json::Value;

use crate::http::envelope::ApiError;

/// A condition on the rows of a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    field: String,
    test: Test,
    /// One value, or the several of a list; none for a question about being there.
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Eq,
    Neq,
    In,
    Nin,
    Gt,
    Lt,
    Gte,
    Lte,
    Contains,
    Like,
    Ilike,
    IsNull,
    IsNotNull,
}

impl Test {
    /// The test of that word, or of one of the words that clients' helpers know for it.
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "eq" | "equals" | "=" | "==" => Self::Eq,
            "neq" | "ne" | "notEquals" | "!=" => Self::Neq,
            "in" => Self::In,
            "nin" => Self::Nin,
            "gt" | ">" => Self::Gt,
            "lt" | "<" => Self::Lt,
            "gte" | ">=" => Self::Gte,
            "lte" | "<=" => Self::Lte,
            "contains" => Self::Contains,
            "like" => Self::Like,
            "ilike" => Self::Ilike,
            "isNull" => Self::IsNull,
            "isNotNull" => Self::IsNotNull,
            _ => return None,
        })
    }
}

/// Reads a `filter` parameter.
pub(super) fn read(text: &str) -> Result<Vec<Condition>, ApiError> {
    if text.starts_with('{') {
        return of_json(text).ok_or_else(|| wrong(text));
    }
    of_colons(text)
        .map(|condition| vec![condition])
        .ok_or_else(|| wrong(text))
}

fn of_colons(text: &str) -> Option<Condition> {
    let mut parts = text.splitn(3, ':');
    let (field, word) = (parts.next()?, parts.next()?);
    let values = match (Test::of(word)?, parts.next()) {
        (Test::IsNull | Test::IsNotNull, _) => Vec::new(),
        (Test::In | Test::Nin, Some(list)) => list.split(',').map(str::to_owned).collect(),
        (_, Some(value)) => vec![value.to_owned()],
        (_, None) => return None,
    };
    condition(field, word, values)
}

fn of_json(text: &str) -> Option<Vec<Condition>> {
    let filter: Value = serde_json::from_str(text).ok()?;
    let mut conditions = Vec::new();
    for (field, tests) in filter.as_object()? {
        for (word, value) in tests.as_object()? {
            let values = match value {
                Value::Array(list) => list.iter().map(plain).collect(),
                value => vec![plain(value)],
            };
            conditions.push(condition(field, word, values)?);
        }
    }
    Some(conditions)
}

fn condition(field: &str, word: &str, values: Vec<String>) -> Option<Condition> {
    let test = Test::of(word)?;
    (!field.is_empty()).then(|| Condition {
        field: field.to_owned(),
        test,
        values,
    })
}

fn wrong(text: &str) -> ApiError {
    let short: String = text.chars().take(100).collect();
    ApiError::field(
        "filter",
        format!("must be field:op:value or a JSON object of tests by field, not {short}"),
    )
}

impl Condition {
    /// Whether a row fulfils it.
    pub(super) fn holds(&self, row: &Value) -> bool {
        let value = field(row, &self.field);
        let is_there = !value.is_null();
        let text = plain(value);
        let first = self.values.first().map_or("", String::as_str);
        match self.test {
            Test::IsNull => !is_there,
            Test::IsNotNull => is_there,
            Test::Eq => text == first,
            Test::Neq => text != first,
            Test::In => self.values.contains(&text),
            Test::Nin => !self.values.contains(&text),
            Test::Gt => is_there && order(&text, first) == Ordering::Greater,
            Test::Lt => is_there && order(&text, first) == Ordering::Less,
            Test::Gte => is_there && order(&text, first) != Ordering::Less,
            Test::Lte => is_there && order(&text, first) != Ordering::Greater,
            Test::Contains => text.to_lowercase().contains(&first.to_lowercase()),
            Test::Like => is_like(&text, first),
            Test::Ilike => is_like(&text.to_lowercase(), &first.to_lowercase()),
        }
    }
}

/// A field of a row; `a.b` is the field `b` of the object `a`.
pub(super) fn field<'a>(row: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .fold(row, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// Compares as numbers what are numbers, all else as texts.
pub(super) fn order(one: &str, other: &str) -> Ordering {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        (_, _) => one.cmp(other),
    }
}

/// A value as the text that a parameter would have.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Whether a text has the parts of a pattern between its `%` in their order, from its beginning to
/// its end.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some((_, after)) = rest.split_once(before) else {
                return false;
            };
            rest = after;
        }
    }
    match last {
        None => rest.is_empty(),
        Some(last) => rest.ends_with(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn holds(filter: &str) -> bool {
        let row = json!({"key": "orders-api", "port": 8080, "description": null,
            "configuration": {"type": "api"}, "dryRun": false});
        read(filter)
            .unwrap()
            .iter()
            .all(|condition| condition.holds(&row))
    }

    #[test]
    fn each_test_is_understood_in_both_forms() {
        for filter in [
            "key:eq:orders-api",
            "key:neq:other",
            "key:in:a,orders-api",
            "key:nin:a,b",
            "port:gt:900",
            "port:lte:8080",
            "port:>=:8080",
            "key:contains:ORDERS",
            "key:like:ord%-a%",
            "key:ilike:%API",
            "description:isNull",
            "description:isNull:",
            "key:isNotNull",
            "configuration.type:equals:api",
            "dryRun:eq:false",
            r#"{"port":{"gt":900,"lt":9000},"key":{"in":["orders-api"]}}"#,
            r#"{"dryRun":{"eq":false}}"#,
        ] {
            assert!(holds(filter), "{filter}");
        }
        for filter in [
            "key:eq:other",
            "port:lt:900",
            "key:like:ord%-b%",
            "key:like:rders%",
            "key:isNull",
            "missing:gt:0",
            r#"{"port":{"gt":900,"lt":1000}}"#,
        ] {
            assert!(!holds(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            "key",
            "key:eq",
            "key:is:a",
            ":eq:a",
            "{",
            "{\"a\":1}",
            "{\"a\":{\"is\":1}}",
        ] {
            assert!(read(filter).is_err(), "{filter}");
        }
    }

    proptest! {
        #[test]
        fn nothing_brings_it_down(filter in "[ -~]{0,30}", text in "[a-c%]{0,8}", pattern in "[a-c%]{0,6}") {
            if let Ok(conditions) = read(&filter) {
                for condition in conditions {
                    condition.holds(&json!({"a": 1}));
                }
            }
            is_like(&text, &pattern);
            prop_assert!(is_like(&text, "%"));
            prop_assert_eq!(is_like(&text, &text.replace('%', "")), !text.contains('%'));
        }
    }
}
