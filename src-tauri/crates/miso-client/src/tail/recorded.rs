//! A log that is recorded whether anybody looks at it or not: what it costs of the budget is what
//! is left of it, and it gives way to the logs that are looked at.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{LONGEST, LogKey, LogPlace, OnProgress, Running, Tail, Tails, join, tell};
use crate::Class;
use crate::client::Inner;
use crate::lock::lock;
use crate::watch::patience;

/// All logs that are recorded and asked for cost a request in so long together, while the budget is
/// calm.
const CRUMB: Duration = Duration::from_secs(60);
/// However many there are and however little is left, each waits at most for so many of these.
const MOST_CRUMBS: f64 = 120.0;
/// What will not be given to whoever is signed in is asked for so many times less often.
const REFUSED: u32 = 10;
/// A stream is left within this time where its place is needed.
const GIVES_WAY: Duration = Duration::from_secs(2);

/// Records a log until `ended` says so, or the account is left.
pub(crate) fn record(
    client: &Arc<Inner>,
    log: LogKey,
    place: LogPlace,
    on_progress: OnProgress,
    ended: &CancellationToken,
) {
    let progress = join(client, log, place, |running| running.recorded = true);
    let ended = ended.clone();
    tokio::spawn(tell(move || !ended.is_cancelled(), progress, on_progress));
}

impl Tails {
    /// Records a log no more. It goes on as long as somebody looks at it.
    pub(crate) fn end_recording(&self, log: &LogKey) {
        let mut all = lock(&self.running);
        let Some(running) = all.get_mut(log) else {
            return;
        };
        running.recorded = false;
        if running.leases.is_empty() {
            running.wake.notify_one();
        }
    }

    /// Has what is only recorded asked for now, where it waits.
    pub(crate) fn wake_recorded(&self) {
        for running in lock(&self.running).values() {
            if running.is_only_recorded() && !running.is_live.load(Ordering::SeqCst) {
                running.wake.notify_one();
            }
        }
    }

    /// A place among the streams that may be open. One that is only recorded gives its own to one
    /// that is looked at.
    pub(super) async fn stream_place(&self, class: Class) -> Option<OwnedSemaphorePermit> {
        let places = self.streams.0.clone();
        if let Ok(place) = places.clone().try_acquire_owned() {
            return Some(place);
        }
        if class == Class::Background || !self.makes_room() {
            return None;
        }
        let waiting = tokio::time::timeout(GIVES_WAY, places.acquire_owned());
        waiting.await.ok()?.ok()
    }

    /// Has a stream left that is only recorded; whether there was one.
    fn makes_room(&self) -> bool {
        let all = lock(&self.running);
        let mut spare = all.values().filter(|running| running.is_only_recorded());
        // Whoever comes next has another one left.
        let Some(spare) = spare.find(|running| running.is_live.swap(false, Ordering::SeqCst))
        else {
            return false;
        };
        spare.wake.notify_one();
        true
    }

    fn is_looked_at(&self, log: &LogKey) -> bool {
        let all = lock(&self.running);
        all.get(log)
            .is_none_or(|running| !running.is_only_recorded())
    }

    /// How long a log that is only recorded waits before it is asked for again.
    fn crumb(&self, stretch: f64) -> Duration {
        let asked_for = {
            let all = lock(&self.running);
            let recorded = all.values().filter(|running| running.is_only_recorded());
            recorded
                .filter(|running| !running.is_live.load(Ordering::SeqCst))
                .count()
        };
        // What nobody looks at waits longer still than what stands on a page.
        let patience = patience(stretch).powi(2);
        let times = (asked_for.max(1) as f64 * patience).min(MOST_CRUMBS);
        CRUMB.mul_f64(times)
    }
}

impl Running {
    fn is_only_recorded(&self) -> bool {
        self.recorded && self.leases.is_empty()
    }

    /// Somebody looks at it from now on: what waited for its turn is asked for at once.
    pub(super) fn look_closely(&self) {
        if self.recorded && !self.is_live.load(Ordering::SeqCst) {
            self.wake.notify_one();
        }
    }
}

impl Tail {
    /// How urgent its requests are.
    pub(super) fn class(&self, client: &Inner) -> Class {
        match client.tails.is_looked_at(&self.log) {
            true => Class::Watched,
            false => Class::Background,
        }
    }

    /// How long until it asks again, where what is looked at waits for `calm` while the budget is.
    pub(super) fn pause(&self, client: &Inner, calm: Duration, is_refused: bool) -> Duration {
        let stretch = client.budget.stretch();
        match self.class(client) {
            Class::Background if is_refused => client.tails.crumb(stretch) * REFUSED,
            Class::Background => client.tails.crumb(stretch),
            Class::Interactive | Class::Watched => calm.mul_f64(stretch),
        }
    }

    /// How long until the next page, where there is more to catch up with.
    pub(super) fn between_pages(&self, client: &Inner) -> Duration {
        match self.class(client) {
            Class::Background => LONGEST,
            Class::Interactive | Class::Watched => Duration::ZERO,
        }
    }

    /// How long until it asks after a stream, where that would be after `pause`.
    pub(super) fn before_another(&self, client: &Weak<Inner>, pause: Duration) -> Duration {
        let Some(client) = client.upgrade() else {
            return pause;
        };
        pause.max(match self.class(&client) {
            Class::Background => client.tails.crumb(client.budget.stretch()),
            Class::Interactive | Class::Watched => Duration::ZERO,
        })
    }
}
