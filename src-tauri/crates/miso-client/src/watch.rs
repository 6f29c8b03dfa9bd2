//! Watchers: what is on screen is kept fresh by leases, and changes are published. A lease ends
//! when it is ended or not renewed; nothing else polls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use miso_api::{Application, ApplicationStatus, Deployment, Page};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::client::Inner;
use crate::{Class, Code, ConnectionId, Failure, Resource, SessionState};

/// A lease not renewed for this long has ended.
const LEASE: Duration = Duration::from_secs(45);
const RENEW_WITHIN: Duration = Duration::from_secs(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Something has changed that a page may show.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A session has a new state.
    SessionChanged {
        /// Whose.
        connection: ConnectionId,
        /// The state.
        session: SessionState,
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

    /// Has a watched resource asked for now.
    pub(crate) fn wake(&self, resource: &Resource) {
        if let Some(watched) = lock(&self.watched).get(resource) {
            watched.wake.notify_one();
        }
    }

    /// Has the lists asked for now that show an application's deployments.
    pub(crate) fn wake_lists(&self, application: &str) {
        self.wake(&Resource::Applications);
        self.wake(&Resource::Deployments { application: None });
        let application = Some(application.to_owned());
        self.wake(&Resource::Deployments { application });
    }

    /// Has everything watched asked for now.
    pub(crate) fn wake_all(&self) {
        for watched in lock(&self.watched).values() {
            watched.wake.notify_one();
        }
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

/// Watches a deployment until it ends and announces that.
pub(crate) fn follow_deployment(client: &Arc<Inner>, id: &str) {
    start(client, Resource::Deployment { id: id.to_owned() }, true);
}

fn start(client: &Arc<Inner>, resource: Resource, pin: bool) {
    let mut watched = lock(&client.leases.watched);
    if let Some(watched) = watched.get_mut(&resource) {
        watched.pinned |= pin;
        watched.wake.notify_one();
        return;
    }
    let wake = Arc::new(Notify::new());
    watched.insert(
        resource.clone(),
        Watched {
            wake: wake.clone(),
            pinned: pin,
        },
    );
    tokio::spawn(keep_fresh(Arc::downgrade(client), resource, wake));
}

async fn keep_fresh(client: Weak<Inner>, resource: Resource, wake: Arc<Notify>) {
    let mut failures = 0u32;
    let mut seen_running = false;
    loop {
        let pause = {
            let Some(client) = client.upgrade() else {
                return;
            };
            let now = client.clock.monotonic();
            if client.leases.finish(&resource, now, false) {
                return;
            }
            match client.refresh(&resource, Class::Watched).await {
                Ok(()) => failures = 0,
                Err(failure) => {
                    tracing::debug!(?resource, ?failure, "a watched resource could not be read");
                    if is_final(&failure) && client.leases.is_pinned(&resource) {
                        client.leases.unpin(&resource);
                    }
                    failures += 1;
                }
            }
            if ended(&client, &resource) {
                if seen_running || client.leases.is_pinned(&resource) {
                    announce(&client, &resource);
                }
                client.leases.finish(&resource, now, true);
                return;
            }
            seen_running = true;
            pause(&client, &resource, failures)
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = wake.notified() => {}
        }
    }
}

/// Whether asking again will not help whoever is signed in now.
fn is_final(failure: &Failure) -> bool {
    matches!(
        failure.code,
        Code::NotFound | Code::Forbidden | Code::SignedOut
    )
}

/// Whether a deployment has ended, so that there is nothing more to watch.
fn ended(client: &Inner, resource: &Resource) -> bool {
    let Resource::Deployment { .. } = resource else {
        return false;
    };
    let deployment = client.view.peek::<Deployment>(resource);
    deployment.is_some_and(|reading| reading.value.status.has_ended())
}

fn announce(client: &Inner, resource: &Resource) {
    let Some(reading) = client.view.peek::<Deployment>(resource) else {
        return;
    };
    client.leases.wake_lists(&reading.value.application_key);
    if client.leases.is_pinned(resource) {
        let connection = client.id.clone();
        let deployment = Box::new(reading.value);
        client.publish.publish(Event::DeploymentEnded {
            connection,
            deployment,
        });
    }
}

/// How long until a resource is asked for again: by how fast it changes, how much of the hour is
/// spent, and how often it failed.
fn pause(client: &Inner, resource: &Resource, failures: u32) -> Duration {
    let calm = match resource {
        Resource::Deployment { .. } => Duration::from_secs(2),
        Resource::Applications if is_deploying(client) => Duration::from_secs(4),
        Resource::Deployments { .. } if has_running(client, resource) => Duration::from_secs(5),
        Resource::Applications | Resource::Health { .. } => Duration::from_secs(10),
        Resource::Application { .. } | Resource::Environments | Resource::Deployments { .. } => {
            Duration::from_secs(30)
        }
        Resource::Me => Duration::from_secs(600),
    };
    let stretched = calm.mul_f64(client.budget.stretch());
    (stretched * 2u32.saturating_pow(failures.min(5))).min(LONGEST_PAUSE.max(calm))
}

fn is_deploying(client: &Inner) -> bool {
    let list = client
        .view
        .peek::<Page<Application>>(&Resource::Applications);
    list.is_some_and(|list| {
        list.value
            .data
            .iter()
            .any(|application| application.status == ApplicationStatus::Deploying)
    })
}

fn has_running(client: &Inner, list: &Resource) -> bool {
    let list = client.view.peek::<Page<Deployment>>(list);
    list.is_some_and(|list| {
        list.value
            .data
            .iter()
            .any(|deployment| !deployment.status.has_ended())
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
