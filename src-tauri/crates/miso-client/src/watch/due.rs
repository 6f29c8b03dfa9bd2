//! When a resource is asked for again.

use std::time::Duration;

use chrono::TimeDelta;
use miso_api::{Deployment, DeploymentStatus};
use serde::Deserialize;

use super::{FOLLOWED, HARDLY_EVER, IN_FRONT, LONGEST_PAUSE, REST, SELDOM, ended};
use crate::client::Inner;
use crate::renewed::rows;
use crate::{Class, Resource, Speaks, TimeRange};

/// Slowed down by more than this, others use most of it.
const NEARLY_SPENT: f64 = 2.2;
/// So much more than the rest, as a power of it, charts and what happened are slowed down then.
const PATIENT: i32 = 4;

/// Who has just started a deployment waits for it: on v1, whose limits are so small that everything else is
/// asked for every few minutes, it is asked for at least this often until it has taken so long.
const JUST_BEGUN: Duration = Duration::from_secs(15);
const WAITED_FOR: TimeDelta = TimeDelta::minutes(3);

/// How a resource changes, and what it is for: what becomes of it where the budget is short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Says how the open application is.
    Health,
    /// The list of all applications.
    List,
    /// What was deployed.
    Deployments,
    /// A deployment that somebody follows.
    Followed,
    /// What happened, and how it was.
    Past,
    /// What is measured, a step at a time.
    Measured(TimeRange),
    /// Who the caller is and may do what: it hardly ever changes.
    Rights,
    /// Changes when somebody changes it.
    Rest,
}

impl Pace {
    fn of(resource: &Resource) -> Self {
        match resource {
            Resource::Health { .. } => Self::Health,
            Resource::Applications => Self::List,
            Resource::Deployments { .. } => Self::Deployments,
            Resource::Deployment { .. } => Self::Followed,
            Resource::HealthHistory { .. } | Resource::Events { .. } => Self::Past,
            Resource::Metrics { range, .. } => Self::Measured(*range),
            Resource::Me | Resource::Permissions { .. } => Self::Rights,
            Resource::Application { .. }
            | Resource::Access { .. }
            | Resource::AccessRequests
            | Resource::Configuration { .. }
            | Resource::Environments
            | Resource::Environment { .. } => Self::Rest,
        }
    }
}

/// How long what is known of a resource is still good.
pub(super) fn until_due(client: &Inner, resource: &Resource) -> Duration {
    if ended(client, resource) {
        return Duration::ZERO;
    }
    let Some(as_of) = client.view.good_since(resource) else {
        return first_wait(client, resource);
    };
    // A value from the future: the clock was set back.
    let Ok(age) = (client.clock.now() - as_of).to_std() else {
        return Duration::ZERO;
    };
    pause(client, resource, 0).saturating_sub(age)
}

/// How long nothing is asked of what is not known yet: where the budget is short, charts and what
/// happened come when somebody asks for them, or when a page has been open for long.
pub(crate) fn first_wait(client: &Inner, resource: &Resource) -> Duration {
    match class_of(client, resource) {
        Class::Background => SELDOM.mul_f64(client.budget.stretch()),
        Class::Interactive | Class::Watched => Duration::ZERO,
    }
}

/// Whether somebody has started a deployment here a short while ago.
fn has_just_begun(client: &Inner, resource: &Resource) -> bool {
    if client.capabilities.speaks() != Speaks::V1 || !client.leases.is_pinned(resource) {
        return false;
    }
    let deployment = client.view.peek::<Deployment>(resource);
    let begun =
        deployment.and_then(|reading| reading.value.created_at.or(reading.value.started_at));
    begun.is_some_and(|begun| (client.clock.now() - begun).abs() < WAITED_FOR)
}

