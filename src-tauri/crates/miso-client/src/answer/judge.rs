//! What it looks like, since when, and what speaks for it.

use chrono::{DateTime, Utc};
use miso_api::{ConfigurationItem, Deployment, DeploymentStatus, HealthCheckResult, HealthStatus};

use super::AnswerKind;
use super::course::{Turns, is_unwell, turns};
use super::facts::{Facts, LogSays, is_set};
use super::measured::{Burst, Growth, burst, growth};
use super::words;
use crate::State;

/// It turned unwell so often: that is what it does.
const FLAPS: usize = 3;
/// So often where its process ends, while it is well at the moment.
const ENDS: usize = 2;

/// What there is to say.
#[derive(Clone, Debug)]
pub(super) struct Judged<'a> {
    pub(super) kind: AnswerKind,
    pub(super) state: State,
    pub(super) since: Option<DateTime<Utc>>,
    /// The deployment that failed, where that is what is wrong.
    pub(super) failed: Option<&'a Deployment>,
    /// The check that fails.
    pub(super) check: Option<&'a HealthCheckResult>,
    /// The variable that words name.
    pub(super) item: Option<Item>,
    /// Another application that a failing check is named by.
    pub(super) dependency: Option<String>,
    pub(super) growth: Option<Growth>,
    pub(super) turns: Turns,
    pub(super) burst: Option<Burst>,
    /// From when on the log says something about it.
    pub(super) log_from: Option<DateTime<Utc>>,
}

/// A variable that words name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) set: bool,
    pub(super) changed: bool,
}

/// Judges what is known at a moment.
pub(super) fn judge<'a>(
    facts: &Facts<'a>,
    log: Option<&LogSays>,
    now: DateTime<Utc>,
) -> Judged<'a> {
    let state = facts.state();
    let plain = |kind| Judged {
        kind,
        state,
        since: facts.health_since(),
        failed: None,
        check: None,
        item: None,
        dependency: None,
        growth: None,
        turns: Turns::default(),
        burst: None,
        log_from: None,
    };
    match state {
        State::Progress => return plain(AnswerKind::Deploying),
        State::Off => return plain(AnswerKind::Stopped),
        State::Bad | State::Warning | State::Unknown | State::Well => {}
    }
    let turns = turns(facts, now);
    let unwell = is_unwell(facts.status()) || facts.is_in_error();
    let goes_on = (turns.ended && turns.at.len() >= ENDS) || turns.from_well >= FLAPS;
    let last_failed = facts
        .last_ended()
        .filter(|last| last.status == DeploymentStatus::Failed);
    if unwell || goes_on {
        // Where nothing ran before, the deployment that failed is all there is.
        if let Some(failed) = last_failed.filter(|_| facts.is_in_error()) {
            return of_failed(facts, failed, log, plain(AnswerKind::FailedDeployment));
        }
        return of_health(facts, turns, log, plain(AnswerKind::Unwell));
    }
    if let Some(failed) = last_failed {
        return of_failed(facts, failed, log, plain(AnswerKind::FailedDeployment));
    }
    if *facts.status() == HealthStatus::Healthy {
        let Some(burst) = burst(facts, now) else {
            return plain(AnswerKind::Well);
        };
        let written = log.and_then(|log| log.first);
        return Judged {
            since: Some(written.unwrap_or(burst.from)),
            burst: Some(burst),
            log_from: Some(burst.from),
            ..plain(AnswerKind::ErrorBurst)
        };
    }
    plain(AnswerKind::Unknown)
}

fn of_failed<'a>(
    facts: &Facts<'a>,
    failed: &'a Deployment,
    log: Option<&LogSays>,
    plain: Judged<'a>,
) -> Judged<'a> {
    let reason = failed.error.as_deref().or(failed.message.as_deref());
    let reason = reason.unwrap_or_default();
    let item = item_in(facts, Some(failed), &with_log(&[reason], log));
    let kind = match &item {
        Some(Item { set: false, .. }) => AnswerKind::MissingSecret,
        Some(Item { set: true, .. }) => AnswerKind::WrongValue,
        None if words::tell_of_an_end(reason) => AnswerKind::Crash,
        None if words::tell_of_silence(reason) => AnswerKind::NoListener,
        None if words::tell_of_a_late_start(reason) => AnswerKind::SlowStart,
        None => AnswerKind::FailedDeployment,
    };
    Judged {
        kind,
        since: failed.completed_at.or(failed.created_at),
        failed: Some(failed),
        item,
        log_from: failed.started_at.or(failed.created_at),
        ..plain
    }
}

