//! The tail of a log: new lines go to a sink, oldest first, from where it stopped last time. One
//! tail for each application and environment, whoever follows it. Where the server can, it says what
//! is new by itself (`live`); else it is asked.

mod brought;
mod events;
mod fill;
mod live;
mod older;
mod pages;
mod recorded;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{LineSink, LogGap};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::client::Inner;
use crate::lock::lock;
use crate::nap::nap;
use crate::watch::{is_final, waited_for};
use crate::wire::documented::LogRange;
use crate::{Client, Code, Failure, Lease, LeaseId};
use brought::{Brought, Missing};
use live::{Live, Streams, Turns};
use pages::Step;

pub use fill::{FillCost, FillGap, Filled, MissingLines, StillMissing};
pub use older::{OlderLines, OlderWanted};
pub(crate) use recorded::record;

/// Lines asked for at once.
const CHUNK: u32 = 5_000;
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(15);
/// Who follows is told at most this often (DESIGN.md: 20 times a second).
const TELL: Duration = Duration::from_millis(50);
/// Where the tail goes on is kept at most this often: it waits for the disk.
const KEEP: Duration = Duration::from_secs(1);

/// How a tail is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TailState {
    /// There is more to fetch.
    CatchingUp,
    /// Everything the server has is here.
    Live,
    /// The server could not be asked; it will be again.
    Waiting,
}

/// What a tail has done.
#[derive(Clone, Debug, PartialEq)]
pub struct TailProgress {
    /// How it is doing.
    pub state: TailState,
    /// Lines in the sink; `None` before the first answer.
    pub total: Option<u64>,
    /// When the newest line that it brought was written.
    pub newest: Option<DateTime<Utc>>,
    /// Why it waits.
    pub failure: Option<Failure>,
    /// The last lines that the server says were dropped before they could be fetched.
    pub gap: Option<LogGap>,
}

/// Where a tail's lines go, and where it goes on.
pub struct LogPlace {
    /// Takes the lines. May block; it is called where that hinders nobody.
    pub sink: Arc<dyn LineSink>,
    /// Where the tail goes on; `None` begins anew.
    pub cursor: Option<String>,
    /// Keeps where the tail goes on after a restart. May block, as the sink.
    pub keep_cursor: KeepCursor,
}

/// Keeps a cursor.
pub type KeepCursor = Arc<dyn Fn(Option<String>) + Send + Sync>;

/// Told after each step, the last of several that come together.
pub(crate) type OnProgress = Box<dyn Fn(TailProgress) + Send + Sync>;

/// Names a log of a connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LogKey {
    pub application: String,
    pub environment: String,
}

/// The tails of one connection.
#[derive(Default)]
pub(crate) struct Tails {
    running: Mutex<HashMap<LogKey, Running>>,
    streams: Streams,
    /// What puts lines away: tails, and what they and others do where it hinders nobody.
    work: TaskTracker,
}

struct Running {
    wake: Arc<Notify>,
    ended: CancellationToken,
    /// Who looks at it.
    leases: Vec<LeaseId>,
    /// It goes on whether anybody looks at it or not.
    recorded: bool,
    /// Its lines come by a stream.
    is_live: Arc<AtomicBool>,
    progress: watch::Receiver<Option<TailProgress>>,
}

impl Tails {
    /// Has a tail ask now.
    pub(crate) fn wake(&self, log: &LogKey) {
        if let Some(running) = lock(&self.running).get(log) {
            running.wake.notify_one();
        }
    }

    /// Notes that somebody follows a log no more. A tail that nobody follows ends at once.
    pub(crate) fn left(&self, lease: &str) {
        for running in lock(&self.running).values_mut() {
            let followed = running.leases.len();
            running.leases.retain(|held| held != lease);
            if running.leases.is_empty() && followed > 0 && !running.recorded {
                running.wake.notify_one();
            }
        }
    }

    /// Ends all tails: their lines are not for whoever signs in next.
    pub(crate) fn end(&self) {
        for (_, running) in lock(&self.running).drain() {
            running.ended.cancel();
        }
    }

    /// Waits until nothing is put away any more; tails that are there after `patience` are ended.
    async fn settled(&self, patience: Duration) {
        self.work.close();
        let by_itself = tokio::time::timeout(patience, self.work.wait()).await;
        if by_itself.is_err() {
            self.end();
            self.work.wait().await;
        }
    }