/// How long until a resource is asked for again: by how fast it changes and whether it is in front,
/// by how long the budget has to last, and by how often it failed.
pub(super) fn pause(client: &Inner, resource: &Resource, failures: u32) -> Duration {
    if *resource == Resource::Applications && failures == 0 && client.is_listed_in_part() {
        // The rest of what may be listed follows what is there.
        return Duration::ZERO;
    }
    let pace = Pace::of(resource);
    let in_front = match pace {
        Pace::Health => true,
        Pace::List => {
            !client.leases.shows_health(client.clock.monotonic()) || runs_unfollowed(client)
        }
        Pace::Deployments => runs_unfollowed(client),
        Pace::Followed | Pace::Past | Pace::Measured(_) | Pace::Rights | Pace::Rest => false,
    };
    let stretch = client.budget.stretch();
    let (gentle, patient) = (gently(stretch), patience(stretch));
    let pause = match pace {
        Pace::Followed => {
            let paced = FOLLOWED.mul_f64(client.budget.stretch_followed());
            match has_just_begun(client, resource) {
                true => paced.min(JUST_BEGUN),
                false => paced,
            }
        }
        Pace::Rights => HARDLY_EVER,
        // What is new of them shows by the health and by deployments, which have them asked for.
        Pace::Past => SELDOM.mul_f64(patient),
        // No step is measured before it is over. Where the budget is short, charts wait first.
        Pace::Measured(range) => {
            let step = range.step().to_std().unwrap_or_default();
            step.max(REST).mul_f64(patient)
        }
        Pace::Health | Pace::List | Pace::Deployments | Pace::Rest => match in_front {
            true => IN_FRONT.mul_f64(stretch),
            false => REST.mul_f64(gentle),
        },
    };
    // The list costs a request a page.
    let pause = if pace == Pace::List {
        pause * client.listed_pages()
    } else {
        pause
    };
    // A list brings it before: it is asked for by itself where that fails.
    let pause = if is_brought(client, resource) {
        pause * 2
    } else {
        pause
    };
    let prolonged = pause * 2u32.saturating_pow(failures.min(5));
    prolonged.min(LONGEST_PAUSE.max(pause))
}

/// How many times longer than calmly what is not in front waits: it changes slowly already.
fn gently(stretch: f64) -> f64 {
    f64::midpoint(1.0, stretch)
}

/// The same of what can wait: it does so where hardly anything is left.
pub(crate) fn patience(stretch: f64) -> f64 {
    match stretch > NEARLY_SPENT {
        true => stretch.powi(PATIENT),
        false => gently(stretch),
    }
}

/// How urgent it is that a resource is asked for again. Where the budget is short, charts and what
/// happened wait for all that says how it is now.
pub(super) fn class_of(client: &Inner, resource: &Resource) -> Class {
    if client.budget.stretch() <= NEARLY_SPENT {
        return Class::Watched;
    }
    match Pace::of(resource) {
        Pace::Past | Pace::Measured(_) => Class::Background,
        Pace::Health
        | Pace::List
        | Pace::Deployments
        | Pace::Followed
        | Pace::Rights
        | Pace::Rest => Class::Watched,
    }
}

/// Whether a list that is watched brings a resource too (`renewed`).
pub(crate) fn is_brought(client: &Inner, resource: &Resource) -> bool {
    let all = Resource::Deployments { application: None };
    let list = if let Resource::Application { application } = resource {
        // What is beyond the list is not brought by it.
        may_list(client, application).then_some(Resource::Applications)
    } else {
        (Pace::of(resource) == Pace::Deployments && *resource != all).then_some(all)
    };
    list.is_some_and(|list| client.leases.is_watched(&list))
}

/// Whether the list has an application, or has not said yet.
fn may_list(client: &Inner, application: &str) -> bool {
    let Some((list, ..)) = client.view.raw(&Resource::Applications) else {
        return true;
    };
    rows(&list).iter().any(|row| row["key"] == application)
}

/// Whether something is being deployed that has no watcher of its own to say how it goes on.
fn runs_unfollowed(client: &Inner) -> bool {
    let recent = Resource::Deployments { application: None };
    let Some((list, _, _)) = client.view.raw(&recent) else {
        return false;
    };
    // Asked at every pause: only what counts is read of a list that may be long.
    rows(&list).iter().any(|row| {
        let status = DeploymentStatus::deserialize(&row["status"]);
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        status.is_ok_and(|status| !status.has_ended())
            && !client.leases.is_watched(&Resource::Deployment { id })
    })
}
