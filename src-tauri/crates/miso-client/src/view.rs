//! The cached view of one connection: the last reading of everything, in memory and on disk.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cache::{Cache, Row};
use crate::{Code, ConnectionId, Failure, Reading, Resource, Source};

pub(crate) struct View {
    connection: ConnectionId,
    cache: Arc<Cache>,
    account: Mutex<String>,
    epoch: AtomicU64,
    entries: Mutex<HashMap<Resource, Entry>>,
    gates: Mutex<HashMap<Resource, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Clone)]
struct Entry {
    value: Arc<Value>,
    as_of: DateTime<Utc>,
    source: Source,
    failure: Option<Failure>,
}

/// Whose view it is: what was asked for by one account never reaches the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

impl View {
    /// The view of an account (its subject; empty before the first sign-in).
    pub(crate) fn new(connection: ConnectionId, cache: Arc<Cache>, account: String) -> Self {
        Self {
            connection,
            cache,
            account: Mutex::new(account),
            epoch: AtomicU64::new(0),
            entries: Mutex::new(HashMap::new()),
            gates: Mutex::new(HashMap::new()),
        }
    }

    /// Another account sees nothing of the one before.
    pub(crate) fn set_account(&self, account: &str) {
        let mut current = lock(&self.account);
        if *current != account {
            account.clone_into(&mut current);
            self.epoch.fetch_add(1, Ordering::SeqCst);
            lock(&self.entries).clear();
        }
    }

    /// The last reading; from disk where this run has none yet. What cannot be read any more (an
    /// older version kept it) is as good as nothing.
    pub(crate) fn peek<T: DeserializeOwned>(&self, resource: &Resource) -> Option<Reading<T>> {
        let Entry {
            value,
            as_of,
            source,
            failure,
        } = self.entry(resource)?;
        match T::deserialize(value.as_ref()) {
            Ok(value) => Some(Reading {
                value,
                as_of,
                source,
                failure,
            }),
            Err(error) => {
                tracing::warn!(%error, ?resource, "a kept reading cannot be read");
                lock(&self.entries).remove(resource);
                None
            }
        }
    }

    /// Whose view it is now.
    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::SeqCst))
    }

    /// The last reading as JSON and when it was made.
    pub(crate) fn raw(&self, resource: &Resource) -> Option<(Arc<Value>, DateTime<Utc>, Source)> {
        self.entry(resource)
            .map(|entry| (entry.value, entry.as_of, entry.source))
    }

    /// Takes a new reading that was asked for in an epoch; whether it differs from the one before.
    /// `None` where the view is another's by now.
    pub(crate) fn put(
        &self,
        epoch: Epoch,
        resource: &Resource,
        value: Value,
        as_of: DateTime<Utc>,
    ) -> Option<bool> {
        let account = lock(&self.account);
        if epoch != self.epoch() {
            return None;
        }
        let changed = lock(&self.entries)
            .get(resource)
            .is_none_or(|before| *before.value != value || before.failure.is_some());
        let row = Row { value, as_of };
        if let Err(failure) = self.cache.put(&self.connection, &account, resource, &row) {
            tracing::warn!(?failure, "a reading could not be kept");
        }
        let (value, source) = (Arc::new(row.value), Source::Live);
        let entry = Entry {
            value,
            as_of,
            source,
            failure: None,
        };
        lock(&self.entries).insert(resource.clone(), entry);
        Some(changed)
    }

    /// Notes why there is nothing newer; whether that is new. What is not there, or not for this
    /// account, is forgotten.
    pub(crate) fn fail(&self, resource: &Resource, failure: &Failure) -> bool {
        let account = lock(&self.account);
        let mut entries = lock(&self.entries);
        if matches!(failure.code, Code::NotFound | Code::Forbidden) {
            if let Err(failure) = self.cache.forget(&self.connection, &account, resource) {
                tracing::warn!(?failure, "a reading could not be forgotten");
            }
            return entries.remove(resource).is_some();
        }
        let Some(entry) = entries.get_mut(resource) else {
            return false;
        };
        let before = (entry.source, entry.failure.take());
        if failure.is_connectivity() {
            entry.source = Source::Offline;
        } else if !matches!(failure.code, Code::SignedOut | Code::BudgetWait) {
            entry.failure = Some(failure.clone());
        }
        before != (entry.source, entry.failure.clone())
    }

    /// Forgets everything, on disk too.
    pub(crate) fn erase(&self) -> Result<(), Failure> {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        lock(&self.entries).clear();
        self.cache.erase(&self.connection)
    }

    /// Held while a resource is asked for, so that requests for the same thing become one.
    pub(crate) fn gate(&self, resource: &Resource) -> Arc<tokio::sync::Mutex<()>> {
        lock(&self.gates)
            .entry(resource.clone())
            .or_default()
            .clone()
    }

    fn entry(&self, resource: &Resource) -> Option<Entry> {
        if let Some(entry) = lock(&self.entries).get(resource) {
            return Some(entry.clone());
        }
        let account = lock(&self.account).clone();
        let row = match self.cache.get(&self.connection, &account, resource) {
            Ok(row) => row?,
            Err(failure) => {
                tracing::warn!(?failure, "a reading could not be taken from the cache");
                return None;
            }
        };
        let entry = Entry {
            value: Arc::new(row.value),
            as_of: row.as_of,
            source: Source::Cache,
            failure: None,
        };
        lock(&self.entries).insert(resource.clone(), entry.clone());
        Some(entry)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
