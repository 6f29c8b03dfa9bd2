//! What was sent by hand lately, newest first. Bodies and headers are not among it: a secret may have been
//! typed into them, and that is sent once and left nowhere (SECURITY.md).

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::ApiCall;
use super::guard::decoded;
use crate::lock::lock;
use crate::{Client, Code};

/// Older ones are forgotten.
const MOST: usize = 50;
/// Parameters whose values are kept beyond this run: what every list and every log of the platform is
/// narrowed by (API.md). Of others, only the name.
const KEPT: [&str; 13] = [
    "environment",
    "from",
    "level",
    "limit",
    "order",
    "page",
    "pageSize",
    "since",
    "sort",
    "status",
    "to",
    "type",
    "until",
];
/// Characters of a part of a path that is kept: those of a key (APP-MANIFEST.md).
const KEY: usize = 40;

/// A call that was sent by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiSent {
    /// When.
    pub at: DateTime<Utc>,
    /// What was sent, without its headers and its body.
    pub call: ApiCall,
    /// Whether it may have changed something.
    pub writes: bool,
    /// The status of the answer; `None` where there was none.
    pub status: Option<u16>,
    /// Why there was none.
    #[specta(type = Option<String>)]
    pub code: Option<Code>,
    /// How long it took, in milliseconds.
    pub milliseconds: Option<u32>,
}

impl ApiSent {
    /// The same as it may be kept on disk: of the query and the path nothing that somebody typed but
    /// what an environment, an application or a page is called by.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        for (name, value) in &mut self.call.query {
            let is_kept = KEPT.contains(&name.as_str()) && is_key(value);
            if !is_kept {
                value.clear();
            }
        }
        self.call.query.retain(|(name, _)| is_key(name));
        let parts = self.call.path.split('/');
        let kept = parts.map(|part| if is_key(&decoded(part)) { part } else { "" });
        self.call.path = kept.collect::<Vec<_>>().join("/");
        // Of a call without a document's, the template is the path.
        if !self.call.template.contains('{') {
            self.call.template = self.call.path.clone();
        }
        self
    }
}

/// Whether it is short and plain enough to be what something is called by.
fn is_key(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+".contains(&byte);
    text.len() <= KEY && text.bytes().all(is_plain)
}

/// What was sent by hand on one connection.
#[derive(Default)]
pub(crate) struct SentCalls(Mutex<Sent>);

#[derive(Default)]
struct Sent {
    /// So many accounts were left before.
    left: u64,
    calls: VecDeque<ApiSent>,
    /// Whether what was kept of an earlier run is among them.
    is_recalled: bool,
}

/// Whose calls they were at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentBy(u64);

impl SentCalls {
    /// Forgets all of them: the account is left.
    pub(crate) fn clear(&self) {
        let mut all = lock(&self.0);
        *all = Sent {
            left: all.left + 1,
            ..Sent::default()
        };
    }

    /// Whose they are now, for [`Self::note`].
    pub(super) fn account(&self) -> SentBy {
        SentBy(lock(&self.0).left)
    }

    /// Remembers one that an account sent. Where that was left meanwhile, it is not for the next one.
    pub(super) fn note(&self, by: SentBy, mut sent: ApiSent) {
        sent.call.body = None;
        sent.call.headers.clear();
        let mut all = lock(&self.0);
        if all.left == by.0 {
            all.calls.push_front(sent);
            all.calls.truncate(MOST);
        }
    }
}

impl Client {
    /// What was sent by hand, newest first; at most 50.
    pub fn sent_calls(&self) -> Vec<ApiSent> {
        lock(&self.inner.sent_calls.0)
            .calls
            .iter()
            .cloned()
            .collect()
    }

    /// Whose calls they are now.
    pub fn sent_by(&self) -> SentBy {
        self.inner.sent_calls.account()
    }

    /// The same as it may be kept on disk; `None` where who sent them has left, and they are another's.
    pub fn sent_calls_of(&self, by: SentBy) -> Option<Vec<ApiSent>> {
        let all = lock(&self.inner.sent_calls.0);
        let kept = all.calls.iter().cloned().map(ApiSent::without_secrets);
        (all.left == by.0).then(|| kept.collect())
    }

    /// Takes up what was kept of an earlier run, once for each account; `kept` is asked for it then.
    pub fn recall_calls(&self, kept: impl FnOnce() -> Vec<ApiSent>) {
        let mut all = lock(&self.inner.sent_calls.0);
        if !all.is_recalled {
            all.is_recalled = true;
            all.calls.extend(kept());
            all.calls.truncate(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(path: &str) -> ApiSent {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        ApiSent {
            at: DateTime::UNIX_EPOCH,
            call: ApiCall {
                method: "POST".to_owned(),
                template: path.to_owned(),
                path: path.to_owned(),
                query: vec![
                    pair("page", "2"),
                    pair("since", "2026-11-24T10:00:00Z"),
                    pair("key", "canary"),
                    pair("sig", "canary"),
                    pair("environment", "canary and more than a key"),
                    pair("canary as a name", "1"),
                ],
                headers: vec![pair("X-Api-Key", "canary")],
                body: Some("{\"value\":\"canary\"}".to_owned()),
            },
            writes: true,
            status: Some(200),
            code: None,
            milliseconds: Some(3),
        }
    }

    #[test]
    fn the_last_fifty_are_remembered_newest_first_without_bodies_and_headers() {
        let all = SentCalls::default();
        let first = all.account();
        for number in 0..MOST + 7 {
            all.note(first, sent(&format!("/{number}")));
        }
        let calls = lock(&all.0).calls.clone();
        assert_eq!((calls.len(), calls[0].call.path.as_str()), (MOST, "/56"));
        let is_bare = |one: &ApiSent| one.call.body.is_none() && one.call.headers.is_empty();
        assert!(calls.iter().all(is_bare));
        all.clear();
        all.note(first, sent("/late"));
        assert!(lock(&all.0).calls.is_empty(), "its account was left");
    }

    #[test]
    fn no_secret_is_kept() {
        let all = SentCalls::default();
        let token = "canary".repeat(7);
        all.note(
            all.account(),
            sent(&format!("/api/invitations/{token}/%7Bcanary%7D")),
        );
        let kept = lock(&all.0).calls[0].clone().without_secrets();
        let text = serde_json::to_string(&kept).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(kept.call.path, "/api/invitations//");
        let query = kept.call.query.iter();
        let query: Vec<_> = query
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            query,
            [
                "page=2",
                "since=2026-11-24T10:00:00Z",
                "key=",
                "sig=",
                "environment="
            ]
        );
        let plain =
            sent("/api/applications/orders-api/deployments/0190a1b2-7c3d").without_secrets();
        assert_eq!(
            plain.call.path,
            "/api/applications/orders-api/deployments/0190a1b2-7c3d"
        );
    }
}
