//! How an environment stands to its left neighbour.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, EnvironmentEntry};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::image::{compare_tags, tag_of};

/// How an environment stands to its left neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Standing {
    /// Both run the same, or one is not known.
    Same,
    /// It runs what never ran on the left and is newer by its number.
    Ahead,
    /// Something newer runs on the left.
    Behind {
        /// The number of distinct images completed on the left after the one running here; `None`
        /// where what is known does not reach back.
        count: Option<u32>,
    },
}

/// How `here` stands to `left` (DESIGN.md, "The request budget"); `known` are deployments of this
/// application, the newest first.
pub(super) fn standing(
    here: &EnvironmentEntry,
    left: Option<&EnvironmentEntry>,
    known: &[&Deployment],
) -> Standing {
    let Some((left, left_image)) = left.and_then(|left| Some((left, left.image.as_deref()?)))
    else {
        return Standing::Same;
    };
    let Some(image) = here.image.as_deref().filter(|image| *image != left_image) else {
        return Standing::Same;
    };
    // What runs there completed after what runs here, also where its deployment is not known yet.
    let mut after = BTreeSet::from([left_image]);
    for completed in known.iter().filter(|deployment| {
        deployment.environment == left.environment
            && deployment.status == DeploymentStatus::Completed
    }) {
        match completed.image.as_deref() {
            Some(completed) if completed == image => {
                let count = u32::try_from(after.len()).unwrap_or(u32::MAX);
                return Standing::Behind { count: Some(count) };
            }
            Some(completed) => {
                after.insert(completed);
            }
            None => {}
        }
    }
    match compare_tags(tag_of(image), tag_of(left_image)) {
        Some(Ordering::Greater) => Standing::Ahead,
        Some(Ordering::Less | Ordering::Equal) | None => Standing::Behind { count: None },
    }
}

/// Deployments by application, the newest first.
pub(crate) fn by_application(deployments: &[Deployment]) -> BTreeMap<&str, Vec<&Deployment>> {
    let mut found: BTreeMap<&str, Vec<&Deployment>> = BTreeMap::new();
    for deployment in newest_first(deployments) {
        let key = deployment.application_key.as_str();
        found.entry(key).or_default().push(deployment);
    }
    found
}

/// The newest first, by when they completed, else by when they were asked for.
pub(crate) fn newest_first<'a>(
    deployments: impl IntoIterator<Item = &'a Deployment>,
) -> Vec<&'a Deployment> {
    let mut found: Vec<&Deployment> = deployments.into_iter().collect();
    found.sort_by_key(|deployment| Reverse(moment(deployment)));
    found
}

fn moment(deployment: &Deployment) -> Option<DateTime<Utc>> {
    deployment
        .completed_at
        .or(deployment.created_at)
        .or(deployment.started_at)
}
