//! How often it turned unwell of late.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{HealthEvent, HealthStatus};

use super::facts::Facts;
use super::words;

/// What turns unwell again within this time has not been well in between.
const AGAIN: TimeDelta = TimeDelta::minutes(3);
/// What has been well for so long is over.
const OVER: TimeDelta = TimeDelta::seconds(90);

/// Turns for the worse that belong together, up to now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Turns {
    /// When each of them was, oldest first.
    pub(super) at: Vec<DateTime<Utc>>,
    /// How many of them were from well.
    pub(super) from_well: usize,
    /// Whether each of them tells of a process that has ended.
    pub(super) ended: bool,
}

/// Those since what runs there was deployed; none where it is over.
pub(super) fn turns(facts: &Facts<'_>, now: DateTime<Utc>) -> Turns {
    let Some(health) = facts.health else {
        return Turns::default();
    };
    let mut history: Vec<&HealthEvent> = health.history.iter().collect();
    history.sort_by_key(|change| change.at);
    history.dedup_by(|next, before| next.status == before.status);
    if history.is_empty() {
        return Turns::default();
    }
    let last = history[history.len() - 1];
    if !is_unwell(&last.status) && now - last.at > OVER {
        return Turns::default();
    }
    let deployed = facts.completed_by(last.at).and_then(|one| one.completed_at);
    let mut found: Vec<(usize, &HealthEvent)> = Vec::new();
    for (at, change) in history.iter().enumerate().rev() {
        if deployed.is_some_and(|deployed| change.at < deployed) {
            break;
        }
        let began = at == 0 || !is_unwell(&history[at - 1].status);
        if !is_unwell(&change.status) || !began {
            continue;
        }
        if found
            .last()
            .is_some_and(|(_, next)| next.at - change.at > AGAIN)
        {
            break;
        }
        found.push((at, change));
    }
    found.reverse();
    let is_from_well = |at: usize| at > 0 && history[at - 1].status == HealthStatus::Healthy;
    let tells_of_an_end = |change: &HealthEvent| {
        let message = change.message.as_deref();
        message.is_some_and(words::tell_of_an_end)
    };
    Turns {
        at: found.iter().map(|(_, change)| change.at).collect(),
        from_well: found.iter().filter(|(at, _)| is_from_well(*at)).count(),
        ended: !found.is_empty() && found.iter().all(|(_, change)| tells_of_an_end(change)),
    }
}

/// Whether somebody should look at it.
pub(super) fn is_unwell(status: &HealthStatus) -> bool {
    match status {
        HealthStatus::Degraded | HealthStatus::Unhealthy => true,
        HealthStatus::Healthy | HealthStatus::NotKnown | HealthStatus::Unknown(_) => false,
    }
}
