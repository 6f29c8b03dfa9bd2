//! Searches in what is kept of logs, while pages show them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logbook::{MergedSearch, Progress, Search};
use miso_client::ConnectionId;

use crate::numbered::{Numberable, Numbered};

/// What is searched for by pages, in one log or in several.
pub(crate) type Searches<S = Search> = Numbered<Begun<S>>;

/// A search and who is told.
pub(crate) struct Begun<S = Search> {
    pub search: S,
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

/// What is searched bit by bit, and goes on when lines have come.
pub(crate) trait Seek {
    /// Looks at what was not looked at yet, until it is stopped, and tells how far it is.
    ///
    /// # Errors
    /// What the disk says, with the path.
    fn seek(&self, stop: &AtomicBool, tell: &dyn Fn(Progress)) -> io::Result<()>;

    /// How far it is.
    fn so_far(&self) -> Progress;
}

impl Seek for Search {
    fn seek(&self, stop: &AtomicBool, tell: &dyn Fn(Progress)) -> io::Result<()> {
        self.run(stop, tell).map(|_| ())
    }

    fn so_far(&self) -> Progress {
        self.progress()
    }
}

impl Seek for MergedSearch {
    fn seek(&self, stop: &AtomicBool, tell: &dyn Fn(Progress)) -> io::Result<()> {
        self.run(stop, |_| tell(self.so_far())).map(|_| ())
    }

    /// Only what is shown counts: the moment of the merged books stands still while one reads.
    fn so_far(&self) -> Progress {
        let progress = self.progress();
        let matches = self.rank(u64::MAX).unwrap_or(progress.matches);
        Progress {
            matches,
            ..progress
        }
    }
}

impl<S> Numberable for Begun<S> {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl<S: Seek> Searches<S> {
    /// Keeps a search, and gives the number that it is asked for by.
    pub(crate) fn begin(
        &self,
        connection: ConnectionId,
        search: S,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> (u32, Arc<Begun<S>>) {
        let begun = Arc::new(Begun {
            search,
            connection,
            stop: AtomicBool::new(false),
            tell: Box::new(tell),
        });
        (self.keep(begun.clone()), begun)
    }
}

impl<S: Seek> Begun<S> {
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
            .seek(&self.stop, &|progress| tell(progress, false, None));
        tell(self.search.so_far(), run.is_ok(), run.err());
    }
}
