//! Promotion against the server: what is asked for to show the difference, and what is sent of it.

use chrono::TimeDelta;
use miso_api::{
    AccessEntry, AccessGrant, Configuration, ConfigurationItem, DeployRequest, Deployment,
    DeploymentStatus, Permission,
};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::access::grant_of;
use crate::fleet::{State, entry_of};
use crate::preflight::differing;
use crate::promotion::{PromotedItem, promoted_access, promoted_items};
use crate::rollout::{Rollout, RolloutStep};
use crate::{Capability, Class, Client, Code, Failure, Promotion, PromotionChoice, Resource};

/// What is older is asked for again before it is shown as a difference.
const FRESH: TimeDelta = TimeDelta::seconds(30);

impl Client {
    /// What an application would bring from one environment to another. Asks for what is not known
    /// freshly: both configurations, the access, the history where the running deployment is not
    /// known, what that one was started with, and once which environments are production.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such application or nothing runs in `from`. What of it
    /// cannot be read is said in its place.
    pub async fn promotion(
        &self,
        application: &str,
        from: &str,
        to: &str,
    ) -> Result<Promotion, Failure> {
        let key = application.to_owned();
        let known = match self.known_application(application) {
            Some(known) => known,
            None => self.application(key.clone()).await?.value,
        };
        let entry = entry_of(&known, from).ok_or_else(|| Failure::new(Code::NotFound))?;
        let image = entry.image.clone().filter(|image| !image.is_empty());
        let after = image.ok_or_else(|| Failure::new(Code::NotFound))?;
        let (here, there, access, deployment, ()) = tokio::join!(
            self.items_in(&key, from),
            self.items_in(&key, to),
            self.access_now(&key),
            self.deployment_of(&key, from, &after),
            self.look_for_production(),
        );
        let names_items = self
            .inner
            .capabilities
            .offers(Capability::DeployConfiguration);
        let deployment = match (deployment, &here) {
            (Some(id), Ok(here)) => self.started_with(id, &here.items).await,
            (_, _) => None,
        };
        let (items, equal, unreadable) = match (here, there) {
            (Ok(here), Ok(there)) => {
                let (mut items, equal) = promoted_items(&here.items, &there.items);
                // Of an instance that repeats nothing and lets nothing be named, the image goes alone.
                if deployment.is_none() && names_items == Some(false) {
                    items.iter_mut().for_each(|item| item.chosen = false);
                }
                (Some(items), equal, None)
            }
            (Err(failure), _) | (_, Err(failure)) => (None, 0, Some(failure)),
        };
        let preflight = self.preflight(application, to, Some(&after));
        let stages = self.known_stages();
        Ok(Promotion {
            from: stages.stage(from),
            state: State::of(entry),
            to: preflight.environment,
            before: entry_of(&known, to).and_then(|entry| entry.image.clone()),
            after,
            deployment,
            items,
            equal,
            unreadable,
            access: access.ok().map(|rows| promoted_access(&rows, from, to)),
            comparable: preflight.comparable,
            names_items: names_items != Some(false),
            longest_note: preflight.longest_note,
            findings: preflight.findings,
            refusal: preflight.refusal,
            application: key,
        })
    }

    /// Sends what was chosen, one after the other: the access first, then the deployment. Where either
    /// configuration is not any more what was looked through, nothing of it is sent. Ends at the
    /// first that is refused, or of which nobody knows, and where it is stopped. Nothing goes to
    /// production but what `confirmation` stands for ([`Client::show_to_confirm`]). The secrets that
    /// were typed for it are not held any more then, whatever came of it.
    pub async fn promote(
        &self,
        choices: &[PromotionChoice],
        confirmation: Option<&str>,
        stop: &CancellationToken,
        told: &(dyn Fn(&RolloutStep) + Send + Sync),
    ) -> Vec<RolloutStep> {
        let mut rollout = Rollout::new(stop, told);
        for choice in choices {
            let application = &choice.promotion.application;
            if rollout.begin(application) {
                let sent = self.promote_one(choice, confirmation).await;
                rollout.end(application, sent, |_| true);
            }
        }
        let words = choices.iter().flat_map(|choice| choice.secrets.values());
        self.let_go_of_secrets(&words.cloned().collect::<Vec<String>>());
        rollout.steps()
    }

    async fn promote_one(
        &self,
        choice: &PromotionChoice,
        confirmation: Option<&str>,
    ) -> Result<Deployment, Failure> {
        let promotion = &choice.promotion;
        let request = choice.request();
        // What was looked through is what goes, or nothing.
        let known = self.known_application(&promotion.application);
        let runs = known.and_then(|known| entry_of(&known, &promotion.from.key)?.image.clone());
        if runs.is_some_and(|image| image != promotion.after) {
            return Err(Failure::new(Code::Conflict));
        }
        // Nobody is given access to what is known not to come.
        self.check_deploy(&promotion.application, &request)?;
        self.check_confirmed(&promotion.application, &request, confirmation)
            .await?;
        let request = self.with_its_secrets(choice, request)?;
        self.as_offered(&promotion.application, &request).await?;
        if request.from.is_some() || request.configuration.is_some() {
            self.must_be_as_seen(promotion).await?;
        }
        let granted = promotion.access.iter().flatten();
        for missing in granted.filter(|missing| choice.access.contains(&missing.row.subject)) {
            let row = &missing.row;
            let grant = AccessGrant {
                environments: missing.environments.clone(),
                ..grant_of(row)
            };
            self.grant_access(&promotion.application, &row.subject, &grant, Some(row))
                .await?;
        }
        self.deploy_checked(&promotion.application, &request).await
    }

