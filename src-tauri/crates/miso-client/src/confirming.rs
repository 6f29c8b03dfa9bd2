//! The guard of production: what is deployed there was shown to be confirmed for three seconds, in which
//! it could be taken back (UX.md, 6). The page counts the seconds down; that they have passed, and that
//! what is sent is what was shown, is checked here. A new application with an image is deployed as it is
//! created (API.md, "Applications"), so that its creation may need it too.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use miso_api::DeployRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use uuid::Uuid;

use crate::explorer::ApiCall;
use crate::lock::lock;
use crate::view::Epoch;
use crate::{Class, Client, Code, Failure, Resource, Source, Stage};

/// Where a new application with an image is deployed first (API.md, "Applications").
const FIRST: &str = "dev";

/// For so long something has been shown before it is sent.
const SHOWN: Duration = Duration::from_secs(3);
/// What was shown is sent by then, or was taken back.
const BEGUN: Duration = Duration::from_secs(60);
/// A batch may wait for the budget in between.
const DONE: Duration = Duration::from_secs(60 * 60);
/// More is never shown at once.
const MOST: usize = 1_000;
/// Nor more confirmations than that; older ones are over.
const MOST_SHOWN: usize = 20;

/// A deployment that is shown to be confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PlannedDeployment {
    /// The application's key.
    pub application: String,
    /// All that would be sent.
    pub request: DeployRequest,
}

/// The deployment to production that comes with a new application, shown to be confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PlannedCreation {
    /// What the creation is sent with.
    pub confirmation: ConfirmationId,
    /// Where it is deployed.
    pub environment: Stage,
    /// The image that runs there then.
    pub image: String,
}

/// What is shown and not sent yet.
#[derive(Clone, Debug, PartialEq)]
enum Planned {
    Deployment(PlannedDeployment),
    /// An application, by its whole manifest.
    Creation(Value),
    /// A call by hand.
    Call(ApiCall),
}

/// Names what is shown to be confirmed.
pub type ConfirmationId = String;

/// What is shown to be confirmed, and what of it was not sent yet.
#[derive(Default)]
pub(crate) struct Confirmations {
    shown: Mutex<HashMap<ConfirmationId, Shown>>,
    /// Whose view it was when the instance last said what is production, or that it does not say it.
    told: Mutex<Option<Epoch>>,
}

struct Shown {
    at: Duration,
    begun: bool,
    left: Vec<Planned>,
}

impl Confirmations {
    /// Forgets all: what was shown may hold values, and is not for whoever signs in next.
    pub(crate) fn clear(&self) {
        lock(&self.shown).clear();
    }

    fn show(&self, planned: Vec<Planned>, now: Duration) -> ConfirmationId {
        let mut shown = lock(&self.shown);
        shown.retain(|_, shown| shown.is_good(now));
        while shown.len() >= MOST_SHOWN {
            let oldest = shown.iter().min_by_key(|(_, shown)| shown.at);
            let Some(id) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            shown.remove(&id);
        }
        let id = Uuid::new_v4().simple().to_string();
        let at = now;
        let (begun, left) = (false, planned);
        shown.insert(id.clone(), Shown { at, begun, left });
        id
    }

    /// Takes something out of what was shown long enough; whether it was among it. Each counts once.
    fn take(&self, id: &str, planned: &Planned, now: Duration) -> bool {
        let mut all = lock(&self.shown);
        let Some(shown) = all.get_mut(id).filter(|shown| shown.is_good(now)) else {
            return false;
        };
        if now.saturating_sub(shown.at) < SHOWN {
            return false;
        }
        let Some(at) = shown.left.iter().position(|each| each == planned) else {
            return false;
        };
        shown.left.swap_remove(at);
        shown.begun = true;
        true
    }
}

impl Shown {
    fn is_good(&self, now: Duration) -> bool {
        let limit = if self.begun { DONE } else { BEGUN };
        now.saturating_sub(self.at) < limit
    }
}

