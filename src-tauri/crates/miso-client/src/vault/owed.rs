//! Entries that are to be gone but could not be deleted yet.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use super::lock;
use crate::Cache;

#[derive(Default)]
pub(super) struct Owed(Mutex<Known>);

#[derive(Default)]
struct Known {
    names: HashSet<String>,
    /// Where they are remembered beyond this run.
    ledger: Option<Arc<Cache>>,
}

impl Owed {
    /// Takes what an earlier run owed, and remembers beyond this one.
    pub(super) fn remember_in(&self, ledger: Arc<Cache>) {
        let mut known = lock(&self.0);
        match ledger.owed_deletions() {
            Ok(names) => known.names.extend(names),
            Err(failure) => tracing::warn!(?failure, "what is still to be deleted is not known"),
        }
        known.ledger = Some(ledger);
    }

    pub(super) fn names(&self) -> Vec<String> {
        lock(&self.0).names.iter().cloned().collect()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        lock(&self.0).names.contains(name)
    }

    /// An entry is to be gone.
    pub(super) fn add(&self, name: &str) {
        let mut known = lock(&self.0);
        known.names.insert(name.to_owned());
        if let Some(ledger) = &known.ledger
            && let Err(failure) = ledger.owe_deletion(name)
        {
            tracing::warn!(?failure, "what is to be deleted could not be remembered");
        }
    }

    /// An entry is gone, or counts again.
    pub(super) fn done(&self, name: &str) {
        let mut known = lock(&self.0);
        if !known.names.remove(name) {
            return;
        }
        if let Some(ledger) = &known.ledger
            && let Err(failure) = ledger.deletion_done(name)
        {
            tracing::warn!(?failure, "what was deleted could not be remembered");
        }
    }
}
