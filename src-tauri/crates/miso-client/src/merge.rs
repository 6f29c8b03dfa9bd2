//! Three versions of a JSON document brought together: what it was, what I made of it, and what
//! somebody else made of it meanwhile. Nobody's change is lost: what does not collide is merged, what
//! does is named, and is what was chosen for it.
//!
//! Objects are merged by field. A list of objects that all have a `name` of their own (or a `key`) is
//! merged by it; its order counts for nothing, and is kept as one of the two has it. Any other list is
//! one value.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

/// What identifies an object in a list.
const IDENTITIES: [&str; 2] = ["name", "key"];

/// One of two who changed a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// Who asks.
    Mine,
    /// Who was faster.
    Theirs,
}

/// Who changed a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangedBy {
    /// I did.
    Mine,
    /// Somebody else did.
    Theirs,
    /// Both did, alike.
    Both,
    /// Both did, in different ways: somebody has to choose.
    Collision,
}

/// A field that is not what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Where, such as `healthCheck.path` or `configuration[LOG_LEVEL].value`.
    pub path: String,
    /// What it was; `None` where there was nothing.
    pub before: Option<Value>,
    /// What I have.
    pub mine: Option<Value>,
    /// What they have.
    pub theirs: Option<Value>,
    /// Who changed it.
    pub by: ChangedBy,
    /// Of a collision, whose it is to be, once that is chosen.
    pub chosen: Option<Side>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Merged {
    /// Both sides' changes together; where nothing is chosen for a collision, theirs.
    pub value: Value,
    /// Every field that is not what it was, in the order of the document.
    pub changes: Vec<FieldChange>,
}

impl Merged {
    /// The paths of what somebody has to choose yet.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        let open =
            |change: &&FieldChange| change.by == ChangedBy::Collision && change.chosen.is_none();
        let changes = self.changes.iter().filter(open);
        changes.map(|change| change.path.as_str())
    }
}

/// Merges two changes of a document. `choices` says whose a field is to be where both changed it, by
/// the path at which it was named.
pub fn merge(
    base: &Value,
    mine: &Value,
    theirs: &Value,
    choices: &BTreeMap<String, Side>,
) -> Merged {
    let mut walk = Walk {
        choices,
        changes: Vec::new(),
    };
    let all = Three {
        base: Some(base),
        mine: Some(mine),
        theirs: Some(theirs),
    };
    let value = walk.merge("", all).unwrap_or_default();
    Merged {
        value,
        changes: walk.changes,
    }
}

struct Walk<'a> {
    choices: &'a BTreeMap<String, Side>,
    changes: Vec<FieldChange>,
}

/// The same field three times.
#[derive(Clone, Copy)]
struct Three<'a> {
    base: Option<&'a Value>,
    mine: Option<&'a Value>,
    theirs: Option<&'a Value>,
}

/// How a value is taken apart.
#[derive(Clone, Copy)]
enum Kind {
    Object,
    /// A list, by what identifies its items.
    List(&'static str),
}

impl Walk<'_> {
    fn merge(&mut self, path: &str, all: Three<'_>) -> Option<Value> {
        let Three { base, mine, theirs } = all;
        if let Some(kind) = all.kind() {
            return Some(self.join(path, all, kind));
        }
        if mine == theirs && mine == base {
            return mine.cloned();
        }
        let by = if mine == theirs {
            ChangedBy::Both
        } else if theirs == base {
            ChangedBy::Mine
        } else if mine == base {
            ChangedBy::Theirs
        } else {
            ChangedBy::Collision
        };
        let chosen = match by {
            ChangedBy::Collision => self.choices.get(path).copied(),
            ChangedBy::Mine | ChangedBy::Theirs | ChangedBy::Both => None,
        };
        let whose = match by {
            ChangedBy::Mine | ChangedBy::Both => Side::Mine,
            ChangedBy::Theirs => Side::Theirs,
            ChangedBy::Collision => chosen.unwrap_or(Side::Theirs),
        };
        self.changes.push(FieldChange {
            path: path.to_owned(),
            before: base.cloned(),
            mine: mine.cloned(),
            theirs: theirs.cloned(),
            by,
            chosen,
        });
        match whose {
            Side::Mine => mine.cloned(),
            Side::Theirs => theirs.cloned(),
        }
    }

