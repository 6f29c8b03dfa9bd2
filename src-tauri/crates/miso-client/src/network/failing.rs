//! What requests that fail on this way mean.

use hyper_util::client::proxy::matcher::Intercept;
use url::Url;

use super::Network;
use crate::http::failure_of;
use crate::{Code, Failure};

impl Network {
    /// What a request means that failed before its answer came, with the proxy that it went to.
    pub(crate) fn failure_of(&self, error: &reqwest::Error, to: &Url) -> Failure {
        let mut failure = failure_of(error, to);
        let Ok(Some(proxy)) = self.proxy_for(to) else {
            return failure;
        };
        // Who waits for a connection waits for the proxy's.
        if failure.code == Code::Timeout && error.is_connect() {
            failure.code = Code::ProxyUnreachable;
        }
        match failure.code {
            Code::ProxyFailed | Code::ProxyUnreachable => failure.with("proxy", named(&proxy)),
            _ => failure,
        }
    }
}

/// A proxy as people write it; without its password.
pub(crate) fn named(proxy: &Intercept) -> String {
    let named = proxy.uri().to_string();
    named.trim_end_matches('/').to_owned()
}
