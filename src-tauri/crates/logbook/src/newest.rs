//! The last matches, before a search has come to them.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::found::{Found, FoundWindow, MOST_BYTES};
use crate::line;
use crate::scan::{Chunk, Matching, Scan};
use crate::search::Search;

/// A line that matches, as it stands in its file.
struct Text {
    position: u64,
    bytes: Vec<u8>,
    /// As in [`Matching`].
    before: Option<DateTime<Utc>>,
}

impl Search {
    /// The last matches, oldest first, `count` of them at most: as many as are found from the newest
    /// line back in about `limit`, but for those of the newest part, which is looked at whatever it takes. They are what whoever looks at the end of a log sees first. How
    /// many there are before them is not known before the search itself is done, which this is no part
    /// of; `matches` and `from` count what is here.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn newest(&self, count: usize, limit: Duration) -> io::Result<FoundWindow> {
        let begun = Instant::now();
        let (generation, chunks) = {
            let index = self.book.index();
            (index.generation, Chunk::plan(&index, 0, usize::MAX))
        };
        let nothing = FoundWindow {
            generation,
            ..FoundWindow::default()
        };
        let (mut scan, never) = (Scan::default(), AtomicBool::new(false));
        let mut texts: VecDeque<Text> = VecDeque::new();
        let mut bytes = 0;
        for chunk in chunks.iter().rev() {
            let room = count - texts.len();
            let mut here = VecDeque::new();
            let read = scan.read(chunk, &self.matcher, &never, |line| {
                here.push_back(Text::of(&line));
                if here.len() > room {
                    here.pop_front();
                }
            });
            let Some(here) = self.book.looked(generation, chunk, here, read)? else {
                return Ok(nothing);
            };
            bytes += here.iter().map(|text| text.bytes.len()).sum::<usize>();
            here.into_iter()
                .rev()
                .for_each(|text| texts.push_front(text));
            if texts.len() >= count || bytes > MOST_BYTES || begun.elapsed() > limit {
                break;
            }
        }
        let first = self.book.first();
        let kept = texts.into_iter().filter(|text| text.position >= first);
        let found: Vec<Found> = kept.map(|text| self.decode(&text)).collect();
        Ok(FoundWindow {
            matches: found.len() as u64,
            found,
            ..nothing
        })
    }

    fn decode(&self, text: &Text) -> Found {
        // A line that says no time by itself has that of the one before it.
        let before = text.before.unwrap_or(DateTime::UNIX_EPOCH);
        let line = line::read(&text.bytes, before);
        Found {
            position: text.position,
            hits: self.matcher.hits(&line.message),
            line,
        }
    }
}

impl Text {
    fn of(line: &Matching<'_>) -> Self {
        Self {
            position: line.position,
            bytes: line.text.to_owned(),
            before: line.before,
        }
    }
}
