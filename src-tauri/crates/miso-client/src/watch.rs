//! Watchers: what is on screen is kept fresh by leases, and changes are published. A lease ends
//! when it is ended or not renewed; nothing else polls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::Deployment;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Notify;
use uuid::Uuid;

mod due;
mod following;

pub(crate) use due::first_wait;
use due::{class_of, pause, until_due};

pub(crate) use due::{is_brought, patience};
pub(crate) use following::{follow_deployment, follow_on};

use crate::client::Inner;
use crate::lock::lock;
use crate::nap::nap;
use crate::{Code, ConnectionId, Failure, Resource, SessionState, Source};

/// A lease not renewed for this long has ended.
const LEASE: Duration = Duration::from_secs(45);
const RENEW_WITHIN: Duration = Duration::from_secs(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// What is in front, and what shows a deployment that nobody follows, is asked for this often while
/// the budget is calm; a deployment that is followed, and the rest of the screen, this often.
const IN_FRONT: Duration = Duration::from_millis(10_150);
const FOLLOWED: Duration = Duration::from_millis(4_900);
const REST: Duration = Duration::from_secs(62);
const SELDOM: Duration = Duration::from_secs(300);
const HARDLY_EVER: Duration = Duration::from_secs(600);

/// Something has changed that a page may show.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A session has a new state.
    SessionChanged {
        /// Whose.
        connection: ConnectionId,
        /// The state.
        session: SessionState,
        /// Its place among all that were told: a smaller one is older.
        revision: u64,
    },
    /// A connection came, went or was changed.
    ConnectionsChanged,
    /// A resource was read again, or could not be.
    ResourceChanged {
        /// Whose.
        connection: ConnectionId,
        /// What.
        resource: Resource,
        /// Whether the value differs, not only its age.
        changed: bool,
    },
    /// A click waits for the budget.
    WaitDue {
        /// Whose.
        connection: ConnectionId,
        /// For how long; zero when not any more.
        wait: Duration,
    },
    /// A deployment that was started here has ended.
    DeploymentEnded {
        /// Whose.
        connection: ConnectionId,
        /// The deployment.
        deployment: Box<Deployment>,
    },
    /// Logs are recorded otherwise than before.
    RecordingsChanged {
        /// Whose.
        connection: ConnectionId,
    },
    /// Somebody signed out here, and the provider could not be told: its session may go on.
    SignOutNotTold {
        /// Whose.
        connection: ConnectionId,
        /// The provider, as far as it is known, else the instance.
        provider: String,
        /// Why.
        failure: Failure,
    },
}

/// Takes events to whoever shows them.
pub trait Publish: Send + Sync {
    /// Takes one event; must not block.
    fn publish(&self, event: Event);
}

/// Names a lease.
pub type LeaseId = String;

/// A right to have something kept fresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Its name.
    pub id: LeaseId,
    /// Renew it within so many seconds.
    pub renew_within_seconds: u32,
}

/// The leases of one connection.
#[derive(Default)]
pub(crate) struct Leases {
    held: Mutex<HashMap<LeaseId, Held>>,
    watched: Mutex<HashMap<Resource, Watched>>,
}

struct Held {
    what: What,
    ends: Duration,
}

#[derive(Clone, PartialEq, Eq)]
enum What {
    Resource(Resource),
    Log,
}

struct Watched {
    wake: Arc<Notify>,
    /// Watched until it ends, lease or not, and its end is announced.
    pinned: bool,
    /// Why its last question failed; it is asked again as soon as another one is answered.
    failing: Option<Failure>,
}

impl Leases {
    /// Whether the lease is held at this moment.
    pub(crate) fn is_held(&self, lease: &str, now: Duration) -> bool {
        lock(&self.held)
            .get(lease)
            .is_some_and(|held| held.ends > now)
    }

    /// A lease on a log tail, which looks after itself.
    pub(crate) fn take_for_log(&self, now: Duration) -> Lease {
        self.take(What::Log, now)
    }

    /// Renews a lease.
    pub(crate) fn renew(&self, lease: &str, now: Duration) -> Result<(), Failure> {
        match lock(&self.held).get_mut(lease) {
            Some(held) if held.ends > now => {
                held.ends = now + LEASE;
                Ok(())
            }
            Some(_) | None => Err(Failure::new(Code::NotFound).with("lease", lease)),
        }
    }