fn of_health<'a>(
    facts: &Facts<'a>,
    turns: Turns,
    log: Option<&LogSays>,
    plain: Judged<'a>,
) -> Judged<'a> {
    let checks = facts.health.map(|health| health.checks.as_slice());
    let mut failing = checks
        .unwrap_or_default()
        .iter()
        .filter(|check| is_unwell(&check.status));
    let check = failing.clone().next();
    let dependency = failing.find_map(|check| facts.other(&check.name));
    let message = facts.health_message().unwrap_or_default();
    let said = [
        message,
        check
            .and_then(|one| one.message.as_deref())
            .unwrap_or_default(),
    ];
    let first = turns.at.first().copied();
    let began = first.or(facts.health_since());
    let runs = began.and_then(|began| facts.completed_by(began));
    let item = item_in(facts, runs, &with_log(&said, log));
    let growth = plain.since.and_then(|since| growth(facts, since));
    let ended = turns.ended || said.iter().any(|said| words::tell_of_an_end(said));
    let flaps = turns.from_well >= FLAPS;
    let kind = match &item {
        Some(Item { set: false, .. }) => AnswerKind::MissingSecret,
        Some(Item { set: true, .. }) => AnswerKind::WrongValue,
        None if growth.is_some() => AnswerKind::MemoryLeak,
        None if ended => AnswerKind::Crash,
        None if flaps => AnswerKind::Flapping,
        None if dependency.is_some() => AnswerKind::Dependency,
        None if check.is_some() => AnswerKind::FailingCheck,
        None if is_silent(facts) => AnswerKind::NoListener,
        None => AnswerKind::Unwell,
    };
    let since = match kind {
        AnswerKind::Crash | AnswerKind::Flapping => began,
        AnswerKind::Well
        | AnswerKind::Stopped
        | AnswerKind::Deploying
        | AnswerKind::Unknown
        | AnswerKind::WrongValue
        | AnswerKind::MissingSecret
        | AnswerKind::Dependency
        | AnswerKind::SlowStart
        | AnswerKind::MemoryLeak
        | AnswerKind::FailingCheck
        | AnswerKind::ErrorBurst
        | AnswerKind::NoListener
        | AnswerKind::FailedDeployment
        | AnswerKind::Unwell => plain.since,
    };
    Judged {
        kind,
        since,
        check,
        item,
        dependency: dependency.map(|other| other.application.clone()),
        growth,
        turns,
        log_from: since,
        ..plain
    }
}

/// Whether a probe got no answer at all: it says neither how long that took nor any check.
fn is_silent(facts: &Facts<'_>) -> bool {
    let message = facts.health_message().unwrap_or_default();
    let nothing_came = facts.health.is_none_or(|health| {
        health.status == HealthStatus::Unhealthy
            && health.latency_ms.is_none()
            && health.checks.is_empty()
    });
    nothing_came && words::tell_of_silence(message)
}

fn with_log<'b>(said: &[&'b str], log: Option<&'b LogSays>) -> Vec<&'b str> {
    let most = log.and_then(|log| log.most.as_ref());
    let newly = most
        .filter(|most| most.newly)
        .map(|most| most.pattern.as_str());
    said.iter().copied().chain(newly).collect()
}

/// The variable of a deployment's configuration that words name; one without a value first. Where
/// they name none, they may hold a value that the deployment brought.
fn item_in(facts: &Facts<'_>, of: Option<&Deployment>, said: &[&str]) -> Option<Item> {
    let of = of?;
    let before = facts
        .before(of)
        .map(|before| before.configuration.as_slice())
        // A row of a list leaves it out.
        .filter(|before| !before.is_empty());
    let changed = |item: &ConfigurationItem| {
        before.is_some_and(|before| {
            let old = before.iter().find(|old| old.name == item.name);
            // Of two secrets nobody knows whether they are the same.
            !item.is_secret() && old.map(|old| &old.value) != Some(&item.value)
        })
    };
    let named = |item: &&ConfigurationItem| said.iter().any(|said| words::name(said, &item.name));
    let mut all: Vec<&ConfigurationItem> = of.configuration.iter().filter(named).collect();
    all.sort_by_key(|item| is_set(item) != Some(false));
    let by_value = || {
        let mut items = of.configuration.iter();
        items.find(|item| changed(item) && said.iter().any(|said| words::hold_value(said, item)))
    };
    let item = all.first().copied().or_else(by_value)?;
    Some(Item {
        name: item.name.clone(),
        set: is_set(item)?,
        changed: changed(item),
    })
}
