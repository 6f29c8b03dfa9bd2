//! What is said, in the order of a sentence: how it is, what is wrong, what was before, the log.

use chrono::{DateTime, Utc};

use super::facts::{Facts, LogSays};
use super::judge::{Item, Judged};
use super::{AnswerFact, AnswerKind, AnswerPart, Evidence, before, words};
use crate::State;

/// The parts of an answer.
pub(super) fn parts(
    facts: &Facts<'_>,
    judged: &Judged<'_>,
    log: Option<&LogSays>,
) -> Vec<AnswerPart> {
    match judged.kind {
        AnswerKind::Well => return vec![plain(AnswerFact::Well)],
        AnswerKind::Stopped => return vec![plain(AnswerFact::Stopped)],
        AnswerKind::Unknown => {
            let said = facts.health_message().map(says);
            let unknown = plain(AnswerFact::Unknown);
            return [unknown].into_iter().chain(said).collect();
        }
        AnswerKind::Deploying => return vec![deploying(facts)],
        AnswerKind::Crash
        | AnswerKind::WrongValue
        | AnswerKind::MissingSecret
        | AnswerKind::Dependency
        | AnswerKind::SlowStart
        | AnswerKind::MemoryLeak
        | AnswerKind::FailingCheck
        | AnswerKind::ErrorBurst
        | AnswerKind::NoListener
        | AnswerKind::Flapping
        | AnswerKind::FailedDeployment
        | AnswerKind::Unwell => {}
    }
    let mut parts = how_it_is(facts, judged);
    parts.extend(what_is_wrong(facts, judged));
    parts.extend(judged.since.into_iter().flat_map(|since| {
        // What a deployment that failed did is said already.
        let deployed = judged.failed.is_none();
        what_was_before(facts, judged, since, deployed)
    }));
    parts.extend(what_the_log_says(judged, log));
    parts
}

fn how_it_is(facts: &Facts<'_>, judged: &Judged<'_>) -> Vec<AnswerPart> {
    if let Some(failed) = judged.failed {
        let image = facts.entry.image.clone().filter(|image| !image.is_empty());
        let runs = image.filter(|_| judged.state == State::Well);
        let runs = runs.map(|image| plain(AnswerFact::RunsOn { image }));
        let failed = AnswerPart {
            fact: AnswerFact::Failed {
                from: failed.previous_image.clone(),
                to: failed.image.clone(),
                at: failed.completed_at.or(failed.created_at),
            },
            evidence: Some(Evidence::Deployment {
                id: failed.id.clone(),
            }),
        };
        return runs.into_iter().chain([failed]).collect();
    }
    let span = |from: DateTime<Utc>| Evidence::Span { from };
    if facts.is_in_error() && judged.turns.at.is_empty() {
        return vec![AnswerPart {
            fact: AnswerFact::StoppedWithError,
            evidence: judged.since.map(span),
        }];
    }
    let since = facts.health_since();
    let health = AnswerPart {
        fact: AnswerFact::Health {
            state: judged.state,
            since,
        },
        evidence: since.map(span),
    };
    let turned = judged
        .turns
        .at
        .first()
        .filter(|_| judged.turns.at.len() > 1);
    let turned = turned.map(|first| AnswerPart {
        fact: AnswerFact::Turned {
            count: u32::try_from(judged.turns.at.len()).unwrap_or(u32::MAX),
            first: *first,
            ended: judged.turns.ended,
        },
        evidence: Some(span(*first)),
    });
    [health].into_iter().chain(turned).collect()
}

fn what_is_wrong(facts: &Facts<'_>, judged: &Judged<'_>) -> Vec<AnswerPart> {
    let mut parts = Vec::new();
    let words = match judged.failed {
        Some(failed) => failed.error.as_deref().or(failed.message.as_deref()),
        None if judged.kind == AnswerKind::ErrorBurst => None,
        None => facts.health_message(),
    };
    if let Some(growth) = judged.growth {
        parts.push(AnswerPart {
            fact: AnswerFact::Memory {
                first: mib(growth.first),
                last: mib(growth.last),
                seconds: u32::try_from((growth.to - growth.from).num_seconds()).unwrap_or_default(),
            },
            evidence: Some(Evidence::Span { from: growth.from }),
        });
    }
    match judged.check {
        Some(check) => parts.push(AnswerPart {
            fact: AnswerFact::Check {
                name: check.name.clone(),
                message: check.message.clone(),
            },
            evidence: Some(Evidence::Check {
                name: check.name.clone(),
            }),
        }),
        None => {
            if judged.kind == AnswerKind::NoListener && judged.failed.is_none() {
                parts.push(plain(AnswerFact::NoAnswer));
            }
            parts.extend(words.map(|words| AnswerPart {
                evidence: judged.failed.map(|failed| Evidence::Deployment {
                    id: failed.id.clone(),
                }),
                ..says(words)
            }));
        }
    }
    if let Some(Item { name, set, changed }) = judged.item.clone() {
        parts.push(AnswerPart {
            fact: AnswerFact::Item { name, set, changed },
            evidence: Some(Evidence::Configuration),
        });
    }
    parts
}

