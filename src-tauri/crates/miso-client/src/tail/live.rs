//! Lines as they are written, by server-sent events (API.md, "logs, live"): one request, however
//! many lines come. A stream goes on after the last line that is here, and so does whatever comes
//! after it: no line is lost where it breaks, and none is there twice.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;

use futures_util::stream::{BoxStream, Peekable};
use futures_util::{FutureExt, StreamExt};
use miso_api::{LogGap, LogLine, LogPage};
use reqwest::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::brought::{Brought, Missing, is_refusal, not_kept};
use super::events::{Events, ServerEvent, TooLarge};
use super::pages::Step;
use super::{CHUNK, LogKey, SHORTEST, Tail, TailState};
use crate::chance::any_share;
use crate::client::Inner;
use crate::nap::nap;
use crate::transport::{Opened, decode};
use crate::wire::documented::{self, LogRange};
use crate::{Capability, Clock, Code, Failure};

/// Each is a connection of its own where the server speaks HTTP/1.1; the other tails ask.
const AT_ONCE: usize = 4;
/// An event is one line. A longer one is asked for.
const LARGEST_EVENT: usize = 1024 * 1024;
/// Lines that come together go to the sink together: so long, so many, or so many bytes.
const TOGETHER: Duration = Duration::from_millis(50);
const MOST_EVENTS: usize = 1_000;
const MOST_BYTES: usize = 1024 * 1024;
/// A server says every 15 s that it is there (API.md); one that says nothing for so long is not.
const SILENT: Duration = Duration::from_secs(45);
/// So often it is looked whether anybody follows still.
const LOOK: Duration = Duration::from_secs(5);
/// A stream that ends sooner than this is not worth another at once.
const SHORT: Duration = Duration::from_secs(30);
/// The next one after as many short ones: so long, twice as long each time, at most so long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// Those whose streams end together, as with the server, come back within this time.
const COME_BACK: Duration = Duration::from_secs(2);

/// The streams of one connection.
pub(super) struct Streams(pub(super) Arc<Semaphore>);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// A stream that is open.
pub(super) struct Live {
    bytes: Peekable<BoxStream<'static, Result<Bytes, Failure>>>,
    /// Its place among those that may be open.
    _place: OwnedSemaphorePermit,
}

/// When a tail may ask for a stream.
#[derive(Default)]
pub(super) struct Turns {
    /// Short ones in a row.
    short: u32,
    not_before: Duration,
}

impl Turns {
    /// Notes how a stream ended: how long it was, and whether the server said anything at all.
    fn ended(&mut self, now: Duration, lasted: Duration, was_heard: bool) {
        if was_heard && lasted >= SHORT {
            *self = Self::default();
            return;
        }
        self.short += 1;
        let pause = FIRST_PAUSE * 2u32.saturating_pow(self.short - 1);
        // Who was let in and never heard a word is held back by something that lies between.
        let is_held_back = !was_heard && lasted >= SILENT;
        let pause = if is_held_back { LONGEST_PAUSE } else { pause };
        self.not_before = now + pause.min(LONGEST_PAUSE).mul_f64(0.75 + any_share() / 2.0);
    }
}

/// Why a stream is left.
enum Left {
    /// It ended, or was of no use.
    Ended(Option<Failure>),
    /// Somebody asks for what is new now or needs its place, or the machine slept.
    Stirred,
    /// There was too much to catch up with.
    Behind,
    /// Nobody follows any more.
    Over,
}

impl Tail {
    /// All from somewhere on: by a stream, or a page of it.
    pub(super) async fn go_on(
        &mut self,
        client: &Inner,
        range: &LogRange,
        total: Option<u64>,
    ) -> Result<Step, Failure> {
        if let Some(live) = self.open_at_once(client, range).await {
            self.say(TailState::Live, total, None, None);
            return Ok(Step {
                lines: 0,
                full: false,
                live: Some(live),
            });
        }
        self.ask(client, range).await
    }

    /// Opens a stream at once where the server is known to have them: it knows of gaps, and what was
    /// written meanwhile comes by the same request.
    async fn open_at_once(&mut self, client: &Inner, range: &LogRange) -> Option<Live> {
        match client.capabilities.offers(Capability::LiveLogs) {
            Some(true) => self.open(client, range).await,
            Some(false) | None => None,
        }
    }

