//! A configuration while it is changed: what differs, what two people changed, how environments
//! compare, and what comes from and goes to a file. All of it is by item, and without I/O but for
//! [`client`]. The value of a secret is in none of it: what was typed is held apart ([`held`]).

mod client;
mod compare;
mod difference;
mod dotenv;
mod exchange;
mod held;
mod merge;

use std::collections::BTreeMap;

use miso_api::manifest::{self, Violation};
use miso_api::{ConfigurationItem, ConfigurationLocation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

pub use compare::{Likeness, SideBySide, SideBySideCell, SideBySideEnvironment, SideBySideRow};
pub use difference::{DifferenceKind, ItemDifference, Part};
pub use exchange::{ExportFormat, Imported, LineFault, LineRemark};
pub(crate) use held::HeldSecrets;
pub use merge::{ItemConflict, ItemSide, MergedItems};

/// A configuration item while it is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditedItem {
    /// The variable's name.
    pub name: String,
    /// The value of a variable; a secret has none here.
    pub value: Option<String>,
    /// Whether it is plain or secret.
    pub location: ConfigurationLocation,
    /// Whether the application needs it.
    pub required: bool,
    /// Whether a secret has a value on the server.
    pub is_set: Option<bool>,
    /// The new value that a secret gets, by the word under which it is held.
    pub held: Option<String>,
    /// How a form asks for it.
    pub portal_input: Option<Value>,
}

/// What a change comes to, and what of it breaks a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationReview {
    /// What would change, in the order of the list.
    pub differences: Vec<ItemDifference>,
    /// Broken rules; the fields are named as in `items[0].name`.
    pub violations: Vec<Violation>,
}

/// What changes between a configuration as it was read and as it is now, and what of that breaks a
/// rule.
pub fn review(before: &[EditedItem], after: &[EditedItem]) -> ConfigurationReview {
    ConfigurationReview {
        differences: difference::between(before, after),
        violations: violations(after),
    }
}

/// What of a list breaks a rule of the platform (APP-MANIFEST.md, row `configuration`).
pub(crate) fn violations(items: &[EditedItem]) -> Vec<Violation> {
    let list = items
        .iter()
        .map(|item| serde_json::to_value(item.clone().into_item(None)).unwrap_or_default())
        .collect();
    manifest::item_violations(&list, "items")
}

/// Both people's changes of a configuration: what does not collide is merged.
pub fn merge(was: &[EditedItem], yours: &[EditedItem], theirs: &[EditedItem]) -> MergedItems {
    merge::merge(was, yours, theirs)
}

/// The items after each conflict was settled for a side; one for which none was chosen stays
/// theirs.
pub fn settle(merged: MergedItems, sides: &BTreeMap<String, ItemSide>) -> Vec<EditedItem> {
    merge::settle(merged, sides)
}

/// Changes that were kept, upon what the server says now.
pub fn take_up(differences: Vec<ItemDifference>, now: &[EditedItem]) -> MergedItems {
    merge::take_up(differences, now)
}

/// The variables of a configuration as a text; of its secrets the names alone.
pub fn export(items: &[EditedItem], format: ExportFormat) -> String {
    exchange::export(items, format)
}

/// What a file with the configuration of an application in an environment is called at first.
pub fn file_name(application: &str, environment: &str, format: ExportFormat) -> String {
    let kind = match format {
        ExportFormat::Dotenv => "env",
        ExportFormat::Json => "json",
    };
    let name = format!("{application}-{environment}");
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let plain = name
        .trim_start_matches('.')
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '_' });
    let plain: String = plain.take(100).collect();
    format!("{plain}.{kind}")
}

impl EditedItem {
    /// Whether its value is a secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.location == ConfigurationLocation::Keyvault
    }

    /// What is sent of it, with the new value of a secret.
    pub(crate) fn into_item(self, secret: Option<String>) -> ConfigurationItem {
        let is_secret = self.is_secret();
        ConfigurationItem {
            name: self.name,
            value: if is_secret { secret } else { self.value },
            location: self.location,
            required: self.required,
            is_set: None,
            portal_input: self.portal_input,
        }
    }
}

impl From<ConfigurationItem> for EditedItem {
    fn from(item: ConfigurationItem) -> Self {
        Self {
            value: item.shown_value(),
            name: item.name,
            location: item.location,
            required: item.required,
            is_set: item.is_set,
            held: None,
            portal_input: item.portal_input,
        }
    }
}

/// By name; of two that share one, the first.
pub(crate) fn named<'a>(items: &'a [EditedItem], name: &str) -> Option<&'a EditedItem> {
    items.iter().find(|item| item.name == name)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
