//! What the pipeline found valid and has not deployed yet (API-V1.md §3.5). In memory only,
//! short-lived.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::principal::Principal;
use crate::oidc::tokens;
use crate::place::Place;

/// How long a draft may wait for its deployment.
const TIME: TimeDelta = TimeDelta::minutes(15);
/// How many are kept; the oldest go first.
const MOST: usize = 200;

/// All drafts, by the hashes of their tokens.
#[derive(Default)]
pub(crate) struct Drafts(Mutex<HashMap<Vec<u8>, Draft>>);

/// A valid manifest that waits for its deployment. Holds secrets: no `Debug`.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) manifest: Map<String, Value>,
    pub(super) image: String,
    /// Who had it validated.
    pub(super) by: Principal,
    pub(super) made: DateTime<Utc>,
    /// What it became; asked for again, it is the same.
    pub(super) deployment: Option<String>,
}

impl Drafts {
    /// Keeps a draft, and says until when.
    pub(super) fn keep(&self, token: &str, draft: Draft) -> DateTime<Utc> {
        let (now, until) = (draft.made, draft.made + TIME);
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|_, draft| now - draft.made < TIME);
        while drafts.len() >= MOST {
            let oldest = drafts.iter().min_by_key(|(_, draft)| draft.made);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            drafts.remove(&oldest);
        }
        drafts.insert(tokens::hash(token), draft);
        until
    }

    /// The draft of a token, as long as it counts.
    pub(super) fn find(&self, token: &str, now: DateTime<Utc>) -> Option<Draft> {
        let drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = drafts.get(&tokens::hash(token))?;
        (now - found.made < TIME).then(|| found.clone())
    }

    /// Notes what a draft became; its manifest is let go of.
    pub(super) fn deployed(&self, token: &str, deployment: &str) {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(draft) = drafts.get_mut(&tokens::hash(token)) {
            draft.deployment = Some(deployment.to_owned());
            draft.manifest = Map::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::principal::of_place;

    fn draft(made: DateTime<Utc>) -> Draft {
        let place = Place::new("orders-api", "dev");
        Draft {
            by: of_place(place.clone()),
            place,
            manifest: Map::new(),
            image: "miso/hello:1.0".to_owned(),
            made,
            deployment: None,
        }
    }

    #[test]
    fn a_draft_waits_a_quarter_of_an_hour_and_becomes_one_deployment() {
        let (drafts, now) = (Drafts::default(), Utc::now());
        assert_eq!(drafts.keep("a", draft(now)), now + TIME);
        assert!(drafts.find("b", now).is_none());
        assert!(drafts.find("a", now + TIME).is_none());
        drafts.deployed("a", "the-deployment");
        let found = drafts.find("a", now).unwrap();
        assert_eq!(found.deployment.as_deref(), Some("the-deployment"));
    }

    #[test]
    fn memory_is_bounded() {
        let (drafts, now) = (Drafts::default(), Utc::now());
        for number in 0..2 * MOST {
            let made = now + TimeDelta::milliseconds(number as i64);
            drafts.keep(&number.to_string(), draft(made));
        }
        assert!(drafts.0.lock().unwrap().len() <= MOST);
        assert!(drafts.find(&(2 * MOST - 1).to_string(), now).is_some());
    }
}
