//! Who the caller is (API.md, "Access control").

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum};

/// The caller, as `GET /api/users/me` tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The subject.
    pub id: String,
    /// The name to sign in with.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub username: String,
    /// The address.
    #[serde(default)]
    pub email: Option<String>,
    /// The name people read.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Roles, as words.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub roles: Vec<String>,
    /// What the roles add up to.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<Permission>)]
    pub permissions: Vec<Permission>,
    /// Environments the caller may see.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub environments: Vec<String>,
}

open_enum! {
    /// What a caller may do.
    Permission {
        /// See applications.
        ApplicationsRead = "applications:read",
        /// Create applications.
        ApplicationsCreate = "applications:create",
        /// Change applications.
        ApplicationsUpdate = "applications:update",
        /// Delete applications.
        ApplicationsDelete = "applications:delete",
        /// Deploy applications.
        ApplicationsDeploy = "applications:deploy",
        /// See environments.
        EnvironmentsRead = "environments:read",
        /// Change environments.
        EnvironmentsUpdate = "environments:update",
        /// See deployments.
        DeploymentsRead = "deployments:read",
        /// Read logs.
        LogsRead = "logs:read",
        /// Read configuration.
        ConfigurationRead = "configuration:read",
        /// Change configuration.
        ConfigurationUpdate = "configuration:update",
        /// See who has access.
        AccessRead = "access:read",
        /// Change who has access.
        AccessUpdate = "access:update",
        /// See authentication settings.
        AuthRead = "auth:read",
    }
}
