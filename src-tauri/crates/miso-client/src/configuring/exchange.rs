//! Configuration from and to a file: `.env` and JSON. What is taken in is first shown as what it
//! would change; what goes out has no secret in it.

use std::collections::BTreeMap;

use miso_api::ConfigurationLocation;
use miso_api::manifest::{self, ViolationCode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use specta::Type;

use super::difference::ItemDifference;
use super::{EditedItem, difference, dotenv};
use crate::{Code, Failure};

/// More than a configuration has.
const LONGEST: usize = 1 << 20;

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// `NAME=value`, a line each.
    Dotenv,
    /// The items as the platform's own JSON has them.
    Json,
}

/// What a text brings to a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Imported {
    /// The items with what it brings, also those whose name breaks a rule: they can be mended.
    pub items: Vec<EditedItem>,
    /// What that changes.
    pub differences: Vec<ItemDifference>,
    /// What is to be known of its lines.
    pub remarks: Vec<LineRemark>,
}

/// Something to be known of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LineRemark {
    /// Its number; the first is 1.
    pub line: u32,
    /// The name in it, where there is one.
    pub name: String,
    /// What.
    pub fault: LineFault,
}

/// What can be said of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LineFault {
    /// The name breaks the platform's rule. It is taken in all the same, to be mended.
    Name,
    /// It is neither a name with a value nor a comment: left out.
    Unread,
    /// The name came before in the text; this one counts.
    Again,
    /// Its value is no text, number, yes or no: left out.
    NoValue,
    /// It is new, and taken as a secret because of its name.
    TakenAsSecret,
}

/// One name of a text.
struct Brought {
    line: usize,
    name: String,
    /// `None` where the text names it without a value.
    value: Option<SecretString>,
    location: Option<ConfigurationLocation>,
    required: Option<bool>,
    portal_input: Option<Value>,
}

/// Reads a text and puts what it brings over the items. What it does not name stays. `hold` takes
/// the values of secrets.
///
/// # Errors
/// [`Code::ConfigurationFileInvalid`].
pub(super) fn import(
    items: &[EditedItem],
    text: &str,
    mut hold: impl FnMut(SecretString) -> String,
) -> Result<Imported, Failure> {
    if text.len() > LONGEST {
        return Err(invalid("size", 0));
    }
    let mut remarks = Vec::new();
    let brought = if text.trim_start().starts_with(['{', '[']) {
        from_json(text, &mut remarks)?
    } else {
        from_dotenv(text, &mut remarks)
    };
    if brought.is_empty() && remarks.is_empty() {
        return Err(invalid("empty", 0));
    }
    let mut after = items.to_vec();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for one in brought {
        let mut remark = |fault| {
            remarks.push(LineRemark {
                line: u32::try_from(one.line).unwrap_or(u32::MAX),
                name: one.name.clone(),
                fault,
            });
        };
        if lines.insert(one.name.clone(), one.line).is_some() {
            remark(LineFault::Again);
        }
        if breaks_the_rule(&one.name) {
            remark(LineFault::Name);
        }
        let known = after.iter().position(|item| item.name == one.name);
        if known.is_none() && one.location.is_none() && sounds_secret(&one.name) {
            remark(LineFault::TakenAsSecret);
        }
        let before = known.and_then(|at| after.get(at));
        let item = taken(before, one, &mut hold);
        match known.and_then(|at| after.get_mut(at)) {
            Some(place) => *place = item,
            None => after.push(item),
        }
    }
    remarks.sort_by_key(|remark| remark.line);
    Ok(Imported {
        differences: difference::between(items, &after),
        items: after,
        remarks,
    })
}

pub(super) fn export(items: &[EditedItem], format: ExportFormat) -> String {
    match format {
        ExportFormat::Dotenv => items.iter().map(line_of).collect(),
        ExportFormat::Json => {
            let items: Vec<Value> = items.iter().map(as_json).collect();
            format!("{:#}\n", json!({ "items": items }))
        }
    }
}

/// The item that a name brings, in the place of what was there.
fn taken(
    before: Option<&EditedItem>,
    brought: Brought,
    hold: &mut impl FnMut(SecretString) -> String,
) -> EditedItem {
    use secrecy::ExposeSecret;

    let location = brought.location.unwrap_or_else(|| match before {
        Some(before) => before.location.clone(),
        None if sounds_secret(&brought.name) => ConfigurationLocation::Keyvault,
        None => ConfigurationLocation::Variable,
    });
    let is_secret = location == ConfigurationLocation::Keyvault;
    let was_secret = before.is_some_and(EditedItem::is_secret);
    // A template names secrets without their values.
    let given = brought
        .value
        .filter(|value| !is_secret || !value.expose_secret().is_empty());
    let (value, held) = match given {
        Some(value) if is_secret => (None, Some(hold(value))),
        Some(value) => (Some(value.expose_secret().to_owned()), None),
        None => {
            let same_kind = before.filter(|_| is_secret == was_secret);
            let value = same_kind.and_then(|before| before.value.clone());
            let held = same_kind.and_then(|before| before.held.clone());
            (value, held)
        }
    };
    EditedItem {
        name: brought.name,
        value,
        location,
        required: brought
            .required
            .unwrap_or_else(|| before.is_some_and(|before| before.required)),
        is_set: before
            .filter(|_| was_secret && is_secret)
            .and_then(|before| before.is_set),
        held,
        portal_input: brought
            .portal_input
            .or_else(|| before.and_then(|before| before.portal_input.clone())),
    }
}

