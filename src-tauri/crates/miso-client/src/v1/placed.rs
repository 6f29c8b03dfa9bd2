//! What is placed in the environments (API-V1.md §3.3).

use std::collections::HashMap;
use std::time::Duration;

use miso_api::EnvironmentEntry;
use serde_json::Value;

use super::kept::JUST_NOW;
use super::{MOST_PAGES, Rows, V1, is_closed};
use crate::Failure;
use crate::wire::v1::{model, routes};

/// What of one application is placed where: its rows and its entries, in the order of the environments.
#[derive(Default)]
pub(super) struct Placed {
    pub row: Option<Value>,
    pub entries: Vec<EnvironmentEntry>,
}

/// What is placed anywhere, as far as it was read.
#[derive(Default)]
pub(super) struct AllPlaced {
    /// By application.
    pub by_key: HashMap<String, Placed>,
    /// The keys in the order in which they were met.
    pub order: Vec<String>,
    /// The environments of which not all was read.
    pub cut: Vec<String>,
    /// Entries in the longest of their lists, those included that were not read.
    pub total: u32,
}

impl AllPlaced {
    /// What is known of an application.
    pub(super) fn take(&mut self, key: &str) -> Placed {
        self.by_key.remove(key).unwrap_or_default()
    }

    fn add(&mut self, row: Value, environment: &str, permissions: &[String]) {
        let Some((key, entry)) = model::entry(&row, environment) else {
            return;
        };
        let order = &mut self.order;
        let placed = self.by_key.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            Placed::default()
        });
        let mut known = placed.entries.iter();
        if known.any(|known| known.environment == environment) {
            return;
        }
        placed.entries.push(EnvironmentEntry {
            permissions: permissions.to_vec(),
            ..entry
        });
        placed.row.get_or_insert(row);
    }
}

impl V1<'_> {
    /// What is placed in an environment, as it was read so long ago at most; nothing where this caller may not
    /// see it.
    pub(super) async fn placed(self, environment: &str, limit: Duration) -> Result<Rows, Failure> {
        self.placed_up_to(environment, limit, MOST_PAGES).await
    }

    /// The same up to a page.
    async fn placed_up_to(
        self,
        environment: &str,
        limit: Duration,
        last: u32,
    ) -> Result<Rows, Failure> {
        let now = self.transport.monotonic();
        let known = self.kept().placed(environment, now, limit);
        let is_known = known.is_some();
        let known = known.unwrap_or_default();
        if is_known && (!known.goes_on || known.pages >= last) {
            return Ok(known);
        }
        let rows = self.read_placed(known, environment, "", last).await?;
        match is_known {
            true => self.kept().keep_more_placed(environment, rows.clone()),
            false => self.kept().keep_placed(environment, rows.clone(), now),
        }
        Ok(rows)
    }

    /// What is placed anywhere, as it was read so long ago at most, up to a page of each environment: in the
    /// order of the templates, none stands further behind there than here. Where that is not all, what is
    /// looked for is looked for there too.
    pub(super) async fn all_placed(
        self,
        limit: Duration,
        search: &str,
        last: u32,
    ) -> Result<AllPlaced, Failure> {
        let mut all = AllPlaced::default();
        for environment in self.environment_keys().await? {
            let Rows {
                mut rows,
                total,
                goes_on,
                pages: _,
            } = self.placed_up_to(&environment, limit, last).await?;
            if rows.is_empty() {
                continue;
            }
            let permissions = self.permissions_in(&environment).await?;
            if goes_on && !search.is_empty() {
                let nothing = Rows::default();
                let found = self.read_placed(nothing, &environment, search, MOST_PAGES);
                rows.extend(found.await?.rows);
            }
            for row in rows {
                all.add(row, &environment, &permissions);
            }
            all.total = all.total.max(total);
            if goes_on {
                all.cut.push(environment);
            }
        }
        Ok(all)
    }

    /// What of one application is placed anywhere. Where the list of an environment does not tell, the
    /// environment is asked for it.
    pub(super) async fn placed_of(self, key: &str) -> Result<Option<Placed>, Failure> {
        let mut all = self.all_placed(JUST_NOW, "", MOST_PAGES).await?;
        for environment in std::mem::take(&mut all.cut) {
            let known = all.by_key.get(key);
            let mut known = known.into_iter().flat_map(|placed| &placed.entries);
            if known.any(|entry| entry.environment == environment) {
                continue;
            }
            match self.item(&routes::placed_status(&environment, key)).await {
                Ok(mut status) => {
                    status["key"] = Value::from(key);
                    let permissions = self.permissions_in(&environment).await?;
                    all.add(status, &environment, &permissions);
                }
                Err(failure) if is_closed(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
        let placed = all.by_key.remove(key);
        let keys = self.environment_keys().await?;
        Ok(placed.map(|mut placed| {
            let place = |entry: &EnvironmentEntry| {
                let mut keys = keys.iter();
                keys.position(|environment| *environment == entry.environment)
            };
            placed.entries.sort_by_key(place);
            placed
        }))
    }

    /// Where an application is: as far as that is known, else all environments.
    pub(super) async fn places_of(self, key: &str) -> Result<Vec<String>, Failure> {
        let all = self.environment_keys().await?;
        let is_there = |environment: &String| {
            let known = self.kept().placed_before(environment)?;
            let mut rows = known.rows.iter();
            let is_listed = rows
                .any(|row| model::entry(row, environment).is_some_and(|(placed, _)| placed == key));
            (is_listed || !known.goes_on).then_some(is_listed)
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

    /// The keys of what is placed in an environment, as it was known last where it was.
    pub(super) async fn keys_in(self, environment: &str) -> Result<Vec<String>, Failure> {
        let rows = match self.kept().placed_before(environment) {
            Some(rows) => rows,
            None => self.placed(environment, JUST_NOW).await?,
        };
        let rows = rows.rows.iter();
        let keys = rows.filter_map(|row| model::entry(row, environment));
        Ok(keys.map(|(key, _)| key).collect())
    }

    async fn read_placed(
        self,
        read: Rows,
        environment: &str,
        search: &str,
        last: u32,
    ) -> Result<Rows, Failure> {
        let search = Some(search).filter(|search| !search.is_empty());
        let call = |page| routes::placed(environment, page).query_if("search", search);
        match self.more(read, call, routes::PAGE_SIZE, last).await {
            Err(failure) if is_closed(&failure) => Ok(Rows::default()),
            read => read,
        }
    }
}
