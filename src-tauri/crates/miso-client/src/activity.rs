//! What changed in the fleet since somebody last looked: deployments, and places that became unwell
//! (UX.md, 2), with what else was seen (`past/`). Made of the list call and the recent deployments;
//! it asks for nothing else.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use miso_api::{Application, Deployment, DeploymentStatus, Page};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::fleet::State;
use crate::stage::Stages;
use crate::{Client, Failure, Reading, Resource, Stage};

/// As many changes are told, the newest.
const MOST: usize = 100;
/// As many where nobody says since when; else earlier ones are told until there are as many.
const RECENT: usize = 20;

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Activity {
    /// The newest first.
    pub changes: Vec<ActivityChange>,
    /// How many there are, those included that are not told.
    pub count: u32,
    /// Where few are told, the last that happened before them, the newest first.
    pub earlier: Vec<ActivityChange>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ActivityChange {
    /// When.
    pub at: DateTime<Utc>,
    /// The application.
    pub application: String,
    /// Where.
    pub environment: Stage,
    /// What happened.
    pub what: ActivityKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ActivityKind {
    /// A deployment began, or ended.
    Deployed {
        /// The deployment.
        deployment: String,
        /// How far it is.
        status: DeploymentStatus,
        /// The image before.
        from: Option<String>,
        /// The image that was asked for.
        to: Option<String>,
        /// Who asked for it.
        by: Option<String>,
    },
    /// It became unwell, and still is.
    Health {
        /// How it is.
        state: State,
        /// Why, in the server's words.
        message: Option<String>,
    },
    /// It was seen to be in another state than before, and no deployment did it.
    Turned {
        /// How it was.
        from: State,
        /// How it was then.
        to: State,
    },
    /// Another image was seen to run, and no deployment is known that brought it.
    Image {
        /// The image before.
        from: Option<String>,
        /// The image since.
        to: Option<String>,
    },
    /// Its configuration was read in another version than before.
    Configuration,
    /// It was seen there, and had not been there before.
    Appeared,
    /// It was there no more.
    Went {
        /// Whether it was nowhere any more.
        everywhere: bool,
    },
}

impl Client {
    /// What changed since a moment; without one, the last that happened.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked.
    pub async fn activity(
        &self,
        since: Option<DateTime<Utc>>,
    ) -> Result<Reading<Activity>, Failure> {
        let recent = self.deployments(None).await;
        let seen = since.map(|since| self.changes_since(since)).transpose();
        let seen = seen.unwrap_or_else(|failure| {
            // What was seen comes on top of what is told anyway.
            tracing::warn!(?failure, "what was seen could not be read");
            None
        });
        let seen = seen.unwrap_or_default();
        let list: Option<Page<Application>> = self.peek(&Resource::Applications);
        let stages = self.known_stages();
        let list = list.map(|page| page.data).unwrap_or_default();
        match recent {
            Ok(recent) => {
                Ok(recent.map(|page| activity_of(&page.data, &list, &stages, seen, since)))
            }
            // Without recent activity, health is still known.
            Err(failure) if failure.code == crate::Code::NotOffered => {
                let applications = self.applications().await?;
                Ok(applications.map(|page| activity_of(&[], &page.data, &stages, seen, since)))
            }
            Err(failure) => Err(failure),
        }
    }
}

fn activity_of(
    recent: &[Deployment],
    list: &[Application],
    stages: &Stages,
    seen: Vec<ActivityChange>,
    since: Option<DateTime<Utc>>,
) -> Activity {
    let deployed = recent.iter().filter_map(|deployment| {
        let begun = deployment.created_at.or(deployment.started_at);
        Some(ActivityChange {
            at: deployment.completed_at.or(begun)?,
            application: deployment.application_key.clone(),
            environment: stages.stage(&deployment.environment),
            what: ActivityKind::Deployed {
                deployment: deployment.id.clone(),
                status: deployment.status.clone(),
                from: deployment.previous_image.clone(),
                to: deployment.image.clone(),
                by: deployment.requested_by.clone(),
            },
        })
    });
    let entries = list.iter().flat_map(|application| {
        let entries = application.environments.iter();
        entries.map(move |entry| (application, entry))
    });
    let unwell = entries.filter_map(|(application, entry)| {
        let state = State::of(entry);
        Some(ActivityChange {
            at: entry.health_since.filter(|_| state.is_unwell())?,
            application: application.key.clone(),
            environment: stages.stage(&entry.environment),
            what: ActivityKind::Health {
                state,
                message: entry.health_message.clone(),
            },
        })
    });
    let mut changes: Vec<ActivityChange> = deployed.chain(unwell).chain(seen).collect();
    changes.sort_by_key(|change| Reverse(change.at));
    let new = changes.partition_point(|change| since.is_none_or(|since| change.at > since));
    let mut earlier = changes.split_off(new);
    earlier.truncate(RECENT.saturating_sub(new));
    if since.is_none() {
        changes.truncate(RECENT);
    }
    let count = u32::try_from(changes.len()).unwrap_or(u32::MAX);
    changes.truncate(MOST);
    Activity {
        changes,
        count,
        earlier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::tests::{at, deployment, entry};

    fn applications(entries: Vec<miso_api::EnvironmentEntry>) -> Vec<Application> {
        let mut application: Application =
            serde_json::from_value(serde_json::json!({"key": "orders", "type": "api"})).unwrap();
        application.environments = entries;
        vec![application]
    }

    #[test]
    fn what_ended_and_what_became_unwell_since_then_is_told_newest_first() {
        let mut sick = entry("prod", "1.4");
        sick.health = miso_api::HealthStatus::Unhealthy;
        sick.health_since = Some(at(20));
        let mut well = entry("dev", "1.4");
        well.health_since = Some(at(30));
        let mut done = deployment("orders", "prod", "1.4", 1, "completed");
        done.completed_at = Some(at(15));
        let known = [done, deployment("orders", "dev", "1.4", 2, "completed")];
        let list = applications(vec![sick, well]);
        let told = |since| {
            let activity = activity_of(&known, &list, &Stages::default(), Vec::new(), since);
            assert_eq!(activity.count as usize, activity.changes.len());
            [activity.changes, activity.earlier].map(|changes| {
                let changes = changes.into_iter();
                changes
                    .map(|change| (change.environment.key, change.at))
                    .collect::<Vec<_>>()
            })
        };
        let [prod, dev] = ["prod", "dev"].map(str::to_owned);
        let all = [(prod.clone(), at(20)), (prod, at(15)), (dev, at(2))];
        let split = |new: usize| [all[..new].to_vec(), all[new..].to_vec()];
        assert_eq!(told(Some(at(10))), split(2));
        assert_eq!(told(Some(at(20))), split(0), "nothing is told twice");
        assert_eq!(told(None), split(3));
    }
}
