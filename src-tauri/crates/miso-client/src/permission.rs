//! What the caller may do. Which role gives which is known to the server alone; here it is only
//! looked up (API.md, "Access control").

use miso_api::{EnvironmentEntry, Me, Permission};

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

/// Whether the caller may deploy to an environment: by what the server lists for that place, else
/// by what the account may do in general, and where. An empty list says nothing: who may see a
/// place has at least that permission.
pub(crate) fn to_deploy(
    entry: Option<&EnvironmentEntry>,
    me: Option<&Me>,
    environment: &str,
) -> Allowed {
    let needed = Permission::ApplicationsDeploy;
    if let Some(entry) = entry.filter(|entry| !entry.permissions.is_empty()) {
        return yes_if(entry.permissions.iter().any(|held| held == needed.as_str()));
    }
    let Some(me) = me.filter(|me| !me.permissions.is_empty()) else {
        return Allowed::NotKnown;
    };
    if !me.permissions.contains(&needed) {
        return Allowed::No;
    }
    match me.environments.as_slice() {
        [] => Allowed::NotKnown,
        environments => yes_if(environments.iter().any(|known| known == environment)),
    }
}

fn yes_if(allowed: bool) -> Allowed {
    if allowed { Allowed::Yes } else { Allowed::No }
}
