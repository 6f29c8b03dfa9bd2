//! Deployments beside their sending: what one would change, calling one off, and what of a request
//! an instance can do.

use miso_api::{Changes, DeployRequest, Deployment, Permission, PlannedChange};

use crate::wire::documented;
use crate::write::unsendable;
use crate::{Capability, Class, Client, Code, Failure, Resource};

impl Client {
    /// What a deployment would change, by the instance's own word; nothing happens. One request.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where the instance cannot say it; else as [`Client::deploy`].
    pub async fn dry_run(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<Vec<PlannedChange>, Failure> {
        self.check_deploy(application, request)?;
        self.inner.transport.describe(Class::Interactive).await?;
        // A server that does not know the field would deploy.
        if self.inner.capabilities.offers(Capability::DryRun) != Some(true) {
            return Err(Capability::DryRun.lacking());
        }
        let request = self.as_offered(application, request).await?;
        let call = documented::dry_run(application, &request).map_err(unsendable)?;
        let answer: Changes = self.inner.transport.send(&call, Class::Interactive).await?;
        Ok(answer.changes)
    }

    /// Calls a deployment off. Sent once; what becomes of it is told by its watcher.
    ///
    /// # Errors
    /// [`Code::Conflict`] where it has ended, [`Code::NotOffered`] where the instance cannot.
    pub async fn cancel_deployment(&self, application: &str, id: &str) -> Result<(), Failure> {
        let deployment = Resource::Deployment { id: id.to_owned() };
        let known: Option<Deployment> = self.peek(&deployment);
        let environment = known.as_ref().map(|known| known.environment.as_str());
        let permission = &Permission::ApplicationsDeploy;
        self.must(permission, Some(application), environment)?;
        let call = documented::cancel_deployment(id);
        let sent = self
            .inner
            .transport
            .send_only(&call, Class::Interactive)
            .await;
        // Whatever came of it, what is shown is not what is any more.
        self.inner.touch(application);
        let looked = self.refresh(&deployment).await;
        if let Err(failure) = looked {
            tracing::info!(?failure, "what became of the deployment is not known yet");
        }
        sent
    }

    /// The same deployment without what the instance would silently ignore.
    pub(crate) async fn as_offered(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<DeployRequest, Failure> {
        let mut request = request.clone();
        request.dry_run = None;
        request.note = request.note.filter(|note| !note.is_empty());
        if let Some(from) = &request.from {
            // What is repeated has its own image, and that is the one that was named.
            let known = self.known_deployments(application).unwrap_or_default();
            let mut known = known.list.into_iter();
            let repeated = known.find(|deployment| deployment.id == from.deployment_id);
            let repeated = repeated.and_then(|deployment| deployment.image);
            if repeated.is_some_and(|image| request.image.is_some_and(|named| named != image)) {
                return Err(Failure::new(Code::Conflict));
            }
            request.image = None;
        }
        let asked = [
            (request.note.is_some(), Capability::DeployNote),
            (request.from.is_some(), Capability::DeployFrom),
            (
                request.configuration.is_some(),
                Capability::DeployConfiguration,
            ),
        ];
        let is_restart = request.image.is_none() && request.from.is_none();
        if !is_restart && asked.iter().all(|(is_asked, _)| !is_asked) {
            return Ok(request);
        }
        self.inner.transport.describe(Class::Interactive).await?;
        let offers = |capability| self.inner.capabilities.offers(capability) == Some(true);
        let mut asked = asked.into_iter();
        if let Some((_, lacking)) = asked.find(|(is_asked, field)| *is_asked && !offers(*field)) {
            return Err(lacking.lacking());
        }
        if is_restart && !offers(Capability::DeployWithoutImage) {
            // A restart: the image that runs there.
            let running = self.running_image(application, &request.environment);
            let running = running.ok_or_else(|| Capability::DeployWithoutImage.lacking())?;
            request.image = Some(running);
        }
        Ok(request)
    }
}
