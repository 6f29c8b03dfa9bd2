//! An instance's OpenAPI document (3.0, 3.1) as operations to call. What is not as it should be is left
//! out, references lead nowhere but into the document, and everything that is given is bounded: the
//! document is another's.

mod schema;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use url::Url;

use super::description::resolved;
use schema::Schemas;

/// Operations that are listed.
const MOST: usize = 10_000;
/// Parameters of one operation.
const MOST_PARAMETERS: usize = 200;
/// Characters of a name, of a line and of a text.
const NAME: usize = 300;
const LINE: usize = 300;
const TEXT: usize = 4_000;
/// The methods that are called. `TRACE` would bring a token back (RFC 9110 §9.3.8).
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
/// Headers that a document cannot ask for (OpenAPI 3.1 §4.8.12).
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The operations that an instance's document lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiOperations {
    /// What the document calls itself.
    pub title: Option<String>,
    /// The version that it says of itself.
    pub version: Option<String>,
    /// In the order of the document, by tag.
    pub operations: Vec<ApiOperationRow>,
    /// How many more there are than are listed.
    pub left_out: u32,
}

/// An operation in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiOperationRow {
    /// Its method, in capitals.
    pub method: String,
    /// Its path below the instance, with the names of its parameters.
    pub path: String,
    /// What it does, in a line.
    pub summary: Option<String>,
    /// What it belongs to: the first of its tags.
    pub tag: Option<String>,
    /// Whether it is not to be used any more.
    pub deprecated: bool,
    /// Whether it may change something.
    pub writes: bool,
}

/// An operation with what it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiOperation {
    /// As in the list.
    pub row: ApiOperationRow,
    /// What it does, in full.
    pub description: Option<String>,
    /// What it takes in its path, its query and its headers.
    pub parameters: Vec<ApiParameter>,
    /// What it takes as a body.
    pub body: Option<ApiBody>,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ApiPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiParameter {
    /// Its name.
    pub name: String,
    /// Where it is sent.
    pub place: ApiPlace,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub description: Option<String>,
    /// What kind of value it takes, such as `string` or `integer`.
    pub kind: String,
    /// The values that it takes, where these are few.
    pub choices: Vec<String>,
    /// A value that it may have.
    pub example: Option<String>,
    /// Whether several values are sent as the same name several times.
    pub repeats: bool,
}

/// The body that an operation takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiBody {
    /// Whether it must be there.
    pub required: bool,
    /// Whether it is JSON; others cannot be typed here.
    pub json: bool,
    /// One to begin with: the document's own, else what must be in it.
    pub example: String,
    /// What may be in it, outer before inner.
    pub fields: Vec<ApiField>,
    /// Whether there is more than is listed.
    pub cut: bool,
}

/// A field of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiField {
    /// Where it stands, such as `items[].name`.
    pub path: String,
    /// What kind of value it has.
    pub kind: String,
    /// Whether it must be there, where what it is in is there.
    pub required: bool,
    /// What it means.
    pub description: Option<String>,
    /// The values that it takes, where these are few.
    pub choices: Vec<String>,
}

/// What a document lists; `None` where it is none.
pub(crate) fn operations(document: &Value, base: &Url) -> Option<ApiOperations> {
    let prefix = prefix(document, base);
    let mut operations: Vec<ApiOperationRow> = Vec::new();
    let mut left_out = 0u32;
    for (path, item) in document.get("paths")?.as_object()? {
        for (method, operation) in called(document, item) {
            if !path.starts_with('/') || path.len() > NAME || operations.len() >= MOST {
                left_out = left_out.saturating_add(1);
                continue;
            }
            operations.push(row(method, &format!("{prefix}{path}"), operation));
        }
    }
    by_tag(document, &mut operations);
    let info = |name: &str| text(document.pointer(&format!("/info/{name}")), LINE);
    Some(ApiOperations {
        title: info("title"),
        version: info("version"),
        operations,
        left_out,
    })
}

/// One operation with what it takes; `None` where the document has none such.
pub(crate) fn operation(
    document: &Value,
    base: &Url,
    method: &str,
    path: &str,
) -> Option<ApiOperation> {
    let described = path.strip_prefix(&prefix(document, base))?;
    let item = document.get("paths")?.get(described)?;
    let (method, operation) = called(document, item).find(|(known, _)| *known == method)?;
    let schemas = Schemas::of(document);
    Some(ApiOperation {
        row: row(method, path, operation),
        description: text(operation.get("description"), TEXT),
        parameters: parameters(document, schemas, item, operation),
        body: operation
            .get("requestBody")
            .and_then(|body| resolved(document, body))
            .and_then(|body| body_of(document, schemas, body)),
    })
}

/// Whether a method may change something (RFC 9110 §9.2.1).
pub(crate) fn is_write(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// The method as it is called; `None` where it is not.
pub(crate) fn known_method(method: &str) -> Option<&'static str> {
    METHODS.into_iter().find(|known| *known == method)
}

/// The operations of a path.
fn called<'a>(
    document: &'a Value,
    item: &'a Value,
) -> impl Iterator<Item = (&'static str, &'a Value)> {
    let item = resolved(document, item).and_then(Value::as_object);
    METHODS.into_iter().filter_map(move |method| {
        let operation = item?.get(&method.to_ascii_lowercase())?;
        operation.is_object().then_some((method, operation))
    })
}

