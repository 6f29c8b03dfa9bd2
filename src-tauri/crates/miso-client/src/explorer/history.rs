//! What was sent by hand lately, newest first. Bodies and headers stay in memory: a secret may have
//! been typed into them.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::ApiCall;
use crate::lock::lock;
use crate::{Client, Code};

/// Older ones are forgotten.
const MOST: usize = 50;
/// Bytes of all bodies that are remembered; those of older ones go first.
const MOST_BODIES: usize = 8 * 1024 * 1024;
/// Bytes of a query that is kept beyond this run.
const KEPT_QUERY: usize = 2_000;
/// Parts of a parameter's name that may be a secret's.
const SECRET: [&str; 8] = [
    "secret",
    "passw",
    "passphrase",
    "token",
    "credential",
    "apikey",
    "api_key",
    "api-key",
];

/// A call that was sent by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiSent {
    /// When.
    pub at: DateTime<Utc>,
    /// What was sent; after a restart of the app without its headers and its body.
    pub call: ApiCall,
    /// The status of the answer; `None` where there was none.
    pub status: Option<u16>,
    /// Why there was none.
    #[specta(type = Option<String>)]
    pub code: Option<Code>,
    /// How long it took, in milliseconds.
    pub milliseconds: Option<u32>,
}

impl ApiSent {
    /// The same as it may be kept on disk: nothing of it can be a secret.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        self.call.body = None;
        self.call.headers.clear();
        self.call.query.retain(|(name, _)| {
            let name = name.to_lowercase();
            !SECRET.iter().any(|secret| name.contains(secret))
        });
        let query = &self.call.query;
        let bytes: usize = query
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if bytes > KEPT_QUERY {
            self.call.query.clear();
        }
        self
    }
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
    pub(super) fn account(&self) -> u64 {
        lock(&self.0).left
    }

    /// Remembers one that an account sent. Where that was left meanwhile, it is not for the next one.
    pub(super) fn note(&self, account: u64, sent: ApiSent) {
        let mut all = lock(&self.0);
        if all.left != account {
            return;
        }
        all.calls.push_front(sent);
        all.calls.truncate(MOST);
        let mut bytes = 0;
        for older in &mut all.calls {
            bytes += older.call.body.as_ref().map_or(0, String::len);
            if bytes > MOST_BODIES {
                older.call.body = None;
            }
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

    fn sent(path: &str, body: &str) -> ApiSent {
        let pair = |name: &str| (name.to_owned(), "canary".to_owned());
        ApiSent {
            at: DateTime::UNIX_EPOCH,
            call: ApiCall {
                method: "POST".to_owned(),
                template: path.to_owned(),
                path: path.to_owned(),
                query: vec![("page".to_owned(), "2".to_owned()), pair("client_Secret")],
                headers: vec![pair("X-Api-Key")],
                body: Some(body.to_owned()),
            },
            status: Some(200),
            code: None,
            milliseconds: Some(3),
        }
    }

    #[test]
    fn the_last_fifty_are_remembered_newest_first() {
        let all = SentCalls::default();
        for number in 0..MOST + 7 {
            all.note(0, sent(&format!("/{number}"), "{}"));
        }
        let calls = lock(&all.0).calls.clone();
        assert_eq!((calls.len(), calls[0].call.path.as_str()), (MOST, "/56"));
        all.clear();
        all.note(0, sent("/late", "{}"));
        assert!(lock(&all.0).calls.is_empty(), "its account was left");
        let large = "x".repeat(MOST_BODIES / 2);
        for _ in 0..3 {
            all.note(1, sent("/", &large));
        }
        let bodies: Vec<bool> = lock(&all.0)
            .calls
            .iter()
            .map(|one| one.call.body.is_some())
            .collect();
        assert_eq!(bodies, [true, true, false]);
    }

    #[test]
    fn no_secret_is_kept() {
        let kept = sent("/api", "{\"value\":\"canary\"}").without_secrets();
        let text = serde_json::to_string(&kept).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(kept.call.query, [("page".to_owned(), "2".to_owned())]);
    }
}
