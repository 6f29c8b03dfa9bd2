//! Deployments on their way, so that they can be cancelled and waited for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// All deployments on their way.
#[derive(Clone, Default)]
pub(crate) struct UnderWay {
    all: Arc<Mutex<HashMap<String, Entry>>>,
}

struct Entry {
    application: String,
    cancel: CancellationToken,
    ended: CancellationToken,
}

/// One deployment on its way; dropped, it has ended.
pub(crate) struct Ticket {
    under_way: UnderWay,
    id: String,
    /// Says that the deployment is to end.
    pub(super) cancel: CancellationToken,
}

impl UnderWay {
    /// Notes a deployment before it is accepted.
    pub(super) fn begin(&self, id: &str, application: &str) -> Ticket {
        let cancel = CancellationToken::new();
        let entry = Entry {
            application: application.to_owned(),
            cancel: cancel.clone(),
            ended: CancellationToken::new(),
        };
        self.lock().insert(id.to_owned(), entry);
        Ticket {
            under_way: self.clone(),
            id: id.to_owned(),
            cancel,
        }
    }

    /// Says that a deployment is to end; `false` where none of that id is on its way.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        let all = self.lock();
        let found = all.get(id);
        if let Some(entry) = found {
            entry.cancel.cancel();
        }
        found.is_some()
    }

    /// Cancels the deployments of an application and waits until none is on its way.
    pub(crate) async fn end_all(&self, application: &str) {
        let ending: Vec<CancellationToken> = self
            .lock()
            .values()
            .filter(|entry| entry.application == application)
            .map(|entry| {
                entry.cancel.cancel();
                entry.ended.clone()
            })
            .collect();
        for ended in ending {
            ended.cancelled().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(entry) = self.under_way.lock().remove(&self.id) {
            entry.ended.cancel();
        }
    }
}
