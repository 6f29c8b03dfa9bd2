//! Environments, and what is placed in them (API-V1.md §3.2, §3.3).

use miso_api::{Environment, Page};
use serde_json::{Value, json};

use super::{V1, is_closed, whole};
use crate::wire::v1::{Fields, model, routes};
use crate::{Code, Failure};

/// All that v1 knows (API-V1.md §1.7), for who may not list them.
const USUAL: [&str; 4] = ["dev", "tst", "pro", "miso"];

impl V1<'_> {
    /// Every environment with the applications in it.
    pub(super) async fn environments(self) -> Result<Page<Environment>, Failure> {
        let rows = self.all(routes::environments, routes::PAGE_SIZE).await?;
        self.kept()
            .keep_environments(rows.clone(), self.transport.monotonic());
        let mut all = Vec::new();
        for row in &rows {
            let Some(environment) = model::environment(row, None, Vec::new()) else {
                continue;
            };
            let applications = self.keys_in(&environment.key).await?;
            all.push(Environment {
                applications,
                ..environment
            });
        }
        Ok(whole(all))
    }

    /// One environment, with what its own status says.
    pub(super) async fn environment(self, key: &str) -> Result<Environment, Failure> {
        let row = self.item(&routes::environment(key)).await?;
        let status = match self.item(&routes::environment_status(key)).await {
            Ok(status) => Some(status),
            Err(failure) if is_closed(&failure) || failure.code == Code::NotMiso => None,
            Err(failure) => return Err(failure),
        };
        let applications = self.keys_in(key).await?;
        model::environment(&row, status.as_ref(), applications)
            .ok_or_else(|| Failure::new(Code::NotMiso).with("status", 200))
    }

    /// The keys of all environments, as far as this caller may know them.
    pub(super) async fn environment_keys(self) -> Result<Vec<String>, Failure> {
        let now = self.transport.monotonic();
        let rows = match self.kept().environments(now) {
            Some(rows) => rows,
            None => {
                let rows = match self.all(routes::environments, routes::PAGE_SIZE).await {
                    Ok(rows) => rows,
                    Err(failure) if is_closed(&failure) => {
                        USUAL.iter().map(|key| json!({"key": key})).collect()
                    }
                    Err(failure) => return Err(failure),
                };
                self.kept().keep_environments(rows.clone(), now);
                rows
            }
        };
        let keys = rows
            .iter()
            .filter_map(|row| Fields::of(row).text(&["key", "environment"]));
        Ok(keys.collect())
    }

    /// What is placed in an environment; nothing where this caller may not see it.
    pub(super) async fn placed(self, environment: &str) -> Result<Vec<Value>, Failure> {
        let now = self.transport.monotonic();
        if let Some(rows) = self.kept().placed(environment, now) {
            return Ok(rows);
        }
        let call = |page| routes::placed(environment, page);
        let rows = match self.all(call, routes::PAGE_SIZE).await {
            Ok(rows) => rows,
            Err(failure) if is_closed(&failure) => Vec::new(),
            Err(failure) => return Err(failure),
        };
        self.kept().keep_placed(environment, rows.clone(), now);
        Ok(rows)
    }

    /// The keys of what is placed in an environment, as it was known last where it was.
    async fn keys_in(self, environment: &str) -> Result<Vec<String>, Failure> {
        let rows = match self.kept().placed_before(environment) {
            Some(rows) => rows,
            None => self.placed(environment).await?,
        };
        let keys = rows.iter().filter_map(|row| model::entry(row, environment));
        Ok(keys.map(|(key, _)| key).collect())
    }
}
