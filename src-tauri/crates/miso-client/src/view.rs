//! The cached view of one connection: the last reading of everything, in memory and on disk.

mod found;
mod read;
mod seen;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::cache::{Cache, Row};
use crate::lock::lock;
use crate::transport::Tagged;
use crate::{Code, ConnectionId, Failure, Resource, Source};
use found::{FoundRows, Searches};

/// As many readings are held in memory; the least recently used go first, and come back from the
/// disk where they are asked for again.
const MOST_IN_MEMORY: usize = 300;

pub(crate) struct View {
    connection: ConnectionId,
    cache: Arc<Cache>,
    /// Held by whoever changes what the account sees; locked before the entries.
    account: Mutex<String>,
    epoch: AtomicU64,
    entries: Mutex<Entries>,
    /// What is known to have changed on the server since it was asked.
    outdated: Mutex<HashSet<Resource>>,
    gates: Mutex<HashMap<Resource, Gate>>,
    searches: Searches,
}

type Gate = Arc<tokio::sync::Mutex<()>>;

#[derive(Default)]
struct Entries {
    all: HashMap<Resource, (Entry, u64)>,
    uses: u64,
    /// What the server found beside the list of applications.
    found: FoundRows,
}

#[derive(Clone)]
struct Entry {
    value: Arc<Value>,
    as_of: DateTime<Utc>,
    source: Source,
    failure: Option<Failure>,
    /// The server's name for just this value. Never on disk, where a value may lack parts.
    tag: Option<String>,
}

/// Whose view it is: what was asked for by one account never reaches the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Epoch(u64);

impl View {
    /// The view of an account (its subject; empty before the first sign-in).
    pub(crate) fn new(connection: ConnectionId, cache: Arc<Cache>, account: String) -> Self {
        Self {
            connection,
            cache,
            account: Mutex::new(account),
            epoch: AtomicU64::new(0),
            entries: Mutex::default(),
            outdated: Mutex::default(),
            gates: Mutex::default(),
            searches: Searches::default(),
        }
    }

    /// Keeps that the account follows a deployment, from one run of the app to the next.
    pub(crate) fn follow(&self, id: &str, at: DateTime<Utc>) {
        let account = lock(&self.account);
        self.cache.follow(&self.connection, &account, id, at);
    }

    /// Forgets that it does.
    pub(crate) fn unfollow(&self, id: &str) {
        let account = lock(&self.account);
        self.cache.unfollow(&self.connection, &account, id);
    }

    /// The deployments that the account follows.
    ///
    /// # Errors
    /// [`crate::Code::CacheFailed`].
    pub(crate) fn followed(&self) -> Result<Vec<String>, Failure> {
        let account = lock(&self.account).clone();
        self.cache.followed(&self.connection, &account)
    }

