//! What the server finds among all applications, where there are more than the list may hold: it searches,
//! filters, sorts and pages then (DESIGN.md, "The request budget").

use std::sync::Arc;

use miso_api::{Application, ApplicationStatus, Deployment, Me, Page};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::row::{FleetRow, row_of};
use super::standing::by_application;
use crate::fetch::json;
use crate::wire::documented;
use crate::{Class, Client, Failure, Resource, Stage};

/// What is looked for among all applications, as far as the server can (API.md, "Lists").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FleetQuery {
    /// Words in the key, the name or the description; empty for any.
    pub search: String,
    /// Only those of this status.
    pub status: Option<ApplicationStatus>,
    /// Only those that were deployed to this environment.
    pub environment: Option<String>,
    /// In this order; without one, the server's own.
    pub sort: Option<FleetSort>,
}

/// In which order the server lists applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FleetSort {
    /// By what.
    pub by: FleetOrder,
    /// The last first.
    pub descending: bool,
}

/// What the server sorts applications by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FleetOrder {
    /// The key.
    Key,
    /// The kind of application.
    Type,
}

/// A page of what the server found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FleetPage {
    /// The columns: those of the list, and what else is on this page.
    pub environments: Vec<Stage>,
    /// In the server's order.
    pub rows: Vec<FleetRow>,
    /// How many the server found, those of other pages included.
    pub total: u32,
    /// The page after it, where there is one.
    pub next: Option<u32>,
}

impl FleetQuery {
    /// What has this text in it.
    pub fn searching(text: &str) -> Self {
        Self {
            search: text.to_owned(),
            ..Self::default()
        }
    }

    /// Whether an application has every word in it. A server that does not know what a search is answers
    /// with all it has; one that does may look into more than this does.
    fn fits(&self, application: &Application) -> bool {
        let Application {
            key,
            display_name,
            description,
            kind,
            image,
            ..
        } = application;
        let texts = [
            Some(key.as_str()),
            Some(display_name.as_str()),
            description.as_deref(),
            Some(kind.as_str()),
            image.as_deref(),
        ];
        let texts = texts.map(|text| text.unwrap_or_default().to_lowercase());
        let search = self.search.to_lowercase();
        search
            .split_whitespace()
            .all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

impl FleetSort {
    /// As it is sent (API.md, "Lists").
    pub(crate) fn word(self) -> &'static str {
        match (self.by, self.descending) {
            (FleetOrder::Key, false) => "key",
            (FleetOrder::Key, true) => "-key",
            (FleetOrder::Type, false) => "type",
            (FleetOrder::Type, true) => "-type",
        }
    }
}

impl Client {
    /// A page of what the server finds, the first is 1. One request, for all who look for the same at the
    /// same time; what is found is known from then on.
    ///
    /// # Errors
    /// Where the server could not be asked.
    pub async fn fleet_found(&self, query: &FleetQuery, page: u32) -> Result<FleetPage, Failure> {
        let inner = &self.inner;
        let call = documented::applications_found(query, page);
        let epoch = inner.view.epoch();
        let asking = async {
            let found: Page<Application> = inner.transport.send(&call, Class::Interactive).await?;
            inner
                .view
                .put_found(epoch, &json(&found)?, inner.clock.now());
            Ok(Arc::new(found))
        };
        let found = inner.view.found_once(&call.query, asking).await?;
        let fits = |one: &&Application| query.fits(one);
        let fitting: Vec<&Application> = found.data.iter().filter(fits).collect();
        let recent: Option<Page<Deployment>> =
            self.peek(&Resource::Deployments { application: None });
        let recent = recent.map(|page| page.data).unwrap_or_default();
        let by_application = by_application(&recent);
        let me: Option<Me> = self.peek(&Resource::Me);
        let (stages, listed) = (self.known_stages(), self.placed_keys());
        let around = stages.keys_around(fitting.iter().copied(), me.as_ref());
        let environments = stages.in_order(listed.iter().map(String::as_str).chain(around));
        let rows = fitting.iter().map(|application| {
            let known = by_application.get(application.key.as_str());
            let known = known.map(Vec::as_slice).unwrap_or_default();
            row_of(application, &environments, known, me.as_ref())
        });
        let (pages, reached) = found.meta.as_ref().map_or((1, page), |meta| {
            // It may be a later one than was asked for, where nothing was found in those between.
            (meta.total_pages, meta.page.max(page))
        });
        // An empty page is the last, whatever is said of it.
        let goes_on = reached < pages && !found.data.is_empty();
        Ok(FleetPage {
            rows: rows.collect(),
            total: found.total(),
            next: goes_on.then(|| reached + 1),
            environments,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_word_stands_somewhere_whatever_its_case() {
        let application: Application = serde_json::from_value(json!({
            "key": "orders-01500", "displayName": "Orders of old", "description": "Number 1500 of many",
            "type": "api", "image": "miso/hello:1.0",
        }))
        .unwrap();
        for (text, fits) in [
            ("", true),
            ("01500", true),
            ("Number ORDERS", true),
            ("hello api", true),
            ("orders storefront", false),
        ] {
            assert_eq!(
                FleetQuery::searching(text).fits(&application),
                fits,
                "{text}"
            );
        }
    }
}
