//! Requests for access as who looks at them sees them: what waits for their decision, and what they asked
//! for themselves.

use std::cmp::Reverse;

use miso_api::{AccessRequest, AccessRequestStatus, Application, Me, Page, Permission};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::permission::{Allowed, allowed};
use crate::{Client, Code, Failure, Reading, Resource, Source};

/// A request for access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskedAccess {
    /// As the server told it.
    pub request: AccessRequest,
    /// Whether the caller asked it.
    pub own: bool,
    /// Whether it waits for a decision that is the caller's, as far as is known.
    pub to_decide: bool,
    /// Whether approving it is written to production.
    pub production: bool,
}

impl Client {
    /// The requests for access that the caller may see: what waits for their decision first, the longest
    /// wait before; then the newest.
    ///
    /// # Errors
    /// See [`Self::access_requests`].
    pub async fn asked_access(&self) -> Result<Reading<Vec<AskedAccess>>, Failure> {
        let reading = self.access_requests().await?;
        let me: Option<Me> = self.peek(&Resource::Me);
        let stages = self.known_stages();
        Ok(reading.map(|page| {
            let mut asked: Vec<AskedAccess> = page
                .data
                .into_iter()
                .map(|request| {
                    let application = self.known_application(&request.application_key);
                    let mut places = request.environments.iter();
                    AskedAccess {
                        own: is_own(&request, me.as_ref()),
                        to_decide: is_to_decide(&request, application.as_ref(), me.as_ref()),
                        production: places.any(|key| stages.is_production(key)),
                        request,
                    }
                })
                .collect();
            in_order(&mut asked);
            asked
        }))
    }

    /// What others asked for and waits for the caller's decision, where the server said so in this run and
    /// last. Asks nobody.
    pub(crate) fn waiting_now(&self) -> Option<Vec<AccessRequest>> {
        let reading: Reading<Page<AccessRequest>> = self.peek_reading(&Resource::AccessRequests)?;
        if reading.source != Source::Live {
            return None;
        }
        let me: Option<Me> = self.peek(&Resource::Me);
        let waits = |request: &AccessRequest| {
            let application = self.known_application(&request.application_key);
            !is_own(request, me.as_ref())
                && is_to_decide(request, application.as_ref(), me.as_ref())
        };
        let mut waiting = reading.value.data;
        waiting.retain(waits);
        Some(waiting)
    }

    /// Refuses a decision that is known not to be the caller's.
    pub(super) fn check_decision(&self, id: &str) -> Result<(), Failure> {
        let known: Option<Page<AccessRequest>> = self.peek(&Resource::AccessRequests);
        let known = known.map(|page| page.data).unwrap_or_default();
        let Some(request) = known.into_iter().find(|request| request.id == id) else {
            return Ok(());
        };
        let application = self.known_application(&request.application_key);
        let me: Option<Me> = self.peek(&Resource::Me);
        match decision(&request, application.as_ref(), me.as_ref()) {
            Allowed::No => {
                Err(Failure::new(Code::Forbidden).with("permission", Permission::AccessUpdate))
            }
            Allowed::Yes | Allowed::NotKnown => Ok(()),
        }
    }
}

pub(super) fn is_own(request: &AccessRequest, me: Option<&Me>) -> bool {
    me.is_some_and(|me| request.requested_by.as_ref() == Some(&me.username))
}

/// What others asked for is shown to who may decide it. One's own is shown anyway: it is the caller's to
/// decide only where that is known.
fn is_to_decide(
    request: &AccessRequest,
    application: Option<&Application>,
    me: Option<&Me>,
) -> bool {
    if request.status != AccessRequestStatus::Pending {
        return false;
    }
    match decision(request, application, me) {
        Allowed::Yes => true,
        Allowed::NotKnown => me.is_some() && !is_own(request, me),
        Allowed::No => false,
    }
}

/// Who decides gives the access, in each of the environments.
fn decision(
    request: &AccessRequest,
    application: Option<&Application>,
    me: Option<&Me>,
) -> Allowed {
    let places = request.environments.iter();
    let all: Vec<Allowed> = places
        .map(|place| allowed(&Permission::AccessUpdate, application, me, Some(place)))
        .collect();
    if all.contains(&Allowed::No) {
        return Allowed::No;
    }
    if all.is_empty() || all.contains(&Allowed::NotKnown) {
        return Allowed::NotKnown;
    }
    Allowed::Yes
}

fn in_order(asked: &mut [AskedAccess]) {
    asked.sort_by_cached_key(|each| {
        let at = each.request.created_at;
        match each.to_decide {
            true => (0, at, Reverse(None)),
            false => (1, None, Reverse(at)),
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn me(permissions: &[&str], environments: &[&str]) -> Me {
        let me = json!({"id": "1", "username": "me", "permissions": permissions,
            "environments": environments});
        serde_json::from_value(me).unwrap()
    }

    fn request(by: &str, more: Value) -> AccessRequest {
        let mut request = json!({"id": by, "applicationKey": "a", "role": "viewer",
            "environments": ["dev", "prod"], "status": "pending", "requestedBy": by});
        let (Value::Object(all), Value::Object(more)) = (&mut request, more) else {
            panic!("objects");
        };
        all.extend(more);
        serde_json::from_value(request).unwrap()
    }

    #[test]
    fn who_may_give_it_everywhere_decides() {
        let to_decide = |request: &AccessRequest, me: Option<&Me>| is_to_decide(request, None, me);
        let theirs = request("other", json!({}));
        let own = request("me", json!({}));
        let may = me(&["access:update"], &["dev", "prod"]);
        let may_in_dev = me(&["access:update"], &["dev"]);
        let may_not = me(&["access:read"], &["dev", "prod"]);
        let says_nothing = me(&[], &[]);
        assert!(to_decide(&theirs, Some(&may)));
        assert!(to_decide(&own, Some(&may)));
        for me in [&may_in_dev, &may_not] {
            assert!(!to_decide(&theirs, Some(me)));
            assert!(!to_decide(&own, Some(me)));
        }
        assert!(
            to_decide(&theirs, Some(&says_nothing)),
            "it is shown to who decides"
        );
        assert!(!to_decide(&own, Some(&says_nothing)));
        assert!(!to_decide(&theirs, None));
        for status in ["approved", "denied", "withdrawn"] {
            let over = request("other", json!({"status": status}));
            assert!(!to_decide(&over, Some(&may)), "{status}");
        }
    }

    #[test]
    fn what_waits_longest_for_the_caller_stands_first_then_the_newest() {
        let asked = |id: &str, at: &str, to_decide: bool| AskedAccess {
            request: request(id, json!({"createdAt": at})),
            own: false,
            to_decide,
            production: false,
        };
        let mut all = vec![
            asked("old", "2026-01-01T00:00:00Z", false),
            asked("late", "2026-01-04T00:00:00Z", true),
            asked("new", "2026-01-03T00:00:00Z", false),
            asked("early", "2026-01-02T00:00:00Z", true),
        ];
        in_order(&mut all);
        let ids: Vec<&str> = all.iter().map(|each| each.request.id.as_str()).collect();
        assert_eq!(ids, ["early", "late", "new", "old"]);
    }
}
