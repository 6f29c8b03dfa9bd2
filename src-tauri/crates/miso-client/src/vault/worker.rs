//! The thread that works with the store. Its calls block and may hang: each has a time limit, and
//! a thread that hangs is left behind.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{CredentialStore, VaultError, lock};

/// Makes a store; called again where the one before hung.
pub type MakeStore = Arc<dyn Fn() -> Box<dyn CredentialStore> + Send + Sync>;

/// Gives jobs to the thread.
pub(super) struct Worker {
    make: MakeStore,
    thread: Mutex<Thread>,
}

type Job = Box<dyn FnOnce(&mut dyn CredentialStore) + Send>;

/// Which thread it is: a job that hung in an older one says nothing about this one.
#[derive(Default)]
struct Thread {
    generation: u64,
    jobs: Option<mpsc::Sender<Job>>,
}

impl Worker {
    pub(super) fn new(make: MakeStore) -> Self {
        Self {
            make,
            thread: Mutex::default(),
        }
    }

    /// Does work with the store, within a time limit.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut dyn CredentialStore) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.call_or(limit, work, |_| {}).await
    }

    /// The same, with what follows where the work was done when nobody waited any more.
    pub(super) async fn call_or<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut dyn CredentialStore) -> Result<T, VaultError> + Send + 'static,
        late: impl FnOnce(&mut dyn CredentialStore) + Send + 'static,
    ) -> Result<T, VaultError> {
        let (answer, answered) = oneshot::channel();
        let generation = self.hand_over(Box::new(move |store| {
            // Nobody waits any more: the time limit has passed, or it was called off.
            if answer.is_closed() {
                return;
            }
            if let Err(Ok(_)) = answer.send(work(store)) {
                tracing::debug!("the keyring answered when nobody waited any more");
                late(store);
            }
        }))?;
        // Dropped with what waits here, if that is called off.
        let mut hanging = Hanging {
            worker: self,
            generation: Some(generation),
        };
        match tokio::time::timeout(limit, answered).await {
            Ok(answered) => {
                hanging.generation = None;
                let ended = || VaultError::Unavailable("the keyring's thread ended".to_owned());
                answered.unwrap_or_else(|_| Err(ended()))
            }
            Err(_) => Err(VaultError::Unavailable(format!(
                "no answer within {} s",
                limit.as_secs()
            ))),
        }
    }

    /// Gives a job to the thread, a new one where there is none; which thread it is.
    fn hand_over(&self, job: Job) -> Result<u64, VaultError> {
        let mut thread = lock(&self.thread);
        let job = match thread.jobs.as_ref() {
            Some(jobs) => match jobs.send(job) {
                Ok(()) => return Ok(thread.generation),
                Err(mpsc::SendError(job)) => job,
            },
            None => job,
        };
        let (sender, jobs) = mpsc::channel::<Job>();
        let make = self.make.clone();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let mut store = make();
                for job in jobs {
                    job(store.as_mut());
                }
            })
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        sender
            .send(job)
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        thread.generation += 1;
        thread.jobs = Some(sender);
        Ok(thread.generation)
    }
}

/// A thread that hangs in the store, or waits there for a person, is left behind when nobody waits
/// for it any more: the next job begins with a new one.
struct Hanging<'a> {
    worker: &'a Worker,
    generation: Option<u64>,
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        let mut thread = lock(&self.worker.thread);
        if self.generation == Some(thread.generation) {
            thread.jobs = None;
        }
    }
}
