//! The health over time.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Health, HealthEvent, HealthStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Reading, Source};

/// A reading that could not be renewed says nothing of what is this much later.
const STALE: TimeDelta = TimeDelta::seconds(45);

/// A time in which the health was the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct HealthSpan {
    /// Its beginning, or that of what is shown.
    pub from: DateTime<Utc>,
    /// Its end; `None` for what still is so.
    pub to: Option<DateTime<Utc>>,
    /// How it was.
    pub status: HealthStatus,
    /// Why, in the server's words.
    pub message: Option<String>,
}

/// Changes of health, oldest first, each to another state than the one before.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<HealthEvent>);

impl Changes {
    /// Those of several answers, which may repeat each other and themselves.
    pub(super) fn of<'a>(answers: impl IntoIterator<Item = Option<&'a Health>>) -> Self {
        let answers = answers.into_iter().flatten();
        let mut all: Vec<HealthEvent> = answers.flat_map(|one| one.history.clone()).collect();
        all.sort_by_key(|change| change.at);
        all.dedup_by(|next, before| next.status == before.status);
        Self(all)
    }

    /// Has them end with what is now, where the last one is of something else: `listed` says since
    /// when, if it is of the same state, else the last look does.
    pub(super) fn end_with(&mut self, now: &Health, listed: Option<(HealthStatus, DateTime<Utc>)>) {
        let last = self.0.last();
        if last.is_some_and(|last| last.status == now.status) {
            return;
        }
        let listed = listed.filter(|(status, _)| *status == now.status);
        let since = listed.map(|(_, since)| since).or(now.checked_at);
        let Some(at) = since else { return };
        let at = last.map_or(at, |last| last.at.max(at));
        self.0.push(HealthEvent {
            at,
            status: now.status.clone(),
            message: None,
        });
    }

    /// When it changed last.
    pub(super) fn last(&self) -> Option<DateTime<Utc>> {
        self.0.last().map(|change| change.at)
    }

    /// Since when it has not been well, if it is not now.
    pub(super) fn unwell_since(&self) -> Option<DateTime<Utc>> {
        let unwell = |change: &&HealthEvent| {
            matches!(
                change.status,
                HealthStatus::Degraded | HealthStatus::Unhealthy
            )
        };
        let last = self.0.iter().rev().take_while(unwell).last();
        last.map(|change| change.at)
    }
}

/// Until when a reading says how it is; `None` where it still does.
pub(super) fn known_until(reading: &Reading<Health>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let is_renewed = reading.source == Source::Live && reading.failure.is_none();
    let is_old = now - reading.as_of > STALE;
    (!is_renewed && is_old).then_some(reading.as_of)
}

/// The health from one moment to another, without a hole.
pub(super) fn spans(
    changes: &Changes,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    known_until: Option<DateTime<Utc>>,
) -> Vec<HealthSpan> {
    let unknown = |from| HealthSpan {
        from,
        to: None,
        status: HealthStatus::NotKnown,
        message: None,
    };
    let end = known_until.unwrap_or(to).clamp(from, to);
    let began = changes.0.first().map_or(end, |first| first.at);
    let known = changes.0.iter().filter(|change| change.at < end);
    let known = known.map(|change| HealthSpan {
        from: change.at.max(from),
        to: None,
        status: change.status.clone(),
        message: change.message.clone(),
    });
    let before = (began > from).then(|| unknown(from));
    let after = (end < to).then(|| unknown(end));
    let mut found = Vec::<HealthSpan>::new();
    for span in before.into_iter().chain(known).chain(after) {
        // What lasted no time, or was over before, is none.
        found.pop_if(|last| last.from == span.from);
        if found.last().is_none_or(|last| last.status != span.status) {
            found.push(span);
        }
    }
    for at in 1..found.len() {
        found[at - 1].to = Some(found[at].from);
    }
    found
}
