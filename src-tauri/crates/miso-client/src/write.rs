//! What changes something: sent once, and where the answer was lost, looked up and never sent
//! again.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{DeployRequest, Deployment, Me, Page};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::transport::Call;
use crate::watch::follow_deployment;
use crate::wire::documented;
use crate::{Class, Client, Code, Failure, Resource};

/// When it is looked up what became of a write whose answer was lost; about 30 s in all, since
/// the server may still be at it.
const LOOK_UPS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
    Duration::from_secs(8),
    Duration::from_secs(12),
];
/// Looking up ends by then, however long the budget or the server makes it wait.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(45);
/// Clocks may differ this much.
pub(crate) const SKEW: TimeDelta = TimeDelta::minutes(1);

/// A deploy that was sent.
struct Sent<'a> {
    application: &'a str,
    request: &'a DeployRequest,
    /// The image that it brings, also where the request does not name it.
    image: Option<String>,
    /// Whose it is, by the names that a server may tell.
    by: Option<Me>,
    idempotency_key: String,
    at: DateTime<Utc>,
    /// Deployments that were there before.
    known: HashSet<String>,
}

impl Client {
    /// Starts a deployment, and watches it until it ends. Sent once.
    ///
    /// # Errors
    /// [`Code::NotConfirmed`] for production, see [`Self::deploy_confirmed`];
    /// [`Code::Conflict`] while another one is under way there, [`Code::Forbidden`] and
    /// [`Code::NoteTooLong`], also without being sent where that is known before,
    /// [`Code::NotOffered`] for what the instance would silently ignore (a note, what is repeated,
    /// configuration), [`Code::OutcomeUnknown`] where the answer was lost and nothing was found of it.
    pub async fn deploy(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<Deployment, Failure> {
        self.deploy_confirmed(application, request, None).await
    }

    /// The same with what was shown to be confirmed ([`Self::show_to_confirm`]), without which nothing
    /// goes to production.
    ///
    /// # Errors
    /// As [`Self::deploy`].
    pub async fn deploy_confirmed(
        &self,
        application: &str,
        request: &DeployRequest,
        confirmation: Option<&str>,
    ) -> Result<Deployment, Failure> {
        self.check_deploy(application, request)?;
        self.check_confirmed(application, request, confirmation)
            .await?;
        self.deploy_checked(application, request).await
    }

    /// The same of what was checked already.
    pub(crate) async fn deploy_checked(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<Deployment, Failure> {
        let image = self.image_of(application, request);
        let request = &self.as_offered(application, request).await?;
        let sent = Sent {
            application,
            request,
            image,
            by: self.peek(&Resource::Me),
            idempotency_key: Uuid::new_v4().to_string(),
            at: self.inner.clock.now(),
            known: self.deployments_before(application),
        };
        let call =
            documented::deploy(application, request, &sent.idempotency_key).map_err(unsendable)?;
        let answer = self.send::<Deployment>(&call).await;
        self.inner.touch(application);
        let deployment = match answer {
            Err(failure) if failure.code == Code::OutcomeUnknown => {
                let found = self.look_up(|| self.find_deployment(&sent)).await;
                self.inner.touch(application);
                found.ok_or(failure)?
            }
            other => other?,
        };
        let resource = Resource::Deployment {
            id: deployment.id.clone(),
        };
        self.inner.keep(&resource, &deployment)?;
        follow_deployment(&self.inner, &deployment.id);
        Ok(deployment)
    }

    pub(crate) async fn send<T: DeserializeOwned + Send + 'static>(
        &self,
        call: &Call,
    ) -> Result<T, Failure> {
        self.inner.transport.send(call, Class::Interactive).await
    }

    /// What came of a write; where its answer was lost, what is found of it afterwards.
    pub(crate) async fn or_found<T, F>(
        &self,
        sent: Result<T, Failure>,
        find: impl Fn() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<Option<T>, Failure>>,
    {
        match sent {
            Err(failure) if failure.code == Code::OutcomeUnknown => {
                self.look_up(find).await.ok_or(failure)
            }
            sent => sent,
        }
    }

    /// Asks again and again what became of a write.
    async fn look_up<T, F>(&self, find: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<Option<T>, Failure>>,
    {
        let clock = self.inner.clock.as_ref();
        let until = clock.monotonic() + LOOK_UP_LIMIT;
        for pause in LOOK_UPS {
            clock.sleep(pause).await;
            let left = until.saturating_sub(clock.monotonic());
            if left.is_zero() {
                return None;
            }
            match tokio::time::timeout(left, find()).await {
                Ok(Ok(Some(found))) => return Some(found),
                Ok(Ok(None)) => {}
                Ok(Err(failure)) if failure.code == Code::SignedOut => return None,
                Ok(Err(failure)) => {
                    tracing::info!(?failure, "what became of a write is not known yet");
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// The image that a deployment brings: the one it names, that of what it repeats, or the one that
    /// runs there.
    fn image_of(&self, application: &str, request: &DeployRequest) -> Option<String> {
        request.image.clone().or_else(|| match &request.from {
            Some(from) => {
                let known = self.known_deployments(application)?.list.into_iter();
                let mut repeated = known.filter(|known| known.id == from.deployment_id);
                repeated.next()?.image
            }
            None => self.running_image(application, &request.environment),
        })
    }

    async fn find_deployment(&self, sent: &Sent<'_>) -> Result<Option<Deployment>, Failure> {
        let call = documented::deployments(Some(sent.application), None, 1);
        let list: Page<Deployment> = self.send(&call).await?;
        Ok(sent.among(list.data))
    }

    fn deployments_before(&self, application: &str) -> HashSet<String> {
        let lists = [None, Some(application.to_owned())];
        lists
            .into_iter()
            .filter_map(|application| {
                let list = Resource::Deployments { application };
                self.inner.view.peek::<Page<Deployment>>(&list)
            })
            .flat_map(|reading| reading.value.data)
            .map(|deployment| deployment.id)
            .collect()
    }
}

/// What cannot even be written as JSON.
pub(crate) fn unsendable(error: serde_json::Error) -> Failure {
    Failure::new(Code::Validation).saying(error.to_string())
}

impl Sent<'_> {
    /// The deployment that was sent: it carries our key. Of a server that keeps no keys, the only
    /// new one of what was asked for that is not told to be another's.
    fn among(&self, list: Vec<Deployment>) -> Option<Deployment> {
        let key = Some(self.idempotency_key.as_str());
        let is_ours = |one: &Deployment| one.idempotency_key.as_deref() == key;
        if list.iter().any(is_ours) {
            return list.into_iter().find(is_ours);
        }
        let mut alike = list.into_iter().filter(|one| {
            one.idempotency_key.is_none()
                && one.environment == self.request.environment
                && (self.image.is_none() || one.image == self.image)
                && self.may_be_by_us(one)
                && self.may_repeat_the_same(one)
                && one.created_at.is_some_and(|at| at >= self.at - SKEW)
                && !self.known.contains(&one.id)
        });
        match (alike.next(), alike.next()) {
            (Some(one), None) => Some(one),
            (_, _) => None,
        }
    }

    /// Whether it is ours by who asked for it, as far as both are known.
    fn may_be_by_us(&self, one: &Deployment) -> bool {
        let told = one.requested_by.as_deref().filter(|by| !by.is_empty());
        let Some((by, me)) = told.zip(self.by.as_ref()) else {
            return true;
        };
        by == me.id || by == me.username || me.email.as_deref() == Some(by)
    }

    /// Whether it repeats what was to be repeated, as far as that is told.
    fn may_repeat_the_same(&self, one: &Deployment) -> bool {
        let Some(from) = &self.request.from else {
            return true;
        };
        let told = one.rollback_of.as_ref().or(one.promoted_from.as_ref());
        told.is_none_or(|told| *told == from.deployment_id)
    }
}

#[cfg(test)]
mod tests {
    use miso_api::{DeployFrom, RepeatKind};
    use serde_json::{Value, json};

    use super::*;

    fn deployment(id: &str, change: Value) -> Deployment {
        let mut value = json!({"id": id, "applicationKey": "orders", "environment": "dev",
            "image": "a:1", "status": "running", "createdAt": "2026-11-24T10:00:00Z"});
        for (name, changed) in change.as_object().unwrap() {
            value[name] = changed.clone();
        }
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_lost_deploy_is_found_by_its_key_or_as_the_only_new_one() {
        let request = DeployRequest {
            environment: "dev".to_owned(),
            image: Some("a:1".to_owned()),
            note: None,
            ..DeployRequest::default()
        };
        let sent = Sent {
            application: "orders",
            request: &request,
            image: Some("a:1".to_owned()),
            by: None,
            idempotency_key: "ours".to_owned(),
            at: "2026-11-24T10:00:30Z".parse().unwrap(),
            known: HashSet::from(["old".to_owned()]),
        };
        let found = |list: Vec<Deployment>| sent.among(list).map(|one| one.id);
        let plain = |id: &str| deployment(id, json!({}));
        let ours = deployment("ours", json!({"idempotencyKey": "ours"}));
        assert_eq!(found(vec![plain("b"), ours]).as_deref(), Some("ours"));
        assert_eq!(
            found(vec![plain("new"), plain("old")]).as_deref(),
            Some("new")
        );
        assert_eq!(found(vec![plain("b"), plain("c")]), None, "which of them?");
        for other in [
            json!({"idempotencyKey": "theirs"}),
            json!({"environment": "prod"}),
            json!({"image": "a:2"}),
            json!({"createdAt": "2026-11-24T09:00:00Z"}),
            json!({"createdAt": null}),
        ] {
            assert_eq!(found(vec![deployment("b", other.clone())]), None, "{other}");
        }
    }

    #[test]
    fn a_lost_deploy_of_a_server_without_keys_is_never_a_colleagues() {
        let repeats = DeployRequest {
            environment: "dev".to_owned(),
            from: Some(DeployFrom {
                deployment_id: "d-1".to_owned(),
                kind: RepeatKind::Promotion,
            }),
            ..DeployRequest::default()
        };
        let me = json!({"id": "u-1", "username": "aino", "email": "aino@example.com"});
        let sent = Sent {
            application: "orders",
            request: &repeats,
            image: Some("a:1".to_owned()),
            by: serde_json::from_value(me).unwrap(),
            idempotency_key: "ours".to_owned(),
            at: "2026-11-24T10:00:30Z".parse().unwrap(),
            known: HashSet::new(),
        };
        for (told, is_ours) in [
            (json!({}), true),
            (json!({"requestedBy": "aino", "promotedFrom": "d-1"}), true),
            (json!({"requestedBy": "u-1"}), true),
            (json!({"requestedBy": "aino@example.com"}), true),
            (json!({"requestedBy": "mikko"}), false),
            (json!({"promotedFrom": "d-2"}), false),
            (json!({"rollbackOf": "d-2"}), false),
            // Another image than what was to be repeated has.
            (json!({"image": "a:2"}), false),
        ] {
            let found = sent.among(vec![deployment("d-9", told.clone())]);
            assert_eq!(found.is_some(), is_ours, "{told}");
        }
    }
}
