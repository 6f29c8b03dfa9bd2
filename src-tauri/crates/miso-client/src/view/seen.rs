//! What readings say of the past, kept for the account whose they are.

use chrono::{DateTime, Utc};
use rusqlite::Connection as Database;

use super::{Epoch, View};
use crate::Failure;
use crate::lock::lock;
use crate::past::{Glimpse, Whose};

impl View {
    /// Keeps what a reading says of the fleet that is new, where it was asked for in this epoch.
    /// Written by and by.
    pub(crate) fn note_seen(&self, epoch: Epoch, glimpse: Glimpse, at: DateTime<Utc>) {
        let account = lock(&self.account);
        if epoch == self.epoch() {
            self.cache
                .keep_seen(&self.connection, &account, glimpse, at);
        }
    }

    /// What is kept of the account's past.
    ///
    /// # Errors
    /// [`crate::Code::CacheFailed`].
    pub(crate) fn past<T>(
        &self,
        ask: impl FnOnce(&Database, &Whose) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Failure> {
        let account = lock(&self.account).clone();
        self.cache.past(&self.connection, &account, ask)
    }
}