    /// Ends a tail that nobody wants any more; whether it has ended.
    fn finish(
        &self,
        log: &LogKey,
        mine: &CancellationToken,
        is_held: impl Fn(&str) -> bool,
    ) -> bool {
        if mine.is_cancelled() {
            return true;
        }
        let mut all = lock(&self.running);
        let Some(running) = all.get_mut(log) else {
            return true;
        };
        running.leases.retain(|lease| is_held(lease));
        if running.leases.is_empty() && !running.recorded {
            all.remove(log);
            return true;
        }
        false
    }
}

impl Client {
    /// Follows a log while the lease is held. All who follow the same log share one tail, which
    /// puts its lines where the first of them said.
    pub fn follow_log(
        &self,
        application: String,
        environment: String,
        place: LogPlace,
        on_progress: impl Fn(TailProgress) + Send + Sync + 'static,
    ) -> Lease {
        let log = LogKey {
            application,
            environment,
        };
        follow(&self.inner, log, place, Box::new(on_progress))
    }

    /// Waits until no line of a log is put away any more; what is not done after `patience` is ended.
    pub(crate) async fn logs_settled(&self, patience: Duration) {
        self.inner.tails.settled(patience).await;
    }

    /// Has a log that is followed asked for now.
    pub fn refresh_log(&self, application: String, environment: String) {
        self.inner.tails.wake(&LogKey {
            application,
            environment,
        });
    }
}

/// Takes a lease on a log; the first one starts its tail.
fn follow(client: &Arc<Inner>, log: LogKey, place: LogPlace, on_progress: OnProgress) -> Lease {
    let lease = client.leases.take_for_log(client.clock.monotonic());
    let progress = join(client, log, place, |running| {
        running.leases.push(lease.id.clone());
        running.look_closely();
    });
    let (client, held) = (Arc::downgrade(client), lease.id.clone());
    let is_wanted = move || {
        client.upgrade().is_some_and(|client| {
            let now = client.clock.monotonic();
            client.leases.is_held(&held, now)
        })
    };
    tokio::spawn(tell(is_wanted, progress, on_progress));
    lease
}

/// Has somebody join a tail, which begins with the first; how far it is.
fn join(
    client: &Arc<Inner>,
    log: LogKey,
    place: LogPlace,
    take: impl FnOnce(&mut Running),
) -> watch::Receiver<Option<TailProgress>> {
    let mut all = lock(&client.tails.running);
    let running = all
        .entry(log.clone())
        .or_insert_with(|| Tail::start(client, log, place));
    take(running);
    running.progress.clone()
}

/// Tells one who follows how far the tail is: at once what is known, then what changes.
async fn tell(
    is_wanted: impl Fn() -> bool,
    mut progress: watch::Receiver<Option<TailProgress>>,
    on_progress: OnProgress,
) {
    progress.mark_changed();
    while progress.changed().await.is_ok() {
        if !is_wanted() {
            return;
        }
        let now = progress.borrow_and_update().clone();
        if let Some(now) = now {
            on_progress(now);
        }
        tokio::time::sleep(TELL).await;
    }
}

/// One tail.
struct Tail {
    log: LogKey,
    cursor: Option<String>,
    sink: Arc<dyn LineSink>,
    keep_cursor: KeepCursor,
    /// The cursor has moved since it was kept.
    unkept: bool,
    kept_at: Option<Duration>,
    tell: watch::Sender<Option<TailProgress>>,
    wake: Arc<Notify>,
    ended: CancellationToken,
    work: TaskTracker,
    gap: Option<LogGap>,
    /// Lines that are missing before the one that comes next.
    missing: Option<Missing>,
    /// What the sink would not take.
    refused: Option<Brought>,
    /// Lines fetched so far to catch up.
    behind: usize,
    /// It had caught up, and has followed since.
    is_near: bool,
    /// The server has given a cursor: it knows the whole of the questions about logs.
    gives_cursors: bool,
    /// When it may ask for a stream.
    turns: Turns,
    /// What it has comes by one.
    is_live: Arc<AtomicBool>,
}

/// What comes after a turn.
enum Next {
    /// Another one, after a pause.
    Pause(Duration),
    /// What is new comes by itself.
    Live(Live),
}

impl Tail {
    /// Begins a tail that nobody wants yet.
    fn start(client: &Arc<Inner>, log: LogKey, place: LogPlace) -> Running {
        let (tell, progress) = watch::channel(None);
        let running = Running {
            wake: Arc::new(Notify::new()),
            ended: CancellationToken::new(),
            leases: Vec::new(),
            recorded: false,
            is_live: Arc::default(),
            progress,
        };
        let tail = Self {
            log,
            gives_cursors: place.cursor.is_some(),
            cursor: place.cursor,
            sink: place.sink,
            keep_cursor: place.keep_cursor,
            unkept: false,
            kept_at: None,
            tell,
            wake: running.wake.clone(),
            ended: running.ended.clone(),
            work: client.tails.work.clone(),
            gap: None,
            missing: None,
            refused: None,
            behind: 0,
            is_near: false,
            turns: Turns::default(),
            is_live: running.is_live.clone(),
        };
        client.tails.work.spawn(tail.run(Arc::downgrade(client)));
        running
    }

