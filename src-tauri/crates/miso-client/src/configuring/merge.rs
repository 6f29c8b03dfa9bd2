//! Two people's changes of one list of items: what only one of them changed is taken from them, and
//! what both changed differently is put to whoever saves last. Nobody's change is lost unseen.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::difference::ItemDifference;
use super::{EditedItem, named};

/// Both people's changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MergedItems {
    /// The items; of those in conflict, theirs.
    pub items: Vec<EditedItem>,
    /// What both changed differently.
    pub conflicts: Vec<ItemConflict>,
    /// The names of what they changed and you did not: it is kept.
    pub taken: Vec<String>,
}

/// An item that both changed differently. `None` where there is none. What of it only one of them
/// changed is in both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ItemConflict {
    /// Its name.
    pub name: String,
    /// As it was before both.
    pub was: Option<EditedItem>,
    /// As you want it.
    pub yours: Option<EditedItem>,
    /// As somebody else saved it.
    pub theirs: Option<EditedItem>,
}

/// Whose version of an item counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ItemSide {
    /// Yours.
    Yours,
    /// Theirs.
    Theirs,
}

pub(super) fn merge(
    was: &[EditedItem],
    yours: &[EditedItem],
    theirs: &[EditedItem],
) -> MergedItems {
    let mut merged = MergedItems {
        items: Vec::new(),
        conflicts: Vec::new(),
        taken: Vec::new(),
    };
    for name in names([theirs, yours, was]) {
        let sides = [was, yours, theirs].map(|items| named(items, name));
        let [before, mine, other] = sides;
        if !is_same(before, other) && is_same(before, mine) {
            merged.taken.push(name.to_owned());
        }
        match item(before, mine, other) {
            Outcome::Agreed(item) => merged.items.extend(item),
            Outcome::Conflict { yours, theirs } => {
                merged.items.extend(theirs.clone());
                merged.conflicts.push(ItemConflict {
                    name: name.to_owned(),
                    was: before.cloned(),
                    yours,
                    theirs,
                });
            }
        }
    }
    merged
}

pub(super) fn settle(merged: MergedItems, sides: &BTreeMap<String, ItemSide>) -> Vec<EditedItem> {
    let mut items = merged.items;
    for conflict in merged.conflicts {
        if sides.get(&conflict.name) != Some(&ItemSide::Yours) {
            continue;
        }
        let place = items.iter().position(|item| item.name == conflict.name);
        match (place, conflict.yours) {
            (Some(place), Some(yours)) => {
                if let Some(item) = items.get_mut(place) {
                    *item = yours;
                }
            }
            (Some(place), None) => {
                items.remove(place);
            }
            (None, yours) => items.extend(yours),
        }
    }
    items
}

/// What was kept knows each item as it was: the list of then is the list of now but for these.
pub(super) fn take_up(differences: Vec<ItemDifference>, now: &[EditedItem]) -> MergedItems {
    let (mut was, mut yours) = (now.to_vec(), now.to_vec());
    for difference in differences {
        put(&mut was, &difference.name, difference.before);
        // A secret that was typed is not kept.
        let after = difference.after.map(|after| EditedItem {
            held: None,
            ..after
        });
        put(&mut yours, &difference.name, after);
    }
    MergedItems {
        taken: Vec::new(),
        ..merge(&was, &yours, now)
    }
}

fn put(items: &mut Vec<EditedItem>, name: &str, item: Option<EditedItem>) {
    let place = items.iter().position(|known| known.name == name);
    match (place, item) {
        (Some(place), Some(item)) => {
            if let Some(known) = items.get_mut(place) {
                *known = item;
            }
        }
        (Some(place), None) => {
            items.remove(place);
        }
        (None, item) => items.extend(item),
    }
}

/// Every name once, in the order of the lists.
fn names(lists: [&[EditedItem]; 3]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let all = lists.into_iter().flatten();
    all.map(|item| item.name.as_str())
        .filter(|name| seen.insert(*name))
        .collect()
}

enum Outcome {
    Agreed(Option<EditedItem>),
    Conflict {
        yours: Option<EditedItem>,
        theirs: Option<EditedItem>,
    },
}

fn item(
    was: Option<&EditedItem>,
    yours: Option<&EditedItem>,
    theirs: Option<&EditedItem>,
) -> Outcome {
    if is_same(was, yours) || is_same(yours, theirs) {
        return Outcome::Agreed(theirs.cloned());
    }
    if is_same(was, theirs) {
        return Outcome::Agreed(yours.cloned());
    }
    match (was, yours, theirs) {
        (Some(was), Some(yours), Some(theirs)) => parts(was, yours, theirs),
        (_, yours, theirs) => Outcome::Conflict {
            yours: yours.cloned(),
            theirs: theirs.cloned(),
        },
    }
}

/// An item that both have and both changed, part by part.
fn parts(was: &EditedItem, yours: &EditedItem, theirs: &EditedItem) -> Outcome {
    let mut mine = theirs.clone();
    let mut other = theirs.clone();
    let mut collides = false;
    if !has_same_setting(was, yours) {
        set(&mut mine, yours);
        if has_same_setting(was, theirs) {
            set(&mut other, yours);
        } else {
            collides |= !has_same_setting(yours, theirs);
        }
    }
    // A yes or no that both changed, both changed alike.
    if was.required != yours.required {
        (mine.required, other.required) = (yours.required, yours.required);
    }
    if was.portal_input != yours.portal_input {
        mine.portal_input.clone_from(&yours.portal_input);
        if was.portal_input == theirs.portal_input {
            other.portal_input.clone_from(&yours.portal_input);
        } else {
            collides |= yours.portal_input != theirs.portal_input;
        }
    }
    if collides {
        return Outcome::Conflict {
            yours: Some(mine),
            theirs: Some(other),
        };
    }
    Outcome::Agreed(Some(mine))
}

fn set(item: &mut EditedItem, like: &EditedItem) {
    item.location = like.location.clone();
    item.value = like.value.clone();
    item.held = like.held.clone();
    item.is_set = like.is_set;
}

fn is_same(one: Option<&EditedItem>, other: Option<&EditedItem>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            has_same_setting(one, other)
                && one.required == other.required
                && one.portal_input == other.portal_input
        }
        (_, _) => false,
    }
}

/// Whether both have the same value, as far as is known: of a secret, whether it is set, and the
/// new value it gets.
fn has_same_setting(one: &EditedItem, other: &EditedItem) -> bool {
    let is_set = |item: &EditedItem| item.is_secret() && item.is_set == Some(true);
    one.location == other.location
        && one.value == other.value
        && one.held == other.held
        && is_set(one) == is_set(other)
}
