//! Environments as the stages of a release: their order, their names, and which are production.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use miso_api::{Application, Environment, Me, Page};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Client, Resource};

/// The way of a release as environments are usually called; others come after these.
const USUAL: [&str; 13] = [
    "local",
    "dev",
    "development",
    "test",
    "tst",
    "qa",
    "uat",
    "staging",
    "stage",
    "stg",
    "acc",
    "pre",
    "preprod",
];

/// What the platform's own documents call them; known before anything was asked.
const DOCUMENTED: [&str; 4] = ["dev", "test", "prod", "pro"];

/// What production is called where nothing else is known of it.
const PRODUCTION: &str = "prod";

/// An environment as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Stage {
    /// Its key.
    pub key: String,
    /// How it is called on screen; production's name has the word PROD in it.
    pub name: String,
    /// Whether what is written there is written to production.
    pub production: bool,
}

/// What is known of the environments of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages {
    known: BTreeSet<String>,
    marked: BTreeSet<String>,
    /// Whether the whole connection counts as production.
    all: bool,
}

impl Stages {
    /// Of a connection that counts as production as a whole, or does not, with what the instance
    /// says of its environments.
    pub(crate) fn new(all: bool, environments: &[Environment]) -> Self {
        let keys = |wanted: fn(&Environment) -> bool| {
            let found = environments
                .iter()
                .filter(move |environment| wanted(environment));
            found.map(|environment| environment.key.clone()).collect()
        };
        Self {
            known: keys(|_| true),
            marked: keys(|environment| environment.production == Some(true)),
            all,
        }
    }

    /// Whether an environment is production: so marked by the instance, by its key, or because the
    /// connection is. The one place that decides it.
    pub(crate) fn is_production(&self, key: &str) -> bool {
        self.all || self.marked.contains(key) || miso_api::is_production(key)
    }

    /// The environments that these applications are in, that the instance named, and that the account
    /// may see.
    pub(crate) fn keys_around<'a>(
        &'a self,
        applications: impl IntoIterator<Item = &'a Application>,
        me: Option<&'a Me>,
    ) -> BTreeSet<&'a str> {
        let entries = applications
            .into_iter()
            .flat_map(|application| &application.environments);
        let placed = entries.map(|entry| entry.environment.as_str());
        let seen = me.into_iter().flat_map(|me| &me.environments);
        let named = self.known.iter().chain(seen).map(String::as_str);
        placed.chain(named).collect()
    }

    /// An environment as it is shown.
    pub(crate) fn stage(&self, key: &str) -> Stage {
        let production = self.is_production(key);
        let name = match (production, miso_api::is_production(key)) {
            (_, true) => "PROD".to_owned(),
            (true, false) => format!("PROD {key}"),
            (false, false) => key.to_owned(),
        };
        Stage {
            key: key.to_owned(),
            name,
            production,
        }
    }

    /// Each environment once, on the way of a release: the usual ones in their order, others by
    /// name after them, production last.
    pub(crate) fn in_order<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Vec<Stage> {
        let mut keys: Vec<&str> = keys.into_iter().collect();
        keys.sort_unstable_by_key(|key| (self.rank(key), *key));
        keys.dedup();
        keys.into_iter().map(|key| self.stage(key)).collect()
    }

    /// Environments on the way of a release.
    pub(crate) fn sorted(&self, mut environments: Vec<Environment>) -> Vec<Environment> {
        environments.sort_by(|a, b| {
            let order = |environment: &Environment| self.rank(&environment.key);
            order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key))
        });
        environments
    }

    fn rank(&self, key: &str) -> usize {
        if miso_api::is_production(key) {
            return USUAL.len() + 2;
        }
        if self.marked.contains(key) {
            return USUAL.len() + 1;
        }
        USUAL
            .iter()
            .position(|usual| *usual == key)
            .unwrap_or(USUAL.len())
    }
}

impl Client {
    /// Every environment that anybody may name here, in order: what the instance has shown so far,
    /// and what the platform's documents call them. Asks nobody.
    pub fn stages(&self) -> Vec<Stage> {
        let stages = self.known_stages();
        let me: Option<Me> = self.peek(&Resource::Me);
        let mut keys: BTreeSet<String> = DOCUMENTED.map(str::to_owned).into();
        keys.extend(stages.known.iter().cloned());
        keys.extend(self.placed_keys());
        keys.extend(me.into_iter().flat_map(|me| me.environments));
        stages.in_order(keys.iter().map(String::as_str))
    }

