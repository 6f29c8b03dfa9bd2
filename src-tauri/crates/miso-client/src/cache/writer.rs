//! What is written to the cache, in order, on a thread of its own: a slow disk holds up nobody
//! who asks the network or looks at what is in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection as Database;

use super::Row;
use crate::lock::lock;
use crate::{ConnectionId, Resource};

/// Whose reading of what.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub connection: ConnectionId,
    pub account: String,
    pub resource: Resource,
}

pub(super) struct Writer {
    database: Arc<Mutex<Database>>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    waiting: Arc<Mutex<Waiting>>,
}

type Job = Box<dyn FnOnce(&Database) + Send>;

/// Rows that are not on the disk yet, and what is still there and counts no more.
#[derive(Default)]
struct Waiting {
    rows: HashMap<Key, (Option<Row>, u64)>,
    put: u64,
}

impl Writer {
    pub(super) fn over(database: Arc<Mutex<Database>>) -> std::io::Result<Self> {
        let (sender, jobs) = mpsc::channel::<Job>();
        let inside = database.clone();
        let thread = std::thread::Builder::new()
            .name("cache".to_owned())
            .spawn(move || {
                for job in jobs {
                    job(&lock(&inside));
                }
            })?;
        Ok(Self {
            database,
            jobs: Some(sender),
            thread: Some(thread),
            waiting: Arc::default(),
        })
    }

    /// Has something written when it is its turn.
    pub(super) fn later(&self, write: impl FnOnce(&Database) + Send + 'static) {
        let Some(jobs) = &self.jobs else { return };
        if let Err(mpsc::SendError(job)) = jobs.send(Box::new(write)) {
            // The thread is gone: then by whoever asks.
            job(&lock(&self.database));
        }
    }

    /// Has a row written, or none where it is forgotten; that can be read from now on.
    pub(super) fn put(
        &self,
        key: Key,
        row: Option<Row>,
        write: impl FnOnce(&Database, Option<&Row>) + Send + 'static,
    ) {
        let put = {
            let mut waiting = lock(&self.waiting);
            waiting.put += 1;
            let put = waiting.put;
            waiting.rows.insert(key.clone(), (row.clone(), put));
            put
        };
        let waiting = self.waiting.clone();
        self.later(move |database| {
            // A newer one waits behind this, or all of it was erased meanwhile.
            let counts = |waiting: &Waiting| waiting.rows.get(&key).is_some_and(|row| row.1 == put);
            if !counts(&lock(&waiting)) {
                return;
            }
            write(database, row.as_ref());
            let mut waiting = lock(&waiting);
            if counts(&waiting) {
                waiting.rows.remove(&key);
            }
        });
    }

    /// What is not on the disk yet: a row, or that there is none.
    pub(super) fn waiting(&self, key: &Key) -> Option<Option<Row>> {
        lock(&self.waiting)
            .rows
            .get(key)
            .map(|(row, _)| row.clone())
    }

    /// What waits is not written any more.
    pub(super) fn forget(&self, is_meant: impl Fn(&Key) -> bool) {
        lock(&self.waiting).rows.retain(|key, _| !is_meant(key));
    }

    /// Waits until everything so far is written, or the time is over; whether it is written.
    pub(super) fn flush(&self, limit: Duration) -> bool {
        let (written, done) = mpsc::channel();
        self.later(move |_| {
            // Who waited may have given up.
            let _ = written.send(());
        });
        done.recv_timeout(limit).is_ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the cache's thread did not end well");
        }
    }
}
