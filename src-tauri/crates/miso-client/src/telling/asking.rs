//! What is to be told is asked for also where no page shows it: as background, which gets what is
//! left of the budget, and seldom.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use miso_api::{Application, Me, Page, Permission};
use tokio::sync::Notify;

use crate::client::Inner;
use crate::nap::nap;
use crate::permission::{Allowed, allowed};
use crate::watch::patience;
use crate::{Capability, Class, Client, Clock, Resource};

/// The list is asked for so often, for each request that it costs, while the budget is calm.
const LIST: Duration = Duration::from_secs(60);
/// The same of requests for access.
const REQUESTS: Duration = Duration::from_secs(10 * 60);
/// However little is left of the budget, each waits so many times longer at most.
const MOST_PATIENT: f64 = 30.0;

/// Asks for what is wanted when it is due, until the client is gone. What a page keeps fresh is not
/// asked for a second time.
pub(super) async fn keep(client: Weak<Inner>, clock: Arc<dyn Clock>, wake: Arc<Notify>) {
    // When each was asked for, or began to be wanted: the pages ask first.
    let mut asked: HashMap<Resource, Duration> = HashMap::new();
    loop {
        let Some(inner) = client.upgrade() else {
            return;
        };
        let client = Client { inner };
        let wanted = client.wanted_resources();
        asked.retain(|resource, _| wanted.iter().any(|(wanted, _)| wanted == resource));
        let now = clock.monotonic();
        let mut next: Option<(Resource, Duration)> = None;
        for (resource, every) in wanted {
            let asked = *asked.entry(resource.clone()).or_insert(now);
            let due = every.saturating_sub(client.age_of(&resource, now.saturating_sub(asked)));
            if next.as_ref().is_none_or(|(_, first)| due < *first) {
                next = Some((resource, due));
            }
        }
        match next {
            Some((resource, due)) if due.is_zero() => {
                asked.insert(resource.clone(), now);
                if let Err(failure) = client.inner.refresh(&resource, Class::Background).await {
                    tracing::debug!(?resource, ?failure, "what is to be told could not be read");
                }
            }
            Some((_, due)) => {
                drop(client);
                nap(clock.as_ref(), due, &wake).await;
            }
            None => {
                drop(client);
                // Whether the caller may decide may be known by then.
                let _woken = tokio::time::timeout(REQUESTS, wake.notified()).await;
            }
        }
    }
}

impl Client {
    /// What is asked for now, and how often.
    fn wanted_resources(&self) -> Vec<(Resource, Duration)> {
        let wanted = self.inner.telling.asked_for();
        let patience = patience(self.inner.budget.stretch()).min(MOST_PATIENT);
        let mut all = Vec::new();
        if !wanted.applications.is_empty() {
            let every = LIST * self.inner.listed_pages();
            all.push((Resource::Applications, every.mul_f64(patience)));
        }
        if wanted.requests && self.may_decide() {
            all.push((Resource::AccessRequests, REQUESTS.mul_f64(patience)));
        }
        all
    }

    /// How long ago a resource was read, or asked for by this.
    fn age_of(&self, resource: &Resource, asked: Duration) -> Duration {
        let read = self.inner.view.good_since(resource);
        let read = read.and_then(|as_of| (self.inner.clock.now() - as_of).to_std().ok());
        match read {
            // Its page asks when it is due there.
            _ if self.inner.leases.is_watched(resource) => Duration::ZERO,
            Some(read) => read.min(asked),
            None => asked,
        }
    }

    /// Whether the caller may decide about requests for access somewhere, as the server lists it.
    fn may_decide(&self) -> bool {
        if self.inner.capabilities.offers(Capability::AccessRequests) == Some(false) {
            return false;
        }
        let me: Option<Me> = self.peek(&Resource::Me);
        let may = |application: Option<&Application>| {
            let needed = &Permission::AccessUpdate;
            allowed(needed, application, me.as_ref(), None) == Allowed::Yes
        };
        let listed = || self.peek::<Page<Application>>(&Resource::Applications);
        may(None) || listed().is_some_and(|list| list.data.iter().any(|one| may(Some(one))))
    }
}
