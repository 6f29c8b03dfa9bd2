//! What the environment says.

use std::env;

use http::HeaderValue;

use super::PROCESS_VARIABLE;

/// What the environment says.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) port: u16,
    pub(super) application: String,
    pub(super) environment: String,
    pub(super) version: String,
    pub(super) instance: String,
    /// What the answer to a probe carries.
    pub(super) process: HeaderValue,
}

impl Settings {
    /// Reads it; the error is the name of what is missing.
    pub(super) fn from_environment() -> Result<Self, &'static str> {
        let text = |name| env::var(name).map_err(|_| name);
        Ok(Self {
            port: text("PORT")?.parse().map_err(|_| "PORT")?,
            application: text("MISO_APPLICATION")?,
            environment: text("MISO_ENVIRONMENT")?,
            version: text("MISO_VERSION")?,
            instance: text("MISO_INSTANCE")?,
            process: text(PROCESS_VARIABLE)?
                .parse()
                .map_err(|_| PROCESS_VARIABLE)?,
        })
    }
}
