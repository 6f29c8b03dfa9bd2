//! Roles and permissions in v1's words (API-V1.md §4): what the people of the instance are there.

use miso_api::Permission;

use super::names::{self, Environment};
use crate::people::Role;

pub(super) const ADMIN: &str = "aifabrix-platform-admin";
pub(super) const DEVELOPER: &str = "aifabrix-developer";
pub(super) const OBSERVER: &str = "aifabrix-observer";

/// The roles that somebody here can have: the word, the name people read, and the group that has it.
pub(super) const ROLES: [(&str, &str, &str); 3] = [
    (ADMIN, "Platform administrator", "AI-Fabrix-Platform-Admins"),
    (DEVELOPER, "Developer", "AI-Fabrix-Developers"),
    (OBSERVER, "Observer", "AI-Fabrix-Observers"),
];

/// What an application may do by itself, in its own place (API-V1.md §2.2, "Where a client token is
/// accepted").
pub(super) const OF_AN_APPLICATION: [&str; 6] = [
    "applications:deploy",
    "auth:read",
    "deployments:read",
    "environments-applications:read",
    "environments-applications:update",
    "logs:write",
];

/// A role in an environment; without one, the most that it is in any. Who may not deploy somewhere
/// is an observer there, as in the documented API.
pub(super) fn role(role: Role, at: Option<Environment>) -> &'static str {
    match role {
        Role::Admin => ADMIN,
        Role::Developer => {
            let deploys = |at: Environment| {
                let may = |key| role.may(&Permission::ApplicationsDeploy, Some(key));
                at.key.is_some_and(may)
            };
            let somewhere = match at {
                Some(at) => deploys(at),
                None => names::ALL.into_iter().any(deploys),
            };
            if somewhere { DEVELOPER } else { OBSERVER }
        }
        Role::User | Role::Viewer => OBSERVER,
    }
}

/// What a role may do.
pub(super) fn of_role(role: &str) -> Vec<&'static str> {
    let has = |row: &&Row| match role {
        ADMIN => true,
        DEVELOPER => row.developer,
        OBSERVER => row.observer,
        _ => false,
    };
    MATRIX
        .iter()
        .filter(has)
        .map(|row| row.permission)
        .collect()
}

/// Whether a permission is about an application, so that it can be given for one alone.
pub(super) fn is_about_one_application(permission: &str) -> bool {
    [
        "applications:",
        "environments-applications:",
        "deployments:",
    ]
    .iter()
    .any(|area| permission.starts_with(area))
        && permission != "applications:create"
}

/// A permission, and who has it beside the administrator.
struct Row {
    permission: &'static str,
    developer: bool,
    observer: bool,
}

const fn row(permission: &'static str, developer: bool, observer: bool) -> Row {
    Row {
        permission,
        developer,
        observer,
    }
}

const MATRIX: [Row; 58] = [
    row("integration-client:create", false, false),
    row("integration-client:read", false, true),
    row("integration-client:update", false, false),
    row("integration-client:delete", false, false),
    row("users:create", false, false),
    row("users:read", false, true),
    row("users:update", false, false),
    row("users:delete", false, false),
    row("groups:create", false, false),
    row("groups:read", false, true),
    row("groups:update", false, false),
    row("groups:delete", false, false),
    row("admin:read", false, false),
    row("admin:write", false, false),
    row("admin:delete", false, false),
    row("applications:create", false, false),
    row("applications:read", true, true),
    row("applications:update", false, false),
    row("applications:delete", false, false),
    row("environments:create", false, false),
    row("environments:read", true, true),
    row("environments:update", false, false),
    row("environments:delete", false, false),
    row("environments-applications:create", true, false),
    row("environments-applications:read", true, true),
    row("environments-applications:update", true, false),
    row("environments-applications:delete", false, false),
    row("applications:deploy", true, false),
    row("deployments:read", true, true),
    row("controller:admin", false, false),
    row("controller:deploy", false, false),
    row("controller:monitor", false, true),
    row("controller:compliance", false, false),
    row("auth:read", true, true),
    row("logs:read", false, true),
    row("logs:write", true, false),
    row("logs:export", false, false),
    row("audit:read", false, false),
    row("jobs:read", false, true),
    row("admin:export", false, false),
    row("admin:sync", false, false),
    row("admin:keycloak", false, false),
    row("cache:read", false, true),
    row("cache:admin", false, false),
    row("dashboard:read", true, true),
    row("dimensions:read", true, true),
    row("dimensions:create", false, false),
    row("dimensions:update", false, false),
    row("dimensions:delete", false, false),
    row("delegation:link", true, false),
    row("delegation:mint", true, false),
    row("delegation:read", true, true),
    row("delegation:delete", true, false),
    row("delegation:admin:read", false, false),
    row("delegation:admin:delete", false, false),
    row("onboarding:read", false, true),
    row("onboarding:config", false, false),
    row("system:callback", false, false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_developer_is_an_observer_where_nothing_may_be_deployed() {
        let at = |name| role(Role::Developer, names::find(name));
        assert_eq!(
            ["dev", "tst", "pro", "miso"].map(at),
            [DEVELOPER, DEVELOPER, OBSERVER, OBSERVER]
        );
        assert_eq!(role(Role::Developer, None), DEVELOPER);
    }

    #[test]
    fn the_matrix_is_that_of_the_document() {
        assert_eq!(of_role(ADMIN).len(), 58);
        let developer = of_role(DEVELOPER);
        assert!(developer.contains(&"applications:deploy"));
        assert!(!developer.contains(&"logs:read"));
        let observer = of_role(OBSERVER);
        assert!(observer.contains(&"jobs:read"));
        assert!(
            observer
                .iter()
                .all(|word| word.ends_with(":read") || *word == "controller:monitor"),
            "{observer:?}"
        );
    }
}
