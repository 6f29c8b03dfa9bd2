//! What happened shortly before. After, never because: a change that came later is none of them.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Deployment, EventKind};

use super::facts::{Facts, Other};

/// What begins within this time after a change is said to begin after it; later other things have
/// happened too.
const AFTER: TimeDelta = TimeDelta::hours(1);
/// The same of another application that turned unwell.
const AFTER_OTHER: TimeDelta = TimeDelta::minutes(2);

/// The deployment that was done shortly before a moment.
pub(super) fn deployment<'a>(facts: &Facts<'a>, since: DateTime<Utc>) -> Option<&'a Deployment> {
    if !facts.knows_what_runs() {
        return None;
    }
    let newest = facts.completed_by(since)?;
    let done = newest.completed_at?;
    (since - done <= AFTER).then_some(newest)
}

/// When the configuration was changed that the last deployment before a moment brought.
pub(super) fn configuration(facts: &Facts<'_>, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let begun = |one: &Deployment| one.started_at.or(one.created_at);
    let mut known = facts.deployments.iter().filter_map(|one| {
        let begun = begun(one).filter(|begun| *begun <= since)?;
        Some((begun, one))
    });
    let (begun, brought) = known.next()?;
    let before = known.next().map(|(before, _)| before);
    let ids = |reference: &str| facts.deployments.iter().any(|one| one.id == reference);
    let changes = facts.events.iter().filter(|event| {
        event.kind == EventKind::Configuration
            && event.at <= begun
            && before.is_none_or(|before| event.at > before)
            && since - event.at <= AFTER
            // That a deployment brought other items is its own.
            && !event.reference.as_deref().is_some_and(ids)
            && Some(event.at) != brought.completed_at
    });
    changes.map(|event| event.at).max()
}

/// The application that turned unwell last before a moment, and shortly before it.
pub(super) fn other<'a>(
    facts: &Facts<'a>,
    since: DateTime<Utc>,
) -> Option<(&'a Other, DateTime<Utc>)> {
    let others = facts
        .others
        .iter()
        .filter(|other| other.application != facts.application);
    let before = others.filter_map(|other| Some((other, other.since?)));
    let shortly = before.filter(|(_, at)| *at <= since && since - *at <= AFTER_OTHER);
    shortly.max_by_key(|(other, at)| (*at, &other.application))
}

/// When one turned unwell, where that was before a moment and not long before it.
pub(super) fn shortly(other: &Other, since: DateTime<Utc>) -> Option<(&Other, DateTime<Utc>)> {
    let at = other.since?;
    (at <= since && since - at <= AFTER).then_some((other, at))
}
