//! Environments (API-V1.md §3.2).

use miso_api::{Environment, Page};
use serde_json::json;

use super::{V1, first, is_closed};
use crate::wire::v1::{Fields, model, routes};
use crate::{Code, Failure};

/// All that v1 knows (API-V1.md §1.7), for who may not list them.
const USUAL: [&str; 4] = ["dev", "tst", "pro", "miso"];

impl V1<'_> {
    /// Every environment with the applications in it.
    pub(super) async fn environments(self) -> Result<Page<Environment>, Failure> {
        let read = self.all(routes::environments, routes::PAGE_SIZE).await?;
        self.kept()
            .keep_environments(read.rows.clone(), self.transport.monotonic());
        let mut all = Vec::new();
        for row in &read.rows {
            let Some(environment) = model::environment(row, None, Vec::new()) else {
                continue;
            };
            let applications = self.keys_in(&environment.key).await?;
            all.push(Environment {
                applications,
                ..environment
            });
        }
        Ok(first(all, read.total, read.goes_on))
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
                    Ok(read) => read.rows,
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
}