fn what_was_before(
    facts: &Facts<'_>,
    judged: &Judged<'_>,
    began: DateTime<Utc>,
    deployed: bool,
) -> Vec<AnswerPart> {
    let mut parts = Vec::new();
    let place = |application: &str| Evidence::Place {
        application: application.to_owned(),
        environment: facts.entry.environment.clone(),
    };
    let dependency = judged.dependency.as_deref();
    let named = dependency.and_then(|key| facts.other(key));
    let other = match named {
        Some(other) => before::shortly(other, began),
        None => before::other(facts, began),
    };
    match (other, dependency) {
        (Some((other, at)), _) => parts.push(AnswerPart {
            fact: AnswerFact::AfterOther {
                application: other.application.clone(),
                at,
                began,
            },
            evidence: Some(place(&other.application)),
        }),
        (None, Some(key)) => parts.push(AnswerPart {
            fact: AnswerFact::OtherToo {
                application: key.to_owned(),
                stopped: named.is_some_and(|other| other.stopped),
            },
            evidence: Some(place(key)),
        }),
        (None, None) => {}
    }
    let deployment = before::deployment(facts, began).filter(|_| deployed);
    if let Some((deployment, at)) = deployment.and_then(|one| Some((one, one.completed_at?))) {
        parts.push(AnswerPart {
            fact: AnswerFact::AfterDeployment {
                from: deployment.previous_image.clone(),
                to: deployment.image.clone(),
                at,
                began,
            },
            evidence: Some(Evidence::Deployment {
                id: deployment.id.clone(),
            }),
        });
    }
    parts.extend(before::configuration(facts, began).map(|at| AnswerPart {
        fact: AnswerFact::AfterConfiguration { at, began },
        evidence: Some(Evidence::Configuration),
    }));
    parts
}

fn what_the_log_says(judged: &Judged<'_>, log: Option<&LogSays>) -> Vec<AnswerPart> {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let Some(from) = judged.log_from else {
        return Vec::new();
    };
    let counted = log.map(|log| log.errors).filter(|errors| *errors > 0);
    // Where the log itself is not known here, its errors may have been counted.
    let measured = judged.burst.map(|burst| burst.errors as u64);
    let Some(errors) = counted.or(measured) else {
        return Vec::new();
    };
    let errors = AnswerPart {
        fact: AnswerFact::Errors {
            count: count(errors),
            since: judged.burst.and(judged.since),
        },
        evidence: Some(Evidence::Log { from, words: None }),
    };
    let most = log
        .and_then(|log| log.most.as_ref())
        .map(|most| AnswerPart {
            fact: AnswerFact::Most {
                pattern: most.pattern.clone(),
                count: count(most.count),
                newly: most.newly,
            },
            evidence: Some(Evidence::Log {
                from,
                words: words::literal_of(&most.pattern),
            }),
        });
    [errors].into_iter().chain(most).collect()
}

fn deploying(facts: &Facts<'_>) -> AnswerPart {
    let newest = facts.deployments.first();
    let running = newest.filter(|one| !one.status.has_ended());
    AnswerPart {
        fact: AnswerFact::Deploying {
            from: running.and_then(|one| one.previous_image.clone()),
            to: match running {
                Some(running) => running.image.clone(),
                None => facts.entry.image.clone(),
            },
            progress: running.and_then(|one| one.progress),
        },
        evidence: running.map(|one| Evidence::Deployment { id: one.id.clone() }),
    }
}

fn says(words: &str) -> AnswerPart {
    plain(AnswerFact::Says {
        words: words.to_owned(),
    })
}

fn plain(fact: AnswerFact) -> AnswerPart {
    AnswerPart {
        fact,
        evidence: None,
    }
}

fn mib(bytes: f64) -> u32 {
    (bytes / 1_048_576.0).round() as u32
}
