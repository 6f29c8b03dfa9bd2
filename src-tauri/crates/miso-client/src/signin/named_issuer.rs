//! An instance says who signs its users in.

use serde::Deserialize;
use url::Url;

use super::sender::{ANSWER_LIMIT, bounded};
use crate::address::is_loopback;
use crate::http::excerpt;
use crate::{Code, Failure, Network};

/// The issuer that the instance's own discovery document names.
pub(super) async fn issuer_named_by(instance: &Url, network: &Network) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Named {
        issuer: String,
    }
    let failed = |reason: String| {
        Failure::new(Code::DiscoveryFailed)
            .with("url", instance)
            .with("reason", reason)
    };
    let address = instance
        .join(".well-known/openid-configuration")
        .map_err(|error| failed(error.to_string()))?;
    let request = network
        .client_for(instance)
        .await?
        .get(address)
        .timeout(ANSWER_LIMIT);
    let response = request
        .send()
        .await
        .map_err(|error| network.failure_of(&error, instance))?;
    let status = response.status();
    let body = bounded(response, instance).await?;
    if !status.is_success() {
        return Err(failed(format!("HTTP {status}"))
            .with("status", status.as_u16())
            .with("excerpt", excerpt(&body)));
    }
    let named: Named = serde_json::from_slice(&body).map_err(|error| {
        failed(error.to_string())
            .with("status", status.as_u16())
            .with("excerpt", excerpt(&body))
    })?;
    let issuer = Url::parse(&named.issuer).map_err(|error| failed(error.to_string()))?;
    let plain = issuer.scheme() != "https" && !(is_loopback(&issuer) && is_loopback(instance));
    if plain {
        return Err(failed(format!("the issuer {issuer} is not https")));
    }
    Ok(named.issuer)
}