    /// One environment as it is shown, by what is known of it.
    pub fn stage(&self, environment: &str) -> Stage {
        self.known_stages().stage(environment)
    }

    /// The production that something of which nothing is known may be in; `None` where the instance has
    /// named its environments and none of them is production.
    pub(crate) fn perhaps_production(&self) -> Option<Stage> {
        let stages = self.known_stages();
        let me: Option<Me> = self.peek(&Resource::Me);
        let mut keys: BTreeSet<String> = stages.known.clone();
        keys.extend(self.placed_keys());
        keys.extend(me.into_iter().flat_map(|me| me.environments));
        match keys.iter().find(|key| stages.is_production(key)) {
            Some(key) => Some(stages.stage(key)),
            None if stages.known.is_empty() => Some(stages.stage(PRODUCTION)),
            None => None,
        }
    }

    /// Where the applications of the list are.
    pub(crate) fn placed_keys(&self) -> BTreeSet<String> {
        let placed: Option<Placed> = self.peek(&Resource::Applications);
        placed.into_iter().flat_map(Placed::keys).collect()
    }

    pub(crate) fn known_stages(&self) -> Stages {
        let known: Option<Page<Environment>> = self.peek(&Resource::Environments);
        let known = known.map(|page| page.data).unwrap_or_default();
        Stages::new(self.inner.production.load(Ordering::SeqCst), &known)
    }
}

/// Of the list of applications only where they are: it is read before the first paint.
#[derive(Deserialize)]
struct Placed {
    data: Vec<PlacedApplication>,
}

#[derive(Deserialize)]
struct PlacedApplication {
    environments: Vec<PlacedEntry>,
}

#[derive(Deserialize)]
struct PlacedEntry {
    environment: String,
}

impl Placed {
    fn keys(self) -> impl Iterator<Item = String> {
        let entries = self
            .data
            .into_iter()
            .flat_map(|application| application.environments);
        entries.map(|entry| entry.environment)
    }
}

#[cfg(test)]
mod tests {
    use miso_api::EnvironmentStatus;
    use proptest::prelude::*;

    use super::*;

    fn environment(key: &str, production: Option<bool>) -> Environment {
        Environment {
            key: key.to_owned(),
            display_name: String::new(),
            production,
            status: EnvironmentStatus::Healthy,
            applications: Vec::new(),
            resources: Vec::new(),
            updated_at: None,
        }
    }

    fn keys(stages: &[Stage]) -> Vec<&str> {
        stages.iter().map(|stage| stage.key.as_str()).collect()
    }

    #[test]
    fn production_is_marked_or_called_so_or_the_connections() {
        let known = [
            environment("live", Some(true)),
            environment("prod", Some(false)),
            environment("preprod", None),
        ];
        let stages = Stages::new(false, &known);
        let production = ["live", "prod", "pro", "preprod", "production", "dev"]
            .map(|key| stages.is_production(key));
        assert_eq!(production, [true, true, true, false, false, false]);
        let all = Stages::new(true, &known);
        assert!(all.is_production("dev") && all.is_production("anything"));
        assert_eq!(
            ["prod", "pro", "live", "dev"].map(|key| stages.stage(key).name),
            ["PROD", "PROD", "PROD live", "dev"]
        );
    }

    #[test]
    fn stages_stand_in_the_order_of_a_release() {
        let stages = Stages::new(false, &[environment("alive", Some(true))]);
        let order = stages.in_order(["prod", "alive", "zeta", "test", "dev", "prod"]);
        assert_eq!(keys(&order), ["dev", "test", "zeta", "alive", "prod"]);
    }

    proptest! {
        /// However they come, each is there once, in one order, and the names are told apart.
        #[test]
        fn the_order_is_of_the_keys_alone(
            found in prop::collection::vec("[a-z]{1,4}|dev|test|prod|pro|qa", 0..12),
            all: bool,
        ) {
            let stages = Stages::new(all, &[]);
            let order = stages.in_order(found.iter().map(String::as_str));
            let reversed = stages.in_order(found.iter().rev().map(String::as_str));
            prop_assert_eq!(&order, &reversed);
            let unique: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            prop_assert_eq!(order.len(), unique.len());
            for stage in &order {
                prop_assert_eq!(stage.production, stage.name.starts_with("PROD"));
            }
        }
    }
}
