//! What is told is printed on a thread of its own: where standard output takes nothing, as a pager does
//! that nobody scrolls, everything else goes on.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Refused};
use super::printing::{Printer, note};
use super::protocol::{AHEAD, Told};

/// What was called off is printed by then, or not at all.
const A_MOMENT: Duration = Duration::from_millis(300);

/// The way to the thread that prints.
pub(super) struct Spool {
    to: mpsc::UnboundedSender<Piece>,
    /// For lines of a log, which may be any number; everything else is bounded by itself.
    room: Arc<Semaphore>,
    last: Option<DateTime<Utc>>,
    outcome: oneshot::Receiver<io::Result<()>>,
}

/// Something to print.
struct Piece {
    told: Told,
    /// Whether more of it is there already.
    has_more: bool,
    _room: Option<OwnedSemaphorePermit>,
}

impl Spool {
    /// Begins a thread that prints.
    ///
    /// # Errors
    /// Where there can be none.
    pub(super) fn begin(printer: Printer) -> Result<Self, Refused> {
        let (to, told) = mpsc::unbounded_channel();
        let (done, outcome) = oneshot::channel();
        let print = move || {
            // Where nobody waits for it any more, nobody is told.
            let _gone = done.send(print_all(printer, told));
        };
        let thread = std::thread::Builder::new().name("printing".to_owned());
        thread
            .spawn(print)
            .map_err(|error| Refused::new(Exit::Kept, format!("it cannot be printed: {error}")))?;
        Ok(Self {
            to,
            room: Arc::new(Semaphore::new(AHEAD)),
            last: None,
            outcome,
        })
    }

    /// Waits until another line would not wait long.
    pub(super) async fn room(&self) {
        // It is never closed.
        let _room = self.room.acquire().await;
    }

    /// Waits until nothing is printed any more: who read it has seen enough, or it does not go.
    pub(super) async fn ended(&self) {
        self.to.closed().await;
    }

    /// Has something printed after all that was told before.
    pub(super) fn print(&mut self, told: Told, has_more: bool) {
        let is_line = match &told {
            Told::Line { line, .. } => {
                self.last = self.last.max(Some(line.timestamp));
                true
            }
            Told::Answer { .. }
            | Told::Row { .. }
            | Told::Names { .. }
            | Told::Note { .. }
            | Told::Sent
            | Told::Ended { .. } => false,
        };
        let room = is_line.then(|| self.room.clone().try_acquire_owned().ok());
        // Where nobody reads it any more, [`Self::end`] knows.
        let _gone = self.to.send(Piece {
            told,
            has_more,
            _room: room.flatten(),
        });
    }

    /// When the last line of a log was written that was told.
    pub(super) fn last(&self) -> Option<DateTime<Utc>> {
        self.last
    }

    /// Waits until everything is printed; how the command ends then. Where it is called off meanwhile,
    /// what cannot be printed stays unprinted, and it ends as `cut` says.
    pub(super) async fn end(self, exit: Exit, cut: Exit, off: &CancellationToken) -> Exit {
        drop(self.to);
        let given_up = async {
            off.cancelled().await;
            tokio::time::sleep(A_MOMENT).await;
        };
        let printed = tokio::select! {
            biased;
            printed = self.outcome => printed.unwrap_or(Ok(())),
            () = given_up => return cut,
        };
        match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                note(&format!("it cannot be printed: {error}"));
                Exit::Kept
            }
            // Who read it has seen enough.
            Ok(()) | Err(_) => exit,
        }
    }
}

fn print_all(mut printer: Printer, mut told: mpsc::UnboundedReceiver<Piece>) -> io::Result<()> {
    while let Some(piece) = told.blocking_recv() {
        let is_row = matches!(piece.told, Told::Row { .. });
        printer.print(piece.told)?;
        if !is_row && !piece.has_more && told.is_empty() {
            printer.flush()?;
        }
    }
    printer.flush()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Mutex, mpsc};

    use miso_api::LogLine;
    use serde_json::json;

    use super::super::printing::BUFFER;
    use super::*;

    /// Takes nothing until it is let, as a pager.
    #[derive(Clone)]
    struct Pager {
        go: Arc<Mutex<mpsc::Receiver<()>>>,
        read: Arc<Mutex<Vec<u8>>>,
    }

    impl Pager {
        fn new() -> (Self, mpsc::Sender<()>) {
            let (scroll, go) = mpsc::channel();
            let pager = Self {
                go: Arc::new(Mutex::new(go)),
                read: Arc::default(),
            };
            (pager, scroll)
        }

        fn read(&self) -> String {
            String::from_utf8(self.read.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Pager {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.go.lock().unwrap().recv().is_err() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.read.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(number: i64) -> Told {
        let line: LogLine = serde_json::from_value(json!({
            "id": number.to_string(),
            "timestamp": DateTime::from_timestamp(number, 0),
            "message": format!("line {number}")
        }))
        .unwrap();
        Told::Line {
            environment: "dev".to_owned(),
            line: Box::new(line),
        }
    }

    fn ended() -> Told {
        Told::Ended {
            exit: Exit::Done,
            reason: None,
        }
    }

    #[tokio::test]
    async fn a_pager_that_takes_nothing_holds_up_nobody_but_lines_beyond_its_room() {
        let (pager, scroll) = Pager::new();
        let mut spool = Spool::begin(Printer::on(pager.clone())).unwrap();
        let mut told = 0;
        while tokio::time::timeout(Duration::from_millis(50), spool.room())
            .await
            .is_ok()
        {
            spool.print(line(told), false);
            told += 1;
        }
        // Some are in the printer's buffer, of which the first part is being printed; the others wait.
        let shortest = "2026-01-01T00:00:00Z dev line 1\n".len();
        let most = AHEAD + BUFFER / shortest + 1;
        assert!((AHEAD as i64..=most as i64).contains(&told), "{told}");
        assert_eq!(spool.last(), DateTime::from_timestamp(told - 1, 0));
        let off = CancellationToken::new();
        off.cancel();
        let left = spool.end(Exit::Done, Exit::CalledOff, &off).await;
        assert_eq!(left, Exit::CalledOff, "and it ends without it");
        assert_eq!(pager.read(), "");
        drop(scroll);
    }

    #[tokio::test]
    async fn all_is_printed_in_order_before_the_end_and_who_has_gone_is_no_failure() {
        let (pager, scroll) = Pager::new();
        let mut spool = Spool::begin(Printer::on(pager.clone())).unwrap();
        for number in 0..5 {
            spool.print(line(number), true);
        }
        spool.print(ended(), false);
        scroll.send(()).unwrap();
        let off = CancellationToken::new();
        let exit = spool.end(Exit::Refused, Exit::CalledOff, &off).await;
        assert_eq!(exit, Exit::Refused);
        let read = pager.read();
        let lines: Vec<&str> = read.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[4].ends_with("line 4"), "{read}");
        drop(scroll);

        let (pager, scroll) = Pager::new();
        drop(scroll);
        let mut spool = Spool::begin(Printer::on(pager)).unwrap();
        spool.print(line(1), false);
        spool.ended().await;
        spool.print(line(2), false);
        let exit = spool.end(Exit::Done, Exit::CalledOff, &off).await;
        assert_eq!(exit, Exit::Done);
    }
}
