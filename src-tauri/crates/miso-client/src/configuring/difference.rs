//! What changes between two lists of items.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{EditedItem, named};

/// One item that changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ItemDifference {
    /// Its name.
    pub name: String,
    /// How.
    pub kind: DifferenceKind,
    /// As it was; `None` for one that is new.
    pub before: Option<EditedItem>,
    /// As it will be; `None` for one that goes.
    pub after: Option<EditedItem>,
    /// What of it changes.
    pub parts: Vec<Part>,
}

/// How an item changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// It is another than it was.
    Changed,
    /// It goes, a secret's value with it.
    Removed,
}

/// What of an item can change by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The value of a variable.
    Value,
    /// The value of a secret: it will be replaced.
    Secret,
    /// Plain or secret.
    Location,
    /// Whether the application needs it.
    Required,
    /// How a form asks for it.
    Input,
}

/// What changes, in the order of the list after it; what goes comes last.
pub(super) fn between(before: &[EditedItem], after: &[EditedItem]) -> Vec<ItemDifference> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for item in after {
        // A name that comes twice is a broken rule; the second one is new all the same.
        let was = named(before, &item.name).filter(|_| seen.insert(item.name.as_str()));
        found.extend(difference(was, Some(item)));
    }
    let gone = before
        .iter()
        .filter(|item| named(after, &item.name).is_none());
    found.extend(gone.filter_map(|item| difference(Some(item), None)));
    found
}

fn difference(before: Option<&EditedItem>, after: Option<&EditedItem>) -> Option<ItemDifference> {
    let (kind, parts) = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => (DifferenceKind::Added, Vec::new()),
        (Some(_), None) => (DifferenceKind::Removed, Vec::new()),
        (Some(before), Some(after)) => (DifferenceKind::Changed, parts(before, after)),
    };
    if kind == DifferenceKind::Changed && parts.is_empty() {
        return None;
    }
    Some(ItemDifference {
        name: after.or(before)?.name.clone(),
        kind,
        before: before.cloned(),
        after: after.cloned(),
        parts,
    })
}

/// What of an item changes. Whether a secret is set is the server's to say, and no change by itself.
pub(super) fn parts(before: &EditedItem, after: &EditedItem) -> Vec<Part> {
    let is_secret = after.is_secret();
    let changed = [
        (Part::Value, !is_secret && before.value != after.value),
        (Part::Secret, is_secret && after.held != before.held),
        (Part::Location, before.location != after.location),
        (Part::Required, before.required != after.required),
        (Part::Input, before.portal_input != after.portal_input),
    ];
    let changed = changed.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(part, _)| part).collect()
}
