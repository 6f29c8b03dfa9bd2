//! What an instance prints: lines of its place's log, and the last error among them.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use miso_api::LogLevel;

use crate::logs::line::{Said, Stream};
use crate::logs::place_log::PlaceLog;

/// Takes what one instance prints.
#[derive(Clone)]
pub(super) struct Output {
    instance: Arc<str>,
    log: Arc<PlaceLog>,
    last_error: Arc<Mutex<LastError>>,
}

/// The last error that each stream had.
#[derive(Debug, Default)]
struct LastError {
    stdout: Option<String>,
    stderr: Option<String>,
}

impl Output {
    pub(super) fn of(instance: &str, log: Arc<PlaceLog>) -> Self {
        Self {
            instance: instance.into(),
            log,
            last_error: Arc::default(),
        }
    }

    /// Takes a line that was printed; one without text says nothing.
    pub(super) fn take(&self, at: DateTime<Utc>, stream: Stream, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let said = Said::printed(stream, &self.instance, line);
        if said.level == LogLevel::Error {
            let mut last = self.last_error();
            let slot = match stream {
                Stream::Stdout => &mut last.stdout,
                Stream::Stderr => &mut last.stderr,
            };
            *slot = Some(said.message.clone());
        }
        self.keep(at, said);
    }

    /// Says something about the instance between its lines.
    pub(super) fn say(&self, level: LogLevel, message: String) {
        self.keep(Utc::now(), Said::platform(level, &self.instance, message));
    }

    /// What most likely ended it, as `: connection refused`; empty where it had no error. The
    /// streams are read side by side, so which line came last cannot be told; what ends a program
    /// goes to standard error.
    pub(super) fn why(&self) -> String {
        let last = self.last_error();
        let line = last.stderr.as_deref().or(last.stdout.as_deref());
        line.map(|line| format!(": {line}")).unwrap_or_default()
    }

    fn keep(&self, at: DateTime<Utc>, said: Said) {
        if let Err(error) = self.log.append(at, said) {
            let instance = &self.instance;
            tracing::warn!(%error, %instance, "a log line could not be kept");
        }
    }

    fn last_error(&self) -> std::sync::MutexGuard<'_, LastError> {
        self.last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
