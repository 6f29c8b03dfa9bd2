//! What a workload is started with.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::catalogue::{Image, Program};
use super::containers::spec::{NoSpec, Spec};
use super::probe::Probing;
use crate::place::Place;
use crate::workload::PROCESS_VARIABLE;

/// What a workload is started with. Holds secrets: no `Debug`.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) place: Place,
    pub(crate) image: String,
    pub(crate) runs: Runs,
    pub(crate) tag: String,
    /// How its health is asked for.
    pub(crate) probing: Probing,
    /// The application's own configuration.
    pub(crate) configuration: BTreeMap<String, String>,
}

/// What an image becomes when it is started.
#[derive(Clone, Debug)]
pub(crate) enum Runs {
    /// A process of this same binary.
    Program(Program),
    /// Containers of an engine.
    Container(Spec),
}

/// How long a process of the catalogue may take to be well.
const TIME_TO_BE_WELL: Duration = Duration::from_secs(20);

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
        manifest: &Map<String, Value>,
        configuration: BTreeMap<String, String>,
    ) -> Result<Self, NoSpec> {
        let (runs, tag) = match resolved {
            Image::Process { program, tag } => (Runs::Program(program), tag),
            Image::Container { tag } => (Runs::Container(Spec::of(manifest, &configuration)?), tag),
        };
        let probing = match (manifest.get("healthCheck"), &runs) {
            (Some(said), _) => Probing::of(said),
            (None, Runs::Program(_)) => Probing::default(),
            (None, Runs::Container(_)) => Probing::any_answer(),
        };
        Ok(Self {
            place: place.clone(),
            image: image.to_owned(),
            runs,
            tag,
            probing,
            configuration,
        })
    }

    /// What a container is made with; `None` where it is a process.
    pub(crate) fn container(&self) -> Option<&Spec> {
        match &self.runs {
            Runs::Container(spec) => Some(spec),
            Runs::Program(_) => None,
        }
    }

    /// How many of it run side by side.
    pub(crate) fn instances(&self) -> u32 {
        self.container().map_or(1, |spec| spec.instances)
    }

    /// How long it may take to be well.
    pub(crate) fn time_to_be_well(&self) -> Duration {
        self.container()
            .map_or(TIME_TO_BE_WELL, |spec| spec.time_to_be_well)
    }

    /// The environment of a process: what the system needs, and all that a container is told.
    pub(super) fn process_environment(
        &self,
        instance: &str,
        port: u16,
        token: &str,
    ) -> BTreeMap<String, String> {
        let mut environment: BTreeMap<String, String> = INHERITED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
            .collect();
        environment.extend(self.environment(instance, port));
        environment.insert(PROCESS_VARIABLE.to_owned(), token.to_owned());
        environment
    }

    /// The application's own configuration and what the platform says, which stands above it.
    pub(super) fn environment(&self, instance: &str, port: u16) -> BTreeMap<String, String> {
        let mut environment = self.configuration.clone();
        for (name, value) in [
            ("PORT", port.to_string()),
            ("MISO_APPLICATION", self.place.application.clone()),
            ("MISO_ENVIRONMENT", self.place.environment.clone()),
            ("MISO_IMAGE", self.image.clone()),
            ("MISO_VERSION", self.tag.clone()),
            ("MISO_INSTANCE", instance.to_owned()),
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
            &Map::new(),
            BTreeMap::from([
                ("LOG_LEVEL".into(), "info".into()),
                ("PORT".into(), "1".into()),
            ]),
        );
        let launch = launch.unwrap();
        let environment = launch.process_environment("orders-api-1", 4711, "a token");
        assert_eq!(environment["PORT"], "4711");
        assert_eq!(environment["LOG_LEVEL"], "info");
        assert_eq!(environment["MISO_VERSION"], "1.4.0");
        assert!(
            !environment
                .keys()
                .any(|name| name.contains("SECRET") || name.starts_with("CARGO"))
        );
        let inside = launch.environment("orders-api-1", 4711);
        assert!(!inside.contains_key("PATH"), "a container has its own");
    }
}
