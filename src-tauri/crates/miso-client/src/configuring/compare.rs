//! The configurations of several environments side by side.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{EditedItem, named};
use crate::{Failure, Stage};

/// Every name in every environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SideBySide {
    /// The environments, on the way of a release.
    pub environments: Vec<SideBySideEnvironment>,
    /// A row a name, in the order of the environments' lists.
    pub rows: Vec<SideBySideRow>,
}

/// An environment that is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SideBySideEnvironment {
    /// Which.
    pub stage: Stage,
    /// Why its configuration is not known; then it is left out of what is compared.
    pub failure: Option<Failure>,
}

/// One name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SideBySideRow {
    /// The name.
    pub name: String,
    /// A cell for each environment, in their order.
    pub cells: Vec<SideBySideCell>,
    /// What can be said of all.
    pub likeness: Likeness,
}

/// A name in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SideBySideCell {
    /// What is there; `None` where the environment does not have it, or is not known.
    pub item: Option<EditedItem>,
    /// Whether it is known to be another than in the environment before it.
    pub differs: bool,
}

/// What can be said of a name in all environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Likeness {
    /// A variable with one value everywhere.
    Same,
    /// It is known to differ.
    Differs,
    /// A secret that is set everywhere: its values cannot be compared.
    NotComparable,
    /// A secret that is set nowhere.
    SetNowhere,
    /// Only one environment is known.
    Alone,
}

/// Every name in every environment; `items` is `None` for one whose configuration is not known.
pub(super) fn compare(
    environments: Vec<(SideBySideEnvironment, Option<Vec<EditedItem>>)>,
) -> SideBySide {
    let (environments, lists): (Vec<_>, Vec<_>) = environments.into_iter().unzip();
    let mut seen = BTreeSet::new();
    let all = lists.iter().flatten().flatten();
    let names: Vec<&str> = all
        .map(|item| item.name.as_str())
        .filter(|name| seen.insert(*name))
        .collect();
    let rows = names.into_iter().map(|name| row(name, &lists)).collect();
    SideBySide { environments, rows }
}

fn row(name: &str, lists: &[Option<Vec<EditedItem>>]) -> SideBySideRow {
    let mut before: Option<Option<&EditedItem>> = None;
    let mut cells = Vec::new();
    for list in lists {
        let Some(list) = list else {
            cells.push(SideBySideCell {
                item: None,
                differs: false,
            });
            continue;
        };
        let item = named(list, name);
        cells.push(SideBySideCell {
            item: item.cloned(),
            differs: before.is_some_and(|before| differs(before, item)),
        });
        before = Some(item);
    }
    SideBySideRow {
        name: name.to_owned(),
        likeness: likeness(&cells, lists),
        cells,
    }
}

fn likeness(cells: &[SideBySideCell], lists: &[Option<Vec<EditedItem>>]) -> Likeness {
    let known = lists.iter().filter(|list| list.is_some()).count();
    if known < 2 {
        return Likeness::Alone;
    }
    if cells.iter().any(|cell| cell.differs) {
        return Likeness::Differs;
    }
    let first = cells.iter().find_map(|cell| cell.item.as_ref());
    match first {
        Some(item) if item.is_secret() && is_set(item) => Likeness::NotComparable,
        Some(item) if item.is_secret() => Likeness::SetNowhere,
        Some(_) | None => Likeness::Same,
    }
}

/// Whether two are known to differ. Of two secrets that are both set it is not known.
fn differs(one: Option<&EditedItem>, other: Option<&EditedItem>) -> bool {
    match (one, other) {
        (None, None) => false,
        (Some(one), Some(other)) => {
            one.location != other.location
                || one.required != other.required
                || one.value != other.value
                || is_set(one) != is_set(other)
        }
        (_, _) => true,
    }
}

fn is_set(item: &EditedItem) -> bool {
    item.is_secret() && item.is_set == Some(true)
}
