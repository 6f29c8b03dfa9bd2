//! What a process is started with.

use std::collections::BTreeMap;

use super::catalogue::{Image, Program};
use super::probe::Probing;
use crate::place::Place;
use crate::workload::PROCESS_VARIABLE;

/// What a process is started with. Holds secrets: no `Debug`.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) place: Place,
    pub(crate) image: String,
    pub(crate) program: Program,
    pub(crate) tag: String,
    /// How its health is asked for.
    pub(crate) probing: Probing,
    /// The application's own configuration.
    pub(crate) configuration: BTreeMap<String, String>,
}

/// Variables of the system that a process may need to be loaded and to find its way. Everything
/// else of ours stays with us: an environment is how secrets leak.
const INHERITED: [&str; 13] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "SystemRoot",
    "windir",
];

impl Launch {
    pub(crate) fn new(
        place: &Place,
        image: &str,
        resolved: Image,
        probing: Probing,
        configuration: BTreeMap<String, String>,
    ) -> Self {
        let Image::Process { program, tag } = resolved;
        Self {
            place: place.clone(),
            image: image.to_owned(),
            program,
            tag,
            probing,
            configuration,
        }
    }

    /// The environment of the process. What the platform says stands above the application's own.
    pub(super) fn environment(
        &self,
        instance: &str,
        port: u16,
        token: &str,
    ) -> BTreeMap<String, String> {
        let mut environment: BTreeMap<String, String> = INHERITED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
            .collect();
        environment.extend(self.configuration.clone());
        for (name, value) in [
            ("PORT", port.to_string()),
            ("MISO_APPLICATION", self.place.application.clone()),
            ("MISO_ENVIRONMENT", self.place.environment.clone()),
            ("MISO_IMAGE", self.image.clone()),
            ("MISO_VERSION", self.tag.clone()),
            ("MISO_INSTANCE", instance.to_owned()),
            (PROCESS_VARIABLE, token.to_owned()),
        ] {
            environment.insert(name.to_owned(), value);
        }
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_has_the_last_word_and_nothing_of_ours_is_inherited() {
        let launch = Launch::new(
            &Place::new("orders-api", "dev"),
            "miso/hello:1.4.0",
            Image::resolve("miso/hello:1.4.0").unwrap(),
            Probing::default(),
            BTreeMap::from([
                ("LOG_LEVEL".into(), "info".into()),
                ("PORT".into(), "1".into()),
            ]),
        );
        let environment = launch.environment("orders-api-1", 4711, "a token");
        assert_eq!(environment["PORT"], "4711");
        assert_eq!(environment["LOG_LEVEL"], "info");
        assert_eq!(environment["MISO_VERSION"], "1.4.0");
        assert!(
            !environment
                .keys()
                .any(|name| name.contains("SECRET") || name.starts_with("CARGO"))
        );
    }
}
