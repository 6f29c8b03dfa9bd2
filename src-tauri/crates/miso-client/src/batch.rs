//! The same for several applications at once: one review, one confirmation, then one deployment after
//! the other. What fails keeps nothing from the rest.

use miso_api::DeployRequest;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::fleet::entry_of;
use crate::image::with_tag;
use crate::known::Known;
use crate::preflight::{Finding, check, findings};
use crate::rollout::{Rollout, RolloutStep};
use crate::{Client, Code, Failure, Stage};

/// What is done with each application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum BatchAct {
    /// What runs there is started again.
    Restart,
    /// This tag of its own image is deployed.
    Deploy {
        /// The tag.
        tag: String,
    },
}

/// A batch before it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BatchReview {
    /// Where.
    pub environment: Stage,
    /// One for each application, in the order in which they were named.
    pub items: Vec<BatchItem>,
}

/// One application of a batch before it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BatchItem {
    /// Its key.
    pub application: String,
    /// What runs there.
    pub running: Option<String>,
    /// What would run there.
    pub image: Option<String>,
    /// What to know before.
    pub findings: Vec<Finding>,
    /// Why nothing is sent for it.
    pub refusal: Option<Failure>,
}

/// One deployment of a batch, as it was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchOrder {
    /// The application's key.
    pub application: String,
    /// What is to run there; without it, what runs there then is started again.
    pub image: Option<String>,
}

impl Client {
    /// What a batch would do, by what is known. Asks nobody, but once for which environments are
    /// production.
    pub async fn batch_review(
        &self,
        environment: &str,
        applications: &[String],
        act: &BatchAct,
    ) -> BatchReview {
        self.look_for_production().await;
        BatchReview {
            environment: self.known_stages().stage(environment),
            items: applications
                .iter()
                .zip(self.known_before_all(applications))
                .map(|(application, known)| batch_item(&known, environment, application, act))
                .collect(),
        }
    }

    /// Starts one deployment after the other, each as [`Client::deploy_confirmed`] does with what was
    /// shown of the whole batch, and tells how far each is. It ends early where it is stopped, where
    /// nobody is signed in any more, and where the instance cannot be reached: the rest is not sent.
    pub async fn batch(
        &self,
        environment: &str,
        orders: &[BatchOrder],
        confirmation: Option<&str>,
        stop: &CancellationToken,
        told: &(dyn Fn(&RolloutStep) + Send + Sync),
    ) -> Vec<RolloutStep> {
        let mut rollout = Rollout::new(stop, told);
        for order in orders {
            if !rollout.begin(&order.application) {
                continue;
            }
            let request = DeployRequest {
                environment: environment.to_owned(),
                image: order.image.clone(),
                ..DeployRequest::default()
            };
            let sent = self.deploy_confirmed(&order.application, &request, confirmation);
            rollout.end(&order.application, sent.await, |failure| {
                failure.is_connectivity() || failure.needs_sign_in()
            });
        }
        rollout.steps()
    }
}

fn batch_item(known: &Known, environment: &str, application: &str, act: &BatchAct) -> BatchItem {
    let manifest = known.application.as_ref();
    let entry = manifest.and_then(|application| entry_of(application, environment));
    let running = entry.and_then(|entry| entry.image.clone());
    let (image, missing) = match act {
        BatchAct::Restart => (running.clone(), Code::NothingThere),
        BatchAct::Deploy { tag } => {
            let own = manifest.and_then(|application| application.image.as_ref());
            let image = running.as_ref().or(own);
            let wanted = image.filter(|_| !tag.is_empty());
            (wanted.map(|image| with_tag(image, tag)), Code::NoImage)
        }
    };
    let request = DeployRequest {
        environment: environment.to_owned(),
        image: image.clone(),
        ..DeployRequest::default()
    };
    let refusal = match image {
        None => Some(Failure::new(missing)),
        Some(_) => check(known, &request).err(),
    };
    BatchItem {
        application: application.to_owned(),
        findings: image
            .as_deref()
            .map(|image| findings(known, environment, image))
            .unwrap_or_default(),
        running,
        image,
        refusal,
    }
}