    /// Follows the log until nobody wants it any more.
    async fn run(mut self, client: Weak<Inner>) {
        let mut calm = SHORTEST;
        while let Some(next) = self.turn(&client, &mut calm).await {
            let Some(clock) = client.upgrade().map(|client| client.clock.clone()) else {
                break;
            };
            let ended = self.ended.clone();
            let pause = match next {
                Next::Pause(pause) => pause,
                Next::Live(live) => {
                    calm = SHORTEST;
                    match self.live(&client, clock.as_ref(), live).await {
                        Some(pause) => self.before_another(&client, pause),
                        None => break,
                    }
                }
            };
            tokio::select! {
                _ = nap(clock.as_ref(), pause, &self.wake) => {}
                () = ended.cancelled() => break,
            }
        }
        if self.unkept && !self.ended.is_cancelled() {
            self.keep().await;
        }
    }

    /// Asks once; what comes then, or `None` at the end.
    async fn turn(&mut self, client: &Weak<Inner>, calm: &mut Duration) -> Option<Next> {
        let client = client.upgrade()?;
        if self.is_over(&client) {
            return None;
        }
        let ended = self.ended.clone();
        let stepped = tokio::select! {
            stepped = self.step(&client) => stepped,
            () = ended.cancelled() => return None,
        };
        let is_up_to_date = stepped.is_ok();
        let is_final = stepped.as_ref().is_err_and(is_final);
        match stepped {
            Ok(Step {
                live: Some(live), ..
            }) => return Some(Next::Live(live)),
            Ok(Step { full: true, .. }) => {
                self.keep_now_and_then(client.clock.monotonic()).await;
                return Some(Next::Pause(self.between_pages(&client)));
            }
            Ok(Step { lines: 0, .. }) => *calm = (*calm * 3 / 2).min(LONGEST),
            Ok(_) => *calm = SHORTEST,
            Err(failure) => {
                let wait = (failure.code == Code::BudgetWait).then(|| waited_for(&failure));
                if failure.code == Code::Validation {
                    // The cursor is not understood any more: begin anew, the sink knows what it
                    // has.
                    self.cursor = None;
                }
                self.say(TailState::Waiting, None, None, Some(failure));
                *calm = (*calm * 2).min(LONGEST);
                if let Some(wait) = wait {
                    return Some(Next::Pause(wait));
                }
            }
        }
        self.keep_now_and_then(client.clock.monotonic()).await;
        if is_up_to_date && let Some(cursor) = self.cursor.clone() {
            let range = LogRange::After(cursor);
            let opened = tokio::select! {
                opened = self.open(&client, &range) => opened,
                () = ended.cancelled() => return None,
            };
            if let Some(live) = opened {
                return Some(Next::Live(live));
            }
        }
        Some(Next::Pause(self.pause(&client, *calm, is_final)))
    }

    /// Whether nobody follows it any more; then it is not there for who comes next.
    fn is_over(&self, client: &Inner) -> bool {
        let now = client.clock.monotonic();
        let is_held = |lease: &str| client.leases.is_held(lease, now);
        client.tails.finish(&self.log, &self.ended, is_held)
    }

    async fn keep_now_and_then(&mut self, now: Duration) {
        let is_due = self.kept_at.is_none_or(|kept| now >= kept + KEEP);
        if self.unkept && is_due {
            self.kept_at = Some(now);
            self.keep().await;
        }
    }

    async fn keep(&mut self) {
        let (keep, cursor) = (self.keep_cursor.clone(), self.cursor.clone());
        match self.work.spawn_blocking(move || keep(cursor)).await {
            Ok(()) => self.unkept = false,
            Err(error) => tracing::warn!(%error, "where the tail goes on could not be kept"),
        }
    }

    fn say(
        &self,
        state: TailState,
        total: Option<u64>,
        newest: Option<DateTime<Utc>>,
        failure: Option<Failure>,
    ) {
        self.tell.send_replace(Some(TailProgress {
            state,
            total,
            newest,
            failure,
            gap: self.gap.clone(),
        }));
    }
}
