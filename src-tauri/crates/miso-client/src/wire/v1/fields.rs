//! An object of the wire, read field by field: what is missing or of another kind than it should be is
//! not there, and the rest still is.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// The fields of one object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    /// Of a value; none where it is no object.
    pub(crate) fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    /// The first of these that is there and is not null.
    pub(crate) fn any(self, names: &[&str]) -> Option<&'a Value> {
        let fields = self.0?;
        let mut found = names.iter().filter_map(|name| fields.get(*name));
        found.find(|value| !value.is_null())
    }

    /// The first of these that is a text with something in it.
    pub(crate) fn text(self, names: &[&str]) -> Option<String> {
        let fields = self.0?;
        let mut found = names.iter().filter_map(|name| fields.get(*name)?.as_str());
        found
            .find(|text| !text.trim().is_empty())
            .map(str::to_owned)
    }

    /// The first of these that names something: a text, or a number such as an id.
    pub(crate) fn name(self, names: &[&str]) -> Option<String> {
        let fields = self.0?;
        let mut found = names.iter().filter_map(|name| match fields.get(*name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        found.next()
    }

    /// The first of these that is a number, or a text of one.
    pub(crate) fn number(self, names: &[&str]) -> Option<f64> {
        let fields = self.0?;
        let mut found = names.iter().filter_map(|name| match fields.get(*name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        });
        found.find(|number| number.is_finite())
    }

    /// The same as a whole number that is not negative.
    pub(crate) fn count(self, names: &[&str]) -> Option<u32> {
        // A float beyond the bounds of the target becomes the nearest of them.
        self.number(names).map(|number| number.round() as u32)
    }

    /// The first of these that is a moment (RFC 3339).
    pub(crate) fn time(self, names: &[&str]) -> Option<DateTime<Utc>> {
        let fields = self.0?;
        let mut found = names.iter().filter_map(|name| fields.get(*name)?.as_str());
        found.find_map(|text| {
            DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| at.to_utc())
        })
    }

    /// Whether the first of these that is true or false is true.
    pub(crate) fn flag(self, names: &[&str]) -> Option<bool> {
        self.0.and_then(|fields| {
            let mut found = names.iter().filter_map(|name| fields.get(*name)?.as_bool());
            found.next()
        })
    }

    /// The object of this name.
    pub(crate) fn object(self, name: &str) -> Self {
        Self(self.0.and_then(|fields| fields.get(name)?.as_object()))
    }

    /// The list of this name; empty where there is none.
    pub(crate) fn list(self, name: &str) -> &'a [Value] {
        let list = self.0.and_then(|fields| fields.get(name)?.as_array());
        list.map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of the list of this name.
    pub(crate) fn texts(self, name: &str) -> Vec<String> {
        let texts = self.list(name).iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Whether it has no field.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_none_or(Map::is_empty)
    }

    /// All of them.
    pub(crate) fn all(self) -> Map<String, Value> {
        self.0.cloned().unwrap_or_default()
    }
}
