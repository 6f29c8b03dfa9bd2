//! Holding an answer against what is true.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use miso_client::{Answer, AnswerFact, AnswerKind, Evidence};

use super::injecting::{FAULTY, Fault, Injected, WELL};

/// A time that is told may be so far from what is true.
const WITHIN: TimeDelta = TimeDelta::seconds(5);

/// What an answer is worth.
#[derive(Debug)]
pub(super) struct Verdict {
    expected: AnswerKind,
    told: AnswerKind,
    /// How far the time is from what is true.
    off: Option<TimeDelta>,
    /// Whether it names the deployment that the fault came with.
    deployment: bool,
    /// What it says that is false.
    pub(super) wrong: Vec<String>,
}

impl Verdict {
    pub(super) fn is_right(&self) -> bool {
        let in_time = self.off.is_some_and(|off| off.abs() <= WITHIN);
        self.told == self.expected && in_time && self.deployment && self.wrong.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let off = self.off.map_or("no time".to_owned(), |off| {
            format!("{:+.1} s", off.as_seconds_f64())
        });
        let mark = if self.is_right() { "right" } else { "WRONG" };
        let told = format!("{:?}", self.told);
        write!(
            f,
            "{mark} {told:<16} {off:>8} deployment {:<5}",
            self.deployment
        )?;
        for wrong in &self.wrong {
            write!(f, " FALSE: {wrong}")?;
        }
        Ok(())
    }
}

/// Judges an answer to a fault.
pub(super) fn judge(
    fault: &Fault,
    injected: &Injected,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Verdict {
    let named: Vec<&str> = answer
        .parts
        .iter()
        .filter_map(|part| match &part.evidence {
            Some(Evidence::Deployment { id }) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let mut wrong: Vec<String> = answer
        .parts
        .iter()
        .filter(|part| !is_true(fault, injected, &part.fact, now))
        .map(|part| format!("{:?}", part.fact))
        .collect();
    let others = named.iter().filter(|id| **id != injected.deployment);
    wrong.extend(others.map(|id| format!("deployment {id}")));
    Verdict {
        expected: fault.kind,
        told: answer.kind,
        off: answer.since.map(|since| since - injected.at),
        deployment: named.contains(&injected.deployment.as_str()),
        wrong,
    }
}

/// Whether what is said is so, by what the fault does.
fn is_true(fault: &Fault, injected: &Injected, fact: &AnswerFact, now: DateTime<Utc>) -> bool {
    let is = |kinds: &[AnswerKind]| kinds.contains(&fault.kind);
    let in_order = |at: DateTime<Utc>, began: DateTime<Utc>| at <= began && began <= now;
    match fact {
        AnswerFact::Well | AnswerFact::Stopped | AnswerFact::Unknown => false,
        // It is known to have ended.
        AnswerFact::Deploying { .. } => false,
        // The version before runs on, or this one does.
        AnswerFact::StoppedWithError => is(&[AnswerKind::Crash]),
        AnswerFact::Health { since, .. } => since.is_none_or(|since| since <= now),
        AnswerFact::RunsOn { image } => image == WELL,
        AnswerFact::Failed { from, to, at } => {
            let images = (from.as_deref(), to.as_deref()) == (Some(WELL), Some(FAULTY));
            images && at.is_some_and(|at| at >= injected.asked && at <= now)
        }
        AnswerFact::Turned { first, ended, .. } => {
            let turns = is(&[AnswerKind::Crash, AnswerKind::Flapping]);
            turns && *ended == is(&[AnswerKind::Crash]) && *first >= injected.asked
        }
        AnswerFact::Check { name, .. } => fault.check.as_ref() == Some(name),
        AnswerFact::Says { .. } => true,
        AnswerFact::NoAnswer => is(&[AnswerKind::NoListener]),
        AnswerFact::Item { name, set, changed } => {
            let value = is(&[AnswerKind::WrongValue]);
            fault.item == Some(name.as_str()) && *set == value && !changed
        }
        AnswerFact::Memory { first, last, .. } => is(&[AnswerKind::MemoryLeak]) && last > first,
        AnswerFact::AfterDeployment {
            from,
            to,
            at,
            began,
        } => {
            let images = (from.as_deref(), to.as_deref()) == (Some(WELL), Some(FAULTY));
            images && in_order(*at, *began)
        }
        // Nobody changed it.
        AnswerFact::AfterConfiguration { .. } => false,
        AnswerFact::AfterOther { at, began, .. } => in_order(*at, *began),
        AnswerFact::OtherToo { application, .. } => fault.check.as_ref() == Some(application),
        AnswerFact::Errors { count, since } => {
            *count > 0 && (since.is_none() || is(&[AnswerKind::ErrorBurst]))
        }
        AnswerFact::Most { count, .. } => *count > 0,
    }
}
