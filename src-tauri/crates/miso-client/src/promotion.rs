//! Promotion: what goes along from one environment to the next, what of it was chosen, and the
//! deployment that this comes to (UX.md, 8; API.md, "Deployments", `from`).

use std::collections::BTreeMap;

use miso_api::{
    AccessEntry, ConfigurationItem, ConfigurationLocation, DeployFrom, DeployRequest, ItemChange,
    RepeatKind,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::fleet::State;
use crate::paired::paired;
use crate::{Failure, Finding, Stage};

/// What one application would bring from one environment to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Promotion {
    /// The application's key.
    pub application: String,
    /// Where it runs.
    pub from: Stage,
    /// How it is there.
    pub state: State,
    /// Where it goes.
    pub to: Stage,
    /// The image that runs there now.
    pub before: Option<String>,
    /// The image that comes.
    pub after: String,
    /// The deployment that runs in `from`; `None` where it is not known, cannot be repeated, or was
    /// started with another configuration than the one there now: then only what is named goes along.
    pub deployment: Option<String>,
    /// The items that are not the same on both sides; `None` where they could not be read.
    pub items: Option<Vec<PromotedItem>>,
    /// How many are the same.
    pub equal: u32,
    /// Why the configuration could not be read.
    pub unreadable: Option<Failure>,
    /// Who has access in `from` and not in `to`; `None` where that could not be read.
    pub access: Option<Vec<PromotedAccess>>,
    /// Whether the application's repository can show what is between the two images.
    pub comparable: bool,
    /// Whether items can be named one by one, as far as is known.
    pub names_items: bool,
    /// The most characters of a note; zero where the instance keeps none.
    pub longest_note: u32,
    /// What is known before it is sent.
    pub findings: Vec<Finding>,
    /// Why it may not be sent.
    pub refusal: Option<Failure>,
}

/// An item of the configuration that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromotedItem {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub kind: PromotedKind,
    /// The value in `to`; never a secret's.
    pub before: Option<String>,
    /// The value in `from`; never a secret's.
    pub after: Option<String>,
    /// Whether the application needs it.
    pub required: bool,
    /// Whether it goes along unless somebody says otherwise.
    pub chosen: bool,
}

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PromotedKind {
    /// A value that is not there yet comes along.
    Arrives,
    /// A secret that is not set there: it has to be given a value.
    ArrivesUnset,
    /// Both have a value of their own, which differ by right: the one there stays.
    Differs,
    /// A secret is set on both sides, which nobody can compare: the one there stays.
    Incomparable,
    /// It is not in `from` any more and goes with the list of items.
    Leaves,
}

/// Somebody who has access in `from` and not in `to`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromotedAccess {
    /// The row as it is.
    pub row: AccessEntry,
    /// Its environments with `to` among them.
    pub environments: Vec<String>,
}

/// What was chosen of a promotion.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromotionChoice {
    /// What was shown.
    pub promotion: Promotion,
    /// The names of the items that go along.
    pub items: Vec<String>,
    /// The words by which values are held for secrets that are not set there
    /// ([`crate::Client::hold_secret`]), by the names of the items.
    pub secrets: BTreeMap<String, String>,
    /// The subjects that are given access there before.
    pub access: Vec<String>,
    /// Why.
    pub note: Option<String>,
}

impl PromotedKind {
    /// Whether the list of items of a deployment brings it about by itself.
    fn is_of_the_list(self) -> bool {
        match self {
            Self::Arrives | Self::ArrivesUnset | Self::Leaves => true,
            Self::Differs | Self::Incomparable => false,
        }
    }
}

impl PromotedItem {
    /// What somebody who looks at it sees: its name, what becomes of it, and both values.
    pub(crate) fn promises(&self) -> (&str, PromotedKind, Option<&str>, Option<&str>) {
        (
            &self.name,
            self.kind,
            self.before.as_deref(),
            self.after.as_deref(),
        )
    }
}