    /// Another account sees nothing of the one before; whether it is another.
    pub(crate) fn set_account(&self, account: &str) -> bool {
        let mut current = lock(&self.account);
        let is_another = *current != account;
        if is_another {
            account.clone_into(&mut current);
            self.epoch.fetch_add(1, Ordering::SeqCst);
            *lock(&self.entries) = Entries::default();
        }
        is_another
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

    /// A value that the server gave a name in this run, and that nothing else has changed since.
    pub(crate) fn tagged(&self, resource: &Resource) -> Option<Tagged<Arc<Value>>> {
        let entry = self.entry(resource)?;
        entry.tag.map(|tag| Tagged {
            value: entry.value,
            tag: Some(tag),
        })
    }

    /// When the server said what is shown, if it did in this run, its last answer was good, and
    /// nothing is known to have changed since.
    pub(crate) fn good_since(&self, resource: &Resource) -> Option<DateTime<Utc>> {
        let entry = self.entry(resource)?;
        let is_good = entry.source == Source::Live
            && entry.failure.is_none()
            && !lock(&self.outdated).contains(resource);
        is_good.then_some(entry.as_of)
    }

    /// Notes what has changed on the server, among all that was ever asked for.
    pub(crate) fn outdate(&self, changed: impl Fn(&Resource) -> bool) {
        let asked: Vec<Resource> = lock(&self.gates).keys().cloned().collect();
        let mut known: HashSet<Resource> = lock(&self.entries).all.keys().cloned().collect();
        known.extend(asked);
        let changed = known.into_iter().filter(|resource| changed(resource));
        lock(&self.outdated).extend(changed);
    }

    /// Says that a resource is being asked for: what changes from now on counts anew. Whether it was
    /// known to have changed.
    pub(crate) fn asking(&self, resource: &Resource) -> bool {
        lock(&self.outdated).remove(resource)
    }

    /// Says that it could not be asked for: what was known to have changed has changed still.
    pub(crate) fn not_asked(&self, resource: &Resource) {
        lock(&self.outdated).insert(resource.clone());
    }

    /// Changes a reading in memory by what another one said; whether it was there and differs now.
    pub(crate) fn amend(
        &self,
        epoch: Epoch,
        resource: &Resource,
        change: impl FnOnce(&mut Value),
    ) -> bool {
        let _account = lock(&self.account);
        if epoch != self.epoch() {
            return false;
        }
        let mut entries = lock(&self.entries);
        let Some((entry, _)) = entries.all.get_mut(resource) else {
            return false;
        };
        let mut value = entry.value.as_ref().clone();
        change(&mut value);
        entry.change(value)
    }

    /// What is in memory.
    pub(crate) fn known(&self) -> Vec<Resource> {
        lock(&self.entries).all.keys().cloned().collect()
    }

    /// Brings a reading of this run up to a moment by what another one said; whether it differs now,
    /// `None` where there is none that was good, or where the other one, `by`, is outdated itself.
    /// `change` says whether it could.
    pub(crate) fn renew(
        &self,
        epoch: Epoch,
        by: &Resource,
        resource: &Resource,
        as_of: DateTime<Utc>,
        change: impl FnOnce(&mut Value, DateTime<Utc>) -> bool,
    ) -> Option<bool> {
        let _account = lock(&self.account);
        if epoch != self.epoch() || lock(&self.outdated).contains(by) {
            return None;
        }
        let mut entries = lock(&self.entries);
        let (entry, _) = entries.all.get_mut(resource)?;
        if entry.source != Source::Live || entry.failure.is_some() || entry.as_of >= as_of {
            return None;
        }
        let mut value = entry.value.as_ref().clone();
        if !change(&mut value, entry.as_of) {
            return None;
        }
        entry.as_of = as_of;
        let differs = entry.change(value);
        drop(entries);
        lock(&self.outdated).remove(resource);
        Some(differs)
    }

    /// Takes a new reading that was asked for in an epoch; whether it differs from the one before.
    /// `None` where the view is another's by now.
    pub(crate) fn put(
        &self,
        epoch: Epoch,
        resource: &Resource,
        value: Tagged<Arc<Value>>,
        as_of: DateTime<Utc>,
    ) -> Option<bool> {
        let Tagged { value, tag } = value;
        let account = lock(&self.account);
        if epoch != self.epoch() {
            return None;
        }
        let changed = lock(&self.entries)
            .all
            .get(resource)
            .is_none_or(|(before, _)| {
                let is_same = Arc::ptr_eq(&before.value, &value) || before.value == value;
                !is_same || before.failure.is_some()
            });
        let row = Row {
            value: value.clone(),
            as_of,
        };
        if resource.is_kept()
            && let Err(failure) = self.cache.put(&self.connection, &account, resource, &row)
        {
            tracing::warn!(?failure, "a reading could not be kept");
        }
        let entry = Entry {
            value,
            as_of,
            source: Source::Live,
            failure: None,
            tag,
        };
        lock(&self.entries).insert(resource.clone(), entry);
        self.forget_gates();
        Some(changed)
    }

    /// Notes why there is nothing newer than what was asked for in an epoch; whether that is new.
    /// What is not there, or not for this account, is forgotten.
    pub(crate) fn fail(&self, epoch: Epoch, resource: &Resource, failure: &Failure) -> bool {
        let account = lock(&self.account);
        if epoch != self.epoch() {
            return false;
        }
        let mut entries = lock(&self.entries);
        if matches!(failure.code, Code::NotFound | Code::Forbidden) {
            if let Err(failure) = self.cache.forget(&self.connection, &account, resource) {
                tracing::warn!(?failure, "a reading could not be forgotten");
            }
            entries.forget_found(resource);
            return entries.all.remove(resource).is_some();
        }
        let Some((entry, _)) = entries.all.get_mut(resource) else {
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
        let _account = lock(&self.account);
        self.epoch.fetch_add(1, Ordering::SeqCst);
        *lock(&self.entries) = Entries::default();
        self.cache.erase(&self.connection)
    }

    /// Held while a resource is asked for, so that requests for the same thing become one.
    pub(crate) fn gate(&self, resource: &Resource) -> Gate {
        lock(&self.gates)
            .entry(resource.clone())
            .or_default()
            .clone()
    }

    /// Forgets the gates of what is in memory no more and that nobody stands at.
    fn forget_gates(&self) {
        let mut gates = lock(&self.gates);
        if gates.len() > MOST_IN_MEMORY {
            let entries = lock(&self.entries);
            gates.retain(|resource, gate| {
                Arc::strong_count(gate) > 1 || entries.all.contains_key(resource)
            });
            lock(&self.outdated).retain(|resource| gates.contains_key(resource));
        }
    }

    fn entry(&self, resource: &Resource) -> Option<Entry> {
        if let Some(entry) = lock(&self.entries).get(resource) {
            return Some(entry);
        }
        // Held to the end: what is taken from the disk is this account's, and nothing newer comes
        // meanwhile.
        let account = lock(&self.account);
        if let Some(entry) = lock(&self.entries).get(resource) {
            return Some(entry);
        }
        if !resource.is_kept() {
            return None;
        }
        let row = match self.cache.get(&self.connection, &account, resource) {
            Ok(row) => row?,
            Err(failure) => {
                tracing::warn!(?failure, "a reading could not be taken from the cache");
                return None;
            }
        };
        let entry = Entry {
            value: row.value,
            as_of: row.as_of,
            source: Source::Cache,
            failure: None,
            tag: None,
        };
        lock(&self.entries).insert(resource.clone(), entry.clone());
        Some(entry)
    }
}

impl Entry {
    /// Takes what another reading says; whether that differs. Then it is none of the server's
    /// versions any more.
    fn change(&mut self, value: Value) -> bool {
        let differs = value != *self.value;
        if differs {
            (self.value, self.tag) = (Arc::new(value), None);
        }
        differs
    }
}

impl Entries {
    fn get(&mut self, resource: &Resource) -> Option<Entry> {
        self.uses += 1;
        let (entry, used) = self.all.get_mut(resource)?;
        *used = self.uses;
        Some(entry.clone())
    }

    fn insert(&mut self, resource: Resource, entry: Entry) {
        self.uses += 1;
        self.all.insert(resource, (entry, self.uses));
        while self.all.len() > MOST_IN_MEMORY {
            let oldest = self.all.iter().min_by_key(|(_, (_, used))| *used);
            let Some(resource) = oldest.map(|(resource, _)| resource.clone()) else {
                return;
            };
            self.all.remove(&resource);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view() -> View {
        let cache = Arc::new(Cache::in_memory().unwrap());
        View::new(ConnectionId::random(), cache, "one".to_owned())
    }

    fn untagged(value: Value) -> Tagged<Arc<Value>> {
        Tagged {
            value: Arc::new(value),
            tag: None,
        }
    }

    fn application(key: usize) -> Resource {
        Resource::Application {
            application: format!("a-{key}"),
        }
    }

    #[test]
    fn a_late_failure_of_another_accounts_question_changes_nothing() {
        let view = view();
        let asked_by_one = view.epoch();
        view.set_account("two");
        let value = untagged(json!({"n": 2}));
        let put = view.put(view.epoch(), &Resource::Me, value, Utc::now());
        assert_eq!(put, Some(true));
        let late = Failure::new(Code::Forbidden);
        assert!(!view.fail(asked_by_one, &Resource::Me, &late));
        assert!(!view.amend(asked_by_one, &Resource::Me, |value| *value = json!(1)));
        assert_eq!(*view.raw(&Resource::Me).unwrap().0, json!({"n": 2}));
    }

    #[test]
    fn memory_is_bounded_and_the_disk_has_the_rest() {
        let view = view();
        for key in 0..2 * MOST_IN_MEMORY {
            drop(view.gate(&application(key)));
            let value = untagged(json!(key));
            view.put(view.epoch(), &application(key), value, Utc::now());
            // Looked at all the time, so never the least recently used.
            assert_eq!(view.raw(&application(0)).unwrap().2, Source::Live);
        }
        assert_eq!(lock(&view.entries).all.len(), MOST_IN_MEMORY);
        assert!(lock(&view.gates).len() <= MOST_IN_MEMORY + 1);
        let (value, _, source) = view.raw(&application(1)).unwrap();
        assert_eq!((value.as_ref(), source), (&json!(1), Source::Cache));
    }

    #[test]
    fn what_changed_while_it_was_asked_for_is_outdated_still() {
        let view = view();
        let resource = application(1);
        drop(view.gate(&resource));
        view.asking(&resource);
        view.outdate(|changed| *changed == resource);
        view.put(view.epoch(), &resource, untagged(json!(1)), Utc::now());
        assert_eq!(view.good_since(&resource), None);
        view.asking(&resource);
        view.put(view.epoch(), &resource, untagged(json!(2)), Utc::now());
        assert!(view.good_since(&resource).is_some());
    }

    #[test]
    fn a_version_is_of_just_this_value_in_this_run_for_this_account() {
        let view = view();
        let resource = application(1);
        let tagged = |value| Tagged {
            value: Arc::new(value),
            tag: Some("\"7\"".to_owned()),
        };
        let tag = || view.tagged(&resource).and_then(|tagged| tagged.tag);
        let put = |value| view.put(view.epoch(), &resource, tagged(value), Utc::now());
        put(json!({"a": 1}));
        assert_eq!(tag().as_deref(), Some("\"7\""));
        // Another reading that says the same changes nothing, one that says more does.
        view.amend(view.epoch(), &resource, |_| ());
        assert_eq!(tag().as_deref(), Some("\"7\""));
        view.amend(view.epoch(), &resource, |value| *value = json!({"a": 2}));
        assert_eq!(tag(), None);
        put(json!({"a": 3}));
        lock(&view.entries).all.clear();
        assert_eq!(tag(), None, "from the disk");
        put(json!({"a": 4}));
        view.set_account("two");
        assert_eq!(tag(), None);
    }
}
