//! Several logs that a page shows as one, and log files that were opened.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use logbook::{Book, BookKey, Foreign, ForeignLines, Limits, Logbook, Merged, Origin};
use miso_api::{LineSink, LogLine};
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::numbered::{Numberable, Numbered};

/// As many logs are shown at once.
pub(crate) const MOST_LOGS: usize = 12;
/// The folder of opened files below the app's data.
const OPENED: &str = "opened-logs";
/// Longer than any file is open.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Names a log of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct LogName {
    /// The application's key.
    pub application: String,
    /// The environment's key.
    pub environment: String,
}

impl From<&LogName> for Origin {
    fn from(name: &LogName) -> Self {
        Self {
            application: name.application.clone(),
            environment: name.environment.clone(),
        }
    }
}

/// Several logs as one, as a page shows them.
pub(crate) struct MergedLogs {
    pub merged: Arc<Merged>,
    /// The logs' books, and of which logs they are.
    pub books: Vec<Arc<Book>>,
    pub logs: Vec<LogName>,
    connection: ConnectionId,
    /// Where they stand, where they are of a file that was opened.
    opened: Option<Arc<Folder>>,
}

impl MergedLogs {
    /// Whose they are.
    pub(crate) fn of_connection(&self) -> ConnectionId {
        self.connection.clone()
    }

    /// Of logs that are kept.
    pub(crate) fn of(connection: ConnectionId, logs: Vec<LogName>, books: Vec<Arc<Book>>) -> Self {
        Self {
            merged: Arc::new(Merged::new(books.clone())),
            books,
            logs,
            connection,
            opened: None,
        }
    }
}

impl Numberable for MergedLogs {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    fn end(&self) {
        if let Some(opened) = &self.opened {
            opened.erase();
        }
    }
}

/// Files that are read so that they can be shown. What is read of one is kept until its page
/// closes it, and at the latest until the app starts again.
pub(crate) struct OpenedFiles {
    root: PathBuf,
    pub reading: Numbered<ReadFile>,
}

impl OpenedFiles {
    /// In the app's folder, where nothing of an earlier run is left.
    pub(crate) fn in_folder(data: &Path) -> Self {
        let root = data.join(OPENED);
        match std::fs::remove_dir_all(&root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "log files that were opened could not be erased");
            }
            Ok(()) | Err(_) => {}
        }
        let reading = Numbered::default();
        Self { root, reading }
    }

    /// Begins to read a file that was last written then.
    pub(crate) fn begin(
        &self,
        connection: ConnectionId,
        name: String,
        written: DateTime<Utc>,
    ) -> io::Result<ReadFile> {
        let folder = self.root.join(ConnectionId::random().as_str());
        let limits = Limits {
            book_bytes: u64::MAX,
            age: CENTURY,
            // Ids are unique within one log; here may be lines of several.
            remembered_ids: 0,
            ..Limits::default()
        };
        let logbook = Logbook::with(&folder, limits, Arc::new(SystemTime::now))?;
        logbook.set_total_bytes(u64::MAX)?;
        Ok(ReadFile {
            connection,
            name,
            folder: Arc::new(Folder { logbook, folder }),
            state: Mutex::new(Reading {
                lines: ForeignLines::new(written),
                books: Vec::new(),
                by_name: HashMap::new(),
            }),
        })
    }
}

/// Where the lines of an opened file stand.
struct Folder {
    logbook: Logbook,
    folder: PathBuf,
}

impl Folder {
    fn erase(&self) {
        let erased = self.logbook.erase(OPENED);
        let erased = erased.and_then(|()| std::fs::remove_dir_all(&self.folder));
        if let Err(error) = erased {
            tracing::warn!(%error, "a log file that was opened could not be erased");
        }
    }
}

/// A file that is being read.
pub(crate) struct ReadFile {
    connection: ConnectionId,
    name: String,
    folder: Arc<Folder>,
    state: Mutex<Reading>,
}

struct Reading {
    lines: ForeignLines,
    books: Vec<(LogName, Arc<Book>)>,
    by_name: HashMap<LogName, usize>,
}

