//! What is known of an instance that speaks v1 from one call to the next: where its parts stand, which the
//! documented API says with each of them. Of one account; in memory alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use miso_api::{Deployment, DeploymentStep};
use serde_json::Value;

use super::Rows;
use crate::lock::lock;

/// Environments and what somebody may do in them hardly ever change.
const HARDLY_EVER: Duration = Duration::from_secs(30 * 60);
/// What is placed in an environment is read by several at once.
pub(super) const JUST_NOW: Duration = Duration::from_secs(5);
/// What is beyond a list, and what is looked for, is shown with what was read for the list.
pub(super) const LATELY: Duration = Duration::from_secs(10 * 60);
/// So many deployments are known at most, and so many that were begun here.
const MOST: usize = 2_000;

/// All of it.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Known>);

/// What is known to one who asks, as long as the account is the one that it was asked for: an answer that was
/// on its way when that was left is not kept for the next one.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    kept: &'a Kept,
    left: u64,
}

#[derive(Default)]
struct Known {
    /// So many accounts were left before.
    left: u64,
    environments: Option<Aged<Vec<Value>>>,
    permissions: HashMap<String, Aged<Vec<String>>>,
    placed: HashMap<String, Aged<Rows>>,
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
        let mut known = lock(&self.0);
        *known = Known {
            left: known.left + 1,
            ..Known::default()
        };
    }

    /// What is known to the account of now.
    pub(crate) fn hold(&self) -> Held<'_> {
        let left = lock(&self.0).left;
        Held { kept: self, left }
    }
}

impl<'a> Held<'a> {
    /// Has the environments and what is in them asked for anew.
    pub(super) fn outdate(self) {
        if let Some(mut known) = self.known() {
            known.environments = None;
            known.placed.clear();
        }
    }

    pub(super) fn environments(self, now: Duration) -> Option<Vec<Value>> {
        let known = self.known()?;
        known.environments.as_ref()?.within(now, HARDLY_EVER)
    }

    pub(super) fn keep_environments(self, value: Vec<Value>, at: Duration) {
        if let Some(mut known) = self.known() {
            known.environments = Some(Aged { value, at });
        }
    }

    pub(super) fn permissions(self, environment: &str, now: Duration) -> Option<Vec<String>> {
        let known = self.known()?;
        known.permissions.get(environment)?.within(now, HARDLY_EVER)
    }

    pub(super) fn keep_permissions(self, environment: &str, value: Vec<String>, at: Duration) {
        if let Some(mut known) = self.known() {
            let aged = Aged { value, at };
            known.permissions.insert(environment.to_owned(), aged);
        }
    }

    pub(super) fn placed(self, environment: &str, now: Duration, limit: Duration) -> Option<Rows> {
        self.known()?.placed.get(environment)?.within(now, limit)
    }

    /// The same however old it is.
    pub(super) fn placed_before(self, environment: &str) -> Option<Rows> {
        let known = self.known()?;
        known.placed.get(environment).map(|aged| aged.value.clone())
    }

    pub(super) fn keep_placed(self, environment: &str, value: Rows, at: Duration) {
        if let Some(mut known) = self.known() {
            let aged = Aged { value, at };
            known.placed.insert(environment.to_owned(), aged);
        }
    }

    /// Keeps more of what was read, which is as old as it was.
    pub(super) fn keep_more_placed(self, environment: &str, value: Rows) {
        if let Some(mut known) = self.known()
            && let Some(aged) = known.placed.get_mut(environment)
        {
            aged.value = value;
        }
    }

    pub(super) fn deployment(self, id: &str) -> Option<Deployment> {
        self.known()?.deployments.get(id).cloned()
    }

    pub(super) fn keep_deployment(self, deployment: &Deployment) {
        if let Some(mut known) = self.known() {
            if known.deployments.len() >= MOST {
                known.deployments.clear();
            }
            let id = deployment.id.clone();
            known.deployments.insert(id, deployment.clone());
        }
    }

    /// The steps by which a deployment was begun here.
    pub(super) fn begun(self, id: &str) -> Vec<DeploymentStep> {
        let known = self.known();
        let steps = known.and_then(|known| known.begun.get(id).cloned());
        steps.unwrap_or_default()
    }

    pub(super) fn keep_begun(self, id: &str, steps: Vec<DeploymentStep>) {
        if let Some(mut known) = self.known() {
            if known.begun.len() >= MOST {
                known.begun.clear();
            }
            known.begun.insert(id.to_owned(), steps);
        }
    }

    /// All of it, unless the account is another by now.
    fn known(self) -> Option<MutexGuard<'a, Known>> {
        let known = lock(&self.kept.0);
        (known.left == self.left).then_some(known)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::v1::model;

    const NOW: Duration = Duration::ZERO;

    /// Keeps one of each, with this in it.
    fn keep(held: Held<'_>, word: &str) {
        let row = json!({"key": word});
        held.keep_environments(vec![row.clone()], NOW);
        held.keep_permissions("dev", vec![word.to_owned()], NOW);
        let placed = Rows {
            rows: vec![row],
            ..Rows::default()
        };
        held.keep_placed("dev", placed, NOW);
        let deployment = json!({"id": "d-1", "targetId": word});
        held.keep_deployment(&model::deployment(&deployment, "dev").unwrap());
        held.keep_begun("d-1", Vec::new());
    }

    #[test]
    fn what_was_on_its_way_is_not_kept_for_the_next_account() {
        let kept = Kept::default();
        let before = kept.hold();
        keep(before, "of-the-first");
        assert!(before.environments(NOW).is_some());
        kept.clear();
        keep(before, "late");
        let now = kept.hold();
        assert_eq!(now.environments(NOW), None);
        assert_eq!(now.permissions("dev", NOW), None);
        assert!(now.placed("dev", NOW, JUST_NOW).is_none());
        assert!(now.placed_before("dev").is_none());
        assert!(now.deployment("d-1").is_none());
        assert!(lock(&kept.0).begun.is_empty());
        keep(now, "of-the-next");
        assert_eq!(
            now.permissions("dev", NOW),
            Some(vec!["of-the-next".to_owned()])
        );
        assert_eq!(
            before.permissions("dev", NOW),
            None,
            "nor is it shown backwards"
        );
        before.outdate();
        assert!(now.environments(NOW).is_some());
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let kept = Kept::default();
        let held = kept.hold();
        for number in 0..=2 * MOST {
            let id = format!("d-{number}");
            held.keep_begun(&id, Vec::new());
            let row = json!({"id": id, "targetId": "orders"});
            held.keep_deployment(&model::deployment(&row, "dev").unwrap());
        }
        let known = lock(&kept.0);
        assert!(known.begun.len() <= MOST && known.deployments.len() <= MOST);
    }
}
