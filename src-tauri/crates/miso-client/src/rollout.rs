//! Several applications, sent one after the other: whose turn it is, where it ends, and what has become
//! of each.

use miso_api::Deployment;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::Failure;

/// What has become of one application of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RolloutStep {
    /// Its key.
    pub application: String,
    /// What.
    pub outcome: RolloutOutcome,
}

/// How far one application of several is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum RolloutOutcome {
    /// It is being sent, or waits its turn in the budget.
    Sending,
    /// The deployment began; it is followed like any other.
    Sent {
        /// The deployment.
        deployment: Box<Deployment>,
    },
    /// It was refused, or nobody knows what became of it.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// It was not sent: one before it ended all.
    Left,
    /// It was not sent: somebody stopped it before its turn.
    Stopped,
}

/// Hears how each goes on.
pub(crate) type Told<'a> = &'a (dyn Fn(&RolloutStep) + Send + Sync);

/// Several applications under way. Stopping it is heard between two of them: what is being sent is
/// sent, and its end is told.
pub(crate) struct Rollout<'a> {
    stop: &'a CancellationToken,
    told: Told<'a>,
    ended: bool,
    steps: Vec<RolloutStep>,
}

impl<'a> Rollout<'a> {
    pub(crate) fn new(stop: &'a CancellationToken, told: Told<'a>) -> Self {
        Self {
            stop,
            told,
            ended: false,
            steps: Vec::new(),
        }
    }

    /// Begins the turn of an application; `false` where it has none any more.
    pub(crate) fn begin(&mut self, application: &str) -> bool {
        let outcome = if self.ended {
            RolloutOutcome::Left
        } else if self.stop.is_cancelled() {
            RolloutOutcome::Stopped
        } else {
            self.tell(application, RolloutOutcome::Sending);
            return true;
        };
        let step = self.tell(application, outcome);
        self.steps.push(step);
        false
    }

    /// Ends its turn with what came of it; `ends` says which failures keep all others from theirs.
    pub(crate) fn end(
        &mut self,
        application: &str,
        sent: Result<Deployment, Failure>,
        ends: impl Fn(&Failure) -> bool,
    ) {
        let outcome = match sent {
            Ok(deployment) => RolloutOutcome::Sent {
                deployment: Box::new(deployment),
            },
            Err(failure) => {
                self.ended = ends(&failure);
                RolloutOutcome::Failed { failure }
            }
        };
        let step = self.tell(application, outcome);
        self.steps.push(step);
    }

    /// What has become of each, in the order of their turns.
    pub(crate) fn steps(self) -> Vec<RolloutStep> {
        self.steps
    }

    fn tell(&self, application: &str, outcome: RolloutOutcome) -> RolloutStep {
        let step = RolloutStep {
            application: application.to_owned(),
            outcome,
        };
        (self.told)(&step);
        step
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::Code;

    fn sent() -> Result<Deployment, Failure> {
        let deployment = json!({"id": "d", "applicationKey": "a", "environment": "dev",
            "status": "pending"});
        Ok(serde_json::from_value(deployment).unwrap())
    }

    fn word(step: &RolloutStep) -> String {
        let word = match &step.outcome {
            RolloutOutcome::Sending => "sending",
            RolloutOutcome::Sent { .. } => "sent",
            RolloutOutcome::Failed { .. } => "failed",
            RolloutOutcome::Left => "left",
            RolloutOutcome::Stopped => "stopped",
        };
        format!("{} {word}", step.application)
    }

    #[test]
    fn one_that_is_stopped_ends_what_is_being_sent_and_begins_no_other() {
        let (stop, told) = (CancellationToken::new(), Mutex::new(Vec::new()));
        let tell = |step: &RolloutStep| told.lock().unwrap().push(word(step));
        let mut rollout = Rollout::new(&stop, &tell);
        assert!(rollout.begin("a"));
        stop.cancel();
        rollout.end("a", sent(), |_| false);
        assert!(!rollout.begin("b"));
        assert!(!rollout.begin("c"));
        let steps: Vec<String> = rollout.steps().iter().map(word).collect();
        assert_eq!(steps, ["a sent", "b stopped", "c stopped"]);
        let told = told.into_inner().unwrap();
        assert_eq!(told, ["a sending", "a sent", "b stopped", "c stopped"]);
    }

    #[test]
    fn a_failure_ends_it_where_it_is_one_that_does() {
        let stop = CancellationToken::new();
        for (ends, last) in [(false, "b sent"), (true, "b left")] {
            let mut rollout = Rollout::new(&stop, &|_| ());
            assert!(rollout.begin("a"));
            rollout.end("a", Err(Failure::new(Code::Conflict)), |_| ends);
            if rollout.begin("b") {
                rollout.end("b", sent(), |_| ends);
            }
            let steps: Vec<String> = rollout.steps().iter().map(word).collect();
            assert_eq!(steps, ["a failed", last]);
        }
    }
}
