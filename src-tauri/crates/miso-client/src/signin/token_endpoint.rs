//! The token endpoint (RFC 6749 §3.2): a form is sent once, and what the endpoint itself answers
//! is told apart from what stands in its place.

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::sender::{ANSWER_LIMIT, bounded};
use crate::http::excerpt;
use crate::{Code, Failure, Network};

/// What came back for a code, a refresh token or a device code.
pub(crate) struct Refreshed {
    pub access_token: SecretString,
    /// How long the access token lasts, where the provider says.
    pub expires_in: Option<Duration>,
    /// A new refresh token; `None` where the old one stays or there is none.
    pub refresh_token: Option<SecretString>,
    pub(super) id_token: Option<SecretString>,
}

impl Refreshed {
    /// The ID token that came with it.
    pub(crate) fn id_token(&self) -> Option<SecretString> {
        self.id_token.clone()
    }
}

never_serialized!(Refreshed);

/// Why the endpoint said nothing.
pub(super) struct NotAnswered {
    pub(super) failure: Failure,
    /// Whether the answer was lost after the grant may have been sent: it may be spent.
    pub(super) lost: bool,
}

impl From<Failure> for NotAnswered {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            lost: false,
        }
    }
}

impl From<NotAnswered> for Failure {
    fn from(not: NotAnswered) -> Self {
        not.failure
    }
}

/// What the endpoint itself said.
pub(super) enum Answer {
    Tokens(Refreshed),
    Refused(Refusal),
}

/// An error of the endpoint's own (RFC 6749 §5.2).
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl Refusal {
    /// The same as another endpoint says it.
    pub(super) fn saying(error: String, words: Option<String>) -> Self {
        Self {
            error,
            error_description: words,
        }
    }
}

impl Answer {
    /// The tokens, where no refusal means anything in particular.
    pub(super) fn tokens(self) -> Result<Refreshed, Failure> {
        match self {
            Self::Tokens(tokens) => Ok(tokens),
            Self::Refused(refusal) => Err(refusal.into()),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let failure = Self::new(Code::SignInRefused).with("error", refusal.error);
        match refusal.error_description {
            Some(description) => failure.saying(description),
            None => failure,
        }
    }
}

/// Sends a grant.
///
/// # Errors
/// Where the endpoint could not be reached, or something else answered in its place.
pub(super) async fn send(
    network: &Network,
    endpoint: &Url,
    grant: &[(&str, &str)],
) -> Result<Answer, NotAnswered> {
    let (status, body) = sent(network, endpoint, grant).await?;
    Ok(read(status, &body)?)
}

/// Sends a form to another endpoint that answers and refuses as this one does.
///
/// # Errors
/// Its refusal; else as [`send`].
pub(super) async fn post<T: DeserializeOwned>(
    network: &Network,
    endpoint: &Url,
    form: &[(&str, &str)],
) -> Result<T, Failure> {
    let (status, body) = sent(network, endpoint, form).await?;
    if status == StatusCode::OK {
        return parsed(&body);
    }
    Err(refusal(status, &body)?.into())
}

async fn sent(
    network: &Network,
    endpoint: &Url,
    form: &[(&str, &str)],
) -> Result<(StatusCode, Zeroizing<Vec<u8>>), NotAnswered> {
    let response = network
        .client_for(endpoint)
        .await?
        .post(endpoint.clone())
        .header(http::header::ACCEPT, "application/json")
        .timeout(ANSWER_LIMIT)
        .form(form)
        .send()
        .await
        .map_err(|error| NotAnswered {
            lost: !error.is_connect(),
            failure: network.failure_of(&error, endpoint),
        })?;
    let status = response.status();
    let body = bounded(response, endpoint)
        .await
        .map_err(|failure| NotAnswered {
            lost: failure.is_connectivity(),
            failure,
        })?;
    Ok((status, Zeroizing::new(body)))
}

/// An error counts as the endpoint's own only with the statuses that RFC 6749 §5.2 gives it: a
/// gateway's 500 or 403 may have anything in its body.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<Answer, Failure> {
    if status == StatusCode::OK {
        return tokens(body).map(Answer::Tokens);
    }
    refusal(status, body).map(Answer::Refused)
}

fn refusal(status: StatusCode, body: &[u8]) -> Result<Refusal, Failure> {
    let foreign = || not_the_endpoints(status, body);
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
            serde_json::from_slice(body).map_err(|_| foreign())
        }
        _ => Err(foreign()),
    }
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        // What is JSON may hold a token, and is shown to nobody.
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        let shown = if is_json { &[] } else { body };
        not_the_endpoints(StatusCode::OK, shown).saying(error.to_string())
    })
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    token_type: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<Duration>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
}

fn tokens(body: &[u8]) -> Result<Refreshed, Failure> {
    let read: Body = parsed(body)?;
    // Who does not know a type must not use the token (RFC 6749 §7.1).
    if !read.token_type.eq_ignore_ascii_case("bearer") || read.access_token.is_empty() {
        return Err(Failure::new(Code::SignInRefused).with("error", "token_type"));
    }
    Ok(Refreshed {
        access_token: read.access_token.into(),
        expires_in: read.expires_in,
        refresh_token: read
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(SecretString::from),
        id_token: read.id_token.map(SecretString::from),
    })
}

/// Seconds as a number, or as text, which some providers write; what is neither says nothing.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// What a proxy, a portal or a failing server put in the endpoint's place.
fn not_the_endpoints(status: StatusCode, body: &[u8]) -> Failure {
    let failure = match status {
        StatusCode::TOO_MANY_REQUESTS => Failure::new(Code::RateLimited).with("seconds", 60),
        status if status.is_server_error() => Failure::new(Code::ServerError),
        _ => Failure::new(Code::NotMiso),
    };
    failure
        .with("status", status.as_u16())
        .with("excerpt", excerpt(body))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    #[test]
    fn how_long_a_token_lasts_is_read_as_it_is_written() {
        for (written, read_as) in [
            (json!(600), Some(600)),
            (json!("600"), Some(600)),
            (json!(600.0), Some(600)),
            (json!(-1), None),
            (json!("soon"), None),
            (json!(1e300), None),
            (json!(null), None),
        ] {
            let body = json!({"access_token": "a", "token_type": "BEARER", "expires_in": written});
            let tokens = tokens(body.to_string().as_bytes()).unwrap();
            assert_eq!(
                tokens.expires_in,
                read_as.map(Duration::from_secs),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_token_is_not_used_and_not_shown() {
        for (body, code) in [
            (
                json!({"access_token": "secret-a", "token_type": "mac"}),
                Code::SignInRefused,
            ),
            (
                json!({"access_token": "", "token_type": "Bearer"}),
                Code::SignInRefused,
            ),
            (json!({"access_token": "secret-a"}), Code::NotMiso),
            (
                json!({"access_token": 1, "refresh_token": "secret-r"}),
                Code::NotMiso,
            ),
        ] {
            let failure = tokens(body.to_string().as_bytes()).err().unwrap();
            assert_eq!(failure.code, code, "{body}");
            assert!(!format!("{failure:?}").contains("secret-"), "{failure:?}");
        }
        let twice = br#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#;
        assert!(tokens(twice).is_err());
        let empty = br#"{"access_token":"a","token_type":"Bearer","refresh_token":""}"#;
        let read = tokens(empty).unwrap();
        assert_eq!(read.access_token.expose_secret(), "a");
        assert!(read.refresh_token.is_none());
    }
}
