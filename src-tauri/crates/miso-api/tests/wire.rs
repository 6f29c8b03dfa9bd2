//! The wire, against JSON written by hand from API.md, in both directions.
//!
//! Client and local instance share these types: a wrong name would pass both. Nothing here is made
//! from the types themselves.
#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "wire/access.rs"]
mod access;
#[path = "wire/applications.rs"]
mod applications;
#[path = "wire/changes.rs"]
mod changes;
#[path = "wire/lists_and_errors.rs"]
mod lists_and_errors;
#[path = "wire/monitoring.rs"]
mod monitoring;
#[path = "wire/sign_in.rs"]
mod sign_in;
#[path = "wire/words.rs"]
mod words;

use std::fmt::Debug;

use chrono::{DateTime, TimeZone, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn read<T: DeserializeOwned>(answer: Value) -> T {
    serde_json::from_str(&answer.to_string()).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn write<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// What has every field reads as `value`, and `value` writes it again.
fn both_ways<T: Serialize + DeserializeOwned + PartialEq + Debug>(wire: Value, value: T) {
    assert_eq!(read::<T>(wire.clone()), value);
    assert_eq!(write(&value), wire);
}

fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, hour, minute, 0).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
