//! Logs as they are printed: server-sent events with a way on after a break (API.md, "Monitoring").

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::{DateTime, Utc};
use futures_util::future::select_all;
use futures_util::{FutureExt, Stream, stream};
use http::{HeaderMap, header};
use miso_api::LogGap;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::logs::sources;
use crate::logs::cursor::Cursor;
use crate::logs::place_log::PlaceLog;
use crate::logs::read::{Marked, Wanted, end_of, lacks, read_marked};
use crate::oidc::access;
use crate::site::{Shared, Site};

/// A comment that says that the stream lives, so often.
const ALIVE: Duration = Duration::from_secs(15);
/// How often it is looked whether the application runs in other environments now, and whether the
/// caller may still read.
const LOOK_AROUND: Duration = Duration::from_secs(5);
/// Lines of one moment go out together: a talkative application costs at most so many reads.
const TOGETHER: Duration = Duration::from_millis(100);
/// Lines that are read at a time.
const BATCH: usize = 500;
/// Events that wait for a slow reader; then reading waits.
const WAITING: usize = 64;

/// What a stream shows.
pub(super) struct Watched {
    pub(super) application: String,
    pub(super) environment: Option<&'static str>,
    pub(super) wanted: Wanted,
}

/// The stream. It ends with the instance, with the application, and when the caller's token does
/// not count any more.
pub(super) fn stream(
    site: Shared,
    headers: HeaderMap,
    watched: Watched,
    sources: &[(String, Arc<PlaceLog>)],
) -> impl IntoResponse {
    let cursor = match (&watched.wanted.cursor, watched.wanted.since) {
        (Some(cursor), _) => Some(cursor.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(end_of(sources)),
    };
    let (events, waiting) = mpsc::channel(WAITING);
    let live = Live {
        site,
        headers,
        watched,
        cursor,
        last: None,
        events,
    };
    let stop = live.site.platform.stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            ended = live.run() => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "a stream of logs ended");
                }
            }
        }
    });
    let alive = KeepAlive::new().interval(ALIVE).text("alive");
    let headers = [
        (header::VARY, "accept"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Sse::new(received(waiting)).keep_alive(alive))
}

fn received(
    waiting: mpsc::Receiver<Event>,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(waiting, async |mut waiting| {
        let event = waiting.recv().await?;
        Some((Ok(event), waiting))
    })
}

struct Live {
    site: Shared,
    headers: HeaderMap,
    watched: Watched,
    /// After which lines to go on; `None` at the beginning of a stream from a time on.
    cursor: Option<Cursor>,
    /// The time of the last line that was given.
    last: Option<DateTime<Utc>>,
    events: mpsc::Sender<Event>,
}

/// Nobody reads any more, or nobody may.
struct Ended;

impl Live {
    async fn run(mut self) -> Result<(), io::Error> {
        loop {
            let Some(logs) = self.logs().await else {
                return Ok(());
            };
            let looked = Instant::now();
            while looked.elapsed() < LOOK_AROUND {
                // Before the read: what comes during it is not missed.
                let mut news: Vec<_> = logs.iter().map(|(_, log)| log.watch()).collect();
                let full = match self.give(&logs).await? {
                    Ok(given) => given == BATCH,
                    Err(Ended) => return Ok(()),
                };
                if full {
                    continue;
                }
                let rest = LOOK_AROUND.saturating_sub(looked.elapsed());
                let printed = async {
                    if news.is_empty() {
                        return std::future::pending().await;
                    }
                    // A log whose sender has gone is looked for again in the next round.
                    let changes = news.iter_mut().map(|news| news.changed().boxed());
                    let _ = select_all(changes).await;
                };
                tokio::select! {
                    () = printed => sleep(TOGETHER).await,
                    () = sleep(rest) => break,
                    () = self.events.closed() => return Ok(()),
                }
            }
        }
    }

    /// The logs there are now; `None` where the stream is to end.
    async fn logs(&self) -> Option<Vec<(String, Arc<PlaceLog>)>> {
        let site: &Site = &self.site;
        if let Err(error) = access::authenticate(site, &self.headers).await {
            tracing::debug!(code = %error.code(), "a stream of logs ends: its token does not count any more");
            return None;
        }
        let found = sources(site, &self.watched.application, self.watched.environment);
        found.await.ok().flatten()
    }

    /// Gives what is there now and says how many lines that were.
    async fn give(
        &mut self,
        logs: &[(String, Arc<PlaceLog>)],
    ) -> Result<Result<usize, Ended>, io::Error> {
        let wanted = Wanted {
            cursor: self.cursor.clone(),
            limit: BATCH,
            ..self.watched.wanted.clone()
        };
        let of = logs.to_vec();
        let (gap, (lines, next)) = spawn_blocking(move || {
            let gap = wanted
                .cursor
                .as_ref()
                .is_some_and(|cursor| lacks(&of, cursor));
            Ok::<_, io::Error>((gap, read_marked(&of, &wanted)?))
        })
        .await
        .map_err(io::Error::other)??;
        if gap {
            let gap = LogGap {
                from: self.last,
                to: lines.first().map(|marked| marked.line.timestamp),
            };
            let event = Event::default().event("gap").json_data(gap);
            if self.send(event.map_err(io::Error::other)?).await.is_err() {
                return Ok(Err(Ended));
            }
        }
        let given = lines.len();
        for Marked { line, cursor } in lines {
            let id = cursor.encode().map_err(io::Error::other)?;
            let event = Event::default().event("line").id(id).json_data(&line);
            if self.send(event.map_err(io::Error::other)?).await.is_err() {
                return Ok(Err(Ended));
            }
            self.last = Some(line.timestamp);
        }
        self.cursor = Some(next);
        Ok(Ok(given))
    }

    async fn send(&self, event: Event) -> Result<(), Ended> {
        self.events.send(event).await.map_err(|_| Ended)
    }
}
