//! How things are, in v1's words (API-V1.md §1.7).

use miso_api::{
    ApplicationStatus, DeploymentStatus, EnvironmentEntry, EnvironmentStatus, HealthStatus,
    StepStatus,
};

/// How an application is in an environment. v1 has no word for what is not known: what runs and was
/// not probed yet is still being deployed, and what is stopped on purpose is in maintenance.
pub(super) fn of_entry(entry: &EnvironmentEntry) -> &'static str {
    match (&entry.status, &entry.health) {
        (ApplicationStatus::Deploying, _) => "deploying",
        (ApplicationStatus::Error, _) => "error",
        (ApplicationStatus::Stopped, _) => "maintenance",
        (ApplicationStatus::Running | ApplicationStatus::Unknown(_), health) => of_health(health),
    }
}

fn of_health(health: &HealthStatus) -> &'static str {
    match health {
        HealthStatus::Healthy => "healthy",
        HealthStatus::Degraded => "degraded",
        HealthStatus::Unhealthy => "error",
        HealthStatus::NotKnown | HealthStatus::Unknown(_) => "deploying",
    }
}

/// How an application is: the worst of its environments; one that runs nowhere is in maintenance.
pub(super) fn of_all(entries: &[EnvironmentEntry]) -> &'static str {
    let worst_first = ["error", "degraded", "deploying", "healthy"];
    let there: Vec<&str> = entries.iter().map(of_entry).collect();
    worst_first
        .into_iter()
        .find(|status| there.contains(status))
        .unwrap_or("maintenance")
}

/// How an environment is. One in which nothing is known to be unwell is healthy: v1 has no other
/// word for it.
pub(super) fn of_environment(status: &EnvironmentStatus) -> &'static str {
    match status {
        EnvironmentStatus::Healthy
        | EnvironmentStatus::NotKnown
        | EnvironmentStatus::Unknown(_) => "healthy",
        EnvironmentStatus::Degraded => "degraded",
        EnvironmentStatus::Down => "error",
    }
}

/// How a deployment is.
pub(super) fn of_deployment(status: &DeploymentStatus) -> &str {
    match status {
        DeploymentStatus::Pending => "pending",
        DeploymentStatus::Running => "deploying",
        DeploymentStatus::Completed => "completed",
        DeploymentStatus::Failed => "failed",
        DeploymentStatus::Cancelled => "cancelled",
        DeploymentStatus::Unknown(word) => word,
    }
}

/// How a job is; what was skipped was called off.
pub(super) fn of_step(status: &StepStatus) -> &str {
    match status {
        StepStatus::Pending => "pending",
        StepStatus::Running => "deploying",
        StepStatus::Completed => "completed",
        StepStatus::Failed => "failed",
        StepStatus::Skipped => "cancelled",
        StepStatus::Unknown(word) => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(status: &str, health: &str) -> EnvironmentEntry {
        let entry = json!({"environment": "dev", "status": status, "health": health});
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn every_state_has_one_of_the_five_words() {
        for (status, health, expected) in [
            ("running", "healthy", "healthy"),
            ("running", "degraded", "degraded"),
            ("running", "unhealthy", "error"),
            ("running", "unknown", "deploying"),
            ("deploying", "healthy", "deploying"),
            ("error", "unknown", "error"),
            ("stopped", "unknown", "maintenance"),
        ] {
            assert_eq!(
                of_entry(&entry(status, health)),
                expected,
                "{status} {health}"
            );
        }
        let both = [entry("running", "healthy"), entry("running", "degraded")];
        assert_eq!(of_all(&both), "degraded");
        assert_eq!(of_all(&[]), "maintenance");
    }
}
