//! A deployment (API-V1.md §3.5): registered where it is not yet, validated, begun. What of it was done here
//! is shown as the first steps of it.

use chrono::{DateTime, Utc};
use miso_api::{DeployRequest, Deployment, DeploymentStep, StepStatus};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{V1, failed};
use crate::image::tag_of;
use crate::wire::v1::envelope::NotAnswered;
use crate::wire::v1::{model, pipeline, routes};
use crate::{Code, Failure};

const REGISTER: &str = "register";
const VALIDATE: &str = "validate";

impl V1<'_> {
    /// Begins a deployment. Each call is sent once; only the last one begins it, so that of a lost answer
    /// before nothing is unknown.
    pub(super) async fn deploy(
        self,
        key: &str,
        request: &DeployRequest,
    ) -> Result<Deployment, Failure> {
        self.transport.must_not_be_locked()?;
        let environment = &request.environment;
        let template = self.item(&routes::template(key)).await?;
        let mut manifest = Value::Object(model::manifest(key, &template));
        if let Some(image) = &request.image {
            manifest["image"] = Value::from(image.clone());
        }
        let image = manifest["image"].as_str().map(str::to_owned);
        let mut steps = Vec::new();
        if self.is_unregistered(environment, key).await? {
            let began = self.now();
            self.register(environment, &manifest).await?;
            steps.push(done(REGISTER, began, self.now()));
        }
        let began = self.now();
        let call = routes::validate(environment, key, &manifest);
        let body = self.transport.v1_body(&call, self.class).await?;
        let accepted = pipeline::validated(&body)?;
        steps.push(done(VALIDATE, began, self.now()));

        let tag = image.as_deref().map(tag_of).filter(|tag| !tag.is_empty());
        let token = accepted.token.expose_secret();
        let call = routes::deploy(environment, token, tag.unwrap_or("latest"));
        let began = self.now();
        let body = self.transport.v1_body(&call, self.class).await?;
        // It was taken: what cannot be read of the answer is not known to have failed.
        let begun = pipeline::begun(&body).map_err(|failure| match failure.code {
            Code::NotMiso => Failure {
                code: Code::OutcomeUnknown,
                ..failure
            },
            _ => failure,
        })?;
        self.kept().keep_begun(&begun.id, steps);
        self.kept().outdate();
        Ok(self.known(Deployment {
            id: begun.id,
            application_key: key.to_owned(),
            environment: environment.clone(),
            image,
            previous_image: None,
            status: begun.status,
            progress: None,
            message: begun.message,
            error: None,
            note: None,
            requested_by: None,
            created_at: Some(began),
            started_at: None,
            completed_at: None,
            rollback_of: None,
            promoted_from: None,
            idempotency_key: None,
            steps: Vec::new(),
            configuration: Vec::new(),
        }))
    }

    /// Whether an application is known not to be in an environment.
    async fn is_unregistered(self, environment: &str, key: &str) -> Result<bool, Failure> {
        match self.item(&routes::placed_status(environment, key)).await {
            Ok(_) => Ok(false),
            Err(failure) if failure.code == Code::NotFound => Ok(true),
            // Who may not see it may deploy it: whether it is there is said then.
            Err(failure) if matches!(failure.code, Code::Forbidden | Code::NotMiso) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Registers it. What it may sign in with is the application's own and is kept nowhere; one who needs it
    /// has a new secret made.
    async fn register(self, environment: &str, manifest: &Value) -> Result<(), Failure> {
        let call = routes::register(environment, manifest);
        match self.transport.v1_body(&call, self.class).await {
            Ok(body) if body["success"] == false => {
                let words = body["message"].as_str().map(str::to_owned);
                Err(failed(&call, NotAnswered::Refused(words)))
            }
            Ok(_) => Ok(()),
            // Somebody else was faster.
            Err(failure) if failure.code == Code::Conflict => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

fn done(name: &str, began: DateTime<Utc>, ended: DateTime<Utc>) -> DeploymentStep {
    DeploymentStep {
        name: name.to_owned(),
        status: StepStatus::Completed,
        started_at: Some(began),
        completed_at: Some(ended),
        message: None,
    }
}
