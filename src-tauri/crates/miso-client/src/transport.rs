//! The one place that makes API requests: budget, token, request, limits on size and time,
//! decode, typed error. In this order, for every call.

mod announced_wait;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use miso_api::{ErrorCode, ErrorEnvelope};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::budget::Permit;
use crate::http::{Carrier, ReadError, client_for, excerpt, failure_of, read_bounded};
use crate::read_only::ReadOnly;
use crate::{Budget, Class, Clock, Code, Failure, Limits};
use announced_wait::AnnouncedWait;

const API_LIMIT: usize = 10 * 1024 * 1024;
/// A page of a log may be larger (SECURITY.md, "hostile bodies are bounded").
pub(crate) const LOG_LIMIT: usize = 64 * 1024 * 1024;
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// A click does not wait longer than this for the budget before it says so.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// Where the transport gets its token from.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token that should be good.
    ///
    /// # Errors
    /// Why there is none; [`Code::SignedOut`] where nobody is signed in.
    async fn bearer(&self) -> Result<SecretString, Failure>;

    /// A token other than one the server refused.
    ///
    /// # Errors
    /// Why there is none.
    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, Failure>;

    /// The server refuses a renewed token too: whoever it stands for must sign in again.
    fn rejected(&self, token: &SecretString);
}

/// Tells that requests wait for the budget; zero when they do not any more.
pub type WaitDue = Arc<dyn Fn(Duration) + Send + Sync>;

/// What one API call sends.
#[derive(Clone, Debug)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The path below the instance, percent-encoded.
    pub path: String,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// Most bytes of an answer, after decompression.
    pub limit: usize,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
            limit: API_LIMIT,
        }
    }

    /// A write.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(path)
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn is_read(&self) -> bool {
        self.method == Method::GET
    }
}

/// Sends the calls of one connection.
pub struct Transport {
    http: reqwest::Client,
    carrier: Arc<dyn Carrier>,
    base: Url,
    budget: Arc<Budget>,
    read_only: Arc<ReadOnly>,
    tokens: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
    wait_due: WaitDue,
}

impl Transport {
    /// A transport to one instance. Tokens go to its origin only.
    ///
    /// # Errors
    /// [`Code::Tls`] where TLS cannot be set up.
    pub(crate) fn new(
        base: Url,
        budget: Arc<Budget>,
        read_only: Arc<ReadOnly>,
        tokens: Arc<dyn Tokens>,
        clock: Arc<dyn Clock>,
        wait_due: WaitDue,
    ) -> Result<Self, Failure> {
        let http = client_for(&base)?;
        Ok(Self {
            carrier: Arc::new(http.clone()),
            http,
            base,
            budget,
            read_only,
            tokens,
            clock,
            wait_due,
        })
    }

    /// Has another far end answer, and other tokens taken.
    #[cfg(test)]
    pub(crate) fn simulate(&mut self, carrier: Arc<dyn Carrier>, tokens: Arc<dyn Tokens>) {
        (self.carrier, self.tokens) = (carrier, tokens);
    }

    /// Sends a call and reads its answer as JSON.
    ///
    /// # Errors
    /// A typed failure for everything that is not the answer. A write whose answer was lost is
    /// [`Code::OutcomeUnknown`] and is never sent again.
    pub async fn send<T: DeserializeOwned>(&self, call: &Call, class: Class) -> Result<T, Failure> {
        let (status, body) = self.exchange(call, class).await?;
        serde_json::from_slice(&body).map_err(|error| {
            let failure = not_miso(status, &body);
            self.unsure(call, failure)
                .saying(format!("{}: {error}", call.path))
        })
    }

    async fn exchange(&self, call: &Call, class: Class) -> Result<(StatusCode, Vec<u8>), Failure> {
        if !call.is_read() {
            self.read_only.refuse(self.clock.now())?;
        }
        let permit = self.admitted(class).await?;
        let token = self.tokens.bearer().await?;
        match self.once(call, &token, permit).await {
            // A 401 in the platform's own shape did nothing, so a write may go again too.
            Err(failure) if failure.code == Code::Unauthorized => {
                let token = self.tokens.renewed(&token).await?;
                let permit = self.admitted(class).await?;
                let again = self.once(call, &token, permit).await;
                if again
                    .as_ref()
                    .is_err_and(|failure| failure.code == Code::Unauthorized)
                {
                    self.tokens.rejected(&token);
                }
                again
            }
            Err(failure) if failure.code == Code::RateLimited && call.is_read() => {
                let permit = self.admitted(class).await?;
                self.once(call, &token, permit).await
            }
            other => other,
        }
    }

