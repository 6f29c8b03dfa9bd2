//! The rules as a JSON Schema, for the OpenAPI document. What a schema cannot say well (a field that
//! is needed because of another one) is left to the check.

use serde_json::{Map, Value, json};

use super::ViolationCode;
use super::rule::{Need, Object, Rule, Shape, Text};

/// An object of the table.
pub(super) fn object(of: &Object) -> Value {
    let properties: Map<String, Value> = of
        .fields
        .iter()
        .map(|field| {
            let needed = matches!(field.need, Need::Always);
            (field.name.to_owned(), value(&field.rule, needed))
        })
        .collect();
    let required: Vec<&str> = of
        .fields
        .iter()
        .filter(|field| matches!(field.need, Need::Always))
        .map(|field| field.name)
        .collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A value; where it is not needed, `null` counts as absent.
fn value(rule: &Rule, needed: bool) -> Value {
    let kind = |kind: &str| {
        if needed {
            json!(kind)
        } else {
            json!([kind, "null"])
        }
    };
    match rule {
        Rule::Anything => json!({}),
        Rule::Flag => json!({"type": kind("boolean")}),
        Rule::Integer { min, max } => {
            json!({"type": kind("integer"), "minimum": min, "maximum": max})
        }
        Rule::Number { min, max } => {
            json!({"type": kind("number"), "minimum": min, "maximum": max})
        }
        Rule::Text(text) => {
            let mut schema = json!({"type": kind("string")});
            add_text(&mut schema, text);
            schema
        }
        Rule::OneOf(words) => {
            let mut words: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            if !needed {
                words.push(Value::Null);
            }
            json!({"type": kind("string"), "enum": words})
        }
        Rule::List(of) => json!({"type": kind("array"), "items": value(of, true)}),
        Rule::Object(of) => {
            let mut schema = object(of);
            schema["type"] = kind("object");
            schema
        }
        Rule::ByEnvironment(of) => by_environment(of, kind("object")),
        Rule::ByEnvironmentOrRead(of) => by_environment(of, json!(["object", "array", "null"])),
    }
}

fn by_environment(of: &Object, kind: Value) -> Value {
    json!({
        "type": kind,
        "propertyNames": {"pattern": super::table::ENVIRONMENT_KEY.pattern},
        "additionalProperties": object(of),
    })
}

fn add_text(schema: &mut Value, text: &Text) {
    if text.min > 0 {
        schema["minLength"] = json!(text.min);
    }
    if text.max < usize::MAX {
        schema["maxLength"] = json!(text.max);
    }
    // A shape that has a name of its own is no pattern that people should read.
    if let Some(Shape { pattern, code, .. }) = text.shape
        && *code == ViolationCode::Pattern
    {
        schema["pattern"] = json!(pattern);
    }
}
