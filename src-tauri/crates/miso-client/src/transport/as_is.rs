//! A call that somebody wrote by hand, and its answer as it is, whatever its status. It goes the way of
//! all others: budget, token, limits. Only a session that has expired is renewed as elsewhere.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::answer::Answer;
use super::headers::{is_json, request_id};
use super::{Call, Transport};
use crate::http::read_some;
use crate::{Class, Code, Failure};

/// Bytes of an answer that are shown.
const SHOWN: usize = 1024 * 1024;
/// What an answer is preferred to be.
const PREFERRED: &str = "application/json, */*;q=0.5";
/// What stands where an answer brings the token back.
const HIDDEN: &str = "[token]";

/// What a call by hand has beyond others.
#[derive(Debug, Default)]
pub(crate) struct AsIs {
    /// The query, in addition.
    pub query: Vec<(String, String)>,
    /// The headers, in addition.
    pub headers: HeaderMap,
    /// The body: JSON as it was written.
    pub text: Option<String>,
    /// How many requests were made for it.
    pub sent: AtomicU32,
    /// What is let through for it.
    pub passing: Passing,
}

/// What is let through for one call by hand, and for no other.
#[derive(Debug, Default)]
pub struct Passing {
    /// It may write where the connection is locked, which stays locked for everybody else.
    pub past_the_lock: bool,
    /// Asked just before it leaves.
    pub leave: Option<Leave>,
}

/// Whether a call may leave now. Where it may not, it waits until whoever called it off drops it.
pub struct Leave(Box<dyn Fn() -> bool + Send + Sync>);

impl Leave {
    /// Asks `may_leave`, for each request of the call.
    pub fn when(may_leave: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Box::new(may_leave))
    }
}

impl fmt::Debug for Leave {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Leave")
    }
}

/// An answer as it is.
#[derive(Debug)]
pub(crate) struct AsItIs {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    /// The body, or its begin.
    pub body: Vec<u8>,
    /// Whether there is more of it.
    pub cut: bool,
    /// Whether it says that it is JSON.
    pub is_json: bool,
    pub request_id: Option<String>,
    /// From when it was sent to its end.
    pub took: Duration,
}

impl AsIs {
    /// Puts it into a request.
    pub(super) fn put_into(&self, mut request: RequestBuilder) -> RequestBuilder {
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        if let Some(text) = &self.text {
            request = request
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(text.clone());
        }
        let mut headers = self.headers.clone();
        if !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, HeaderValue::from_static(PREFERRED));
        }
        // In the place of what all calls have.
        request.headers(headers)
    }
}

impl Transport {
    /// Sends a call by hand: a write once, a read again where no answer came, as any other.
    ///
    /// # Errors
    /// Why there is no answer, or that the session does not count any more; everything else is an
    /// answer. A write whose answer was lost is [`Code::OutcomeUnknown`].
    pub(crate) async fn send_as_is(&self, call: &Call) -> Result<AsItIs, Failure> {
        match self.exchange(call, Class::Interactive).await? {
            Answer::AsItIs(answer) => Ok(answer),
            // None of these was asked for.
            Answer::Whole(_) | Answer::Unchanged | Answer::Events(_) => {
                Err(Failure::new(Code::NotMiso))
            }
        }
    }

    pub(super) async fn as_it_is(
        &self,
        call: &Call,
        token: &SecretString,
        response: Response,
        begun: Duration,
    ) -> Result<Answer, Failure> {
        let (status, headers) = (response.status(), response.headers().clone());
        let read = read_some(response, SHOWN).await;
        let (body, cut) = read.map_err(|error| self.lost(call, &error))?;
        let took = self.clock.monotonic() - begun;
        let request_id = request_id(&headers).map(str::to_owned);
        let milliseconds = took.as_millis();
        tracing::debug!(
            method = %call.method, path = call.path, %status, bytes = body.len(), milliseconds,
            request_id, "answer as it is"
        );
        if status == StatusCode::UNAUTHORIZED {
            let failure = self.refused(status, &body, None);
            if failure.code == Code::Unauthorized {
                return Err(failure);
            }
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.spent(self.retry_after(&headers));
        }
        let hidden = token.expose_secret();
        Ok(Answer::AsItIs(AsItIs {
            status,
            headers: texts(&headers, hidden),
            body: without(body, hidden),
            cut,
            is_json: is_json(&headers),
            request_id,
            took,
        }))
    }
}

impl AsIs {
    /// Counts a request, which leaves now; for ever where it was called off.
    pub(super) async fn leave(&self) {
        let leave = self.passing.leave.as_ref();
        if leave.is_some_and(|Leave(may_leave)| !may_leave()) {
            std::future::pending::<()>().await;
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
    }
}

fn texts(headers: &HeaderMap, hidden: &str) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let all = headers.iter();
    all.map(|(name, value)| (name.to_string(), text(value).replace(hidden, HIDDEN)))
        .collect()
}

/// A body without the token: an instance that answers with what it was asked is no way for it to a page.
fn without(body: Vec<u8>, hidden: &str) -> Vec<u8> {
    let hidden = hidden.as_bytes();
    if hidden.is_empty() {
        return body;
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body.as_slice();
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(hidden) {
            clean.extend_from_slice(HIDDEN.as_bytes());
            rest = after;
        } else {
            clean.push(*first);
            rest = &rest[1..];
        }
    }
    // Where the body was cut within the token, its begin is left out too.
    let begun = (16.min(hidden.len())..hidden.len()).rev();
    let begun = begun
        .into_iter()
        .find(|length| clean.ends_with(&hidden[..*length]));
    clean.truncate(clean.len() - begun.unwrap_or(0));
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_not_in_what_is_shown() {
        let token = "eyJhbGciOiJSUzI1NiJ9.payload.signature";
        let shown = |body: &str| String::from_utf8(without(body.into(), token)).unwrap();
        assert_eq!(shown("{\"a\":1}"), "{\"a\":1}");
        assert_eq!(shown(&format!("a {token}{token} b")), "a [token][token] b");
        assert_eq!(shown(&format!("a {}", &token[..20])), "a ", "cut within it");
        assert_eq!(shown("a eyJ"), "a eyJ");
        assert_eq!(shown(""), "");
    }
}
