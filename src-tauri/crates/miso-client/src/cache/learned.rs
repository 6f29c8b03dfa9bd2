//! What was learned of how many requests an instance allows that does not tell it.

use std::time::Duration;

use chrono::DateTime;
use rusqlite::{OptionalExtension, params};

use super::Cache;
use crate::budget::Learned;
use crate::{ConnectionId, Failure};

impl Cache {
    /// Keeps what was learned; `None` forgets it. Written by and by.
    pub(crate) fn note_learned(&self, connection: &ConnectionId, learned: Option<Learned>) {
        let connection = connection.to_string();
        self.writer.later(move |database| {
            let written = match learned {
                Some(learned) => database.execute(
                    "insert or replace into learned values (?1, ?2, ?3, ?4, ?5)",
                    params![
                        connection,
                        learned.requests,
                        learned.of,
                        u32::try_from(learned.window.as_secs()).unwrap_or(u32::MAX),
                        learned.at.timestamp_millis()
                    ],
                ),
                None => {
                    database.execute("delete from learned where connection = ?1", [&connection])
                }
            };
            if let Err(error) = written {
                tracing::warn!(%error, "what was learned of the limit could not be kept");
            }
        });
    }

    /// What was learned.
    pub(crate) fn learned(&self, connection: &ConnectionId) -> Result<Option<Learned>, Failure> {
        self.now(|database| {
            let mut select = database.prepare(
                "select requests, allowed, seconds, at from learned where connection = ?1",
            )?;
            let found = select.query_row([connection.as_str()], |row| {
                Ok(Learned {
                    requests: row.get(0)?,
                    of: row.get(1)?,
                    window: Duration::from_secs(u64::from(row.get::<_, u32>(2)?)),
                    at: DateTime::from_timestamp_millis(row.get(3)?).unwrap_or_default(),
                })
            });
            found.optional()
        })
    }
}