    /// Ends a lease.
    pub(crate) fn end(&self, lease: &str) {
        lock(&self.held).remove(lease);
    }

    /// Has what is watched of these resources asked for now.
    pub(crate) fn wake(&self, which: impl Fn(&Resource) -> bool) {
        let watched = lock(&self.watched);
        let all: Vec<(Resource, Arc<Notify>)> = watched
            .iter()
            .map(|(resource, watched)| (resource.clone(), watched.wake.clone()))
            .collect();
        // Whoever is asked which may ask what is watched.
        drop(watched);
        for (_, wake) in all.iter().filter(|(resource, _)| which(resource)) {
            wake.notify_one();
        }
    }

    /// Has everything watched asked for now.
    pub(crate) fn wake_all(&self) {
        self.wake(|_| true);
    }

    /// What was started by the account before is not followed any more, and who follows a log must
    /// ask for it anew.
    pub(crate) fn leave_the_account(&self) {
        lock(&self.held).retain(|_, held| held.what != What::Log);
        for watched in lock(&self.watched).values_mut() {
            watched.pinned = false;
        }
    }

    /// Notes how a question ended. The first answer after failures wakes all that fail: the far
    /// end is back.
    pub(crate) fn note(&self, resource: &Resource, failing: Option<Failure>) {
        let mut all = lock(&self.watched);
        let Some(watched) = all.get_mut(resource) else {
            return;
        };
        let is_back = watched.failing.is_some() && failing.is_none();
        watched.failing = failing;
        if is_back {
            for watched in all.values().filter(|watched| watched.failing.is_some()) {
                watched.wake.notify_one();
            }
        }
    }

    /// Why there is nothing of a resource that is watched: its watcher asks again in time.
    pub(crate) fn failure_of(&self, resource: &Resource) -> Option<Failure> {
        lock(&self.watched).get(resource)?.failing.clone()
    }

    fn take(&self, what: What, now: Duration) -> Lease {
        let id = Uuid::new_v4().simple().to_string();
        let mut held = lock(&self.held);
        held.retain(|_, held| held.ends > now);
        held.insert(
            id.clone(),
            Held {
                what,
                ends: now + LEASE,
            },
        );
        Lease {
            id,
            renew_within_seconds: RENEW_WITHIN.as_secs() as u32,
        }
    }

    fn wanted(&self, resource: &Resource, now: Duration) -> bool {
        let what = What::Resource(resource.clone());
        lock(&self.held)
            .values()
            .any(|held| held.what == what && held.ends > now)
    }

    /// Whether the health of an application is on screen: then that application is in front.
    fn shows_health(&self, now: Duration) -> bool {
        lock(&self.held).values().any(|held| {
            held.ends > now && matches!(held.what, What::Resource(Resource::Health { .. }))
        })
    }

    /// Whether a resource has a watcher of its own.
    pub(crate) fn is_watched(&self, resource: &Resource) -> bool {
        lock(&self.watched).contains_key(resource)
    }

    fn unpin(&self, resource: &Resource) {
        if let Some(watched) = lock(&self.watched).get_mut(resource) {
            watched.pinned = false;
        }
    }

    fn is_pinned(&self, resource: &Resource) -> bool {
        lock(&self.watched)
            .get(resource)
            .is_some_and(|watched| watched.pinned)
    }

    /// Ends the watching of a resource unless somebody wants it; whether it ended.
    fn finish(&self, resource: &Resource, now: Duration, ended: bool) -> bool {
        let mut watched = lock(&self.watched);
        let pinned = watched.get(resource).is_some_and(|watched| watched.pinned);
        if !ended && (pinned || self.wanted(resource, now)) {
            return false;
        }
        watched.remove(resource);
        true
    }
}

/// Takes a lease on a resource; the first one starts its watcher.
pub(crate) fn watch(client: &Arc<Inner>, resource: Resource) -> Lease {
    let lease = client
        .leases
        .take(What::Resource(resource.clone()), client.clock.monotonic());
    start(client, resource, false);
    lease
}

