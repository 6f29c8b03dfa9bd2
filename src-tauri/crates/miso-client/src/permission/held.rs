//! What the caller may do, permission by permission and environment by environment: from what the list of
//! applications says of each place, else from what the account may do in general. Asks nobody.

use std::collections::BTreeSet;

use miso_api::{Application, Me, Page, Permission};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Allowed, by};
use crate::stage::Stages;
use crate::{Client, Resource, Stage};

/// What the caller may do where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeldRights {
    /// The columns, on the way of a release.
    pub environments: Vec<Stage>,
    /// The permissions that the API names, then others as they came.
    pub rows: Vec<HeldRow>,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct HeldRow {
    /// Its word.
    pub permission: Permission,
    /// How far it is held, one for each column.
    pub held: Vec<Held>,
}

/// How far a permission is held in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Held {
    /// For everything there.
    Yes,
    /// For some of the applications there.
    Some {
        /// So many.
        count: u32,
        /// Of so many.
        of: u32,
    },
    /// For nothing there.
    No,
    /// The server has not said.
    NotKnown,
}

impl Client {
    /// What the caller may do where, as far as is known; with one application, or with all of them.
    pub fn rights_held(&self, application: Option<&str>) -> HeldRights {
        let me: Option<Me> = self.peek(&Resource::Me);
        let applications = match application {
            Some(key) => self.known_application(key).into_iter().collect(),
            None => {
                let list: Option<Page<Application>> = self.peek(&Resource::Applications);
                list.map(|page| page.data).unwrap_or_default()
            }
        };
        held_in(&applications, me.as_ref(), &self.known_stages())
    }
}

fn held_in(applications: &[Application], me: Option<&Me>, stages: &Stages) -> HeldRights {
    let entries = || applications.iter().flat_map(|each| &each.environments);
    let environments = stages.in_order(stages.keys_around(applications, me));
    // One set for each place: of ten thousand applications each is looked at once.
    let places: Vec<Vec<BTreeSet<&str>>> = environments
        .iter()
        .map(|stage| {
            let there = entries().filter(|entry| entry.environment == stage.key);
            let listed = there.filter(|entry| !entry.permissions.is_empty());
            listed
                .map(|entry| entry.permissions.iter().map(String::as_str).collect())
                .collect()
        })
        .collect();
    let rows = words(entries().flat_map(|entry| &entry.permissions), me)
        .into_iter()
        .map(|permission| HeldRow {
            held: environments
                .iter()
                .zip(&places)
                .map(|(stage, places)| held(&permission, stage, places, me))
                .collect(),
            permission,
        })
        .collect();
    HeldRights { environments, rows }
}

fn held(
    permission: &Permission,
    stage: &Stage,
    places: &[BTreeSet<&str>],
    me: Option<&Me>,
) -> Held {
    let having = places
        .iter()
        .filter(|held| held.contains(permission.as_str()));
    match (having.count(), places.len()) {
        (_, 0) => match by(permission, &[], None, me, Some(&stage.key)) {
            Allowed::Yes => Held::Yes,
            Allowed::No => Held::No,
            Allowed::NotKnown => Held::NotKnown,
        },
        (0, _) => Held::No,
        (count, of) if count == of => Held::Yes,
        (count, of) => Held::Some {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            of: u32::try_from(of).unwrap_or(u32::MAX),
        },
    }
}

fn words<'a>(listed: impl Iterator<Item = &'a String>, me: Option<&Me>) -> Vec<Permission> {
    let listed: BTreeSet<&str> = listed.map(String::as_str).collect();
    let mine = me.into_iter().flat_map(|me| me.permissions.iter().cloned());
    Permission::known_and(listed.into_iter().map(Permission::from).chain(mine))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn applications(list: Value) -> Vec<Application> {
        serde_json::from_value(list).unwrap()
    }

    fn of(rights: &HeldRights, permission: &str) -> Vec<Held> {
        let mut rows = rights.rows.iter();
        let row = rows.find(|row| row.permission.as_str() == permission);
        row.unwrap_or_else(|| panic!("{permission}")).held.clone()
    }

    #[test]
    fn what_the_places_list_counts_then_what_the_account_may() {
        let entry = |environment: &str, permissions: &[&str]| json!({"environment": environment, "status": "running", "permissions": permissions});
        let list = applications(json!([
            {"key": "a", "type": "api", "environments": [
                entry("dev", &["logs:read", "applications:deploy"]), entry("prod", &["logs:read"])]},
            {"key": "b", "type": "api", "environments": [
                entry("dev", &["logs:read", "teapots:fill"]), entry("prod", &["logs:read"])]},
            {"key": "c", "type": "api", "environments": [entry("dev", &[])]},
        ]));
        let me: Me = serde_json::from_value(json!({"id": "1", "permissions": ["logs:read"],
            "environments": ["dev", "test", "prod"]}))
        .unwrap();
        let rights = held_in(&list, Some(&me), &Stages::default());
        let columns: Vec<&str> = rights
            .environments
            .iter()
            .map(|each| each.key.as_str())
            .collect();
        assert_eq!(columns, ["dev", "test", "prod"]);
        assert_eq!(of(&rights, "logs:read"), [Held::Yes, Held::Yes, Held::Yes]);
        let some = Held::Some { count: 1, of: 2 };
        assert_eq!(
            of(&rights, "applications:deploy"),
            [some, Held::No, Held::No]
        );
        assert_eq!(of(&rights, "teapots:fill"), [some, Held::No, Held::No]);
        assert_eq!(rights.rows.len(), Permission::KNOWN.len() + 1);

        let not_said = held_in(&list, None, &Stages::default());
        assert_eq!(of(&not_said, "logs:read"), [Held::Yes, Held::Yes]);
        let nothing = held_in(&[], None, &Stages::default());
        assert!(nothing.environments.is_empty());
    }
}
