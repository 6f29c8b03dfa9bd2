//! What changed: deployments, the configuration, instances that ended.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, Event, EventKind};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Ends of instances that are closer than this part of what is shown are one mark.
const CLOSE: i32 = 120;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Mark {
    /// When, or when it began.
    pub at: DateTime<Utc>,
    /// When it ended, if it took time and has.
    pub ends: Option<DateTime<Utc>>,
    /// What.
    pub what: MarkKind,
    /// By whom.
    pub by: Option<String>,
    /// What happened, in the server's words.
    pub summary: Option<String>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MarkKind {
    /// A deployment.
    Deployment {
        /// Its id.
        id: String,
        /// The image before.
        from: Option<String>,
        /// The image that was asked for.
        to: Option<String>,
        /// How far it is; `None` where an event alone tells of it.
        status: Option<DeploymentStatus>,
    },
    /// The application, or its configuration.
    Configuration,
    /// What became of an instance of the application.
    Instance {
        /// So many that are close to each other.
        count: u32,
    },
}

/// When a deployment began to change something.
pub(super) fn begun(deployment: &Deployment) -> Option<DateTime<Utc>> {
    deployment.started_at.or(deployment.created_at)
}

/// What changed between two moments, oldest first: deployments as they are known, and what else the
/// server tells of.
pub(super) fn marks(
    deployments: &[Deployment],
    mut happened: Vec<Event>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Mark> {
    let mut known: BTreeSet<String> = deployments.iter().map(|one| one.id.clone()).collect();
    let mut found: Vec<Mark> = deployments.iter().filter_map(of_deployment).collect();
    let close = (to - from) / CLOSE;
    happened.sort_by_key(|event| event.at);
    for event in happened {
        let reference = event.reference.as_deref().unwrap_or_default();
        let what = match event.kind {
            // What changed by a deployment is its mark already.
            EventKind::Deployment | EventKind::Configuration if known.contains(reference) => {
                continue;
            }
            EventKind::Deployment => {
                known.insert(reference.to_owned());
                MarkKind::Deployment {
                    id: reference.to_owned(),
                    from: None,
                    to: None,
                    status: None,
                }
            }
            EventKind::Configuration => MarkKind::Configuration,
            EventKind::Instance => {
                let last = found.last_mut();
                if let Some(Mark {
                    at,
                    what: MarkKind::Instance { count },
                    summary,
                    ..
                }) = last
                    && event.at - *at < close
                {
                    *count += 1;
                    *summary = Some(event.summary);
                    continue;
                }
                MarkKind::Instance { count: 1 }
            }
            // The health has a band of its own.
            EventKind::Health | EventKind::Access | EventKind::Unknown(_) => continue,
        };
        found.push(Mark {
            at: event.at,
            ends: None,
            what,
            by: event.by,
            summary: Some(event.summary),
        });
    }
    found.retain(|mark| mark.ends.unwrap_or(mark.at) >= from && mark.at <= to);
    found.sort_by_key(|mark| mark.at);
    found
}

fn of_deployment(deployment: &Deployment) -> Option<Mark> {
    Some(Mark {
        at: begun(deployment)?,
        ends: deployment.completed_at,
        what: MarkKind::Deployment {
            id: deployment.id.clone(),
            from: deployment.previous_image.clone(),
            to: deployment.image.clone(),
            status: Some(deployment.status.clone()),
        },
        by: deployment.requested_by.clone(),
        summary: deployment.error.clone(),
    })
}