fn row(method: &str, path: &str, operation: &Value) -> ApiOperationRow {
    let summary = text(operation.get("summary"), LINE);
    let described = || text(operation.get("description"), LINE);
    let tags = operation.get("tags").and_then(Value::as_array);
    ApiOperationRow {
        method: method.to_owned(),
        path: path.to_owned(),
        summary: summary.or_else(described).map(|text| one_line(&text)),
        tag: text(tags.and_then(|tags| tags.first()), NAME),
        deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
        writes: is_write(method),
    }
}

/// Puts together what belongs together: tags in the order in which the document names them, or in
/// which they come, what has none last.
fn by_tag(document: &Value, operations: &mut [ApiOperationRow]) {
    let named = document.get("tags").and_then(Value::as_array);
    let named = named.into_iter().flatten();
    let mut tags: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    let used = operations.iter().filter_map(|row| row.tag.clone());
    let all = named.filter_map(|tag| text(tag.get("name"), NAME));
    for tag in all.take(MOST).chain(used) {
        if known.insert(tag.clone()) {
            tags.push(tag);
        }
    }
    let places: std::collections::HashMap<String, usize> = tags
        .into_iter()
        .enumerate()
        .map(|(at, tag)| (tag, at))
        .collect();
    operations.sort_by_key(|row| {
        let tag = row.tag.as_ref().and_then(|tag| places.get(tag));
        tag.copied().unwrap_or(usize::MAX)
    });
}

/// What stands between the instance and the document's paths: its server's path, where that is the
/// instance's own.
fn prefix(document: &Value, base: &Url) -> String {
    let server = document.pointer("/servers/0/url").and_then(Value::as_str);
    let url = server.and_then(|server| base.join(server).ok());
    let Some(url) = url.filter(|url| url.origin() == base.origin()) else {
        return String::new();
    };
    let below = url.path().strip_prefix(base.path());
    match below.map(|below| below.trim_matches('/')) {
        Some(below) if !below.is_empty() && !below.contains("%7B") => format!("/{below}"),
        Some(_) | None => String::new(),
    }
}

/// The parameters of the path, with the operation's own in their place.
fn parameters(
    document: &Value,
    schemas: Schemas<'_>,
    item: &Value,
    operation: &Value,
) -> Vec<ApiParameter> {
    let item = resolved(document, item).unwrap_or(item);
    let listed = [item, operation]
        .into_iter()
        .filter_map(|owner| owner.get("parameters")?.as_array())
        .flatten();
    let mut all: Vec<ApiParameter> = Vec::new();
    let read = listed.filter_map(|one| parameter(schemas, resolved(document, one)?));
    for one in read.take(MOST_PARAMETERS) {
        let is_same =
            |known: &&mut ApiParameter| known.name == one.name && known.place == one.place;
        match all.iter_mut().find(is_same) {
            Some(known) => *known = one,
            None => all.push(one),
        }
    }
    all
}

fn parameter(schemas: Schemas<'_>, parameter: &Value) -> Option<ApiParameter> {
    let name = parameter.get("name")?.as_str()?;
    let place = match parameter.get("in")?.as_str()? {
        "path" => ApiPlace::Path,
        "query" => ApiPlace::Query,
        "header" if !NOT_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) => {
            ApiPlace::Header
        }
        _ => return None,
    };
    if name.is_empty() || name.len() > NAME {
        return None;
    }
    let content = parameter.get("content").and_then(Value::as_object);
    let schema = parameter
        .get("schema")
        .or_else(|| content?.values().next()?.get("schema"))
        .unwrap_or(&Value::Null);
    let kind = schemas.kind(schema);
    let is_list = kind.starts_with("array");
    let given = parameter.get("example").or_else(|| {
        let examples = parameter.get("examples")?.as_object()?;
        examples.values().next()?.get("value")
    });
    Some(ApiParameter {
        name: name.to_owned(),
        place,
        required: place == ApiPlace::Path || parameter.get("required") == Some(&Value::Bool(true)),
        description: text(parameter.get("description"), TEXT),
        choices: schemas.choices(schema),
        example: given.or_else(|| schemas.given(schema)).and_then(word),
        repeats: is_list
            && place == ApiPlace::Query
            && parameter.get("explode") != Some(&Value::Bool(false)),
        kind,
    })
}

fn body_of(document: &Value, schemas: Schemas<'_>, body: &Value) -> Option<ApiBody> {
    let content = body.get("content")?.as_object()?;
    let is_json = |media: &str| {
        let essence = media.split(';').next().unwrap_or_default().trim();
        essence == "application/json" || essence.ends_with("+json") || essence == "*/*"
    };
    let json = content.iter().find(|(media, _)| is_json(media));
    let required = body.get("required") == Some(&Value::Bool(true));
    let Some((_, media)) = json else {
        return Some(ApiBody {
            required,
            json: false,
            example: String::new(),
            fields: Vec::new(),
            cut: false,
        });
    };
    let schema = media.get("schema").unwrap_or(&Value::Null);
    let examples = || {
        let first = media.get("examples")?.as_object()?.values().next()?;
        resolved(document, first)?.get("value")
    };
    let given = media.get("example").or_else(examples);
    let (fields, cut) = schemas.fields(schema);
    Some(ApiBody {
        required,
        json: true,
        example: schemas.example(given, schema),
        fields,
        cut,
    })
}

/// A text of the document, not longer than that many characters; `None` where it is none.
fn text(value: Option<&Value>, most: usize) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(most).collect())
}

/// A value as it is typed.
fn word(value: &Value) -> Option<String> {
    let word = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (word.len() <= NAME).then_some(word)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
