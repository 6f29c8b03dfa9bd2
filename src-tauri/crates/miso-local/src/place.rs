//! Where an application runs: its key and the environment's.

use std::fmt;

/// An application in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) application: String,
    pub(crate) environment: String,
}

impl Place {
    pub(crate) fn new(application: &str, environment: &str) -> Self {
        Self {
            application: application.to_owned(),
            environment: environment.to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.application, self.environment)
    }
}