/// How the items of two environments stand to each other, by name; and how many are the same.
pub(crate) fn promoted_items(
    from: &[ConfigurationItem],
    to: &[ConfigurationItem],
) -> (Vec<PromotedItem>, u32) {
    let mut equal = 0;
    let mut items = Vec::new();
    for (name, (source, target)) in paired(from, to) {
        let kind = match (source, target) {
            (Some(source), None) if source.is_secret() => PromotedKind::ArrivesUnset,
            (Some(_), None) => PromotedKind::Arrives,
            (None, Some(_)) => PromotedKind::Leaves,
            (_, Some(target)) if target.is_secret() && target.is_set == Some(false) => {
                PromotedKind::ArrivesUnset
            }
            (Some(source), Some(target)) if source.is_secret() || target.is_secret() => {
                PromotedKind::Incomparable
            }
            (Some(source), Some(target)) if source.value != target.value => PromotedKind::Differs,
            (_, _) => {
                equal += 1;
                continue;
            }
        };
        items.push(PromotedItem {
            name: name.to_owned(),
            kind,
            before: target.and_then(ConfigurationItem::shown_value),
            after: source.and_then(ConfigurationItem::shown_value),
            required: source.or(target).is_some_and(|item| item.required),
            chosen: kind.is_of_the_list(),
        });
    }
    (items, equal)
}

/// Who has access in one environment and not in the other, with what the row would be.
pub(crate) fn promoted_access(rows: &[AccessEntry], from: &str, to: &str) -> Vec<PromotedAccess> {
    let there = |row: &AccessEntry, key: &str| row.environments.iter().any(|known| known == key);
    let missing = rows
        .iter()
        .filter(|row| there(row, from) && !there(row, to));
    missing
        .map(|row| PromotedAccess {
            row: row.clone(),
            environments: row
                .environments
                .iter()
                .cloned()
                .chain([to.to_owned()])
                .collect(),
        })
        .collect()
}

impl PromotionChoice {
    /// Whether all of the list of items goes along, so that the deployment can be repeated as it was.
    /// Of a list that nobody could read nothing goes along.
    fn is_whole(&self) -> bool {
        let Some(items) = self.promotion.items.as_deref() else {
            return false;
        };
        let mut of_the_list = items.iter().filter(|item| item.kind.is_of_the_list());
        self.promotion.deployment.is_some() && of_the_list.all(|item| self.takes(&item.name))
    }

    fn takes(&self, name: &str) -> bool {
        self.items.iter().any(|taken| taken == name)
    }

    /// The deployment that it comes to, with a secret's word in the place of its value. What is chosen
    /// item by item is named one by one: then what only the target has stays there.
    pub fn request(&self) -> DeployRequest {
        let whole = self.is_whole();
        let items = self.promotion.items.as_deref().unwrap_or_default();
        let changes = items.iter().filter_map(|item| self.change(item, whole));
        let changes: Vec<ItemChange> = changes.collect();
        let deployment = self.promotion.deployment.clone().filter(|_| whole);
        DeployRequest {
            environment: self.promotion.to.key.clone(),
            image: Some(self.promotion.after.clone()),
            configuration: Some(changes).filter(|changes| !changes.is_empty()),
            from: deployment.map(|deployment_id| DeployFrom {
                deployment_id,
                kind: RepeatKind::Promotion,
            }),
            dry_run: None,
            note: self.note.clone(),
        }
    }

    /// The word that stands in the place of a secret's value in what a choice comes to.
    pub(crate) fn word_for(&self, change: &ItemChange) -> Option<&str> {
        let is_secret = change.location == Some(ConfigurationLocation::Keyvault);
        let word = self.secrets.get(&change.name).filter(|_| is_secret);
        word.map(String::as_str)
    }

    /// What has to be named of an item.
    fn change(&self, item: &PromotedItem, whole: bool) -> Option<ItemChange> {
        let named = |value: Option<String>, location| ItemChange {
            name: item.name.clone(),
            value,
            location: Some(location),
            required: Some(item.required),
        };
        match item.kind {
            PromotedKind::Differs if self.takes(&item.name) => Some(ItemChange {
                name: item.name.clone(),
                value: item.after.clone(),
                location: None,
                required: None,
            }),
            PromotedKind::Arrives if !whole && self.takes(&item.name) => {
                Some(named(item.after.clone(), ConfigurationLocation::Variable))
            }
            PromotedKind::ArrivesUnset if self.takes(&item.name) => {
                let value = self.secrets.get(&item.name);
                // Else the list brings it by itself, unset.
                let is_named = value.is_some() || !whole;
                is_named.then(|| named(value.cloned(), ConfigurationLocation::Keyvault))
            }
            PromotedKind::Differs
            | PromotedKind::Arrives
            | PromotedKind::ArrivesUnset
            | PromotedKind::Incomparable
            | PromotedKind::Leaves => None,
        }
    }
}

#[cfg(test)]
#[path = "promotion_tests.rs"]
mod tests;