impl Client {
    /// Says that these deployments are shown now to be confirmed, and can be taken back for three seconds:
    /// after that each can be sent with it once, unless a minute passes in which none is.
    ///
    /// # Errors
    /// [`Code::NotConfirmed`] where there are more than anybody could look through.
    pub fn show_to_confirm(
        &self,
        deployments: Vec<PlannedDeployment>,
    ) -> Result<ConfirmationId, Failure> {
        if deployments.len() > MOST {
            return Err(Failure::new(Code::NotConfirmed));
        }
        let now = self.inner.clock.monotonic();
        let planned = deployments.into_iter().map(Planned::Deployment).collect();
        Ok(self.inner.confirmations.show(planned, now))
    }

    /// Says that a new application is shown now to be confirmed, where creating it deploys to production;
    /// `None` where it needs no confirmation.
    ///
    /// # Errors
    /// As [`Self::know_production`].
    pub async fn show_creation(
        &self,
        manifest: &Value,
    ) -> Result<Option<PlannedCreation>, Failure> {
        if first_image(manifest).is_some() {
            self.know_production().await?;
        }
        let now = self.inner.clock.monotonic();
        let planned = |(environment, image)| PlannedCreation {
            confirmation: {
                let planned = vec![Planned::Creation(manifest.clone())];
                self.inner.confirmations.show(planned, now)
            },
            environment,
            image,
        };
        Ok(self.first_to_production(manifest).map(planned))
    }

    /// Has the instance say which environments are production, before the first thing that is written or
    /// shown to be confirmed: once for each account and run, unless a page asked already. Who may not
    /// read them, or asks an instance without them, has what is production by its name.
    ///
    /// # Errors
    /// Why it is not known: then nothing is written where only the instance could have said so.
    pub(crate) async fn know_production(&self) -> Result<(), Failure> {
        let inner = &self.inner;
        let (epoch, environments) = (inner.view.epoch(), Resource::Environments);
        let told = &inner.confirmations.told;
        let is_live = matches!(inner.view.raw(&environments), Some((.., Source::Live)));
        if is_live || *lock(told) == Some(epoch) || inner.production.load(Ordering::SeqCst) {
            return Ok(());
        }
        if let Err(failure) = inner.refresh(&environments, Class::Interactive).await
            && !matches!(
                failure.code,
                Code::Forbidden | Code::NotFound | Code::NotOffered
            )
        {
            return Err(failure);
        }
        *lock(told) = Some(epoch);
        Ok(())
    }

    /// Says that a call by hand is shown now to be confirmed.
    pub(crate) fn show_planned_call(&self, call: &ApiCall) -> ConfirmationId {
        let now = self.inner.clock.monotonic();
        let planned = vec![Planned::Call(call.clone())];
        self.inner.confirmations.show(planned, now)
    }

    /// Refuses a call by hand to production that was not confirmed as it is.
    pub(crate) fn check_call_confirmed(
        &self,
        call: &ApiCall,
        stage: Stage,
        confirmation: Option<&str>,
    ) -> Result<(), Failure> {
        self.check_shown(&Planned::Call(call.clone()), stage, confirmation)
    }

    /// The same before something is looked through that may be sent then: why it is not known is told
    /// when it is.
    pub(crate) async fn look_for_production(&self) {
        if let Err(failure) = self.know_production().await {
            tracing::info!(code = ?failure.code, "what is production is not known yet");
        }
    }

    /// Takes back what was shown: nothing of it is sent any more.
    pub fn take_back(&self, confirmation: &str) {
        lock(&self.inner.confirmations.shown).remove(confirmation);
    }

    /// Refuses a deployment to production that was not confirmed as it is.
    pub(crate) async fn check_confirmed(
        &self,
        application: &str,
        request: &DeployRequest,
        confirmation: Option<&str>,
    ) -> Result<(), Failure> {
        if !self.stage(&request.environment).production {
            self.know_production().await?;
        }
        let stage = self.stage(&request.environment);
        if !stage.production {
            return Ok(());
        }
        let planned = Planned::Deployment(PlannedDeployment {
            application: application.to_owned(),
            request: request.clone(),
        });
        self.check_shown(&planned, stage, confirmation)
    }

    /// Refuses a new application that would be deployed to production and was not confirmed as it is.
    pub(crate) async fn check_creation_confirmed(
        &self,
        manifest: &Value,
        confirmation: Option<&str>,
    ) -> Result<(), Failure> {
        if first_image(manifest).is_some() {
            self.know_production().await?;
        }
        let Some((stage, _)) = self.first_to_production(manifest) else {
            return Ok(());
        };
        self.check_shown(&Planned::Creation(manifest.clone()), stage, confirmation)
    }