    async fn once(
        &self,
        call: &Call,
        token: &SecretString,
        permit: Permit<'_>,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{}",
            self.base.path().trim_end_matches('/'),
            call.path
        ));
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .timeout(ANSWER_LIMIT)
            .bearer_auth(token.expose_secret())
            .header(reqwest::header::ACCEPT, "application/json");
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let request = request.build().map_err(|error| self.lost(call, &error))?;
        permit.sent();
        let response = self
            .carrier
            .carry(request)
            .await
            .map_err(|error| self.lost(call, &error))?;
        self.learn(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match read_bounded(response, call.limit).await {
            Ok(body) => body,
            Err(ReadError::TooLarge) => {
                let failure = Failure::new(Code::TooLarge).with("limit", call.limit);
                return Err(self.unsure(call, failure));
            }
            Err(ReadError::Broken(error)) => return Err(self.lost(call, &error)),
        };
        tracing::debug!(method = %call.method, path = call.path, %status, bytes = body.len(), "answer");
        let is_ours = body.is_empty() || is_json(&headers);
        if status.is_success() && is_ours {
            return Ok((status, body));
        }
        let failure = if is_ours || status == StatusCode::TOO_MANY_REQUESTS {
            refusal(status, &body, self.retry_after(&headers))
        } else {
            not_miso(status, &body)
        };
        if failure.code == Code::RateLimited {
            self.budget.refused(
                self.retry_after(&headers)
                    .unwrap_or(Duration::from_secs(60)),
            );
        }
        // What failed while it answered may have been done all the same.
        if failure.code == Code::NotMiso || status.is_server_error() {
            return Err(self.unsure(call, failure));
        }
        Err(failure)
    }

    /// Waits until the budget lets a click through; what is watched is told to come back.
    async fn admitted(&self, class: Class) -> Result<Permit<'_>, Failure> {
        let mut announced = AnnouncedWait::new(&self.wait_due);
        loop {
            let wait = match self.budget.take(class) {
                Ok(permit) => return Ok(permit),
                Err(wait) => wait,
            };
            let seconds = wait.as_secs_f64().ceil();
            match class {
                Class::Interactive => {}
                Class::Watched | Class::Background => {
                    return Err(Failure::new(Code::BudgetWait).with("seconds", seconds));
                }
            }
            if wait > LONGEST_WAIT {
                return Err(Failure::new(Code::RateLimited).with("seconds", seconds));
            }
            announced.say(wait);
            tokio::time::sleep(wait.max(Duration::from_millis(20))).await;
        }
    }

    /// A request without a whole answer: a read failed, a write may have happened.
    fn lost(&self, call: &Call, error: &reqwest::Error) -> Failure {
        let failure = failure_of(error, &self.base);
        if error.is_connect() || error.is_builder() {
            return failure;
        }
        self.unsure(call, failure)
    }

    /// What an answer that says nothing means for a write: it may or may not have happened.
    fn unsure(&self, call: &Call, failure: Failure) -> Failure {
        if call.is_read() {
            return failure;
        }
        Failure {
            code: Code::OutcomeUnknown,
            ..failure
        }
    }

    fn learn(&self, headers: &HeaderMap) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        if let Some(limits) = headers
            .get("ratelimit-policy")
            .and_then(|value| policy(value.to_str().ok()?))
        {
            self.budget.set_limits(limits);
        }
        let (Some(remaining), Some(reset)) =
            (number("x-ratelimit-remaining"), number("x-ratelimit-reset"))
        else {
            return;
        };
        let seconds = (reset - self.clock.now().timestamp()).max(0);
        self.budget.told(
            u32::try_from(remaining.max(0)).unwrap_or(u32::MAX),
            Duration::from_secs(seconds.unsigned_abs()),
        );
    }

    /// `Retry-After` as seconds or a date (RFC 9110 §10.2.3), at most an hour.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let seconds = match text.parse::<i64>() {
            Ok(seconds) => seconds,
            Err(_) => {
                let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
                date.timestamp() - self.clock.now().timestamp()
            }
        };
        Some(Duration::from_secs(seconds.clamp(0, 3600).unsigned_abs()))
    }
}

/// Whether an answer says that it is JSON, in any of its dialects.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| {
        let essence = essence.to_ascii_lowercase();
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// The limits in `"hour";q=1000;w=3600, "minute";q=100;w=60`.
fn policy(text: &str) -> Option<Limits> {
    let mut limits = Limits::default();
    for item in text.split(',') {
        let parameter = |name: &str| {
            item.split(';')
                .skip(1)
                .find_map(|part| part.trim().strip_prefix(name)?.parse::<u32>().ok())
        };
        match (parameter("q="), parameter("w=")) {
            (Some(quota), Some(3600)) => limits.per_hour = quota,
            (Some(quota), Some(60)) => limits.per_minute = quota,
            _ => return None,
        }
    }
    Some(limits)
}

