//! Who may do what with one application (API.md, "Access control").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Permission;
use crate::open::{null_as_default, open_enum};

/// A row of an application's access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessEntry {
    /// Who: a person's or a group's name.
    pub subject: String,
    /// What the subject is.
    pub subject_type: SubjectType,
    /// What the subject is there.
    pub role: AccessRole,
    /// In which environments.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub environments: Vec<String>,
}

/// What is sent to grant or change access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessGrant {
    /// What the subject is.
    pub subject_type: SubjectType,
    /// What the subject is to be there.
    pub role: AccessRole,
    /// In which environments.
    #[schema(min_items = 1)]
    pub environments: Vec<String>,
}

/// What the caller may do somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct Permissions {
    /// All of it.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<Permission>)]
    pub permissions: Vec<Permission>,
}

/// What is sent to ask for access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessWish {
    /// To which application.
    pub application_key: String,
    /// As what.
    pub role: AccessRole,
    /// In which environments.
    #[schema(min_items = 1)]
    pub environments: Vec<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A request for access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessRequest {
    /// Its id on the instance.
    pub id: String,
    /// To which application.
    pub application_key: String,
    /// As what.
    pub role: AccessRole,
    /// In which environments.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub environments: Vec<String>,
    /// What for.
    #[serde(default)]
    pub reason: Option<String>,
    /// How it stands.
    pub status: AccessRequestStatus,
    /// Who asked.
    #[serde(default)]
    pub requested_by: Option<String>,
    /// When it was asked.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Who decided.
    #[serde(default)]
    pub decided_by: Option<String>,
    /// When it was decided.
    #[serde(default)]
    pub decided_at: Option<DateTime<Utc>>,
    /// What who decided said.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is sent to decide about a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct AccessDecision {
    /// Approved or denied.
    pub decision: Decision,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

open_enum! {
    /// What a subject is.
    SubjectType {
        /// A person or a service account.
        User = "user",
        /// A group of people.
        Group = "group",
    }
}

open_enum! {
    /// What somebody is for an application.
    AccessRole {
        /// May do all there is.
        Admin = "admin",
        /// Changes and deploys, but in production.
        Developer = "developer",
        /// Uses the applications that are named.
        User = "user",
        /// Reads.
        Viewer = "viewer",
    }
}

open_enum! {
    /// How a request for access stands.
    AccessRequestStatus {
        /// Nobody has decided.
        Pending = "pending",
        /// The access was given.
        Approved = "approved",
        /// It was not.
        Denied = "denied",
    }
}

open_enum! {
    /// What is decided about a request.
    Decision {
        /// The access is given.
        Approved = "approved",
        /// It is not.
        Denied = "denied",
    }
}
