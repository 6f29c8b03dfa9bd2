//! Deployments: each stands in its environment (API-V1.md §3.4), which the documented API's ids do not need.

use miso_api::{Deployment, DeploymentStatus, DeploymentStep, Page, PageMeta, StepStatus};
use serde_json::Value;

use super::{V1, is_closed};
use crate::transport::Call;
use crate::wire::v1::{Fields, model, routes};
use crate::{Code, Failure};

/// What a deployment does once it is accepted, where its jobs do not say it.
pub(super) const DEPLOY: &str = "deploy";

impl V1<'_> {
    /// A page of a history, newest first: that of each environment, together.
    pub(super) async fn history(
        self,
        application: Option<&str>,
        environment: Option<&str>,
        page: u32,
    ) -> Result<Page<Deployment>, Failure> {
        let places = match (environment, application) {
            (Some(environment), _) => vec![environment.to_owned()],
            (None, Some(key)) => self.places_of(key).await?,
            (None, None) => self.environment_keys().await?,
        };
        let (mut all, mut total, mut goes_on) = (Vec::new(), 0_u32, false);
        let (mut refused, mut was_answered) = (None, false);
        for environment in &places {
            let listed = match self
                .page(&routes::deployments(environment, application, page))
                .await
            {
                Ok(listed) => listed,
                Err(failure) if is_closed(&failure) => {
                    refused = Some(failure);
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            was_answered = true;
            goes_on |= listed.goes_on(page, routes::DEPLOYMENTS);
            let rows = listed.rows.iter();
            let rows: Vec<Deployment> = rows
                .filter_map(|row| model::deployment(row, environment))
                .map(|deployment| self.known(deployment))
                .collect();
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            total = total.saturating_add(listed.total.unwrap_or(count));
            all.extend(rows);
        }
        if let Some(failure) = refused
            && !was_answered
        {
            return Err(failure);
        }
        all.sort_by_key(|deployment| std::cmp::Reverse(deployment.created_at));
        let listed = u32::try_from(all.len()).unwrap_or(u32::MAX);
        Ok(Page {
            meta: Some(PageMeta {
                page,
                page_size: routes::DEPLOYMENTS,
                total: if goes_on {
                    total.max(listed + 1)
                } else {
                    total
                },
                total_pages: page + u32::from(goes_on),
            }),
            data: all,
            links: None,
        })
    }

    /// One deployment, wherever it is.
    pub(super) async fn deployment(self, id: &str) -> Result<Deployment, Failure> {
        let known = self.kept().deployment(id);
        let places = match &known {
            Some(known) => vec![known.environment.clone()],
            None => self.environment_keys().await?,
        };
        let mut found = Err(Failure::new(Code::NotFound));
        for environment in &places {
            found = self.deployment_in(environment, id).await;
            match &found {
                Err(failure) if is_closed(failure) => {}
                Ok(_) | Err(_) => break,
            }
        }
        found
    }

    async fn deployment_in(self, environment: &str, id: &str) -> Result<Deployment, Failure> {
        let by_pipeline = routes::pipeline_status(environment, id);
        // What a client may read of deployments is what it may start.
        let row = match self.transport.is_an_application() {
            true => self.item(&by_pipeline).await?,
            false => match self.item(&routes::deployment(environment, id)).await {
                Err(failure) if is_closed(&failure) && self.kept().deployment(id).is_some() => {
                    self.item(&by_pipeline).await?
                }
                answer => answer?,
            },
        };
        let nothing = || Failure::new(Code::NotMiso).with("status", 200);
        let mut deployment = model::deployment(&row, environment).ok_or_else(nothing)?;
        let jobs = Fields::of(&row).list("jobs");
        let has_lines = jobs.iter().any(|job| job["logs"].is_array());
        if !has_lines && deployment.status.has_ended() && !self.transport.is_an_application() {
            let lines = self
                .lines(&routes::deployment_logs(environment, id))
                .await?;
            if deployment.steps.is_empty() && !lines.is_empty() {
                deployment.steps.push(whole_step(&deployment));
            }
            model::with_log(&mut deployment, jobs, &lines);
        }
        Ok(self.known(deployment))
    }

    /// With what is known of a deployment that what was read of it does not say, and the steps by which it was
    /// begun here.
    pub(super) fn known(self, read: Deployment) -> Deployment {
        let known = self.kept().deployment(&read.id);
        let mut deployment = match known {
            Some(known) => Deployment {
                application_key: match read.application_key.is_empty() {
                    true => known.application_key,
                    false => read.application_key,
                },
                image: read.image.or(known.image),
                previous_image: read.previous_image.or(known.previous_image),
                created_at: read.created_at.or(known.created_at),
                requested_by: read.requested_by.or(known.requested_by),
                ..read
            },
            None => read,
        };
        let begun = self.kept().begun(&deployment.id);
        if !begun.is_empty() {
            if deployment.steps.is_empty() {
                deployment.steps.push(whole_step(&deployment));
            }
            deployment.steps.splice(0..0, begun);
        }
        name_apart(&mut deployment.steps);
        self.kept().keep_deployment(&Deployment {
            steps: Vec::new(),
            configuration: Vec::new(),
            ..deployment.clone()
        });
        deployment
    }

    /// The lines of a deployment's log, where it may be read.
    async fn lines(self, call: &Call) -> Result<Vec<Value>, Failure> {
        match self.page(call).await {
            Ok(listed) => Ok(listed.rows),
            Err(failure) if is_closed(&failure) || failure.code == Code::NotMiso => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }
}

/// Gives each step a name of its own: jobs of one kind may follow each other.
fn name_apart(steps: &mut [DeploymentStep]) {
    for at in 1..steps.len() {
        let (before, rest) = steps.split_at_mut(at);
        let is_taken = |name: &str| before.iter().any(|step| step.name == name);
        if !is_taken(&rest[0].name) {
            continue;
        }
        let mut numbered = (2..).map(|number| format!("{} {number}", rest[0].name));
        if let Some(free) = numbered.find(|name| !is_taken(name)) {
            rest[0].name = free;
        }
    }
}

/// All that a deployment does, as one step.
fn whole_step(deployment: &Deployment) -> DeploymentStep {
    let status = match &deployment.status {
        DeploymentStatus::Pending => StepStatus::Pending,
        DeploymentStatus::Running => StepStatus::Running,
        DeploymentStatus::Completed => StepStatus::Completed,
        DeploymentStatus::Failed => StepStatus::Failed,
        DeploymentStatus::Cancelled => StepStatus::Skipped,
        DeploymentStatus::Unknown(word) => StepStatus::Unknown(word.clone()),
    };
    DeploymentStep {
        name: DEPLOY.to_owned(),
        status,
        started_at: deployment.started_at,
        completed_at: deployment.completed_at,
        message: deployment
            .error
            .clone()
            .or_else(|| deployment.message.clone()),
    }
}
