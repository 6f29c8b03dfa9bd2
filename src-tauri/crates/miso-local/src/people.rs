//! The people of a local instance, and what each role may do. The client and the page only look
//! permissions up; which role gives which is known here alone (API.md, "Access control").

use miso_api::{AccessRole, Permission};

/// A person who can sign in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    /// The subject; never changes.
    pub(crate) id: &'static str,
    pub(crate) username: &'static str,
    pub(crate) display_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) role: Role,
}

/// What somebody is on the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Admin,
    Developer,
    /// Who uses the applications that are named.
    User,
    Viewer,
}

/// What is about the instance and not about one application.
const OF_THE_INSTANCE: [Permission; 4] = [
    Permission::ApplicationsCreate,
    Permission::EnvironmentsRead,
    Permission::EnvironmentsUpdate,
    Permission::AuthRead,
];

/// Everybody who can sign in.
pub(crate) const ALL: [Person; 3] = [
    Person {
        id: "aino-laine",
        username: "aino.laine",
        display_name: "Aino Laine",
        email: "aino.laine@example.com",
        role: Role::Admin,
    },
    Person {
        id: "mikko-saari",
        username: "mikko.saari",
        display_name: "Mikko Saari",
        email: "mikko.saari@example.com",
        role: Role::Developer,
    },
    Person {
        id: "elena-novak",
        username: "elena.novak",
        display_name: "Elena Novak",
        email: "elena.novak@example.com",
        role: Role::Viewer,
    },
];

/// The person of that subject.
pub(crate) fn by_id(id: &str) -> Option<Person> {
    ALL.into_iter().find(|person| person.id == id)
}

/// The person of that user name.
pub(crate) fn by_username(username: &str) -> Option<Person> {
    ALL.into_iter().find(|person| person.username == username)
}

impl Role {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Viewer => "viewer",
        }
    }

    /// The word people read.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Admin => "administrator",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that word; none for a word this version does not know.
    pub(crate) fn of(word: &AccessRole) -> Option<Self> {
        match word {
            AccessRole::Admin => Some(Self::Admin),
            AccessRole::Developer => Some(Self::Developer),
            AccessRole::User => Some(Self::User),
            AccessRole::Viewer => Some(Self::Viewer),
            AccessRole::Unknown(_) => None,
        }
    }

    /// The group of everybody of the role.
    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::Admin => "administrators",
            Self::Developer => "developers",
            Self::User => "users",
            Self::Viewer => "viewers",
        }
    }

    /// What the role may do with an application for which it was given, in one of its environments.
    pub(crate) fn permissions_given(self, environment: &str) -> Vec<Permission> {
        let mut permissions = self.permissions(Some(environment));
        permissions.retain(|permission| !OF_THE_INSTANCE.contains(permission));
        permissions
    }

    /// What the role may do in an environment; without one, what it may do anywhere.
    pub(crate) fn permissions(self, environment: Option<&str>) -> Vec<Permission> {
        use Permission as P;
        let mut permissions = vec![
            P::ApplicationsRead,
            P::EnvironmentsRead,
            P::DeploymentsRead,
            P::LogsRead,
            P::ConfigurationRead,
            P::AccessRead,
        ];
        let may_change = match self {
            Self::Admin => true,
            Self::Developer => environment.is_none_or(|key| !miso_api::is_production(key)),
            Self::User | Self::Viewer => false,
        };
        if may_change {
            permissions.extend([
                P::ApplicationsCreate,
                P::ApplicationsUpdate,
                P::ApplicationsDeploy,
                P::ConfigurationUpdate,
            ]);
        }
        if self == Self::Admin {
            permissions.extend([
                P::ApplicationsDelete,
                P::EnvironmentsUpdate,
                P::AccessUpdate,
                P::AuthRead,
            ]);
        }
        permissions
    }

    /// Whether the role may do that there.
    pub(crate) fn may(self, permission: &Permission, environment: Option<&str>) -> bool {
        self.permissions(environment).contains(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_developer_deploys_to_dev_and_test_only() {
        let deploys =
            |role: Role, environment| role.may(&Permission::ApplicationsDeploy, Some(environment));
        assert!(deploys(Role::Developer, "dev"));
        assert!(deploys(Role::Developer, "test"));
        assert!(!deploys(Role::Developer, "prod"));
        assert!(
            ["dev", "test", "prod"]
                .iter()
                .all(|key| deploys(Role::Admin, key))
        );
        assert!(
            !["dev", "test", "prod"]
                .iter()
                .any(|key| deploys(Role::Viewer, key))
        );
    }

    #[test]
    fn a_viewer_only_reads() {
        let words: Vec<_> = Role::Viewer
            .permissions(None)
            .iter()
            .map(|permission| permission.as_str().to_owned())
            .collect();
        assert!(
            words.iter().all(|word| word.ends_with(":read")),
            "{words:?}"
        );
    }

    #[test]
    fn the_administrator_may_do_all_there_is() {
        let mut words: Vec<_> = Role::Admin
            .permissions(Some("prod"))
            .iter()
            .map(|p| p.as_str().to_owned())
            .collect();
        let mut known: Vec<_> = Permission::KNOWN
            .iter()
            .map(|word| (*word).to_owned())
            .collect();
        words.sort();
        known.sort();
        assert_eq!(words, known);
    }
}
