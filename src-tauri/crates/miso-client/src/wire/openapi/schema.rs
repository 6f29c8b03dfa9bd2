//! What a schema says of a value (JSON Schema as OpenAPI 3.0 and 3.1 have it): kinds, fields, an
//! example. A schema that holds itself ends where it comes again.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::description::resolved;
use super::{ApiField, LINE, text, word};

/// Fields that are listed, and how deep they are looked for.
const MOST_FIELDS: usize = 400;
const DEEPEST: usize = 8;
/// Schemas that one is composed of.
const PARTS: usize = 50;
/// Values that are offered.
const MOST_CHOICES: usize = 100;
/// Values of an example that is made, and bytes of one, made or given.
const MOST_VALUES: usize = 500;
const LONGEST_EXAMPLE: usize = 64 * 1024;
/// Names of fields that must be there.
const MOST_REQUIRED: usize = 10_000;

/// The schemas of a document.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a> {
    document: &'a Value,
}

/// What a schema says together with what it is composed of.
#[derive(Default)]
struct Said<'a> {
    /// The schemas themselves, the outermost first.
    parts: Vec<&'a Value>,
}

/// The schemas that one is within.
type Trail<'a> = Vec<&'a Value>;

/// What an example may still have.
struct Left {
    values: usize,
    bytes: usize,
}

impl Left {
    fn all() -> Self {
        Self {
            values: MOST_VALUES,
            bytes: LONGEST_EXAMPLE,
        }
    }

    /// A copy of what is given, where it fits.
    fn copied(&mut self, given: &Value) -> Option<Value> {
        let before = self.bytes;
        if self.takes(given) {
            return Some(given.clone());
        }
        self.bytes = before;
        None
    }

    /// Whether a name fits, with what stands around it and the least value.
    fn names(&mut self, name: &str) -> bool {
        self.has(name.len() + 10)
    }

    /// Whether a value fits, as it is written without escapes. It is looked at no further than that.
    fn takes(&mut self, value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) => self.has(5),
            Value::Number(number) => self.has(number.to_string().len()),
            Value::String(text) => self.has(text.len() + 2),
            Value::Array(all) => {
                self.has(2) && all.iter().all(|one| self.has(1) && self.takes(one))
            }
            Value::Object(all) => {
                let mut all = all.iter();
                self.has(2) && all.all(|(name, one)| self.has(name.len() + 4) && self.takes(one))
            }
        }
    }

    fn has(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.unwrap_or(self.bytes);
        left.is_some()
    }
}

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self { document }
    }

    /// The kind of a value, such as `string`, `array of integer` or `object`; `any` where none is said.
    pub(super) fn kind(self, schema: &'a Value) -> String {
        let said = self.said(schema);
        match said.kind() {
            Some("array") => match said.find("items") {
                Some(items) => {
                    let inner = self.said(items);
                    format!("array of {}", inner.kind().unwrap_or("any"))
                }
                None => "array".to_owned(),
            },
            Some(kind) => match said.find("format").and_then(Value::as_str) {
                Some(format) if format.len() < 40 => format!("{kind} ({format})"),
                Some(_) | None => kind.chars().take(40).collect(),
            },
            None => "any".to_owned(),
        }
    }

    /// The values that it may have, where these are few.
    pub(super) fn choices(self, schema: &'a Value) -> Vec<String> {
        let said = self.said(schema);
        let listed = match said.find("enum").and_then(Value::as_array) {
            Some(listed) => listed.iter().collect(),
            None if said.kind() == Some("boolean") => {
                return vec!["true".to_owned(), "false".to_owned()];
            }
            None => said.constants(self),
        };
        let words = listed.into_iter().filter_map(word);
        words.take(MOST_CHOICES).collect()
    }

    /// A value that the document itself gives.
    pub(super) fn given(self, schema: &'a Value) -> Option<&'a Value> {
        let said = self.said(schema);
        let examples = || said.find("examples")?.as_array()?.first();
        let own = said.find("example").or_else(examples);
        own.or_else(|| said.find("default"))
    }

    /// Every field within a value, outer before inner, and whether there are more.
    pub(super) fn fields(self, schema: &'a Value) -> (Vec<ApiField>, bool) {
        let mut all = Vec::new();
        let mut cut = false;
        self.add_fields(schema, "", &mut Trail::new(), &mut all, &mut cut);
        (all, cut)
    }

    /// A body to begin with: what is given, else what must be there. What is given and too long is as
    /// if it was not.
    pub(super) fn example(self, given: Option<&Value>, schema: &'a Value) -> String {
        let given = given.or_else(|| self.given(schema).filter(|value| !value.is_null()));
        let mut left = Left::all();
        let given = given.and_then(|given| left.copied(given));
        let made = given.unwrap_or_else(|| self.made(schema, &mut Trail::new(), &mut left));
        let written = [serde_json::to_string_pretty, serde_json::to_string];
        let mut written = written.iter().filter_map(|write| write(&made).ok());
        // Many short lines are longer than one.
        let short = written.find(|text| text.len() <= LONGEST_EXAMPLE);
        short.unwrap_or_else(|| "{}".to_owned())
    }

    fn add_fields(
        self,
        schema: &'a Value,
        at: &str,
        trail: &mut Trail<'a>,
        all: &mut Vec<ApiField>,
        cut: &mut bool,
    ) {
        let said = self.said(schema);
        let Some(own) = said.parts.first().copied() else {
            return;
        };
        if trail.len() >= DEEPEST || said.is_within(trail) {
            return;
        }
        trail.push(own);
        if let Some(items) = said.find("items") {
            self.add_fields(items, &format!("{at}[]"), trail, all, cut);
        }
        let required = said.required();
        for (name, field) in said.properties() {
            if all.len() >= MOST_FIELDS {
                *cut = true;
                break;
            }
            let name: String = name.chars().take(LINE).collect();
            let path = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}.{name}")
            };
            let described = self.said(field);
            let beside = text(field.get("description"), LINE);
            all.push(ApiField {
                path: path.clone(),
                kind: self.kind(field),
                required: required.contains(name.as_str()),
                description: beside.or_else(|| text(described.find("description"), LINE)),
                choices: self.choices(field),
            });
            self.add_fields(field, &path, trail, all, cut);
        }
        trail.pop();
    }

    /// The least value that may be right.
    fn made(self, schema: &'a Value, trail: &mut Trail<'a>, left: &mut Left) -> Value {
        if left.values == 0 {
            return Value::Null;
        }
        left.values -= 1;
        if let Some(given) = self.given(schema).and_then(|given| left.copied(given)) {
            return given;
        }
        let said = self.said(schema);
        let own = said.parts.first().copied().unwrap_or(&Value::Null);
        if trail.len() >= DEEPEST || said.is_within(trail) {
            return Value::Null;
        }
        let first = said.find("enum").and_then(Value::as_array);
        let constant = || said.constants(self).first().copied();
        let only = first.and_then(|all| all.first()).or_else(constant);
        if let Some(only) = only.and_then(|only| left.copied(only)) {
            return only;
        }
        trail.push(own);
        let made = match said.kind() {
            Some("object") => {
                let required = said.required();
                let mut fields = Map::new();
                for (name, field) in said.properties() {
                    let is_read = field.get("readOnly") == Some(&Value::Bool(true));
                    if left.values == 0 {
                        break;
                    }
                    if required.contains(name) && !is_read && left.names(name) {
                        fields.insert(name.to_owned(), self.made(field, trail, left));
                    }
                }
                Value::Object(fields)
            }
            Some("array") => match said.find("items") {
                Some(items) => Value::Array(vec![self.made(items, trail, left)]),
                None => Value::Array(Vec::new()),
            },
            Some("integer" | "number") => {
                let least = said.find("minimum").filter(|least| least.is_number());
                least.cloned().unwrap_or_else(|| 0.into())
            }
            Some("boolean") => false.into(),
            Some("string") => "".into(),
            Some(_) | None => Value::Null,
        };
        trail.pop();
        made
    }

    /// A schema with all that it refers to and is composed of.
    fn said(self, schema: &'a Value) -> Said<'a> {
        let mut said = Said::default();
        self.add_said(schema, &mut said);
        said
    }

    fn add_said(self, schema: &'a Value, said: &mut Said<'a>) {
        let Some(schema) = resolved(self.document, schema) else {
            return;
        };
        let is_known = said.parts.iter().any(|part| std::ptr::eq(*part, schema));
        if is_known || said.parts.len() >= PARTS || !schema.is_object() {
            return;
        }
        said.parts.push(schema);
        let listed = |name: &str| schema.get(name).and_then(Value::as_array);
        for part in listed("allOf").into_iter().flatten() {
            self.add_said(part, said);
        }
        // Of what may be one or the other, the first that is something.
        for name in ["oneOf", "anyOf"] {
            let mut variants = listed(name).into_iter().flatten();
            let first = variants.find(|variant| {
                let variant = resolved(self.document, variant);
                variant.is_some_and(|variant| variant.get("type") != Some(&"null".into()))
            });
            if let Some(first) = first {
                self.add_said(first, said);
            }
        }
    }
}