fn from_dotenv(text: &str, remarks: &mut Vec<LineRemark>) -> Vec<Brought> {
    let parsed = dotenv::parse(text);
    remarks.extend(parsed.unread.iter().map(|line| LineRemark {
        line: u32::try_from(*line).unwrap_or(u32::MAX),
        name: String::new(),
        fault: LineFault::Unread,
    }));
    let entries = parsed.entries.into_iter();
    entries
        .map(|entry| Brought {
            line: entry.line,
            name: entry.name,
            value: Some(entry.value.into()),
            location: None,
            required: None,
            portal_input: None,
        })
        .collect()
}

/// An object of names and values, or a list of items as the platform has them, by itself or as
/// `items` or `configuration` of an object.
fn from_json(text: &str, remarks: &mut Vec<LineRemark>) -> Result<Vec<Brought>, Failure> {
    let read: Value =
        serde_json::from_str(text).map_err(|error| invalid("syntax", error.line()))?;
    let list = |name: &str| read.get(name).and_then(Value::as_array);
    let items = read
        .as_array()
        .or_else(|| list("items"))
        .or_else(|| list("configuration"));
    let mut brought = Vec::new();
    if let Some(items) = items {
        for item in items {
            let Some(item) = item.as_object() else {
                return Err(invalid("item", 0));
            };
            let Some(name) = item.get("name").and_then(Value::as_str) else {
                return Err(invalid("item", 0));
            };
            let location = item.get("location").and_then(Value::as_str);
            brought.push(Brought {
                line: line_of_name(text, name),
                name: name.to_owned(),
                value: item.get("value").and_then(plain),
                location: location.map(ConfigurationLocation::from),
                required: item.get("required").and_then(Value::as_bool),
                portal_input: item.get("portalInput").cloned(),
            });
        }
        return Ok(brought);
    }
    for (name, value) in read.as_object().into_iter().flatten() {
        let line = line_of_name(text, name);
        let Some(value) = plain(value) else {
            remarks.push(LineRemark {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                name: name.clone(),
                fault: LineFault::NoValue,
            });
            continue;
        };
        brought.push(Brought {
            line,
            name: name.clone(),
            value: Some(value),
            location: None,
            required: None,
            portal_input: None,
        });
    }
    Ok(brought)
}

fn plain(value: &Value) -> Option<SecretString> {
    match value {
        Value::String(text) => Some(text.clone().into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The line in which a name stands first.
fn line_of_name(text: &str, name: &str) -> usize {
    let quoted = Value::from(name).to_string();
    let before = text.find(&quoted).and_then(|at| text.get(..at));
    before.map_or(1, |before| before.matches('\n').count() + 1)
}

fn line_of(item: &EditedItem) -> String {
    let name = &item.name;
    if breaks_the_rule(name) {
        // Quoted as JSON, so that it stays within its line.
        return format!("# {} is no name for a file\n", Value::from(name.as_str()));
    }
    if item.is_secret() {
        return format!("# {name} is a secret, not exported\n");
    }
    dotenv::write(name, item.value.as_deref().unwrap_or_default())
}

fn as_json(item: &EditedItem) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), json!(item.name));
    if !item.is_secret() {
        fields.insert("value".to_owned(), json!(item.value));
    }
    fields.insert("location".to_owned(), json!(item.location));
    fields.insert("required".to_owned(), json!(item.required));
    if let Some(input) = &item.portal_input {
        fields.insert("portalInput".to_owned(), input.clone());
    }
    Value::Object(fields)
}

/// Whether the platform takes no such name.
fn breaks_the_rule(name: &str) -> bool {
    let item = json!([{"name": name, "value": "", "location": "variable", "required": false}]);
    let found = manifest::item_violations(&item, "items");
    found.iter().any(|one| one.code == ViolationCode::Pattern)
}

/// Whether a name says that its value is nobody's business. It only decides what a new one begins
/// as.
fn sounds_secret(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "PWD",
    ];
    let name = name.to_uppercase();
    let has_word = name.split('_').any(|word| WORDS.contains(&word));
    has_word
        || ["API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "CONNECTION_STRING"]
            .iter()
            .any(|words| name.contains(words))
}

fn invalid(reason: &str, line: usize) -> Failure {
    Failure::new(Code::ConfigurationFileInvalid)
        .with("reason", reason)
        .with("line", line)
}
