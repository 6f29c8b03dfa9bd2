//! Several instances of one workload, and how they are together. The first is well before the
//! others are started: what is wrong with it is wrong with them.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use miso_api::{HealthCheckResult, HealthStatus};
use tokio::sync::watch;

use super::probe::Reading;
use super::supervisor::{FirstCrash, Phase, State, Supervisor, works};

/// Runs them until all have ended, and tells how they are together.
pub(super) async fn run(
    instances: Vec<(Supervisor, watch::Receiver<State>)>,
    first_crash: FirstCrash,
    told: watch::Sender<State>,
) {
    let mut waiting = instances.into_iter();
    let Some((first, seen)) = waiting.next() else {
        return;
    };
    let wanted = waiting.len() + 1;
    let mut states = vec![seen.clone()];
    let (mut running, mut changes) = (FuturesUnordered::new(), FuturesUnordered::new());
    running.push(first.run());
    changes.push(changed(seen));
    // Once all were well, one that is not does not fail the deployment.
    let mut settled = first_crash == FirstCrash::IsTriedAgain;
    let mut expected = wanted;
    loop {
        let ended = tokio::select! {
            Some(seen) = changes.next() => {
                if let Some(seen) = seen {
                    changes.push(changed(seen));
                }
                false
            }
            ended = running.next() => ended.is_none(),
        };
        let now: Vec<State> = states.iter().map(|state| state.borrow().clone()).collect();
        let is_first_well = now.first().is_some_and(is_well);
        if now.iter().any(|state| state.is_alone) {
            expected = states.len();
        } else if is_first_well && states.len() < wanted {
            for (other, seen) in waiting.by_ref() {
                states.push(seen.clone());
                running.push(other.run());
                changes.push(changed(seen));
            }
        }
        settled |= now.len() == expected && now.iter().all(is_well);
        let together = together(&now, expected, settled);
        told.send_replace(together);
        if ended {
            return;
        }
    }
}

/// The receiver again once it has something new; `None` where it will not.
async fn changed(mut state: watch::Receiver<State>) -> Option<watch::Receiver<State>> {
    state.changed().await.ok()?;
    Some(state)
}

fn is_well(state: &State) -> bool {
    let reading = state.reading.as_ref();
    state.is_up() && reading.is_some_and(|reading| works(&reading.status))
}

/// How instances are together, of which so many are expected.
fn together(all: &[State], expected: usize, settled: bool) -> State {
    let well: Vec<&State> = all.iter().filter(|state| is_well(state)).collect();
    let up: Vec<&State> = all.iter().filter(|state| state.is_up()).collect();
    // Where some are well, requests go to those.
    let answering = if well.is_empty() { &up } else { &well };
    let reading = if settled || (all.len() == expected && up.iter().all(|state| has_reading(state)))
    {
        reading(all, expected)
    } else {
        None
    };
    State {
        phase: phase(all, settled),
        endpoints: answering
            .iter()
            .flat_map(|state| state.endpoints.clone())
            .collect(),
        subjects: up.iter().flat_map(|state| state.subjects.clone()).collect(),
        is_alone: all.iter().any(|state| state.is_alone),
        reading,
        not_yet: all.iter().find_map(|state| state.not_yet.clone()),
        checked_at: all.iter().filter_map(|state| state.checked_at).max(),
        instance: all
            .first()
            .map(|state| state.instance.clone())
            .unwrap_or_default(),
    }
}

fn has_reading(state: &State) -> bool {
    state.reading.is_some()
}

fn phase(all: &[State], settled: bool) -> Phase {
    let gave_up = |state: &&State| matches!(state.phase, Phase::GaveUp { .. });
    let waits = |state: &&State| matches!(state.phase, Phase::Waiting { .. });
    if !settled && let Some(state) = all.iter().find(gave_up) {
        return state.phase.clone();
    }
    if all.iter().any(|state| state.phase == Phase::Running) {
        return Phase::Running;
    }
    // They stop together, and only when told.
    if all.iter().any(|state| state.phase == Phase::Stopped) {
        return Phase::Stopped;
    }
    let worst = all.iter().find(waits).or_else(|| all.iter().find(gave_up));
    worst.map_or(Phase::Stopped, |state| state.phase.clone())
}

