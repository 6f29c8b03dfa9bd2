//! What the caller may do. Which role gives which is known to the server alone; here it is only
//! looked up (API.md, "Access control").

mod held;

use miso_api::{Application, EnvironmentEntry, Me, Permission, Permissions};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::fleet::entry_of;
use crate::{Client, Code, Failure, Resource};

pub use held::{Held, HeldRights, HeldRow};

/// Whether something is allowed, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// The server lists the permission.
    Yes,
    /// The server lists permissions, and not this one.
    No,
    /// The server has not said.
    NotKnown,
}

/// What the caller may do somewhere: all that is not known to be missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Rights {
    /// The permissions.
    pub permissions: Vec<Permission>,
}

impl Client {
    /// What the caller may do: with an application in an environment, with it anywhere, or at all.
    /// Asks nobody.
    pub fn rights(&self, application: Option<&str>, environment: Option<&str>) -> Rights {
        let known = application.and_then(|key| self.known_application(key));
        let asked = self.asked_permissions(application, environment);
        let me: Option<Me> = self.peek(&Resource::Me);
        let listed = Permission::KNOWN.iter().copied().map(Permission::from);
        let may = listed.filter(|needed| {
            may(
                needed,
                known.as_ref(),
                asked.as_deref(),
                me.as_ref(),
                environment,
            ) != Allowed::No
        });
        Rights {
            permissions: may.collect(),
        }
    }

    /// Refuses what is known to be refused, before it is sent.
    ///
    /// # Errors
    /// [`Code::Forbidden`] with the `permission` that is missing.
    pub(crate) fn must(
        &self,
        needed: &Permission,
        application: Option<&str>,
        environment: Option<&str>,
    ) -> Result<(), Failure> {
        let known = application.and_then(|key| self.known_application(key));
        let asked = self.asked_permissions(application, environment);
        let me: Option<Me> = self.peek(&Resource::Me);
        match may(
            needed,
            known.as_ref(),
            asked.as_deref(),
            me.as_ref(),
            environment,
        ) {
            Allowed::No => Err(Failure::new(Code::Forbidden).with("permission", needed)),
            Allowed::Yes | Allowed::NotKnown => Ok(()),
        }
    }

    /// What the server answered when it was asked about one place; `None` where nobody asked.
    pub(crate) fn asked_permissions(
        &self,
        application: Option<&str>,
        environment: Option<&str>,
    ) -> Option<Vec<Permission>> {
        let asked: Permissions = self.peek(&Resource::Permissions {
            application: application?.to_owned(),
            environment: environment?.to_owned(),
        })?;
        Some(asked.permissions)
    }
}

/// Whether the caller may deploy to an environment.
pub(crate) fn to_deploy(
    entry: Option<&EnvironmentEntry>,
    asked: Option<&[Permission]>,
    me: Option<&Me>,
    environment: &str,
) -> Allowed {
    let listed = entry.map(|entry| entry.permissions.as_slice());
    by(
        &Permission::ApplicationsDeploy,
        listed.unwrap_or_default(),
        asked,
        me,
        Some(environment),
    )
}

/// Whether the caller may do something with an application in an environment; without an environment,
/// in any of them.
pub(crate) fn allowed(
    needed: &Permission,
    application: Option<&Application>,
    me: Option<&Me>,
    environment: Option<&str>,
) -> Allowed {
    may(needed, application, None, me, environment)
}

/// The same, with what the server answered about that place.
fn may(
    needed: &Permission,
    application: Option<&Application>,
    asked: Option<&[Permission]>,
    me: Option<&Me>,
    environment: Option<&str>,
) -> Allowed {
    let listed: Vec<String> = match (application, environment) {
        (Some(application), Some(environment)) => entry_of(application, environment)
            .map(|entry| entry.permissions.clone())
            .unwrap_or_default(),
        (Some(application), None) => {
            let entries = application.environments.iter();
            let held = entries.flat_map(|entry| entry.permissions.iter().cloned());
            held.collect()
        }
        (None, _) => Vec::new(),
    };
    match by(needed, &listed, asked, me, environment) {
        // What is not held where it runs may be held where it does not run yet.
        Allowed::No if environment.is_none() => by(needed, &[], None, me, None),
        allowed => allowed,
    }
}

/// By what the server lists for a place, else by what it answered about it, else by what the account may do
/// in general, and where. An empty list says nothing: who may see a place has at least that permission.
fn by(
    needed: &Permission,
    listed: &[String],
    asked: Option<&[Permission]>,
    me: Option<&Me>,
    environment: Option<&str>,
) -> Allowed {
    if !listed.is_empty() {
        return yes_if(listed.iter().any(|held| held == needed.as_str()));
    }
    if let Some(asked) = asked {
        return yes_if(asked.contains(needed));
    }
    let Some(me) = me.filter(|me| !me.permissions.is_empty()) else {
        return Allowed::NotKnown;
    };
    if !me.permissions.contains(needed) {
        return Allowed::No;
    }
    match (environment, me.environments.as_slice()) {
        (None, _) => Allowed::Yes,
        (Some(_), []) => Allowed::NotKnown,
        (Some(wanted), environments) => yes_if(environments.iter().any(|known| known == wanted)),
    }
}

fn yes_if(allowed: bool) -> Allowed {
    if allowed { Allowed::Yes } else { Allowed::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(permissions: &[&str], environments: &[&str]) -> Me {
        serde_json::from_value(serde_json::json!({
            "id": "1", "permissions": permissions, "environments": environments
        }))
        .unwrap()
    }

    fn application(listed: &[(&str, &[&str])]) -> Application {
        let entries: Vec<_> = listed
            .iter()
            .map(|(environment, permissions)| {
                serde_json::json!({"environment": environment, "status": "running",
                    "permissions": permissions})
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({"key": "a", "type": "api", "environments": entries}),
        )
        .unwrap()
    }

    #[test]
    fn what_a_place_lists_counts_before_what_the_account_may() {
        let update = &Permission::ConfigurationUpdate;
        let app = application(&[("dev", &["configuration:update"]), ("prod", &["logs:read"])]);
        let (all, none) = (
            me(&["configuration:update"], &["dev"]),
            me(&["logs:read"], &[]),
        );
        let at = |me: &Me, environment| allowed(update, Some(&app), Some(me), environment);
        assert_eq!(at(&none, Some("dev")), Allowed::Yes);
        assert_eq!(at(&all, Some("prod")), Allowed::No);
        assert_eq!(
            at(&all, Some("test")),
            Allowed::No,
            "not among the account's"
        );
        assert_eq!(at(&none, None), Allowed::Yes, "somewhere");
        assert_eq!(
            allowed(update, Some(&app), None, Some("test")),
            Allowed::NotKnown
        );
        let asked = |permissions: &[Permission]| {
            may(
                update,
                Some(&app),
                Some(permissions),
                Some(&none),
                Some("test"),
            )
        };
        assert_eq!(asked(&[]), Allowed::No, "nothing at all");
        assert_eq!(
            asked(std::slice::from_ref(update)),
            Allowed::Yes,
            "the place's own answer"
        );
        assert_eq!(
            may(update, Some(&app), Some(&[]), None, Some("dev")),
            Allowed::Yes,
            "what its entry lists is newer"
        );
        assert_eq!(allowed(update, None, Some(&none), None), Allowed::No);
        assert_eq!(allowed(update, None, None, None), Allowed::NotKnown);
    }
}
