//! Where a workload listens.

use std::fmt;
use std::sync::Arc;

/// A host and a port that requests are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: Arc<str>,
    port: u16,
}

impl Endpoint {
    /// A port of this machine's loopback.
    pub(crate) fn here(port: u16) -> Self {
        Self::at("127.0.0.1".into(), port)
    }

    /// A port of another machine, as a container engine elsewhere has; the host as in a URL.
    pub(super) fn at(host: Arc<str>, port: u16) -> Self {
        Self { host, port }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
