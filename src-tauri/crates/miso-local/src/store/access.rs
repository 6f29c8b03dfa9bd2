//! Who has access to which application, beside what everybody's own role gives.

use miso_api::{AccessEntry, AccessRole, Permission, SubjectType};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::people::Role;

/// What somebody is for one application.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) application: String,
    role: Option<Role>,
    environments: Vec<String>,
}

/// By which names somebody is known.
pub(crate) struct Subjects {
    pub(crate) names: Vec<String>,
    pub(crate) groups: Vec<String>,
}

impl Grant {
    /// What a role gives for an application in an environment.
    pub(crate) fn new(application: &str, role: Role, environment: &str) -> Self {
        Self {
            application: application.to_owned(),
            role: Some(role),
            environments: vec![environment.to_owned()],
        }
    }

    /// The role it gives in an environment; without one, anywhere.
    pub(crate) fn role_in(&self, environment: Option<&str>) -> Option<Role> {
        let mut keys = self.environments.iter();
        let there = keys.any(|key| environment.is_none_or(|environment| environment == key));
        self.role.filter(|_| there)
    }

    /// What it gives in an environment; without one, in any.
    pub(crate) fn permissions(&self, environment: Option<&str>) -> Vec<Permission> {
        let Some(role) = self.role else {
            return Vec::new();
        };
        let there = |key: &&String| environment.is_none_or(|environment| environment == *key);
        let keys = self.environments.iter().filter(there);
        keys.flat_map(|key| role.permissions_given(key)).collect()
    }
}

/// All that somebody was given.
pub(crate) fn grants(db: &Connection, subjects: &Subjects) -> Result<Vec<Grant>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT application, subject, subject_type, role, environments FROM access",
    )?;
    let rows = read.query_map([], |row| {
        let application: String = row.get(0)?;
        Ok((application, from_row(row)?))
    })?;
    let mut grants = Vec::new();
    for row in rows {
        let (application, (entry, environments)) = row?;
        let known = match entry.subject_type {
            SubjectType::User => &subjects.names,
            SubjectType::Group => &subjects.groups,
            SubjectType::Unknown(_) => continue,
        };
        if known
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&entry.subject))
        {
            grants.push(Grant {
                application,
                role: Role::of(&entry.role),
                environments: serde_json::from_str(&environments)?,
            });
        }
    }
    Ok(grants)
}

/// The rows of an application, by subject.
pub(crate) fn of_application(db: &Connection, key: &str) -> Result<Vec<AccessEntry>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT application, subject, subject_type, role, environments FROM access
         WHERE application = ?1 ORDER BY subject",
    )?;
    let rows = read
        .query_map(params![key], from_row)?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(whole).collect()
}

/// The row of a subject.
pub(crate) fn get(
    db: &Connection,
    key: &str,
    subject: &str,
) -> Result<Option<AccessEntry>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT application, subject, subject_type, role, environments FROM access
         WHERE application = ?1 AND subject = ?2",
    )?;
    let row = read.query_row(params![key, subject], from_row).optional()?;
    row.map(whole).transpose()
}

/// Writes the row of a subject.
pub(crate) fn put(db: &Connection, key: &str, entry: &AccessEntry) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO access (application, subject, subject_type, role, environments)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            key,
            entry.subject,
            entry.subject_type.as_str(),
            entry.role.as_str(),
            serde_json::to_string(&entry.environments)?
        ],
    )?;
    Ok(())
}

/// Removes the row of a subject.
pub(crate) fn delete(db: &Connection, key: &str, subject: &str) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM access WHERE application = ?1 AND subject = ?2",
        params![key, subject],
    )?;
    Ok(())
}

fn whole((mut entry, environments): (AccessEntry, String)) -> Result<AccessEntry, StoreError> {
    entry.environments = serde_json::from_str(&environments)?;
    Ok(entry)
}

/// A row, its environments still as text.
fn from_row(row: &Row<'_>) -> rusqlite::Result<(AccessEntry, String)> {
    let entry = AccessEntry {
        subject: row.get(1)?,
        subject_type: SubjectType::from(row.get::<_, String>(2)?),
        role: AccessRole::from(row.get::<_, String>(3)?),
        environments: Vec::new(),
    };
    Ok((entry, row.get(4)?))
}
