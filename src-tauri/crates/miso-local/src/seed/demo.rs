//! A team's applications: what a newcomer finds.

use serde_json::{Map, Value, json};

/// An application of the demo.
pub(super) struct Planned {
    pub(super) key: &'static str,
    name: &'static str,
    kind: &'static str,
    description: &'static str,
    /// What of the catalogue it runs; none for what runs elsewhere.
    program: Option<&'static str>,
    port: u16,
    /// The versions of each environment, in the order in which they are deployed.
    dev: &'static [&'static str],
    test: &'static [&'static str],
    prod: &'static [&'static str],
}

/// Which of them depends on which other.
const DEPENDENCIES: [(&str, &str); 1] = [("recommender", "catalog")];

/// Twelve applications over three environments: one unwell in production, one that talks a lot,
/// one that starts slowly, one that depends on another, one that visits the others, environments
/// that differ, some that have not come far yet.
pub(super) const TEAM: &[Planned] = &[
    Planned {
        key: "orders-api",
        name: "Orders API",
        kind: "api",
        description: "Takes orders and answers for them",
        program: Some("failing-health"),
        port: 8080,
        dev: &["1.3.9", "1.4.0", "1.4.1"],
        test: &["1.4.0"],
        prod: &["1.3.9", "1.4.0"],
    },
    Planned {
        key: "storefront",
        name: "Storefront",
        kind: "webapp",
        description: "What customers see",
        program: Some("hello"),
        port: 3000,
        dev: &["5.12.0"],
        test: &["5.12.0"],
        prod: &["5.12.0"],
    },
    Planned {
        key: "checkout",
        name: "Checkout",
        kind: "webapp",
        description: "From the cart to the receipt",
        program: Some("talkative"),
        port: 3000,
        dev: &["3.3.0", "3.3.1"],
        test: &["3.3.1"],
        prod: &["3.3.0"],
    },
    Planned {
        key: "catalog",
        name: "Catalog",
        kind: "api",
        description: "Products, pictures, stock",
        program: Some("hello"),
        port: 8080,
        dev: &["1.19.2"],
        test: &["1.19.2"],
        prod: &["1.19.2"],
    },
    Planned {
        key: "pricing",
        name: "Pricing",
        kind: "api",
        description: "Prices and campaigns",
        program: Some("hello"),
        port: 8080,
        dev: &["2.1.7", "2.2.0", "2.3.0"],
        test: &["2.1.7", "2.2.0"],
        prod: &["2.1.7"],
    },
    Planned {
        key: "invoices",
        name: "Invoices",
        kind: "service",
        description: "Writes and sends invoices",
        program: Some("hello"),
        port: 8080,
        dev: &["0.9.2", "0.9.4"],
        test: &["0.9.2", "0.9.4"],
        prod: &["0.9.2"],
    },
    Planned {
        key: "search-index",
        name: "Search index",
        kind: "service",
        description: "Finds products while one types",
        program: Some("slow-start"),
        port: 9200,
        dev: &["0.31.0"],
        test: &["0.31.0"],
        prod: &["0.31.0"],
    },
    Planned {
        key: "notifications",
        name: "Notifications",
        kind: "functionapp",
        description: "Mail and text messages to customers",
        program: Some("hello"),
        port: 7071,
        dev: &["1.0.9"],
        test: &["1.0.9"],
        prod: &["1.0.9"],
    },
    Planned {
        key: "recommender",
        name: "Recommender",
        kind: "service",
        description: "What goes with what is in the cart",
        program: Some("dependent"),
        port: 8080,
        dev: &["0.7.7"],
        test: &["0.7.7"],
        prod: &[],
    },
    Planned {
        key: "customer-360",
        name: "Customer 360",
        kind: "webapp",
        description: "All about a customer, for support",
        program: Some("hello"),
        port: 3000,
        dev: &["2.0.0-rc.3"],
        test: &[],
        prod: &[],
    },
    Planned {
        key: "visitor",
        name: "Visitor",
        kind: "service",
        description: "Visits the others as customers do",
        program: Some("visitor"),
        port: 8080,
        dev: &["1.0.4"],
        test: &["1.0.4"],
        prod: &["1.0.4"],
    },
    Planned {
        key: "supplier-portal",
        name: "Supplier portal",
        kind: "external",
        description: "Run by the suppliers' association",
        program: None,
        port: 443,
        dev: &[],
        test: &[],
        prod: &[],
    },
];

impl Planned {
    /// The images of an environment, in the order in which they are deployed.
    pub(super) fn images(&self, environment: &str) -> Vec<String> {
        let versions = match environment {
            "dev" => self.dev,
            "test" => self.test,
            "prod" => self.prod,
            _ => &[],
        };
        versions
            .iter()
            .filter_map(|version| self.image(version))
            .collect()
    }

    /// The manifest it is created with.
    pub(super) fn manifest(&self) -> Map<String, Value> {
        let mut manifest = Map::new();
        for (field, value) in [
            ("key", json!(self.key)),
            ("displayName", json!(self.name)),
            ("description", json!(self.description)),
            ("type", json!(self.kind)),
        ] {
            manifest.insert(field.to_owned(), value);
        }
        let Some(image) = self.dev.last().and_then(|version| self.image(version)) else {
            return manifest;
        };
        for (field, value) in [
            ("image", json!(image)),
            ("port", json!(self.port)),
            ("healthCheck", json!({"path": "/health", "interval": 10})),
            ("configuration", Value::Array(self.configuration())),
            (
                "environments",
                json!({
                    "prod": {"configuration": [variable("LOG_LEVEL", "info"), variable("DB_HOST", "10.0.3.7")]},
                }),
            ),
        ] {
            manifest.insert(field.to_owned(), value);
        }
        manifest
    }

    fn configuration(&self) -> Vec<Value> {
        let mut items = vec![
            variable("LOG_LEVEL", "debug"),
            variable("DB_HOST", "db.test.internal"),
        ];
        let mine = DEPENDENCIES.iter().filter(|(key, _)| *key == self.key);
        items.extend(mine.map(|(_, other)| variable("DEPENDS_ON", other)));
        items
    }

    fn image(&self, version: &str) -> Option<String> {
        self.program
            .map(|program| format!("miso/{program}:{version}"))
    }
}

fn variable(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value, "location": "variable", "required": true})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environments;
    use crate::workloads::catalogue::Image;

    #[test]
    fn every_manifest_keeps_the_rules_and_every_image_can_run() {
        for application in TEAM {
            let manifest = Value::Object(application.manifest());
            assert_eq!(
                miso_api::manifest::violations(&manifest),
                [],
                "{}",
                application.key
            );
            for environment in environments::ALL {
                for image in application.images(environment.key) {
                    Image::resolve(&image).unwrap();
                }
            }
        }
    }

    #[test]
    fn it_fits_the_instance() {
        let ends = |versions: &[&str]| usize::from(!versions.is_empty());
        let workloads: usize = TEAM
            .iter()
            .map(|app| ends(app.dev) + ends(app.test) + ends(app.prod))
            .sum();
        assert!((22..=30).contains(&workloads), "{workloads}");
    }
}