fn start(client: &Arc<Inner>, resource: Resource, pin: bool) {
    let is_due = until_due(client, &resource).is_zero();
    let mut watched = lock(&client.leases.watched);
    if let Some(watched) = watched.get_mut(&resource) {
        watched.pinned |= pin;
        if is_due {
            watched.wake.notify_one();
        }
        return;
    }
    let wake = Arc::new(Notify::new());
    watched.insert(
        resource.clone(),
        Watched {
            wake: wake.clone(),
            pinned: pin,
            failing: None,
        },
    );
    drop(watched);
    tokio::spawn(keep_fresh(client, resource, wake));
}

fn keep_fresh(
    client: &Arc<Inner>,
    resource: Resource,
    wake: Arc<Notify>,
) -> impl Future<Output = ()> + Send + use<> {
    let clock = client.clock.clone();
    let mut pause = until_due(client, &resource);
    let client = Arc::downgrade(client);
    let mut failures = 0u32;
    async move {
        loop {
            let cut_short = nap(clock.as_ref(), pause, &wake).await;
            let Some(client) = client.upgrade() else {
                return;
            };
            let now = clock.monotonic();
            if client.leases.finish(&resource, now, false) {
                return;
            }
            // Another answer may have brought it meanwhile.
            let due = until_due(&client, &resource);
            if !cut_short && !due.is_zero() {
                pause = due;
                continue;
            }
            pause = ask(&client, &resource, &mut failures).await;
            if ended(&client, &resource) {
                announce(&client, &resource);
                client.leases.finish(&resource, now, true);
                return;
            }
        }
    }
}

/// Asks for a resource unless there is nothing more to know; how long until the next time.
async fn ask(client: &Inner, resource: &Resource, failures: &mut u32) -> Duration {
    if ended(client, resource) {
        return Duration::ZERO;
    }
    let class = class_of(client, resource);
    let Err(failure) = client.refresh(resource, class).await else {
        *failures = 0;
        return pause(client, resource, 0);
    };
    tracing::debug!(?resource, ?failure, "a watched resource could not be read");
    if is_final(&failure) {
        client.leases.unpin(resource);
        following::leave(client, resource);
    }
    if failure.code == Code::BudgetWait {
        return waited_for(&failure);
    }
    if failure.needs_sign_in() {
        // Nothing is asked until somebody signs in, which wakes everything.
        return LEASE;
    }
    *failures += 1;
    client.leases.note(resource, Some(failure));
    pause(client, resource, *failures)
}

/// How long the budget wants to be left alone.
pub(crate) fn waited_for(failure: &Failure) -> Duration {
    let seconds = failure.params.get("seconds");
    let seconds = seconds.and_then(|seconds| seconds.parse::<f64>().ok());
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wait.unwrap_or(LONGEST_PAUSE)
}

/// Whether asking again will not help whoever is signed in now.
pub(crate) fn is_final(failure: &Failure) -> bool {
    matches!(failure.code, Code::NotFound | Code::Forbidden)
}

/// Whether the server said in this run that a deployment has ended, so that there is nothing more
/// to watch.
fn ended(client: &Inner, resource: &Resource) -> bool {
    let Resource::Deployment { .. } = resource else {
        return false;
    };
    let deployment = client.view.peek::<Deployment>(resource);
    deployment
        .is_some_and(|reading| reading.source == Source::Live && reading.value.status.has_ended())
}

fn announce(client: &Inner, resource: &Resource) {
    let Some(reading) = client.view.peek::<Deployment>(resource) else {
        return;
    };
    client.touch(&reading.value.application_key);
    if client.leases.is_pinned(resource) {
        following::leave(client, resource);
        let connection = client.id.clone();
        let deployment = Box::new(reading.value);
        client.publish.publish(Event::DeploymentEnded {
            connection,
            deployment,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budgets_word_is_the_pause() {
        let failure = Failure::new(Code::BudgetWait).with("seconds", 17.0);
        assert_eq!(waited_for(&failure), Duration::from_secs(17));
        let silent = Failure::new(Code::BudgetWait);
        assert_eq!(waited_for(&silent), LONGEST_PAUSE);
    }
}
