//! What is known of an instance that speaks v1 from one call to the next: where its parts stand, which the
//! documented API says with each of them. Of one account; in memory alone.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use miso_api::{Deployment, DeploymentStep};
use serde_json::Value;

use crate::lock::lock;

/// Environments and what somebody may do in them hardly ever change.
const HARDLY_EVER: Duration = Duration::from_secs(30 * 60);
/// What is placed in an environment is read by several at once.
const JUST_NOW: Duration = Duration::from_secs(5);
/// So many deployments are known at most.
const MOST: usize = 2_000;

/// All of it.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Known>);

#[derive(Default)]
struct Known {
    environments: Option<Aged<Vec<Value>>>,
    permissions: HashMap<String, Aged<Vec<String>>>,
    placed: HashMap<String, Aged<Vec<Value>>>,
    deployments: HashMap<String, Deployment>,
    begun: HashMap<String, Vec<DeploymentStep>>,
}

struct Aged<T> {
    value: T,
    at: Duration,
}

impl<T: Clone> Aged<T> {
    fn within(&self, now: Duration, limit: Duration) -> Option<T> {
        (now.saturating_sub(self.at) < limit).then(|| self.value.clone())
    }
}

impl Kept {
    /// Forgets all: the next account may see something else.
    pub(crate) fn clear(&self) {
        *lock(&self.0) = Known::default();
    }

    /// Has the environments and what is in them asked for anew.
    pub(crate) fn outdate(&self) {
        let mut known = lock(&self.0);
        known.environments = None;
        known.placed.clear();
    }

    pub(super) fn environments(&self, now: Duration) -> Option<Vec<Value>> {
        lock(&self.0)
            .environments
            .as_ref()?
            .within(now, HARDLY_EVER)
    }

    pub(super) fn keep_environments(&self, value: Vec<Value>, at: Duration) {
        lock(&self.0).environments = Some(Aged { value, at });
    }

    pub(super) fn permissions(&self, environment: &str, now: Duration) -> Option<Vec<String>> {
        let known = lock(&self.0);
        known.permissions.get(environment)?.within(now, HARDLY_EVER)
    }

    pub(super) fn keep_permissions(&self, environment: &str, value: Vec<String>, at: Duration) {
        let mut known = lock(&self.0);
        known
            .permissions
            .insert(environment.to_owned(), Aged { value, at });
    }

    pub(super) fn placed(&self, environment: &str, now: Duration) -> Option<Vec<Value>> {
        lock(&self.0).placed.get(environment)?.within(now, JUST_NOW)
    }

    /// The same however old it is.
    pub(super) fn placed_before(&self, environment: &str) -> Option<Vec<Value>> {
        let known = lock(&self.0);
        known.placed.get(environment).map(|aged| aged.value.clone())
    }

    pub(super) fn keep_placed(&self, environment: &str, value: Vec<Value>, at: Duration) {
        let mut known = lock(&self.0);
        known
            .placed
            .insert(environment.to_owned(), Aged { value, at });
    }

    pub(super) fn deployment(&self, id: &str) -> Option<Deployment> {
        lock(&self.0).deployments.get(id).cloned()
    }

    pub(super) fn keep_deployment(&self, deployment: &Deployment) {
        let mut known = lock(&self.0);
        if known.deployments.len() >= MOST {
            known.deployments.clear();
        }
        known
            .deployments
            .insert(deployment.id.clone(), deployment.clone());
    }

    /// The steps by which a deployment was begun here.
    pub(super) fn begun(&self, id: &str) -> Vec<DeploymentStep> {
        lock(&self.0).begun.get(id).cloned().unwrap_or_default()
    }

    pub(super) fn keep_begun(&self, id: &str, steps: Vec<DeploymentStep>) {
        lock(&self.0).begun.insert(id.to_owned(), steps);
    }
}
