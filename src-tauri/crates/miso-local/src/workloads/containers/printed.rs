//! What a container prints, as its engine gives it: with the time of each line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use miso_api::LogLevel;
use tokio::time::sleep;

use super::engine::{A_WORD, Engine, within};
use super::reasons;
use crate::logs::line::Stream;
use crate::workloads::lines::{LONGEST, text};
use crate::workloads::output::Output;

/// What is kept of one container in a second; the rest is left out and said to be.
const MOST_LINES: u32 = 5_000;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How often is said how much was left out.
const SAY: Duration = Duration::from_secs(10);
/// Lines that are taken before others have their turn.
const AT_A_TIME: u32 = 32;
/// Before a stream that broke off is asked for again.
const AGAIN: Duration = Duration::from_millis(500);

/// Follows what a container prints to its end.
pub(super) async fn follow(engine: Engine, name: Arc<str>, output: Output) {
    let mut reader = Reader::new(output);
    loop {
        let since = reader.newest.map_or(0, |newest| newest.timestamp());
        let wanted = LogsOptionsBuilder::default()
            .follow(true)
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .since(i32::try_from(since).unwrap_or_default())
            .build();
        let mut lines = Box::pin(engine.docker.logs(&name, Some(wanted)));
        let mut taken = 0_u32;
        while let Some(Ok(frame)) = lines.next().await {
            reader.take(frame, Instant::now());
            taken = taken.wrapping_add(1);
            // Of one that prints without end there is always more: others have their turn too.
            if taken.is_multiple_of(AT_A_TIME) {
                tokio::task::yield_now().await;
            }
        }
        if has_ended(&engine, &name).await {
            reader.flood.say(&reader.output);
            return;
        }
        // What was read already comes again, and is known by its time.
        reader.seen = reader.newest;
        sleep(AGAIN).await;
    }
}

/// Whether it prints nothing more. Where the engine does not say, it may: who keeps the container
/// knows when to give up.
async fn has_ended(engine: &Engine, name: &str) -> bool {
    let asked = engine.docker.inspect_container(name, None);
    match within(A_WORD, asked).await {
        Ok(found) => found.state.and_then(|state| state.running) != Some(true),
        Err(error) => reasons::is_unknown(&error),
    }
}

struct Reader {
    output: Output,
    flood: Flood,
    newest: Option<DateTime<Utc>>,
    /// Lines up to that one were taken before the stream broke off.
    seen: Option<DateTime<Utc>>,
    /// Streams whose last piece of a line had no end: what follows belongs to it.
    open: [bool; 2],
}

impl Reader {
    fn new(output: Output) -> Self {
        Self {
            output,
            flood: Flood::default(),
            newest: None,
            seen: None,
            open: [false; 2],
        }
    }

    fn take(&mut self, frame: LogOutput, now: Instant) {
        let (stream, bytes) = match frame {
            LogOutput::StdErr { message } => (Stream::Stderr, message),
            LogOutput::StdOut { message }
            | LogOutput::StdIn { message }
            | LogOutput::Console { message } => (Stream::Stdout, message),
        };
        let (at, line) = split(&bytes);
        if let Some(at) = at {
            if self.seen.is_some_and(|seen| at <= seen) {
                return;
            }
            self.newest = Some(at);
        }
        let has_end = line.ends_with(b"\n");
        let slot = match stream {
            Stream::Stdout => &mut self.open[0],
            Stream::Stderr => &mut self.open[1],
        };
        // The first piece of a long line is kept, as of a process.
        if std::mem::replace(slot, !has_end) {
            return;
        }
        if !self.flood.takes(line.len(), now, &self.output) {
            return;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let cut = !has_end || line.len() > LONGEST;
        let line = text(&line[..line.len().min(LONGEST)], cut);
        // An engine in a machine of its own may have another clock.
        let now = Utc::now();
        self.output
            .take(at.map_or(now, |at| at.min(now)), stream, &line);
    }
}

/// The time in front of a line, and the line.
fn split(bytes: &[u8]) -> (Option<DateTime<Utc>>, &[u8]) {
    let Some(end) = bytes.iter().take(40).position(|byte| *byte == b' ') else {
        return (None, bytes);
    };
    let (time, line) = bytes.split_at(end);
    let time = std::str::from_utf8(time)
        .ok()
        .and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    match time {
        Some(time) => (Some(time.to_utc()), &line[1..]),
        None => (None, bytes),
    }
}

/// Bounds what is kept of one that prints without end.
#[derive(Debug, Default)]
struct Flood {
    second: Option<Instant>,
    lines: u32,
    bytes: usize,
    left_out: u64,
    said: Option<Instant>,
}

impl Flood {
    fn takes(&mut self, bytes: usize, now: Instant, output: &Output) -> bool {
        let is_over = self
            .second
            .is_none_or(|second| now.duration_since(second) >= Duration::from_secs(1));
        if is_over {
            (self.second, self.lines, self.bytes) = (Some(now), 0, 0);
            let is_due = self.said.is_none_or(|said| now.duration_since(said) >= SAY);
            if is_due && self.left_out > 0 {
                self.said = Some(now);
                self.say(output);
            }
        }
        if self.lines >= MOST_LINES || self.bytes + bytes > MOST_BYTES {
            self.left_out += 1;
            return false;
        }
        self.lines += 1;
        self.bytes += bytes;
        true
    }

    fn say(&mut self, output: &Output) {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            let message = format!(
                "{left_out} lines are left out: it prints more than the {MOST_LINES} a second that are kept"
            );
            output.say(LogLevel::Warn, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::place_log::PlaceLog;
    use crate::workloads::output::Output;

    #[test]
    fn the_time_is_the_engines() {
        let (at, line) = split(b"2026-01-02T03:04:05.678901234Z hello world\n");
        assert_eq!(at.unwrap().timestamp_millis(), 1_767_323_045_678);
        assert_eq!(line, b"hello world\n");
        for plain in [&b"hello world"[..], b"", b"2026"] {
            assert_eq!(split(plain), (None, plain));
        }
    }

    #[test]
    fn so_much_is_kept_in_a_second_and_the_rest_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(PlaceLog::open(folder.path().join("log")).unwrap());
        let output = Output::of("a-1", Arc::clone(&log));
        let mut reader = Reader::new(output);
        let begun = Instant::now();
        let line = |text: &str| LogOutput::StdOut {
            message: text.to_owned().into(),
        };
        for _ in 0..MOST_LINES + 7 {
            reader.take(line("a\n"), begun);
        }
        assert_eq!(reader.flood.left_out, 7);
        reader.take(line("b\n"), begun + Duration::from_secs(1));
        assert_eq!(reader.flood.left_out, 0, "it was said");
        // A long line comes in pieces.
        let later = begun + Duration::from_secs(2);
        reader.take(line("one"), later);
        reader.take(line("two"), later);
        reader.take(line("three\n"), later);
        assert_eq!(reader.flood.lines, 1);
        reader.take(line("next\n"), later);
        assert_eq!(reader.flood.lines, 2);
        assert_eq!(*log.watch().borrow(), u64::from(MOST_LINES) + 1 + 1 + 1 + 2);
    }
}