impl ReadFile {
    /// Takes the next piece of the file. Waits for the disk.
    pub(crate) fn take(&self, text: &str) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = state.lines.take(text);
        self.keep(&mut state, lines)
    }

    /// The file as it was read, and how many of its lines did not say when they were written.
    pub(crate) fn end(&self) -> io::Result<(MergedLogs, u64)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let last = state.lines.end();
        self.keep(&mut state, last.into_iter().collect())?;
        if state.books.is_empty() {
            self.book_of(&mut state, self.unnamed())?;
        }
        let (logs, books) = state.books.iter().cloned().unzip();
        let mut merged = MergedLogs::of(self.connection.clone(), logs, books);
        merged.opened = Some(self.folder.clone());
        Ok((merged, state.lines.untimed()))
    }

    /// What does not say of which log it is, is the file's.
    fn unnamed(&self) -> LogName {
        LogName {
            application: self.name.clone(),
            environment: String::new(),
        }
    }

    fn keep(&self, state: &mut Reading, lines: Vec<Foreign>) -> io::Result<()> {
        let mut sorted: Vec<Vec<LogLine>> = Vec::new();
        for Foreign { application, line } in lines {
            let name = match application {
                Some(application) => LogName {
                    application,
                    environment: line.environment.clone().unwrap_or_default(),
                },
                None => self.unnamed(),
            };
            let at = self.book_of(state, name)?;
            if sorted.len() <= at {
                sorted.resize_with(at + 1, Vec::new);
            }
            sorted[at].push(line);
        }
        for (at, lines) in sorted.iter().enumerate() {
            if !lines.is_empty() {
                state.books[at].1.append(lines)?;
            }
        }
        Ok(())
    }

    /// The number of the book for a log; of more logs than are shown at once the rest is the
    /// file's.
    fn book_of(&self, state: &mut Reading, name: LogName) -> io::Result<usize> {
        if let Some(at) = state.by_name.get(&name) {
            return Ok(*at);
        }
        let unnamed = self.unnamed();
        if name != unnamed && state.books.len() + 1 >= MOST_LOGS {
            return self.book_of(state, unnamed);
        }
        let book = self.folder.logbook.book(&BookKey {
            connection: OPENED.to_owned(),
            account: String::new(),
            application: name.application.clone(),
            environment: name.environment.clone(),
        })?;
        let at = state.books.len();
        state.books.push((name.clone(), book));
        state.by_name.insert(name, at);
        Ok(at)
    }
}

impl Numberable for ReadFile {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// Called off before it was read.
    fn end(&self) {
        self.folder.erase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &ReadFile, pieces: &[&str]) -> (MergedLogs, u64) {
        for piece in pieces {
            file.take(piece).unwrap();
        }
        file.end().unwrap()
    }

    #[test]
    fn a_file_is_shown_by_its_logs_and_erased_when_it_is_closed() {
        let data = tempfile::tempdir().unwrap();
        let files = OpenedFiles::in_folder(data.path());
        let written = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let connection = ConnectionId::random();
        let file = files.begin(connection, "a.jsonl".to_owned(), written);
        let json = |id: &str, application: &str, second: u32| {
            format!(
                "{{\"id\":\"{id}\",\"timestamp\":\"2026-11-26T10:00:{second:02}Z\",\"message\":\"m\",\
                 \"application\":\"{application}\",\"environment\":\"dev\"}}\n"
            )
        };
        let text = [
            json("1", "shop", 3),
            json("1", "till", 1),
            json("1", "shop", 4),
        ]
        .concat();
        let (head, tail) = text.split_at(70);
        let (opened, untimed) = read(&file.unwrap(), &[head, tail, "no time"]);
        assert_eq!(untimed, 1);
        let names: Vec<_> = opened
            .logs
            .iter()
            .map(|log| log.application.as_str())
            .collect();
        assert_eq!(names, ["shop", "till", "a.jsonl"]);
        let window = opened.merged.window(0, 9).unwrap();
        let order: Vec<_> = window.lines.iter().map(|line| line.book).collect();
        assert_eq!(order, [1, 0, 0, 2]);
        assert_eq!(
            window.lines[3].line.timestamp,
            window.lines[2].line.timestamp
        );
        opened.end();
        let left = std::fs::read_dir(data.path().join(OPENED)).unwrap();
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_file_of_more_logs_than_are_shown_is_read_whole() {
        let data = tempfile::tempdir().unwrap();
        let files = OpenedFiles::in_folder(data.path());
        let file = files.begin(ConnectionId::random(), "a".to_owned(), Utc::now());
        let text: String = (0..40)
            .map(|log| format!("{{\"msg\":\"m\",\"application\":\"app-{log}\"}}\n"))
            .collect();
        let (opened, untimed) = read(&file.unwrap(), &[&text]);
        assert_eq!(opened.logs.len(), MOST_LOGS);
        assert_eq!((opened.merged.total(), untimed), (40, 40));
    }

    #[test]
    fn an_empty_file_has_no_lines_and_nothing_of_a_run_before_is_left() {
        let data = tempfile::tempdir().unwrap();
        let files = OpenedFiles::in_folder(data.path());
        let file = files.begin(ConnectionId::random(), "a".to_owned(), Utc::now());
        assert_eq!(read(&file.unwrap(), &[]).0.merged.total(), 0);
        assert!(data.path().join(OPENED).is_dir());
        OpenedFiles::in_folder(data.path());
        assert!(!data.path().join(OPENED).exists());
    }
}