    fn check_shown(
        &self,
        planned: &Planned,
        stage: Stage,
        confirmation: Option<&str>,
    ) -> Result<(), Failure> {
        let now = self.inner.clock.monotonic();
        if confirmation.is_some_and(|id| self.inner.confirmations.take(id, planned, now)) {
            return Ok(());
        }
        Err(Failure::new(Code::NotConfirmed).with("environment", stage.name))
    }

    /// Where production is what a new application is deployed to at once, and with which image.
    pub(crate) fn first_to_production(&self, manifest: &Value) -> Option<(Stage, String)> {
        let stage = self.known_stages().stage(FIRST);
        let image = first_image(manifest).filter(|_| stage.production)?;
        Some((stage, image.to_owned()))
    }
}

/// The image of a first deployment. What runs elsewhere may not be deployed for all its image; that is
/// for the instance to say.
fn first_image(manifest: &Value) -> Option<&str> {
    let own = &manifest["environments"][FIRST]["image"];
    let mut images = [own, &manifest["image"]].into_iter();
    images.find_map(|image| image.as_str().filter(|image| !image.is_empty()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn planned(environment: &str, image: &str) -> Planned {
        Planned::Deployment(PlannedDeployment {
            application: "orders".to_owned(),
            request: DeployRequest {
                environment: environment.to_owned(),
                image: Some(image.to_owned()),
                ..DeployRequest::default()
            },
        })
    }

    #[test]
    fn it_counts_after_three_seconds_once_and_for_just_what_was_shown() {
        let second = Duration::from_secs;
        let all = Confirmations::default();
        let id = all.show(
            vec![planned("prod", "a:1"), planned("prod", "b:1")],
            second(10),
        );
        let take = |environment, image, at| all.take(&id, &planned(environment, image), second(at));
        assert!(!take("prod", "a:1", 12), "it can still be taken back");
        assert!(!take("prod", "a:2", 13), "another image");
        assert!(!take("live", "a:1", 13), "another environment");
        assert!(take("prod", "a:1", 13));
        assert!(!take("prod", "a:1", 14), "twice");
        assert!(take("prod", "b:1", 200), "the rest of what was begun");
        let late = all.show(vec![planned("prod", "a:1")], second(300));
        assert!(!all.take(&late, &planned("prod", "a:1"), second(361)));
        let forgotten = all.show(Vec::new(), second(400));
        assert_eq!(lock(&all.shown).len(), 2, "what is over is forgotten");
        assert!(!all.take(&forgotten, &planned("prod", "a:1"), second(404)));
        for _ in 0..100 {
            all.show(vec![planned("prod", "a:1")], second(500));
        }
        assert_eq!(lock(&all.shown).len(), MOST_SHOWN);
    }

    proptest! {
        /// Whatever is shown and sent when: nothing goes out that was not shown for three seconds, and
        /// nothing more often than it was shown.
        #[test]
        fn nothing_goes_out_that_was_not_shown_long_enough(
            steps in prop::collection::vec((0u8..3, 0usize..4, 0u64..2_500), 1..60),
        ) {
            let all = Confirmations::default();
            let images = ["a:1", "a:2", "b:1", "b:2"];
            let mut now = Duration::ZERO;
            let mut shown: Vec<(String, Duration, usize)> = Vec::new();
            let mut sent = [0usize; 4];
            for (step, which, passes) in steps {
                now += Duration::from_millis(passes);
                let deployment = planned("prod", images[which]);
                if step == 0 {
                    shown.push((all.show(vec![deployment], now), now, which));
                } else if let Some((id, at, what)) = shown.last()
                    && all.take(id, &deployment, now)
                {
                    prop_assert!(now - *at >= SHOWN && *what == which);
                    sent[which] += 1;
                }
            }
            for (which, sent) in sent.into_iter().enumerate() {
                let times = shown.iter().filter(|(_, _, what)| *what == which).count();
                prop_assert!(sent <= times);
            }
        }
    }
}
