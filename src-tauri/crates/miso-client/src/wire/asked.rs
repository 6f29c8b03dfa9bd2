//! What a call asks for, whichever reading of the API says it: the documented one says it in one call,
//! another in several, or not at all.

use miso_api::DeployRequest;
use serde_json::Value;

use crate::Capability;
use crate::fleet::FleetQuery;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Who the caller is.
    Me,
    /// What the caller may do with an application in an environment.
    Permissions {
        /// Its key.
        application: String,
        /// Where.
        environment: String,
    },
    /// A page of applications.
    Applications {
        /// Which of them.
        query: FleetQuery,
        /// The first is 1.
        page: u32,
    },
    /// One application.
    Application {
        /// Its key.
        key: String,
    },
    /// A new application.
    Create {
        /// Its manifest.
        manifest: Value,
    },
    /// An application's new manifest.
    Update {
        /// Its key.
        key: String,
        /// The manifest.
        manifest: Value,
    },
    /// That an application is no more.
    Delete {
        /// Its key.
        key: String,
    },
    /// The items of a manifest.
    ManifestItems {
        /// The application's key.
        key: String,
    },
    /// Who has access to an application.
    Access {
        /// Its key.
        key: String,
    },
    /// A deployment that is to begin.
    Deploy {
        /// The application's key.
        key: String,
        /// Where, and what.
        request: DeployRequest,
    },
    /// A page of a history, newest first.
    Deployments {
        /// Of one application.
        application: Option<String>,
        /// In one environment.
        environment: Option<String>,
        /// The first is 1.
        page: u32,
    },
    /// One deployment.
    Deployment {
        /// Its id.
        id: String,
    },
    /// Every environment.
    Environments,
    /// One environment.
    Environment {
        /// Its key.
        key: String,
    },
    /// How an application is in an environment.
    Health {
        /// Its key.
        application: String,
        /// Where.
        environment: String,
    },
    /// What only the documented reading can say.
    Documented(Capability),
}
