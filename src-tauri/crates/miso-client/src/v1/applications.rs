//! Applications: a template without an environment, and what runs of it in each (API-V1.md §3.1, §3.3).

use std::collections::HashMap;

use miso_api::{Application, Configuration, EnvironmentEntry, Health, Page};
use serde_json::Value;

use super::{V1, failed, is_closed, whole};
use crate::fleet::{FleetOrder, FleetQuery};
use crate::transport::Call;
use crate::wire::v1::envelope::{self, NotAnswered};
use crate::wire::v1::{Fields, model, routes};
use crate::{Code, Failure};

/// What of one application is placed where: its rows and its entries, in the order of the environments.
#[derive(Default)]
struct Placed {
    row: Option<Value>,
    entries: Vec<EnvironmentEntry>,
}

impl V1<'_> {
    /// All applications with all their environments, as one page.
    pub(super) async fn applications(
        self,
        query: &FleetQuery,
        page: u32,
    ) -> Result<Page<Application>, Failure> {
        if page > 1 {
            return Ok(whole(Vec::new()));
        }
        let search = query.search.trim();
        let call = |page| {
            let search = Some(search).filter(|search| !search.is_empty());
            routes::templates(page).query_if("search", search)
        };
        let (templates, refused) = match self.all(call, routes::PAGE_SIZE).await {
            Ok(templates) => (templates, None),
            // Who may not see templates may see what runs.
            Err(failure) if is_closed(&failure) => (Vec::new(), Some(failure)),
            Err(failure) => return Err(failure),
        };
        let (mut placed, order) = self.all_placed().await?;
        if let Some(failure) = refused
            && order.is_empty()
        {
            return Err(failure);
        }
        let mut all = Vec::new();
        for template in &templates {
            let Some(key) = Fields::of(template).text(&["key"]) else {
                continue;
            };
            let Placed { row, entries } = placed.remove(&key).unwrap_or_default();
            let application = model::application(&key, Some(template), row.as_ref(), entries);
            all.push(listed(application));
        }
        let is_searched = !search.is_empty() && !templates.is_empty();
        for key in order.iter().filter(|_| !is_searched) {
            if let Some(Placed { row, entries }) = placed.remove(key) {
                all.push(listed(model::application(key, None, row.as_ref(), entries)));
            }
        }
        Ok(whole(wanted(all, query)))
    }

    /// One application with all its environments.
    pub(super) async fn application(self, key: &str) -> Result<Application, Failure> {
        let template = match self.item(&routes::template(key)).await {
            Err(failure) if !is_closed(&failure) => return Err(failure),
            template => template,
        };
        let (mut placed, _) = self.all_placed().await?;
        match (template, placed.remove(key)) {
            (Err(failure), None) => Err(failure),
            (template, placed) => {
                let Placed { row, entries } = placed.unwrap_or_default();
                let template = template.ok();
                Ok(model::application(
                    key,
                    template.as_ref(),
                    row.as_ref(),
                    entries,
                ))
            }
        }
    }

    /// A new template.
    pub(super) async fn create(self, manifest: &Value) -> Result<Application, Failure> {
        let key = manifest["key"].as_str().unwrap_or_default();
        self.written(key, &routes::create(manifest)).await
    }

    /// Changes a template.
    pub(super) async fn update(self, key: &str, manifest: &Value) -> Result<Application, Failure> {
        self.written(key, &routes::update(key, manifest)).await
    }

    /// Deletes a template; whatever is answered with a success.
    pub(super) async fn delete(self, key: &str) -> Result<Value, Failure> {
        let deleted = self
            .transport
            .v1_body(&routes::delete(key), self.class)
            .await;
        self.kept().outdate();
        deleted.map(|_| Value::Null)
    }

    /// The items of a manifest: what v1 has of configuration.
    pub(super) async fn manifest_items(self, key: &str) -> Result<Configuration, Failure> {
        let template = self.item(&routes::template(key)).await?;
        let application = model::application(key, Some(&template), None, Vec::new());
        Ok(Configuration {
            environment: None,
            items: application.configuration,
            message: None,
        })
    }

    /// How an application is in an environment.
    pub(super) async fn health(
        self,
        application: &str,
        environment: &str,
    ) -> Result<Health, Failure> {
        let status = self
            .item(&routes::placed_status(environment, application))
            .await?;
        Ok(model::health(&status))
    }

    /// Where an application is: as far as that is known, else all environments.
    pub(super) async fn places_of(self, key: &str) -> Result<Vec<String>, Failure> {
        let all = self.environment_keys().await?;
        let is_there = |environment: &String| {
            let rows = self.kept().placed_before(environment)?;
            let mut keys = rows.iter().filter_map(|row| model::entry(row, environment));
            Some(keys.any(|(placed, _)| placed == key))
        };
        let known: Vec<Option<bool>> = all.iter().map(is_there).collect();
        if known.iter().all(|there| *there == Some(false)) {
            // It may have been registered since.
            return Ok(all);
        }
        let places = all.into_iter().zip(known);
        Ok(places
            .filter(|(_, there)| *there != Some(false))
            .map(|(environment, _)| environment)
            .collect())
    }

    /// What is placed anywhere, by application, and the keys in the order in which they were met.
    async fn all_placed(self) -> Result<(HashMap<String, Placed>, Vec<String>), Failure> {
        let (mut all, mut order): (HashMap<String, Placed>, _) = (HashMap::new(), Vec::new());
        for environment in self.environment_keys().await? {
            let rows = self.placed(&environment).await?;
            if rows.is_empty() {
                continue;
            }
            let permissions = self.permissions_in(&environment).await?;
            for row in rows {
                let Some((key, entry)) = model::entry(&row, &environment) else {
                    continue;
                };
                let placed = all.entry(key.clone()).or_insert_with(|| {
                    order.push(key);
                    Placed::default()
                });
                placed.entries.push(EnvironmentEntry {
                    permissions: permissions.clone(),
                    ..entry
                });
                placed.row.get_or_insert(row);
            }
        }
        Ok((all, order))
    }

    /// Sends a manifest. What comes back without a body is read anew.
    async fn written(self, key: &str, call: &Call) -> Result<Application, Failure> {
        let sent = self.transport.v1_body(call, self.class).await;
        self.kept().outdate();
        let body = sent.map_err(at_its_field)?;
        match envelope::item(&body) {
            Ok(template) => Ok(model::application(key, Some(&template), None, Vec::new())),
            Err(NotAnswered::NotThis) => self.application(key).await,
            Err(not) => Err(failed(call, not)),
        }
    }
}

