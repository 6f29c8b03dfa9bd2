//! The instance's state in SQLite: one connection on a thread of its own, so that a write is done
//! when its call returns and nothing waits for a disk on the async threads.

pub(crate) mod access;
pub(crate) mod access_requests;
pub(crate) mod applications;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod measured_minutes;
mod migrations;
mod open;
pub(crate) mod placements;
pub(crate) mod progress;
pub(crate) mod registrations;
pub(crate) mod sessions;
pub(crate) mod told;

use std::path::Path;
use std::sync::mpsc;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Notice, StartError};

/// Why a call to the store failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a stored document: {0}")]
    Document(#[from] serde_json::Error),
    #[error("the instance is stopping")]
    Closed,
}

/// A handle to the store; clones share the one connection.
#[derive(Clone)]
pub(crate) struct Store {
    jobs: mpsc::Sender<Job>,
}

enum Job {
    Run(Box<dyn FnOnce(&mut Connection) + Send>),
    Close(oneshot::Sender<()>),
}

impl Store {
    /// Opens the database. A damaged one is set aside, a newer one refused untouched.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Notice>), StartError> {
        let (mut connection, notices) = open::open(path)?;
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                for job in queue {
                    match job {
                        Job::Run(run) => run(&mut connection),
                        Job::Close(done) => {
                            if let Err((_, error)) = connection.close() {
                                tracing::warn!(%error, "the database did not close cleanly");
                            }
                            // Nobody may be waiting any more; closed it is all the same.
                            let _ = done.send(());
                            return;
                        }
                    }
                }
            })
            .map_err(|error| StartError::DatabaseUnreadable {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        Ok((Self { jobs }, notices))
    }

    /// Runs `work` on the connection, after what was asked before.
    pub(crate) async fn call<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Job::Run(Box::new(move |connection| {
            // A caller that went away does not undo what was written.
            let _ = answer.send(work(connection));
        }));
        self.jobs.send(job).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Closes the database; later calls fail with [`StoreError::Closed`].
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(done)).is_ok() {
            // The thread has gone already: closed too.
            let _ = closed.await;
        }
    }
}

/// A time as it is stored: milliseconds since 1970.
pub(crate) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A stored time; one that no calendar knows reads as 1970.
pub(crate) fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// Now, to the millisecond that is stored: what a write answers is what a read gives.
pub(crate) fn now() -> DateTime<Utc> {
    time(Utc::now().timestamp_millis())
}
