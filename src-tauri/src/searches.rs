//! Searches in what is kept of logs, while pages show them.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use logbook::{Progress, Search};
use miso_client::ConnectionId;

/// As many go on at once; the one that was begun first makes room.
const MOST: usize = 16;

/// What is searched for by pages. A page that has gone tells nobody, so there are only so many.
#[derive(Default)]
pub(crate) struct Searches {
    next: AtomicU32,
    all: Mutex<BTreeMap<u32, Arc<Begun>>>,
}

/// A search and who is told.
pub(crate) struct Begun {
    pub search: Search,
    connection: ConnectionId,
    stop: AtomicBool,
    tell: Box<dyn Fn(Told) + Send + Sync>,
}

/// How far a search is.
pub(crate) struct Told {
    pub progress: Progress,
    /// Whether all there was then has been looked at.
    pub is_done: bool,
    /// Why it does not go on.
    pub failure: Option<io::Error>,
}

impl Searches {
    /// Keeps a search, and gives the number that it is asked for by.
    pub(crate) fn begin(
        &self,
        connection: ConnectionId,
        search: Search,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> (u32, Arc<Begun>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let begun = Arc::new(Begun {
            search,
            connection,
            stop: AtomicBool::new(false),
            tell: Box::new(tell),
        });
        let mut all = self.all();
        all.insert(number, begun.clone());
        while all.len() > MOST {
            if let Some((_, oldest)) = all.pop_first() {
                oldest.stop.store(true, Ordering::Relaxed);
            }
        }
        (number, begun)
    }

    /// The search of a number, unless it was ended.
    pub(crate) fn get(&self, number: u32) -> Option<Arc<Begun>> {
        self.all().get(&number).cloned()
    }

    /// Ends a search; one that has ended already stays so.
    pub(crate) fn end(&self, number: u32) {
        if let Some(ended) = self.all().remove(&number) {
            ended.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Ends those of a connection: what they found is not for whoever signs in next.
    pub(crate) fn end_of(&self, connection: &ConnectionId) {
        self.all().retain(|_, begun| {
            let ends = begun.connection == *connection;
            if ends {
                begun.stop.store(true, Ordering::Relaxed);
            }
            !ends
        });
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Begun>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Begun {
    /// Looks at what was not looked at yet, and tells how far it is. Waits for the disk.
    pub(crate) fn run(&self) {
        let tell = |progress, is_done, failure| {
            (self.tell)(Told {
                progress,
                is_done,
                failure,
            });
        };
        let run = self
            .search
            .run(&self.stop, |progress| tell(progress, false, None));
        tell(self.search.progress(), run.is_ok(), run.err());
    }
}
