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
    /// Whether the version is that one or a later one; what is no version is an early one.
    pub(super) fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self.version.split(['.', '-']).map(|part| part.parse().ok());
        let mut next = || numbers.next().flatten().unwrap_or(0);
        (next(), next()) >= (major, minor)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let at_least = |version: &str| {
            let settings = Settings {
                port: 1,
                application: String::new(),
                environment: String::new(),
                version: version.to_owned(),
                instance: String::new(),
                process: HeaderValue::from_static("x"),
            };
            settings.is_at_least(1, 1)
        };
        let later = ["1.1", "1.1.0", "1.10", "2.0.0-rc.3", "5"];
        let early = ["1.0", "1.0.9", "0.31.0", "latest", "1-beta"];
        assert!(later.into_iter().all(at_least));
        assert!(!early.into_iter().any(at_least));
    }
}
