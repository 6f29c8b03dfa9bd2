//! Who may do what with an application, as a grid: subjects × environments. A subject has one row, with
//! one role, because that is all the wire can say (API.md, "Access control").

use miso_api::{AccessEntry, AccessRequest, AccessRole, Application, LONGEST_NOTE, Me, Page};
use miso_api::{Permission, SubjectType};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::permission::{Allowed, allowed};
use crate::stage::Stages;
use crate::{Client, Failure, Reading, Resource, Stage};

/// Who has access to an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessGrid {
    /// The columns, on the way of a release.
    pub environments: Vec<AccessColumn>,
    /// Groups first, then people; by name.
    pub rows: Vec<AccessRow>,
    /// What a subject can be made: the roles the API names, then what others were seen.
    pub roles: Vec<AccessRole>,
    /// The permission without which the caller changes nothing here.
    pub missing: Option<Permission>,
}

/// An environment in which access is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessColumn {
    /// The environment.
    pub environment: Stage,
    /// The permission without which the caller gives no access there.
    pub missing: Option<Permission>,
}

/// A subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessRow {
    /// Its row as the server told it.
    pub entry: AccessEntry,
    /// Whether it has its role there, one for each column.
    pub held: Vec<bool>,
    /// Whether it is the caller.
    pub own: bool,
    /// Whether changing or revoking it is written to production too.
    pub production: bool,
    /// The permission without which the caller does not change it.
    pub missing: Option<Permission>,
}

/// What access can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessChoices {
    /// As what.
    pub roles: Vec<AccessRole>,
    /// Where.
    pub environments: Vec<Stage>,
    /// Characters that the reason may have.
    pub longest_reason: u32,
}

impl Client {
    /// Who has access to an application, with what of it the caller may change as far as is known.
    ///
    /// # Errors
    /// See [`Self::access`].
    pub async fn access_grid(&self, application: String) -> Result<Reading<AccessGrid>, Failure> {
        let reading = self.access(application.clone()).await?;
        let known = Around {
            application: self.known_application(&application),
            me: self.peek(&Resource::Me),
            stages: self.known_stages(),
        };
        Ok(reading.map(|rows| grid_of(rows, &known)))
    }

    /// What access to an application can be asked for, as far as is known. Asks nobody.
    pub fn access_choices(&self, application: &str) -> AccessChoices {
        let known = Around {
            application: self.known_application(application),
            me: self.peek(&Resource::Me),
            stages: self.known_stages(),
        };
        let rows: Option<Vec<AccessEntry>> = self.peek(&Resource::Access {
            application: application.to_owned(),
        });
        let requests: Option<Page<AccessRequest>> = self.peek(&Resource::AccessRequests);
        let rows = rows.into_iter().flatten().map(|row| row.role);
        let requests = requests.map(|page| page.data).unwrap_or_default();
        AccessChoices {
            roles: roles(rows.chain(requests.into_iter().map(|request| request.role))),
            environments: known.columns(&[]),
            longest_reason: LONGEST_NOTE,
        }
    }
}

/// What is known around an application's access.
#[derive(Default)]
struct Around {
    application: Option<Application>,
    me: Option<Me>,
    stages: Stages,
}

impl Around {
    /// Every environment that is known, and those that the rows name.
    fn columns(&self, rows: &[AccessEntry]) -> Vec<Stage> {
        let mut keys = self.stages.keys_around(&self.application, self.me.as_ref());
        let named = rows.iter().flat_map(|row| &row.environments);
        keys.extend(named.map(String::as_str));
        self.stages.in_order(keys)
    }

    /// The permission to change access there, where it is known to be missing.
    fn missing(&self, environment: Option<&str>) -> Option<Permission> {
        let needed = Permission::AccessUpdate;
        let (application, me) = (self.application.as_ref(), self.me.as_ref());
        (allowed(&needed, application, me, environment) == Allowed::No).then_some(needed)
    }
}

fn grid_of(mut rows: Vec<AccessEntry>, known: &Around) -> AccessGrid {
    rows.sort_by_cached_key(|row| {
        let is_person = row.subject_type != SubjectType::Group;
        (is_person, row.subject.to_lowercase(), row.subject.clone())
    });
    let columns = known.columns(&rows);
    let environments = columns.iter().map(|stage| AccessColumn {
        environment: stage.clone(),
        missing: known.missing(Some(&stage.key)),
    });
    AccessGrid {
        environments: environments.collect(),
        roles: roles(rows.iter().map(|row| row.role.clone())),
        missing: known.missing(None),
        rows: rows
            .into_iter()
            .map(|entry| row_of(entry, &columns, known))
            .collect(),
    }
}

