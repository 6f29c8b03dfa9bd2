//! What is unwell, and why in one line.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use miso_api::{Application, ApplicationStatus, Deployment};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::before::image_before;
use super::row::State;
use crate::answer::{Facts, others_of};
use crate::{Answer, Stage};

/// An application that is unwell in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnwellPlace {
    /// The application's key.
    pub application: String,
    /// The environment.
    pub environment: Stage,
    /// Its shape.
    pub state: State,
    /// How it is, and what is known of why.
    pub answer: Answer,
    /// The image to go back to, as far as that is known and may mend it: where nothing was changed
    /// shortly before, nothing speaks for going back.
    pub before: Option<String>,
}

/// Every place that is unwell, the worst first; then the furthest environment, then by key.
pub(super) fn unwell_places(
    applications: &[Application],
    known: &BTreeMap<&str, Vec<&Deployment>>,
    columns: &[Stage],
    now: DateTime<Utc>,
) -> Vec<UnwellPlace> {
    let others = others_of(applications);
    let mut found: Vec<(State, Reverse<usize>, &str, UnwellPlace)> = Vec::new();
    for application in applications {
        let known = known.get(application.key.as_str());
        let known = known.map(Vec::as_slice).unwrap_or_default();
        for (at, column) in columns.iter().enumerate() {
            let Some(entry) = super::row::entry_of(application, &column.key) else {
                continue;
            };
            let state = State::of(entry);
            if state.is_unwell() {
                let here = known.iter().copied();
                let facts = Facts {
                    application: &application.key,
                    entry,
                    health: None,
                    deployments: here.filter(|one| one.environment == column.key).collect(),
                    events: &[],
                    metrics: &[],
                    others: others
                        .get(&column.key)
                        .map(Vec::as_slice)
                        .unwrap_or_default(),
                };
                let answer = Answer::of(&facts, None, now);
                let may_mend =
                    entry.status == ApplicationStatus::Error || answer.is_after_a_deployment();
                let before = may_mend
                    .then(|| image_before(entry, known.iter().copied()))
                    .flatten();
                let place = UnwellPlace {
                    application: application.key.clone(),
                    environment: column.clone(),
                    state,
                    answer,
                    before,
                };
                found.push((state, Reverse(at), &application.key, place));
            }
        }
    }
    found.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    found.into_iter().map(|(_, _, _, place)| place).collect()
}
