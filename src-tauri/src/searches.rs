//! Searches in what is kept of logs, while pages show them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logbook::{Bucket, Marked, MergedSearch, Progress, Search};
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;

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

/// Which match is meant, from a position of the log on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MatchStep {
    /// The one there or the first after it, else the last.
    Here,
    /// The first after it, else the first of all.
    Next,
    /// The last before it, else the last of all.
    Previous,
}

/// A match by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NumberedMatch {
    /// How many matches are before it.
    #[specta(type = f64)]
    number: u64,
    /// Its position in the log.
    #[specta(type = f64)]
    position: u64,
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

    /// How many matches are before a position of what is shown.
    ///
    /// # Errors
    /// What the disk says, with the path.
    fn before(&self, position: u64) -> io::Result<u64>;

    /// The position of the match that has so many before it.
    ///
    /// # Errors
    /// What the disk says, with the path.
    fn place_of(&self, number: u64) -> io::Result<Option<u64>>;

    /// Which of so many lines from a position on match.
    ///
    /// # Errors
    /// What the disk says, with the path.
    fn marks_in(&self, from: u64, count: usize) -> io::Result<Vec<Marked>>;

    /// What is searched in, in parts of equal size.
    ///
    /// # Errors
    /// What the disk says, with the path.
    fn parts(&self, count: usize) -> io::Result<Vec<Bucket>>;
}

impl Seek for Search {
    fn seek(&self, stop: &AtomicBool, tell: &dyn Fn(Progress)) -> io::Result<()> {
        self.run(stop, tell).map(|_| ())
    }

    fn so_far(&self) -> Progress {
        self.progress()
    }

    fn before(&self, position: u64) -> io::Result<u64> {
        Ok(self.rank(position))
    }

    fn place_of(&self, number: u64) -> io::Result<Option<u64>> {
        Ok(self.nth(number))
    }

    fn marks_in(&self, from: u64, count: usize) -> io::Result<Vec<Marked>> {
        let window = self.book().view(from, count)?;
        Ok(self.marks(&window))
    }

