//! The answer to "why is it red?", in parts that a page makes a sentence of (UX.md, 4): since when,
//! which check or which other application, what happened shortly before, what the log says. Each
//! part leads to its evidence. It says *after*, never *because*; what is not known is left out.
//!
//! The engine is a function of what is known and a time; nothing is asked for it.

mod asked;
mod before;
mod course;
mod facts;
mod judge;
mod measured;
mod parts;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

pub(crate) use asked::LookedAt;
pub(crate) use facts::{Facts, others_of};
pub use facts::{LogSays, LogSpan, Said};

use crate::State;
use judge::judge;

/// How an application is in an environment, and what is known of why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What of the usual it looks like. A page shows the parts; this is for who compares.
    pub kind: AnswerKind,
    /// How it is by now.
    pub state: State,
    /// Since when it is like that, as far as somebody says so.
    pub since: Option<DateTime<Utc>>,
    /// What is to be said, in the order of a sentence.
    pub parts: Vec<AnswerPart>,
}

/// What of the usual it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AnswerKind {
    /// All is well.
    Well,
    /// Stopped on purpose.
    Stopped,
    /// A deployment is under way.
    Deploying,
    /// Nothing is known of its health.
    Unknown,
    /// Its process ends.
    Crash,
    /// What is said names a variable of the configuration that has a value.
    WrongValue,
    /// What is said names a variable of the configuration that has none.
    MissingSecret,
    /// Another application that it asks is not well.
    Dependency,
    /// It was not well in the time that the platform gives it to start.
    SlowStart,
    /// Its memory grew until it was unwell.
    MemoryLeak,
    /// One of its checks fails.
    FailingCheck,
    /// Far more errors in its log than before, while its health is good.
    ErrorBurst,
    /// It runs, and nothing answers.
    NoListener,
    /// It turns unwell and well again.
    Flapping,
    /// A deployment failed, by none of these.
    FailedDeployment,
    /// It is unwell, by none of these.
    Unwell,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnswerPart {
    /// What is said.
    pub fact: AnswerFact,
    /// Where it can be seen.
    pub evidence: Option<Evidence>,
}

/// What a part says. Texts are those of the server, of the application or of its log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "code",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AnswerFact {
    /// All is well.
    Well,
    /// It is stopped.
    Stopped,
    /// A deployment is under way.
    Deploying {
        /// The image before.
        from: Option<String>,
        /// The image that is deployed.
        to: Option<String>,
        /// 0 to 100.
        progress: Option<u8>,
    },
    /// Nothing is known of its health.
    Unknown,
    /// It stopped with an error.
    StoppedWithError,
    /// How its health is.
    Health {
        /// In a word.
        state: State,
        /// Since when.
        since: Option<DateTime<Utc>>,
    },
    /// It runs well with this image, whatever else there is to say.
    RunsOn {
        /// The image.
        image: String,
    },
    /// A deployment failed.
    Failed {
        /// The image before.
        from: Option<String>,
        /// The image that was asked for.
        to: Option<String>,
        /// When.
        at: Option<DateTime<Utc>>,
    },
    /// Its process ended several times, or turned unwell so often.
    Turned {
        /// So often.
        count: u32,
        /// The first time.
        first: DateTime<Utc>,
        /// Whether its process ended each time.
        ended: bool,
    },
    /// A check fails.
    Check {
        /// Its name.
        name: String,
        /// Why.
        message: Option<String>,
    },
    /// Why, in words.
    Says {
        /// The words.
        words: String,
    },
    /// Nothing answers where it should.
    NoAnswer,
    /// These words name a variable of its configuration.
    Item {
        /// The variable.
        name: String,
        /// Whether it has a value.
        set: bool,
        /// Whether it was changed with the last deployment.
        changed: bool,
    },
    /// Its memory grew.
    Memory {
        /// MiB at first.
        first: u32,
        /// MiB at last.
        last: u32,
        /// How long that took, in seconds.
        seconds: u32,
    },
    /// It began after a deployment.
    AfterDeployment {
        /// The image before.
        from: Option<String>,
        /// The image since.
        to: Option<String>,
        /// When that was done.
        at: DateTime<Utc>,
        /// When it began.
        began: DateTime<Utc>,
    },
    /// It began after the configuration was changed.
    AfterConfiguration {
        /// When that was.
        at: DateTime<Utc>,
        /// When it began.
        began: DateTime<Utc>,
    },
    /// It began after another application turned unwell.
    AfterOther {
        /// The other one.
        application: String,
        /// When that turned unwell.
        at: DateTime<Utc>,
        /// When it began.
        began: DateTime<Utc>,
    },
    /// Another application that it asks is not well either, or stopped; which was first is not known.
    OtherToo {
        /// The other one.
        application: String,
        /// Whether that is stopped on purpose.
        stopped: bool,
    },
    /// So many errors in its log since it is like that.
    Errors {
        /// How many.
        count: u32,
        /// Since when; `None` where that is said already.
        since: Option<DateTime<Utc>>,
    },
    /// What most of them say.
    Most {
        /// With what differs from line to line masked.
        pattern: String,
        /// So many lines.
        count: u32,
        /// Whether no line before said so.
        newly: bool,
    },
}

/// Where a part can be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Evidence {
    /// The checks of its health.
    Check {
        /// Which.
        name: String,
    },
    /// A time of its timeline.
    Span {
        /// From when on.
        from: DateTime<Utc>,
    },
    /// A deployment.
    Deployment {
        /// Its id.
        id: String,
    },
    /// Its configuration.
    Configuration,
    /// Another application, or the same elsewhere.
    Place {
        /// Which.
        application: String,
        /// Where.
        environment: String,
    },
    /// Its log.
    Log {
        /// From when on.
        from: DateTime<Utc>,
        /// Words that are in its lines.
        words: Option<String>,
    },
}

impl Answer {
    /// The answer from what is known at a moment. Where the log is not known, it is left out.
    pub(crate) fn of(facts: &Facts<'_>, log: Option<&LogSays>, now: DateTime<Utc>) -> Self {
        let judged = judge(facts, log, now);
        Self {
            kind: judged.kind,
            state: judged.state,
            since: judged.since,
            parts: parts::parts(facts, &judged, log),
        }
    }

    /// Whether a deployment was shortly before: then going back to what ran before may mend it.
    pub(crate) fn is_after_a_deployment(&self) -> bool {
        self.parts.iter().any(|part| {
            matches!(
                part.fact,
                AnswerFact::AfterDeployment { .. } | AnswerFact::Failed { .. }
            )
        })
    }
}

/// Which part of the log there is to look at; none where there is nothing to say of it.
pub(crate) fn log_span(facts: &Facts<'_>, now: DateTime<Utc>) -> Option<LogSpan> {
    let from = judge(facts, None, now).log_from?;
    Some(LogSpan { from, to: now })
}
