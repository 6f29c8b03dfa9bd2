//! What the pipeline found valid and has not deployed yet (API-V1.md §3.5). In memory only,
//! short-lived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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

/// A manifest that was found valid.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) image: String,
    /// Who had it validated.
    pub(super) by: Principal,
    pub(super) made: DateTime<Utc>,
    /// Held by who deploys it: only one does.
    pub(super) fate: Arc<tokio::sync::Mutex<Fate>>,
}

/// What came of a draft. Holds secrets: no `Debug`.
pub(super) enum Fate {
    Waits {
        manifest: Map<String, Value>,
        /// The mark of the application when the manifest was found valid.
        mark: String,
    },
    /// The deployment that it became; asked for again, it is the same.
    Became(String),
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
            image: "miso/hello:1.0".to_owned(),
            made,
            fate: Arc::new(tokio::sync::Mutex::new(Fate::Waits {
                manifest: Map::new(),
                mark: String::new(),
            })),
        }
    }

    #[test]
    fn a_draft_waits_a_quarter_of_an_hour_and_becomes_one_deployment() {
        let (drafts, now) = (Drafts::default(), Utc::now());
        assert_eq!(drafts.keep("a", draft(now)), now + TIME);
        assert!(drafts.find("b", now).is_none());
        assert!(drafts.find("a", now + TIME).is_none());
        let first = drafts.find("a", now).unwrap();
        let mut fate = first.fate.try_lock().unwrap();
        let second = drafts.find("a", now).unwrap();
        assert!(second.fate.try_lock().is_err(), "one at a time");
        *fate = Fate::Became("the-deployment".to_owned());
        drop(fate);
        let fate = second.fate.try_lock().unwrap();
        assert!(matches!(&*fate, Fate::Became(id) if id == "the-deployment"));
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
