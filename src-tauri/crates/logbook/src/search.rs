//! A search over everything that a book keeps, on all cores.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use miso_api::LogLine;

use crate::book::Book;
use crate::lock::lock;
use crate::matcher::Matcher;
use crate::positions::Positions;
use crate::query::{BadQuery, Query};
use crate::scan::{Chunk, Matching, Scan};
use crate::spread::{Run, spread};

/// Who waits is told at most this often.
const TELL: Duration = Duration::from_millis(20);

/// A search in one book. What it has found stays, and may be asked for while it goes on.
pub struct Search {
    pub(crate) book: Arc<Book>,
    pub(crate) matcher: Matcher,
    /// Held by who searches.
    running: Mutex<()>,
    state: Mutex<State>,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The generation of the book in which the positions are right.
    pub generation: u64,
    /// Lines that were looked at.
    pub lines: u64,
    /// Lines there are.
    pub of: u64,
    /// How many of them match.
    pub matches: u64,
    /// How long it took so far.
    pub elapsed: Duration,
}

/// How a run of a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that the book had when it began was looked at.
    Done,
    /// It was stopped. What was found until then is right, and another run goes on from there.
    Stopped,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) generation: u64,
    pub(crate) found: Positions,
    /// One past the last position that was looked at.
    to: u64,
    elapsed: Duration,
}

impl Search {
    /// Makes a search ready.
    ///
    /// # Errors
    /// Where the query has an expression that is none.
    pub fn new(book: Arc<Book>, query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            book,
            matcher: Matcher::new(query)?,
            running: Mutex::default(),
            state: Mutex::default(),
        })
    }

    /// Looks at everything that was not looked at yet, the oldest lines first, until `stop` is
    /// set; called again when lines have arrived, it looks at these. `tell` is told how far it is
    /// some fifty times a second, and at the end.
    ///
    /// Where positions become those of other lines meanwhile, it begins anew.
    ///
    /// # Errors
    /// What the disk says, with the path; what was found before stays.
    pub fn run(&self, stop: &AtomicBool, mut tell: impl FnMut(Progress)) -> io::Result<Outcome> {
        let _alone = lock(&self.running);
        let started = Instant::now();
        let mut told = None;
        loop {
            let (chunks, elapsed) = self.plan();
            let mut now_and_then = |is_last: bool| {
                let elapsed = elapsed + started.elapsed();
                lock(&self.state).elapsed = elapsed;
                let is_due = told.is_none_or(|told: Instant| told.elapsed() >= TELL);
                if is_last || is_due {
                    told = Some(Instant::now());
                    tell(self.progress());
                }
            };
            let run = self.read(&chunks, stop, || now_and_then(false))?;
            if !matches!(run, Run::Renumbered) {
                now_and_then(true);
            }
            match run {
                Run::Done => return Ok(Outcome::Done),
                Run::Stopped => return Ok(Outcome::Stopped),
                Run::Renumbered => {}
            }
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let (first, total) = (self.book.first(), self.book.total());
        let state = self.state();
        let to = state.to.clamp(first, total.max(first));
        Progress {
            generation: state.generation,
            lines: to - first,
            of: total.saturating_sub(first),
            matches: state.found.count(),
            elapsed: state.elapsed,
        }
    }

    /// The field of a line in which the text is that is searched for, and what it is there.
    pub fn field(&self, line: &LogLine) -> Option<(String, String)> {
        self.matcher.field(line)
    }

    /// What was found, without what the book has dropped since.
    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        let first = self.book.first();
        let mut state = lock(&self.state);
        state.found.drop_before(first);
        state
    }

    /// What is still to be looked at, in the book as it is now.
    fn plan(&self) -> (Vec<Chunk>, Duration) {
        let index = self.book.index();
        let mut state = lock(&self.state);
        if state.generation != index.generation {
            *state = State {
                generation: index.generation,
                ..State::default()
            };
        }
        (Chunk::plan(&index, state.to, usize::MAX), state.elapsed)
    }

    fn read(&self, chunks: &[Chunk], stop: &AtomicBool, mut step: impl FnMut()) -> io::Result<Run> {
        let generation = lock(&self.state).generation;
        let look = |chunk: &Chunk, scan: &mut Scan| {
            let mut found = Vec::new();
            let take = |line: Matching<'_>| found.push(line.position);
            let read = scan.read(chunk, &self.matcher, stop, take);
            self.book.looked(generation, chunk, found, read)
        };
        spread(chunks, stop, look, |chunk, found| {
            let mut state = lock(&self.state);
            found
                .into_iter()
                .for_each(|position| state.found.push(position));
            state.to = chunk.end();
            drop(state);
            step();
        })
    }
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("book", &self.book)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