    /// Opens a stream where there may be one; what a server without streams says instead is taken
    /// as an answer.
    pub(super) async fn open(&mut self, client: &Inner, range: &LogRange) -> Option<Live> {
        let now = client.clock.monotonic();
        if now < self.turns.not_before {
            return None;
        }
        let class = self.class(client);
        let place = client.tails.stream_place(class).await?;
        let LogKey {
            application,
            environment,
        } = &self.log;
        let call = documented::live_logs(application, environment, range, CHUNK);
        match client.transport.open::<LogPage>(&call, class).await {
            Ok(Opened::Events(bytes)) => {
                return Some(Live {
                    bytes: bytes.peekable(),
                    _place: place,
                });
            }
            Ok(Opened::Whole(page)) => {
                let taken = self.take(page, CHUNK).await;
                if let Err(failure) = taken {
                    self.say(TailState::Waiting, None, None, Some(failure));
                }
            }
            // Not its turn, or never: it goes on asking.
            Err(failure) if matches!(failure.code, Code::BudgetWait | Code::NotOffered) => {}
            Err(failure) => {
                tracing::debug!(?failure, "no stream of a log");
                self.turns.ended(now, Duration::ZERO, false);
            }
        }
        None
    }

    /// Takes lines as they come, until the stream ends; how long until the next turn, `None` where
    /// nobody follows any more.
    pub(super) async fn live(
        &mut self,
        client: &Weak<Inner>,
        clock: &dyn Clock,
        live: Live,
    ) -> Option<Duration> {
        let opened = clock.monotonic();
        self.is_live.store(true, Ordering::SeqCst);
        let mut reader = Reader::of(live);
        let left = loop {
            if let Some(left) = self.hear(client, clock, &mut reader).await {
                break left;
            }
        };
        let was_heard = reader.was_heard;
        let unread = std::mem::take(&mut reader.batch);
        drop(reader);
        self.is_live.store(false, Ordering::SeqCst);
        let kept = match left {
            Left::Over => return None,
            // What came whole counts, however the stream ended.
            Left::Ended(_) | Left::Stirred => {
                self.keep_lines(unread, false, clock).await.map(|_| ())
            }
            // What is unread comes again, or is part of the gap.
            Left::Behind => Ok(()),
        };
        self.is_near = false;
        let now = clock.monotonic();
        let Left::Ended(failure) = left else {
            return Some(Duration::ZERO);
        };
        let failure = failure.or(kept.err());
        if let Some(failure) = failure.as_ref().filter(|failure| is_refusal(failure)) {
            self.say(TailState::Waiting, None, None, Some(failure.clone()));
            return Some(SHORTEST);
        }
        tracing::debug!(?failure, "a stream of a log ended");
        self.turns.ended(now, now - opened, was_heard);
        Some(COME_BACK.mul_f64(any_share()))
    }

    /// Waits for one thing to happen; `None` where the stream goes on.
    async fn hear(
        &mut self,
        client: &Weak<Inner>,
        clock: &dyn Clock,
        reader: &mut Reader,
    ) -> Option<Left> {
        let due = reader.batch.due();
        let ended = self.ended.clone();
        tokio::select! {
            biased;
            () = ended.cancelled() => Some(Left::Over),
            () = due => {
                let batch = std::mem::take(&mut reader.batch);
                let has_more = batch.is_full() || reader.has_more();
                match self.keep_lines(batch, has_more, clock).await {
                    Ok(true) => Some(Left::Behind),
                    Ok(false) => self.look(client),
                    Err(failure) => Some(Left::Ended(Some(failure))),
                }
            }
            some = reader.live.bytes.next() => match some {
                Some(Ok(bytes)) => {
                    let taken = reader.take(&bytes);
                    if reader.batch.events.is_empty() {
                        // All that there is is here, as of now.
                        self.is_here();
                        self.say_again();
                    }
                    taken.err().map(|failure| Left::Ended(Some(failure)))
                }
                Some(Err(failure)) => Some(Left::Ended(Some(failure))),
                None => Some(Left::Ended(None)),
            },
            was_cut_short = nap(clock, LOOK, &self.wake) => {
                if was_cut_short {
                    return self.look(client).or(Some(Left::Stirred));
                }
                reader.silent += LOOK;
                if reader.silent >= SILENT {
                    return Some(Left::Ended(Some(Failure::new(Code::Timeout))));
                }
                self.look(client)
            }
        }
    }

