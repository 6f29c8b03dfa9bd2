//! The steps of a deployment.

use miso_api::{Deployment, DeploymentStep, StepStatus};

use crate::workloads::catalogue::Image;

/// A step, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Validate,
    /// Of an image that a container engine runs.
    Pull,
    Prepare,
    Start,
    Health,
    Switch,
}

impl Step {
    const ALL: [Self; 6] = [
        Self::Validate,
        Self::Pull,
        Self::Prepare,
        Self::Start,
        Self::Health,
        Self::Switch,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Pull => "pull",
            Self::Prepare => "prepare",
            Self::Start => "start",
            Self::Health => "health",
            Self::Switch => "switch",
        }
    }

    /// The step in a deployment that has it.
    pub(super) fn of(self, deployment: &mut Deployment) -> Option<&mut DeploymentStep> {
        let mut steps = deployment.steps.iter_mut();
        steps.find(|step| step.name == self.name())
    }
}

/// The steps of deploying an image, in their order, none begun.
pub(super) fn pending(image: Option<&str>) -> Vec<DeploymentStep> {
    let pulls = image.is_some_and(Image::is_container);
    let steps = Step::ALL.into_iter();
    steps
        .filter(|step| pulls || *step != Step::Pull)
        .map(|step| DeploymentStep {
            name: step.name().to_owned(),
            status: StepStatus::Pending,
            started_at: None,
            completed_at: None,
            message: None,
        })
        .collect()
}
