//! Histories that are longer than a page (API.md, "Lists"): what happened seldom is not lost behind what
//! happens often, and what is older comes when it is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use miso_api::{Deployment, Page};
use serde_json::Value;

use crate::client::Inner;
use crate::fetch::hide_secrets;
use crate::renewed::{created_at, rows};
use crate::transport::Tagged;
use crate::wire::documented;
use crate::{Class, Client, Code, Failure};

/// More places of one application are not asked for by themselves.
const MOST_PLACES: usize = 6;

impl Client {
    /// A page of a history, the newest first; of one application or of everything, in one environment or in
    /// all. One request; it is kept nowhere.
    ///
    /// # Errors
    /// What the instance says; [`Code::NotOffered`] where it has no history of everything.
    pub async fn older_deployments(
        &self,
        application: Option<&str>,
        environment: Option<&str>,
        page: u32,
    ) -> Result<Page<Deployment>, Failure> {
        let call = documented::deployments(application, environment, page);
        let mut found: Value = self.send(&call).await?;
        hide_secrets(&mut found);
        serde_json::from_value(found)
            .map_err(|error| Failure::new(Code::NotMiso).with("excerpt", error))
    }
}

impl Inner {
    /// The first page of an application's history with the newest deployments of the places that have none in
    /// it: what runs there is older than all of the page, and can be gone back from all the same.
    pub(crate) async fn with_quiet_places(
        &self,
        application: &str,
        page: Tagged<Arc<Value>>,
        class: Class,
    ) -> Result<Tagged<Arc<Value>>, Failure> {
        let is_whole = page.value["meta"]["total"]
            .as_u64()
            .is_none_or(|total| total <= rows(&page.value).len() as u64);
        if is_whole {
            return Ok(page);
        }
        let mut value = page.value.as_ref().clone();
        for environment in self.quiet_places(application, &value) {
            let call = documented::deployments(Some(application), Some(&environment), 1);
            let mut more: Value = self.transport.send(&call, class).await?;
            hide_secrets(&mut more);
            if let Some(all) = value["data"].as_array_mut() {
                all.extend(rows(&more).iter().cloned());
            }
        }
        if let Some(all) = value["data"].as_array_mut() {
            all.sort_by_key(|one| std::cmp::Reverse(created_at(one)));
            let mut seen = BTreeSet::new();
            all.retain(|one| {
                one["id"]
                    .as_str()
                    .is_none_or(|id| seen.insert(id.to_owned()))
            });
        }
        Ok(Tagged {
            value: Arc::new(value),
            tag: page.tag,
        })
    }

    /// Where it runs, as far as is known, and none of these deployments went.
    fn quiet_places(&self, application: &str, page: &Value) -> Vec<String> {
        let known = self.view.known_application(application);
        let entries = known.into_iter().flat_map(|known| known.environments);
        entries
            .map(|entry| entry.environment)
            .filter(|place| !rows(page).iter().any(|row| row["environment"] == **place))
            .take(MOST_PLACES)
            .collect()
    }
}
