//! What was seen, kept on the cache's own thread, and asked for.

use chrono::{DateTime, Utc};
use rusqlite::Connection as Database;

use super::Cache;
use crate::past::{Glimpse, Whose};
use crate::{ConnectionId, Failure};

impl Cache {
    /// Keeps what a reading says of the fleet that is new. Written by and by.
    pub(crate) fn keep_seen(
        &self,
        connection: &ConnectionId,
        account: &str,
        glimpse: Glimpse,
        at: DateTime<Utc>,
    ) {
        let whose: Whose = (connection.to_string(), account.to_owned());
        let generation = self.past.generation(&whose.0);
        let past = self.past.clone();
        self.writer.later(move |database| {
            past.keep(database, &whose, generation, &glimpse, at);
        });
    }

    /// What is kept of the past, after what waits to be written.
    pub(crate) fn past<T>(
        &self,
        connection: &ConnectionId,
        account: &str,
        ask: impl FnOnce(&Database, &Whose) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Failure> {
        let whose: Whose = (connection.to_string(), account.to_owned());
        self.now(|database| ask(database, &whose))
    }
}
