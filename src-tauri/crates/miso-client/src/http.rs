//! How requests leave the machine: the HTTP client and the reading of bounded bodies, for the
//! transport and for the provider alike.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::redirect::Policy;
use url::Url;

use crate::address::is_loopback;
use crate::{Code, Failure};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Servers close what idles; a write must not meet a connection that is being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

/// Characters of a foreign answer that an error keeps (API.md, "Errors").
pub(crate) const EXCERPT: usize = 500;

/// A client for one origin: the system's roots and proxies, no redirects (a token never follows
/// one), no proxy for this machine.
///
/// # Errors
/// [`Code::Tls`] where TLS cannot be set up at all.
pub fn client_for(origin: &Url) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("miso-desktop/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .pool_idle_timeout(IDLE_LIMIT);
    let builder = if is_loopback(origin) {
        builder.no_proxy()
    } else {
        builder
    };
    builder
        .build()
        .map_err(|error| Failure::new(Code::Tls).saying(error.to_string()))
}

/// Carries a request to the far end and brings back its answer. The HTTP client does it; where time
/// is simulated, a far end without sockets stands in.
#[async_trait]
pub(crate) trait Carrier: Send + Sync {
    /// Sends it once.
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, reqwest::Error>;
}

#[async_trait]
impl Carrier for reqwest::Client {
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, reqwest::Error> {
        self.execute(request).await
    }
}

/// Why an answer could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is larger than allowed.
    TooLarge,
    /// The connection broke.
    Broken(reqwest::Error),
}

/// Reads a body of at most `limit` bytes, counted after decompression.
///
/// # Errors
/// [`ReadError`]; nothing of the body is kept then.
pub async fn read_bounded(response: reqwest::Response, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(ReadError::Broken)?;
        if body.len() + chunk.len() > limit {
            return Err(ReadError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The first 500 characters of a body, to show what it was.
pub(crate) fn excerpt(body: &[u8]) -> String {
    // A character has at most four bytes.
    let begin = &body[..body.len().min(4 * EXCERPT)];
    String::from_utf8_lossy(begin)
        .chars()
        .take(EXCERPT)
        .collect()
}

/// What a failed request means.
pub fn failure_of(error: &reqwest::Error, origin: &Url) -> Failure {
    let host = origin.host_str().unwrap_or_default();
    let chain = causes(error);
    let code = if error.is_timeout() {
        Code::Timeout
    } else if chain
        .iter()
        .any(|cause| cause.contains("certificate") || cause.contains("tls"))
    {
        Code::Tls
    } else {
        Code::Offline
    };
    let reason = chain.last().cloned().unwrap_or_default();
    Failure::new(code).with("host", host).with("reason", reason)
}

/// The messages of an error and all its causes, outermost first, without URLs.
fn causes(error: &reqwest::Error) -> Vec<String> {
    let mut all = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = cause {
        all.push(inner.to_string());
        cause = inner.source();
    }
    all
}