    /// Looks at both configurations again, and refuses what would come to something else than was seen.
    async fn must_be_as_seen(&self, promotion: &Promotion) -> Result<(), Failure> {
        let (from, to) = (promotion.from.key.as_str(), promotion.to.key.as_str());
        let (here, there) = tokio::try_join!(
            self.items_now(&promotion.application, from),
            self.items_now(&promotion.application, to),
        )?;
        let (items, _) = promoted_items(&here.items, &there.items);
        let seen = promotion.items.as_deref().unwrap_or_default();
        let is_same =
            |(one, other): (&PromotedItem, &PromotedItem)| one.promises() == other.promises();
        if items.len() == seen.len() && items.iter().zip(seen).all(is_same) {
            return Ok(());
        }
        Err(Failure::new(Code::Conflict))
    }

    /// The configuration as it is this very moment.
    async fn items_now(
        &self,
        application: &str,
        environment: &str,
    ) -> Result<Configuration, Failure> {
        self.refresh(&Resource::Configuration {
            application: application.to_owned(),
            environment: Some(environment.to_owned()),
        })
        .await?;
        self.items_in(application, environment).await
    }

    /// The deployment with the secrets in the place of the words by which they are held.
    fn with_its_secrets(
        &self,
        choice: &PromotionChoice,
        mut request: DeployRequest,
    ) -> Result<DeployRequest, Failure> {
        for change in request.configuration.iter_mut().flatten() {
            let Some(word) = choice.word_for(change) else {
                continue;
            };
            change.value = Some(self.held_secret(word, &change.name)?);
        }
        Ok(request)
    }

    async fn items_in(
        &self,
        application: &str,
        environment: &str,
    ) -> Result<Configuration, Failure> {
        let read = &Permission::ConfigurationRead;
        self.must(read, Some(application), Some(environment))?;
        self.fresh(Resource::Configuration {
            application: application.to_owned(),
            environment: Some(environment.to_owned()),
        })
        .await
    }

    async fn access_now(&self, application: &str) -> Result<Vec<AccessEntry>, Failure> {
        self.must(&Permission::AccessRead, Some(application), None)?;
        let application = application.to_owned();
        self.fresh(Resource::Access { application }).await
    }

    /// The deployment that brought the image that runs in an environment, if it can be repeated.
    async fn deployment_of(
        &self,
        application: &str,
        environment: &str,
        image: &str,
    ) -> Option<String> {
        let described = self.inner.transport.describe(Class::Interactive).await;
        if described.is_err()
            || self.inner.capabilities.offers(Capability::DeployFrom) != Some(true)
        {
            return None;
        }
        let find = || {
            let known = self.known_deployments(application)?;
            let mut there = known.list.into_iter().filter(|deployment| {
                deployment.environment == environment
                    && deployment.status == DeploymentStatus::Completed
            });
            // What runs is what came through last.
            let last = there.next()?;
            (last.image.as_deref() == Some(image)).then_some(last.id)
        };
        if let Some(found) = find() {
            return Some(found);
        }
        let history = Resource::Deployments {
            application: Some(application.to_owned()),
        };
        self.refresh(&history).await.ok()?;
        find()
    }

    /// The same deployment where it was started with these items: they are what is shown, and it is
    /// sent with its own. `None` where that differs or is not told.
    async fn started_with(&self, id: String, items: &[ConfigurationItem]) -> Option<String> {
        let own = Resource::Deployment { id: id.clone() };
        // What one was started with stays; a list does not tell it.
        let known = self.peek::<Deployment>(&own);
        let deployment = match known.filter(|known| !known.configuration.is_empty()) {
            Some(known) => known,
            None => {
                self.refresh(&own).await.ok()?;
                self.peek(&own)?
            }
        };
        let pending = differing(&deployment, items)?;
        pending.items.is_empty().then_some(id)
    }

    /// What the server says, unless it said so just now.
    pub(crate) async fn fresh<T: DeserializeOwned>(
        &self,
        resource: Resource,
    ) -> Result<T, Failure> {
        let since = self.inner.view.good_since(&resource);
        if since.is_none_or(|since| self.inner.clock.now() - since > FRESH) {
            self.refresh(&resource).await?;
        }
        let known = self.peek(&resource);
        known.ok_or_else(|| Failure::new(Code::SignedOut))
    }
}
