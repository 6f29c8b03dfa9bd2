//! Reads chunks of a book on all cores.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::book::Book;
use crate::files::Stamp;
use crate::scan::{Chunk, Scan};
use crate::upkeep::Seen;

/// How the reading of chunks ended.
pub(crate) enum Run {
    /// All were read.
    Done,
    /// It was stopped before that.
    Stopped,
    /// Positions are those of other lines now: what was taken is worth nothing.
    Renumbered,
}

/// Has chunks looked at on all cores until `stop` is set, and takes what was found in each, in
/// their order. `look` finds nothing where the chunk's positions are those of other lines now.
pub(crate) fn spread<T: Send>(
    chunks: &[Chunk],
    stop: &AtomicBool,
    look: impl Fn(&Chunk, &mut Scan) -> io::Result<Option<T>> + Sync,
    mut take: impl FnMut(&Chunk, T),
) -> io::Result<Run> {
    let next = AtomicUsize::new(0);
    let ends = AtomicBool::new(false);
    let (give, taken) = mpsc::channel();
    let work = |give: mpsc::Sender<_>| {
        let mut scan = Scan::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(at) else {
                return;
            };
            if stop.load(Ordering::Relaxed) || ends.load(Ordering::Relaxed) {
                return;
            }
            if give.send((at, look(chunk, &mut scan))).is_err() {
                return;
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads.min(chunks.len()) {
            let (give, work) = (give.clone(), &work);
            scope.spawn(move || work(give));
        }
        drop(give);
        let run = in_order(chunks, &taken, stop, &mut take);
        ends.store(true, Ordering::Relaxed);
        run
    })
}

/// Takes what the threads give, in order.
fn in_order<T>(
    chunks: &[Chunk],
    taken: &mpsc::Receiver<(usize, io::Result<Option<T>>)>,
    stop: &AtomicBool,
    take: &mut impl FnMut(&Chunk, T),
) -> io::Result<Run> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    while let Ok((at, found)) = taken.recv() {
        let Some(found) = found? else {
            return Ok(Run::Renumbered);
        };
        if stop.load(Ordering::Relaxed) {
            return Ok(Run::Stopped);
        }
        waiting.insert(at, found);
        while let Some(found) = waiting.remove(&next) {
            take(&chunks[next], found);
            next += 1;
        }
    }
    if next < chunks.len() {
        return Ok(Run::Stopped);
    }
    Ok(Run::Done)
}

impl Book {
    /// What was found in a chunk of a generation, once the file was read: nothing where it was
    /// dropped meanwhile, `None` where its positions are those of other lines now.
    ///
    /// # Errors
    /// What was wrong with reading, where the index has no other explanation.
    pub(crate) fn looked<T: Default>(
        &self,
        generation: u64,
        chunk: &Chunk,
        found: T,
        read: io::Result<Stamp>,
    ) -> io::Result<Option<T>> {
        if read.as_ref().is_ok_and(|stamp| *stamp == chunk.stamp) {
            return Ok(Some(found));
        }
        Ok(match self.judge(generation, chunk.key, read)? {
            Seen::AsKnown => Some(found),
            Seen::Dropped => Some(T::default()),
            Seen::Renumbered => None,
        })
    }
}