    fn say_again(&self) {
        self.tell.send_modify(|progress| {
            if let Some(progress) = progress {
                progress.state = TailState::Live;
            }
        });
    }

    fn look(&self, client: &Weak<Inner>) -> Option<Left> {
        match client.upgrade() {
            Some(client) if !self.is_over(&client) => None,
            Some(_) | None => Some(Left::Over),
        }
    }

    /// Hands lines on, and goes on after the last of them; whether it was too much to catch up with.
    async fn keep_lines(
        &mut self,
        batch: Batch,
        has_more: bool,
        clock: &dyn Clock,
    ) -> Result<bool, Failure> {
        if batch.events.is_empty() {
            return Ok(false);
        }
        let count = batch.events.len();
        let environment = self.log.environment.clone();
        let read = move || Said::read(&batch.events, &environment);
        let said = tokio::task::spawn_blocking(read).await.map_err(not_kept)?;
        let newest = said.brought.newest_time();
        let total = self.put(said.brought).await?;
        let state = match has_more {
            true => TailState::CatchingUp,
            false => TailState::Live,
        };
        self.say(state, Some(total), newest, None);
        if !has_more {
            self.is_here();
        }
        let is_behind = has_more && !self.is_near && self.fell_behind(count);
        self.keep_now_and_then(clock.monotonic()).await;
        said.broken.map_or(Ok(is_behind), Err)
    }
}

/// Reads one stream.
struct Reader {
    live: Live,
    events: Events,
    batch: Batch,
    /// For how long it has said nothing.
    silent: Duration,
    was_heard: bool,
}

impl Reader {
    fn of(live: Live) -> Self {
        Self {
            live,
            events: Events::bounded(LARGEST_EVENT),
            batch: Batch::default(),
            silent: Duration::ZERO,
            was_heard: false,
        }
    }

    /// Whether more has come already.
    fn has_more(&mut self) -> bool {
        let next = Pin::new(&mut self.live.bytes).peek().now_or_never();
        matches!(next, Some(Some(Ok(_))))
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        (self.silent, self.was_heard) = (Duration::ZERO, true);
        let taken = self.events.take(bytes, &mut self.batch.events);
        self.batch.bytes += bytes.len();
        if !self.batch.events.is_empty() && self.batch.since.is_none() {
            self.batch.since = Some(Instant::now());
        }
        taken.map_err(|TooLarge| Failure::new(Code::TooLarge).with("limit", LARGEST_EVENT))
    }
}

/// Events that came together.
#[derive(Default)]
struct Batch {
    events: Vec<ServerEvent>,
    bytes: usize,
    since: Option<Instant>,
}

impl Batch {
    /// Waits until they should go on; for ever where there are none.
    fn due(&self) -> impl Future<Output = ()> + use<> {
        let due = self.since.map(|since| match self.is_full() {
            true => since,
            false => since + TOGETHER,
        });
        async move {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= MOST_EVENTS || self.bytes >= MOST_BYTES
    }
}

/// What events say.
#[derive(Default)]
struct Said {
    brought: Brought,
    /// What could not be read; nothing after it was.
    broken: Option<Failure>,
}

impl Said {
    /// Reads events; lines of other environments are left out.
    fn read(events: &[ServerEvent], environment: &str) -> Self {
        let mut said = Self::default();
        for event in events {
            if let Err(failure) = said.take(event, environment) {
                said.broken = Some(failure);
                break;
            }
        }
        said
    }

    fn take(&mut self, event: &ServerEvent, environment: &str) -> Result<(), Failure> {
        let data = event.data.as_bytes();
        match event.name.as_str() {
            "line" => {
                let line: LogLine = decode(StatusCode::OK, data)?;
                let of = line.environment.as_deref();
                if of.is_none_or(|of| of == environment) {
                    self.brought.push(line);
                }
                if event.id.is_some() {
                    self.brought.cursor.clone_from(&event.id);
                }
            }
            "gap" => {
                let gap: LogGap = decode(StatusCode::OK, data)?;
                self.brought.miss(Missing { gap, is_gone: true });
            }
            _ => {}
        }
        Ok(())
    }
}
