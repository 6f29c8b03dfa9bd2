//! The end of the app: in order, within a time, and from the start again where that was asked for.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager};

use crate::NEW_WINDOW;
use crate::desktop::{self, Renderer};
use crate::state::App;

/// How long the local instance may take to stop its workloads.
const LOCAL: Duration = Duration::from_secs(6);
/// How long a provider may take that is just renewing a session.
const SESSIONS: Duration = Duration::from_secs(5);
/// How long what was read last may take to be written.
const CACHE: Duration = Duration::from_secs(1);
/// How long giving up the place of the one instance may take: it asks the message bus.
const PLACE: Duration = Duration::from_secs(1);
/// After this the process is ended from within, whatever it waits for. Workloads end with it, and
/// what was written is whole.
const WHOLE: Duration = Duration::from_secs(9);

/// What the end leads to.
static NEXT: Next = Next::new();
const RUNNING: u8 = 0;
const END: u8 = 1;
const AGAIN: u8 = 2;
const AGAIN_PLAINLY: u8 = 3;

/// One of the constants above, and never back to the one before.
struct Next(AtomicU8);

impl Next {
    const fn new() -> Self {
        Self(AtomicU8::new(RUNNING))
    }

    fn is(&self) -> u8 {
        self.0.load(Ordering::SeqCst)
    }

    /// Goes from one to another, where it is there; where it is otherwise.
    fn go(&self, from: u8, to: u8) -> Result<(), u8> {
        let gone = self
            .0
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
        gone.map(|_| ())
    }

    /// The app is about to end.
    fn end(&self) {
        let _already = self.go(RUNNING, END);
    }

    /// It starts again after it has ended; whether it was to end at all.
    fn again(&self) -> bool {
        self.go(END, AGAIN) != Err(RUNNING)
    }

    /// It ends and starts again with the renderer that works everywhere, unless somebody quits it.
    fn again_plainly(&self) {
        let _ends_already = self.go(RUNNING, AGAIN_PLAINLY);
    }
}

/// Says that the app is about to end.
pub(crate) fn begin() {
    NEXT.end();
}

/// Whether the app is about to end.
pub(crate) fn has_begun() -> bool {
    NEXT.is() != RUNNING
}

/// Somebody started the app once more: the window comes forward, or another one opens where that was
/// asked for; where this one is about to end, the app starts again after it.
pub(crate) fn asked_to_open(app: &AppHandle, arguments: &[String]) {
    if NEXT.again() {
        return;
    }
    match arguments.iter().any(|argument| argument == NEW_WINDOW) {
        true => desktop::open_empty(app),
        false => desktop::bring_forward(app),
    }
}

/// Ends the app and starts it again with the renderer that works everywhere.
pub(crate) fn start_again_plainly(app: &AppHandle) {
    NEXT.again_plainly();
    app.exit(0);
}

/// Ends what the app runs. The last thing before the process goes.
pub(crate) fn end(app: &AppHandle) {
    begin();
    let began = Instant::now();
    end_in_any_case();
    if let Some(state) = app.try_state::<App>() {
        state.settings.flush();
        state.connections.flush(CACHE);
        tracing::debug!(after = ?began.elapsed(), "settings saved");
        let stopping = state.local.stop();
        let (stopped, settled) = tauri::async_runtime::block_on(async {
            tokio::join!(
                tokio::time::timeout(LOCAL, stopping),
                tokio::time::timeout(SESSIONS, state.connections.settled())
            )
        });
        if stopped.is_err() {
            tracing::warn!("the local instance did not stop in time");
        }
        if settled.is_err() {
            tracing::warn!("a session was being renewed and is cut off");
        }
        tracing::debug!(after = ?began.elapsed(), "local instance stopped");
    }
    give_up_the_place(app);
    tracing::debug!(after = ?began.elapsed(), "ended");
    match NEXT.is() {
        AGAIN => desktop::start_again(Renderer::AsNow),
        AGAIN_PLAINLY => desktop::start_again(Renderer::Plain),
        _ => {}
    }
}

/// Who starts the app from now on is the one instance. On a thread of its own, since it waits for
/// the message bus.
fn give_up_the_place(app: &AppHandle) {
    let (done, given_up) = mpsc::channel();
    let app = app.clone();
    thread::spawn(move || {
        tauri_plugin_single_instance::destroy(&app);
        // Nobody waits any more when it took too long.
        let _gone = done.send(());
    });
    if given_up.recv_timeout(PLACE).is_err() {
        tracing::warn!("the message bus did not answer at the end");
    }
}

fn end_in_any_case() {
    thread::spawn(|| {
        thread::sleep(WHOLE);
        tracing::error!("the app did not end by itself");
        #[cfg(unix)]
        if let Err(error) =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)
        {
            tracing::error!(%error, "nor could it be killed");
        }
        #[cfg(not(unix))]
        std::process::exit(1);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_quits_is_not_started_again_unless_somebody_starts_it() {
        let next = Next::new();
        assert!(!next.again(), "it runs: its window comes forward");
        next.end();
        next.again_plainly();
        assert_eq!(next.is(), END, "a blank window that was quit stays so");
        assert!(next.again());
        next.end();
        next.again_plainly();
        assert_eq!(next.is(), AGAIN);
        let next = Next::new();
        next.again_plainly();
        next.end();
        assert!(next.again(), "it starts again in any case");
        assert_eq!(next.is(), AGAIN_PLAINLY);
    }
}
