//! How a workload is right now, as its place shows it.

use chrono::{DateTime, Utc};
use miso_api::{HealthCheckResult, HealthEvent, HealthStatus};

use super::supervisor::{Phase, State};

/// How a place is right now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Live {
    pub(crate) status: HealthStatus,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) message: Option<String>,
    pub(crate) checked_at: Option<DateTime<Utc>>,
    pub(crate) latency_ms: Option<u32>,
    pub(crate) checks: Vec<HealthCheckResult>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            status: HealthStatus::NotKnown,
            since: None,
            message: None,
            checked_at: None,
            latency_ms: None,
            checks: Vec::new(),
        }
    }
}

impl Live {
    /// Takes over what a workload's state says, and gives the change of health, if it is one.
    pub(super) fn take(&mut self, state: &State, now: DateTime<Utc>) -> Option<HealthEvent> {
        let (status, message) = match (&state.phase, &state.reading) {
            (Phase::Waiting { reason } | Phase::GaveUp { reason }, _) => {
                (HealthStatus::Unhealthy, Some(reason.clone()))
            }
            (Phase::Running, Some(reading)) => (reading.status.clone(), reading.message.clone()),
            (Phase::Running, None) => (HealthStatus::NotKnown, not_yet(state)),
            (Phase::Stopped, _) => (HealthStatus::NotKnown, None),
        };
        let changed = status != self.status || self.since.is_none();
        let reading = state
            .reading
            .as_ref()
            .filter(|_| state.phase == Phase::Running);
        *self = Self {
            since: if changed { Some(now) } else { self.since },
            status,
            message,
            checked_at: state.checked_at,
            latency_ms: reading.and_then(|reading| reading.latency_ms),
            checks: reading
                .map(|reading| reading.checks.clone())
                .unwrap_or_default(),
        };
        changed.then(|| HealthEvent {
            at: now,
            status: self.status.clone(),
            message: self.message.clone(),
        })
    }
}

/// What a starting workload says itself; that nothing answers yet says nothing.
fn not_yet(state: &State) -> Option<String> {
    let reading = state.not_yet.as_ref().filter(|reading| reading.answered)?;
    reading.message.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::probe::Reading;

    fn state(status: HealthStatus, message: &str) -> State {
        State {
            phase: Phase::Running,
            endpoints: Vec::new(),
            subjects: Vec::new(),
            is_alone: false,
            reading: Some(Reading {
                status,
                message: Some(message.into()),
                latency_ms: Some(2),
                checks: Vec::new(),
                answered: true,
            }),
            not_yet: None,
            checked_at: None,
            instance: "a-1".into(),
        }
    }

    #[test]
    fn only_a_change_of_state_is_history() {
        let mut live = Live::default();
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        assert!(
            live.take(&state(HealthStatus::Healthy, ""), at(1))
                .is_some()
        );
        assert!(
            live.take(&state(HealthStatus::Healthy, ""), at(2))
                .is_none()
        );
        let event = live
            .take(&state(HealthStatus::Unhealthy, "db: refused"), at(3))
            .unwrap();
        assert_eq!(
            (event.at, event.message.as_deref()),
            (at(3), Some("db: refused"))
        );
        assert!(
            live.take(&state(HealthStatus::Unhealthy, "db: still refused"), at(4))
                .is_none()
        );
        assert_eq!(
            (live.since, live.message.as_deref()),
            (Some(at(3)), Some("db: still refused"))
        );
    }
}