    fn parts(&self, count: usize) -> io::Result<Vec<Bucket>> {
        self.buckets(count)
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

    fn before(&self, position: u64) -> io::Result<u64> {
        self.rank(position)
    }

    fn place_of(&self, number: u64) -> io::Result<Option<u64>> {
        self.nth(number)
    }

    fn marks_in(&self, from: u64, count: usize) -> io::Result<Vec<Marked>> {
        let window = self.merged().window(from, count)?;
        Ok(self.marks(&window))
    }

    fn parts(&self, count: usize) -> io::Result<Vec<Bucket>> {
        self.buckets(count)
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
    /// A match, from a position of what is shown on; `None` where there is none at all. May wait for
    /// the disk.
    pub(crate) fn step(&self, position: u64, step: MatchStep) -> io::Result<Option<NumberedMatch>> {
        let search = &self.search;
        let Some(last) = search.before(u64::MAX)?.checked_sub(1) else {
            return Ok(None);
        };
        let number = match step {
            MatchStep::Here => search.before(position)?.min(last),
            MatchStep::Next => match search.before(position.saturating_add(1))? {
                number if number > last => 0,
                number => number,
            },
            MatchStep::Previous => search.before(position)?.checked_sub(1).unwrap_or(last),
        };
        let found = search.place_of(number)?;
        Ok(found.map(|position| NumberedMatch { number, position }))
    }

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;
    use logbook::{Book, BookKey, Logbook, Merged, Query, Text};
    use miso_api::{LineSink, LogLevel, LogLine};

    use super::*;

    /// A search for `x` in lines of which those have one that are marked so.
    fn begun(lines: &str) -> (tempfile::TempDir, Arc<Begun>) {
        let root = tempfile::tempdir().unwrap();
        let logs = Logbook::open(root.path()).unwrap();
        let search = Search::new(book(&logs, "shop", lines), &for_x()).unwrap();
        let (_, begun) = Searches::default().begin(connection(), search, |_| ());
        (root, begun)
    }

    /// The same in the lines of two logs, which were written at the same times.
    fn begun_in_two(one: &str, other: &str) -> (tempfile::TempDir, Arc<Begun<MergedSearch>>) {
        let root = tempfile::tempdir().unwrap();
        let logs = Logbook::open(root.path()).unwrap();
        let books = vec![book(&logs, "shop", one), book(&logs, "till", other)];
        let search = MergedSearch::new(Arc::new(Merged::new(books)), &for_x()).unwrap();
        let (_, begun) = Searches::default().begin(connection(), search, |_| ());
        (root, begun)
    }

    fn connection() -> ConnectionId {
        serde_json::from_str("\"c\"").unwrap()
    }

    fn for_x() -> Query {
        Query {
            text: Some(Text::Literal("x".to_owned())),
            ..Query::default()
        }
    }

    /// A line a second.
    fn book(logs: &Logbook, application: &str, lines: &str) -> Arc<Book> {
        let key = BookKey {
            connection: "c".to_owned(),
            account: String::new(),
            application: application.to_owned(),
            environment: "dev".to_owned(),
        };
        let book = logs.book(&key).unwrap();
        let line = |(number, message): (usize, char)| LogLine {
            id: number.to_string(),
            timestamp: DateTime::from_timestamp(number as i64, 0).unwrap(),
            level: LogLevel::Info,
            message: format!("é{message}"),
            source: None,
            environment: None,
            instance: None,
            fields: serde_json::Map::new(),
        };
        let lines: Vec<LogLine> = lines.chars().enumerate().map(line).collect();
        book.append(&lines).unwrap();
        book
    }

    #[test]
    fn one_goes_from_match_to_match_and_from_the_last_to_the_first() {
        let (_root, begun) = begun(".x..x.x.");
        begun.run();
        let at = |position, step| {
            let found = begun.step(position, step).unwrap().unwrap();
            (found.number, found.position)
        };
        assert_eq!(at(1, MatchStep::Here), (0, 1));
        assert_eq!(at(2, MatchStep::Here), (1, 4));
        assert_eq!(at(7, MatchStep::Here), (2, 6));
        assert_eq!(at(1, MatchStep::Next), (1, 4));
        assert_eq!(at(3, MatchStep::Next), (1, 4));
        assert_eq!(at(6, MatchStep::Next), (0, 1));
        assert_eq!(at(6, MatchStep::Previous), (1, 4));
        assert_eq!(at(5, MatchStep::Previous), (1, 4));
        assert_eq!(at(1, MatchStep::Previous), (2, 6));
        assert_eq!(at(u64::MAX, MatchStep::Next), (0, 1));
    }

    /// Their lines stand by turns: 0 and 1 are the first ones of the two, and so on.
    #[test]
    fn one_goes_from_match_to_match_in_several_logs_as_in_one() {
        let (_root, begun) = begun_in_two(".x..", "x..x");
        begun.run();
        let at = |position, step| {
            let found = begun.step(position, step).unwrap().unwrap();
            (found.number, found.position)
        };
        assert_eq!(at(0, MatchStep::Here), (0, 1));
        assert_eq!(at(1, MatchStep::Next), (1, 2));
        assert_eq!(at(2, MatchStep::Next), (2, 7));
        assert_eq!(at(7, MatchStep::Next), (0, 1));
        assert_eq!(at(7, MatchStep::Previous), (1, 2));
        assert_eq!(at(1, MatchStep::Previous), (2, 7));
        let marks = begun.search.marks_in(1, 4).unwrap();
        let marked: Vec<u64> = marks.iter().map(|mark| mark.position).collect();
        assert_eq!(marked, [1, 2]);
        let parts = begun.search.parts(2).unwrap();
        let matches: Vec<u64> = parts.iter().map(|part| part.matches).collect();
        assert_eq!(matches, [2, 1]);
    }

    #[test]
    fn there_is_no_match_where_nothing_was_found() {
        let (_root, begun) = begun("....");
        begun.run();
        for step in [MatchStep::Here, MatchStep::Next, MatchStep::Previous] {
            assert_eq!(begun.step(2, step).unwrap(), None);
        }
    }

    #[test]
    fn lines_are_marked_that_the_search_has_not_come_to() {
        let (_root, begun) = begun(".x..x.x.");
        let marks = begun.search.marks_in(2, 5).unwrap();
        let marks: Vec<_> = marks
            .iter()
            .map(|mark| (mark.position, mark.hits[0].from, mark.hits[0].to))
            .collect();
        assert_eq!(marks, [(4, 1, 2), (6, 1, 2)]);
        assert_eq!(begun.search.count(), 0);
    }
}