    fn join(&mut self, path: &str, all: Three<'_>, kind: Kind) -> Value {
        let base = Parts::of(all.base, kind);
        let mine = Parts::of(all.mine, kind);
        let theirs = Parts::of(all.theirs, kind);
        let mut joined = Vec::new();
        for name in order(&base, &mine, &theirs) {
            let part = Three {
                base: base.get(name),
                mine: mine.get(name),
                theirs: theirs.get(name),
            };
            if let Some(value) = self.merge(&step(path, name, kind), part) {
                joined.push((name, value));
            }
        }
        match kind {
            Kind::Object => {
                let fields = joined
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Kind::List(_) => joined.into_iter().map(|(_, value)| value).collect(),
        }
    }
}

impl Three<'_> {
    /// How the three can be taken apart; `None` where they are one value.
    fn kind(&self) -> Option<Kind> {
        let (mine, theirs) = (self.mine?, self.theirs?);
        // What both added alike is one change.
        if self.base.is_none() && mine == theirs {
            return None;
        }
        let all = [self.base, Some(mine), Some(theirs)];
        let mut all = all.into_iter().flatten();
        if all.clone().all(Value::is_object) {
            return Some(Kind::Object);
        }
        if !all.clone().all(Value::is_array) {
            return None;
        }
        let identity = IDENTITIES.into_iter().find(|identity| {
            let mut lists = all.clone().filter_map(Value::as_array);
            lists.all(|list| identify(list, identity))
        });
        // Lists without an item are equal.
        identity
            .filter(|_| all.any(|list| *list != Value::Array(Vec::new())))
            .map(Kind::List)
    }
}

/// Whether every item is an object with a text of its own there.
fn identify(list: &[Value], identity: &str) -> bool {
    let mut seen = std::collections::HashSet::new();
    list.iter().all(|item| {
        item[identity]
            .as_str()
            .is_some_and(|name| seen.insert(name))
    })
}

/// The fields of an object, or the items of a list, in their order.
struct Parts<'a> {
    names: Vec<&'a str>,
    values: HashMap<&'a str, &'a Value>,
}

impl<'a> Parts<'a> {
    fn of(value: Option<&'a Value>, kind: Kind) -> Self {
        let parts: Vec<(&str, &Value)> = match (kind, value) {
            (_, None) => Vec::new(),
            (Kind::Object, Some(value)) => {
                let fields = value.as_object().into_iter().flatten();
                fields.map(|(name, value)| (name.as_str(), value)).collect()
            }
            (Kind::List(identity), Some(value)) => {
                let items = value.as_array().into_iter().flatten();
                items
                    .filter_map(|item| Some((item[identity].as_str()?, item)))
                    .collect()
            }
        };
        Self {
            names: parts.iter().map(|(name, _)| *name).collect(),
            values: parts.into_iter().collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name).copied()
    }

    /// Whether those of the base stand in the order they had.
    fn keeps_order_of(&self, base: &Parts<'_>) -> bool {
        let ours = self.names.iter().filter(|name| base.get(name).is_some());
        let before = base.names.iter().filter(|name| self.get(name).is_some());
        ours.eq(before)
    }
}

/// All names: in the order of who changed it, the other's own each behind what it stands behind there,
/// and what neither has any more.
fn order<'a>(base: &Parts<'a>, mine: &Parts<'a>, theirs: &Parts<'a>) -> Vec<&'a str> {
    let (first, second) = if theirs.keeps_order_of(base) {
        (mine, theirs)
    } else {
        (theirs, mine)
    };
    let mut names = first.names.clone();
    let mut place = 0;
    for name in &second.names {
        if first.get(name).is_none() {
            names.insert(place, name);
            place += 1;
        } else if let Some(at) = names.iter().position(|other| other == name) {
            place = at + 1;
        }
    }
    let gone = |name: &&&str| first.get(name).is_none() && second.get(name).is_none();
    names.extend(base.names.iter().filter(gone));
    names
}

/// The path of a field or an item; a name that is not plain is quoted, as in a violation's path.
fn step(path: &str, name: &str, kind: Kind) -> String {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-'));
    match kind {
        Kind::Object if plain && path.is_empty() => name.to_owned(),
        Kind::Object if plain => format!("{path}.{name}"),
        Kind::List(_) if plain => format!("{path}[{name}]"),
        Kind::Object | Kind::List(_) => format!("{path}[{}]", Value::from(name)),
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
