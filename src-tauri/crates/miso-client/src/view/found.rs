//! What the server found beyond the list of applications: the last word on each, in memory alone, and what it
//! is asked for at this moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use miso_api::{Application, Page};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Entries, Epoch, View};
use crate::lock::lock;
use crate::renewed::rows;
use crate::{Failure, Resource};

/// As many are known by what was found; those found longest ago go first.
const MOST: usize = 5_000;

/// What came of a question.
pub(crate) type Found = Result<Arc<Page<Application>>, Failure>;
/// The words of a question, as they are sent.
type Words = Vec<(&'static str, String)>;

/// The questions that are under way, each with whose it is.
#[derive(Default)]
pub(super) struct Searches(Mutex<HashMap<Question, Arc<OnceCell<Found>>>>);

type Question = (Epoch, Words);

/// Applications as they were found, and when.
pub(super) type FoundRows = HashMap<String, (Value, DateTime<Utc>)>;

impl View {
    /// Asks, once for all who ask the same at the same time.
    pub(crate) async fn found_once(
        &self,
        words: &Words,
        ask: impl Future<Output = Found>,
    ) -> Found {
        let key = (self.epoch(), words.clone());
        let cell = {
            let mut asking = lock(&self.searches.0);
            // Nobody waits for what was called off.
            asking.retain(|_, cell| Arc::strong_count(cell) > 1);
            asking.entry(key.clone()).or_default().clone()
        };
        let found = cell.get_or_init(|| ask).await.clone();
        let mut asking = lock(&self.searches.0);
        if asking.get(&key).is_some_and(|now| Arc::ptr_eq(now, &cell)) {
            asking.remove(&key);
        }
        found
    }

    /// Takes up what was found by a question that was asked in an epoch.
    pub(crate) fn put_found(&self, epoch: Epoch, found: &Value, as_of: DateTime<Utc>) {
        let _account = lock(&self.account);
        if epoch != self.epoch() {
            return;
        }
        let mut entries = lock(&self.entries);
        for row in rows(found) {
            if let Some(key) = row["key"].as_str() {
                entries.found.insert(key.to_owned(), (row.clone(), as_of));
            }
        }
        let mut times: Vec<DateTime<Utc>> = entries.found.values().map(|(_, at)| *at).collect();
        times.sort_unstable();
        let too_many = times.len().saturating_sub(MOST);
        if too_many > 0
            && let Some(oldest) = times.get(too_many).copied()
        {
            entries.found.retain(|_, (_, at)| *at >= oldest);
        }
    }

    /// Looks at each application that was found.
    pub(crate) fn each_found(&self, look: impl FnMut(&Value)) {
        let entries = lock(&self.entries);
        entries.found.values().map(|(row, _)| row).for_each(look);
    }

    /// An application as it was found, and when.
    pub(crate) fn found(&self, key: &str) -> Option<(DateTime<Utc>, Application)> {
        let entries = lock(&self.entries);
        let (row, as_of) = entries.found.get(key)?;
        Some((*as_of, Application::deserialize(row).ok()?))
    }
}

impl Entries {
    /// Forgets what is not there any more, or not for this account.
    pub(super) fn forget_found(&mut self, resource: &Resource) {
        if let Resource::Application { application } = resource {
            self.found.remove(application);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;
    use crate::{Cache, Code, ConnectionId};

    fn view() -> View {
        let cache = Arc::new(Cache::in_memory().unwrap());
        View::new(ConnectionId::random(), cache, "one".to_owned())
    }

    fn page(keys: impl Iterator<Item = String>) -> Value {
        let rows: Vec<Value> = keys.map(|key| json!({"key": key, "type": "api"})).collect();
        json!({"data": rows})
    }

    #[test]
    fn what_was_found_is_this_accounts_bounded_and_gone_once_it_is_not_there() {
        let view = view();
        let (first, one) = (view.epoch(), |key: &str| page([key.to_owned()].into_iter()));
        let now = Utc::now();
        view.put_found(first, &one("far"), now);
        assert_eq!(
            view.found("far").map(|(_, one)| one.key).as_deref(),
            Some("far")
        );
        let gone = Resource::Application {
            application: "far".to_owned(),
        };
        view.fail(first, &gone, &Failure::new(Code::NotFound));
        assert!(view.found("far").is_none());

        view.put_found(first, &one("far"), now);
        view.set_account("two");
        assert!(view.found("far").is_none(), "another account's");
        view.put_found(first, &one("late"), now);
        assert!(view.found("late").is_none(), "asked by another account");

        for batch in 0..30 {
            let keys = (0..200).map(|number| format!("a-{batch}-{number}"));
            let at = now + TimeDelta::seconds(batch);
            view.put_found(view.epoch(), &page(keys), at);
        }
        assert_eq!(lock(&view.entries).found.len(), MOST);
        assert!(view.found("a-0-0").is_none() && view.found("a-29-199").is_some());
    }

    #[tokio::test]
    async fn a_question_that_is_called_off_leaves_nothing_behind() {
        let view = view();
        let words = vec![("search", "o".to_owned())];
        let never = view.found_once(&words, std::future::pending());
        tokio::select! {
            biased;
            _ = never => unreachable!("it never ends"),
            () = std::future::ready(()) => {}
        }
        let nothing = || async { Err(Failure::new(Code::NotFound)) };
        let other = vec![("search", "p".to_owned())];
        assert!(view.found_once(&other, nothing()).await.is_err());
        assert!(lock(&view.searches.0).is_empty());
    }
}
