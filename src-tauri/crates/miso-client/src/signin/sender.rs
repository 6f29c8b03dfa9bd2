//! How the library's requests reach the provider: no redirects, limits on time and size, and an
//! error is the token endpoint's own only where it can be.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::StatusCode;
use oauth2::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use crate::http::{ReadError, excerpt, failure_of, read_bounded};
use crate::{Code, Failure, Network};

const PROVIDER_LIMIT: usize = 1024 * 1024;
/// How long the provider may take to answer.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Why a request brought no answer that the library should see.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub(super) struct ProviderError {
    pub(super) failure: Failure,
    /// Whether it may have been sent and the answer was lost, so that the provider may have done
    /// what was asked.
    pub(super) answer_lost: bool,
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            answer_lost: false,
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send>>;

/// Sends what the library asks for: no redirects, limits on time and size.
pub(super) fn sender(network: Network) -> impl Fn(HttpRequest) -> Answer {
    move |request| {
        let network = network.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = Url::parse(&parts.uri.to_string())
                .map_err(|_| Failure::new(Code::AddressInvalid))?;
            let response = network
                .client_for(&url)?
                .request(parts.method, url.clone())
                .headers(parts.headers)
                .timeout(ANSWER_LIMIT)
                .body(body)
                .send()
                .await
                .map_err(|error| ProviderError {
                    failure: failure_of(&error, &url),
                    answer_lost: !error.is_connect(),
                })?;
            let mut answer = http::Response::builder().status(response.status());
            if let Some(headers) = answer.headers_mut() {
                *headers = response.headers().clone();
            }
            let body = bounded(response, &url)
                .await
                .map_err(|failure| ProviderError {
                    answer_lost: failure.is_connectivity(),
                    failure,
                })?;
            let answer = answer.body(body);
            Ok(answer.map_err(|_| Failure::new(Code::NotMiso))?)
        })
    }
}

/// The same for the token endpoint. An error counts as the endpoint's own only with the statuses
/// that RFC 6749 §5.2 gives it: a gateway's 500 or 403 may have anything in its body.
pub(super) fn token_sender(network: Network) -> impl Fn(HttpRequest) -> Answer {
    let send = sender(network);
    move |request| {
        let answer = send(request);
        Box::pin(async move {
            let answer = answer.await?;
            let is_its_own = match answer.status() {
                StatusCode::OK => true,
                StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
                    serde_json::from_slice::<Refusal>(answer.body()).is_ok()
                }
                _ => false,
            };
            if is_its_own {
                return Ok(answer);
            }
            Err(not_the_endpoints(answer.status(), answer.body()).into())
        })
    }
}

/// What makes an error answer the token endpoint's own.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "error")]
    _error: String,
}

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

/// A body of the provider, bounded.
pub(super) async fn bounded(response: reqwest::Response, origin: &Url) -> Result<Vec<u8>, Failure> {
    read_bounded(response, PROVIDER_LIMIT)
        .await
        .map_err(|error| match error {
            ReadError::TooLarge => Failure::new(Code::TooLarge).with("limit", PROVIDER_LIMIT),
            ReadError::Broken(error) => failure_of(&error, origin),
        })
}
