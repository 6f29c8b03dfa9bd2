//! How the library's requests reach the provider: no redirects, limits on time and size.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use oauth2::{HttpRequest, HttpResponse};
use url::Url;

use crate::http::{ReadError, failure_of, read_bounded};
use crate::{Code, Failure, Network};

const PROVIDER_LIMIT: usize = 1024 * 1024;
/// How long the provider may take to answer.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Why a request brought no answer that the library should see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ProviderError(pub(super) Failure);

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send>>;

/// Sends what the library asks for: no redirects, limits on time and size.
pub(super) fn sender(network: Network) -> impl Fn(HttpRequest) -> Answer {
    move |request| {
        let network = network.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = Url::parse(&parts.uri.to_string())
                .map_err(|_| ProviderError(Failure::new(Code::AddressInvalid)))?;
            let response = network
                .client_for(&url)
                .await
                .map_err(ProviderError)?
                .request(parts.method, url.clone())
                .headers(parts.headers)
                .timeout(ANSWER_LIMIT)
                .body(body)
                .send()
                .await
                .map_err(|error| ProviderError(network.failure_of(&error, &url)))?;
            // Without the query: it may hold what nobody else should read.
            let (host, path, status) = (url.host_str(), url.path(), response.status());
            tracing::debug!(host, path, %status, "the provider's answer");
            let mut answer = http::Response::builder().status(response.status());
            if let Some(headers) = answer.headers_mut() {
                *headers = response.headers().clone();
            }
            let body = bounded(response, &url).await.map_err(ProviderError)?;
            answer
                .body(body)
                .map_err(|_| ProviderError(Failure::new(Code::NotMiso)))
        })
    }
}

/// A body of the provider, bounded.
pub(super) async fn bounded(response: reqwest::Response, origin: &Url) -> Result<Vec<u8>, Failure> {
    // Without the query: it may hold what nobody else should read.
    let (url, status) = (response.url(), response.status());
    tracing::debug!(host = url.host_str(), path = url.path(), %status, "the provider's answer");
    read_bounded(response, PROVIDER_LIMIT)
        .await
        .map_err(|error| match error {
            ReadError::TooLarge => Failure::new(Code::TooLarge).with("limit", PROVIDER_LIMIT),
            ReadError::Broken(error) => failure_of(&error, origin),
        })
}
