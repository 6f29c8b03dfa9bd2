//! What went wrong lately on one connection, for who has to find out why. Codes and request ids:
//! nothing of what was sent or answered, so that it can be handed on.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::transport::Call;
use crate::{Client, Code, Failure, SessionState};

/// Older ones are forgotten.
const MOST: usize = 100;

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// When.
    pub at: DateTime<Utc>,
    /// What, by the word that never changes.
    #[specta(type = String)]
    pub code: Code,
    /// Method and path of the call, without its query; null where it was no call of the API but a
    /// sign-in.
    pub call: Option<String>,
    /// What to tell the operator of the instance.
    pub request_id: Option<String>,
}

/// The last faults of a connection, oldest first.
#[derive(Default)]
pub(crate) struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    /// Notes that a call failed, unless that is part of how things go.
    pub(crate) fn note(&self, call: &Call, failure: &Failure, at: DateTime<Utc>) {
        let is_usual = matches!(
            failure.code,
            Code::BudgetWait | Code::NotOffered | Code::ReadOnly | Code::SignedOut
        );
        if !is_usual {
            let call = format!("{} {}", call.method, call.path);
            self.keep(failure, Some(call), at);
        }
    }

    /// Notes why nobody is signed in, where that was not asked for.
    pub(crate) fn note_session(&self, state: &SessionState, at: DateTime<Utc>) {
        if let SessionState::SignedOut {
            reason: Some(failure),
        } = state
        {
            self.keep(failure, None, at);
        }
    }

    fn keep(&self, failure: &Failure, call: Option<String>, at: DateTime<Utc>) {
        let fault = Fault {
            at,
            code: failure.code,
            call,
            request_id: failure.request_id.clone(),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == MOST {
            all.pop_front();
        }
        all.push_back(fault);
    }

    fn newest_first(&self) -> Vec<Fault> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().cloned().collect()
    }
}

impl Client {
    /// What went wrong lately, the newest first.
    pub fn faults(&self) -> Vec<Fault> {
        self.inner.transport.faults().newest_first()
    }

    /// How its budget stands.
    pub fn budget_stand(&self) -> crate::BudgetStand {
        self.inner.budget.stand()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(faults: &Faults, path: &str, failure: &Failure) {
        faults.note(&Call::get(path), failure, Utc::now());
    }

    #[test]
    fn only_the_last_hundred_are_kept_newest_first() {
        let faults = Faults::default();
        for number in 0..250 {
            let failure = Failure::new(Code::ServerError);
            failed(&faults, &format!("/api/{number}"), &failure);
        }
        let kept = faults.newest_first();
        assert_eq!(kept.len(), MOST);
        assert_eq!(kept[0].call.as_deref(), Some("GET /api/249"));
        assert_eq!(kept[MOST - 1].call.as_deref(), Some("GET /api/150"));
    }

    #[test]
    fn nothing_of_what_was_said_is_kept() {
        let faults = Faults::default();
        let mut failure = Failure::new(Code::NotMiso)
            .with("excerpt", "canary-in-an-answer")
            .saying("canary-in-a-message");
        failure.request_id = Some("req-7".to_owned());
        let mut call = Call::get("/api/applications");
        call.query.push(("search", "canary-in-a-query".to_owned()));
        call.body = Some("canary-in-a-body".into());
        faults.note(&call, &failure, Utc::now());
        let kept = serde_json::to_string(&faults.newest_first()).unwrap();
        assert!(!kept.contains("canary-"), "{kept}");
        assert!(
            kept.contains("not_miso") && kept.contains("req-7"),
            "{kept}"
        );
        assert!(kept.contains("GET /api/applications\""), "{kept}");
    }

    #[test]
    fn what_is_part_of_how_things_go_is_no_fault() {
        let faults = Faults::default();
        for code in [
            Code::BudgetWait,
            Code::NotOffered,
            Code::ReadOnly,
            Code::SignedOut,
        ] {
            failed(&faults, "/api/applications", &Failure::new(code));
        }
        faults.note_session(&SessionState::SignedOut { reason: None }, Utc::now());
        assert_eq!(faults.newest_first(), Vec::new());
        let reason = Some(Failure::new(Code::KeyringLocked));
        faults.note_session(&SessionState::SignedOut { reason }, Utc::now());
        let [fault] = &faults.newest_first()[..] else {
            panic!("there is one");
        };
        assert_eq!((fault.code, &fault.call), (Code::KeyringLocked, &None));
    }
}