/// What the probes saw: as well as all of them are, and which is not.
fn reading(all: &[State], expected: usize) -> Option<Reading> {
    let checks: Vec<HealthCheckResult> = all.iter().filter_map(check).collect();
    let bad: Vec<&HealthCheckResult> = checks
        .iter()
        .filter(|check| check.status != HealthStatus::Healthy)
        .collect();
    let readings = || all.iter().filter_map(|state| state.reading.as_ref());
    readings().next()?;
    let working = checks.iter().filter(|check| works(&check.status)).count();
    let status = match (bad.is_empty(), working) {
        (true, _) => HealthStatus::Healthy,
        (false, 0) => HealthStatus::Unhealthy,
        (false, _) => HealthStatus::Degraded,
    };
    let message = bad.first().map(|check| {
        let why = check.message.as_deref().unwrap_or("not well");
        let count = bad.len();
        format!("{count} of {expected} instances: {}: {why}", check.name)
    });
    Some(Reading {
        status,
        message,
        latency_ms: readings().filter_map(|reading| reading.latency_ms).max(),
        answered: readings().any(|reading| reading.answered),
        checks,
    })
}

/// An instance as a check of the whole; `None` while it starts.
fn check(state: &State) -> Option<HealthCheckResult> {
    let (status, latency_ms, message) = match (&state.phase, &state.reading) {
        (Phase::Waiting { reason } | Phase::GaveUp { reason }, _) => {
            (HealthStatus::Unhealthy, None, Some(reason.clone()))
        }
        (Phase::Running, Some(reading)) => (
            reading.status.clone(),
            reading.latency_ms,
            reading.message.clone(),
        ),
        (Phase::Running, None) | (Phase::Stopped, _) => return None,
    };
    Some(HealthCheckResult {
        name: state.instance.clone(),
        status,
        latency_ms,
        message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::endpoint::Endpoint;

    fn state(number: u16, phase: Phase, status: Option<HealthStatus>) -> State {
        State {
            endpoints: match phase {
                Phase::Running => vec![Endpoint::here(number)],
                Phase::Waiting { .. } | Phase::GaveUp { .. } | Phase::Stopped => Vec::new(),
            },
            phase,
            subjects: Vec::new(),
            is_alone: false,
            reading: status.map(|status| Reading {
                message: (status != HealthStatus::Healthy).then(|| "db: refused".to_owned()),
                status,
                latency_ms: Some(2),
                checks: Vec::new(),
                answered: true,
            }),
            not_yet: None,
            checked_at: None,
            instance: format!("a-{number}"),
        }
    }

    fn well(number: u16) -> State {
        state(number, Phase::Running, Some(HealthStatus::Healthy))
    }

    fn crashed(number: u16) -> State {
        let reason = "exited with code 1".to_owned();
        state(number, Phase::GaveUp { reason }, None)
    }

    #[test]
    fn all_are_well_before_the_deployment_is() {
        let starting = state(2, Phase::Running, None);
        let some = together(&[well(1), starting], 2, false);
        assert_eq!(some.reading, None);
        assert_eq!(together(&[well(1)], 2, false).reading, None);
        let all = together(&[well(1), well(2)], 2, false);
        let reading = all.reading.unwrap();
        assert_eq!(reading.status, HealthStatus::Healthy);
        assert_eq!(reading.checks.len(), 2);
        assert_eq!(all.endpoints.len(), 2);
    }

    #[test]
    fn a_first_crash_is_the_deployments_a_later_one_is_not() {
        let all = [well(1), crashed(2)];
        assert!(matches!(
            together(&all, 2, false).phase,
            Phase::GaveUp { .. }
        ));
        let later = together(&all, 2, true);
        assert_eq!(later.phase, Phase::Running);
        assert_eq!(later.endpoints, [Endpoint::here(1)]);
        let reading = later.reading.unwrap();
        assert_eq!(reading.status, HealthStatus::Degraded);
        assert_eq!(
            reading.message.as_deref(),
            Some("1 of 2 instances: a-2: exited with code 1")
        );
        let none = together(&[crashed(1), crashed(2)], 2, true);
        assert!(matches!(none.phase, Phase::GaveUp { .. }));
    }

    #[test]
    fn requests_go_to_those_that_are_well() {
        let ill = state(2, Phase::Running, Some(HealthStatus::Unhealthy));
        let some = together(&[well(1), ill.clone()], 2, true);
        assert_eq!(some.endpoints, [Endpoint::here(1)]);
        let none = together(&[ill.clone(), ill], 2, true);
        assert_eq!(none.endpoints.len(), 2, "better than nobody");
        assert_eq!(none.reading.unwrap().status, HealthStatus::Unhealthy);
    }
}
