//! Which deployments are followed until they end, so that a restart of the app does not lose sight
//! of them.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::Cache;
use crate::{ConnectionId, Failure};

impl Cache {
    /// Keeps that an account follows a deployment. Written by and by.
    pub(crate) fn follow(
        &self,
        connection: &ConnectionId,
        account: &str,
        id: &str,
        at: DateTime<Utc>,
    ) {
        let (connection, account) = (connection.to_string(), account.to_owned());
        let id = id.to_owned();
        self.writer.later(move |database| {
            let kept = database.execute(
                "insert or replace into followed values (?1, ?2, ?3, ?4)",
                params![connection, account, id, at.to_rfc3339()],
            );
            if let Err(error) = kept {
                tracing::warn!(%error, "what is followed could not be kept");
            }
        });
    }

    /// Forgets it: its end was told. Written by and by.
    pub(crate) fn unfollow(&self, connection: &ConnectionId, account: &str, id: &str) {
        let (connection, account) = (connection.to_string(), account.to_owned());
        let id = id.to_owned();
        self.writer.later(move |database| {
            let forgotten = database.execute(
                "delete from followed where connection = ?1 and account = ?2 and id = ?3",
                params![connection, account, id],
            );
            if let Err(error) = forgotten {
                tracing::warn!(%error, "what is followed no more could not be forgotten");
            }
        });
    }

    /// The deployments that an account follows.
    pub(crate) fn followed(
        &self,
        connection: &ConnectionId,
        account: &str,
    ) -> Result<Vec<String>, Failure> {
        self.now(|database| {
            let mut select = database.prepare(
                "select id from followed where connection = ?1 and account = ?2 order by at",
            )?;
            let rows = select.query_map([connection.as_str(), account], |row| row.get(0))?;
            rows.collect()
        })
    }
}
