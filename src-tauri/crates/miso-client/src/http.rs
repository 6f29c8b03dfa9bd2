//! What comes back over HTTP, for the transport and for the provider alike: bodies, read within
//! bounds, and what a request that failed means.

use async_trait::async_trait;
use futures_util::StreamExt;
use url::Url;

use crate::{Code, Failure};

/// Characters of a foreign answer that an error keeps (API.md, "Errors").
pub(crate) const EXCERPT: usize = 500;

/// Carries a request to the far end and brings back its answer. The HTTP client does it; where time
/// is simulated, a far end without sockets stands in.
#[async_trait]
pub(crate) trait Carrier: Send + Sync {
    /// Sends it once.
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, reqwest::Error>;
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

/// Reads a body up to `limit` bytes, counted after decompression, and whether there is more of it.
///
/// # Errors
/// Where the connection broke before.
pub(crate) async fn read_some(
    response: reqwest::Response,
    limit: usize,
) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, false))
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

/// What a failed request means; for one that is sent, ask [`crate::Network`], which knows the proxy.
pub fn failure_of(error: &reqwest::Error, origin: &Url) -> Failure {
    let host = origin.host_str().unwrap_or_default();
    let chain = causes(error);
    let says = |word: &str| chain.iter().any(|cause| cause.contains(word));
    let code = if error.is_timeout() {
        Code::Timeout
    } else if says("tunnel error: failed to create") || says("SOCKS error: failed to create") {
        Code::ProxyUnreachable
    } else if says("tunnel error") || says("SOCKS error") {
        Code::ProxyFailed
    } else if says("certificate") || says("tls") {
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
