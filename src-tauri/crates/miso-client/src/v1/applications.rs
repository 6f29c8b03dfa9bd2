//! Applications: a template without an environment, and what runs of it in each (API-V1.md §3.1, §3.3).

use miso_api::{Application, ApplicationStatus, Configuration, Health, Page};
use serde_json::Value;

use super::kept::{JUST_NOW, LATELY};
use super::placed::{AllPlaced, Placed};
use super::{MOST_PAGES, V1, count, failed, first, is_closed, page_of, whole};
use crate::fleet::{FleetOrder, FleetQuery, FleetSort};
use crate::transport::Call;
use crate::wire::v1::envelope::{self, Listed, NotAnswered};
use crate::wire::v1::{Fields, model, routes};
use crate::{Code, Failure};

/// Pages among which one is looked for in which anything is that is wanted.
const MOST_SOUGHT: u32 = 100;

impl V1<'_> {
    /// Applications with all their environments. All that a list may hold are its first page; what is beyond
    /// these, and what is looked for, comes page by page.
    pub(super) async fn applications(
        self,
        query: &FleetQuery,
        page: u32,
    ) -> Result<Page<Application>, Failure> {
        let found = match page <= 1 && *query == FleetQuery::default() {
            true => self.all_applications().await,
            false => self.applications_found(query, page.max(1)).await,
        };
        match found {
            Err(failure) if is_closed(&failure) => self.only_placed(query, page, failure).await,
            found => found,
        }
    }

    async fn all_applications(self) -> Result<Page<Application>, Failure> {
        let templates = self.all(routes::templates, routes::PAGE_SIZE).await?;
        let mut placed = self.all_placed(JUST_NOW, "", MOST_PAGES).await?;
        let mut all = of_templates(&templates.rows, &mut placed);
        if !templates.goes_on {
            all.extend(of_the_rest(&mut placed));
        }
        Ok(first(all, templates.total, templates.goes_on))
    }

    /// A page of what is looked for, or the next one in which anything of it is.
    async fn applications_found(
        self,
        query: &FleetQuery,
        page: u32,
    ) -> Result<Page<Application>, Failure> {
        let search = query.search.trim();
        let is_filtered = query.status.is_some() || query.environment.is_some();
        let mut before = Vec::new();
        for number in page..page.saturating_add(MOST_SOUGHT) {
            let listed = self.templates_found(query, number).await?;
            let last = number.max(MOST_PAGES);
            let mut placed = self.all_placed(LATELY, search, last).await?;
            // A server that knows no pages says the same again.
            let goes_on = listed.goes_on(number, routes::PAGE_SIZE) && listed.rows != before;
            let mut all = of_templates(&listed.rows, &mut placed);
            let is_all = number == 1 && !goes_on;
            if is_all && (search.is_empty() || listed.rows.is_empty()) {
                all.extend(of_the_rest(&mut placed));
            }
            let all = wanted(all, query);
            if all.is_empty() && goes_on {
                before = listed.rows;
                continue;
            }
            let before = (number - 1).saturating_mul(routes::PAGE_SIZE);
            let here = count(&all).saturating_add(u32::from(goes_on));
            let total = match (is_filtered, listed.total) {
                (false, Some(total)) => total.max(here),
                // How many of the others are wanted is not said.
                (true, _) => here,
                (false, None) => before.saturating_add(here),
            };
            return Ok(page_of(all, number, routes::PAGE_SIZE, total, goes_on));
        }
        Ok(whole(Vec::new()))
    }

    /// A page of templates. A server that does not sort as is wanted lists them as it does.
    async fn templates_found(self, query: &FleetQuery, page: u32) -> Result<Listed, Failure> {
        let search = Some(query.search.trim()).filter(|search| !search.is_empty());
        let call = |sort| {
            let call = routes::templates(page).query_if("search", search);
            call.query_if("sort", sort)
        };
        // Of the words to sort by, it is the one that v1 has.
        let sort = query.sort.filter(|sort| sort.by == FleetOrder::Key);
        match self.page(&call(sort.map(FleetSort::word))).await {
            Err(failure) if failure.code == Code::Validation && sort.is_some() => {
                self.page(&call(None)).await
            }
            listed => listed,
        }
    }

    /// Who may not see templates may see what runs.
    async fn only_placed(
        self,
        query: &FleetQuery,
        page: u32,
        refused: Failure,
    ) -> Result<Page<Application>, Failure> {
        if page > 1 {
            return Ok(whole(Vec::new()));
        }
        let search = query.search.trim();
        let mut placed = self.all_placed(JUST_NOW, search, MOST_PAGES).await?;
        if placed.order.is_empty() {
            return Err(refused);
        }
        let goes_on = !placed.cut.is_empty() && search.is_empty();
        let all = of_the_rest(&mut placed);
        let total = placed.total.max(count(&all).saturating_add(1));
        Ok(first(wanted(all, query), total, goes_on))
    }

    /// One application with all its environments.
    pub(super) async fn application(self, key: &str) -> Result<Application, Failure> {
        let template = match self.item(&routes::template(key)).await {
            Err(failure) if !is_closed(&failure) => return Err(failure),
            template => template,
        };
        match (template, self.placed_of(key).await?) {
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

/// The applications of these templates. Of which it is not known whether they are placed, that is said.
fn of_templates(templates: &[Value], placed: &mut AllPlaced) -> Vec<Application> {
    let mut all = Vec::new();
    for template in templates {
        let Some(key) = Fields::of(template).text(&["key"]) else {
            continue;
        };
        let Placed { row, entries } = placed.take(&key);
        let is_unknown = entries.is_empty() && !placed.cut.is_empty();
        let mut application = model::application(&key, Some(template), row.as_ref(), entries);
        if is_unknown {
            application.status = ApplicationStatus::from(model::NOT_SAID.to_owned());
        }
        all.push(listed(application));
    }
    all
}

/// What is placed of which there is no template.
fn of_the_rest(placed: &mut AllPlaced) -> Vec<Application> {
    let mut all = Vec::new();
    for key in std::mem::take(&mut placed.order) {
        if let Some(Placed { row, entries }) = placed.by_key.remove(&key) {
            all.push(listed(model::application(
                &key,
                None,
                row.as_ref(),
                entries,
            )));
        }
    }
    all
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