/// What an answer that is not a success means (API.md, "Errors").
fn refusal(status: StatusCode, body: &[u8], retry_after: Option<Duration>) -> Failure {
    let Ok(envelope) = serde_json::from_slice::<ErrorEnvelope>(body) else {
        return match status {
            StatusCode::TOO_MANY_REQUESTS => rate_limited(retry_after),
            _ => not_miso(status, body),
        };
    };
    let error = envelope.error;
    let code = match &error.code {
        ErrorCode::ValidationError => Code::Validation,
        ErrorCode::Unauthorized => Code::Unauthorized,
        ErrorCode::Forbidden => Code::Forbidden,
        ErrorCode::NotFound => Code::NotFound,
        ErrorCode::Conflict => Code::Conflict,
        ErrorCode::RateLimited => Code::RateLimited,
        ErrorCode::InternalError => Code::ServerError,
        ErrorCode::MethodNotAllowed
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => by_status(status),
    };
    let failure = match code {
        Code::RateLimited => rate_limited(retry_after),
        _ => Failure::new(code).with("status", status.as_u16()),
    };
    Failure {
        message: Some(error.message).filter(|message| !message.is_empty()),
        request_id: error.request_id,
        details: error.details,
        ..failure
    }
}

/// Unknown codes are treated by their status.
fn by_status(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        409 => Code::Conflict,
        429 => Code::RateLimited,
        400..=499 => Code::Validation,
        _ => Code::ServerError,
    }
}

fn rate_limited(retry_after: Option<Duration>) -> Failure {
    Failure::new(Code::RateLimited).with("seconds", retry_after.map_or(60, |wait| wait.as_secs()))
}

/// An answer in no shape of ours: a proxy's page, a cut body, another service.
fn not_miso(status: StatusCode, body: &[u8]) -> Failure {
    Failure::new(Code::NotMiso)
        .with("status", status.as_u16())
        .with("excerpt", excerpt(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::EXCERPT;

    #[test]
    fn every_code_of_the_envelope_and_every_status_has_its_meaning() {
        let envelope = |code: &str| {
            serde_json::json!({"error": {"code": code, "message": "m", "requestId": "req-1",
                "details": [{"field": "port", "message": "too large"}]}})
            .to_string()
        };
        for (status, word, code) in [
            (400, "VALIDATION_ERROR", Code::Validation),
            (401, "UNAUTHORIZED", Code::Unauthorized),
            (403, "FORBIDDEN", Code::Forbidden),
            (404, "NOT_FOUND", Code::NotFound),
            (409, "CONFLICT", Code::Conflict),
            (429, "RATE_LIMITED", Code::RateLimited),
            (500, "INTERNAL_ERROR", Code::ServerError),
            (409, "A_NEW_WORD", Code::Conflict),
            (413, "PAYLOAD_TOO_LARGE", Code::Validation),
            (503, "A_NEW_WORD", Code::ServerError),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = refusal(status, envelope(word).as_bytes(), None);
            assert_eq!(failure.code, code, "{word}");
            assert_eq!(failure.request_id.as_deref(), Some("req-1"));
            assert_eq!(failure.details[0].field, "port");
        }
    }

    #[test]
    fn what_is_no_envelope_keeps_status_and_an_excerpt() {
        let page = format!("<html>{}</html>", "x".repeat(10_000));
        for body in [page.as_bytes(), b"", b"\xff\xfe", br#"{"error":"text"}"#] {
            let failure = refusal(StatusCode::BAD_GATEWAY, body, None);
            assert_eq!(failure.code, Code::NotMiso);
            assert_eq!(failure.params["status"], "502");
            assert!(failure.params["excerpt"].chars().count() <= EXCERPT);
        }
    }

    #[test]
    fn only_json_is_an_answer() {
        for (kind, good) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("text/json", false),
            ("application/jsonp", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
            assert_eq!(is_json(&headers), good, "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn reads_the_policy_header() {
        let told = policy("\"hour\";q=120;w=3600, \"minute\";q=20;w=60");
        assert_eq!(
            told,
            Some(Limits {
                per_hour: 120,
                per_minute: 20
            })
        );
        assert_eq!(policy("nonsense"), None);
    }
}