impl<'a> Said<'a> {
    /// Whether it, or what it is composed of, comes again within itself.
    fn is_within(&self, trail: &[&'a Value]) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| trail.iter().any(|outer| std::ptr::eq(*outer, *part)))
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(name))
    }

    fn kind(&self) -> Option<&'a str> {
        let said = self.parts.iter().find_map(|part| match part.get("type")? {
            Value::String(kind) => Some(kind.as_str()),
            // 3.1: several, of which one may be that it is nothing.
            Value::Array(kinds) => {
                let mut kinds = kinds.iter().filter_map(Value::as_str);
                kinds.find(|kind| *kind != "null")
            }
            _ => None,
        });
        let implied = || {
            let has = |name: &str| self.find(name).is_some();
            let kinds = [
                ("properties", "object"),
                ("items", "array"),
                ("enum", "string"),
            ];
            let mut kinds = kinds.into_iter();
            kinds.find_map(|(name, kind)| has(name).then_some(kind))
        };
        said.or_else(implied)
    }

    fn properties(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let all = self.parts.iter();
        all.filter_map(|part| part.get("properties")?.as_object())
            .flatten()
            .map(|(name, field)| (name.as_str(), field))
    }

    fn required(&self) -> HashSet<&'a str> {
        let all = self.parts.iter();
        all.filter_map(|part| part.get("required")?.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .take(MOST_REQUIRED)
            .collect()
    }

    /// The only value, or, where each of several variants has one, these.
    fn constants(&self, schemas: Schemas<'a>) -> Vec<&'a Value> {
        if let Some(constant) = self.parts.first().and_then(|part| part.get("const")) {
            return vec![constant];
        }
        let variants = self.parts.first().and_then(|part| part.get("oneOf"));
        let variants = variants.and_then(Value::as_array);
        let one = |variant: &'a Value| resolved(schemas.document, variant)?.get("const");
        variants.into_iter().flatten().filter_map(one).collect()
    }
}