/// Without what the list call leaves out (API.md, "Applications").
fn listed(application: Application) -> Application {
    Application {
        configuration: Vec::new(),
        ..application
    }
}

fn wanted(mut all: Vec<Application>, query: &FleetQuery) -> Vec<Application> {
    all.retain(|application| {
        let mut environments = application.environments.iter();
        query
            .status
            .as_ref()
            .is_none_or(|status| application.status == *status)
            && query
                .environment
                .as_ref()
                .is_none_or(|wanted| environments.any(|entry| entry.environment == *wanted))
    });
    if let Some(sort) = query.sort {
        all.sort_by(|one, other| {
            let order = match sort.by {
                FleetOrder::Key => one.key.cmp(&other.key),
                FleetOrder::Type => one.kind.cmp(&other.kind),
            };
            if sort.descending {
                order.reverse()
            } else {
                order
            }
        });
    }
    all
}

/// What is wrong with a manifest that was sent within something is wrong with the manifest's own field.
fn at_its_field(mut failure: Failure) -> Failure {
    if failure.code == Code::Validation {
        for detail in &mut failure.details {
            for within in ["configuration.", "applicationConfig."] {
                if let Some(own) = detail.field.strip_prefix(within) {
                    detail.field = own.to_owned();
                }
            }
        }
    }
    failure
}