fn row_of(entry: AccessEntry, columns: &[Stage], known: &Around) -> AccessRow {
    let held = columns
        .iter()
        .map(|stage| entry.environments.contains(&stage.key));
    let mut places = entry.environments.iter();
    let me = known.me.as_ref();
    AccessRow {
        held: held.collect(),
        own: entry.subject_type == SubjectType::User
            && me.is_some_and(|me| me.username == entry.subject),
        production: places.any(|key| known.stages.is_production(key)),
        missing: known.missing(None).or_else(|| {
            let mut places = entry.environments.iter();
            places.find_map(|key| known.missing(Some(key)))
        }),
        entry,
    }
}

/// Every role that is known here, then those that were seen on the wire.
fn roles(seen: impl Iterator<Item = AccessRole>) -> Vec<AccessRole> {
    AccessRole::known_and(seen.filter(|role| !role.as_str().is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entries(rows: Value) -> Vec<AccessEntry> {
        serde_json::from_value(rows).unwrap()
    }

    fn known(mine: &[&str], prod: &[&str]) -> Around {
        Around {
            application: serde_json::from_value(json!({
                "key": "a", "type": "api", "environments": [
                    {"environment": "prod", "status": "running", "permissions": prod},
                    {"environment": "test", "status": "running", "permissions": mine},
                ]
            }))
            .unwrap(),
            me: serde_json::from_value(json!({
                "id": "1", "username": "me", "permissions": mine, "environments": ["dev", "test", "prod"]
            }))
            .unwrap(),
            stages: Stages::default(),
        }
    }

    #[test]
    fn a_subject_is_one_row_with_its_role_where_it_has_it() {
        let rows = json!([
            {"subject": "me", "subjectType": "user", "role": "viewer", "environments": ["prod", "dev"]},
            {"subject": "Zoo", "subjectType": "group", "role": "auditor", "environments": ["lab"]},
            {"subject": "apes", "subjectType": "group", "role": "admin", "environments": []},
        ]);
        let grid = grid_of(entries(rows), &known(&["access:update"], &["access:read"]));
        let columns: Vec<&str> = grid
            .environments
            .iter()
            .map(|column| column.environment.key.as_str())
            .collect();
        assert_eq!(columns, ["dev", "test", "lab", "prod"]);
        let rows: Vec<(&str, &[bool], bool)> = grid
            .rows
            .iter()
            .map(|row| (row.entry.subject.as_str(), row.held.as_slice(), row.own))
            .collect();
        let apes: &[bool] = &[false; 4];
        let zoo: &[bool] = &[false, false, true, false];
        let me: &[bool] = &[true, false, false, true];
        assert_eq!(
            rows,
            [("apes", apes, false), ("Zoo", zoo, false), ("me", me, true)]
        );
        assert_eq!(
            grid.roles.last(),
            Some(&AccessRole::Unknown("auditor".to_owned())),
            "as it came, after those that are named"
        );
        assert_eq!(grid.roles.len(), AccessRole::KNOWN.len() + 1);
    }

    #[test]
    fn what_the_caller_may_not_change_says_why_where_it_is() {
        let rows = json!([
            {"subject": "a", "subjectType": "user", "role": "viewer", "environments": ["test"]},
            {"subject": "b", "subjectType": "user", "role": "viewer", "environments": ["test", "prod"]},
        ]);
        let may = grid_of(
            entries(rows.clone()),
            &known(&["access:update"], &["access:read"]),
        );
        let missing: Vec<_> = may.rows.iter().map(|row| row.missing.clone()).collect();
        assert_eq!(missing, [None, Some(Permission::AccessUpdate)]);
        let production: Vec<_> = may.rows.iter().map(|row| row.production).collect();
        assert_eq!(production, [false, true]);
        let columns: Vec<_> = may
            .environments
            .iter()
            .map(|column| column.missing.is_some())
            .collect();
        assert_eq!(columns, [false, false, true]);
        assert_eq!(may.missing, None, "somewhere");

        let may_not = grid_of(
            entries(rows.clone()),
            &known(&["access:read"], &["access:read"]),
        );
        assert_eq!(may_not.missing, Some(Permission::AccessUpdate));
        assert!(may_not.rows.iter().all(|row| row.missing.is_some()));

        let not_known = grid_of(entries(rows), &Around::default());
        assert_eq!(
            not_known.missing, None,
            "the server's word comes when it is sent"
        );
        assert!(
            not_known
                .rows
                .iter()
                .all(|row| row.missing.is_none() && !row.own)
        );
    }
}
