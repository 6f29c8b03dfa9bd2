//! The app's own log of late, kept in memory: it is handed on where somebody has to find out what
//! went wrong. What may be in a log at all, SECURITY.md says.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// What is kept of it: warnings of everything, and of our own what was asked and answered.
pub(crate) const KEPT: &str = "warn,miso_client=debug,miso_desktop=info,miso_local=info";

/// Bytes of lines; older ones are forgotten.
const MOST: usize = 512 * 1024;

static LINES: LazyLock<RecentLog> = LazyLock::new(RecentLog::default);

/// The last lines of the log.
#[derive(Default)]
pub(crate) struct RecentLog(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
}

/// The app's.
pub(crate) fn recent_log() -> &'static RecentLog {
    &LINES
}

impl RecentLog {
    /// The lines, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.lines.iter().cloned().collect()
    }

    fn keep(&self, line: String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += line.len();
        kept.lines.push_back(line);
        while kept.bytes > MOST {
            let Some(oldest) = kept.lines.pop_front() else {
                return;
            };
            kept.bytes -= oldest.len();
        }
    }
}

/// One event on its way to the lines; it is written in pieces.
pub(crate) struct Line<'a> {
    log: &'a RecentLog,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = String::from_utf8_lossy(&self.bytes);
        self.log.keep(line.trim_end().to_owned());
    }
}

impl<'a> MakeWriter<'a> for &'static RecentLog {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            log: self,
            bytes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_however_it_is_written() {
        let log: &'static RecentLog = Box::leak(Box::default());
        let mut line = (&log).make_writer();
        line.write_all(b"one ").unwrap();
        line.write_all(b"line\n").unwrap();
        assert_eq!(log.lines(), Vec::<String>::new());
        drop(line);
        assert_eq!(log.lines(), ["one line"]);
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let log = RecentLog::default();
        for number in 0..3000 {
            log.keep(format!("{number} {}", "x".repeat(1000)));
        }
        let lines = log.lines();
        let bytes: usize = lines.iter().map(String::len).sum();
        assert!(bytes <= MOST && bytes > MOST - 2000, "{bytes}");
        assert!(lines.last().is_some_and(|line| line.starts_with("2999 ")));
        log.keep("y".repeat(MOST + 1));
        assert_eq!(log.lines(), Vec::<String>::new());
    }
}
