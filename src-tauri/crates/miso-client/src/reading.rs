//! What a read returns, and the names of what can be read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Failure, TimeRange};

/// A value that knows its age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Reading<T> {
    /// The value.
    pub value: T,
    /// When the server said so.
    pub as_of: DateTime<Utc>,
    /// Where it comes from now.
    pub source: Source,
    /// Why the server's last answer brought nothing newer, where it did answer.
    pub failure: Option<Failure>,
}

impl<T> Reading<T> {
    /// Something made of the value, as old as it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Reading<U> {
        Reading {
            value: make(self.value),
            as_of: self.as_of,
            source: self.source,
            failure: self.failure,
        }
    }
}

/// A value and the version it is of, for who changes it (RFC 9110 §13.1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// Its `ETag`; `None` where the server gives none.
    pub version: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The server answered in this run of the app.
    Live,
    /// Kept from before; the server has not been asked yet.
    Cache,
    /// Kept from before; the server could not be reached when it was last asked.
    Offline,
}

/// Something that can be read, watched and refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Resource {
    /// Every application with all its environments.
    Applications,
    /// One application.
    Application {
        /// Its key.
        application: String,
    },
    /// Every environment.
    Environments,
    /// One environment.
    Environment {
        /// Its key.
        environment: String,
    },
    /// The caller.
    Me,
    /// Recent deployments, of everything or of one application.
    Deployments {
        /// The application's key, if only its own.
        application: Option<String>,
    },
    /// One deployment.
    Deployment {
        /// Its id.
        id: String,
    },
    /// The health of an application in an environment.
    Health {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
    },
    /// The changes of the health of an application in an environment over the last two weeks.
    HealthHistory {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
    },
    /// What was measured of an application in an environment.
    Metrics {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
        /// How far back.
        range: TimeRange,
    },
    /// What happened to an application in an environment.
    Events {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
        /// How far back.
        range: TimeRange,
    },
    /// Who has access to an application.
    Access {
        /// Its key.
        application: String,
    },
    /// Requests for access: the caller's own, and those the caller may decide.
    AccessRequests,
    /// What the caller may do with an application in an environment: asked for where the application's own
    /// entries do not say it.
    Permissions {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
    },
    /// The configuration of an application.
    Configuration {
        /// Its key.
        application: String,
        /// Where; `None` for the manifest's own items.
        environment: Option<String>,
    },
}

impl Resource {
    /// Whether it may be kept on disk: configuration never is (SECURITY.md).
    pub(crate) fn is_kept(&self) -> bool {
        !matches!(self, Self::Configuration { .. })
    }

    /// Whether a change of an application, such as a deployment's begin or end, shows here.
    pub(crate) fn shows(&self, changed: &str) -> bool {
        match self {
            Self::Applications | Self::Environments | Self::Environment { .. } => true,
            Self::Application { application }
            | Self::Health { application, .. }
            | Self::Events { application, .. }
            | Self::Configuration { application, .. } => application == changed,
            // What is deployed is put into the lists by its own reading; what the health becomes is
            // said by itself, and what is measured comes in its own time.
            Self::Deployments { .. }
            | Self::HealthHistory { .. }
            | Self::Metrics { .. }
            | Self::Me
            | Self::Deployment { .. }
            | Self::Access { .. }
            | Self::AccessRequests
            | Self::Permissions { .. } => false,
        }
    }
}
